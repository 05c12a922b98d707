//! Encryption on the way to the relay: certificates are checked, and without encryption neither a letter nor a
//! password leaves.

use crate::mail_relay::Act::{self, Encrypt, Hang, Letter, Line, Say};
use crate::mail_relay::{Certificates, ENVELOPE, letter, start, way_to};
use crate::support::programs_or_skip;
use hearback::mail::{Authorities, Connection, Failure, Recorder, Spoken, Transport};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const HERE: &str = "IP:127.0.0.1,IP:0.0.0.0,DNS:localhost";
const LETTERS: usize = 50;
const GREETING: [Act; 2] = [Say("220 relay ready"), Line];
const STARTTLS: [Act; 5] =
    [Say("220 relay ready"), Line, Say("250-relay\r\n250 STARTTLS"), Line, Say("220 go ahead")];

fn certificates(test: &str, names: &str) -> Option<Certificates> {
    let [openssl] = programs_or_skip(test, ["openssl"])?;
    Some(Certificates::new(&openssl, names))
}

async fn open(url: &str, certificates: Option<&Certificates>) -> Result<Connection, Failure> {
    let transport = Transport::Smtp(Box::new(way_to(url, certificates)));
    // Far below the deadlines of the program, far above what anything here takes.
    tokio::time::timeout(Duration::from_secs(20), Connection::open(&transport)).await.unwrap()
}

#[tokio::test]
async fn a_letter_goes_out_encrypted_from_the_first_byte_or_by_starttls() {
    let Some(known) = certificates("encryption", HERE) else { return };
    let rest = || {
        let hello = [Say("250-relay\r\n250 AUTH LOGIN PLAIN"), Line, Say("235 2.7.0 welcome")];
        hello.into_iter().chain(ENVELOPE).chain([Letter, Say("250 2.0.0 taken"), Line, Say("221 bye")])
    };
    let implicit: Vec<Act> = [Encrypt].into_iter().chain(GREETING).chain(rest()).collect();
    let later: Vec<Act> = STARTTLS.into_iter().chain([Encrypt, Line]).chain(rest()).collect();
    for (scheme, script, plain) in
        [("smtps", implicit, vec![]), ("smtp", later, vec!["EHLO hearback.example", "STARTTLS"])]
    {
        let (port, handle) = start(script, Some(&known));
        let option = if scheme == "smtp" { "?tls=required" } else { "" };
        let url = format!("{scheme}://user:secret@127.0.0.1:{port}{option}");
        let mut connection = open(&url, Some(&known)).await.unwrap();
        connection.envelope(&letter()).await.unwrap();
        assert_eq!(connection.body(&letter()).await.unwrap().code, 250);
        connection.quit().await;
        let read = handle.join().unwrap();
        let encrypted = read.iter().position(|line| line == "(encrypted)").unwrap();
        assert_eq!(read[..encrypted], plain);
        let expected = [
            "EHLO hearback.example",
            "AUTH PLAIN AHVzZXIAc2VjcmV0",
            "MAIL FROM:<b+1@bounce.example>",
            "RCPT TO:<carla@customers.example>",
            "DATA",
            "Subject: x",
            "",
            "hello",
            ".",
            "QUIT",
        ];
        assert_eq!(read[encrypted + 1..], expected);
    }
}

