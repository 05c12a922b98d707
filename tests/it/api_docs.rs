//! The readable reference of the API says what somebody needs who has never seen it.

use crate::support::axe;
use crate::support::browser::{Browser, Scripts};
use crate::support::{TestApp, programs_or_skip};

#[test]
fn each_operation_shows_its_scope_its_limits_its_errors_and_an_example() {
    let app = TestApp::with(&[("HEARBACK_API_RATE", "1200/min")]);
    let page = app.anonymous().get("/api/docs").expect(200).body;
    for word in [
        "1,200 requests in 60 seconds",
        "q=1200;w=60",
        "How to follow a feed",
        "Idempotency-Key",
        "webhook-id",
    ] {
        assert!(page.contains(word), "{word}");
    }
    let sections: Vec<&str> = page.split("<section class=\"section endpoint\"").skip(1).collect();
    let operations = hearback::openapi::description()["paths"].clone();
    let count: usize =
        operations.as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(sections.len(), count);
    for section in sections {
        let name: String = section.chars().take(120).collect();
        for word in ["Scope: ", ">401<", ">403<", ">429<", ">503<", "<h3>Answer</h3>"] {
            assert!(section.contains(word), "{word}: {name}");
        }
    }
}

#[test]
fn the_reference_is_sound_in_a_browser() {
    let Some([chromium, driver]) = programs_or_skip("api_docs", ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip("api_docs") else { return };
    let app = TestApp::start();
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    browser.open(&format!("{}/api/docs", app.base));
    browser.wait_for("API reference");
    axe::finds_nothing(&browser, axe);
}
