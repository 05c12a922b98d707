//! The work on call-backs over the API: claims, dispositions, times of day, and answers that come by mail meanwhile.

use crate::callbacks::{list, standing, visits};
use crate::callbacks_waves::{attempt, complete, draw, keys, next, stored, ten, work};
use crate::support::{Client, TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::Scope;
use serde_json::{Value, json};

fn post(client: &Client, callback: &Value, what: &str, body: &Value) -> crate::support::Answer {
    let path = format!("/api/v1/callbacks/{}/{what}", callback["id"].as_str().unwrap());
    client.post_json(&path, body)
}

/// One customer who was mailed, did not answer, and was drawn.
fn mailed_and_drawn(app: &TestApp) -> (Client, String) {
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"phone": "+441632960114"}})));
    let path = app.mail_out("W1");
    app.advance(TimeDelta::days(8));
    app.work();
    assert_eq!(app.outcome("W1"), "unanswered");
    let (caller, lead) = keys(app);
    draw(&lead, 1.0);
    (caller, path)
}

/// Visits of the one employee, and how many answers count for them.
fn counted(app: &TestApp) -> (i64, i64) {
    let reader = app.client(&[Scope::EvaluationsRead]);
    let told = reader.get("/api/v1/evaluations?from=2026-11-01&to=2026-12-31").expect(200).json();
    let employee = &told["evaluation"]["employees"][0];
    (employee["visits"].as_i64().unwrap(), employee["n"].as_i64().unwrap())
}

#[test]
fn the_claimed_answer_has_exactly_the_fields_of_the_handbook() {
    let app = TestApp::start();
    standing(&app, "W1", "unanswered", 0.1, false);
    let (caller, lead) = keys(&app);
    draw(&lead, 1.0);
    let callback = next(&caller).unwrap();
    assert_eq!(
        callback["customer"],
        json!({"name": "Ann Sample", "phone": "+441632960114", "language": "en",
            "local_time": "2026-11-20T15:00:00+00:00", "notes": []})
    );
    assert_eq!(
        callback["visit"],
        json!({"id": "W1", "visited_at": "2026-11-20T14:00:00Z", "service": "boiler repair"})
    );
    assert_eq!(callback["expires_at"], "2026-11-20T15:30:00Z");
    let script = callback["script"].as_str().unwrap();
    assert!(
        script.starts_with("Good day, Ann Sample, this is Northwind Boilers. Boiler repair on Friday"),
        "{script}"
    );
    let first = json!({"key": "overall", "text": callback["questions"][0]["text"], "kind": "rating", "min": 1, "max": 5});
    assert_eq!(callback["questions"][0], first);
    let keys: Vec<&String> = callback.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["customer", "expires_at", "id", "questions", "script", "visit"]);
    let told = attempt(&caller, &callback, &json!({"disposition": "busy"}));
    assert_eq!(
        told,
        json!({"id": callback["id"], "visit": "W1", "state": "open", "position": 1, "kind": "random", "attempts": 1,
            "appointment": null, "best_time": "afternoon"})
    );
}