#[tokio::test]
async fn signs_in_by_login_where_plain_is_not_offered() {
    let Some(known) = certificates("sign-in by LOGIN", HERE) else { return };
    let asks = [Line, Say("334 VXNlcm5hbWU6"), Line, Say("334 UGFzc3dvcmQ6"), Line, Say("235 2.7.0 welcome")];
    let hello = [Encrypt].into_iter().chain(GREETING).chain([Say("250-relay\r\n250 AUTH LOGIN CRAM-MD5")]);
    let (port, handle) = start(hello.chain(asks), Some(&known));
    open(&format!("smtps://user:secret@127.0.0.1:{port}"), Some(&known)).await.unwrap();
    let read = handle.join().unwrap();
    assert_eq!(read[2..], ["AUTH LOGIN", "dXNlcg==", "c2VjcmV0"]);
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_stops_everything() {
    let Some(known) = certificates("certificates", HERE) else { return };
    let elsewhere = certificates("certificates", "DNS:relay.example.com").unwrap();
    for (offered, trusted) in [(&known, None), (&known, Some(&elsewhere)), (&elsewhere, Some(&elsewhere))] {
        let implicit: Vec<Act> = [Encrypt].into_iter().chain(GREETING).chain([Hang]).collect();
        let later: Vec<Act> = STARTTLS.into_iter().chain([Encrypt, Hang]).collect();
        for (scheme, option, script, read) in [
            ("smtps", "", implicit, 0),
            ("smtp", "?tls=required", later.clone(), 2),
            ("smtp", "?tls=opportunistic", later, 2),
        ] {
            let (port, handle) = start(script, Some(offered));
            let url = format!("{scheme}://user:secret@127.0.0.1:{port}{option}");
            let failure = open(&url, trusted).await.unwrap_err();
            assert!(
                matches!(&failure, Failure::Misconfigured(why) if why.contains("certificate")),
                "{failure}"
            );
            // EHLO and STARTTLS in plain text; nothing after the certificate was seen.
            assert_eq!(handle.join().unwrap().len(), read, "{url}");
        }
    }
}

#[tokio::test]
async fn without_starttls_neither_a_letter_nor_a_password_leaves() {
    for url in ["smtp://127.0.0.1:{port}?tls=required", "smtp://user:secret@0.0.0.0:{port}?tls=opportunistic"]
    {
        let (port, handle) =
            start(GREETING.into_iter().chain([Say("250-relay\r\n250 AUTH PLAIN LOGIN"), Hang]), None);
        let failure = open(&url.replace("{port}", &port.to_string()), None).await.unwrap_err();
        assert!(matches!(&failure, Failure::Misconfigured(why) if why.contains("STARTTLS")), "{failure}");
        assert_eq!(handle.join().unwrap(), ["EHLO hearback.example"]);
    }
}

/// CVE-2011-0411 and its kin: an attacker on the way adds to the reply that comes just before the encryption.
#[tokio::test]
async fn what_was_slipped_in_before_the_encryption_is_forgotten() {
    let Some(known) = certificates("STARTTLS injection", HERE) else { return };
    let slipped = [
        Say("220 relay ready"),
        Line,
        Say("250-relay\r\n250 STARTTLS"),
        Line,
        Say("220 go ahead\r\n250-relay\r\n250 AUTH LOGIN"),
        Encrypt,
        Line,
        Say("250-relay\r\n250 AUTH PLAIN"),
        Line,
        Say("235 2.7.0 welcome"),
    ];
    let (port, handle) = start(slipped, Some(&known));
    open(&format!("smtp://user:secret@127.0.0.1:{port}?tls=required"), Some(&known)).await.unwrap();
    assert_eq!(handle.join().unwrap().last().unwrap(), "AUTH PLAIN AHVzZXIAc2VjcmV0");
}

/// Without `TCP_NODELAY` each letter waits 40 ms for a delayed acknowledgement.
#[tokio::test]
async fn no_letter_waits_for_an_acknowledgement() {
    let Some(known) = certificates("no delay", HERE) else { return };
    let letters = || (0..LETTERS).flat_map(|_| ENVELOPE.into_iter().chain([Letter, Say("250 2.0.0 taken")]));
    let hello = || GREETING.into_iter().chain([Say("250 relay")]);
    let implicit: Vec<Act> = [Encrypt].into_iter().chain(hello()).chain(letters()).collect();
    let plain: Vec<Act> = hello().chain(letters()).collect();
    for (scheme, script) in [("smtps", implicit), ("smtp", plain)] {
        let (port, _handle) = start(script, Some(&known));
        let mut connection = open(&format!("{scheme}://127.0.0.1:{port}"), Some(&known)).await.unwrap();
        let start = Instant::now();
        for _ in 0..LETTERS {
            connection.envelope(&letter()).await.unwrap();
            connection.body(&letter()).await.unwrap();
        }
        let each = start.elapsed() / u32::try_from(LETTERS).unwrap();
        assert!(each < Duration::from_millis(30), "{scheme}: {each:?} a letter");
    }
}

#[tokio::test]
async fn a_recorder_hears_everything_but_the_password_and_the_letter() {
    let Some(known) = certificates("the recorder", HERE) else { return };
    let script = STARTTLS
        .into_iter()
        .chain([Encrypt, Line, Say("250-relay\r\n250 AUTH PLAIN"), Line, Say("235 2.7.0 welcome")])
        .chain(ENVELOPE)
        .chain([Letter, Say("250 2.0.0 taken")]);
    let (port, _handle) = start(script, Some(&known));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hear = Arc::clone(&heard);
    let recorder: Recorder = Arc::new(move |spoken| hear.lock().unwrap().push(spoken));
    let url = format!("smtp://user:secret@127.0.0.1:{port}?tls=required");
    let transport = Transport::Smtp(Box::new(way_to(&url, Some(&known)).recorded(recorder)));
    let mut connection = Connection::open(&transport).await.unwrap();
    connection.envelope(&letter()).await.unwrap();
    connection.body(&letter()).await.unwrap();
    let heard = heard.lock().unwrap();
    let shown: Vec<String> = heard
        .iter()
        .map(|spoken| match spoken {
            Spoken::Note(text) => format!("* {}", text.replace(&port.to_string(), "PORT")),
            Spoken::Us(text) => format!("> {text}"),
            Spoken::Relay(text) => format!("< {text}"),
        })
        .collect();
    let expected = [
        "* connected to 127.0.0.1:PORT",
        "< 220 relay ready",
        "> EHLO hearback.example",
        "< 250-relay",
        "< 250 STARTTLS",
        "> STARTTLS",
        "< 220 go ahead",
        "* encrypted with TLSv1_3",
        "> EHLO hearback.example",
        "< 250-relay",
        "< 250 AUTH PLAIN",
        "> AUTH PLAIN ***",
        "< 235 2.7.0 welcome",
        "> MAIL FROM:<b+1@bounce.example>",
        "< 250 2.1.0 ok",
        "> RCPT TO:<carla@customers.example>",
        "< 250 2.1.5 ok",
        "> DATA",
        "< 354 go on",
        "> (letter, 21 bytes)",
        "< 250 2.0.0 taken",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn a_file_without_authorities_says_so() {
    let folder = crate::support::fresh_folder("authorities");
    let file = folder.0.join("ca.pem");
    for (text, why) in [
        ("", "no certificate"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a certificate that"),
        ("-----BEGIN CERTIFICATE-----\nAAAA", "PEM that cannot be read"),
    ] {
        std::fs::write(&file, text).unwrap();
        let problem = Authorities::read(&file).unwrap_err();
        assert!(problem.contains(why), "{problem}");
    }
    assert!(Authorities::read(&folder.0).unwrap_err().contains("cannot be read"));
}
