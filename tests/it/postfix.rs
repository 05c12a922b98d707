//! Letters through a real Postfix, and what it sends back.

use crate::support::app::SECRET;
use crate::support::postfix::Postfix;
use crate::support::{
    TestApp, environment, free_port, make, programs_or_skip, say_past_the_harness, wait_until,
};
use serde_json::json;
use std::time::Duration;

/// Postfix starts as root alone.
fn is_root_or_skip(test: &str) -> bool {
    if hearback::db::postgres::unprivileged_ids().is_some() {
        return true;
    }
    let line = format!("skipped {test}: Postfix starts as root alone");
    assert!(environment("HEARBACK_TESTS_MUST_RUN").as_deref() != Some("1"), "{line}");
    say_past_the_harness(&line);
    false
}

#[test]
fn a_letter_that_a_real_server_returns_ends_its_visit_and_one_that_it_delivers_is_whole() {
    let Some([program]) = programs_or_skip("postfix", ["postfix"]) else { return };
    if !is_root_or_skip("postfix") {
        return;
    }
    // The program that takes in what comes back needs the database, and the program that sends needs the port.
    let port = free_port();
    let app = TestApp::with(&[
        ("HEARBACK_MAIL_URL", &format!("smtp://127.0.0.1:{port}?tls=none")),
        ("HEARBACK_BOUNCE_ADDRESS", "bounces@example.com"),
    ]);
    let settings = [("DATABASE_URL", app.database.url.as_str()), ("HEARBACK_SECRET", SECRET)];
    let postfix = Postfix::start(&program, port, "w1@example.com", &settings);
    app.bring(&make::visit("W1"));
    app.bring(&make::visit("W2"));
    app.work();
    wait_until("the bounce taken in", Duration::from_secs(40), || {
        (app.outcome("W1") == "bounced").then_some(())
    });
    assert_eq!((app.invitation("W1"), app.outcome("W2")), ("bounced".into(), "sent".into()));
    assert_eq!(app.suppressed("w1@example.com").as_deref(), Some("the address does not exist"));
    let event = "SELECT kind || ' ' || status || ' ' || effect || ' ' || source FROM bounce_event";
    assert_eq!(app.rows(event), ["bounce 5.1.1 bounced pipe"]);
    app.bring(&make::with(make::visit("W3"), json!({"customer": {"email": "w1@example.com"}})));
    assert_eq!(app.outcome("W3"), "suppressed");
    let letter = wait_until("the letter delivered", Duration::from_secs(20), || postfix.letters().pop());
    assert_eq!(postfix.letters().len(), 1);
    let letter = letter.replace("\r\n", "\n").replace('\n', "\r\n");
    let header = |name: &str| make::header(&letter, name).unwrap_or_else(|| panic!("no {name} in {letter}"));
    assert_eq!(header("return-path"), format!("<{}>", app.return_path("W2")));
    assert_eq!(header("delivered-to"), "w2@example.com");
    assert_eq!(header("auto-submitted"), "auto-generated");
    assert!(header("list-unsubscribe").contains("/u/") && !header("message-id").is_empty());
    let (plain, html) = (letter.find("text/plain").unwrap(), letter.find("text/html").unwrap());
    assert!(plain < html && letter.trim_end().ends_with("--"), "{letter}");
}
