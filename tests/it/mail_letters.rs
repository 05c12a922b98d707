//! Letters as receivers see them, judged by Python's mail library and by dkimpy.

use crate::support::{Folder, TestApp, environment, fresh_folder, make, program, programs_or_skip};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has dkimpy: Debian's, which need not be the first in the search path.
pub fn python(test: &str) -> Option<PathBuf> {
    let known = [Some(PathBuf::from("/usr/bin/python3")), program("python3")];
    let works = |python: &PathBuf| {
        let output = Command::new(python).args(["-c", "import dkim, nacl"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let found = known.into_iter().flatten().find(works);
    if found.is_none() {
        let line = format!("skipped {test}: needs Python with dkimpy, which is not installed");
        assert!(environment("HEARBACK_TESTS_MUST_RUN").as_deref() != Some("1"), "{line}");
        crate::support::say_past_the_harness(&line);
    }
    found
}

/// What the checking script says, and whether it is content.
pub fn checked(python: &Path, place: &Path, options: &[&str]) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_letter.py");
    let output = Command::new(python).arg(script).arg(place).args(options).output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), words.into_owned())
}

/// A private key and its public half.
struct Keys(Folder);

impl Keys {
    fn new(openssl: &Path, arguments: &str) -> Self {
        let folder = fresh_folder("dkim");
        for line in [arguments, "pkey -in private.pem -pubout -out public.pem"] {
            let output = Command::new(openssl).args(line.split(' ')).current_dir(&folder.0).output().unwrap();
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Self(folder)
    }

    fn private(&self) -> String {
        self.0.0.join("private.pem").display().to_string()
    }

    fn public(&self) -> String {
        self.0.0.join("public.pem").display().to_string()
    }
}

const RSA: &str = "genrsa -traditional -out private.pem 2048";
const RSA_8: &str = "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem";
const ED25519: &str = "genpkey -algorithm ED25519 -out private.pem";

/// An invitation as it left, in a file.
fn invitation(settings: &[(&str, &str)]) -> (Folder, PathBuf) {
    let mut all = vec![
        ("HEARBACK_PUBLIC_URL", "https://feedback.example.com"),
        ("HEARBACK_REPLY_TO", "Büro <office@example.com>"),
    ];
    all.extend(settings);
    let app = TestApp::with(&all);
    app.bring(&make::visit("W1"));
    app.work();
    let folder = fresh_folder("letter");
    let path = folder.0.join("W1.eml");
    std::fs::write(&path, &app.memory.letters()[0].bytes).unwrap();
    (folder, path)
}

#[test]
fn an_invitation_is_what_receivers_ask_for() {
    let Some(python) = python("letters") else { return };
    let (folder, path) = invitation(&[]);
    let (passed, words) = checked(&python, &folder.0, &[]);
    assert!(passed && words.contains("answer link, stopping"), "{words}");
    let letter = std::fs::read_to_string(&path).unwrap();
    // The script finds what it is there for.
    let text = letter.find("Content-Type: text/plain").unwrap();
    let (text, html) = letter.split_at(letter[text..].find("Content-Type: text/html").unwrap() + text);
    for (broken, why) in [
        (letter.replacen("\r\n", "\n", 3), "stands alone"),
        (letter.replacen("Date: ", "Datum: ", 1), "Date is there 0 times"),
        (letter.replacen("Subject: ", "Subject: x\r\nSubject: ", 1), "Subject is there 2 times"),
        (letter.replacen("Subject: ", "Subject: ü", 1), "not ASCII"),
        (letter.replacen("Message-ID: <", "Message-ID: ", 1), "Message-ID"),
        (letter.replacen("text/plain", "text/html", 1), "the parts are"),
        (letter.replacen("List-Unsubscribe-Post", "X-Post", 1), "List-Unsubscribe-Post is missing"),
        (text.replace("/s/", "/s/AAAA") + html, "different answer links"),
        (letter.clone() + &"x".repeat(999) + "\r\n", "longer than 998"),
    ] {
        assert_ne!(broken, letter, "{why}");
        std::fs::write(&path, broken).unwrap();
        let (passed, words) = checked(&python, &path, &[]);
        assert!(!passed && words.contains(why), "{why}: {words}");
    }
}

#[test]
fn a_signature_is_verified_by_somebody_elses_library() {
    let Some([openssl]) = programs_or_skip("signatures", ["openssl"]) else { return };
    let Some(python) = python("signatures") else { return };
    for (arguments, domain, signer) in [
        (RSA, None, "hearback._domainkey.example.com"),
        (RSA_8, Some("mail.example.com"), "hearback._domainkey.mail.example.com"),
        (ED25519, None, "hearback._domainkey.example.com"),
    ] {
        let keys = Keys::new(&openssl, arguments);
        let private = keys.private();
        let mut settings = vec![("HEARBACK_DKIM_KEY", private.as_str())];
        settings.extend(domain.map(|domain| ("HEARBACK_DKIM_DOMAIN", domain)));
        let (_folder, path) = invitation(&settings);
        let (passed, words) = checked(&python, &path, &["--dkim-key", &keys.public()]);
        assert!(passed && words.contains(&format!("signature by {signer}")), "{words}");
        let letter = std::fs::read_to_string(&path).unwrap();
        for (part, other) in [
            ("List-Unsubscribe: <https", "List-Unsubscribe: <https://evil.example.com>, <mailto"),
            ("List-Unsubscribe-Post: List", "List-Unsubscribe-Post: Mist"),
            ("Reply-To: ", "Reply-To: x"),
            ("text/html", "text/htmx"),
        ] {
            assert!(letter.contains(part), "{part}");
            std::fs::write(&path, letter.replacen(part, other, 1)).unwrap();
            let (passed, _) = checked(&python, &path, &["--dkim-key", &keys.public()]);
            assert!(!passed, "{part}");
        }
        let changed = letter.replacen("Subject: ", "Subject: Free ", 1);
        std::fs::write(&path, changed).unwrap();
        let (_, words) = checked(&python, &path, &["--dkim-key", &keys.public()]);
        assert!(words.contains("does not verify"), "{words}");
    }
}

#[test]
fn a_retry_of_a_signed_letter_has_the_same_bytes() {
    let Some([openssl]) = programs_or_skip("signed retries", ["openssl"]) else { return };
    for arguments in [RSA, ED25519] {
        let keys = Keys::new(&openssl, arguments);
        let private = keys.private();
        let app = TestApp::with(&[("HEARBACK_DKIM_KEY", &private)]);
        let letter = hearback::mail::Letter {
            from: "feedback@example.com".parse().unwrap(),
            reply_to: None,
            return_path: None,
            to_name: None,
            to: hearback::mail::EmailAddress::parse("carla@example.com").unwrap(),
            subject: "x".to_owned(),
            text: "x".to_owned(),
            html: "<p>x</p>".to_owned(),
            message_id: "<1@example.com>".to_owned(),
            date: app.now(),
            language: "en".to_owned(),
            list_unsubscribe: None,
            list_id: None,
        };
        let sign = || letter.to_signed_message(app.app.dkim.as_ref()).unwrap().bytes;
        assert!(sign().starts_with(b"DKIM-Signature: v=1; a="));
        assert_eq!(sign(), sign());
    }
}

#[test]
fn a_key_that_cannot_sign_stops_the_start_and_says_so() {
    let Some([openssl]) = programs_or_skip("keys", ["openssl"]) else { return };
    let folder = fresh_folder("keys");
    let path = folder.0.join("key.pem").display().to_string();
    let weak = Keys::new(&openssl, "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out private.pem");
    let curve =
        Keys::new(&openssl, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out private.pem");
    for key in [weak.private(), curve.private(), weak.public(), path] {
        let data = folder.0.join("data").display().to_string();
        let output = crate::support::program::run(
            &[("HEARBACK_DKIM_KEY", key.as_str()), ("HEARBACK_DATA", &data)],
            &["serve"],
        );
        let words = crate::support::program::complained(&output);
        assert_eq!(output.status.code(), Some(1), "{words}");
        assert!(words.contains("HEARBACK_DKIM_KEY names") && words.lines().count() == 1, "{words}");
    }
}
