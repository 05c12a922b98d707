//! Waves: who is drawn, in which order they are called, and with which probability.

use crate::callbacks::{list, standing, visits};
use crate::support::{Client, TestApp, make};
use hearback::accounts::Scope;
use serde_json::{Value, json};

/// A caller and a lead with keys of their own.
pub fn keys(app: &TestApp) -> (Client, Client) {
    (app.client(&[Scope::CallbacksWork]), app.client(&[Scope::CallbacksLead]))
}

/// Draws a wave from the day of the visits.
#[track_caller]
pub fn draw(lead: &Client, share: f64) -> Value {
    let span = json!({"from": "2026-11-20", "to": "2026-11-20", "share": share});
    lead.post_json("/api/v1/waves", &span).expect(201).json()["wave"].clone()
}

/// Closes it.
#[track_caller]
pub fn close(lead: &Client, wave: &Value) -> Value {
    let path = format!("/api/v1/waves/{}/close", wave["id"].as_str().unwrap());
    lead.post_json(&path, &json!({})).expect(200).json()["wave"].clone()
}

/// Claims the next call-back.
#[track_caller]
pub fn next(caller: &Client) -> Option<Value> {
    let answer = caller.post_json("/api/v1/callbacks/next", &json!({}));
    if answer.status == 204 {
        return None;
    }
    Some(answer.expect(200).json()["callback"].clone())
}

/// Records how a call went.
#[track_caller]
pub fn attempt(caller: &Client, callback: &Value, ended: &Value) -> Value {
    let path = format!("/api/v1/callbacks/{}/attempts", callback["id"].as_str().unwrap());
    caller.post_json(&path, ended).expect(200).json()["callback"].clone()
}

/// A complete call.
pub fn complete() -> Value {
    json!({"disposition": "complete", "answers": {"overall": 4, "process": 5}})
}

/// Works up to so many calls to their end and names their visits.
#[track_caller]
pub fn work(caller: &Client, most: usize) -> Vec<String> {
    let mut worked = Vec::new();
    while worked.len() < most
        && let Some(callback) = next(caller)
    {
        attempt(caller, &callback, &complete());
        worked.push(callback["visit"]["id"].as_str().unwrap().to_owned());
    }
    worked
}

/// What is stored of the call-back of a visit: kind, state, called, probability.
#[track_caller]
pub fn stored(app: &TestApp, visit: &str) -> String {
    let found = app.rows(&format!(
        "SELECT concat_ws(' ', c.kind, c.state, coalesce(c.called::text, '-'), c.probability) FROM callback c \
         JOIN visit v ON v.id = c.visit_id WHERE v.external_id = '{visit}' AND c.kind <> 'service'"
    ));
    found.first().cloned().unwrap_or_default()
}

/// Ten visits without an answer: two priority cases, and eight whose numbers are 0.05, 0.15 … 0.75.
pub fn ten(app: &TestApp) {
    for (at, number) in (1..).zip([0.75, 0.05, 0.45, 0.15, 0.35, 0.65, 0.25, 0.55]) {
        standing(app, &format!("W{at}"), "unanswered", number, false);
    }
    standing(app, "W9", "bounced", 0.9, true);
    standing(app, "W10", "unanswered", 0.8, true);
}

#[test]
fn a_wave_has_all_priority_cases_and_a_share_of_the_others_by_their_numbers() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    let wave = draw(&lead, 0.4);
    let expected = json!({"id": wave["id"], "drawn": 6, "priority": 2, "random": 4, "share": 0.4});
    assert_eq!(wave, expected);
    assert_eq!(visits(&list(&caller, "")), ["W10", "W9", "W2", "W4", "W7", "W5"]);
    assert_eq!((app.outcome("W5"), app.outcome("W3")), ("to_call".into(), "unanswered".into()));
    assert_eq!(stored(&app, "W5"), "random open - 0.4");
    // Whoever was not drawn might have been: they have the same probability.
    assert_eq!(stored(&app, "W3"), "random done false 0.4");
    assert_eq!(stored(&app, "W9"), "priority open - 1");
}

