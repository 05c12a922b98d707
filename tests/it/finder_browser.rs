//! Looking somebody up in a real browser: with the keyboard alone.

use crate::support::app::PASSWORD;
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::{TestApp, make, programs_or_skip};
use hearback::accounts::Role;
use serde_json::json;

/// A company with one customer who answered, and what else its pages can show.
fn company() -> TestApp {
    let app = TestApp::start();
    let ashdown =
        json!({"customer": {"name": "Eleanor Ashdown", "phone": "+44 1632 960114"}, "site": "Quay"});
    app.bring(&make::with(make::visit("W1"), ashdown));
    let path = app.mail_out("W1");
    app.answer(&path, 4);
    app.say(&path, "4", "Tidy work");
    for n in 2..60 {
        app.bring(&make::with(
            make::visit(&format!("W{n}")),
            json!({"customer": {"phone": "+441632970000"}}),
        ));
    }
    app.execute("UPDATE visit SET outcome = 'unanswered' WHERE external_id <> 'W1'").unwrap();
    app.execute("UPDATE employee SET left_on = '2026-01-31'").unwrap();
    app.account(Role::Hr, None);
    app
}

/// Signs in with the keyboard alone.
fn sign_in(browser: &Browser, base: &str, path: &str) {
    browser.open(&format!("{base}{path}"));
    browser.tab_to("Mail address");
    browser.keys("hr@example.com");
    browser.tab_to("Password");
    browser.keys(PASSWORD);
    browser.keys(ENTER);
}

#[test]
fn a_customer_who_calls_in_is_found_with_the_keyboard_alone() {
    let Some([chromium, driver]) = programs_or_skip("finder", ["chromium", "chromedriver"]) else { return };
    let app = company();
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.view(1280, 900, "light");
    sign_in(&browser, &app.base, "/");
    browser.wait_for("Today");
    browser.tab_to("Customers");
    browser.keys(ENTER);
    browser.wait_for("Customers");
    // The field has the focus already: the customer is on the phone.
    assert!(browser.focused().starts_with("Name, number"), "{}", browser.focused());
    browser.keys("0114");
    browser.keys(ENTER);
    browser.wait_for_address("/customers?q=0114");
    browser.tab_to("Eleanor Ashdown");
    browser.keys(ENTER);
    browser.wait_for("Eleanor Ashdown");
    browser.tab_to("W1");
    browser.keys(ENTER);
    browser.wait_for("Visit W1");
    browser.tab_to("Read the response");
    browser.keys(ENTER);
    browser.wait_for("Response to visit W1");
    assert!(browser.source().contains("Tidy work"));
    for title in ["Visit W1", "Eleanor Ashdown", "Customers"] {
        browser.back();
        browser.wait_for(title);
    }
    assert!(browser.address().ends_with("/customers?q=0114"), "{}", browser.address());
}

#[test]
fn a_note_is_kept_and_removed_with_the_keyboard_alone() {
    let Some([chromium, driver]) = programs_or_skip("finder", ["chromium", "chromedriver"]) else { return };
    let app = company();
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.view(1280, 900, "light");
    let customer = app.value("SELECT id FROM customer WHERE external_id = 'C-W1'");
    sign_in(&browser, &app.base, &format!("/customers/{customer}"));
    browser.wait_for("Eleanor Ashdown");
    browser.tab_to("Add a note");
    browser.keys("Has a new puppy, Biscuit.");
    browser.keys(ENTER);
    browser.wait_for_address("?done=noted");
    assert!(browser.source().contains("Has a new puppy, Biscuit."));
    browser.tab_to("Remove the note “Has a new puppy, Biscuit.”");
    browser.keys(ENTER);
    browser.wait_for_address("?done=removed");
    assert!(!browser.source().contains("Biscuit"));
    browser.tab_to("Why, in their words");
    browser.keys("Works nights");
    browser.tab_to("No calls");
    browser.keys(ENTER);
    browser.wait_for_address("?done=stopped");
    assert!(browser.source().contains("No calls go to this customer."));
}
