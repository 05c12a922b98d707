//! Who may be phoned, on the page and in the API: in order, and without name, number or answer.

use crate::finder::{foreign, id_of, shared};
use crate::support::{Client, TestApp, make};
use hearback::accounts::{Role, Scope};
use serde_json::{Value, json};

/// Brings a visit that stands in an outcome, with its random number.
#[track_caller]
pub fn standing(app: &TestApp, id: &str, outcome: &str, number: f64, priority: bool) {
    let change = json!({"priority": priority, "customer": {"phone": "+441632960114"}});
    app.bring(&make::with(make::visit(id), change));
    app.execute(&format!(
        "UPDATE visit SET outcome = '{outcome}', call_priority = {number} WHERE external_id = '{id}'"
    ))
    .unwrap();
}

fn some(app: &TestApp) {
    standing(app, "W1", "unanswered", 0.9, false);
    standing(app, "W2", "bounced", 0.1, false);
    standing(app, "W3", "unanswered", 0.8, true);
    standing(app, "W4", "phone_first", 0.5, false);
    standing(app, "W5", "answered", 0.2, false);
    standing(app, "W6", "suspect", 0.3, true);
}

fn row(app: &TestApp, visit: &str, kind: &str, state: &str, called: &str) -> String {
    app.execute(&format!(
        "INSERT INTO callback (id, visit_id, kind, state, probability, called, created_at, rank, call_priority, \
         claimed_by, claimed_until) SELECT gen_random_uuid(), id, '{kind}', '{state}', 0.5, {called}, now(), \
         CASE WHEN priority THEN 1 ELSE 2 END, call_priority, CASE WHEN '{state}' = 'claimed' THEN 'key x' END, \
         CASE WHEN '{state}' = 'claimed' THEN now() END FROM visit WHERE external_id = '{visit}'"
    ))
    .unwrap();
    app.value(&format!(
        "SELECT c.id FROM callback c JOIN visit v ON v.id = c.visit_id WHERE v.external_id = '{visit}'"
    ))
}

#[track_caller]
pub fn list(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/v1/callbacks?{query}")).expect(200).json()
}

pub fn visits(list: &Value) -> Vec<&str> {
    list["callbacks"].as_array().unwrap().iter().map(|one| one["visit"].as_str().unwrap()).collect()
}

/// Visits of the rows of the page, in its order.
fn shown(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/callbacks?{query}")).expect(200).body;
    let ids = page.split(['>', '<']).filter(|text| text.starts_with('W') && text[1..].parse::<u32>().is_ok());
    ids.map(str::to_owned).collect()
}

#[test]
fn priority_cases_come_first_and_then_the_random_number_decides() {
    let app = TestApp::start();
    some(&app);
    let key = app.client(&[Scope::CallbacksWork]);
    assert_eq!(visits(&list(&key, "")), ["W6", "W3", "W2", "W4", "W1"]);
    assert_eq!(shown(&app.staff(Role::Caller, None), ""), ["W6", "W3", "W2", "W4", "W1"]);
}

#[test]
fn exactly_those_without_a_confirmed_answer_may_be_phoned() {
    let app = TestApp::start();
    standing(&app, "W1", "planned", 0.5, false);
    let key = app.client(&[Scope::CallbacksLead]);
    let callable = ["unanswered", "suspect", "bounced", "failed", "no_address", "phone_first", "to_call"];
    for outcome in hearback::visits::Outcome::ALL {
        app.execute(&format!("UPDATE visit SET outcome = '{outcome}'")).unwrap();
        let is_listed = !visits(&list(&key, "state=open")).is_empty();
        assert_eq!(is_listed, callable.contains(&outcome.as_str()), "{outcome}");
    }
}

