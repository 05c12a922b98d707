//! Whom not to ask, or not yet: held, never dropped, and every decision a row.

use crate::support::{TestApp, make};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn of_customer(id: &str, customer: &Value) -> Value {
    make::with(make::visit(id), json!({ "customer": customer }))
}

fn history(app: &TestApp, id: &str) -> Vec<String> {
    app.rows(&format!(
        "SELECT o.outcome || ': ' || o.reason FROM visit_outcome o JOIN visit v ON v.id = o.visit_id \
         WHERE v.external_id = '{id}' ORDER BY o.id"
    ))
}

fn shown(app: &TestApp, id: &str) -> Value {
    let client =
        app.client(&[hearback::accounts::Scope::OutcomesRead, hearback::accounts::Scope::VisitsWrite]);
    client.get(&format!("/api/v1/visits/{id}")).expect(200).json()["visit"].take()
}

#[test]
fn a_customer_is_asked_once_in_thirty_days_and_the_second_visit_is_held_with_reason_and_date() {
    for same in [json!({"id": "C-1", "email": "other@example.com"}), json!({"email": "W1@example.com"})] {
        let app = TestApp::start();
        app.bring(&of_customer("W1", &json!({"id": "C-1"})));
        app.work();
        app.bring(&of_customer("W2", &same));
        app.work();
        assert_eq!((app.outcome("W1"), app.outcome("W2")), ("sent".into(), "planned".into()));
        let visit = shown(&app, "W2");
        assert_eq!(visit["send_at"], "2026-12-20T15:00:00Z", "{same}");
        let last = history(&app, "W2").pop().unwrap();
        assert!(last.starts_with("planned: held: the customer was asked about another visit on 2026-11-20"));
        // At most until the visit is 14 days old.
        app.advance(TimeDelta::days(14));
        app.work();
        assert_eq!(app.outcome("W2"), "expired");
        assert_eq!(app.memory.letters().iter().filter(|letter| letter.to != "w1@example.com").count(), 0);
    }
}

#[test]
fn a_held_visit_is_asked_about_when_its_date_has_come() {
    let app = TestApp::with(&[("HEARBACK_ASK_EVERY", "10d"), ("HEARBACK_REMINDERS", "0")]);
    for id in ["W1", "W2"] {
        app.bring(&of_customer(id, &json!({"id": "C-1", "email": "c1@example.com"})));
    }
    app.work();
    let outcomes = ["W1", "W2"].map(|id| app.outcome(id));
    assert!(
        outcomes.contains(&"sent".to_owned()) && outcomes.contains(&"planned".to_owned()),
        "{outcomes:?}"
    );
    app.advance(TimeDelta::days(10));
    app.work();
    assert_eq!(app.memory.letters().len(), 2);
    assert_eq!(app.rows("SELECT count(*) FROM visit WHERE outcome = 'planned'"), ["0"]);
}

#[test]
fn workers_side_by_side_ask_a_customer_once() {
    let app = TestApp::start();
    let visits: Vec<Value> = (0..40)
        .map(|at| of_customer(&format!("W{at}"), &json!({"id": format!("C-{}", at % 4), "email": null})))
        .map(|visit| {
            let customer = visit["customer"]["id"].as_str().unwrap().to_lowercase();
            make::with(visit, json!({"customer": {"email": format!("{customer}@example.com")}}))
        })
        .collect();
    let client = app.client(&[hearback::accounts::Scope::VisitsWrite]);
    client.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200);
    let senders: Vec<_> = (0..4).map(|_| hearback::delivery::Sender::new(app.app.clone())).collect();
    app.block_on(async {
        let working: Vec<_> =
            senders.into_iter().map(|sender| tokio::spawn(async move { sender.send_due().await })).collect();
        for work in working {
            work.await.unwrap().unwrap();
        }
    });
    assert_eq!(app.memory.letters().len(), 4);
    assert_eq!(app.value("SELECT count(*) FROM visit WHERE outcome = 'sent'"), "4");
    assert_eq!(app.value("SELECT count(*) FROM visit WHERE outcome = 'planned'"), "36");
}

#[test]
fn a_letter_that_never_went_out_holds_no_other_back() {
    let app = TestApp::start();
    app.bring(&of_customer("W1", &json!({"id": "C-1", "email": "c1@example.com"})));
    let refused = hearback::mail::Failure::Refused {
        code: 554,
        enhanced: Some("5.7.1".to_owned()),
        text: "not like this".to_owned(),
        stage: hearback::mail::Stage::Body,
    };
    app.memory.fail_next(refused, hearback::mail::Phase::Body);
    app.work();
    assert_eq!(app.outcome("W1"), "failed");
    app.bring(&of_customer("W2", &json!({"id": "C-1", "email": "c1@example.com"})));
    app.work();
    assert_eq!(app.outcome("W2"), "sent");
}

