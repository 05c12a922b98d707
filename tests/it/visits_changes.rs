//! Visits are listed, corrected, cancelled and counted; a request with an Idempotency-Key is done once.

use crate::support::{Client, TestApp, make, wait_until};
use chrono::TimeDelta;
use hearback::accounts::Scope;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

fn client(app: &TestApp) -> Client {
    app.client(&[Scope::VisitsWrite, Scope::OutcomesRead])
}

#[test]
fn a_list_goes_on_where_its_page_ended_and_gives_each_visit_once() {
    let app = TestApp::start();
    let client = client(&app);
    let visit = |at: usize| {
        make::with(
            make::visit(&format!("W{at}")),
            json!({"visited_at": format!("2026-11-19T10:{:02}:00Z", at / 30)}),
        )
    };
    let visits: Vec<Value> = (0..130).map(visit).collect();
    client.post_json("/api/v1/visits/batch", &Value::from(visits)).expect(200);
    let first = client.get("/api/v1/visits").expect(200).json();
    assert_eq!(first["visits"].as_array().unwrap().len(), 100);
    let (mut seen, mut after, mut pages) = (BTreeSet::new(), String::new(), 0);
    loop {
        let page = client.get(&format!("/api/v1/visits?limit=40{after}")).expect(200).json();
        for visit in page["visits"].as_array().unwrap() {
            assert!(seen.insert(visit["id"].as_str().unwrap().to_owned()), "twice: {visit}");
        }
        pages += 1;
        // One that comes in between, before the place of the cursor, shifts nothing.
        let between =
            make::with(make::visit(&format!("N{pages}")), json!({"visited_at": "2026-11-18T10:00:00Z"}));
        client.post_json("/api/v1/visits", &between).expect(201);
        match page["meta"]["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (130, 4));
}

#[test]
fn a_list_is_narrowed_to_an_outcome_an_employee_and_dates() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    app.bring(&make::with(
        make::visit("W2"),
        json!({"employees": [{"id": "E9"}], "customer": {"email": "?"}}),
    ));
    app.bring(&make::with(make::visit("W3"), json!({"visited_at": "2026-11-18T10:00:00Z"})));
    let client = client(&app);
    let ids = |query: &str| {
        let list = client.get(&format!("/api/v1/visits?{query}")).expect(200).json();
        let ids =
            list["visits"].as_array().unwrap().iter().map(|visit| visit["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids("outcome=no_address"), ["W2"]);
    assert_eq!(ids("employee=E17"), ["W3", "W1"]);
    assert_eq!(ids("from=2026-11-18&to=2026-11-18"), ["W3"]);
    assert_eq!(ids("from=2026-11-19"), ["W1", "W2"]);
    for (query, field) in [
        ("outcome=done", "/outcome"),
        ("limit=0", "/limit"),
        ("limit=1001", "/limit"),
        ("after=x", "/after"),
        ("colour=red", "/colour"),
    ] {
        let refused = client.get(&format!("/api/v1/visits?{query}")).expect(422).json();
        assert_eq!(refused["errors"][0]["field"], field);
    }
}

#[test]
fn an_address_is_corrected_until_the_letter_is_sent() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let client = client(&app);
    let new = json!({"customer": {"email": "new@example.com"}});
    let told = client.patch_json("/api/v1/visits/W1", &new).expect(200).json();
    assert_eq!(told["visit"]["outcome"], "planned");
    app.work();
    app.only_letter_to("new@example.com");
    assert_eq!(app.memory.letters().len(), 1);
    let before = app.dump_all();
    client.patch_json("/api/v1/visits/W1", &json!({"customer": {"email": "late@example.com"}})).expect(409);
    assert_eq!(app.dump_all(), before);
    assert_eq!(app.value("SELECT count(*) FROM audit_entry WHERE action = 'visit.corrected'"), "1");
}

#[test]
fn a_visit_without_address_that_gets_one_is_planned_and_mailed() {
    let app = TestApp::start();
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"email": "ann@"}})));
    let client = client(&app);
    let told = client.patch_json("/api/v1/visits/W1", &json!({"customer": {"email": "ann@example.com"}}));
    let told = told.expect(200).json()["visit"].take();
    assert_eq!(told["outcome"], "planned");
    let road: Vec<&str> =
        told["outcomes"].as_array().unwrap().iter().map(|step| step["outcome"].as_str().unwrap()).collect();
    assert_eq!(road, ["no_address", "planned"]);
    app.work();
    app.only_letter_to("ann@example.com");
}

