use super::*;

const PATH: &str = "bounces+0123456789abcdefghjkmnpqrs.0123456789abcdef@example.com";

macro_rules! samples {
    ($($name:literal),* $(,)?) => {
        const SAMPLES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../tests/data/mail/", $name, ".eml")))),*];
    };
}

samples!(
    "postfix",
    "postfix-delayed",
    "exim",
    "exchange",
    "gmail",
    "gmail-policy",
    "full",
    "forwarded",
    "out-of-office",
    "quoted-report",
    "empty-report",
    "complaint",
    "complaint-headers",
    "complaint-mail-from",
    "not-spam",
    "person",
);

fn sample(name: &str) -> String {
    let found = SAMPLES.iter().find(|(known, _)| *known == name).unwrap();
    found.1.replace("RETURN_PATH", PATH)
}

fn read_sample(name: &str) -> Report {
    read(sample(name).as_bytes(), None)
}

fn failed(name: &str) -> FailedRecipient {
    let Says::Bounce(mut failed) = read_sample(name).says else { panic!("{name} is no bounce") };
    assert_eq!(failed.len(), 1, "{name}");
    failed.remove(0)
}

#[test]
fn bounces_of_the_servers_in_use_are_read_with_their_status() {
    for (name, status) in [
        ("postfix", "5.1.1"),
        ("exim", "5.1.1"),
        ("exchange", "5.1.10"),
        ("gmail", "5.1.1"),
        ("gmail-policy", "5.7.1"),
        ("full", "4.2.2"),
    ] {
        let failed = failed(name);
        assert_eq!(failed.status.as_deref(), Some(status), "{name}");
        assert!(failed.is("W1@example.com") && !failed.is("other@example.com"), "{name}");
    }
    assert!(!failed("forwarded").is("w1@example.com"));
}

#[test]
fn the_return_path_is_found_where_servers_write_it() {
    for (name, _) in SAMPLES {
        // A complaint goes to another mailbox; its return path is that of the letter it brings back.
        assert!(read_sample(name).return_paths.iter().any(|path| path == PATH), "{name}");
    }
}

#[test]
fn the_recipient_that_the_server_names_is_believed_before_any_header() {
    let report = read(sample("postfix").as_bytes(), Some("bounces@example.com"));
    assert_eq!(report.return_paths, ["bounces@example.com"]);
}

#[test]
fn only_action_failed_is_a_bounce() {
    assert_eq!(read_sample("postfix-delayed").says, Says::NotFailed);
    for (action, says) in [
        ("delivered", Says::NotFailed),
        ("relayed (to somewhere)", Says::NotFailed),
        ("EXPANDED", Says::NotFailed),
        ("Delayed", Says::NotFailed),
        ("failed-not", Says::Unreadable),
        ("", Says::Unreadable),
    ] {
        let text = sample("postfix").replace("Action: failed", &format!("Action: {action}"));
        assert_eq!(read(text.as_bytes(), None).says, says, "{action}");
    }
    let text = sample("postfix").replace("Action: failed", "ACTION : FAILED (for good)");
    assert_eq!(read(text.as_bytes(), None).says, Says::Unreadable, "a space before the colon is no field");
    let text = sample("postfix").replace("Action: failed", "ACTION:FAILED(for good)");
    assert!(matches!(read(text.as_bytes(), None).says, Says::Bounce(_)));
}

#[test]
fn of_several_recipients_only_the_failed_ones_count() {
    let two =
        "Action: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; other@example.com\nAction: failed";
    let text = sample("postfix").replace("Action: failed", two);
    let Says::Bounce(failed) = read(text.as_bytes(), None).says else { panic!() };
    assert_eq!(failed.len(), 1);
    assert!(failed[0].is("other@example.com") && !failed[0].is("w1@example.com"));
}

#[test]
fn what_a_program_or_a_person_writes_is_neither_bounce_nor_complaint() {
    assert_eq!(read_sample("out-of-office").says, Says::AutoReply);
    assert_eq!(read_sample("quoted-report").says, Says::Other);
    assert_eq!(read_sample("person").says, Says::Other);
    let unmarked = sample("out-of-office").replace("Auto-Submitted: auto-replied\n", "");
    assert_eq!(read(unmarked.as_bytes(), None).says, Says::AutoReply, "by its null return path");
}

