//! A relay that does what a test tells it, in plain text or over TLS, and certificates for it.

use crate::support::{Folder, fresh_folder};
use hearback::mail::{Authorities, EmailAddress, MailUrl, PreparedLetter, SmtpRelay};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread::{JoinHandle, spawn};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the relay does, in order; at the end it closes.
#[derive(Clone, Copy)]
pub enum Act {
    /// Says lines.
    Say(&'static str),
    /// Reads one line.
    Line,
    /// Reads up to the final dot.
    Letter,
    /// Encrypts from here on.
    Encrypt,
    /// Reads until the other side closes.
    Hang,
}
use Act::{Encrypt, Hang, Letter, Line, Say};

/// From EHLO to the reply to DATA.
pub const ENVELOPE: [Act; 6] = [Line, Say("250 2.1.0 ok"), Line, Say("250 2.1.5 ok"), Line, Say("354 go on")];

/// An authority of the test's own and a relay's certificate from it.
pub struct Certificates {
    folder: Folder,
}

impl Certificates {
    /// Makes both with OpenSSL; `names` is a subject alternative name such as `IP:127.0.0.1,DNS:localhost`.
    pub fn new(openssl: &Path, names: &str) -> Self {
        let folder = fresh_folder("certificates");
        let run = |arguments: &str| {
            let mut command = Command::new(openssl);
            let output = command.args(arguments.split(' ')).current_dir(&folder.0).output().unwrap();
            assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        };
        let new = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        run(&format!("{new} -x509 -keyout ca.key -out ca.pem -subj /CN=Authority -days 2"));
        run(&format!("{new} -keyout key.pem -out request.pem -subj /CN=relay"));
        std::fs::write(folder.0.join("names"), format!("subjectAltName={names}\n")).unwrap();
        let sign = "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2";
        run(&format!("{sign} -extfile names -out certificate.pem"));
        Self { folder }
    }

    /// The file with the authority.
    pub fn authority(&self) -> PathBuf {
        self.folder.0.join("ca.pem")
    }

    /// The file with the server's certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.0.join("certificate.pem")
    }

    /// The file with its key.
    pub fn key(&self) -> PathBuf {
        self.folder.0.join("key.pem")
    }

    fn config(&self) -> Arc<ServerConfig> {
        let chain = vec![CertificateDer::from_pem_file(self.certificate()).unwrap()];
        let key = PrivateKeyDer::from_pem_file(self.key()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(config.with_single_cert(chain, key).unwrap())
    }
}

trait Both: Read + Write + Send {}
impl<T: Read + Write + Send> Both for T {}

/// Starts a relay for one connection; the handle gives the lines that it read. A certificate is needed to encrypt.
pub fn start(
    script: impl IntoIterator<Item = Act>,
    certificates: Option<&Certificates>,
) -> (u16, JoinHandle<Vec<String>>) {
    let script: Vec<Act> = script.into_iter().collect();
    let config = certificates.map(Certificates::config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let handle = spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let mut read = Vec::new();
        // The other side may hang up at any point.
        drop(play(&script, socket, config.as_ref(), &mut read));
        read
    });
    (port, handle)
}

fn play(
    script: &[Act],
    socket: TcpStream,
    config: Option<&Arc<ServerConfig>>,
    read: &mut Vec<String>,
) -> std::io::Result<()> {
    let plain = socket.try_clone()?;
    let mut stream: BufReader<Box<dyn Both>> = BufReader::new(Box::new(socket));
    for act in script {
        match act {
            Say(text) => {
                stream.get_mut().write_all(format!("{text}\r\n").as_bytes())?;
                stream.get_mut().flush()?;
            }
            Line => _ = line(&mut stream, read)?,
            Letter => while line(&mut stream, read)? && read.last().is_some_and(|line| line != ".") {},
            Hang => while line(&mut stream, read)? {},
            Encrypt => {
                let mut connection = ServerConnection::new(Arc::clone(config.unwrap())).unwrap();
                let mut socket = plain.try_clone()?;
                while connection.is_handshaking() {
                    connection.complete_io(&mut socket)?;
                }
                read.push("(encrypted)".to_owned());
                stream = BufReader::new(Box::new(StreamOwned::new(connection, socket)));
            }
        }
    }
    Ok(())
}

fn line(stream: &mut impl BufRead, read: &mut Vec<String>) -> std::io::Result<bool> {
    let mut text = String::new();
    let more = stream.read_line(&mut text)? > 0;
    if more {
        read.push(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    Ok(more)
}

/// The way to a relay that trusts an authority.
pub fn way_to(url: &str, certificates: Option<&Certificates>) -> SmtpRelay {
    let MailUrl::Smtp(url) = url.parse().unwrap() else { panic!("not a relay") };
    let relay = SmtpRelay::new(url, "hearback.example");
    match certificates {
        Some(certificates) => relay.trusting(Authorities::read(&certificates.authority()).unwrap()),
        None => relay,
    }
}

/// A short letter.
pub fn letter() -> PreparedLetter {
    PreparedLetter {
        envelope_from: EmailAddress::parse("b+1@bounce.example").unwrap(),
        envelope_to: EmailAddress::parse("carla@customers.example").unwrap(),
        message_id: "<1.1@example.com>".to_owned(),
        bytes: b"Subject: x\r\n\r\nhello\r\n".to_vec(),
    }
}
