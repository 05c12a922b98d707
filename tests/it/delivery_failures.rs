//! What a relay may say, and what comes of it.

use crate::support::{TestApp, make};
use chrono::{DateTime, TimeDelta, Utc};
use hearback::mail::{Failure, Phase, Stage};

fn refused(code: u16, enhanced: &str, stage: Stage) -> Failure {
    Failure::Refused { code, enhanced: Some(enhanced.to_owned()), text: "no".to_owned(), stage }
}

fn deferred(stage: Stage) -> Failure {
    Failure::Deferred { code: 451, enhanced: Some("4.7.1".to_owned()), text: "not now".to_owned(), stage }
}

fn after(failure: Failure, phase: Phase) -> TestApp {
    let app = TestApp::with(&[("HEARBACK_REMINDERS", "0")]);
    app.bring(&make::visit("W1"));
    app.memory.fail_next(failure, phase);
    app.work();
    app
}

fn waits(app: &TestApp) -> TimeDelta {
    let planned = app.value("SELECT to_json(send_at)#>>'{}' FROM invitation");
    let planned: DateTime<Utc> = planned.parse().unwrap();
    planned - app.now()
}

#[test]
fn silence_after_the_dot_is_unknown_and_never_a_second_letter() {
    let app = after(Failure::NoReply("the connection broke".to_owned()), Phase::Body);
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("unknown".into(), "unknown".into()));
    for _ in 0..8 {
        app.advance(TimeDelta::days(1));
        app.work();
    }
    assert_eq!(app.memory.letters().len(), 1);
    let path = make::answer_path(&make::decoded(&app.memory.letters()[0]));
    app.answer(&path, 5);
    assert_eq!(app.outcome("W1"), "answered");
}

#[test]
fn a_deferred_letter_is_tried_again_after_five_minutes_and_then_three_times_as_long() {
    for (failure, phase) in [
        (deferred(Stage::Recipient), Phase::Envelope),
        (deferred(Stage::Body), Phase::Body),
        (Failure::NotReached("connection refused".to_owned()), Phase::Open),
    ] {
        let app = after(failure.clone(), phase);
        assert_eq!(
            (app.outcome("W1"), app.invitation("W1")),
            ("planned".into(), "planned".into()),
            "{failure:?}"
        );
        let first = waits(&app);
        assert!((240..=360).contains(&first.num_seconds()), "{first}");
        app.work();
        assert_eq!(app.memory.letters().len(), 0);
        app.memory.fail_next(failure, phase);
        app.advance(first);
        app.work();
        let second = waits(&app);
        assert!((720..=1080).contains(&second.num_seconds()), "{second}");
        app.advance(second);
        app.work();
        assert_eq!((app.memory.letters().len(), app.outcome("W1").as_str()), (1, "sent"));
        assert_eq!(
            app.rows("SELECT state FROM delivery_attempt ORDER BY number"),
            ["refused", "refused", "accepted"]
        );
    }
}

#[test]
fn the_first_wait_is_the_one_that_is_set() {
    let app = TestApp::with(&[("HEARBACK_RETRY_FIRST", "30min")]);
    app.bring(&make::visit("W1"));
    app.memory.fail_next(deferred(Stage::Recipient), Phase::Envelope);
    app.work();
    assert!((1440..=2160).contains(&waits(&app).num_seconds()), "{}", waits(&app));
}

#[test]
fn an_address_that_does_not_exist_is_a_bounce_and_a_refused_message_is_not() {
    for (failure, phase, outcome) in [
        (refused(550, "5.1.1", Stage::Recipient), Phase::Envelope, "bounced"),
        (refused(550, "5.1.1", Stage::Body), Phase::Body, "bounced"),
        (refused(550, "5.7.1", Stage::Body), Phase::Body, "failed"),
        (refused(554, "5.6.0", Stage::Data), Phase::Envelope, "failed"),
    ] {
        let app = after(failure.clone(), phase);
        assert_eq!(
            (app.outcome("W1"), app.invitation("W1")),
            (outcome.into(), outcome.into()),
            "{failure:?}"
        );
        app.advance(TimeDelta::days(2));
        app.work();
        assert_eq!((app.memory.letters().len(), app.outcome("W1").as_str()), (0, outcome));
        let reason = "SELECT reason FROM visit_outcome ORDER BY id DESC LIMIT 1";
        assert!(app.value(reason).contains("refused by the relay"), "{}", app.value(reason));
    }
}

#[test]
fn a_refusal_of_ourselves_is_not_held_against_the_address() {
    let app = after(refused(530, "5.7.0", Stage::Sender), Phase::Envelope);
    assert_eq!(app.outcome("W1"), "planned");
    app.advance(TimeDelta::minutes(7));
    app.work();
    assert_eq!(app.outcome("W1"), "sent");
}

#[test]
fn a_relay_that_is_away_for_two_weeks_lets_the_visit_expire() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    for _ in 0..200 {
        app.memory.fail_next(Failure::NotReached("connection refused".to_owned()), Phase::Open);
    }
    while app.outcome("W1") == "planned" {
        app.work();
        app.advance(TimeDelta::hours(8));
    }
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("expired".into(), "closed".into()));
    assert!(app.now() < "2026-12-06T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
}