#[test]
fn calls_come_strictly_by_priority_and_then_by_the_random_number() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    draw(&lead, 0.8);
    assert_eq!(work(&caller, 100), ["W10", "W9", "W2", "W4", "W7", "W5", "W3", "W8", "W6", "W1"]);
    assert_eq!(next(&caller), None);
}

#[test]
fn a_wave_that_was_worked_closes_by_itself_with_the_preset_share() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    let wave = draw(&lead, 0.4);
    assert_eq!(work(&caller, 100).len(), 6);
    assert_eq!(app.value("SELECT state || ' ' || closed_by FROM wave"), "closed rule");
    let closed = close(&lead, &wave);
    assert_eq!(closed["called"], 6);
    assert_eq!(closed["probability"], json!({"priority": 1.0, "random": 0.4}));
    assert_eq!(stored(&app, "W3"), "random done false 0.4");
    assert_eq!(stored(&app, "W5"), "random done true 0.4");
    assert_eq!((app.outcome("W5"), app.outcome("W3")), ("answered".into(), "unanswered".into()));
}

#[test]
fn a_wave_that_is_left_early_has_the_probability_that_came_of_it_for_everybody_in_its_frame() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    let wave = draw(&lead, 0.8);
    assert_eq!(work(&caller, 4), ["W10", "W9", "W2", "W4"]);
    let closed = close(&lead, &wave);
    assert_eq!((&closed["called"], &closed["drawn"]), (&json!(4), &json!(10)));
    assert_eq!(closed["probability"], json!({"priority": 1.0, "random": 0.25}));
    for (visit, expected) in [
        ("W4", "random done true 0.25"),
        ("W7", "random done false 0.25"),
        ("W1", "random done false 0.25"),
        ("W9", "priority done true 1"),
    ] {
        assert_eq!(stored(&app, visit), expected, "{visit}");
    }
    assert_eq!(app.outcome("W7"), "unanswered");
    assert_eq!(next(&caller), None);
    assert_eq!(close(&lead, &wave), closed, "closing again changes nothing");
}

#[test]
fn a_half_finished_priority_stratum_has_its_own_share_and_everybody_goes_back_to_where_they_stood() {
    let app = TestApp::start();
    ten(&app);
    standing(&app, "W11", "suspect", 0.01, false);
    standing(&app, "W12", "phone_first", 0.02, false);
    standing(&app, "W13", "no_address", 0.03, false);
    let (caller, lead) = keys(&app);
    let wave = draw(&lead, 0.8);
    assert_eq!(wave["drawn"], 13);
    assert_eq!(work(&caller, 1), ["W10"]);
    let closed = close(&lead, &wave);
    assert_eq!(closed["probability"], json!({"priority": 0.5, "random": 0.0, "phone_first": 0.0}));
    assert_eq!(stored(&app, "W9"), "priority done false 0.5");
    let outcomes = ["W9", "W11", "W12", "W13"].map(|visit| app.outcome(visit));
    assert_eq!(outcomes, ["bounced", "suspect", "phone_first", "no_address"]);
    // Of whom nobody was called, nobody was drawn: they may be again, and the others not.
    assert_eq!(stored(&app, "W11"), "");
    assert_eq!(draw(&lead, 1.0)["drawn"], 11);
}

#[test]
fn whoever_was_tried_before_the_wave_was_closed_counts_as_called() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    let wave = draw(&lead, 0.8);
    work(&caller, 2);
    let callback = next(&caller).unwrap();
    attempt(&caller, &callback, &json!({"disposition": "no_answer"}));
    let closed = close(&lead, &wave);
    assert_eq!(closed["probability"], json!({"priority": 1.0, "random": 0.125}));
    assert_eq!(
        (stored(&app, "W2").as_str(), app.outcome("W2").as_str()),
        ("random done true 0.125", "unanswered")
    );
}