#[test]
fn an_address_that_is_taken_away_is_not_mailed() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    client(&app).patch_json("/api/v1/visits/W1", &json!({"customer": {"email": ""}})).expect(200);
    app.work();
    assert_eq!((app.outcome("W1"), app.memory.letters().len()), ("no_address".into(), 0));
}

#[test]
fn a_correction_to_an_address_that_must_not_be_mailed_mails_nobody() {
    let app = TestApp::start();
    let stop = app.mailed("W1").replace("/s/", "/u/");
    app.anonymous().post_form(&stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
    app.bring(&make::visit("W2"));
    app.bring(&make::with(make::visit("W3"), json!({"customer": {"email": "?"}})));
    for id in ["W2", "W3"] {
        let to = json!({"customer": {"email": "w1@example.com"}});
        let told = client(&app).patch_json(&format!("/api/v1/visits/{id}"), &to).expect(200).json();
        assert_eq!(told["visit"]["outcome"], "suppressed", "{id}");
    }
    app.work();
    assert_eq!(app.memory.letters().len(), 1);
}

#[test]
fn a_wrong_correction_names_its_field_and_changes_nothing() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let client = client(&app);
    client.get("/api/v1/visits").expect(200);
    let before = app.dump_all();
    for (change, field) in [
        (json!({"customer": {"name": "\u{0}"}}), "/customer/name"),
        (json!({"customer": {"id": "C2"}}), "/customer/id"),
        (json!({"customer": {"time_zone": "Mars"}}), "/customer/time_zone"),
        (json!({"service": "x"}), "/service"),
        (json!({}), "/customer"),
    ] {
        let refused = client.patch_json("/api/v1/visits/W1", &change).expect(422).json();
        assert_eq!(refused["errors"][0]["field"], field);
    }
    client.patch_json("/api/v1/visits/none", &json!({"customer": {}})).expect(404);
    assert_eq!(app.dump_all(), before);
}

#[test]
fn a_cancelled_visit_is_not_mailed_and_one_that_was_mailed_cannot_be_cancelled() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let client = client(&app);
    let reason = json!({"reason": "it did not take place"});
    client.post_json("/api/v1/visits/W1/cancel", &json!({"reason": " "})).expect(422);
    client.post_json("/api/v1/visits/W1/cancel", &json!({})).expect(422);
    let told = client.post_json("/api/v1/visits/W1/cancel", &reason).expect(200).json()["visit"].take();
    assert_eq!((&told["outcome"], &told["outcomes"][1]["reason"]), (&json!("cancelled"), &reason["reason"]));
    client.post_json("/api/v1/visits/W1/cancel", &reason).expect(200);
    app.work();
    assert_eq!(app.memory.letters().len(), 0);
    app.mailed("W2");
    client.post_json("/api/v1/visits/W2/cancel", &reason).expect(409);
    client.post_json("/api/v1/visits/none/cancel", &reason).expect(404);
    assert_eq!(app.outcome("W2"), "sent");
}

#[test]
fn outcomes_sum_to_visits_and_employees_are_shown_to_readers_of_scores_alone() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.answer(&path, 4);
    app.mailed("W2");
    app.bring(&make::with(
        make::visit("W3"),
        json!({"customer": {"email": "?"},
        "employees": [{"id": "E17", "share": 0.5}, {"id": "E9", "share": 0.5}]}),
    ));
    app.bring(&make::with(make::visit("W4"), json!({"visited_at": "2026-11-19T10:00:00Z"})));
    let span = "/api/v1/outcomes?from=2026-11-20&to=2026-11-20";
    let told = app.client(&[Scope::OutcomesRead]).get(span).expect(200).json()["outcomes"].take();
    let by = told["by_outcome"].as_object().unwrap();
    assert_eq!(by.len(), hearback::visits::Outcome::ALL.len());
    assert_eq!(
        by.values().map(|count| count.as_i64().unwrap()).sum::<i64>(),
        told["visits"].as_i64().unwrap()
    );
    assert_eq!(
        (&told["visits"], &by["answered"], &by["sent"], &by["no_address"]),
        (&json!(3), &json!(1), &json!(1), &json!(1))
    );
    assert!(told.get("by_employee").is_none());
    let reader = app.client(&[Scope::OutcomesRead, Scope::EvaluationsRead]);
    let told = reader.get(span).expect(200).json()["outcomes"].take();
    assert_eq!(told["by_employee"]["E17"]["answered"], 1);
    assert_eq!(told["by_employee"]["E9"]["no_address"], 1);
    let one = reader.get(&format!("{span}&employee=E9")).expect(200).json()["outcomes"].take();
    assert_eq!(one["visits"], 1);
    for (query, field) in [
        ("", "/from"),
        ("from=2026-11-20", "/to"),
        ("from=2026-11-20&to=2026-11-19", "/to"),
        ("from=x&to=2026-11-20", "/from"),
    ] {
        let refused = reader.get(&format!("/api/v1/outcomes?{query}")).expect(422).json();
        assert_eq!(refused["errors"][0]["field"], field, "{query}");
    }
}

