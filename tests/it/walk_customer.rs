//! The customer's way in a real browser: from the mail to the answer, back to change it, and to the end of all mails.

use crate::support::browser::{Browser, Scripts};
use crate::support::{TestApp, programs_or_skip};

#[test]
fn a_customer_answers_from_the_mail_changes_the_answer_and_stops_the_mails() {
    let Some([chromium, driver]) = programs_or_skip("walk-customer", ["chromium", "chromedriver"]) else {
        return;
    };
    let app = TestApp::start();
    let path = app.mailed("W1");
    let overall = || app.value("SELECT answers ->> 'overall' FROM response");
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.view(390, 844, "light");
    // The mail's own link; nothing else is typed.
    browser.open(&format!("{}{path}?score=4", app.base));
    browser.click("Send");
    browser.wait_for_address("&step=2");
    browser.write("#comment", "A tidy job.");
    browser.click("Send");
    browser.wait_to_see("A tidy job.");
    assert_eq!(overall(), "4");
    browser.click("Change");
    browser.wait_for_address("step=2");
    browser.run("document.querySelector('input[name=overall][value=\"2\"]').checked = true");
    browser.click("Send");
    browser.wait_to_see("2");
    assert_eq!(
        (overall().as_str(), app.value("SELECT comment FROM response").as_str()),
        ("2", "A tidy job.")
    );
    browser.click("Stop these mails");
    browser.wait_to_see("Stop these mails?");
    browser.press("form button[type=submit]");
    browser.wait_to_see("We will not ask again");
    assert_eq!(app.value("SELECT count(*)::text FROM suppression"), "1");
}
