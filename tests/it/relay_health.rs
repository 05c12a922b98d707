//! A relay that is away, too many letters at once, and a database that went back in time.

use crate::support::{TestApp, make};
use chrono::TimeDelta;
use hearback::audit::Actor;
use hearback::delivery::fuse;
use hearback::mail::{Failure, Phase, Stage};
use serde_json::{Value, json};

fn bring_many(app: &TestApp, count: usize, domain: &str) {
    let visits: Vec<Value> = (0..count)
        .map(|at| {
            let id = format!("{}-{at}", domain.split('.').next().unwrap());
            let email = format!("{id}@{domain}");
            make::with(make::visit(&id), json!({"customer": {"email": email}}))
        })
        .collect();
    let client = app.client(&[hearback::accounts::Scope::VisitsWrite]);
    let told = client.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200).json();
    assert_eq!(told["accepted"], count);
}

fn attempts(app: &TestApp) -> usize {
    app.value("SELECT count(*) FROM delivery_attempt WHERE reply LIKE '%connection refused%'")
        .parse()
        .unwrap()
}

fn away(app: &TestApp, times: usize) {
    for _ in 0..times {
        app.memory.fail_next(Failure::NotReached("connection refused".to_owned()), Phase::Open);
    }
}

#[test]
fn a_relay_that_is_away_is_left_alone_and_found_again_by_one_letter() {
    let app = TestApp::with(&[("HEARBACK_MAIL_CONNECTIONS", "1")]);
    bring_many(&app, 40, "a.example.com");
    away(&app, 5);
    app.work();
    assert_eq!((attempts(&app), app.memory.letters().len()), (5, 0));
    for _ in 0..3 {
        app.work();
    }
    assert_eq!(attempts(&app), 5, "nothing is tried while it is open");
    app.advance(TimeDelta::seconds(31));
    away(&app, 1);
    app.work();
    assert_eq!((attempts(&app), app.memory.letters().len()), (6, 0), "one letter tries");
    app.advance(TimeDelta::seconds(31));
    app.work();
    assert_eq!(attempts(&app), 6, "the second time it is left alone for longer");
    app.advance(TimeDelta::seconds(31));
    app.work();
    assert_eq!(app.memory.letters().len(), 1);
    app.work();
    assert_eq!(app.memory.letters().len(), 34, "and then all go out that were not tried yet");
    app.advance(TimeDelta::minutes(20));
    app.work();
    assert_eq!(app.memory.letters().len(), 40);
    assert_eq!(app.value("SELECT faults FROM relay_breaker"), "0");
    assert_eq!(app.rows("SELECT DISTINCT outcome FROM visit"), ["sent"], "nobody is bounced for it");
}

#[test]
fn a_fault_of_our_own_settings_stops_at_once_and_bounces_nobody() {
    let app = TestApp::with(&[("HEARBACK_MAIL_CONNECTIONS", "1")]);
    bring_many(&app, 10, "a.example.com");
    let sign_in = Failure::Refused {
        code: 530,
        enhanced: Some("5.7.0".to_owned()),
        text: "sign in".to_owned(),
        stage: Stage::Sender,
    };
    app.memory.fail_next(sign_in, Phase::Envelope);
    app.work();
    assert_eq!(app.memory.letters().len(), 0);
    assert_eq!(app.rows("SELECT DISTINCT outcome FROM visit"), ["planned"]);
    assert!(app.value("SELECT words FROM relay_breaker").contains("sign in"));
    app.advance(TimeDelta::seconds(31));
    app.work();
    app.work();
    assert_eq!(app.memory.letters().len(), 9);
}

#[test]
fn no_more_letters_go_out_than_the_rate_allows_and_none_is_lost() {
    let app = TestApp::with(&[("HEARBACK_RATE", "60/min")]);
    bring_many(&app, 30, "a.example.com");
    let mut seconds = 0;
    while app.memory.letters().len() < 30 {
        app.work();
        assert!(
            app.memory.letters().len() <= 2 + seconds,
            "{} after {seconds} s",
            app.memory.letters().len()
        );
        app.advance(TimeDelta::seconds(1));
        seconds += 1;
        assert!(seconds < 60, "it takes too long");
    }
}

