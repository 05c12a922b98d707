//! Who is reminded, when, and who never.

use crate::support::{TestApp, make};
use chrono::TimeDelta;
use hearback::mail::{Failure, Phase, Stage};
use serde_json::json;

fn letters_to(app: &TestApp, id: &str) -> Vec<String> {
    let to = format!("{}@example.com", id.to_lowercase());
    app.memory.letters().iter().filter(|letter| letter.to == to).map(make::decoded).collect()
}

fn subjects(app: &TestApp, id: &str) -> Vec<String> {
    letters_to(app, id).iter().map(|letter| make::header(letter, "subject").unwrap()).collect()
}

/// Lets days go by, with a worker at work.
fn days(app: &TestApp, count: i32) {
    for _ in 0..count * 4 {
        app.advance(TimeDelta::hours(6));
        app.work();
    }
}

#[test]
fn whoever_does_not_answer_is_reminded_once_after_three_days_with_words_of_its_own() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    days(&app, 2);
    assert_eq!(letters_to(&app, "W1").len(), 1);
    days(&app, 1);
    let letters = letters_to(&app, "W1");
    assert_eq!(letters.len(), 2);
    assert_eq!(make::answer_path(&letters[1]), path, "the same link");
    let [first, second] = [0, 1].map(|at| make::header(&letters[at], "subject").unwrap());
    assert_ne!(first, second);
    assert_ne!(make::header(&letters[0], "message-id"), make::header(&letters[1], "message-id"));
    assert!(letters[1].contains("20 November"), "it says when we wrote: {}", letters[1]);
    assert_eq!(app.outcome("W1"), "sent");
    days(&app, 30);
    assert_eq!((letters_to(&app, "W1").len(), app.outcome("W1").as_str()), (2, "unanswered"));
}

#[test]
fn two_reminders_go_out_when_two_are_wished_and_none_when_none_is() {
    for (reminders, expected) in [("0", 1), ("1", 2), ("2", 3)] {
        let app = TestApp::with(&[("HEARBACK_REMINDERS", reminders)]);
        app.mailed("W1");
        days(&app, 20);
        assert_eq!(letters_to(&app, "W1").len(), expected, "{reminders} reminders");
        assert_eq!(app.outcome("W1"), "unanswered");
    }
}

#[test]
fn day_seven_ends_the_reminders() {
    let app = TestApp::with(&[("HEARBACK_REMIND_AFTER", "8d")]);
    app.mailed("W1");
    days(&app, 20);
    assert_eq!((letters_to(&app, "W1").len(), app.outcome("W1").as_str()), (1, "unanswered"));
}

#[test]
fn a_reminder_waits_for_the_customers_own_hours() {
    let app = TestApp::with(&[("HEARBACK_SEND_WINDOW", "Mon-Fri 09:00-18:00")]);
    app.bring(&make::visit("W1"));
    app.work();
    assert_eq!(letters_to(&app, "W1").len(), 1, "Friday afternoon");
    // Three days later it is Monday, in the afternoon; the Sunday before nothing goes out.
    days(&app, 2);
    assert_eq!(letters_to(&app, "W1").len(), 1);
    days(&app, 1);
    assert_eq!(letters_to(&app, "W1").len(), 2);
}

#[test]
fn neither_the_answered_nor_the_stopped_nor_the_bounced_are_reminded() {
    let app = TestApp::start();
    let answered = app.mailed("W1");
    app.answer(&answered, 5);
    let stopped = app.mailed("W2");
    app.anonymous()
        .post_form(&stopped.replace("/s/", "/u/"), &[("List-Unsubscribe", "One-Click")])
        .expect(200);
    assert_eq!(app.outcome("W2"), "opted_out");
    app.bring(&make::visit("W3"));
    let unknown_address = Failure::Refused {
        code: 550,
        enhanced: Some("5.1.1".to_owned()),
        text: "no such user".to_owned(),
        stage: Stage::Recipient,
    };
    app.memory.fail_next(unknown_address, Phase::Envelope);
    app.work();
    assert_eq!(app.outcome("W3"), "bounced");
    days(&app, 10);
    let counts = ["W1", "W2", "W3"].map(|id| letters_to(&app, id).len());
    assert_eq!(counts, [1, 1, 0]);
    assert_eq!(app.value("SELECT count(*) FROM invitation WHERE further_at IS NOT NULL"), "0");
}

#[test]
fn a_letter_of_unknown_fate_is_followed_by_the_reminder_and_not_by_itself() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    app.memory.fail_next(Failure::NoReply("the connection broke".to_owned()), Phase::Body);
    app.work();
    assert_eq!(app.outcome("W1"), "unknown");
    days(&app, 4);
    let states = app.rows("SELECT letter || ' ' || state FROM delivery_attempt ORDER BY number");
    assert_eq!(states, ["invitation unknown", "reminder accepted"]);
    assert_eq!(app.outcome("W1"), "sent", "now the customer was asked for certain");
}

#[test]
fn a_reminder_that_is_deferred_is_tried_again_and_the_visit_stays_as_it_was() {
    let app = TestApp::start();
    app.mailed("W1");
    let later =
        Failure::Deferred { code: 451, enhanced: None, text: "later".to_owned(), stage: Stage::Recipient };
    app.memory.fail_next(later, Phase::Envelope);
    app.advance(TimeDelta::days(3));
    app.work();
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("sent".into(), "sent".into()));
    assert_eq!(letters_to(&app, "W1").len(), 1);
    app.advance(TimeDelta::minutes(7));
    app.work();
    assert_eq!(letters_to(&app, "W1").len(), 2);
}

#[test]
fn a_reminder_whose_worker_died_past_the_marker_is_not_sent_again() {
    let app = TestApp::start();
    app.mailed("W1");
    app.advance(TimeDelta::days(3));
    let now = app.now().to_rfc3339();
    let claimed = format!(
        "WITH claimed AS (UPDATE invitation SET attempts = attempts + 1, lease_owner = gen_random_uuid(), \
         lease_until = '{now}'::timestamptz - interval '1 second' RETURNING id, attempts, lease_owner) \
         INSERT INTO delivery_attempt (id, invitation_id, letter, number, worker_id, state, started_at) \
         SELECT gen_random_uuid(), id, 'reminder', attempts, lease_owner, 'past_marker', '{now}' FROM claimed"
    );
    assert_eq!(app.execute(&claimed), Ok(1));
    days(&app, 6);
    assert_eq!(letters_to(&app, "W1").len(), 1);
    let states = app.rows("SELECT letter || ' ' || state FROM delivery_attempt ORDER BY number");
    assert_eq!(states, ["invitation accepted", "reminder unknown"]);
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("unanswered".into(), "sent".into()));
}

#[test]
fn a_reminder_speaks_the_customers_language_and_says_when_it_is_the_last() {
    let app = TestApp::with(&[("HEARBACK_REMINDERS", "2")]);
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"language": "de"}})));
    app.work();
    days(&app, 7);
    let letters = letters_to(&app, "W1");
    assert_eq!(letters.len(), 3, "{:?}", subjects(&app, "W1"));
    assert!(letters[1].contains("geschrieben") && letters[2].contains("geschrieben"));
    assert!(!letters[1].contains("letzte Mail") && letters[2].contains("letzte Mail"));
}
