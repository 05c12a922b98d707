//! Cases: who sees them, and closing them.

use crate::support::{Client, TestApp, make};
use hearback::accounts::Role;
use serde_json::json;

/// A low answer about a visit of North 2 and one about a visit of South, each with its case.
fn company() -> TestApp {
    let app = TestApp::start();
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"name": "Eleanor Ashdown"}})));
    let south = json!({"employees": [{"id": "E9", "name": "Omer South", "team": "South"}]});
    app.bring(&make::with(make::visit("W2"), south));
    for visit in ["W1", "W2"] {
        let path = app.mail_out(visit);
        app.answer(&path, 1);
    }
    app.follow_answers();
    app
}

fn case_of(app: &TestApp, visit: &str) -> String {
    app.value(&format!(
        "SELECT c.id FROM recovery_case c JOIN visit v ON v.id = c.visit_id WHERE v.external_id = '{visit}'"
    ))
}

fn close(client: &Client, id: &str, cause: &str, words: &str) -> u16 {
    let csrf = client.get("/").expect(200).hidden("csrf");
    client
        .post_form(&format!("/cases/{id}"), &[("csrf", &csrf), ("cause", cause), ("resolution", words)])
        .status
}

#[test]
fn hr_sees_every_case_and_a_manager_those_after_visits_of_the_own_team() {
    let app = company();
    let hr = app.staff(Role::Hr, None);
    let list = hr.get("/cases").expect(200).body;
    assert!(list.contains("W1") && list.contains("W2") && list.contains("Eleanor Ashdown"), "{list}");
    let south = app.staff(Role::Manager, Some("South"));
    let list = south.get("/cases").expect(200).body;
    assert!(list.contains("W2") && !list.contains("W1") && !list.contains("Ashdown"), "{list}");
    let foreign = case_of(&app, "W1");
    south.get(&format!("/cases/{foreign}")).expect(404);
    assert_eq!(close(&south, &foreign, "parts", "Went there"), 404);
    south.get(&format!("/cases/{}", case_of(&app, "W2"))).expect(200);
    south.get("/cases/none").expect(404);
}

#[test]
fn a_case_is_closed_once_with_its_cause_and_what_was_done_and_that_is_noted() {
    let app = company();
    let (hr, id) = (app.staff(Role::Hr, None), case_of(&app, "W1"));
    assert_eq!(close(&hr, &id, "", "  "), 422);
    assert_eq!(close(&hr, &id, "parts", &"x".repeat(1_001)), 422);
    assert_eq!(app.value("SELECT count(*)::text FROM recovery_case WHERE state = 'closed'"), "0");
    assert_eq!(close(&hr, &id, "parts", "Brought the valve"), 303);
    assert_eq!(close(&hr, &id, "parts", "Again"), 409);
    let row = "SELECT state || ' ' || cause || ' ' || resolution || ' ' || split_part(closed_by, ' ', 1) \
         FROM recovery_case WHERE state = 'closed'";
    assert_eq!(app.value(row), "closed parts Brought the valve user");
    let noted = app.rows("SELECT subject || ' ' || detail FROM audit_entry WHERE action = 'case.closed'");
    assert_eq!(noted, [format!("case {id} {{\"cause\": \"parts\"}}")]);
    let closed = hr.get("/cases?state=closed").expect(200).body;
    assert!(closed.contains("Brought the valve") && closed.contains("Parts or material missing"), "{closed}");
    assert!(!hr.get("/cases").expect(200).body.contains("W1"));
}

#[test]
fn a_case_that_waits_three_days_is_late_in_the_list_and_on_the_start_page() {
    let app = company();
    let hr = app.staff(Role::Hr, None);
    assert!(!hr.get("/cases").expect(200).body.contains("Late"));
    app.execute("UPDATE recovery_case SET opened_at = opened_at - interval '5 days'").unwrap();
    let list = hr.get("/cases").expect(200).body;
    assert!(list.contains("Late") && list.contains("5 days"), "{list}");
    assert!(hr.get("/").expect(200).body.contains("2 days late"));
}

#[test]
fn what_was_done_goes_with_the_erasure_of_the_person() {
    let app = company();
    let (hr, id) = (app.staff(Role::Hr, None), case_of(&app, "W1"));
    assert_eq!(close(&hr, &id, "parts", "Called Mrs Ashdown at work"), 303);
    let customer = app.value("SELECT customer_id FROM visit WHERE external_id = 'W1'");
    let told = hr.get(&format!("/customers/{customer}/export")).expect(200).body;
    assert!(told.contains("Called Mrs Ashdown at work"), "{told}");
    let csrf = hr.get("/").expect(200).hidden("csrf");
    hr.post_form(&format!("/customers/{customer}/erase"), &[("csrf", &csrf), ("sure", "yes")]).expect(303);
    assert_eq!(
        app.value("SELECT coalesce(resolution, 'gone') FROM recovery_case WHERE state = 'closed'"),
        "gone"
    );
    hr.get(&format!("/cases/{id}")).expect(200);
}
