//! The operator's page: each number against rows that a test made, and each button with what it does.

use crate::support::app::PASSWORD;
use crate::support::axe;
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::{Client, TestApp, make, programs_or_skip};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::audit::Actor;
use hearback::delivery::fuse;
use hearback::mail::{Failure, Phase, Stage};
use serde_json::json;

fn refused(code: u16, enhanced: &str) -> Failure {
    let text = "no such user".to_owned();
    Failure::Refused { code, enhanced: Some(enhanced.to_owned()), text, stage: Stage::Recipient }
}

fn deferred() -> Failure {
    let (enhanced, text) = (Some("4.7.1".to_owned()), "not now".to_owned());
    Failure::Deferred { code: 451, enhanced, text, stage: Stage::Recipient }
}

pub fn silence() -> Failure {
    Failure::NoReply("the connection broke".to_owned())
}

/// Brings a visit whose customer has a mailbox at a domain.
fn bring_to(app: &TestApp, id: &str, domain: &str) {
    let email = format!("{}@{domain}", id.to_lowercase());
    app.bring(&make::with(make::visit(id), json!({"customer": {"email": email}})));
}

/// Mails a visit that ends with a failure.
pub fn failing(app: &TestApp, id: &str, failure: Failure, phase: Phase) {
    app.bring(&make::visit(id));
    app.memory.fail_next(failure, phase);
    app.work();
}

/// A page as its reader sees it: without tags, white space folded.
#[track_caller]
pub fn read(person: &Client, path: &str) -> String {
    let body = person.get(path).expect(200).body;
    let main = body.split("<main").nth(1).unwrap();
    let text: String = main.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).fold(
        String::new(),
        |mut all, part| {
            all.push(' ');
            all.push_str(part);
            all
        },
    );
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
pub fn says(page: &str, words: &str) {
    assert!(page.contains(words), "{words:?} is not in {page}");
}

/// The link of the first button that sends again.
#[track_caller]
pub fn link_to_send_again(admin: &Client) -> String {
    let body = admin.get("/delivery").expect(200).body;
    let rest = body.split_once("href=\"/delivery/unknown/").expect("something to send again").1;
    format!("/delivery/unknown/{}", rest.split('"').next().unwrap())
}