#[test]
fn a_rate_for_one_provider_does_not_hold_up_the_others() {
    let app = TestApp::with(&[("HEARBACK_DOMAIN_RATE", "60/min")]);
    bring_many(&app, 20, "slow.example.com");
    bring_many(&app, 1, "other.example.com");
    app.work();
    let to = |part: &str| app.memory.letters().iter().filter(|letter| letter.to.contains(part)).count();
    assert_eq!(to("@other."), 1);
    assert!((1..=2).contains(&to("@slow.")), "{}", to("@slow."));
    for second in 1..=20 {
        app.advance(TimeDelta::seconds(1));
        app.work();
        assert!(to("@slow.") <= second + 2);
    }
    assert_eq!(to("@slow."), 20);
    let held = "SELECT count(*) FROM visit_outcome WHERE reason LIKE 'held: not so many%'";
    let held: usize = app.value(held).parse().unwrap();
    assert!(held <= 20, "each waits once for a turn of its own: {held}");
}

fn blown(app: &TestApp) -> String {
    app.value("SELECT coalesce(reason, 'whole') FROM sending_fuse")
}

#[test]
fn a_database_that_went_back_in_time_mails_nobody_until_it_is_released() {
    let app = TestApp::start();
    app.mailed("W1");
    // An hour goes by, and then the database of an hour ago is put back.
    let kept = app.value("SELECT to_json(beat_at)#>>'{}' FROM sending_fuse");
    app.advance(TimeDelta::hours(1));
    app.work();
    app.execute(&format!("UPDATE sending_fuse SET beat_at = '{kept}'")).unwrap();
    app.bring(&make::visit("W2"));
    app.work();
    assert!(blown(&app).contains("went back in time"), "{}", blown(&app));
    app.advance(TimeDelta::hours(1));
    app.work();
    assert_eq!((app.memory.letters().len(), app.outcome("W2").as_str()), (1, "planned"));
    let audited = "SELECT count(*) FROM audit_entry WHERE action = 'sending.fuse_blown'";
    assert_eq!(app.value(audited), "1");
    fuse::switch(&mut app.connection(), true, Actor::Shell, app.now()).unwrap();
    app.work();
    assert_eq!((app.memory.letters().len(), app.outcome("W2").as_str()), (2, "sent"));
    assert_eq!(blown(&app), "whole");
}

#[test]
fn a_copy_of_the_database_mails_nobody_until_it_is_released() {
    let app = TestApp::start();
    app.mailed("W1");
    app.execute("UPDATE sending_fuse SET identity = '1/2/00000001'").unwrap();
    app.advance(TimeDelta::minutes(1));
    app.bring(&make::visit("W2"));
    app.work();
    assert!(blown(&app).contains("another database"), "{}", blown(&app));
    assert_eq!(app.memory.letters().len(), 1);
}

#[test]
fn letters_that_are_two_days_late_wait_for_somebody_to_look() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    app.advance(TimeDelta::hours(49));
    app.work();
    assert!(blown(&app).contains("overdue"), "{}", blown(&app));
    assert_eq!(app.memory.letters().len(), 0);
    fuse::switch(&mut app.connection(), true, Actor::Shell, app.now()).unwrap();
    app.work();
    assert_eq!(app.memory.letters().len(), 1);
}

#[test]
fn a_pause_holds_in_the_middle_of_a_run() {
    let app = TestApp::with(&[("HEARBACK_SENDING", "off"), ("HEARBACK_MAIL_CONNECTIONS", "1")]);
    fuse::switch(&mut app.connection(), true, Actor::Shell, app.now()).unwrap();
    bring_many(&app, 60, "a.example.com");
    let sender = hearback::delivery::Sender::new(app.app.clone());
    let (memory, url, now) = (app.memory.clone(), app.database.url.clone(), app.now());
    app.block_on(async {
        let work = tokio::spawn(async move { sender.send_due().await });
        let pausing = tokio::task::spawn_blocking(move || {
            crate::support::wait_until("a letter", std::time::Duration::from_secs(20), || {
                memory.letters().pop()
            });
            let mut connection = hearback::db::open(&url).unwrap();
            fuse::switch(&mut connection, false, Actor::Shell, now).unwrap();
        });
        pausing.await.unwrap();
        work.await.unwrap().unwrap();
    });
    let sent = app.memory.letters().len();
    assert!(sent < 60, "the pause came too late to test anything");
    let outcomes = "SELECT outcome || ' ' || count(*) FROM visit GROUP BY outcome ORDER BY outcome";
    assert_eq!(app.rows(outcomes), [format!("planned {}", 60 - sent), format!("sent {sent}")]);
}

#[test]
fn letters_that_wait_for_their_rate_do_not_blow_the_fuse() {
    let app = TestApp::with(&[("HEARBACK_RATE", "1/h"), ("HEARBACK_REMINDERS", "0")]);
    bring_many(&app, 60, "a.example.com");
    for _ in 0..55 {
        app.work();
        app.advance(TimeDelta::hours(1));
    }
    assert_eq!(blown(&app), "whole");
    assert!((54..=57).contains(&app.memory.letters().len()), "{}", app.memory.letters().len());
}
