//! Calling in a real browser: two callers on one list, a whole call with the keyboard alone, and the eyes of axe-core.

use crate::callbacks_waves::{draw, keys, ten};
use crate::support::app::PASSWORD;
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::{TestApp, axe, programs_or_skip, wait_until};
use hearback::accounts::Role;
use hearback::accounts::links::{self, Colleague};
use std::collections::BTreeSet;
use std::time::Duration;

/// A list of ten and two callers.
fn company() -> TestApp {
    let app = TestApp::start();
    ten(&app);
    draw(&keys(&app).1, 1.0);
    for email in ["ann@example.com", "bea@example.com"] {
        let one = Colleague {
            email: email.to_owned(),
            name: email.to_owned(),
            role: Role::Caller,
            employee: None,
            team: None,
        };
        links::invite_with_password(&mut app.connection(), &one, PASSWORD, app.now()).unwrap();
    }
    app
}

fn sign_in(browser: &Browser, base: &str, email: &str, path: &str) {
    browser.open(&format!("{base}{path}"));
    browser.tab_to("Mail address");
    browser.keys(email);
    browser.tab_to("Password");
    browser.keys(PASSWORD);
    browser.keys(ENTER);
}

fn wait_for(browser: &Browser, what: &str) {
    wait_until(what, Duration::from_secs(10), || browser.source().contains(what).then_some(()));
}

#[test]
fn two_callers_in_two_browsers_never_get_the_same_customer() {
    let Some([chromium, driver]) = programs_or_skip("callers", ["chromium", "chromedriver"]) else { return };
    let app = company();
    let browsers = ["ann@example.com", "bea@example.com"].map(|email| {
        let browser = Browser::start(&chromium, &driver, Scripts::Off);
        browser.view(1280, 900, "light");
        sign_in(&browser, &app.base, email, "/callbacks");
        browser.wait_for("Call-backs");
        browser
    });
    let calls: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = browsers
            .iter()
            .map(|browser| {
                scope.spawn(|| {
                    let mut calls = Vec::new();
                    loop {
                        browser.press("form[action='/callbacks/next'] button");
                        let address = wait_until("the next call", Duration::from_secs(10), || {
                            let address = browser.address();
                            (address.contains("/callbacks/") || address.ends_with("due=none"))
                                .then_some(address)
                        });
                        if address.ends_with("due=none") {
                            return calls;
                        }
                        browser.wait_for("Call ");
                        calls.push(address);
                        browser.press("button[value='refused']");
                        browser.wait_for("Call-backs");
                    }
                })
            })
            .collect();
        runs.into_iter().flat_map(|run| run.join().unwrap()).collect()
    });
    assert_eq!((calls.len(), calls.iter().collect::<BTreeSet<_>>().len()), (10, 10), "{calls:?}");
    assert_eq!(app.value("SELECT count(*) FROM callback_attempt"), "10");
}

#[test]
fn a_complete_call_takes_fewer_than_25_keys_beyond_the_comment() {
    let Some([chromium, driver]) = programs_or_skip("callers", ["chromium", "chromedriver"]) else { return };
    let app = company();
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.view(1280, 900, "light");
    sign_in(&browser, &app.base, "ann@example.com", "/callbacks");
    browser.wait_for("Call-backs");
    assert_eq!(browser.focused(), "Next call");
    let mut pressed = 0;
    browser.keys(ENTER);
    pressed += 1;
    browser.wait_for("Call Ann Sample");
    for (key, value) in
        [("overall", '4'), ("process", '5'), ("communication", '3'), ("value", '4'), ("skill", '5')]
    {
        browser.alt(value);
        pressed += 2;
        wait_for(&browser, &format!("name=\"{key}\" value=\"{value}\" aria-pressed=\"true\""));
    }
    browser.alt('t');
    pressed += 2;
    browser.keys("Very friendly");
    browser.alt('d');
    pressed += 2;
    browser.wait_for("Call-backs");
    assert!(pressed < 25, "{pressed}");
    assert_eq!(
        app.value("SELECT concat_ws(' ', mode, complete, answers, comment) FROM response"),
        "phone t {\"skill\": 5, \"value\": 4, \"overall\": 4, \"process\": 5, \"communication\": 3} Very friendly"
    );
    // And on to the next one.
    assert_eq!(browser.focused(), "Next call");
}

#[test]
fn axe_finds_nothing_on_the_pages_of_calling() {
    let Some([chromium, driver]) = programs_or_skip("callers", ["chromium", "chromedriver"]) else { return };
    let Some(source) = axe::source_or_skip("callers") else { return };
    let app = company();
    app.account(Role::Hr, None);
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    browser.view(1280, 900, "light");
    sign_in(&browser, &app.base, "ann@example.com", "/callbacks");
    browser.wait_for("Call-backs");
    axe::finds_nothing(&browser, source);
    browser.press("form[action='/callbacks/next'] button");
    browser.wait_for("Call Ann Sample");
    browser.press("button[name='overall'][value='2']");
    wait_for(&browser, "name=\"wrong\"");
    axe::finds_nothing(&browser, source);
    browser.press("button[value='no_answer']");
    browser.wait_for("Call-backs");
    browser.press(".me button");
    browser.wait_for("Sign in");
    sign_in(&browser, &app.base, "hr@example.com", "/callbacks/waves");
    browser.wait_for("How calling goes");
    axe::finds_nothing(&browser, source);
}