#[test]
fn each_disposition_leaves_its_outcome() {
    for (disposition, outcome, callback) in [
        ("complete", "answered", "random done true 1"),
        ("partial", "answered", "random done true 1"),
        ("refused", "refused", "random done true 1"),
        ("wrong_number", "wrong_number", "random done true 1"),
        ("language_barrier", "language_barrier", "random done true 1"),
        ("do_not_call", "do_not_call", "random done true 1"),
        ("no_answer", "to_call", "random open - 1"),
        ("busy", "to_call", "random open - 1"),
        ("appointment", "to_call", "random open - 1"),
    ] {
        let app = TestApp::start();
        standing(&app, "W1", "unanswered", 0.1, false);
        let (caller, lead) = keys(&app);
        draw(&lead, 1.0);
        let claimed = next(&caller).unwrap();
        let mut body = json!({ "disposition": disposition });
        if ["complete", "partial"].contains(&disposition) {
            body["answers"] = json!({"overall": 4});
        }
        if disposition == "appointment" {
            body["appointment"] = json!("2026-11-21T10:00:00Z");
        }
        attempt(&caller, &claimed, &body);
        assert_eq!(
            (app.outcome("W1").as_str(), stored(&app, "W1").as_str()),
            (outcome, callback),
            "{disposition}"
        );
        assert_eq!(app.value("SELECT disposition FROM callback_attempt"), disposition);
        let response =
            app.rows("SELECT concat_ws(' ', mode, certainty, complete, revision, answers) FROM response");
        let expected = match disposition {
            "complete" => vec!["phone confirmed t 1 {\"overall\": 4}"],
            "partial" => vec!["phone confirmed f 1 {\"overall\": 4}"],
            _ => vec![],
        };
        assert_eq!(response, expected, "{disposition}");
        assert_eq!(app.value("SELECT count(*) FROM response_revision"), expected.len().to_string());
        // Whoever never wants to be called is not drawn again about another visit.
        standing(&app, "W2", "unanswered", 0.2, false);
        app.execute("UPDATE visit SET visited_on = '2026-11-18' WHERE external_id = 'W2'").unwrap();
        let span = json!({"from": "2026-11-18", "to": "2026-11-18", "share": 1});
        let again = lead.post_json("/api/v1/waves", &span).expect(201).json();
        assert_eq!(again["wave"]["drawn"], i32::from(disposition != "do_not_call"), "{disposition}");
    }
}

#[test]
fn answers_are_checked_against_the_survey_of_the_visit() {
    let app = TestApp::start();
    standing(&app, "W1", "unanswered", 0.1, false);
    let (caller, lead) = keys(&app);
    draw(&lead, 1.0);
    let claimed = next(&caller).unwrap();
    for (body, field) in [
        (json!({"disposition": "maybe"}), "/disposition"),
        (json!({"disposition": "complete"}), "/answers/overall"),
        (json!({"disposition": "complete", "answers": {"overall": 6}}), "/answers/overall"),
        (json!({"disposition": "complete", "answers": {"overall": 4, "process": 0}}), "/answers/process"),
        (json!({"disposition": "complete", "answers": {"overall": 4, "hair": 4}}), "/answers/hair"),
        (json!({"disposition": "complete", "answers": {"overall": 4, "comment": "x"}}), "/answers/comment"),
        (json!({"disposition": "refused", "answers": {"overall": 4}}), "/answers"),
        (json!({"disposition": "appointment"}), "/appointment"),
        (json!({"disposition": "appointment", "appointment": "2026-11-20T14:00:00Z"}), "/appointment"),
        (json!({"disposition": "busy", "appointment": "2026-11-21T14:00:00Z"}), "/appointment"),
        (json!({"disposition": "complete", "answers": {"overall": 4}, "score": 4}), "/score"),
    ] {
        let told = post(&caller, &claimed, "attempts", &body).expect(422).json();
        assert_eq!(told["errors"][0]["field"], field, "{body} {told}");
    }
    assert_eq!(app.value("SELECT count(*) FROM callback_attempt"), "0");
    let body = json!({"disposition": "complete", "answers": {"overall": 2, "wrong": ["skill"], "well": null},
        "comment": "Came late"});
    attempt(&caller, &claimed, &body);
    assert_eq!(
        app.value("SELECT concat_ws(' ', answers, comment, language) FROM response"),
        "{\"wrong\": [\"skill\"], \"overall\": 2} Came late en"
    );
}

#[test]
fn an_abandoned_claim_is_offered_again_and_its_first_owner_may_record_nothing() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    let other = app.client(&[Scope::CallbacksWork]);
    draw(&lead, 0.8);
    let first = next(&caller).unwrap();
    assert_ne!(next(&other).unwrap()["id"], first["id"]);
    post(&other, &first, "attempts", &complete()).expect(409);
    post(&other, &first, "release", &json!({})).expect(409);
    app.advance(TimeDelta::minutes(29));
    assert_ne!(next(&other).unwrap()["id"], first["id"]);
    app.advance(TimeDelta::minutes(1));
    assert_eq!(next(&other).unwrap()["id"], first["id"]);
    post(&caller, &first, "attempts", &complete()).expect(409);
    attempt(&other, &first, &complete());
    post(&other, &first, "attempts", &complete()).expect(409);
    assert_eq!(app.value("SELECT count(*) FROM response"), "1");
}

