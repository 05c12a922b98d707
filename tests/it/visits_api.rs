//! Visits come in by the API: stored once, or refused with the field and the reason and nothing half done.

use crate::support::{Answer, Client, TestApp, make};
use hearback::accounts::Scope;
use serde_json::{Value, json};

fn bringer(app: &TestApp) -> Client {
    app.client(&[Scope::VisitsWrite])
}

fn fields(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
    let errors = answer.json()["errors"].take();
    let errors = errors.as_array().unwrap().clone();
    assert!(errors.iter().all(|error| error["reason"].as_str().is_some_and(|reason| !reason.is_empty())));
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_new_visit_is_answered_201_with_its_outcome_and_its_history() {
    let app = TestApp::with(&[("HEARBACK_SURVEY_DELAY", "2h")]);
    let told = bringer(&app).post_json("/api/v1/visits", &make::visit("WO-1001")).expect(201);
    assert_eq!(told.header("content-type"), Some("application/json"));
    let expected = json!({"visit": {
        "id": "WO-1001", "visited_at": "2026-11-20T14:00:00Z", "outcome": "planned",
        "send_at": "2026-11-20T16:00:00Z",
        "outcomes": [{"outcome": "planned", "at": "2026-11-20T15:00:00Z", "by": "rule",
            "reason": "survey post-service v1"}],
    }});
    assert_eq!(told.json(), expected);
    assert_eq!(bringer(&app).get("/api/v1/visits/WO-1001").expect(200).json(), expected);
}

#[test]
fn only_id_time_service_and_an_employee_are_required() {
    let app = TestApp::with(&[("HEARBACK_LAWFUL_BASIS", "contract")]);
    let visit = json!({"id": "1", "visited_at": "2026-11-20T14:05:00+02:00", "service": "x", "employees": [{"id": "E"}]});
    let told = app.bring(&visit).json();
    assert_eq!((&told["visit"]["outcome"], &told["visit"]["send_at"]), (&json!("no_address"), &Value::Null));
    assert_eq!(told["visit"]["visited_at"], "2026-11-20T12:05:00Z");
}

#[test]
fn the_same_visit_again_is_200_and_changes_nothing_and_another_under_its_id_is_409() {
    let app = TestApp::start();
    let client = bringer(&app);
    let first = client.post_json("/api/v1/visits", &make::visit("W1")).expect(201);
    let before = app.dump_all();
    let again = client.post_json("/api/v1/visits", &make::visit("W1")).expect(200);
    assert_eq!(again.body, first.body);
    let other = make::with(make::visit("W1"), json!({"service": "another"}));
    let refused = client.post_json("/api/v1/visits", &other).expect(409);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert_eq!(app.dump_all(), before);
}

#[test]
fn a_visit_that_comes_ten_times_at_once_is_stored_once() {
    let app = TestApp::start();
    let client = bringer(&app);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let posts =
            (0..10).map(|_| scope.spawn(|| client.post_json("/api/v1/visits", &make::visit("W1")).status));
        posts.collect::<Vec<_>>().into_iter().map(|post| post.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 201)), "{statuses:?}");
    assert_eq!(app.value("SELECT count(*) FROM invitation"), "1");
    assert_eq!(app.value("SELECT count(*) FROM visit_employee"), "1");
}

