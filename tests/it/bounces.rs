//! What a mail that comes back does, and what it must not do.

use crate::support::app::SECRET;
use crate::support::letters_back::sample;
use crate::support::program;
use crate::support::queue::{Hold, while_sending};
use crate::support::{TestApp, fresh_folder, make};
use chrono::TimeDelta;
use hearback::delivery::bounces::{Kind, Taken};
use serde_json::json;
use std::fs::File;
use std::process::Output;

/// Everything that a forged or harmless message must leave alone.
const STATE: &[&str] = &[
    "visit",
    "visit_outcome",
    "invitation",
    "delivery_attempt",
    "suppression",
    "changed_visit",
    "audit_entry",
];

#[track_caller]
fn mailed(id: &str) -> TestApp {
    let app = TestApp::start();
    app.mailed(id);
    assert_eq!(app.outcome(id), "sent");
    app
}

#[test]
fn a_hard_bounce_ends_the_visit_and_stops_the_address_for_the_next_one() {
    for name in ["postfix", "exim", "exchange", "gmail"] {
        let app = mailed("W1");
        assert_eq!(app.take_in(&app.came_back(name, "W1")), Taken::New(Kind::Bounce, "bounced"), "{name}");
        assert_eq!((app.outcome("W1"), app.invitation("W1")), ("bounced".into(), "bounced".into()));
        assert_eq!(app.suppressed("W1@Example.com").as_deref(), Some("the address does not exist"));
        assert_eq!(app.value("SELECT count(*) FROM changed_visit"), "1", "the sums do not hear of it");
        let audit = app.rows("SELECT action FROM audit_entry WHERE actor = 'rule' ORDER BY id");
        assert_eq!(audit, ["visit.bounced", "address.suppressed"], "{name}");
        let next = make::with(make::visit("W2"), json!({"customer": {"email": "w1@example.com"}}));
        app.bring(&next);
        assert_eq!(app.outcome("W2"), "suppressed");
    }
}

#[test]
fn a_suppression_outlives_the_erasure_of_the_customer() {
    let app = mailed("W1");
    app.take_in(&app.came_back("postfix", "W1"));
    app.execute("UPDATE visit SET customer_email = NULL, customer_name = NULL, customer_id = NULL").unwrap();
    app.execute("DELETE FROM customer").unwrap();
    assert!(!app.dump_all().contains("w1@example.com"), "something still knows the address");
    app.bring(&make::with(make::visit("W2"), json!({"customer": {"email": "w1@example.com"}})));
    assert_eq!(app.outcome("W2"), "suppressed");
}

#[test]
fn a_visit_that_was_planned_meanwhile_is_not_mailed_to_an_address_that_bounced() {
    let app = TestApp::with(&[("HEARBACK_ASK_EVERY", "0s")]);
    app.mailed("W1");
    app.bring(&make::with(make::visit("W2"), json!({"customer": {"email": "w1@example.com"}})));
    app.take_in(&app.came_back("gmail", "W1"));
    app.work();
    assert_eq!((app.outcome("W2").as_str(), app.memory.letters().len()), ("suppressed", 1));
}

#[test]
fn a_refusal_that_is_not_about_the_address_fails_the_visit_and_stops_nothing() {
    for name in ["gmail-policy", "full", "forwarded"] {
        let app = mailed("W1");
        assert_eq!(app.take_in(&app.came_back(name, "W1")), Taken::New(Kind::Bounce, "failed"), "{name}");
        assert_eq!((app.outcome("W1"), app.invitation("W1")), ("failed".into(), "failed".into()), "{name}");
        assert_eq!(app.suppressed("w1@example.com"), None, "{name}");
    }
}

#[test]
fn a_letter_of_which_nothing_was_known_is_settled_by_its_bounce() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    app.killed_worker("W1", "past_marker");
    app.advance(TimeDelta::seconds(61));
    app.work();
    assert_eq!(app.outcome("W1"), "unknown");
    app.take_in(&app.came_back("postfix", "W1"));
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("bounced".into(), "bounced".into()));
}

#[test]
fn no_reminder_follows_a_letter_that_came_back() {
    for name in ["postfix", "gmail-policy", "complaint"] {
        let app = mailed("W1");
        app.take_in(&app.came_back(name, "W1"));
        app.advance(TimeDelta::days(4));
        app.work();
        assert_eq!(app.memory.letters().len(), 1, "{name}");
    }
}