#[test]
fn what_is_given_back_is_the_next_again() {
    let app = TestApp::start();
    ten(&app);
    let (caller, lead) = keys(&app);
    draw(&lead, 0.8);
    let first = next(&caller).unwrap();
    let told = post(&caller, &first, "release", &json!({})).expect(200).json();
    assert_eq!((&told["callback"]["state"], &told["callback"]["position"]), (&json!("open"), &json!(1)));
    assert_eq!(next(&caller).unwrap()["id"], first["id"]);
    assert_eq!(visits(&list(&caller, "state=claimed")), ["W10"]);
}

#[test]
fn somebody_is_unreachable_after_four_tries_at_different_times_of_day_and_not_before() {
    let app = TestApp::with(&[("HEARBACK_CALL_WINDOW", "Mon-Fri 09:00-19:00")]);
    standing(&app, "W1", "unanswered", 0.1, false);
    let (caller, lead) = keys(&app);
    draw(&lead, 1.0);
    let mut times = Vec::new();
    while app.outcome("W1") == "to_call" {
        let Some(claimed) = next(&caller) else {
            app.advance(TimeDelta::minutes(30));
            continue;
        };
        times.push(app.now().format("%a %H").to_string());
        attempt(&caller, &claimed, &json!({"disposition": "no_answer"}));
        assert_eq!(next(&caller), None, "never twice at one time of day");
    }
    assert_eq!(times, ["Fri 15", "Fri 17", "Mon 09", "Mon 11"]);
    assert_eq!(
        (app.outcome("W1").as_str(), stored(&app, "W1").as_str()),
        ("unreachable", "random done true 1")
    );
}

#[test]
fn the_phone_rings_only_in_the_hours_of_the_customers_own_zone() {
    let app = TestApp::with(&[("HEARBACK_CALL_WINDOW", "Mon-Fri 09:00-19:00")]);
    standing(&app, "W1", "unanswered", 0.1, false);
    standing(&app, "W2", "unanswered", 0.2, false);
    app.execute("UPDATE visit SET customer_time_zone = 'Asia/Tokyo' WHERE external_id = 'W1'").unwrap();
    let (caller, lead) = keys(&app);
    draw(&lead, 1.0);
    // Friday 15:00 in London is midnight in Tokyo.
    assert_eq!(next(&caller).unwrap()["visit"]["id"], "W2");
    assert_eq!(next(&caller), None);
    app.advance(TimeDelta::hours(57));
    let callback = next(&caller).unwrap();
    assert_eq!(
        (&callback["visit"]["id"], &callback["customer"]["local_time"]),
        (&json!("W1"), &json!("2026-11-23T09:00:00+09:00"))
    );
}

#[test]
fn an_appointment_comes_first_when_its_time_has_come_and_not_before() {
    let app = TestApp::with(&[("HEARBACK_CALL_WINDOW", "Mon-Fri 09:00-19:00")]);
    ten(&app);
    let (caller, lead) = keys(&app);
    draw(&lead, 0.8);
    work(&caller, 3);
    let late = next(&caller).unwrap();
    let at = json!({"disposition": "appointment", "appointment": "2026-11-21T20:30:00Z"});
    let told = attempt(&caller, &late, &at);
    assert_eq!(
        (&told["appointment"], &told["best_time"]),
        (&json!("2026-11-21T20:30:00Z"), &json!("evening"))
    );
    assert_ne!(next(&caller).unwrap()["id"], late["id"]);
    app.advance(TimeDelta::hours(29));
    // On a Saturday evening nobody else's phone rings.
    assert_eq!(next(&caller), None);
    app.advance(TimeDelta::minutes(30));
    assert_eq!(next(&caller).unwrap()["id"], late["id"]);
}

