//! Calls for service, which jump the queue, and customers who are phoned first, by lot.

use crate::callbacks::{list, visits};
use crate::callbacks_waves::{attempt, complete, draw, keys, next, ten};
use crate::support::{TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::Scope;
use serde_json::json;

#[test]
fn who_asks_to_be_called_jumps_the_queue_and_stands_outside_the_scores() {
    let app = TestApp::start();
    let phone = json!({"customer": {"phone": "+441632960114"}});
    for id in ["W20", "W21", "W22"] {
        app.bring(&make::with(make::visit(id), phone.clone()));
    }
    app.work();
    let path = |id: &str| {
        make::answer_path(&make::decoded(&app.only_letter_to(&format!("{}@example.com", id.to_lowercase()))))
    };
    let say = |id: &str, fields: &[(&str, &str)]| {
        let customer = app.anonymous();
        let nonce = customer.get(&format!("{}?step=2", path(id))).expect(200).hidden("nonce");
        let all: Vec<(&str, &str)> =
            [("nonce", nonce.as_str()), ("step", "2")].into_iter().chain(fields.iter().copied()).collect();
        customer.post_form(&path(id), &all).expect(303);
    };
    say(
        "W20",
        &[("overall", "5"), ("call_me", "yes"), ("call_time", "afternoon"), ("call_number", "020 7946 0114")],
    );
    say("W21", &[("overall", "1")]);
    say("W22", &[("overall", "4")]);
    app.follow_answers();
    ten(&app);
    let (caller, lead) = keys(&app);
    draw(&lead, 0.8);
    assert_eq!(visits(&list(&caller, ""))[2..4], ["W10", "W9"]);
    let mut served: Vec<String> = Vec::new();
    for _ in 0..2 {
        let callback = next(&caller).unwrap();
        assert_eq!(callback["questions"], json!([]));
        let is_wish = callback["visit"]["id"] == "W20";
        assert_eq!(callback["customer"]["phone"] == "020 7946 0114", is_wish);
        let path = format!("/api/v1/callbacks/{}/attempts", callback["id"].as_str().unwrap());
        caller.post_json(&path, &complete()).expect(422);
        attempt(&caller, &callback, &json!({"disposition": "complete"}));
        served.push(callback["visit"]["id"].as_str().unwrap().to_owned());
    }
    served.sort();
    assert_eq!(served, ["W20", "W21"]);
    assert_eq!(next(&caller).unwrap()["visit"]["id"], "W10");
    let told = app.rows("SELECT concat_ws(' ', kind, state, called, probability, reason) FROM callback WHERE kind = 'service' ORDER BY reason");
    assert_eq!(told, ["service done t call_me", "service done t low_score"]);
    assert_eq!(app.outcome("W20"), "answered");
}

#[test]
fn some_are_phoned_first_once_calling_has_begun() {
    let app = TestApp::start();
    let bring = |from: u32, to: u32| {
        for at in from..to {
            let change = json!({"customer": {"phone": "+441632960114", "id": format!("C{at}")}});
            app.bring(&make::with(make::visit(&format!("P{at}")), change));
        }
    };
    bring(0, 60);
    assert_eq!(app.value("SELECT count(*) FROM visit WHERE outcome = 'phone_first'"), "0");
    draw(&app.client(&[Scope::CallbacksLead]), 0.5);
    bring(60, 210);
    let first: usize = app.value("SELECT count(*) FROM visit WHERE outcome = 'phone_first'").parse().unwrap();
    assert!((4..=24).contains(&first), "8 % of 150 are 12, not {first}");
    assert_eq!(app.value("SELECT count(*) FROM invitation"), (210 - first).to_string());
    assert_eq!(
        app.rows("SELECT DISTINCT first_contact || ' ' || reason FROM visit v JOIN visit_outcome o ON o.visit_id = v.id \
                  WHERE v.outcome = 'phone_first'"),
        ["phone drawn by lot to be phoned first, 8 % of those with a number"]
    );
    // Without a number, or without a basis for calls, nobody is.
    for at in 0..60 {
        app.bring(&make::visit(&format!("N{at}")));
        let basis = json!({"customer": {"phone": "+441632960114"}, "lawful_basis": {"channels": ["email"]}});
        app.bring(&make::with(make::visit(&format!("B{at}")), basis));
    }
    assert_eq!(app.value("SELECT count(*) FROM visit WHERE outcome = 'phone_first'"), first.to_string());
}

#[test]
fn who_asks_to_be_called_in_the_evening_is_called_in_the_evening() {
    let app = TestApp::start();
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"phone": "+441632960114"}})));
    let path = app.mail_out("W1");
    let customer = app.anonymous();
    let nonce = customer.get(&format!("{path}?step=2")).expect(200).hidden("nonce");
    let fields = [
        ("nonce", nonce.as_str()),
        ("step", "2"),
        ("overall", "4"),
        ("call_me", "yes"),
        ("call_time", "evening"),
    ];
    customer.post_form(&path, &fields).expect(303);
    app.work();
    let caller = app.client(&[Scope::CallbacksWork]);
    assert_eq!(next(&caller), None);
    app.advance(TimeDelta::hours(2));
    assert_eq!(next(&caller).unwrap()["visit"]["id"], "W1");
}
