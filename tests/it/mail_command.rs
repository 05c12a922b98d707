//! `hearback mail test`: the conversation as it went, without the password, and what is to mend.

use crate::mail_letters::{checked, python};
use crate::mail_relay::Act::{Encrypt, Letter, Line, Say};
use crate::mail_relay::{Act, Certificates, ENVELOPE, start};
use crate::support::program::{complained, run, said};
use crate::support::{fresh_folder, programs_or_skip};

const TO: [&str; 3] = ["mail", "test", "carla@customers.example"];

fn hello() -> [Act; 5] {
    [
        Say("220 relay.example.com ESMTP"),
        Line,
        Say("250-relay.example.com\r\n250 AUTH PLAIN"),
        Line,
        Say("235 2.7.0 in"),
    ]
}

/// The lines of the conversation without their times, which must be there.
fn conversation(words: &str) -> Vec<String> {
    let timed = words.lines().take_while(|line| !line.is_empty()).map(|line| {
        let (time, rest) = line.split_once(" ms  ").unwrap_or_else(|| panic!("no time: {line}"));
        time.trim().parse::<u64>().unwrap();
        rest.to_owned()
    });
    timed.collect()
}

#[test]
fn shows_the_conversation_without_the_password_and_what_is_to_mend() {
    let script = hello().into_iter().chain(ENVELOPE);
    let (port, handle) =
        start(script.chain([Letter, Say("250 2.0.0 queued as 4F"), Line, Say("221 bye")]), None);
    let url = format!("smtp://robot:hunter2hunter2@127.0.0.1:{port}");
    let output = run(&[("HEARBACK_MAIL_URL", &url)], &TO);
    let words = said(&output);
    assert!(output.status.success(), "{words}{}", complained(&output));
    let letter = handle.join().unwrap().join("\n");
    assert!(letter.contains("This is a test of Hearback by Your company") && letter.contains("\nTo: carla@"));
    let shown = conversation(&words);
    let size = shown.iter().find(|line| line.starts_with("> (letter, ")).unwrap();
    let expected = [
        &format!("* connected to 127.0.0.1:{port}"),
        "< 220 relay.example.com ESMTP",
        "> EHLO localhost",
        "< 250-relay.example.com",
        "< 250 AUTH PLAIN",
        "> AUTH PLAIN ***",
        "< 235 2.7.0 in",
        "> MAIL FROM:<feedback@example.com>",
        "< 250 2.1.0 ok",
        "> RCPT TO:<carla@customers.example>",
        "< 250 2.1.5 ok",
        "> DATA",
        "< 354 go on",
        size,
        "< 250 2.0.0 queued as 4F",
        "> QUIT",
        "< 221 bye",
    ];
    assert_eq!(shown, expected);
    assert!(words.contains("The relay took the letter: 250 2.0.0 queued as 4F"), "{words}");
    for part in
        ["not encrypted", "nobody's", "HEARBACK_DKIM_KEY", "one click", "HEARBACK_REPLY_TO", "return path"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    for part in ["SPF: ", "DKIM: ", "DMARC: a TXT record at _dmarc.example.com", "PTR: "] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let all = words + &complained(&output);
    assert!(!all.contains("hunter2") && !all.contains("robot") && !all.contains("AHJvYm90"), "{all}");
}

#[test]
fn over_tls_with_an_authority_of_its_own_there_is_no_word_of_missing_encryption() {
    let Some([openssl]) = programs_or_skip("mail test over TLS", ["openssl"]) else { return };
    let known = Certificates::new(&openssl, "IP:127.0.0.1");
    let authority = known.authority().display().to_string();
    for trusted in [true, false] {
        let script =
            [Encrypt].into_iter().chain(hello()).chain(ENVELOPE).chain([Letter, Say("250 2.0.0 taken")]);
        let (port, _handle) = start(script, Some(&known));
        let url = format!("smtps://robot:hunter2hunter2@127.0.0.1:{port}");
        let mut settings = vec![("HEARBACK_MAIL_URL", url.as_str())];
        if trusted {
            settings.push(("HEARBACK_MAIL_CA", &authority));
        }
        let output = run(&settings, &TO);
        let words = said(&output);
        assert_eq!(output.status.success(), trusted, "{words}");
        assert_eq!(words.contains("* encrypted with TLSv1_3"), trusted, "{words}");
        assert_eq!(words.contains("not encrypted"), !trusted, "{words}");
        assert_eq!(words.contains("The letter was not sent: the mail settings"), !trusted, "{words}");
    }
}

#[test]
fn a_letter_that_the_relay_refuses_is_exit_1_with_its_words() {
    let no = [Line, Say("550 5.7.1 not from you"), Line, Say("250 reset"), Line, Say("221 bye")];
    let (port, _handle) = start([Say("220 hi"), Line, Say("250 relay")].into_iter().chain(no), None);
    let output = run(&[("HEARBACK_MAIL_URL", &format!("smtp://127.0.0.1:{port}"))], &TO);
    let words = said(&output);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("< 550 5.7.1 not from you"), "{words}");
    assert!(
        words.contains("not sent: the mail settings do not suit the relay: 550 5.7.1 not from you"),
        "{words}"
    );
    let output = run(&[], &["mail", "test", "nobody"]);
    assert!(
        output.status.code() == Some(1) && complained(&output).contains("ADDRESS"),
        "{}",
        complained(&output)
    );
}

#[test]
fn a_letter_to_a_folder_is_where_it_says_and_is_well_formed() {
    let folder = fresh_folder("mail-test");
    let url = format!("file:{}", folder.0.join("mail").display());
    let settings = [("HEARBACK_MAIL_URL", url.as_str()), ("HEARBACK_ORGANISATION", "Böhm & <Söhne>")];
    let output = run(&settings, &TO);
    let words = said(&output);
    assert!(output.status.success() && !words.contains("not encrypted"), "{words}{}", complained(&output));
    let place = words.lines().find_map(|line| line.strip_prefix("The letter was written to ")).unwrap();
    assert!(std::path::Path::new(place).is_file(), "{place}");
    let Some(python) = python("the test letter") else { return };
    let (passed, words) = checked(&python, std::path::Path::new(place), &["--no-link"]);
    assert!(passed, "{words}");
}
