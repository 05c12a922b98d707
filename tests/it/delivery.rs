//! From a planned visit to one letter, and never two.

use crate::support::queue::{Hold, while_sending};
use crate::support::{TestApp, make, wait_until};
use chrono::TimeDelta;
use hearback::audit::Actor;
use hearback::delivery::{Sender, fuse};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

fn bring_many(app: &TestApp, count: usize) {
    let visits: Vec<Value> = (0..count).map(|at| make::visit(&format!("W{at}"))).collect();
    let client = app.client(&[hearback::accounts::Scope::VisitsWrite]);
    let told = client.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200).json();
    assert_eq!(told["accepted"], count);
}

fn receivers(app: &TestApp) -> BTreeSet<String> {
    app.memory.letters().into_iter().map(|letter| letter.to).collect()
}

#[test]
fn a_planned_visit_is_mailed_once_at_its_time() {
    let app = TestApp::with(&[("HEARBACK_SURVEY_DELAY", "2h")]);
    let told = app.bring(&make::visit("W1")).json();
    assert_eq!(told["visit"]["send_at"], "2026-11-20T16:00:00Z");
    app.work();
    assert_eq!(app.memory.letters().len(), 0);
    app.advance(TimeDelta::hours(1));
    for _ in 0..3 {
        app.work();
    }
    assert_eq!(app.memory.letters().len(), 1);
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("sent".into(), "sent".into()));
}

#[test]
fn nothing_is_mailed_until_sending_is_switched_on() {
    let app = TestApp::with(&[("HEARBACK_SENDING", "off")]);
    app.bring(&make::visit("W1"));
    app.work();
    app.advance(TimeDelta::days(3));
    app.work();
    assert_eq!((app.memory.letters().len(), app.outcome("W1").as_str()), (0, "planned"));
    fuse::switch(&mut app.connection(), true, Actor::Shell, app.now()).unwrap();
    app.work();
    assert_eq!((app.memory.letters().len(), app.outcome("W1").as_str()), (1, "sent"));
    fuse::switch(&mut app.connection(), false, Actor::Shell, app.now()).unwrap();
    app.bring(&make::visit("W2"));
    app.work();
    assert_eq!(app.outcome("W2"), "planned");
}

#[test]
fn a_letter_waits_for_the_customers_own_morning() {
    let app = TestApp::with(&[("HEARBACK_SEND_WINDOW", "Mon-Sat 08:00-20:00")]);
    let told = app.bring(&make::with(make::visit("W1"), json!({"customer": {"time_zone": "Asia/Tokyo"}})));
    assert_eq!(told.json()["visit"]["send_at"], "2026-11-20T23:00:00Z");
}

#[test]
fn workers_side_by_side_mail_each_survey_once() {
    let app = TestApp::start();
    bring_many(&app, 50);
    let senders: Vec<Sender> = (0..4).map(|_| Sender::new(app.app.clone())).collect();
    app.block_on(async {
        let working: Vec<_> =
            senders.into_iter().map(|sender| tokio::spawn(async move { sender.send_due().await })).collect();
        for work in working {
            work.await.unwrap().unwrap();
        }
    });
    assert_eq!(app.memory.letters().len(), 50);
    assert_eq!(receivers(&app).len(), 50);
    assert_eq!(app.rows("SELECT DISTINCT outcome FROM visit"), ["sent"]);
    assert_eq!(app.value("SELECT count(*) FROM delivery_attempt"), "50");
    assert!(app.value("SELECT count(DISTINCT worker_id) FROM delivery_attempt").parse::<u32>().unwrap() > 1);
}

#[test]
fn a_graceful_stop_loses_no_letter_and_doubles_none() {
    let app = TestApp::start();
    bring_many(&app, 50);
    let sender = Sender::new(app.app.clone());
    let working = sender.clone();
    app.block_on(async {
        let work = tokio::spawn(async move { working.send_due().await });
        tokio::task::spawn_blocking({
            let memory = app.memory.clone();
            move || wait_until("a first letter", Duration::from_secs(20), || memory.letters().pop())
        })
        .await
        .unwrap();
        sender.stop();
        work.await.unwrap().unwrap();
    });
    let sent = app.memory.letters().len();
    assert!(sent < 50, "the stop came too late to test anything");
    let outcomes = "SELECT outcome || ' ' || count(*) FROM visit GROUP BY outcome ORDER BY outcome";
    assert_eq!(app.rows(outcomes), [format!("planned {}", 50 - sent), format!("sent {sent}")]);
    app.advance(TimeDelta::hours(1));
    app.work();
    assert_eq!((app.memory.letters().len(), receivers(&app).len()), (50, 50));
}

