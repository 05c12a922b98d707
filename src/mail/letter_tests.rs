use super::*;

fn letter() -> Letter {
    let address = |text: &str| EmailAddress::parse(text).unwrap();
    Letter {
        from: Mailbox::new(Some("Northwind Boilers"), address("feedback@example.com")),
        reply_to: Some(Mailbox::new(None, address("office@example.com"))),
        return_path: None,
        to_name: Some("Mrs Ashdown".to_owned()),
        to: address("carla@customers.example"),
        subject: "How was our service on Tuesday 17 November?".to_owned(),
        text: "Dear Mrs Ashdown,\nwie schön\n.\n".to_owned(),
        html: "<p>Dear Mrs Ashdown</p>".to_owned(),
        message_id: "<0193.1@example.com>".to_owned(),
        date: DateTime::from_timestamp(1_763_400_000, 0).unwrap(),
        language: "en-GB".to_owned(),
        list_unsubscribe: Some(ListUnsubscribe {
            url: format!("https://feedback.example.com/u/{}", "7q2mkx4d".repeat(8)),
            mailto: Some(address("stop@example.com")),
        }),
        list_id: Some("visits.example.com".to_owned()),
    }
}

fn text_of(letter: &Letter) -> String {
    let prepared = letter.to_message().unwrap();
    assert!(prepared.bytes.is_ascii());
    String::from_utf8(prepared.bytes).unwrap()
}

fn unfolded(letter: &Letter) -> String {
    text_of(letter).replace("\r\n ", " ")
}

#[test]
fn has_every_header_once_and_the_text_part_first() {
    let message = unfolded(&letter());
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    let stop = format!(
        "List-Unsubscribe: <https://feedback.example.com/u/{}>, <mailto:stop@example.com>",
        "7q2mkx4d".repeat(8)
    );
    for line in [
        "From: \"Northwind Boilers\" <feedback@example.com>",
        "Reply-To: office@example.com",
        "To: \"Mrs Ashdown\" <carla@customers.example>",
        "Subject: How was our service on Tuesday 17 November?",
        "Date: Mon, 17 Nov 2025 17:20:00 +0000",
        "Message-ID: <0193.1@example.com>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "Content-Language: en-GB",
        "List-Id: <visits.example.com>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "MIME-Version: 1.0",
        stop.as_str(),
    ] {
        assert_eq!(head.split("\r\n").filter(|l| *l == line).count(), 1, "{line}\n{head}");
    }
    assert!(head.contains("Content-Type: multipart/alternative;"), "{head}");
    let plain = body.find("text/plain; charset=utf-8").unwrap();
    assert!(plain < body.find("text/html; charset=utf-8").unwrap());
}

#[test]
fn a_retry_has_the_same_bytes() {
    assert_eq!(letter().to_message().unwrap().bytes, letter().to_message().unwrap().bytes);
    assert!(text_of(&letter()).contains("boundary=\"=_01931examplecom\""));
}

#[test]
fn reports_go_to_the_return_path_and_it_is_in_no_header() {
    assert_eq!(letter().to_message().unwrap().envelope_from.as_str(), "feedback@example.com");
    let verp = EmailAddress::parse("b+1.x@bounces.example.com").unwrap();
    let letter = Letter { return_path: Some(verp.clone()), ..letter() };
    assert_eq!(letter.to_message().unwrap().envelope_from, verp);
    assert!(!text_of(&letter).contains("bounces.example.com"));
}

#[test]
fn no_line_is_longer_than_rfc_5322_allows() {
    let mut letter = letter();
    letter.html = "<p>x</p>".repeat(2000);
    letter.to_name = Some("ж".repeat(400));
    assert!(text_of(&letter).split("\r\n").all(|line| line.len() <= 998));
}

#[test]
fn a_hostile_name_or_subject_makes_no_header_and_no_panic() {
    for name in
        ["A\r\nBcc: x@example.com", "A\nB", "A\rB", "A\0B", "A\u{85}B\u{2028}C", "\r\n", "\0", "a\"b\\c"]
    {
        let mut letter = letter();
        letter.to_name = Some(name.to_owned());
        letter.from.name = Some(name.to_owned());
        letter.reply_to = Some(Mailbox { name: Some(name.to_owned()), address: letter.to.clone() });
        letter.subject = name.to_owned();
        let message = text_of(&letter);
        assert!(!message.lines().any(|line| line.starts_with("Bcc")), "{name:?}");
        assert!(message.contains("carla@customers.example"), "{name:?}");
    }
}

/// Keeps the reason for `clean_name` true: when this fails, the library has learned.
#[test]
fn the_library_still_panics_on_a_line_break_in_a_name() {
    let build = || {
        let name = LettreMailbox::new(Some("A\nB".to_owned()), "a@example.com".parse().unwrap());
        Message::builder().from(name.clone()).to(name).body(String::new()).map(|m| m.formatted())
    };
    assert!(catch_unwind(build).is_err());
}

#[test]
fn cleans_names() {
    for (name, clean) in [
        ("  Eve  \t Adams ", "Eve Adams"),
        ("Eve\r\nAdams", "Eve Adams"),
        ("E\0ve", "E ve"),
        ("Eve\u{202e}evil", "Eve evil"),
        ("Jörg Müßig", "Jörg Müßig"),
        ("\u{9b}\u{7f}", ""),
    ] {
        assert_eq!(clean_name(name), clean);
    }
    assert_eq!(clean_name(&"é".repeat(300)).chars().count(), 100);
}

#[test]
fn refuses_what_the_caller_made_wrong() {
    let broken = |change: fn(&mut Letter)| {
        let mut letter = letter();
        change(&mut letter);
        letter.to_message().map(|_| ()).unwrap_err()
    };
    assert_eq!(broken(|l| l.message_id = "x@example.com".into()), LetterError::MessageId);
    assert_eq!(broken(|l| l.message_id = "<x@example.com>\r\nBcc: <y@z>".into()), LetterError::MessageId);
    assert_eq!(broken(|l| l.message_id = "<../x@example.com>".into()), LetterError::MessageId);
    assert_eq!(broken(|l| l.language = "de\r\nX".into()), LetterError::Language);
    assert_eq!(broken(|l| l.list_id = Some("a b".into())), LetterError::ListId);
    let link = |url: &str| Some(ListUnsubscribe { url: url.to_owned(), mailto: None });
    let mut other = letter();
    for url in ["mailto:x@example.com", "https://", "https://x/ y", "https://x/>,<y"] {
        other.list_unsubscribe = link(url);
        assert_eq!(other.to_message().map(|_| ()), Err(LetterError::Unsubscribe));
    }
    other.list_unsubscribe = link("http://localhost:8080/u/x");
    assert!(text_of(&other).contains("List-Unsubscribe: <http://localhost:8080/u/x>"));
    assert!(!text_of(&other).contains("One-Click"));
}

#[test]
fn debug_shows_no_address_and_no_token() {
    let letter = letter();
    let shown = format!("{letter:?} {:?} {:?}", letter.to_message().unwrap(), letter.list_unsubscribe);
    assert!(!shown.contains("carla") && !shown.contains("7q2m"), "{shown}");
}