#[test]
fn every_wrong_field_is_named_and_nothing_is_stored() {
    let app = TestApp::start();
    let client = bringer(&app);
    client.get("/api/v1/visits").expect(200);
    let before = app.dump_all();
    for (change, field) in [
        (json!({"id": ""}), "/id"),
        (json!({"id": "a\u{0}b"}), "/id"),
        (json!({"id": "x".repeat(201)}), "/id"),
        (json!({"id": 7}), "/id"),
        (json!({"visited_at": "yesterday"}), "/visited_at"),
        (json!({"visited_at": "2026-11-20T14:05:00"}), "/visited_at"),
        (json!({"visited_at": "2026-12-20T14:05:00Z"}), "/visited_at"),
        (json!({"service": " "}), "/service"),
        (json!({"service": "a\u{0}"}), "/service"),
        (json!({"priority": "yes"}), "/priority"),
        (json!({"employees": []}), "/employees"),
        (json!({"employees": [{"id": "A"}, {"id": "A"}]}), "/employees/1/id"),
        (json!({"employees": [{"id": "A", "share": 0.5}, {"id": "B"}]}), "/employees"),
        (json!({"employees": [{"id": "A", "share": 0.5}, {"id": "B", "share": 0.4}]}), "/employees"),
        (json!({"employees": [{"name": "without id"}]}), "/employees/0/id"),
        (json!({"employees": [{"id": "A", "name": "a\u{0}"}]}), "/employees/0/name"),
        (json!({"customer": {"name": "Ann\u{0}"}}), "/customer/name"),
        (json!({"customer": {"id": "C\u{0}"}}), "/customer/id"),
        (json!({"customer": {"phone": "+44\u{0}1632960001"}}), "/customer/phone"),
        (json!({"customer": {"language": "english!"}}), "/customer/language"),
        (json!({"customer": {"time_zone": "Mars/Olympus"}}), "/customer/time_zone"),
        (json!({"lawful_basis": {"kind": "because"}}), "/lawful_basis/kind"),
        (json!({"lawful_basis": {"channels": ["fax"]}}), "/lawful_basis/channels"),
        (json!({"colour": "red"}), "/colour"),
        (json!({"customer": {"mail": "x"}}), "/customer/mail"),
        (json!({"employees": [{"id": "A", "nick": "x"}]}), "/employees/0/nick"),
    ] {
        let refused = client.post_json("/api/v1/visits", &make::with(make::visit("W1"), change.clone()));
        assert_eq!(fields(&refused.clone().expect(422)), [field], "{change}");
        assert_eq!(refused.json()["status"], 422);
    }
    assert_eq!(app.dump_all(), before);
}

#[test]
fn all_wrong_fields_of_a_visit_are_named_at_once() {
    let app = TestApp::start();
    let bad =
        make::with(make::visit(""), json!({"service": "", "visited_at": "?", "customer": {"name": "\u{0}"}}));
    let refused = bringer(&app).post_json("/api/v1/visits", &bad).expect(422);
    assert_eq!(fields(&refused), ["/id", "/visited_at", "/service", "/customer/name"]);
}

#[test]
fn what_cannot_be_read_is_422_and_what_is_too_large_is_413() {
    let app = TestApp::start();
    let client = bringer(&app);
    for body in ["", "{", "visit", "{\"id\": \"\u{1}\"}"] {
        let refused = client.send("POST", "/api/v1/visits", &[], body.as_bytes()).expect(422);
        assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    }
    let large = format!("{{\"id\": \"{}\"}}", "x".repeat(5 << 20));
    client.send("POST", "/api/v1/visits", &[], large.as_bytes()).expect(413);
    assert_eq!(app.value("SELECT count(*) FROM visit"), "0");
}

#[test]
fn a_name_with_line_breaks_is_cleaned() {
    let app = TestApp::start();
    let change = json!({"customer": {"name": "Ann\r\nBcc: x"}, "service": "boiler\n repair\u{7}"});
    app.bring(&make::with(make::visit("W1"), change));
    assert_eq!(app.value("SELECT customer_name || '|' || service FROM visit"), "Ann Bcc: x|boiler repair");
}

#[test]
fn a_malformed_address_is_no_reason_to_lose_the_visit() {
    let app = TestApp::start();
    for (at, email) in [
        "quux@",
        "@quux.com",
        "quux at example.com",
        "quux@quux",
        "quux\u{0}@example.com",
        "quux\r\n@example.com",
        "  ",
    ]
    .iter()
    .enumerate()
    {
        let visit = make::with(make::visit(&format!("W{at}")), json!({"customer": {"email": email}}));
        let told = app.bring(&visit).json()["visit"].take();
        assert_eq!(told["outcome"], "no_address", "{email:?}");
        assert_eq!(told["send_at"], Value::Null);
        let reason = told["outcomes"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("mail address") && !reason.contains("quux"), "{reason}");
    }
    app.work();
    assert_eq!(app.memory.letters().len(), 0);
}

