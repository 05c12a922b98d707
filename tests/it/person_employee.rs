//! An employee reads everything that we hold about them, and nobody else's.

use crate::retention::answered;
use crate::support::app::SECRET;
use crate::support::program::{complained, run, said};
use crate::support::{TestApp, fresh_folder};
use hearback::accounts::Role;
use serde_json::json;

fn company() -> TestApp {
    let app = TestApp::start();
    for n in 0..6 {
        answered(&app, &format!("W{n}"), &format!("w{n}@example.com"), "words of a customer");
    }
    app.follow_answers();
    app
}

#[test]
fn an_employee_reads_everything_about_themselves() {
    let app = company();
    let hr = app.staff(Role::Hr, None);
    let csrf = hr.get("/").hidden("csrf");
    let days = [("csrf", csrf.as_str()), ("from", "2026-11-01"), ("to", "2026-11-30")];
    hr.post_form("/employees/E17/statement", &days).expect(303);
    hr.get("/employees/E17").expect(200);
    let own = app.employee("E17");
    let answer = own.get("/employees/me/export").expect(200);
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"employee.json\""));
    let told = answer.json()["employee"].take();
    assert_eq!((&told["facts"]["name"], &told["facts"]["id"]), (&json!("Erika Muster"), &json!("E17")));
    assert_eq!(told["facts"]["email"], "e17@staff.example.com");
    assert_eq!(
        (&told["teams"][0]["team"], &told["accounts"][0]["role"]),
        (&json!("North 2"), &json!("employee"))
    );
    assert_eq!(told["visits"].as_array().unwrap().len(), 6);
    assert_eq!(told["statements"][0]["from"], "2026-11-01");
    let looks = told["who_looked_or_did_something"].as_array().unwrap();
    assert!(looks.iter().any(|look| look["by"] == "hr" && look["what"] == "employee.read"), "{looks:?}");
    // Nothing of who the customers were.
    for word in ["Ann Sample", "w1@example.com", "C-W1", "words of a customer", "\"W1\""] {
        assert!(!answer.body.contains(word), "{word}");
    }
    let entries = app.rows("SELECT actor FROM audit_entry WHERE action = 'employee.exported'");
    assert_eq!(entries.len(), 1);
    assert!(own.get("/employees/me/looks").expect(200).body.contains("a copy of everything"));
    assert!(own.get("/employees/me/looks").expect(200).body.contains("/employees/E17/export"));
}

#[test]
fn nobody_but_themselves_and_hr_gets_the_copy() {
    let app = company();
    app.bring(&crate::support::make::with(
        crate::support::make::visit("W9"),
        json!({"employees": [{"id": "E18", "name": "Other", "team": "North 2"}]}),
    ));
    app.employee("E18").get("/employees/E17/export").expect(404);
    app.staff(Role::Manager, Some("North 2")).get("/employees/E17/export").expect(404);
    app.staff(Role::Hr, None).get("/employees/E17/export").expect(200);
    app.sign_in("hr@example.com").get("/employees/nobody/export").expect(404);
    assert_eq!(app.rows("SELECT id FROM audit_entry WHERE action = 'employee.exported'").len(), 1);
}

#[test]
fn the_command_gives_the_same_copy() {
    let app = company();
    let folder = fresh_folder("employee");
    let data = folder.0.join("data").display().to_string();
    let settings = [
        ("DATABASE_URL", app.database.url.as_str()),
        ("HEARBACK_DATA", data.as_str()),
        ("HEARBACK_SECRET", SECRET),
    ];
    let output = run(&settings, &["person", "export", "--employee", "E17"]);
    let told: serde_json::Value =
        serde_json::from_str(&said(&output)).unwrap_or_else(|_| panic!("{}", complained(&output)));
    assert_eq!(told["employee"]["facts"]["id"], "E17");
    for wrong in [&["person", "export"][..], &["person", "export", "--employee", "E17", "--customer", "C-W1"]]
    {
        assert!(!run(&settings, wrong).status.success());
    }
}
