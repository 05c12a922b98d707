//! A real Dovecot on loopback with one mailbox, in a folder of its own.

use super::program::Program;
use super::{Folder, free_port, fresh_folder, wait_until};
use crate::mail_relay::Certificates;
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The password of the mailbox, with everything that needs care in a URL or on a line.
pub const PASSWORD: &str = "se cret\"\\/@";

/// A running Dovecot.
pub struct Dovecot {
    port: u16,
    mail: PathBuf,
    folder: Folder,
    scheme: &'static str,
    _program: Program,
}

impl Dovecot {
    /// Starts it on a free port, in plain text.
    pub fn start(program: &Path) -> Self {
        Self::start_with(program, None)
    }

    /// The same, encrypted from the first byte with a certificate.
    pub fn start_encrypted(program: &Path, certificates: &Certificates) -> Self {
        Self::start_with(program, Some(certificates))
    }

    fn start_with(program: &Path, certificates: Option<&Certificates>) -> Self {
        let (folder, port) = (fresh_folder("dovecot"), free_port());
        let mail = folder.0.join("mail");
        for part in ["", "new", "cur", "tmp"] {
            std::fs::create_dir_all(mail.join(part)).unwrap();
            if let Some((user, group)) = hearback::db::postgres::unprivileged_ids() {
                chown(mail.join(part), Some(user), Some(group)).unwrap();
            }
        }
        std::fs::write(folder.0.join("users"), format!("bounces@example.com:{{PLAIN}}{PASSWORD}\n")).unwrap();
        std::fs::write(folder.0.join("dovecot.conf"), config(&folder.0, port, certificates)).unwrap();
        let mut command = Command::new(program);
        let running = Program::start_command(command.arg("-F").arg("-c").arg(folder.0.join("dovecot.conf")));
        wait_until("dovecot listening", Duration::from_secs(10), || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self { port, mail, folder, scheme: certificates.map_or("imap", |_| "imaps"), _program: running }
    }

    /// Where the mailbox is, as the setting names it.
    pub fn url(&self) -> String {
        format!("{}://bounces%40example.com:se%20cret%22%5C%2F%40@127.0.0.1:{}/INBOX", self.scheme, self.port)
    }

    /// Puts a message into the mailbox, as a mail server does.
    pub fn deliver(&self, name: &str, raw: &[u8]) {
        let (draft, file) = (self.mail.join("tmp").join(name), self.mail.join("new").join(name));
        std::fs::write(&draft, raw).unwrap();
        if let Some((user, group)) = hearback::db::postgres::unprivileged_ids() {
            chown(&draft, Some(user), Some(group)).unwrap();
        }
        std::fs::rename(draft, file).unwrap();
    }

    /// How many messages lie in the mailbox.
    pub fn waiting(&self) -> usize {
        count(&self.mail)
    }

    /// How many were put aside.
    pub fn aside(&self) -> usize {
        count(&self.mail.join(".Hearback-unread"))
    }

    /// What it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.0.join("log")).unwrap_or_default()
    }
}

fn count(folder: &Path) -> usize {
    let files = |part| std::fs::read_dir(folder.join(part)).map_or(0, Iterator::count);
    files("new") + files("cur")
}

fn config(folder: &Path, port: u16, certificates: Option<&Certificates>) -> String {
    let at = folder.display();
    let (user, internal) = match hearback::db::postgres::unprivileged_ids() {
        Some((user, group)) => (format!("uid={user} gid={group}"), String::new()),
        None => everybody_at_once(),
    };
    let (ssl, plain_port, tls_port) = match certificates {
        None => ("no".to_owned(), port, 0),
        Some(made) => {
            let (certificate, key) = (made.certificate(), made.key());
            let ssl =
                format!("required\nssl_cert = <{}\nssl_key = <{}", certificate.display(), key.display());
            (ssl, 0, port)
        }
    };
    format!(
        "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\n\
         ssl = {ssl}\nauth_mechanisms = plain\nfirst_valid_uid = 1\nmail_location = maildir:{at}/mail\n{internal}\n\
         passdb {{\n driver = passwd-file\n args = scheme=PLAIN {at}/users\n}}\n\
         userdb {{\n driver = static\n args = {user} home={at}\n}}\n\
         service imap-login {{\n chroot =\n inet_listener imap {{\n port = {plain_port}\n }}\n \
         inet_listener imaps {{\n port = {tls_port}\n ssl = yes\n }}\n}}\nservice anvil {{\n chroot =\n}}\n"
    )
}

/// Whoever is not root can only be all of Dovecot's users in one.
fn everybody_at_once() -> (String, String) {
    let id = |what| String::from_utf8(Command::new("id").arg(what).output().unwrap().stdout).unwrap();
    let (name, group) = (id("-un"), id("-gn"));
    let internal =
        format!("default_internal_user = {name}default_login_user = {name}default_internal_group = {group}");
    (format!("uid={} gid={}", id("-u").trim(), id("-g").trim()), internal)
}
