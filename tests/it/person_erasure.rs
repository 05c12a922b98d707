//! A person's rights: what is planted about them is found nowhere after the erasure, every number stays, what comes
//! again creates and mails nothing, an answer that is taken back is subtracted exactly, and they can read everything.

use crate::delivery_pages::post;
use crate::person_planted::{PLANTED, Place, letters, planted, planted_visit};
use crate::support::program::{complained, said};
use crate::support::{TestApp, database, make};
use chrono::TimeDelta;
use hearback::accounts::{Role, Scope};
use hearback::evaluations::{Selection, evaluate};
use serde_json::{Value, json};

/// Every cell of every table as text, and what is stored as bytes as letters too.
pub fn everything(app: &TestApp) -> String {
    let mut connection = app.connection();
    let mut text = String::new();
    for table in database::tables(&mut connection) {
        let columns = format!(
            "SELECT column_name || ' ' || udt_name FROM information_schema.columns WHERE table_name = '{table}'"
        );
        for column in database::rows(&mut connection, &columns) {
            let (name, kind) = column.split_once(' ').unwrap();
            let shown = if kind == "bytea" {
                format!("encode(\"{name}\", 'escape')")
            } else {
                format!("\"{name}\"::text")
            };
            for row in database::rows(&mut connection, &format!("SELECT {shown} FROM {table}")) {
                text.extend([table.as_str(), ".", name, ": ", &row, "\n"]);
            }
        }
    }
    text
}

#[track_caller]
fn assert_nowhere(what: &str, text: &str) {
    for word in PLANTED {
        let line = text.lines().find(|line| line.to_lowercase().contains(&word.to_lowercase()));
        assert_eq!(line, None, "{word} in {what}");
    }
}

/// The sums and every evaluation of the year, to the last digit.
pub fn numbers(app: &TestApp) -> String {
    let mut connection = app.connection();
    let selection = Selection {
        from: "2026-01-01".parse().unwrap(),
        to: "2026-12-31".parse().unwrap(),
        team: None,
        employee: None,
        all_estimates: true,
    };
    let evaluation = evaluate(&mut connection, &selection, app.now()).unwrap();
    let edge = Selection { from: "2026-11-02".parse().unwrap(), ..selection };
    let edges = evaluate(&mut connection, &edge, app.now()).unwrap();
    let sums = database::dump(&mut connection, &["score_slice", "score_cross"]);
    format!("{sums}{}\n{}", json!(evaluation), json!(edges))
}

