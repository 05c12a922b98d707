//! The first day of somebody of HR in a real browser, and the pages of accounts under the eyes of axe-core.

use crate::accounts_second_factor::{FORCED, code_now, enrol, secret_on};
use crate::support::browser::{Browser, Scripts};
use crate::support::{TestApp, axe, programs_or_skip};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::accounts::links::{self, Colleague};

const NEW: &str = "four quiet green lamps";

#[test]
fn somebody_of_hr_comes_from_the_invitation_to_the_start_page_and_back_in() {
    let Some([chromium, driver]) = programs_or_skip("accounts", ["chromium", "chromedriver"]) else { return };
    let app = TestApp::with(FORCED);
    let colleague = Colleague {
        email: "hr@example.com".to_owned(),
        name: "Hedy Resource".to_owned(),
        role: Role::Hr,
        employee: None,
        team: None,
    };
    let link = links::invite(&mut app.connection(), &colleague, app.now()).unwrap();
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.view(1280, 900, "light");
    browser.open(&format!("{}{link}", app.base));
    browser.wait_for("Set a password");
    browser.write("#password", NEW);
    browser.press("button[type=submit]");
    browser.wait_for("Set up a second factor");
    let secret = secret_on(&browser.source());
    browser.write("#code", "000000");
    browser.press("button[type=submit]");
    browser.wait_for("Please correct: Set up a second factor");
    assert_eq!(secret_on(&browser.source()), secret, "the code that was scanned is still the right one");
    browser.write("#code", &code_now(&app, &secret));
    browser.press("button[type=submit]");
    browser.wait_for("Your recovery codes");
    assert_eq!(browser.source().matches("<li>").count(), 10);
    browser.press("a.primary");
    browser.wait_for("Today");
    browser.press(".me .link");
    browser.wait_for("Sign in");
    app.advance(TimeDelta::seconds(30));
    browser.write("#email", "hr@example.com");
    browser.write("#password", NEW);
    browser.press("button[type=submit]");
    browser.wait_for("Enter the code");
    browser.write("#code", &code_now(&app, &secret));
    browser.press("button[type=submit]");
    browser.wait_for("Today");
}

#[test]
fn axe_finds_nothing_on_the_pages_of_accounts() {
    let Some([chromium, driver]) = programs_or_skip("accounts axe", ["chromium", "chromedriver"]) else {
        return;
    };
    let Some(source) = axe::source_or_skip("accounts axe") else { return };
    let app = TestApp::start();
    let person = enrol(&app, Role::Admin);
    app.staff(Role::Hr, None);
    app.account(Role::Manager, Some("North 2"));
    app.execute("UPDATE user_account SET disabled_at = now() WHERE role = 'manager'").unwrap();
    let hr = app.value("SELECT id FROM user_account WHERE role = 'hr'");
    let manager = app.value("SELECT id FROM user_account WHERE role = 'manager'");
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    let look = |path: &str, title: &str| {
        browser.open(&format!("{}{path}", app.base));
        browser.wait_for(title);
        axe::finds_nothing(&browser, source);
    };
    look("/login", "Sign in");
    look("/forgot", "Forgotten your password?");
    browser.write("#email", "hr@example.com");
    browser.press("button[type=submit]");
    browser.wait_for("Forgotten your password?");
    axe::finds_nothing(&browser, source);
    look("/login/code", "Enter the code");
    look("/login", "Sign in");
    browser.write("#email", &person.email);
    browser.write("#password", crate::support::app::PASSWORD);
    browser.press("button[type=submit]");
    browser.wait_for("Enter the code");
    browser.write("#code", "000000");
    browser.press("button[type=submit]");
    browser.wait_for("Please correct: Enter the code");
    axe::finds_nothing(&browser, source);
    browser.write("#code", &code_now(&app, &person.secret));
    browser.press("button[type=submit]");
    browser.wait_for("Today");
    look("/account", "Your account");
    look("/account/second-factor", "Second factor");
    look("/settings", "Settings");
    look("/settings/accounts", "Accounts");
    look(&format!("/settings/accounts/{hr}"), "The hr");
    look(&format!("/settings/accounts/{manager}"), "The manager");
    look("/settings/break-glass", "Break-glass");
    browser.write("#reason", "HR asked us to look at March");
    browser.press("button.danger");
    browser.wait_for("Break-glass");
    axe::finds_nothing(&browser, source);
    look("/account/second-factor", "Second factor");
    browser.write("#old", crate::support::app::PASSWORD);
    browser.press("button.danger");
    browser.wait_for("Set up a second factor");
    axe::finds_nothing(&browser, source);
    let secret = secret_on(&browser.source());
    browser.write("#code", &code_now(&app, &secret));
    browser.press("button[type=submit]");
    browser.wait_for("Your recovery codes");
    axe::finds_nothing(&browser, source);
}
