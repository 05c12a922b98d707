//! The pages about evaluations in a real browser: with the keyboard alone, and under the eyes of axe-core.

use crate::employees::{YEAR, company};
use crate::support::app::PASSWORD;
use crate::support::axe;
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::{TestApp, programs_or_skip};
use hearback::accounts::Role;

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

#[test]
fn axe_finds_nothing_on_the_pages_of_evaluations() {
    let Some([chromium, driver]) = programs_or_skip("axe", ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip("axe") else { return };
    let app = TestApp::start();
    company(&app);
    app.account(Role::Hr, None);
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    sign_in(&browser, &app.base, "hr@example.com");
    for path in ["/evaluations", "/employees/E1", "/employees/E2", "/employees/E1/comments"] {
        browser.open(&format!("{}{path}?{YEAR}", app.base));
        axe::finds_nothing(&browser, axe);
    }
}