#[test]
fn the_refusal_of_a_reminder_does_not_undo_the_letter_before_it_unless_the_address_is_gone() {
    let app = mailed("W1");
    app.advance(TimeDelta::days(4));
    app.work();
    assert_eq!(app.memory.letters().len(), 2, "a reminder went out");
    assert_eq!(app.take_in(&app.came_back("gmail-policy", "W1")), Taken::New(Kind::Bounce, "none"));
    assert_eq!(app.outcome("W1"), "sent");
    assert_eq!(app.take_in(&app.came_back("gmail", "W1")), Taken::New(Kind::Bounce, "bounced"));
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("bounced".into(), "bounced".into()));
}

#[test]
fn the_same_bounce_counts_once_whichever_way_and_however_often_it_comes() {
    let app = mailed("W1");
    let raw = app.came_back("postfix", "W1");
    let again = [b"Received: from mx\r\n\tby mail\r\n".as_slice(), &raw].concat();
    app.take_in(&raw);
    let state = app.dump(STATE);
    for raw in [raw, again] {
        assert_eq!(app.take_in(&raw), Taken::Known(Kind::Bounce));
    }
    assert_eq!((app.dump(STATE), app.value("SELECT count(*) FROM bounce_event")), (state, "1".into()));
}

#[test]
fn two_that_take_in_the_same_message_at_the_same_moment_store_one_event() {
    let app = mailed("W1");
    let raw = app.came_back("postfix", "W1");
    let taken: Vec<Taken> = std::thread::scope(|scope| {
        let both: Vec<_> = (0..4).map(|_| scope.spawn(|| app.take_in(&raw))).collect();
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(taken.iter().filter(|taken| matches!(taken, Taken::New(..))).count(), 1, "{taken:?}");
    assert_eq!(app.value("SELECT count(*) FROM visit_outcome WHERE outcome = 'bounced'"), "1");
}

#[test]
fn forged_delayed_and_automatic_messages_change_nothing() {
    let app = mailed("W1");
    let genuine = app.return_path("W1");
    let (name, rest) = genuine.split_once('.').unwrap();
    let other = if rest.starts_with('0') { "1" } else { "0" };
    let swapped = format!("{other}{}", &rest[1..]);
    let unsigned = name.to_owned() + "@example.com";
    let before = app.dump(STATE);
    for path in [format!("{name}.{swapped}"), unsigned, "bounces@example.com".to_owned()] {
        for name in
            ["postfix", "exim", "exchange", "gmail", "complaint", "complaint-mail-from", "out-of-office"]
        {
            let taken = app.take_in(&sample(name, "W1", &path));
            assert!(matches!(taken, Taken::New(Kind::NotOurs, "none")), "{name} {path}: {taken:?}");
        }
    }
    for (name, kind) in [
        ("postfix-delayed", Kind::NotFailed),
        ("out-of-office", Kind::AutoReply),
        ("quoted-report", Kind::Other),
        ("person", Kind::Other),
        ("not-spam", Kind::Other),
        ("empty-report", Kind::Unreadable),
    ] {
        assert_eq!(app.take_in(&app.came_back(name, "W1")), Taken::New(kind, "none"), "{name}");
    }
    assert_eq!(app.dump(STATE), before);
    assert_eq!(app.outcome("W1"), "sent");
}

#[test]
fn a_return_path_in_the_body_of_a_bounce_is_not_believed() {
    let app = mailed("W1");
    let text = String::from_utf8(app.came_back("postfix", "W1")).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    let forged = head.replace(&app.return_path("W1"), "bounces@example.com") + "\n\n" + body;
    assert!(forged.contains(&app.return_path("W1")));
    assert_eq!(app.take_in(forged.as_bytes()), Taken::New(Kind::NotOurs, "none"));
}

#[test]
fn a_complaint_stops_the_address_and_the_visit() {
    for name in ["complaint", "complaint-headers", "complaint-mail-from"] {
        let app = mailed("W1");
        assert_eq!(
            app.take_in(&app.came_back(name, "W1")),
            Taken::New(Kind::Complaint, "opted_out"),
            "{name}"
        );
        assert_eq!(app.outcome("W1"), "opted_out");
        assert_eq!(app.suppressed("w1@example.com").as_deref(), Some("complained at the provider"));
    }
}

#[test]
fn an_answer_outweighs_what_comes_back() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.answer(&path, 4);
    assert_eq!(app.take_in(&app.came_back("postfix", "W1")), Taken::New(Kind::Bounce, "none"));
    assert_eq!((app.outcome("W1").as_str(), app.suppressed("w1@example.com")), ("answered", None));
    assert_eq!(app.take_in(&app.came_back("complaint", "W1")), Taken::New(Kind::Complaint, "suppressed"));
    assert_eq!(app.outcome("W1"), "answered");
    assert!(app.suppressed("w1@example.com").is_some(), "whoever complains is not asked again");
}

#[test]
fn a_bounce_that_overtakes_the_record_of_its_letter_waits_for_it() {
    let (app, came) = while_sending(Hold::BeforeReply, "W1", |app| {
        assert_eq!(app.take_in(&app.came_back("postfix", "W1")), Taken::TooEarly);
        assert_eq!(app.value("SELECT count(*) FROM bounce_event"), "0");
    });
    assert!(came);
    assert_eq!(app.take_in(&app.came_back("postfix", "W1")), Taken::New(Kind::Bounce, "bounced"));
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("bounced".into(), "bounced".into()));
}

