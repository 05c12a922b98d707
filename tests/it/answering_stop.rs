//! "Stop these mails", from the page and with one click from a mail program (RFC 8058).

use crate::support::queue::{Hold, while_sending};
use crate::support::{TestApp, make};
use serde_json::json;

#[test]
fn opening_the_stop_link_changes_nothing() {
    let app = TestApp::start();
    let stop = app.mailed("W1").replace("/s/", "/u/");
    app.work();
    let before = app.dump_all();
    let page = app.anonymous().get(&stop).expect(200);
    app.anonymous().head(&stop).expect(200);
    app.anonymous().post_form(&stop, &[]).expect(200);
    assert!(page.body.contains("Nothing has been changed yet"));
    assert_eq!(app.dump_all(), before);
}

fn stops(send: impl FnOnce(&TestApp, &str)) {
    let app = TestApp::start();
    let answer = app.mailed("W1");
    send(&app, &answer.replace("/s/", "/u/"));
    assert_eq!(app.outcome("W1"), "opted_out");
    assert_eq!(app.value("SELECT count(*) FROM suppression"), "1");
    let page = app.anonymous().get(&answer).expect(200).body;
    assert!(page.contains("This survey is closed"), "{page}");
    // The same address in another writing is the same address.
    app.bring(&make::with(make::visit("W2"), json!({"customer": {"email": "W1@Example.COM"}})));
    assert_eq!(app.outcome("W2"), "suppressed");
    app.work();
    assert_eq!(app.memory.letters().len(), 1);
}

#[test]
fn the_button_of_the_stop_page_ends_the_mails_to_this_address() {
    stops(|app, stop| {
        let page = app.anonymous().get(stop).expect(200);
        let action = page.body.split_once("method=\"post\" action=\"").unwrap().1.split('"').next().unwrap();
        let action = action.replace("&#38;", "&").replace("&amp;", "&");
        app.anonymous().post_form(&action, &[("confirm", "yes")]).expect(200);
    });
}

#[test]
fn one_click_of_a_mail_program_ends_the_mails_urlencoded() {
    stops(|app, stop| {
        app.anonymous().post_form(stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
    });
}

#[test]
fn one_click_of_a_mail_program_ends_the_mails_as_multipart() {
    stops(|app, stop| {
        let body =
            "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
        let kind = [("content-type", "multipart/form-data; boundary=b")];
        app.anonymous().send("POST", stop, &kind, body.as_bytes()).expect(200);
    });
}

#[test]
fn stopping_twice_is_stopping_once() {
    let app = TestApp::start();
    let stop = app.mailed("W1").replace("/s/", "/u/");
    let click = [("List-Unsubscribe", "One-Click")];
    let first = app.anonymous().post_form(&stop, &click).expect(200);
    let state = ["visit", "visit_outcome", "invitation", "suppression", "changed_visit"];
    let before = app.dump(&state);
    assert_eq!(app.anonymous().post_form(&stop, &click).expect(200).body, first.body);
    assert_eq!(app.dump(&state), before);
}

#[test]
fn a_stop_link_tells_nobody_whether_it_exists() {
    let app = TestApp::start();
    let stop = app.mailed("W1").replace("/s/", "/u/");
    let unknown = format!("/u/{}", "0".repeat(26));
    let same = |body: String, path: &str| body.replace(path, "");
    let page = app.anonymous().get(&stop).expect(200).body;
    assert_eq!(same(app.anonymous().get(&unknown).expect(200).body, &unknown), same(page, &stop));
    let click = [("List-Unsubscribe", "One-Click")];
    let told = app.anonymous().post_form(&unknown, &click).expect(200).body;
    assert_eq!(app.value("SELECT count(*) FROM suppression"), "0");
    assert_eq!(told, app.anonymous().post_form(&stop, &click).expect(200).body);
}

#[test]
fn a_letter_that_is_already_planned_is_not_mailed_after_the_stop() {
    let app = TestApp::with(&[("HEARBACK_ASK_EVERY", "0s")]);
    let stop = app.mailed("W1").replace("/s/", "/u/");
    app.bring(&make::with(make::visit("W2"), json!({"customer": {"id": "C-W1", "email": "w1@example.com"}})));
    app.anonymous().post_form(&stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
    app.work();
    assert_eq!(app.memory.letters().len(), 1);
    assert_eq!(app.outcome("W2"), "suppressed");
}

#[test]
fn a_stop_while_the_letter_is_being_sent_holds_it_back() {
    let (app, came) = while_sending(Hold::BeforeLetter, "W1", |app| {
        let stop = format!("/u/{}", app.token("W1"));
        app.anonymous().post_form(&stop, &[("List-Unsubscribe", "One-Click")]).expect(200);
    });
    assert!(!came, "the letter was handed over after the stop");
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("opted_out".into(), "closed".into()));
}

#[test]
fn who_answered_and_then_stops_keeps_the_answer_and_gets_no_further_mail() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.answer(&path, 4);
    app.anonymous().post_form(&path.replace("/s/", "/u/"), &[("List-Unsubscribe", "One-Click")]).expect(200);
    assert_eq!(app.outcome("W1"), "answered");
    app.bring(&make::with(make::visit("W2"), json!({"customer": {"email": "w1@example.com"}})));
    assert_eq!(app.outcome("W2"), "suppressed");
}