#[test]
fn a_call_back_has_exactly_the_fields_of_the_handbook() {
    let app = TestApp::start();
    some(&app);
    let expected = |id: &str, visit: &str, position: i32, kind: &str| {
        json!({"id": id, "visit": visit, "state": "open", "position": position, "kind": kind, "attempts": 0,
            "appointment": null, "best_time": null})
    };
    let key = app.client(&[Scope::CallbacksWork]);
    assert_eq!(
        list(&key, ""),
        json!({"callbacks": [
            expected(&id_of(&app, "W6"), "W6", 1, "priority"),
            expected(&id_of(&app, "W3"), "W3", 2, "priority"),
            expected(&id_of(&app, "W2"), "W2", 3, "random"),
            expected(&id_of(&app, "W4"), "W4", 4, "phone_first"),
            expected(&id_of(&app, "W1"), "W1", 5, "random"),
        ], "meta": {"next": null}})
    );
    // Once somebody was drawn, the list is of those who were.
    let drawn = row(&app, "W3", "random", "open", "NULL");
    assert_eq!(
        list(&key, ""),
        json!({"callbacks": [expected(&drawn, "W3", 1, "random")], "meta": {"next": null}})
    );
}

#[test]
fn the_list_goes_on_page_by_page_with_the_places_of_the_whole() {
    let app = TestApp::start();
    some(&app);
    let key = app.client(&[Scope::CallbacksWork]);
    for limit in [1, 2, 3, 4] {
        let (mut query, mut all, mut places) = (format!("limit={limit}"), Vec::new(), Vec::new());
        loop {
            let page = list(&key, &query);
            all.extend(visits(&page).iter().map(|id| (*id).to_owned()));
            places.extend(
                page["callbacks"].as_array().unwrap().iter().map(|one| one["position"].as_i64().unwrap()),
            );
            let Some(next) = page["meta"]["next"].as_str() else { break };
            query = format!("limit={limit}&after={next}");
        }
        assert_eq!(all, ["W6", "W3", "W2", "W4", "W1"], "{limit}");
        assert_eq!(places, [1, 2, 3, 4, 5], "{limit}");
    }
    for query in ["state=lost", "limit=0", "limit=1001", "after=x", "until=x"] {
        key.get(&format!("/api/v1/callbacks?{query}")).expect(422);
    }
}

#[test]
fn what_is_claimed_or_done_is_not_open() {
    let app = TestApp::start();
    some(&app);
    let done = row(&app, "W1", "random", "done", "false");
    row(&app, "W5", "random", "done", "true");
    row(&app, "W2", "random", "claimed", "NULL");
    row(&app, "W4", "phone_first", "open", "NULL");
    let key = app.client(&[Scope::CallbacksLead]);
    assert_eq!(visits(&list(&key, "state=open")), ["W4"]);
    assert_eq!(visits(&list(&key, "state=claimed")), ["W2"]);
    let told = list(&key, "state=done");
    assert_eq!(visits(&told), ["W5", "W1"]);
    assert_eq!((&told["callbacks"][1]["id"], &told["callbacks"][1]["state"]), (&json!(done), &json!("done")));
    assert_eq!(shown(&app.staff(Role::Hr, None), ""), ["W4"]);
}

#[test]
fn the_page_shows_the_last_thirty_days_unless_asked_for_others() {
    let app = TestApp::start();
    some(&app);
    app.execute("UPDATE visit SET visited_at = '2026-10-01T10:00:00Z', visited_on = '2026-10-01' WHERE external_id = 'W3'")
        .unwrap();
    let caller = app.staff(Role::Caller, None);
    assert_eq!(shown(&caller, ""), ["W6", "W2", "W4", "W1"]);
    assert_eq!(shown(&caller, "from=2026-10-01&to=2026-10-31"), ["W3"]);
    assert_eq!(shown(&caller, "from=2026-10-01"), ["W6", "W3", "W2", "W4", "W1"]);
    assert!(caller.get("/callbacks?from=x").expect(200).body.contains("Write dates as"));
    let key = app.client(&[Scope::CallbacksWork]);
    assert_eq!(visits(&list(&key, "")), ["W6", "W3", "W2", "W4", "W1"]);
}

