//! The pages about evaluations in a real browser: with the keyboard alone, and under the eyes of axe-core.

use crate::employees::{YEAR, company};
use crate::support::app::PASSWORD;
use crate::support::axe;
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::{TestApp, programs_or_skip};
use hearback::accounts::{Role, Scope};
use serde_json::json;

/// Signs in with the keyboard alone.
fn sign_in(browser: &Browser, base: &str, email: &str) {
    browser.open(&format!("{base}/"));
    browser.tab_to("Mail address");
    browser.keys(email);
    browser.tab_to("Password");
    browser.keys(PASSWORD);
    browser.keys(ENTER);
    browser.wait_for("Today");
}

#[test]
fn hr_goes_from_the_list_to_a_person_with_the_keyboard_alone() {
    let Some([chromium, driver]) = programs_or_skip("employees", ["chromium", "chromedriver"]) else {
        return;
    };
    let app = TestApp::start();
    company(&app);
    app.account(Role::Hr, None);
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.view(1280, 900, "light");
    sign_in(&browser, &app.base, "hr@example.com");
    browser.open(&format!("{}/evaluations?{YEAR}", app.base));
    browser.tab_to("Ada Able");
    browser.keys(ENTER);
    browser.wait_for("Ada Able");
    browser.tab_to("All 30 comments");
    browser.keys(ENTER);
    browser.wait_for("Comments");
    assert!(browser.source().contains("Thank you"));
    browser.back();
    browser.wait_for("Ada Able");
}

/// Contests the first answer with the keyboard alone.
fn contest(browser: &Browser, base: &str) {
    sign_in(browser, base, "e1@staff.example.com");
    browser.tab_to("Your page");
    browser.keys(ENTER);
    browser.wait_for("Ada Able");
    browser.tab_to("Contest an answer");
    browser.keys(ENTER);
    browser.wait_for("Contest an answer");
    browser.tab_to("Wrong person");
    browser.keys(" ");
    browser.tab_to("What happened");
    browser.keys("The van was mine, the visit was not.");
    browser.tab_to("Overall");
    browser.keys(" ");
    browser.tab_to("Contest it");
    browser.keys(ENTER);
    browser.wait_for("Ada Able");
    assert!(browser.source().contains("The van was mine, the visit was not."));
}

#[test]
fn an_employee_contests_an_answer_with_the_keyboard_alone() {
    let Some([chromium, driver]) = programs_or_skip("objections", ["chromium", "chromedriver"]) else {
        return;
    };
    let app = TestApp::start();
    company(&app);
    app.employee("E1");
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.view(1280, 900, "light");
    contest(&browser, &app.base);
    assert_eq!(app.value("SELECT reason FROM objection"), "wrong_person");
}

#[test]
fn a_statement_fits_on_two_pages_of_either_paper() {
    let Some([chromium, driver]) = programs_or_skip("statements", ["chromium", "chromedriver"]) else {
        return;
    };
    let app = TestApp::start();
    company(&app);
    let asked = json!({"employee": "E1", "from": "2026-01-01", "to": "2026-10-31"});
    let made =
        app.client(&[Scope::EvaluationsRead]).post_json("/api/v1/statements", &asked).expect(201).json();
    app.account(Role::Hr, None);
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    sign_in(&browser, &app.base, "hr@example.com");
    browser.open(&format!("{}/statements/{}", app.base, made["statement"]["id"].as_str().unwrap()));
    for size in [(8.27, 11.69), (8.5, 11.0)] {
        let paper = browser.print_on(size);
        let pages = paper
            .windows(12)
            .filter(|bytes| bytes.starts_with(b"/Type /Page") && bytes != b"/Type /Pages")
            .count();
        assert_eq!(pages, 2, "{size:?}");
    }
}

#[test]
fn axe_finds_nothing_on_the_pages_of_evaluations() {
    let Some([chromium, driver]) = programs_or_skip("axe", ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip("axe") else { return };
    let app = TestApp::start();
    company(&app);
    app.account(Role::Hr, None);
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    sign_in(&browser, &app.base, "hr@example.com");
    let asked = json!({"employee": "E1", "from": "2026-01-01", "to": "2026-10-31"});
    let made =
        app.client(&[Scope::EvaluationsRead]).post_json("/api/v1/statements", &asked).expect(201).json();
    let statement = format!("/statements/{}", made["statement"]["id"].as_str().unwrap());
    for path in [
        "/evaluations",
        "/evaluations/standouts",
        "/evaluations/method",
        "/evaluations/fairness",
        "/employees/E1",
        "/employees/E2",
        "/employees/E1/comments",
        "/employees/E1/looks",
        "/objections",
        "/statements",
        &statement,
    ] {
        browser.open(&format!("{}{path}?{YEAR}", app.base));
        axe::finds_nothing(&browser, axe);
    }
    app.employee("E1");
    browser.open(&format!("{}/", app.base));
    browser.press(".me button");
    browser.wait_for("Sign in");
    contest(&browser, &app.base);
    for path in ["/employees/me", "/employees/me/contest", &statement] {
        browser.open(&format!("{}{path}", app.base));
        axe::finds_nothing(&browser, axe);
    }
    browser.open(&format!("{}/", app.base));
    browser.view(1280, 900, "light");
    browser.press(".me button");
    browser.wait_for("Sign in");
    sign_in(&browser, &app.base, "hr@example.com");
    browser.open(&format!("{}/objections/{}", app.base, app.value("SELECT id FROM objection")));
    axe::finds_nothing(&browser, axe);
}