#[test]
fn what_was_planted_is_found_nowhere_and_every_number_stays() {
    let place = Place::new();
    let app = &place.app;
    let id = planted(&place);
    let before = (numbers(app), everything(app), app.value("SELECT count(*) FROM visit"));
    for word in PLANTED {
        assert!(before.1.contains(word), "{word} was not planted");
    }
    assert!(letters(&place.folder.0).iter().any(|letter| letter.contains("quen.planted@example.com")));
    let link = place.link("quen.planted@example.com");

    let hr = app.staff(Role::Hr, None);
    let page = hr.get(&format!("/customers/{id}/erase")).expect(200).body;
    assert!(page.contains("Quendolyn") && page.contains("2 visits") && page.contains("What stays"), "{page}");
    post(&hr, &format!("/customers/{id}/erase"), &[]).expect(422);
    assert!(everything(app).contains("Quendolyn"), "nothing is erased before it is asked once more");
    let done = post(&hr, &format!("/customers/{id}/erase"), &[("sure", "yes")]).expect(303);
    assert_eq!(done.location(), "/customers?done=erased");

    assert_nowhere("the database", &everything(app));
    assert_nowhere("the mail folder", &letters(&place.folder.0).join("\n"));
    assert_eq!(numbers(app), before.0);
    app.work();
    assert_eq!(numbers(app), before.0);
    // A recount from nothing says the same.
    app.execute("DELETE FROM score_contribution").unwrap();
    app.execute("DELETE FROM score_slice").unwrap();
    app.execute("DELETE FROM score_cross").unwrap();
    app.execute("INSERT INTO changed_visit (visit_id) SELECT id FROM visit").unwrap();
    assert_eq!(numbers(app), before.0);
    assert_eq!(app.value("SELECT count(*) FROM visit"), before.2);

    let reports = app.client(&[Scope::ResponsesRead, Scope::OutcomesRead, Scope::EvaluationsRead]);
    for path in ["/api/v1/responses", "/api/v1/visits", "/api/v1/evaluations?from=2026-01-01&to=2026-12-31"] {
        assert_nowhere(path, &reports.get(path).expect(200).body);
    }
    for path in [
        "/customers?q=Quendolyn",
        "/customers?q=960114",
        "/customers?q=quen.planted",
        "/customers?q=C-PLANTED",
    ] {
        assert!(hr.get(path).expect(200).body.contains("Nobody found"), "{path}");
    }
    for path in ["/responses", "/visits", "/callbacks", "/"] {
        assert_nowhere(path, &hr.get(path).expect(200).body);
    }
    hr.get(&format!("/customers/{id}")).expect(404);
    post(&hr, &format!("/customers/{id}/erase"), &[("sure", "yes")]).expect(404);
    app.anonymous().get(&link).expect(404);
    assert_eq!(
        app.rows("SELECT detail::text FROM audit_entry WHERE action = 'customer.erased'"),
        ["{\"visits\": 2}"]
    );
    assert_eq!(app.rows("SELECT key FROM import_row"), ["other"]);
    let exported = place.run(&["evaluate", "--from", "2026-01-01", "--to", "2026-12-31", "--format", "csv"]);
    assert_nowhere("an export", &said(&exported));
    assert_nowhere("the program's log", &complained(&exported));
}

#[test]
fn a_visit_that_comes_again_creates_and_mails_nothing() {
    let place = Place::new();
    let app = &place.app;
    planted(&place);
    let erased = place.run(&["person", "erase", "--customer", "C-PLANTED"]);
    assert!(erased.status.success(), "{}", complained(&erased));
    assert!(said(&erased).contains("visits kept     2"), "{}", said(&erased));
    assert_nowhere("the program's log", &complained(&erased));
    let tables = ["visit", "customer", "invitation", "delivery_attempt", "visit_outcome", "response"];
    let (before, mailed) = (app.dump(&tables), letters(&place.folder.0).len());
    let key = app.client(&[Scope::VisitsWrite]);
    for (visit, outcome) in [("WO-PLANTED-1", "answered"), ("WO-PLANTED-2", "opted_out")] {
        for body in [planted_visit(visit), make::with(planted_visit(visit), json!({"service": "another"}))] {
            let answer = key.post_json("/api/v1/visits", &body).expect(200).json();
            assert_eq!(answer["visit"]["outcome"], outcome);
            assert_eq!((&answer["visit"]["id"], &answer["visit"]["outcomes"]), (&json!(visit), &json!([])));
        }
        key.get(&format!("/api/v1/visits/{visit}")).expect(404);
        key.patch_json(&format!("/api/v1/visits/{visit}"), &json!({"customer": {"email": "a@example.com"}}))
            .expect(404);
        key.post_json(&format!("/api/v1/visits/{visit}/cancel"), &json!({"reason": "x"})).expect(404);
    }
    let batch =
        key.post_json("/api/v1/visits/batch", &json!([planted_visit("WO-PLANTED-1")])).expect(200).json();
    assert_eq!((&batch["accepted"], &batch["repeated"]), (&json!(0), &json!(1)));
    let (visits, history) = (place.folder.0.join("visits.csv"), place.folder.0.join("history.csv"));
    let columns = "visit_id,visited_at,employee_id,service,customer_id,customer_name,customer_email";
    let row =
        "WO-PLANTED-1,2026-11-20T14:00:00Z,E17,boiler repair,C-PLANTED,Quendolyn,quen.planted@example.com";
    std::fs::write(&visits, format!("{columns}\n{row}\n")).unwrap();
    std::fs::write(
        &history,
        format!("{columns},answered_by,answered_at,overall\n{row},email,2026-11-20T15:00:00Z,9\n"),
    )
    .unwrap();
    for (kind, file) in [("visits", &visits), ("history", &history)] {
        let output = place.run(&["import", kind, file.to_str().unwrap()]);
        assert!(said(&output).contains("visits repeated"), "{}{}", said(&output), complained(&output));
    }
    std::fs::remove_file(visits).unwrap();
    app.work();
    assert_eq!(app.dump(&tables), before);
    assert_eq!(letters(&place.folder.0).len(), mailed);
    // A new visit of the same person is a new beginning, and what they did not want still holds.
    app.bring(&make::with(planted_visit("WO-NEW"), json!({"visited_at": "2026-11-21T14:00:00Z"})));
    let customer = app.value("SELECT id FROM customer WHERE external_id = 'C-PLANTED'");
    let page = app.sign_in("caller@example.com").get(&format!("/customers/{customer}")).expect(200).body;
    assert!(page.contains("No calls go to this customer.") && !page.contains("plantedreason"), "{page}");
}