#[test]
fn no_limit_is_no_limit() {
    let app = TestApp::with(&[("HEARBACK_ASK_EVERY", "0s")]);
    for id in ["W1", "W2"] {
        app.bring(&of_customer(id, &json!({"id": "C-1", "email": "c1@example.com"})));
    }
    app.work();
    assert_eq!(app.memory.letters().len(), 2);
}

#[test]
fn our_own_domains_are_not_asked_nor_what_is_below_them() {
    let app = TestApp::with(&[("HEARBACK_OWN_DOMAINS", "northwind.example.com, @other.example.com")]);
    for (id, address, outcome) in [
        ("W1", "a@NorthWind.example.com", "internal"),
        ("W2", "a@mail.other.example.com", "internal"),
        ("W3", "a@notnorthwind.example.com", "planned"),
    ] {
        app.bring(&of_customer(id, &json!({ "email": address })));
        assert_eq!(app.outcome(id), outcome, "{address}");
    }
}

#[test]
fn a_sample_is_drawn_by_a_number_of_its_own_and_stays_drawn() {
    let drawn = |percent: &str| {
        let app = TestApp::with(&[("HEARBACK_SAMPLE", percent)]);
        let visits: Vec<Value> = (0..400).map(|at| make::visit(&format!("W{at}"))).collect();
        let client = app.client(&[hearback::accounts::Scope::VisitsWrite]);
        client.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200);
        app.rows("SELECT external_id FROM visit WHERE outcome = 'planned' ORDER BY 1")
    };
    let (quarter, half) = (drawn("25%"), drawn("50%"));
    assert!((70..130).contains(&quarter.len()) && (160..240).contains(&half.len()), "{}", quarter.len());
    assert!(quarter.iter().all(|id| half.contains(id)), "who is in the small sample is in the large one");
    assert_eq!((drawn("0%").len(), drawn("100%").len()), (0, 400));
}

#[test]
fn who_was_not_drawn_is_told_so_and_counts_as_not_eligible() {
    let app = TestApp::with(&[("HEARBACK_SAMPLE", "0%")]);
    app.bring(&make::visit("W1"));
    assert_eq!(history(&app, "W1"), ["not_sampled: not drawn; 0 % of the visits are asked about"]);
}

#[test]
fn hours_that_close_before_the_letter_goes_hold_it_with_reason_and_date() {
    let app = TestApp::with(&[("HEARBACK_SEND_WINDOW", "Mon-Fri 09:00-18:00"), ("HEARBACK_SENDING", "off")]);
    app.bring(&make::visit("W1"));
    app.advance(TimeDelta::hours(4));
    let (mut connection, now) = (app.connection(), app.now());
    hearback::delivery::fuse::switch(&mut connection, true, hearback::audit::Actor::Shell, now).unwrap();
    app.work();
    assert_eq!(app.outcome("W1"), "planned");
    assert!(history(&app, "W1")[1].contains("outside the hours for mail"), "{:?}", history(&app, "W1"));
    assert_eq!(shown(&app, "W1")["send_at"], "2026-11-23T09:00:00Z");
}

#[test]
fn a_deferred_letter_whose_visit_is_corrected_goes_out_and_is_not_held_by_itself() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let later = hearback::mail::Failure::Deferred {
        code: 450,
        enhanced: None,
        text: "later".to_owned(),
        stage: hearback::mail::Stage::Recipient,
    };
    app.memory.fail_next(later, hearback::mail::Phase::Envelope);
    app.work();
    assert_eq!(app.outcome("W1"), "planned");
    let client = app.client(&[hearback::accounts::Scope::VisitsWrite]);
    let change = json!({"customer": {"name": "Anna Sample"}});
    client.patch_json("/api/v1/visits/W1", &change).expect(200);
    app.advance(TimeDelta::hours(1));
    app.work();
    assert_eq!(app.outcome("W1"), "sent");
}

#[test]
fn a_visit_that_gets_its_address_later_is_drawn_like_any_other() {
    let app = TestApp::with(&[("HEARBACK_SAMPLE", "0%")]);
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"email": null}})));
    assert_eq!(app.outcome("W1"), "no_address");
    let client = app.client(&[hearback::accounts::Scope::VisitsWrite]);
    let change = json!({"customer": {"email": "w1@example.com"}});
    client.patch_json("/api/v1/visits/W1", &change).expect(200);
    assert_eq!(app.outcome("W1"), "not_sampled");
}