#[test]
fn a_request_with_an_idempotency_key_is_done_once_and_answered_the_same() {
    let app = TestApp::start();
    let client = client(&app);
    let post = |key: &str, body: &Value| {
        client.send("POST", "/api/v1/visits", &[("idempotency-key", key)], body.to_string().as_bytes())
    };
    let first = post("k1", &make::visit("W1")).expect(201);
    app.work();
    let again = post("k1", &make::visit("W1")).expect(201);
    assert_eq!(again.body, first.body, "byte for byte, though the visit has gone on");
    assert_eq!(again.header("content-type"), Some("application/json"));
    let other = post("k1", &make::visit("W2")).expect(409);
    assert_eq!(other.header("content-type"), Some("application/problem+json"));
    assert_eq!(app.rows("SELECT external_id FROM visit"), ["W1"]);
    // The key of somebody else is another key.
    let elsewhere = app.client(&[Scope::VisitsWrite]);
    let body = make::visit("W2").to_string();
    elsewhere.send("POST", "/api/v1/visits", &[("idempotency-key", "k1")], body.as_bytes()).expect(201);
    // What failed may be tried again.
    post("k2", &json!({"id": "W3"})).expect(422);
    post("k2", &make::visit("W3")).expect(201);
    post(&"k".repeat(256), &make::visit("W4")).expect(422);
}

#[test]
fn an_idempotency_key_is_forgotten_after_two_days() {
    let app = TestApp::start();
    let client = client(&app);
    let body = make::visit("W1").to_string();
    let post = || client.send("POST", "/api/v1/visits", &[("idempotency-key", "k")], body.as_bytes());
    post().expect(201);
    app.work();
    app.advance(TimeDelta::hours(49));
    app.work();
    assert_eq!(app.value("SELECT count(*) FROM idempotency_key"), "0");
    post().expect(200);
}

#[test]
fn responses_are_listed_with_every_question_and_a_cursor_to_go_on_from() {
    let app = TestApp::start();
    let reader = app.client(&[Scope::ResponsesRead]);
    let path = app.mailed("W1");
    app.answer(&path, 4);
    // The list holds back what might be overtaken: it waits for transactions anywhere in the server.
    let listed = |address: &str| {
        wait_until("a response in the list", Duration::from_secs(20), || {
            let list = reader.get(address).expect(200).json();
            (list["responses"] != json!([])).then_some(list)
        })
    };
    let list = listed("/api/v1/responses");
    let mut one = list["responses"][0].clone();
    one["id"] = Value::Null;
    assert_eq!(
        one,
        json!({
            "id": null, "visit": "W1", "survey": "post-service", "version": 1, "mode": "email",
            "certainty": "confirmed", "answered_at": "2026-11-20T15:00:00Z", "revision": 1,
            "answers": {"overall": 4, "process": null, "communication": null, "value": null, "skill": null},
            "comment": null, "call_me": false,
        })
    );
    let next = format!("/api/v1/responses?since={}", list["meta"]["next"].as_str().unwrap());
    assert_eq!(reader.get(&next).expect(200).json()["responses"], json!([]));
    app.advance(TimeDelta::minutes(1));
    let path = app.mailed("W2");
    app.answer(&path, 2);
    let later = listed(&next);
    assert_eq!(
        (later["responses"].as_array().unwrap().len(), &later["responses"][0]["visit"]),
        (1, &json!("W2"))
    );
}