pub fn post(admin: &Client, path: &str, fields: &[(&str, &str)]) -> crate::support::Answer {
    let csrf = admin.get("/").expect(200).hidden("csrf");
    let fields: Vec<(&str, &str)> =
        [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
    admin.post_form(path, &fields)
}

pub fn audited(app: &TestApp, action: &str) -> Vec<String> {
    app.rows(&format!(
        "SELECT actor || ' ' || subject || ' ' || detail FROM audit_entry WHERE action = '{action}'"
    ))
}

#[test]
fn before_anything_was_sent_every_part_says_why_it_is_empty() {
    let app = TestApp::start();
    let page = read(&app.staff(Role::Admin, None), "/delivery");
    for words in [
        "Sending is on. Nothing was ever due.",
        "Nothing new is going out.",
        "Planned 0 none Sending 0 none under way To try again 0 none Held 0 none Unknown 0 none",
        "No mail in 24 hours",
        "No mail in seven days",
        "No mail has an unknown fate",
        "Every address may be mailed",
        "No worker has looked yet",
    ] {
        says(&page, words);
    }
}

#[test]
fn every_number_is_that_of_the_rows_behind_it() {
    let app = TestApp::with(&[("HEARBACK_MAIL_CONNECTIONS", "1")]);
    for n in 0..3 {
        bring_to(&app, &format!("A{n}"), "a.example.com");
    }
    app.work();
    app.advance(TimeDelta::hours(2));
    failing(&app, "B1", refused(550, "5.1.1"), Phase::Envelope);
    failing(&app, "D1", deferred(), Phase::Envelope);
    failing(&app, "U1", silence(), Phase::Body);
    // The same customer as before is asked about another visit: held for thirty days.
    app.bring(&make::with(make::visit("H1"), json!({"customer": {"email": "a0@a.example.com"}})));
    app.work();
    bring_to(&app, "P1", "b.example.com");
    app.advance(TimeDelta::seconds(90));
    bring_to(&app, "P2", "b.example.com");
    let page = read(&app.staff(Role::Admin, None), "/delivery");
    for words in [
        "Letters are going out.",
        "0 of 2 sent",
        "Planned 2 oldest due 1 minute ago",
        "Sending 0 none under way",
        "To try again 1 next at 17:0",
        "Held 1 asked too recently, next on 20 Dec",
        "Unknown 1 since today 17:00",
        "3 mails accepted in 24 hours, most of them from 15:00 on: 3. 1 try was deferred, to be tried again.",
        "15:00 3 0 17:00 0 1",
        "a.example.com 3 3 0 0.0 % example.com 2 0 1 50.0 %",
        "All 5 3 1 20.0 %",
        "1 mail has an unknown fate.",
        "u…@example.com visit U1 first letter",
        "No reply after the text the connection broke",
        "It has never blown",
    ] {
        says(&page, words);
    }
    assert!(!page.contains("u1@example.com"), "addresses are masked");
}

#[test]
fn a_batch_that_goes_out_says_how_far_it_is_how_fast_and_until_when() {
    let app = TestApp::with(&[("HEARBACK_MAIL_URL", "smtp://user:pass-word@relay.example.com:587")]);
    for n in 0..60 {
        bring_to(&app, &format!("A{n}"), "a.example.com");
    }
    // Thirty went out in this minute, as the worker would have written it.
    app.execute(
        "INSERT INTO delivery_attempt (id, invitation_id, letter, number, worker_id, state, domain, started_at, ended_at) \
         SELECT gen_random_uuid(), id, 'invitation', 1, id, 'accepted', 'a.example.com', send_at, send_at \
         FROM invitation ORDER BY id LIMIT 30",
    )
    .unwrap();
    app.execute(
        "UPDATE invitation SET state = 'sent', attempts = 1, sent_at = send_at WHERE id IN \
         (SELECT invitation_id FROM delivery_attempt)",
    )
    .unwrap();
    // And two are in the hands of a worker.
    app.execute(
        "WITH taken AS (UPDATE invitation SET state = 'sending', attempts = 1, lease_until = send_at + interval '60 s' \
         WHERE id IN (SELECT id FROM invitation WHERE state = 'planned' LIMIT 2) RETURNING id, send_at) \
         INSERT INTO delivery_attempt (id, invitation_id, letter, number, worker_id, state, started_at) \
         SELECT gen_random_uuid(), id, 'invitation', 1, id, 'claimed', send_at FROM taken",
    )
    .unwrap();
    app.advance(TimeDelta::milliseconds(1200));
    let body = app.staff(Role::Hr, None).get("/delivery").expect(200).body;
    assert!(body.contains("value=\"30\" max=\"60\""), "{body}");
    assert!(!body.contains("pass-word") && !body.contains("user:"), "the password is hidden");
    let page = read(&app.sign_in("hr@example.com"), "/delivery");
    says(&page, "0.5 a second, done at about 15:01");
    says(&page, "30 of 60 sent");
    says(&page, "4 connections of each worker to relay.example.com, encrypted.");
    says(&page, "Sending 2 longest 1.2 s");
}

#[test]
fn a_relay_that_is_away_is_said_with_its_words_and_when_it_is_tried_again() {
    let app = TestApp::with(&[("HEARBACK_MAIL_CONNECTIONS", "1")]);
    for n in 0..6 {
        bring_to(&app, &format!("A{n}"), "a.example.com");
    }
    for _ in 0..5 {
        app.memory.fail_next(Failure::NotReached("connection refused".to_owned()), Phase::Open);
    }
    app.work();
    let admin = app.staff(Role::Admin, None);
    let page = read(&admin, "/delivery");
    says(&page, "The relay is left alone until 20 Nov 2026 15:00");
    says(&page, "The relay takes no mail since today 15:00.");
    says(&page, "connection refused");
    says(&page, "nobody is bounced for it. The next letter tries at 15:00:30");
    app.advance(TimeDelta::seconds(31));
    says(&read(&admin, "/delivery"), "One letter finds out whether the relay is there again");
    app.work();
    app.work();
    let page = read(&admin, "/delivery");
    assert!(!page.contains("takes no mail") && !page.contains("left alone until"), "{page}");
}

#[test]
fn letters_that_nobody_looks_after_are_noticed() {
    let app = TestApp::start();
    app.mailed("W1");
    app.bring(&make::visit("W2"));
    app.advance(TimeDelta::minutes(5));
    let admin = app.staff(Role::Admin, None);
    says(&read(&admin, "/delivery"), "No worker has looked at the queue since today 15:00.");
    app.work();
    says(&read(&admin, "/delivery"), "Sending is on, and nothing is due.");
}

#[test]
fn whoever_pauses_on_the_page_pauses_even_where_a_setting_says_on() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    let location = post(&admin, "/delivery/switch", &[("to", "off")]).expect(303).location().to_owned();
    app.bring(&make::visit("W1"));
    app.work();
    assert_eq!((app.memory.letters().len(), app.outcome("W1").as_str()), (0, "planned"));
    let page = read(&admin, &location);
    says(&page, "Sending is paused.");
    says(&page, "Sending is off since 20 Nov 2026 15:00.");
    says(&read(&admin, "/"), "Surveys are not being mailed");
    post(&admin, "/delivery/switch", &[("to", "on")]).expect(303);
    app.work();
    assert_eq!(app.outcome("W1"), "sent");
    // At the server the setting goes on to rule, as it always did.
    fuse::switch(&mut app.connection(), false, Actor::Shell, app.now()).unwrap();
    app.mailed("W2");
    let switched = audited(&app, "sending.switched");
    assert!(switched[0].starts_with("user ") && switched[0].contains("off"), "{switched:?}");
    post(&admin, "/delivery/switch", &[("to", "perhaps")]).expect(422);
}