/// Runs the command with a message on standard input.
fn pipe(settings: &[(&str, &str)], arguments: &[&str], raw: &[u8]) -> Output {
    let folder = fresh_folder("pipe");
    let file = folder.0.join("message");
    std::fs::write(&file, raw).unwrap();
    let mut command = program::command(settings);
    command.arg("bounce").args(arguments).current_dir(&folder.0);
    command.stdin(File::open(file).unwrap()).output().unwrap()
}

#[test]
fn the_mail_server_hands_a_bounce_to_the_command_which_tells_nobody_whom_it_is_about() {
    let app = mailed("W1");
    let (path, raw) = (app.return_path("W1"), sample("postfix", "W1", "bounces@example.com"));
    let settings =
        [("DATABASE_URL", app.database.url.as_str()), ("HEARBACK_SECRET", SECRET), ("HEARBACK_LOG", "trace")];
    let mut words = String::new();
    for taken in ["New(Bounce, \"bounced\")", "Known(Bounce)"] {
        let told = pipe(&settings, &["--recipient", &path], &raw);
        words = program::complained(&told);
        assert_eq!((told.status.code(), words.contains(taken)), (Some(0), true), "{words}");
        for secret in ["w1@example.com", "bounces+", &SECRET[5..]] {
            assert!(!words.contains(secret) && !program::said(&told).contains(secret), "{secret}: {words}");
        }
    }
    assert_eq!(app.outcome("W1"), "bounced", "{words}");
    for nothing in [sample("person", "W1", &path), b"\0\xff\r\n".to_vec(), Vec::new(), vec![b'x'; 3 << 20]] {
        assert_eq!(pipe(&settings, &[], &nothing).status.code(), Some(0));
    }
}

#[test]
fn the_mail_server_keeps_a_bounce_as_long_as_we_cannot_store_it() {
    let away = "postgresql://127.0.0.1:1/nowhere";
    let wrong = [("DATABASE_URL", away), ("HEARBACK_SECRET", SECRET)];
    assert_eq!(pipe(&wrong, &[], b"x").status.code(), Some(75));
    assert_eq!(pipe(&[("HEARBACK_POOL", "many")], &[], b"x").status.code(), Some(75));
}

#[test]
fn a_bounce_address_or_mailbox_that_cannot_be_used_is_named_without_its_password() {
    for (name, value) in [
        ("HEARBACK_BOUNCE_ADDRESS", "bounces"),
        ("HEARBACK_BOUNCE_ADDRESS", "a-very-long-name-for-bounces@example.com"),
        ("HEARBACK_BOUNCE_MAILBOX", "pop3://bounces:hidden@mail.example.com"),
        ("HEARBACK_BOUNCE_MAILBOX", "imaps://bounces:hidden@"),
    ] {
        let wrong = [
            ("DATABASE_URL", "postgresql://127.0.0.1:1/nowhere"),
            ("HEARBACK_SECRET", SECRET),
            (name, value),
        ];
        for command in ["check", "work"] {
            let told = program::run(&wrong, &[command]);
            let words = program::said(&told) + &program::complained(&told);
            assert_eq!(told.status.code(), Some(1), "{words}");
            assert!(words.contains(&format!("{name} ")) && !words.contains("hidden"), "{command}: {words}");
        }
    }
}
