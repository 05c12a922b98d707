//! A day's work of each role in a real browser, by the links and buttons that the pages show; no address is typed but the
//! first.

use crate::callbacks::standing;
use crate::callbacks_waves::{draw, keys};
use crate::employees::{YEAR, company};
use crate::support::app::PASSWORD;
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::{Client, TestApp, make, programs_or_skip, wait_until};
use hearback::accounts::Role;
use serde_json::json;
use std::time::Duration;

/// Opens the start page and signs in.
fn begin(app: &TestApp, name: &str, email: &str) -> Option<Browser> {
    let [chromium, driver] = programs_or_skip(name, ["chromium", "chromedriver"])?;
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.view(1280, 900, "light");
    browser.open(&format!("{}/", app.base));
    browser.tab_to("Mail address");
    browser.keys(email);
    browser.tab_to("Password");
    browser.keys(PASSWORD);
    browser.keys(ENTER);
    browser.wait_for("Today");
    Some(browser)
}

fn post(client: &Client, path: &str, fields: &[(&str, &str)]) {
    let csrf = client.get("/").expect(200).hidden("csrf");
    let fields: Vec<(&str, &str)> =
        [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
    client.post_form(path, &fields).expect(303);
}

/// Presses something and waits for the page that it leads to.
fn go(browser: &Browser, words: &str, title: &str) {
    browser.click(words);
    browser.wait_for(title);
}

#[test]
fn hr_decides_publishes_and_makes_a_statement() {
    let app = TestApp::start();
    company(&app);
    let (hr, ada) = (app.staff(Role::Hr, None), app.employee("E1"));
    let form = ada.get(&format!("/employees/me/contest?{YEAR}")).expect(200).body;
    let answer = form.split("name=\"answer\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let contested = [("answer", answer.as_str()), ("reason", "abuse"), ("words", "I was not there.")];
    post(&ada, &format!("/employees/me/contest?{YEAR}"), &contested);
    app.execute(
        "UPDATE response SET certainty = 'suspect' WHERE visit_id = (SELECT id FROM visit WHERE external_id = 'H40')",
    )
    .unwrap();
    app.execute("UPDATE visit SET outcome = 'suspect' WHERE external_id = 'H40'").unwrap();
    let seen = hr.get("/surveys/post-service").expect(200).hidden("seen");
    post(
        &hr,
        "/surveys/post-service",
        &[("op", "up"), ("question", "skill"), ("seen", &seen), ("lang", "en")],
    );
    let Some(browser) = begin(&app, "walk-hr", "hr@example.com") else { return };

    browser.wait_to_see("Three things need you.");
    go(&browser, "Decide: 1 objection waits", "Objections");
    go(&browser, "Ada Able", "Objection of Ada Able");
    browser.press("input[value=annotate]");
    browser.write("#reason", "The order names her.");
    browser.click("Decide");
    browser.wait_to_see("Stays, with a note");

    go(&browser, "Today", "Today");
    go(&browser, "Decide: 1 answer was put aside", "Responses");
    browser.click("about visit H40");
    browser.wait_for("Response to visit H40");
    browser.write("#reason", "She told us that it was her.");
    browser.click("A person answered");
    browser.wait_to_see("She told us that it was her.");

    go(&browser, "Today", "Today");
    go(&browser, "Look: A draft of the survey", "post-service");
    go(&browser, "Publish version 2", "Publish version 2");
    go(&browser, "Publish version 2", "post-service");
    browser.wait_to_see("Version 2");

    go(&browser, "Evaluations", "Evaluations");
    go(&browser, "Ada Able", "Ada Able");
    go(&browser, "Make a statement", "Statement ");
    browser.click("Back to Ada Able");
    browser.wait_for("Ada Able");
    go(&browser, "Today", "Today");
    browser.wait_to_see("Nothing needs you just now.");
}

#[test]
fn a_manager_looks_after_a_customer_closes_the_case_and_makes_a_call() {
    let app = TestApp::start();
    let who = json!({"customer": {"name": "Eleanor Ashdown", "phone": "+44 1632 960114"}});
    app.bring(&make::with(make::visit("W1"), who));
    let path = app.mail_out("W1");
    app.answer(&path, 1);
    app.say(&path, "1", "Third visit for one valve");
    app.follow_answers();
    standing(&app, "C1", "unanswered", 0.1, false);
    app.execute("UPDATE visit_employee SET team_id = NULL WHERE visit_id = (SELECT id FROM visit WHERE external_id = 'C1')").unwrap();
    draw(&keys(&app).1, 1.0);
    app.account(Role::Manager, Some("North 2"));
    let Some(browser) = begin(&app, "walk-manager", "manager@example.com") else { return };

    browser.wait_to_see("Third visit for one valve");
    go(&browser, "Evaluations", "Evaluations");
    go(&browser, "Erika Muster", "Erika Muster");
    go(&browser, "Today", "Today");
    go(&browser, "Open case: Case: boiler repair, Eleanor Ashdown", "Case: boiler repair");
    go(&browser, "The customer’s file", "Eleanor Ashdown");
    browser.write("#add-note input[name=words]", "Wants the side door.");
    browser.click("Keep the note");
    browser.wait_to_see("Wants the side door.");
    go(&browser, "Today", "Today");
    go(&browser, "Open case", "Case: boiler repair");
    browser.run("document.querySelector('#cause').value = 'parts'");
    browser.write("#resolution", "Brought the right valve and stayed until it worked.");
    go(&browser, "Close the case", "Cases");
    browser.wait_to_see("The case is closed.");

    go(&browser, "Today", "Today");
    go(&browser, "Call: 1 call can be made now", "Call-backs");
    go(&browser, "Next call", "Call ");
    go(&browser, "Refused", "Call-backs");
    browser.wait_to_see("That is done.");
    assert_eq!(app.outcome("C1"), "refused");
}

#[test]
fn a_caller_works_through_the_list_from_the_start_page() {
    let app = TestApp::start();
    for (id, number) in [("C1", 0.1), ("C2", 0.2)] {
        standing(&app, id, "unanswered", number, false);
    }
    draw(&keys(&app).1, 1.0);
    app.account(Role::Caller, None);
    let Some(browser) = begin(&app, "walk-caller", "caller@example.com") else { return };

    browser.wait_to_see("2 customers are on your list and may be phoned now");
    go(&browser, "Next call", "Call ");
    browser.press("button[name=overall][value='4']");
    wait_until("the saved answer", Duration::from_secs(10), || {
        browser.source().contains("name=\"overall\" value=\"4\" aria-pressed=\"true\"").then_some(())
    });
    browser.write("#said", "All went well.");
    go(&browser, "Complete", "Call-backs");
    browser.wait_to_see("That is done.");
    go(&browser, "Next call", "Call ");
    browser.run("document.querySelector('#appointment').value = '2026-11-20T17:30'");
    go(&browser, "Call again, agreed time", "Call-backs");
    go(&browser, "Today", "Today");
    browser.wait_to_see("17:30");
    browser.wait_to_see("You made 2 calls today.");
    assert_eq!((app.outcome("C1").as_str(), app.outcome("C2").as_str()), ("answered", "to_call"));
}

#[test]
fn an_employee_reads_the_own_page_contests_and_sees_who_looked() {
    let app = TestApp::start();
    company(&app);
    app.employee("E1");
    let hr = app.staff(Role::Hr, None);
    hr.get("/employees/E1").expect(200);
    post(&hr, "/employees/E1/statement", &[("from", "2026-01-01"), ("to", "2026-06-30")]);
    let Some(browser) = begin(&app, "walk-employee", "e1@staff.example.com") else { return };

    browser.wait_to_see("You have not opened your page yet.");
    go(&browser, "Read: 1 statement is for you", "Statements");
    go(&browser, "2026-0001", "Statement ");
    browser.press("input[value=acknowledged]");
    browser.click("Send");
    browser.wait_to_see("I have read it");
    go(&browser, "Back to your page", "Ada Able");
    go(&browser, "Contest an answer", "Contest an answer");
    browser.press("input[name=reason][value=abuse]");
    browser.write("textarea[name=words]", "It is about the van.");
    browser.press("input[name=answer]");
    browser.click("Contest it");
    browser.wait_for("Ada Able");
    browser.wait_to_see("It is about the van.");
    go(&browser, "Today", "Today");
    go(&browser, "Who looked at it", "Who looked");
    browser.wait_to_see("The hr");
}

#[test]
fn an_administrator_pauses_sending_lets_it_go_on_and_finds_both_in_the_log() {
    let app = TestApp::start();
    app.account(Role::Admin, None);
    let Some(browser) = begin(&app, "walk-admin", "admin@example.com") else { return };

    browser.wait_to_see("Nothing needs you just now.");
    go(&browser, "Delivery", "Delivery");
    browser.click("Pause sending");
    browser.wait_to_see("Sending is paused.");
    go(&browser, "Today", "Today");
    go(&browser, "Look: Surveys are not being mailed", "Delivery");
    browser.press("form[action='/delivery/switch'] button");
    browser.wait_to_see("Sending goes on.");
    browser.click("Add or lift an address");
    browser.wait_to_see("Never mail");
    browser.write("input[name=address]", "x@example.com");
    browser.click("Never mail it");
    browser.wait_to_see("The address is never mailed any more.");
    go(&browser, "Audit", "Audit");
    browser.wait_to_see("sending");
    go(&browser, "Today", "Today");
    browser.wait_to_see("Nothing needs you just now.");
}