#[test]
fn a_complaint_is_one_only_when_the_letter_is_not_wanted() {
    for name in ["complaint", "complaint-headers", "complaint-mail-from"] {
        assert_eq!(read_sample(name).says, Says::Complaint, "{name}");
    }
    assert_eq!(read_sample("not-spam").says, Says::Other);
    for kind in ["auth-failure", "virus", "other", "unheard-of"] {
        let text = sample("complaint").replace("Feedback-Type: abuse", &format!("Feedback-Type: {kind}"));
        assert_eq!(read(text.as_bytes(), None).says, Says::Other, "{kind}");
    }
}

#[test]
fn a_report_without_its_part_and_an_endless_message_are_unreadable() {
    assert_eq!(read_sample("empty-report").says, Says::Unreadable);
    let long = sample("postfix") + &"x".repeat(LONGEST);
    assert_eq!(read(long.as_bytes(), None).says, Says::Unreadable);
    assert_eq!(read(b"", None).says, Says::Unreadable);
}

#[test]
fn the_words_of_a_server_are_kept_without_addresses_and_without_control_characters() {
    let words = failed("postfix").diagnostic.unwrap();
    assert_eq!(words, "smtp; 550 5.1.1 <…@…>: Recipient address rejected: User unknown");
    let text =
        sample("postfix").replace("User unknown\n\n--", &format!("{}\u{1b}[2J\n\n--", "é".repeat(999)));
    let Says::Bounce(failed) = read(text.as_bytes(), None).says else { panic!() };
    let words = failed[0].diagnostic.clone().unwrap();
    assert!(words.chars().count() <= LONGEST_DIAGNOSTIC && !words.chars().any(char::is_control), "{words}");
}

#[test]
fn no_address_is_printed() {
    for (name, _) in SAMPLES {
        let printed = format!("{:?}", read_sample(name));
        assert!(!printed.contains('@'), "{printed}");
    }
}

#[test]
fn a_status_is_read_from_a_quoted_reply_only_at_its_place() {
    for (words, expected) in [
        ("smtp; 550 5.1.1 no", Some("5.1.1")),
        ("SMTP;550-5.1.10 no", Some("5.1.10")),
        ("smtp; 550 no 5.1.1", None),
        ("smtp; 5.1.1 no", None),
        ("X-Postfix; 550 5.1.1", None),
        ("smtp; 250 2.0.0 fine", None),
        ("smtp; 55é 5.1.1", None),
        ("smtp", None),
    ] {
        assert_eq!(smtp_status(words).as_deref(), expected, "{words}");
    }
}

#[test]
fn one_message_is_the_same_whichever_way_it_comes() {
    let text = sample("postfix");
    let mailbox = format!("Received: from mx by mail;\r\n\tlater\r\nDelivered-To: x@example.com\r\n{}", {
        text.replace('\n', "\r\n")
    });
    let piped = format!("From MAILER-DAEMON Fri Nov 20 15:00:02 2026\n{text}\n");
    let same = without_trace(text.as_bytes());
    assert_eq!(without_trace(mailbox.as_bytes()), same);
    assert_eq!(without_trace(piped.as_bytes()), same);
    assert_ne!(without_trace(sample("gmail").as_bytes()), same);
    assert!(String::from_utf8(same).unwrap().contains("Final-Recipient: rfc822; w1@example.com"));
}

/// A generator whose course is the same each time (`SplitMix64`).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((value ^ (value >> 31)) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

fn mutate(bytes: &mut Vec<u8>, other: &[u8], seeded: &mut Seeded) {
    for _ in 0..=seeded.below(8) {
        let (at, length) = (seeded.below(bytes.len()), seeded.below(80));
        let end = (at + length).min(bytes.len());
        match seeded.below(6) {
            0 if at < bytes.len() => bytes[at] = u8::try_from(seeded.below(256)).unwrap(),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => bytes.truncate(at),
            4 => {
                let from = seeded.below(other.len());
                let piece = other[from..(from + length).min(other.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.splice(at..at, *b"\r\n\r\n--").for_each(drop),
        }
    }
}

#[test]
fn ten_thousand_spoiled_messages_are_read_to_their_end() {
    let mut seeded = Seeded(5);
    for round in 0..10_000 {
        let (name, _) = SAMPLES[round % SAMPLES.len()];
        let (other, _) = SAMPLES[seeded.below(SAMPLES.len())];
        let mut bytes = sample(name).into_bytes();
        mutate(&mut bytes, sample(other).as_bytes(), &mut seeded);
        // The parser panics at some of them (mail-parser 0.11.9: "could not find multipart").
        let report = read(&bytes, None);
        assert!(report.return_paths.len() <= 4 * MOST && without_trace(&bytes).len() <= bytes.len());
    }
}
