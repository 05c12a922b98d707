//! An employee contests an answer, somebody independent decides, and everything can be taken back.

use crate::employees::{YEAR, company, page};
use crate::evaluations::evaluation;
use crate::support::{Answer, Client, TestApp};
use hearback::accounts::Role;
use serde_json::Value;

/// Somebody's row of the evaluation of the year.
fn row(app: &TestApp, id: &str) -> Value {
    let told = evaluation(app, YEAR);
    told["employees"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["employee_id"] == id)
        .cloned()
        .unwrap_or_default()
}

/// Contests the first answer that the page lists; gives our id of the objection.
#[track_caller]
fn contest(app: &TestApp, client: &Client, reason: &str) -> String {
    let form = client.get(&format!("/employees/me/contest?{YEAR}")).expect(200);
    let answer =
        form.body.split("name=\"answer\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let csrf = form.hidden("csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("answer", &answer),
        ("reason", reason),
        ("words", "I only lent him the van."),
    ];
    let sent = client.post_form(&format!("/employees/me/contest?{YEAR}"), &fields).expect(303);
    assert!(sent.location().ends_with("#objections"), "{}", sent.location());
    app.value("SELECT id FROM objection ORDER BY opened_at DESC, id DESC LIMIT 1")
}

/// Decides about an objection.
#[track_caller]
fn decide(client: &Client, id: &str, effect: &str, to: &str, reason: &str) -> Answer {
    let csrf = client.get("/").expect(200).hidden("csrf");
    let fields = [("csrf", csrf.as_str()), ("effect", effect), ("to", to), ("reason", reason)];
    client.post_form(&format!("/objections/{id}"), &fields)
}

#[test]
fn an_excluded_answer_counts_nowhere_and_again_when_it_is_taken_back() {
    let app = TestApp::start();
    company(&app);
    let (ada, hr) = (app.employee("E1"), app.staff(Role::Hr, None));
    let before = (row(&app, "E1"), evaluation(&app, YEAR)["company"].clone());
    let id = contest(&app, &ada, "abuse");
    assert_eq!(row(&app, "E1"), before.0, "an objection alone changes nothing");
    decide(&hr, &id, "exclude", "", "It is an insult.").expect(303);
    let after = row(&app, "E1");
    assert_eq!((before.0["n"].clone(), after["n"].clone()), (30.into(), 29.into()));
    assert_eq!(after["visits"], 40, "the visit still stands beside the score");
    assert_eq!(evaluation(&app, YEAR)["company"]["answers_email"], 34);
    // What the customer said is untouched, and shown with what was decided.
    assert_eq!(app.value("SELECT count(*) FROM response WHERE certainty = 'confirmed'"), "35");
    let own = page(&ada, "/employees/me");
    for words in [
        "Excluded",
        "It is an insult.",
        "Difference before",
        "30 answers before, 29 answers after",
        "excluded after an objection",
        "What became of all 40 visits",
    ] {
        assert!(own.contains(words), "{words} is not in {own}");
    }
    decide(&hr, &id, "undo", "", "It is no insult after all.").expect(303);
    assert_eq!((row(&app, "E1"), evaluation(&app, YEAR)["company"].clone()), before);
    let own = page(&ada, "/employees/me");
    assert!(own.contains("Decision taken back") && own.contains("It is an insult."), "both decisions stay");
    // A recount agrees: folding everything anew gives the same numbers.
    app.execute("INSERT INTO changed_visit (visit_id) SELECT id FROM visit").unwrap();
    assert_eq!((row(&app, "E1"), evaluation(&app, YEAR)["company"].clone()), before);
}

#[test]
fn a_reassigned_answer_passes_to_the_colleague_and_back() {
    let app = TestApp::start();
    company(&app);
    let (ada, hr) = (app.employee("E1"), app.staff(Role::Hr, None));
    let before = (row(&app, "E1"), row(&app, "E2"));
    let id = contest(&app, &ada, "wrong_person");
    for (to, said) in [("nobody", "Nobody has this id"), ("E1", "That is the person who objects")] {
        let answer = decide(&hr, &id, "reassign", to, "The order names him.").expect(422);
        assert!(answer.body.contains(said), "{to}: {}", answer.body);
    }
    decide(&hr, &id, "reassign", "Ben Best", "The order names him.").expect(303);
    let after = (row(&app, "E1"), row(&app, "E2"));
    assert_eq!((&after.0["n"], &after.0["visits"]), (&29.into(), &39.into()));
    assert_eq!((&after.1["n"], &after.1["visits"]), (&6.into(), &11.into()));
    assert!(page(&ada, "/employees/me").contains("Reassigned to Ben Best"));
    assert_eq!(evaluation(&app, YEAR)["company"]["visits"], 50, "no visit is lost");
    decide(&hr, &id, "undo", "", "It was hers.").expect(303);
    assert_eq!((row(&app, "E1"), row(&app, "E2")), before);
}

