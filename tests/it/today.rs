//! The start page: what needs whom, and what nobody reads there who may not read it elsewhere.

use crate::callbacks::standing;
use crate::callbacks_waves::{draw, keys};
use crate::delivery_pages::{failing, silence};
use crate::employees::{YEAR, company};
use crate::support::{Client, TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::mail::Phase;
use serde_json::json;

fn home(client: &Client) -> String {
    client.get("/").expect(200).body
}

fn post(client: &Client, path: &str, fields: &[(&str, &str)]) -> String {
    let csrf = client.get("/").expect(200).hidden("csrf");
    let fields: Vec<(&str, &str)> =
        [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
    client.post_form(path, &fields).expect(303).location().to_owned()
}

/// An unhappy customer of North 2 who writes and asks to be called.
fn unhappy(app: &TestApp, id: &str) {
    let who = json!({"customer": {"name": "Eleanor Ashdown", "phone": "+44 1632 960114"}});
    app.bring(&make::with(make::visit(id), who));
    let path = app.mail_out(id);
    app.answer(&path, 1);
    let customer = app.anonymous();
    let nonce = customer.get(&format!("{path}?step=2")).expect(200).hidden("nonce");
    let said =
        [("nonce", nonce.as_str()), ("step", "2"), ("overall", "1"), ("process", "2"), ("call_me", "yes")];
    let said: Vec<(&str, &str)> =
        said.into_iter().chain([("comment", "Third visit for one valve")]).collect();
    customer.post_form(&path, &said).expect(303);
    app.follow_answers();
}

#[test]
fn when_nothing_waits_the_page_says_so_to_every_role() {
    let app = TestApp::start();
    for role in Role::ALL {
        let page = home(&app.staff(*role, Some("North 2")));
        assert!(
            page.contains("Nothing needs you just now.") && page.contains("will stand here"),
            "{role}: {page}"
        );
    }
}

#[test]
fn hr_finds_everything_that_waits_each_with_its_link() {
    let app = TestApp::start();
    company(&app);
    unhappy(&app, "W1");
    let (hr, ada) = (app.staff(Role::Hr, None), app.employee("E1"));
    let form = ada.get(&format!("/employees/me/contest?{YEAR}")).expect(200).body;
    let answer = form.split("name=\"answer\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let contested = [("answer", answer.as_str()), ("reason", "abuse"), ("words", "I was not there.")];
    post(&ada, &format!("/employees/me/contest?{YEAR}"), &contested);
    let statement = post(&hr, "/employees/E1/statement", &[("from", "2026-01-01"), ("to", "2026-06-30")]);
    post(&ada, &statement, &[("kind", "contested"), ("words", "One visit is missing.")]);
    app.execute(
        "UPDATE response SET certainty = 'suspect' WHERE id = (SELECT id FROM response ORDER BY id LIMIT 1)",
    )
    .unwrap();
    let seen = hr.get("/surveys/post-service").expect(200).hidden("seen");
    post(
        &hr,
        "/surveys/post-service",
        &[("op", "up"), ("question", "skill"), ("seen", &seen), ("lang", "en")],
    );
    standing(&app, "C1", "unanswered", 0.1, false);
    draw(&keys(&app).1, 1.0);
    failing(&app, "U1", silence(), Phase::Body);
    let page = home(&hr);
    let case = app.value("SELECT id FROM recovery_case");
    let visit = app.value("SELECT id FROM visit WHERE external_id = 'W1'");
    for (words, link) in [
        ("Eleanor Ashdown asks to be called", format!("/visits/{visit}")),
        ("Case: boiler repair, Eleanor Ashdown", format!("/cases/{case}")),
        ("1 objection waits for a decision", "/objections".to_owned()),
        ("1 answer was put aside", "/responses?certainty=undecided".to_owned()),
        ("1 statement is contested", "/statements?state=contested".to_owned()),
        ("A draft of the survey post-service is not published", "/surveys/post-service".to_owned()),
        ("1 letter has an unknown fate", "/delivery#unknown".to_owned()),
    ] {
        let task = page.split("<li>").find(|task| task.contains(words));
        let task = task.unwrap_or_else(|| panic!("{words} is not in {page}"));
        assert!(task.contains(&format!("href=\"{link}\"")), "{task}");
    }
    assert!(page.contains("Third visit for one valve") && page.contains("case open"), "{page}");
    assert!(page.contains("Said since Thursday") && page.contains("Call-backs today"), "{page}");
}

#[test]
fn a_manager_reads_of_the_own_team_and_of_no_other() {
    let app = TestApp::start();
    unhappy(&app, "W1");
    let own = home(&app.staff(Role::Manager, Some("North 2")));
    for words in
        ["Case: boiler repair, Eleanor Ashdown", "Third visit for one valve", "1 visit in the last 7 days"]
    {
        assert!(own.contains(words), "{words} is not in {own}");
    }
    app.execute("UPDATE user_account SET team_id = NULL").unwrap();
    let other = app.sign_in("manager@example.com");
    app.execute("INSERT INTO team (id, name) VALUES ('00000000-0000-7000-8000-000000000001', 'Far')")
        .unwrap();
    for team in ["NULL", "'00000000-0000-7000-8000-000000000001'"] {
        app.execute(&format!("UPDATE user_account SET team_id = {team}")).unwrap();
        let page = home(&other);
        assert!(page.contains("0 visits in the last 7 days"), "{team}: {page}");
        for words in ["Ashdown", "Third visit", "/cases/"] {
            assert!(!page.contains(words), "{team}: {words} is in {page}");
        }
    }
}

#[test]
fn who_reads_no_answers_reads_none_on_the_start_page() {
    let app = TestApp::start();
    company(&app);
    unhappy(&app, "W1");
    let people = [app.staff(Role::Admin, None), app.staff(Role::Caller, None), app.employee("E1")];
    for person in people {
        let page = home(&person);
        for words in ["Third visit", "Ashdown", "1632", "/responses", "/cases", "12 months", "Said since"] {
            assert!(!page.contains(words), "{words} is in {page}");
        }
    }
}

#[test]
fn what_is_broken_stands_before_what_is_late_and_that_before_the_rest() {
    let app = TestApp::start();
    unhappy(&app, "W1");
    app.execute("UPDATE recovery_case SET opened_at = opened_at - interval '5 days'").unwrap();
    app.execute("UPDATE sending_fuse SET blown_at = beat_at, reason = 'letters are overdue'").unwrap();
    let page = home(&app.staff(Role::Hr, None));
    let places: Vec<usize> = ["the fuse has blown", "2 days late", "asks to be called"]
        .iter()
        .map(|words| page.find(words).unwrap_or_else(|| panic!("{words} is not in {page}")))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(page.contains("one of them is late.") && page.contains("badge alarm solid"), "{page}");
    assert_eq!(page.matches("button small primary").count(), 1);
}

#[test]
fn a_caller_takes_the_next_call_from_the_start_page_and_sees_appointments_and_how_far_the_list_is() {
    let app = TestApp::start();
    for (id, number) in [("C1", 0.1), ("C2", 0.2), ("C3", 0.3)] {
        standing(&app, id, "unanswered", number, false);
    }
    draw(&keys(&app).1, 1.0);
    let caller = app.staff(Role::Caller, None);
    let page = home(&caller);
    assert!(
        page.contains("3 customers are on your list and may be phoned now") && page.contains("made 0 calls"),
        "{page}"
    );
    app.execute(
        "UPDATE callback SET appointment = '2026-11-20T16:30:00Z', due_at = '2026-11-20T16:30:00Z' \
         WHERE visit_id = (SELECT id FROM visit WHERE external_id = 'C3')",
    )
    .unwrap();
    let page = home(&caller);
    assert!(
        page.contains("16:30") && page.contains("Visit C3") && page.contains("2 may be phoned now"),
        "{page}"
    );
    assert!(!page.contains("Ann Sample") && !page.contains("1632"), "{page}");
    let call = post(&caller, "/callbacks/next", &[]);
    let page = home(&caller);
    assert!(page.contains(&format!("href=\"{call}\"")) && page.contains("Back to your call"), "{page}");
    let claim = caller.get(&call).expect(200).hidden("claim");
    post(&caller, &call, &[("claim", &claim), ("disposition", "refused")]);
    assert!(home(&caller).contains("made 1 call today"), "{}", home(&caller));
}

#[test]
fn an_administrator_is_told_when_the_audit_log_is_not_chained_and_when_jobs_fail() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    app.work();
    assert!(!home(&admin).contains("not chained"));
    app.execute("INSERT INTO audit_entry (at, actor, action, subject, detail) VALUES ('2026-11-20T14:00:00Z', 'shell', 'x.y', 'x', '{}')").unwrap();
    app.execute("INSERT INTO job (id, name, payload, run_at, created_at, state) VALUES ('00000000-0000-7000-8000-000000000002', 'x', '{}', now(), now(), 'failed')").unwrap();
    let page = home(&admin);
    assert!(
        page.contains("1 entry of the audit log is not chained") && page.contains("1 job was put aside"),
        "{page}"
    );
    app.work();
    assert!(!home(&admin).contains("not chained"), "a worker chains it");
}

#[test]
fn an_employee_is_told_of_statements_and_decisions_and_of_new_answers_without_a_day_that_tells_whose_they_are()
 {
    let app = TestApp::start();
    company(&app);
    let (hr, ada) = (app.staff(Role::Hr, None), app.employee("E1"));
    assert!(home(&ada).contains("You have not opened your page yet."));
    post(&hr, "/employees/E1/statement", &[("from", "2026-01-01"), ("to", "2026-06-30")]);
    let page = home(&ada);
    assert!(page.contains("1 statement is for you") && page.contains("href=\"/statements\""), "{page}");
    ada.get("/employees/me").expect(200);
    app.advance(TimeDelta::minutes(10));
    assert!(
        home(&ada).contains("No answer about your visits up to 31 October 2026 came since you last looked")
    );
    let mine = json!({"employees": [{"id": "E1", "name": "Ada Able"}]});
    app.bring(&make::with(make::visit("W1"), mine));
    let path = app.mail_out("W1");
    app.answer(&path, 4);
    assert!(home(&ada).contains("No answer about your visits"), "an answer of this month is not told");
    app.execute("UPDATE visit SET visited_on = '2026-10-30' WHERE external_id = 'W1'").unwrap();
    assert!(home(&ada).contains("1 answer about your visits up to 31 October 2026"), "{}", home(&ada));
    assert!(!home(&ada).contains("4 of 5"));
}