#[test]
fn a_mail_answer_of_somebody_who_was_drawn_and_not_phoned_yet_is_the_observation_of_the_case() {
    let app = TestApp::start();
    let (caller, path) = mailed_and_drawn(&app);
    app.answer(&path, 4);
    app.work();
    assert_eq!((app.outcome("W1").as_str(), stored(&app, "W1").as_str()), ("answered", "random done true 1"));
    assert_eq!(app.value("SELECT disposition FROM callback"), "answered");
    assert_eq!(app.value("SELECT mode FROM response"), "email");
    assert_eq!(next(&caller), None);
    assert_eq!(counted(&app), (1, 1));
}

#[test]
fn a_mail_answer_of_somebody_who_was_not_drawn_is_kept_and_counts_nowhere() {
    let app = TestApp::start();
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"phone": "+441632960114"}})));
    let path = app.mail_out("W1");
    app.advance(TimeDelta::days(8));
    app.work();
    let (_, lead) = keys(&app);
    draw(&lead, 0.000_001);
    app.answer(&path, 4);
    app.work();
    assert_eq!(app.outcome("W1"), "answered");
    assert_eq!(counted(&app), (1, 0));
}

#[test]
fn a_mail_answer_after_the_phone_has_rung_is_kept_and_told_apart() {
    let app = TestApp::start();
    let (caller, path) = mailed_and_drawn(&app);
    let claimed = next(&caller).unwrap();
    attempt(&caller, &claimed, &json!({"disposition": "no_answer"}));
    app.answer(&path, 4);
    app.work();
    assert_eq!((app.outcome("W1").as_str(), stored(&app, "W1").as_str()), ("answered", "random done true 1"));
    assert_eq!(app.value("SELECT disposition FROM callback"), "answered_late");
    assert_eq!(counted(&app), (1, 0));
}

#[test]
fn a_mail_answer_while_the_phone_is_ringing_closes_the_task_and_the_caller_is_told() {
    let app = TestApp::start();
    let (caller, path) = mailed_and_drawn(&app);
    let claimed = next(&caller).unwrap();
    app.answer(&path, 5);
    let told = post(&caller, &claimed, "attempts", &complete()).expect(409).json();
    assert!(told["detail"].as_str().unwrap().contains("answered by mail"), "{told}");
    app.work();
    assert_eq!(app.value("SELECT concat_ws(' ', mode, answers->>'overall') FROM response"), "email 5");
    post(&caller, &claimed, "attempts", &complete()).expect(409);
}

#[test]
fn what_was_said_on_the_phone_stands_and_a_later_mail_answer_is_kept_beside_it() {
    let app = TestApp::start();
    let (caller, path) = mailed_and_drawn(&app);
    let customer = app.anonymous();
    let nonce = customer.get(&path).expect(200).hidden("nonce");
    attempt(&caller, &next(&caller).unwrap(), &complete());
    customer.post_form(&path, &[("nonce", &nonce), ("step", "1"), ("overall", "1")]).expect(303);
    assert_eq!(
        app.value("SELECT concat_ws(' ', mode, answers->>'overall', revision, revisions) FROM response"),
        "phone 4 1 2"
    );
    assert_eq!(app.rows("SELECT answers->>'overall' FROM response_revision ORDER BY revision"), ["4", "1"]);
    let page = customer.get(&path).expect(200).body;
    assert!(!page.contains("step=2"), "the answer of a call is not changed by mail");
}

#[test]
fn whoever_says_stop_keeps_a_place_among_the_called() {
    let app = TestApp::start();
    let (caller, path) = mailed_and_drawn(&app);
    app.anonymous().post_form(&path.replace("/s/", "/u/"), &[("List-Unsubscribe", "One-Click")]).expect(200);
    assert_eq!(next(&caller), None);
    app.work();
    assert_eq!(
        (app.outcome("W1").as_str(), stored(&app, "W1").as_str()),
        ("opted_out", "random done true 1")
    );
}