#[test]
fn a_worker_that_dies_before_the_marker_leaves_a_letter_that_is_mailed_once() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    app.killed_worker("W1", "claimed");
    app.work();
    assert_eq!((app.memory.letters().len(), app.outcome("W1").as_str()), (0, "sending"));
    app.advance(TimeDelta::seconds(61));
    for _ in 0..3 {
        app.work();
        app.advance(TimeDelta::hours(1));
    }
    assert_eq!((app.memory.letters().len(), app.outcome("W1").as_str()), (1, "sent"));
    assert_eq!(app.rows("SELECT state FROM delivery_attempt ORDER BY number"), ["refused", "accepted"]);
}

#[test]
fn a_worker_that_dies_past_the_marker_leaves_a_letter_that_is_never_mailed_again() {
    let app = TestApp::with(&[("HEARBACK_REMINDERS", "0")]);
    app.bring(&make::visit("W1"));
    app.killed_worker("W1", "past_marker");
    app.advance(TimeDelta::seconds(61));
    app.work();
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("unknown".into(), "unknown".into()));
    for _ in 0..10 {
        app.advance(TimeDelta::days(1));
        app.work();
    }
    assert_eq!((app.memory.letters().len(), app.outcome("W1").as_str()), (0, "unanswered"));
    assert_eq!(app.rows("SELECT state FROM delivery_attempt"), ["unknown"]);
}

#[test]
fn a_worker_that_slept_past_its_lease_hands_nothing_over() {
    let (app, came) = while_sending(Hold::BeforeLetter, "W1", |app| {
        app.advance(TimeDelta::seconds(61));
        let rescued = hearback::db::transaction(&mut app.connection(), |connection| {
            hearback::delivery::rescue::due(connection, &app.app, app.now())
        });
        assert_eq!((rescued, app.outcome("W1").as_str()), (Ok(1), "planned"));
    });
    assert!(!came, "two workers could mail it now");
    assert_eq!(app.invitation("W1"), "planned");
}

#[test]
fn the_database_itself_forbids_a_second_letter_past_the_dot() {
    let app = TestApp::start();
    app.mailed("W1");
    for state in ["past_marker", "accepted", "unknown"] {
        let second = format!(
            "INSERT INTO delivery_attempt (id, invitation_id, letter, number, worker_id, state, started_at) \
             SELECT gen_random_uuid(), invitation_id, letter, number + 1, worker_id, '{state}', started_at \
             FROM delivery_attempt"
        );
        let refused = app.execute(&second).unwrap_err();
        let unique = diesel::result::DatabaseErrorKind::UniqueViolation;
        assert!(
            matches!(&refused, diesel::result::Error::DatabaseError(kind, info)
                if std::mem::discriminant(kind) == std::mem::discriminant(&unique)
                && info.constraint_name() == Some("delivery_attempt_past_dot")),
            "{refused:?}"
        );
    }
}

#[test]
fn a_visit_older_than_14_days_is_never_mailed() {
    let app = TestApp::with(&[("HEARBACK_SENDING", "off")]);
    app.bring(&make::with(make::visit("OLD"), json!({"visited_at": "2026-11-06T14:59:59Z"})));
    assert_eq!(app.outcome("OLD"), "expired");
    app.bring(&make::with(make::visit("W1"), json!({"visited_at": "2026-11-06T15:00:01Z"})));
    assert_eq!(app.outcome("W1"), "planned");
    app.advance(TimeDelta::seconds(2));
    app.work();
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("expired".into(), "closed".into()));
    fuse::switch(&mut app.connection(), true, Actor::Shell, app.now()).unwrap();
    app.work();
    assert_eq!(app.memory.letters().len(), 0);
}

