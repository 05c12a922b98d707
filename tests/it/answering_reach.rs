//! The customer's pages on a bad line, at four times the size, with a keyboard alone, and by ear.

use crate::languages::{asked, visit_all};
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::{TestApp, make, programs_or_skip};
use hearback::surveys::wording::LANGUAGES;
use serde_json::{Value, json};

/// The most that a page may weigh with all it needs, unpacked (bytes).
const HEAVIEST: u64 = 30 * 1024;

/// What the page needed: address and unpacked bytes of each thing.
const LOADED: &str = "return performance.getEntriesByType('navigation')
    .concat(performance.getEntriesByType('resource')).map(one => [one.name, one.decodedBodySize]);";

/// What can be pressed or written in and is less than 24 pixels wide or high (WCAG 2.2, 2.5.8), but for links inside
/// a sentence. What is seen of a choice is its label.
const SMALL: &str = "const small = [];
    for (const one of document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), textarea, select')) {
        const label = one.closest('label');
        const target = label && ['radio', 'checkbox'].includes(one.type) ? label : one;
        const box = target.getBoundingClientRect();
        const unseen = box.width === 0 || one.closest('[aria-hidden=true]') !== null;
        const inline = one.tagName === 'A' && getComputedStyle(one).display === 'inline';
        if (!unseen && !inline && Math.min(box.width, box.height) < 24) {
            small.push(target.outerHTML.slice(0, 200) + ' ' + box.width + 'x' + box.height);
        }
    }
    return small;";

/// Selects what a person can press or write in.
const CONTROLS: &str = "a[href], button, summary, input:not([type=hidden]), textarea, select";

#[test]
fn an_answer_page_weighs_at_most_30_kilobytes_and_asks_no_other_host() {
    let Some([chromium, driver]) = programs_or_skip("weight", ["chromium", "chromedriver"]) else { return };
    let app = TestApp::start();
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    for (language, _) in LANGUAGES {
        let path = asked(&app, language);
        visit_all(&browser, &app, &path, language, |name| {
            let loaded = browser.run(LOADED);
            let loaded = loaded.as_array().unwrap();
            // The correction holds what was typed, which may be long.
            let weight: u64 = loaded.iter().map(|one| one[1].as_u64().unwrap()).sum();
            assert!(
                weight <= HEAVIEST || name == "correction",
                "{language}, {name}: {weight} bytes, {loaded:?}"
            );
            assert!(loaded.len() >= 2, "{language}, {name}: {loaded:?}");
            for one in loaded {
                assert!(
                    one[0].as_str().unwrap().starts_with(&format!("{}/", app.base)),
                    "{language}, {name}: {one}"
                );
            }
        });
    }
}

#[test]
fn at_four_times_the_size_nothing_is_cut_off_and_everything_can_be_met_with_a_finger() {
    let Some([chromium, driver]) = programs_or_skip("zoom", ["chromium", "chromedriver"]) else { return };
    let app = TestApp::start();
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    for (language, _) in LANGUAGES {
        let path = asked(&app, language);
        visit_all(&browser, &app, &path, language, |name| {
            // A window of 1280 pixels at 400 % (WCAG 2.2, 1.4.10).
            for (width, height) in [(320, 256), (1280, 900)] {
                browser.view(width, height, "light");
                let wide = browser.run("return document.documentElement.scrollWidth > innerWidth");
                assert_eq!(wide, false, "{language}, {name} is wider than {width}");
                assert_eq!(browser.run(SMALL), json!([]), "{language}, {name} at {width}");
            }
        });
    }
}

#[test]
fn everything_on_the_pages_has_a_name_for_those_who_hear_it() {
    let Some([chromium, driver]) = programs_or_skip("names", ["chromium", "chromedriver"]) else { return };
    let app = TestApp::start();
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    for language in ["en", "ar"] {
        let path = asked(&app, language);
        visit_all(&browser, &app, &path, language, |name| {
            for (role, label) in browser.heard(CONTROLS) {
                // What nobody sees has no role either.
                let silent =
                    label.trim().is_empty() && !["none", "generic", "ignored"].contains(&role.as_str());
                assert!(!silent, "{language}, {name}: a {role} without a name");
            }
        });
        browser.open(&format!("{}{}", app.base, asked_again(&app, language)));
        let groups = browser.heard("[role=radiogroup]");
        assert!(
            !groups.is_empty() && groups.iter().all(|(role, label)| role == "radiogroup" && label.len() > 8),
            "{groups:?}"
        );
        let points: Vec<String> =
            browser.heard("input[name=overall]").into_iter().map(|(_, label)| label).collect();
        assert_eq!(points.len(), 5);
        for (at, label) in points.iter().enumerate() {
            assert!(label.starts_with(&(at + 1).to_string()) && label.chars().count() > 4, "{points:?}");
        }
    }
}

/// Another visit of a customer who speaks the language.
fn asked_again(app: &TestApp, language: &str) -> String {
    let id = format!("A-{language}");
    app.bring(&make::with(make::visit(&id), json!({"customer": {"language": language}})));
    app.mail_out(&id)
}

#[test]
fn both_steps_can_be_answered_with_a_keyboard_alone_and_without_script() {
    let Some([chromium, driver]) = programs_or_skip("keyboard", ["chromium", "chromedriver"]) else { return };
    let app = TestApp::start();
    let path = app.mailed("W1");
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.open(&format!("{}{path}", app.base));
    browser.tab_to("1 , Very dissatisfied");
    browser.keys("\u{e014}\u{e014}\u{e014}");
    assert!(browser.is_chosen("input[name=overall][value='4']"));
    browser.tab_to("Send");
    browser.keys(ENTER);
    browser.wait_for_address("&step=2");
    browser.tab_to("1 , Poor");
    browser.keys("\u{e014} ");
    browser.tab_to("Is there anything");
    browser.keys("Quick and tidy");
    browser.tab_to("Please call me");
    browser.keys(" ");
    browser.tab_to("Send");
    browser.keys(ENTER);
    browser.wait_for("Thank you ·");
    assert_eq!(
        app.value(
            "SELECT answers->>'overall' || ' ' || comment || ' ' || call_me || ' ' || complete FROM response"
        ),
        "4 Quick and tidy true true"
    );
    let said: Value = app.value("SELECT answers FROM response").parse().unwrap();
    assert_eq!(said["process"], 2, "{said}");
}