#[test]
fn a_letter_that_waits_or_is_under_way_is_not_sent_after_the_erasure() {
    let app = TestApp::with(&[("HEARBACK_SURVEY_DELAY", "3h")]);
    app.bring(&planted_visit("WO-1"));
    let hr = app.staff(Role::Hr, None);
    let id = app.value("SELECT id FROM customer");
    post(&hr, &format!("/customers/{id}/erase"), &[("sure", "yes")]).expect(303);
    app.advance(TimeDelta::hours(4));
    app.work();
    app.advance(TimeDelta::days(15));
    app.work();
    assert_eq!(app.memory.letters().len(), 0);
    assert_eq!(app.value("SELECT outcome FROM visit"), "opted_out");
}

#[test]
fn other_files_with_the_same_address_or_number_are_named_before_the_erasure() {
    let app = TestApp::start();
    app.bring(&planted_visit("WO-1"));
    let person = |change| make::with(planted_visit("x"), json!({"customer": change}));
    for (id, change) in [
        ("WO-2", json!({"id": "C-SECOND", "name": "Q. Planted", "phone": null})),
        ("WO-3", json!({"id": "C-THIRD", "name": "By phone", "email": null, "phone": "01632/960114"})),
        (
            "WO-4",
            json!({"id": "C-OTHER", "name": "Quendolyn Else", "email": "else@example.com", "phone": null}),
        ),
    ] {
        app.bring(&make::with(person(change), json!({ "id": id })));
    }
    let id = app.value("SELECT id FROM customer WHERE external_id = 'C-PLANTED'");
    let page = app.staff(Role::Hr, None).get(&format!("/customers/{id}/erase")).expect(200).body;
    assert!(page.contains("Q. Planted") && page.contains("By phone"), "{page}");
    assert!(!page.contains("Quendolyn Else"), "{page}");
}