#[test]
fn neither_page_nor_api_tells_a_name_a_number_or_an_answer() {
    let app = TestApp::start();
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"phone": "+441632960114"}})));
    let path = app.mail_out("W1");
    app.say(&path, "2", "never again");
    app.execute("UPDATE visit SET outcome = 'suspect'").unwrap();
    app.execute("UPDATE response SET certainty = 'suspect'").unwrap();
    let api = app.client(&[Scope::CallbacksWork]).get("/api/v1/callbacks").expect(200).body;
    for role in [Role::Hr, Role::Manager, Role::Caller] {
        let page = app.staff(role, Some("North 2")).get("/callbacks").expect(200).body;
        for body in [&page, &api] {
            assert!(body.contains("W1"));
            for secret in ["Ann", "Sample", "1632", "w1@", "C-W1", "never again", "2 of 5", "Erika"] {
                assert!(!body.contains(secret), "{secret} for {role}");
            }
        }
        assert!(page.contains("<td class=\"wide-only\">yes</td>"), "{page}");
    }
}

#[test]
fn only_who_may_open_a_visit_finds_a_link_to_it() {
    let app = TestApp::start();
    some(&app);
    let link = format!("href=\"/visits/{}\"", id_of(&app, "W1"));
    let page = |role, team| app.staff(role, team).get("/callbacks").expect(200).body;
    assert!(page(Role::Hr, None).contains(&link) && !page(Role::Caller, None).contains(&link));
    assert!(page(Role::Manager, Some("North 2")).contains(&link));
}

#[test]
fn whoever_may_not_be_phoned_is_not_listed() {
    let app = TestApp::start();
    some(&app);
    let channels = [("W1", "'{email}'"), ("W2", "'{email,phone}'"), ("W3", "NULL"), ("W4", "'{}'")];
    for (visit, channels) in channels {
        app.execute(&format!(
            "UPDATE visit SET lawful_basis_channels = {channels} WHERE external_id = '{visit}'"
        ))
        .unwrap();
    }
    for (id, channels) in [("W7", json!(["email"])), ("W8", json!(["email", "phone"]))] {
        let basis =
            json!({"lawful_basis": {"kind": "consent", "channels": channels, "evidence": "order form"}});
        app.bring(&make::with(make::visit(id), basis));
    }
    app.execute(
        "UPDATE visit SET outcome = 'unanswered', call_priority = 0.95 WHERE external_id IN ('W7', 'W8')",
    )
    .unwrap();
    let listed = ["W6", "W3", "W2", "W8"];
    assert_eq!(visits(&list(&app.client(&[Scope::CallbacksWork]), "")), listed);
    assert_eq!(shown(&app.staff(Role::Caller, None), ""), listed);
}

#[test]
fn a_manager_sees_the_visits_of_the_own_team_as_of_their_day() {
    let app = TestApp::start();
    some(&app);
    app.bring(&foreign("W7"));
    app.bring(&shared("W8"));
    app.execute(
        "UPDATE visit SET outcome = 'unanswered', call_priority = 0.95 WHERE external_id IN ('W7', 'W8')",
    )
    .unwrap();
    // Whoever changes teams later takes no visit along.
    app.execute(
        "UPDATE team_member SET team_id = (SELECT id FROM team WHERE name = 'South') WHERE role = 'member'",
    )
    .unwrap();
    assert!(shown(&app.staff(Role::Manager, None), "").is_empty());
    assert_eq!(shown(&app.staff(Role::Manager, Some("North 2")), ""), ["W6", "W3", "W2", "W4", "W1", "W8"]);
    let south = app.staff(Role::Manager, Some("South"));
    let both = shown(&south, "");
    assert!(both.len() == 2 && ["W7", "W8"].iter().all(|id| both.contains(&(*id).to_owned())), "{both:?}");
    let href = format!("href=\"/visits/{}\"", id_of(&app, "W7"));
    assert!(south.get("/callbacks").expect(200).body.contains(&href));
    assert_eq!(shown(&app.staff(Role::Hr, None), "").len(), 7);
}
