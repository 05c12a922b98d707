//! "Send again": one more mail for each decision, and none without one.

use crate::delivery_pages::{audited, failing, link_to_send_again, post, read, says, silence};
use crate::support::{Client, TestApp};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::mail::Phase;

/// Sends the form of a page with its hidden fields.
fn decide(admin: &Client, path: &str) -> String {
    let page = admin.get(path).expect(200);
    let fields = [("csrf", page.hidden("csrf")), ("copy", page.hidden("copy"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    admin.post_form(path, &fields).expect(303).location().to_owned()
}

#[test]
fn a_mail_with_an_unknown_fate_is_sent_again_once_and_the_audit_log_says_who_did_it() {
    let app = TestApp::start();
    failing(&app, "W1", silence(), Phase::Body);
    let sent_before = app.memory.letters().len();
    let admin = app.staff(Role::Admin, None);
    let path = link_to_send_again(&admin);
    let question = admin.get(&path).expect(200);
    says(&question.body, "the customer gets it twice");
    app.work();
    assert_eq!(app.memory.letters().len(), sent_before, "asking sends nothing");
    let fields = [("csrf", question.hidden("csrf")), ("copy", question.hidden("copy"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // Whoever has seen another copy than there is decides nothing.
    let other = [fields[0], ("copy", "7")];
    assert_eq!(admin.post_form(&path, &other).expect(303).location(), "/delivery?done=decided");
    admin.post_form(&path, &fields[..1]).expect(422);
    app.work();
    assert_eq!(app.memory.letters().len(), sent_before);
    // A double click.
    assert_eq!(admin.post_form(&path, &fields).expect(303).location(), "/delivery?done=planned");
    assert_eq!(admin.post_form(&path, &fields).expect(303).location(), "/delivery?done=decided");
    assert_eq!(app.outcome("W1"), "unknown", "nothing but the letter changes");
    app.work();
    app.work();
    assert_eq!(app.memory.letters().len(), sent_before + 1);
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("sent".into(), "sent".into()));
    assert_eq!(
        app.rows("SELECT copy || ' ' || state FROM delivery_attempt ORDER BY number"),
        ["1 unknown", "2 accepted"]
    );
    assert_eq!(admin.post_form(&path, &fields).expect(303).location(), "/delivery?done=decided");
    app.work();
    assert_eq!(app.memory.letters().len(), sent_before + 1);
    let entries = audited(&app, "invitation.sent_again");
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert!(entries[0].starts_with("user ") && !entries[0].contains('@'), "{entries:?}");
    assert!(!admin.get("/delivery").expect(200).body.contains("/delivery/unknown/"), "it leaves the list");
    assert_eq!(admin.get(&path).expect(303).location(), "/delivery?done=decided");
}

#[test]
fn a_second_copy_without_a_reply_can_be_decided_on_again() {
    let app = TestApp::start();
    failing(&app, "W1", silence(), Phase::Body);
    let admin = app.staff(Role::Admin, None);
    let first = link_to_send_again(&admin);
    decide(&admin, &first);
    app.memory.fail_next(silence(), Phase::Body);
    app.work();
    let second = link_to_send_again(&admin);
    assert_ne!(first, second);
    says(&read(&admin, "/delivery"), "first letter, sent again before");
    assert_eq!(decide(&admin, &second), "/delivery?done=planned");
    app.work();
    assert_eq!(app.outcome("W1"), "sent");
}

#[test]
fn a_reminder_with_an_unknown_fate_is_sent_again_as_the_reminder_it_was() {
    let app = TestApp::start();
    app.mailed("W1");
    app.advance(TimeDelta::days(3));
    app.memory.fail_next(silence(), Phase::Body);
    app.work();
    let admin = app.staff(Role::Admin, None);
    says(&read(&admin, "/delivery"), "visit W1 reminder");
    assert_eq!(decide(&admin, &link_to_send_again(&admin)), "/delivery?done=planned");
    app.work();
    let letters =
        app.rows("SELECT letter || ' ' || copy || ' ' || state FROM delivery_attempt ORDER BY number");
    assert_eq!(letters, ["invitation 1 accepted", "reminder 1 unknown", "reminder 2 accepted"]);
    assert_eq!(app.outcome("W1"), "sent");
}

#[test]
fn nothing_is_sent_again_to_whoever_answered_stopped_or_is_being_written_to() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    for (id, meddle, code) in [
        ("W1", "UPDATE visit SET outcome = 'answered' WHERE external_id = 'W1'", "closed"),
        ("W2", "UPDATE visit SET outcome = 'unanswered' WHERE external_id = 'W2'", "closed"),
        (
            "W3",
            "UPDATE invitation SET lease_until = now() + interval '1 hour', lease_owner = id WHERE state = 'unknown'",
            "under-way",
        ),
    ] {
        failing(&app, id, silence(), Phase::Body);
        let path = link_to_send_again(&admin);
        let page = admin.get(&path).expect(200);
        app.execute(meddle).unwrap();
        let fields = [("csrf", page.hidden("csrf")), ("copy", page.hidden("copy"))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let location = admin.post_form(&path, &fields).expect(303).location().to_owned();
        assert_eq!(location, format!("/delivery?done={code}"), "{id}");
        app.execute("UPDATE invitation SET lease_until = NULL, lease_owner = NULL").unwrap();
        app.execute("UPDATE visit SET outcome = 'answered'").unwrap();
    }
    failing(&app, "W4", silence(), Phase::Body);
    let path = link_to_send_again(&admin);
    post(&admin, "/delivery/never", &[("address", "w4@example.com")]).expect(303);
    assert_eq!(decide(&admin, &path), "/delivery?done=stopped");
    assert_eq!(app.rows("SELECT DISTINCT copy FROM invitation"), ["1"]);
    assert!(audited(&app, "invitation.sent_again").is_empty());
}