#[test]
fn an_answer_that_is_taken_back_is_subtracted_exactly() {
    let place = Place::new();
    let app = &place.app;
    for n in 0..12 {
        app.bring(&make::visit(&format!("W{n}")));
    }
    app.work();
    for n in 0..11 {
        app.answer(&place.link(&format!("<w{n}@example.com>")), 1 + n % 5);
    }
    app.work();
    let before = numbers(app);
    app.answer(&place.link("<w11@example.com>"), 5);
    app.work();
    assert_ne!(numbers(app), before);
    let response =
        "SELECT r.id FROM response r JOIN visit v ON v.id = r.visit_id WHERE v.external_id = 'W11'";
    let path = format!("/responses/{}", app.value(response));
    let hr = app.staff(Role::Hr, None);
    assert!(hr.get(&path).expect(200).body.contains(&format!("{path}/withdraw")));
    assert!(hr.get(&format!("{path}/withdraw")).expect(200).body.contains("by exactly this answer"));
    post(&hr, &format!("{path}/withdraw"), &[("reason", " ")]).expect(422);
    post(&hr, &format!("{path}/withdraw"), &[("reason", "wrote that she meant another firm")]).expect(303);
    assert_eq!(numbers(app), before);
    app.work();
    assert_eq!(numbers(app), before);
    let page = hr.get(&path).expect(200).body;
    assert!(page.contains("taken back by the customer") && page.contains("she meant another firm"), "{page}");
    assert!(!page.contains("/withdraw") && !page.contains("/decide"), "{page}");
    assert_eq!(app.outcome("W11"), "opted_out");
    // It is no answer any more that could be let count again, nor one that can be given anew.
    post(&hr, &format!("{path}/decide"), &[("counts", "yes"), ("reason", "x")]).expect(409);
    post(&hr, &format!("{path}/withdraw"), &[("reason", "x")]).expect(409);
    let link = place.link("<w11@example.com>");
    assert!(!app.anonymous().get(&link).body.contains("name=\"nonce\""));
    let listed = app.client(&[Scope::ResponsesRead]).get("/api/v1/responses").expect(200).json();
    let listed =
        listed["responses"].as_array().unwrap().iter().find(|one| one["visit"] == "W11").unwrap().clone();
    assert_eq!((&listed["certainty"], &listed["answers"]["overall"]), (&json!("withdrawn"), &Value::Null));
    // By the command too.
    let output = place.run(&["person", "withdraw", "--visit", "W3", "--reason", "asked by phone"]);
    assert_eq!(said(&output), "taken back\n", "{}", complained(&output));
    assert_eq!(app.outcome("W3"), "opted_out");
}

#[test]
fn a_person_can_read_everything_we_hold_and_who_saw_it() {
    let place = Place::new();
    let id = planted(&place);
    let hr = place.app.staff(Role::Hr, None);
    let answer = hr.get(&format!("/customers/{id}/export")).expect(200);
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"person.json\""));
    for word in PLANTED {
        assert!(answer.body.contains(word), "{word} is not in {}", answer.body);
    }
    let person = answer.json()["person"].take();
    assert_eq!(person["files"][0]["email"], "quen.planted@example.com");
    assert_eq!(person["notes"][0]["written_by"], "caller");
    assert_eq!(person["does_not_want"][0]["channel"], "phone");
    let first = &person["visits"][0];
    assert_eq!((&first["id"], &first["response"]["answers"]["overall"]), (&json!("WO-PLANTED-1"), &json!(1)));
    assert_eq!(first["response"]["call_number"], "01632 960114");
    assert_eq!(first["letters"][0]["letter"], "invitation");
    assert!(!first["response"]["revisions"].as_array().unwrap().is_empty());
    assert_eq!(first["cases"][0]["state"], "open");
    let seen = person["who_saw_or_did_something"].as_array().unwrap();
    let saw = |by: &str, what: &str| seen.iter().any(|entry| entry["by"] == by && entry["what"] == what);
    assert!(saw("caller", "customer.read") && saw("hr", "customer.exported"), "{seen:?}");
    // Nobody is named who only did their work.
    assert!(!answer.body.contains("The caller"));
    let output = place.run(&["person", "export", "--customer", "C-PLANTED"]);
    let by_command: Value = serde_json::from_str(&said(&output)).unwrap();
    assert_eq!(by_command["person"]["visits"], person["visits"]);
    let unknown = place.run(&["person", "export", "--customer", "C-NOBODY"]);
    assert_eq!(unknown.status.code(), Some(1));
}