#[test]
fn only_somebody_independent_decides_and_always_with_a_reason() {
    let app = TestApp::start();
    company(&app);
    let ada = app.employee("E1");
    let id = contest(&app, &ada, "not_my_doing");
    let manager = app.staff(Role::Manager, Some("North"));
    assert!(manager.get(&format!("/objections/{id}")).expect(200).body.contains("HR decides"));
    decide(&manager, &id, "exclude", "", "x").expect(403);
    decide(&ada, &id, "exclude", "", "x").expect(403);
    let hr = app.staff(Role::Hr, None);
    decide(&hr, &id, "exclude", "", " ").expect(422);
    decide(&hr, &id, "", "", "x").expect(422);
    // Not even HR about an answer to themself.
    app.execute("UPDATE user_account SET employee_id = (SELECT id FROM employee WHERE external_id = 'E1') WHERE role = 'hr'").unwrap();
    decide(&hr, &id, "exclude", "", "x").expect(403);
    app.execute("UPDATE user_account SET employee_id = NULL WHERE role = 'hr'").unwrap();
    decide(&hr, &id, "annotate", "", "The part was late, which was not hers to change.").expect(303);
    decide(&hr, &id, "exclude", "", "x").expect(409);
    assert_eq!(row(&app, "E1")["n"], 30);
    let trail =
        "SELECT action || ' ' || (detail->>'reason' IS NULL) FROM audit_entry WHERE subject = 'objection ";
    assert_eq!(
        app.rows(&format!("{trail}{id}' ORDER BY id")),
        ["objection.opened false", "objection.decided true"]
    );
}

#[test]
fn one_answer_is_contested_once_by_whom_it_is_about_and_nobody_else() {
    let app = TestApp::start();
    company(&app);
    let ada = app.employee("E1");
    let id = contest(&app, &ada, "abuse");
    let form = ada.get(&format!("/employees/me/contest?{YEAR}")).expect(200);
    let csrf = form.hidden("csrf");
    let first = form.body.split("name=\"answer\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/employees/me/contest?{YEAR}");
    let fields = [("csrf", csrf.as_str()), ("answer", first), ("reason", "abuse"), ("words", "Again.")];
    ada.post_form(&path, &fields).expect(409);
    let foreign =
        [("csrf", csrf.as_str()), ("answer", "0123456789abcdef"), ("reason", "abuse"), ("words", "x")];
    assert!(ada.post_form(&path, &foreign).expect(422).body.contains("Choose the answer"));
    let hr = app.staff(Role::Hr, None);
    hr.get(&format!("/employees/E1/contest?{YEAR}")).expect(403);
    assert_eq!(app.value("SELECT count(*) FROM objection"), "1");
    // The form tells nothing of the customer, not even by an id.
    let response = app.value(&format!("SELECT response_id FROM objection WHERE id = '{id}'"));
    for secret in [response.as_str(), "Omer", "96011", "H00", "2026-0"] {
        let shown = form.body.replace(YEAR, "").replace("from=2026-01-01&#38;to=2026-10-31", "");
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
    // With few answers one could guess whose they are.
    let ben = app.employee("E2");
    app.execute("UPDATE response SET certainty = 'suspect' WHERE visit_id = (SELECT id FROM visit WHERE external_id = 'H40')").unwrap();
    assert!(ben.get(&format!("/employees/me/contest?{YEAR}")).expect(200).body.contains("from five on"));
}

#[test]
fn a_late_objection_is_marked_and_stands_on_the_start_page() {
    let app = TestApp::start();
    company(&app);
    let (ada, hr) = (app.employee("E1"), app.staff(Role::Hr, None));
    let id = contest(&app, &ada, "abuse");
    assert!(hr.get("/objections").expect(200).body.contains("until 4 Dec 2026"));
    assert!(hr.get("/").expect(200).body.contains("1 objection waits for a decision"));
    app.execute("UPDATE objection SET due_on = '2026-11-17'").unwrap();
    let list = hr.get("/objections").expect(200).body;
    assert!(list.contains("Late") && list.contains("3 days late"), "{list}");
    assert!(hr.get("/").expect(200).body.contains("3 days late"));
    let other = app.staff(Role::Manager, Some("South"));
    assert!(!other.get("/objections").expect(200).body.contains("Ada Able"));
    other.get(&format!("/objections/{id}")).expect(404);
    // The page of the response names it.
    let response = app.value("SELECT response_id FROM objection");
    assert!(
        hr.get(&format!("/responses/{response}")).expect(200).body.contains("Ada Able contests it: abuse")
    );
}