#[test]
fn who_must_not_be_asked_is_told_with_the_reason() {
    let app = TestApp::start();
    app.bring(&make::visit("W0"));
    for (id, change, outcome) in [
        ("W1", json!({"lawful_basis": null}), "no_basis"),
        ("W2", json!({"lawful_basis": {"channels": ["phone"]}}), "no_basis"),
        ("W3", json!({"visited_at": "2026-11-01T10:00:00Z"}), "expired"),
        ("W4", json!({"customer": {"email": "E17@Staff.example.com"}}), "internal"),
        ("W5", json!({"customer": null}), "no_address"),
    ] {
        let told = app.bring(&make::with(make::visit(id), change)).json()["visit"].take();
        assert_eq!(told["outcome"], outcome, "{id}");
        assert_eq!(told["outcomes"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_batch_keeps_its_good_visits_and_names_its_bad_ones() {
    let app = TestApp::start();
    app.bring(&make::visit("W0"));
    let batch = json!([
        make::visit("W1"),
        make::visit("W0"),
        make::with(make::visit("W2"), json!({"service": ""})),
        make::with(make::visit("W3"), json!({"colour": "red"})),
        make::with(make::visit("W0"), json!({"service": "another"})),
        "no visit",
        make::visit("W4"),
        make::visit("W4"),
    ]);
    let told = bringer(&app).post_json("/api/v1/visits/batch", &batch).expect(200).json();
    assert_eq!((&told["accepted"], &told["repeated"]), (&json!(2), &json!(2)));
    let rejected: Vec<(i64, &Value, &str)> = told["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["index"].as_i64().unwrap(), &one["id"], one["errors"][0]["field"].as_str().unwrap()))
        .collect();
    assert_eq!(
        rejected,
        [
            (2, &json!("W2"), "/service"),
            (3, &json!("W3"), "/colour"),
            (4, &json!("W0"), "/id"),
            (5, &Value::Null, "")
        ]
    );
    assert_eq!(app.rows("SELECT external_id FROM visit ORDER BY 1"), ["W0", "W1", "W4"]);
}

#[test]
fn a_batch_has_from_one_to_a_thousand_visits() {
    let app = TestApp::start();
    let client = bringer(&app);
    let visits =
        |count: usize| Value::from((0..count).map(|at| make::visit(&format!("W{at}"))).collect::<Vec<_>>());
    client.post_json("/api/v1/visits/batch", &visits(0)).expect(422);
    client.post_json("/api/v1/visits/batch", &visits(1001)).expect(422);
    client.post_json("/api/v1/visits/batch", &make::visit("W1")).expect(422);
    assert_eq!(app.value("SELECT count(*) FROM visit"), "0");
    let told = client.post_json("/api/v1/visits/batch", &visits(1000)).expect(200).json();
    assert_eq!(told, json!({"accepted": 1000, "repeated": 0, "rejected": []}));
}

#[test]
fn without_a_key_it_is_401_and_without_the_scope_403_as_a_problem() {
    let app = TestApp::start();
    let no_key = app.anonymous().with_key("hb_wrong");
    for (client, status) in [(app.anonymous(), 401), (no_key, 401), (app.client(&[Scope::PeopleWrite]), 403)]
    {
        let refused = client.post_json("/api/v1/visits", &make::visit("W1")).expect(status);
        assert_eq!(refused.header("content-type"), Some("application/problem+json"));
        let problem = refused.json();
        assert_eq!(problem["status"], status);
        let names: Vec<&String> = problem.as_object().unwrap().keys().collect();
        assert_eq!(names, ["detail", "errors", "status", "title", "type"]);
    }
    let unknown = bringer(&app).get("/api/v1/visits/none").expect(404);
    assert_eq!(unknown.json()["title"], "Not found");
    assert_eq!(bringer(&app).get("/api/v1/nothing").expect(404).json()["status"], 404);
    assert_eq!(app.value("SELECT count(*) FROM visit"), "0");
}

#[test]
fn a_database_that_gives_no_connection_is_503_with_retry_after() {
    let app = TestApp::with(&[("HEARBACK_POOL", "2")]);
    let client = bringer(&app);
    let held: Vec<_> = (0..2).map(|_| app.app.pool.get().unwrap()).collect();
    let refused = client.post_json("/api/v1/visits", &make::visit("W1")).expect(503);
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    app.anonymous().get("/readyz").expect(503);
    app.anonymous().get("/healthz").expect(200);
    drop(held);
    client.post_json("/api/v1/visits", &make::visit("W1")).expect(201);
}

#[test]
fn a_nul_in_an_address_is_no_failure_of_the_database() {
    let app = TestApp::start();
    let client = app.client(&[Scope::VisitsWrite, Scope::OutcomesRead]);
    for path in [
        "/api/v1/visits/a%00b",
        "/api/v1/visits?employee=a%00b",
        "/api/v1/outcomes?from=2026-11-01&to=2026-11-30&employee=%00",
    ] {
        let status = client.get(path).status;
        assert!((200..500).contains(&status), "{path}: {status}");
    }
    let status =
        app.anonymous().post_form("/login", &[("email", "a\u{0}@example.com"), ("password", "x")]).status;
    assert!(matches!(status, 400 | 401), "{status}");
}
