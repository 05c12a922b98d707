//! The page about one person: what it says, who may see it, and what an employee does not read on it.

use crate::support::{Client, TestApp, history};
use hearback::accounts::Role;

/// The period in which everything lies.
pub const YEAR: &str = "from=2026-01-01&to=2026-10-31";

/// A company: Ada Able of the north with thirty answers of forty visits, Ben Best of the south with five of ten.
pub fn company(app: &TestApp) {
    let mut lines = Vec::new();
    for at in 0..50_usize {
        let is_ada = at < 40;
        let answers = if is_ada { at % 4 != 3 } else { at % 2 == 0 };
        let day = format!("2026-{:02}-{:02}T09:00:00Z", 1 + at * 10 / 50, 1 + at % 28);
        let (id, customer) = (format!("H{at:02}"), format!("Cust Omer{at}"));
        let comment = format!("Thank you says Omer{at} of 01632 96011{}", at % 10);
        let overall = (1 + at % 5).to_string();
        let mut cells = vec![
            ("visit_id", id.as_str()),
            ("visited_at", day.as_str()),
            ("employee_id", if is_ada { "E1" } else { "E2" }),
            ("employee_name", if is_ada { "Ada Able" } else { "Ben Best" }),
            ("team", if is_ada { "North" } else { "South" }),
            ("customer_name", customer.as_str()),
            ("first_contact", "email"),
        ];
        if answers {
            cells.extend([("answered_by", "email"), ("answered_at", "2026-11-01T10:00:00Z")]);
            cells.extend([("overall", overall.as_str()), ("comment", comment.as_str())]);
        }
        lines.push(history::line(&cells));
    }
    app.import_history(history::file(&lines).as_bytes(), history::FIVE, None).unwrap();
}

/// A page of somebody about somebody.
#[track_caller]
pub fn page(client: &Client, path: &str) -> String {
    client.get(&format!("{path}?{YEAR}")).expect(200).body
}

#[test]
fn a_page_says_in_words_what_it_rests_on_and_how_sure_it_is() {
    let app = TestApp::start();
    company(&app);
    let hr = app.staff(Role::Hr, None);
    let ada = page(&hr, "/employees/E1");
    for words in [
        "Ada Able",
        "30 answers by mail, of 40 visits",
        "very likely between",
        "How sure:",
        "What became of all 40 visits",
    ] {
        assert!(ada.contains(words), "{words} is not in {ada}");
    }
    let ben = page(&hr, "/employees/E2");
    assert!(ben.contains("too few answers") && ben.contains("5 answers by mail, of 10 visits"), "{ben}");
    assert!(!ben.contains("Thank you"), "what few customers wrote is not shown");
    // By our id too, and nobody by any other.
    let ours = app.value("SELECT id FROM employee WHERE external_id = 'E1'");
    assert!(page(&hr, &format!("/employees/{ours}")).contains("Ada Able"));
    hr.get("/employees/E9").expect(404);
}

#[test]
fn every_row_of_the_list_leads_to_the_person() {
    let app = TestApp::start();
    company(&app);
    let hr = app.staff(Role::Hr, None);
    let list = hr.get(&format!("/evaluations?{YEAR}")).expect(200).body;
    for (id, name) in [("E1", "Ada Able"), ("E2", "Ben Best")] {
        let href = format!("/employees/{id}?{YEAR}").replace('&', "&#38;");
        assert!(list.contains(&format!("<a href=\"{href}\">{name}</a>")), "{href} is not in {list}");
        hr.get(&href.replace("&#38;", "&")).expect(200);
    }
}

#[test]
fn an_employee_sees_the_own_page_and_no_other() {
    let app = TestApp::start();
    company(&app);
    let ada = app.employee("E1");
    let own = page(&ada, "/employees/me");
    assert!(own.contains("Your customers gave") && own.contains("30 answers by mail"), "{own}");
    assert!(page(&ada, "/employees/E1").contains("Your customers gave"));
    for path in ["/employees/E2", "/employees/E2/comments"] {
        ada.get(path).expect(404);
    }
    for path in ["/evaluations", "/responses", "/visits", "/people"] {
        ada.get(path).expect(403);
    }
    for role in [Role::Admin, Role::Caller] {
        app.staff(role, None).get("/employees/E1").expect(403);
    }
}

#[test]
fn nothing_on_the_own_page_tells_who_a_customer_was() {
    let app = TestApp::start();
    company(&app);
    let ada = app.employee("E1");
    for path in ["/employees/me", "/employees/me/comments"] {
        let own = page(&ada, path);
        assert!(own.contains("Thank you says (…)"), "{path}: {own}");
        for secret in ["Omer", "01632", "96011", "H00", "/visits/", "/responses", "09:00"] {
            assert!(!own.contains(secret), "{secret} is on {path}: {own}");
        }
        for day in ["2026-02-", "Feb 2026 0", " 5 Feb"] {
            assert!(!own.contains(day), "{day} is on {path}");
        }
    }
    assert_eq!(page(&ada, "/employees/me/comments").matches("<blockquote").count(), 30);
    let hr = app.staff(Role::Hr, None);
    assert!(page(&hr, "/employees/E1/comments").contains("says Omer1 of 01632"));
}