#[test]
fn a_call_that_is_under_way_when_its_wave_is_closed_goes_on() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    let wave = draw(&lead, 0.8);
    work(&caller, 2);
    let (first, second) = (next(&caller).unwrap(), next(&caller).unwrap());
    assert_eq!(close(&lead, &wave)["probability"]["random"], 0.25);
    attempt(&caller, &first, &complete());
    assert_eq!(stored(&app, "W2"), "random done true 0.25");
    // The other one is given back: then it was not called.
    let path = format!("/api/v1/callbacks/{}/release", second["id"].as_str().unwrap());
    caller.post_json(&path, &json!({})).expect(200);
    assert_eq!(
        (stored(&app, "W4").as_str(), app.outcome("W4").as_str()),
        ("random done false 0.125", "unanswered")
    );
    assert_eq!(stored(&app, "W2"), "random done true 0.125");
}

#[test]
fn only_who_has_a_number_and_a_basis_and_has_not_said_stop_is_in_the_frame() {
    let app = TestApp::start();
    ten(&app);
    app.execute("UPDATE visit SET customer_phone = NULL WHERE external_id = 'W2'").unwrap();
    app.execute("UPDATE customer SET phone = NULL WHERE external_id = 'C-W2'").unwrap();
    app.execute("UPDATE visit SET lawful_basis_channels = '{email}' WHERE external_id = 'W4'").unwrap();
    app.execute("UPDATE visit SET visited_on = '2026-11-19' WHERE external_id = 'W7'").unwrap();
    let keyring = &app.app.keys;
    let mut connection = app.connection();
    let stop = "the customer said stop";
    hearback::customers::suppress(&mut connection, keyring, "w5@example.com", stop, app.now()).unwrap();
    let gone = hearback::delivery::bounces::NO_ADDRESS;
    hearback::customers::suppress(&mut connection, keyring, "w3@example.com", gone, app.now()).unwrap();
    let (caller, lead) = keys(&app);
    draw(&lead, 1.0);
    assert_eq!(visits(&list(&caller, "")), ["W10", "W9", "W3", "W8", "W6", "W1"]);
}

#[test]
fn what_cannot_be_drawn_is_refused_by_name() {
    let app = TestApp::start();
    let lead = app.client(&[Scope::CallbacksLead]);
    for (change, field) in [
        (json!({"share": 0.0}), "/share"),
        (json!({"share": 1.5}), "/share"),
        (json!({"from": "2026-11-21"}), "/to"),
        (json!({"from": "soon"}), "/from"),
        (json!({"until": "2026-11-21"}), "/until"),
    ] {
        let wave = make::with(json!({"from": "2026-11-20", "to": "2026-11-20", "share": 0.5}), change);
        let told = lead.post_json("/api/v1/waves", &wave).expect(422).json();
        assert_eq!(told["errors"][0]["field"], field, "{told}");
    }
    lead.post_json("/api/v1/waves/none/close", &json!({})).expect(404);
    assert_eq!(draw(&lead, 0.5)["drawn"], 0);
}

#[test]
fn every_change_of_a_wave_is_folded_and_leaves_a_trace() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    app.work();
    let wave = draw(&lead, 0.8);
    assert_eq!(app.value("SELECT count(DISTINCT visit_id) FROM changed_visit"), "10");
    work(&caller, 3);
    app.work();
    close(&lead, &wave);
    assert_eq!(app.value("SELECT count(DISTINCT visit_id) FROM changed_visit"), "8");
    let told = app.rows("SELECT action FROM audit_entry WHERE action LIKE 'wave.%' ORDER BY id");
    assert_eq!(told, ["wave.drawn", "wave.closed"]);
    let history = "SELECT concat_ws(' ', o.outcome, o.reason) FROM visit_outcome o JOIN visit v ON v.id = o.visit_id \
                   WHERE v.external_id = 'W1' ORDER BY o.id DESC LIMIT 2";
    assert_eq!(
        app.rows(history),
        [
            "unanswered the wave was closed before the call was over",
            "to_call drawn by lot, 80.0 % of 8 visits"
        ]
    );
}