#[test]
fn a_blown_fuse_says_why_and_is_released_by_somebody_who_has_looked() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    app.advance(TimeDelta::hours(49));
    app.work();
    let admin = app.staff(Role::Admin, None);
    let page = read(&admin, "/delivery");
    for words in [
        "The fuse has blown: nothing is sent until somebody has looked.",
        "Nothing is sent since today 16:00: the fuse has blown.",
        "letters are more than 48 hours overdue",
        "1 letter is due and may go out now.",
    ] {
        says(&page, words);
    }
    post(&admin, "/delivery/release", &[]).expect(422);
    app.work();
    assert_eq!(app.memory.letters().len(), 0);
    let location = post(&admin, "/delivery/release", &[("looked", "yes")]).expect(303).location().to_owned();
    says(&read(&admin, &location), "The fuse is in again.");
    app.work();
    assert_eq!(app.outcome("W1"), "sent");
    let again = post(&admin, "/delivery/release", &[("looked", "yes")]).expect(303).location().to_owned();
    assert_eq!(again, "/delivery?done=whole");
    assert_eq!(audited(&app, "sending.fuse_released").len(), 1);
    app.advance(TimeDelta::days(212));
    says(&read(&app.sign_in("admin@example.com"), "/delivery"), "It has not blown in 212 days");
}

#[test]
fn an_address_is_stopped_and_lifted_by_hand_and_never_written_down() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    let wrong = post(&admin, "/delivery/never", &[("address", "ann")]).expect(422);
    says(&wrong.body, "not a mail address");
    post(&admin, "/delivery/never", &[("address", "W1@Example.com")]).expect(303);
    says(&read(&admin, "/delivery"), "by hand 1");
    app.bring(&make::visit("W1"));
    app.work();
    assert_eq!(app.outcome("W1"), "suppressed");
    assert!(app.memory.letters().is_empty());
    post(&admin, "/delivery/lift", &[("address", "w1@example.com")]).expect(422);
    post(&admin, "/delivery/lift", &[("address", "other@example.com"), ("why", "asked")]).expect(422);
    let fields = [("address", "w1@example.com"), ("why", "asked on the phone, w1@example.com")];
    post(&admin, "/delivery/lift", &fields).expect(303);
    says(&read(&admin, "/delivery"), "Every address may be mailed");
    app.bring(&make::with(make::visit("W2"), json!({"customer": {"email": "w1@example.com"}})));
    app.work();
    assert_eq!(app.outcome("W2"), "sent");
    let told = [audited(&app, "address.stopped"), audited(&app, "address.lifted")].concat();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|entry| !entry.to_lowercase().contains("w1@")), "{told:?}");
    assert!(told[1].contains("asked on the phone") && told[1].contains("by hand"), "{told:?}");
}

#[test]
fn hr_may_look_and_has_nothing_to_press() {
    let app = TestApp::start();
    failing(&app, "W1", silence(), Phase::Body);
    let page = app.staff(Role::Hr, None).get("/delivery").expect(200).body;
    says(&page, "unknown fate");
    let main = page.split("<main").nth(1).unwrap();
    assert!(!main.contains("<form") && !main.contains("class=\"button"), "{main}");
    for role in [Role::Manager, Role::Caller, Role::Employee] {
        let person = app.staff(role, None);
        person.get("/delivery").expect(403);
        assert!(!person.get("/").expect(200).body.contains("href=\"/delivery\""), "{role}");
    }
}

#[test]
fn axe_finds_nothing_on_the_pages_of_delivery() {
    let Some([chromium, driver]) = programs_or_skip("axe", ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip("axe") else { return };
    let app = TestApp::with(&[("HEARBACK_MAIL_CONNECTIONS", "1")]);
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    app.account(Role::Admin, None);
    browser.open(&format!("{}/delivery", app.base));
    browser.tab_to("Mail address");
    browser.keys("admin@example.com");
    browser.tab_to("Password");
    browser.keys(PASSWORD);
    browser.keys(ENTER);
    browser.wait_for("Delivery");
    axe::finds_nothing(&browser, axe);
    for n in 0..5 {
        bring_to(&app, &format!("A{n}"), "a.example.com");
    }
    app.work();
    failing(&app, "U1", silence(), Phase::Body);
    failing(&app, "D1", deferred(), Phase::Envelope);
    bring_to(&app, "P1", "b.example.com");
    let admin = app.sign_in("admin@example.com");
    post(&admin, "/delivery/never", &[("address", "x@example.com")]).expect(303);
    let question = link_to_send_again(&admin);
    for path in ["/delivery", "/delivery?done=planned", &question, "/delivery/never?done=added"] {
        browser.open(&format!("{}{path}", app.base));
        axe::finds_nothing(&browser, axe);
    }
    app.execute("UPDATE sending_fuse SET blown_at = beat_at, reason = 'letters are overdue'").unwrap();
    app.execute(
        "UPDATE relay_breaker SET faults = 5, opened_at = '2026-11-20T15:00:00Z', \
         open_until = '2026-11-20T15:10:00Z', words = 'the relay could not be used'",
    )
    .unwrap();
    browser.open(&format!("{}/delivery", app.base));
    axe::finds_nothing(&browser, axe);
}