#[test]
fn a_letter_carries_what_readers_and_mail_programs_need() {
    let app = TestApp::with(&[
        ("HEARBACK_PUBLIC_URL", "https://feedback.example.com"),
        ("HEARBACK_REPLY_TO", "office@example.com"),
        ("HEARBACK_IMPRINT", "Northwind Boilers, 4 Example Quay"),
    ]);
    app.bring(&make::visit("W1"));
    app.work();
    let letter = app.only_letter_to("w1@example.com");
    let text = make::decoded(&letter);
    let token = &make::answer_path(&text)[3..];
    let header = |name: &str| make::header(&text, name).unwrap_or_else(|| panic!("no {name} in {text}"));
    assert_eq!(header("auto-submitted"), "auto-generated");
    assert_eq!(header("list-unsubscribe"), format!("<https://feedback.example.com/u/{token}>"));
    assert_eq!(header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
    assert_eq!(header("reply-to"), "office@example.com");
    assert!(header("from").contains("feedback@example.com") && header("to").contains("w1@example.com"));
    assert!(header("message-id").ends_with("@example.com>"));
    assert!(header("content-type").starts_with("multipart/alternative"));
    let (plain, html) = (text.find("text/plain").unwrap(), text.find("text/html").unwrap());
    assert!(plain < html, "the text part comes first");
    for part in [&text[plain..html], &text[html..]] {
        assert!(part.contains(&format!("https://feedback.example.com/s/{token}")), "{part}");
        assert!(part.contains(&format!("/u/{token}")) && part.contains("/privacy"), "{part}");
        assert!(part.contains("Erika Muster") && part.contains("4 Example Quay"), "{part}");
    }
    for score in 1..=5 {
        assert!(text[html..].contains(&format!("/s/{token}?score={score}")), "no link for {score}");
    }
    assert!(!text[html..].contains("<img") && !text[html..].contains("<script"), "nothing is fetched or run");
}

#[test]
fn a_letter_from_plain_http_offers_no_one_click() {
    let app = TestApp::start();
    app.mailed("W1");
    let text = make::decoded(&app.only_letter_to("w1@example.com"));
    assert!(make::header(&text, "list-unsubscribe").is_some());
    assert_eq!(make::header(&text, "list-unsubscribe-post"), None);
}

#[test]
fn a_name_cannot_add_a_header_to_its_letter() {
    let app = TestApp::start();
    let name = "Ann\r\nBcc: all@example.com";
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"name": name}})));
    app.work();
    let text = make::decoded(&app.only_letter_to("w1@example.com"));
    assert_eq!(make::header(&text, "bcc"), None);
    assert_eq!(app.value("SELECT customer_name FROM visit").lines().count(), 1);
}

#[test]
fn a_worker_that_lost_a_letter_and_claimed_it_again_is_not_undone_by_its_first_try() {
    use hearback::delivery::claim::{Look, claim};
    use hearback::delivery::end::{Attempted, End, record};
    use hearback::delivery::rescue;
    use hearback::mail::Reply;
    use std::sync::Arc;
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let (mut connection, worker) = (app.connection(), hearback::ids::new_id());
    let take = || {
        let taken = hearback::db::transaction(&mut app.connection(), |connection| {
            claim(connection, &app.app, worker, 1)
        });
        let Ok(Look::Claimed(mut claimed)) = taken else { panic!("nothing was due") };
        Arc::new(claimed.pop().unwrap())
    };
    let first = take();
    app.advance(TimeDelta::seconds(61));
    rescue::due(&mut connection, &app.app, app.now()).unwrap();
    let second = take();
    // The first try ends late; the letter of the second is on its way.
    let late = Arc::new(Attempted { claimed: first, end: End::not_begun("too late") });
    record(&mut connection, &app.app, worker, &[late]).unwrap();
    assert_eq!(app.outcome("W1"), "sending", "the second claim stands");
    let reply = Reply { code: 250, text: "taken".to_owned() };
    let taken = Arc::new(Attempted { claimed: second, end: End::accepted(&reply) });
    record(&mut connection, &app.app, worker, &[taken]).unwrap();
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("sent".into(), "sent".into()));
}