#[test]
fn an_employee_cannot_pick_days_until_one_answer_is_left() {
    let app = TestApp::start();
    company(&app);
    let ada = app.employee("E1");
    let one_day = ada.get("/employees/me?from=2026-03-05&to=2026-03-05").expect(200).body;
    assert!(
        one_day.contains("1 March 2026 to 31 March 2026") && one_day.contains("whole months that are over"),
        "{one_day}"
    );
    let usual = ada.get("/employees/me").expect(200).body;
    assert!(usual.contains("1 December 2025 to 31 October 2026"), "{usual}");
}

#[test]
fn a_manager_sees_a_person_for_the_days_in_the_own_team() {
    let app = TestApp::start();
    company(&app);
    let manager = app.staff(Role::Manager, Some("North"));
    assert!(page(&manager, "/employees/E1").contains("Ada Able"));
    manager.get(&format!("/employees/E2?{YEAR}")).expect(404);
    // Ada moves south in August.
    app.execute("UPDATE team_member SET valid_to = '2026-07-31' WHERE team_id = (SELECT id FROM team WHERE name = 'North')")
        .unwrap();
    app.execute(
        "INSERT INTO team_member (employee_id, team_id, role, valid_from) SELECT e.id, t.id, 'member', '2026-08-01' \
         FROM employee e, team t WHERE e.external_id = 'E1' AND t.name = 'South'",
    )
    .unwrap();
    let before = page(&manager, "/employees/E1");
    assert!(before.contains("to 31 July 2026, the days on which Ada Able belonged to your team"), "{before}");
    manager.get("/employees/E1?from=2026-08-01&to=2026-10-31").expect(404);
    app.execute("UPDATE user_account SET team_id = (SELECT id FROM team WHERE name = 'South')").unwrap();
    let after = page(&manager, "/employees/E1");
    assert!(after.contains("1 August 2026 to 31 October 2026, the days"), "{after}");
}

#[test]
fn every_look_at_a_person_leaves_a_trace() {
    let app = TestApp::start();
    company(&app);
    page(&app.staff(Role::Hr, None), "/employees/E1");
    page(&app.employee("E1"), "/employees/me/comments");
    let looks = "SELECT split_part(actor, ' ', 1) || ' ' || (subject = 'employee ' || (SELECT id FROM employee \
                 WHERE external_id = 'E1')) FROM audit_entry WHERE action = 'employee.read' ORDER BY id";
    assert_eq!(app.rows(looks), ["user true", "user true"]);
}

#[test]
fn nothing_offers_an_order_by_score() {
    let app = TestApp::start();
    company(&app);
    let hr = app.staff(Role::Hr, None);
    for path in ["/evaluations", "/employees/E1"] {
        let body = page(&hr, path).to_lowercase();
        for word in [
            "?sort=",
            "&#38;sort=",
            "order=",
            "rank",
            "best first",
            "leaderboard",
            "place 1",
            "aria-sort=\"descending\"",
        ] {
            assert!(!body.contains(word), "{word} is on {path}");
        }
    }
    let list = page(&hr, "/evaluations");
    let place = |name: &str| list.find(name).unwrap();
    assert!(
        place("North ") < place("Ada Able")
            && place("Ada Able") < place("South ")
            && place("South ") < place("Ben Best")
    );
}

#[test]
fn dates_that_cannot_be_read_are_said_on_the_persons_page() {
    let app = TestApp::start();
    company(&app);
    let hr = app.staff(Role::Hr, None);
    assert!(hr.get("/employees/E1?from=x").expect(200).body.contains("Write dates as"));
    hr.get("/employees/E1/comments?from=x").expect(422);
}

#[test]
fn a_list_of_groups_is_used_once_and_stored_nowhere() {
    let app = TestApp::start();
    company(&app);
    let hr = app.staff(Role::Hr, None);
    let csrf = hr.get("/evaluations/fairness").expect(200).hidden("csrf");
    let before = app.dump_all();
    let list = "employee_id,group\nE1,left-handed\nE2,right-handed";
    let fields = [("csrf", csrf.as_str()), ("from", "2026-01-01"), ("to", "2026-10-31"), ("list", list)];
    let shown = hr.post_form("/evaluations/fairness", &fields).expect(200).body;
    assert!(shown.contains("Fewer than 10 people, not shown: left-handed, right-handed."), "{shown}");
    let after = app.dump_all();
    assert!(!after.contains("handed") && after.len() > before.len(), "the look is noted, the list is not");
    let wrong = hr.post_form("/evaluations/fairness", &[("csrf", &csrf), ("list", "E1")]).expect(422).body;
    assert!(wrong.contains("Line 1 is not like E17,group."), "{wrong}");
}
