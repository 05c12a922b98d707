//! A forgotten password: a link by mail, once and for an hour, and the same for every address that is typed.

use crate::accounts_second_factor::{FORCED, code_now, enrol, give};
use crate::road::{lent, line, settings, wait_ready};
use crate::support::app::PASSWORD;
use crate::support::database::Database;
use crate::support::program::Program;
use crate::support::{Answer, Client, TestApp, make, wait_until};
use chrono::TimeDelta;
use hearback::accounts::Role;
use std::collections::BTreeSet;
use std::time::Duration;

const NEW: &str = "four quiet green lamps";

fn ask(client: &Client, email: &str) -> Answer {
    client.post_form("/forgot", &[("email", email)])
}

/// The paths of the links in the letters to an address, in the order of the letters.
fn links(app: &TestApp, email: &str) -> Vec<String> {
    app.work();
    let letters = app.memory.letters().into_iter().filter(|letter| letter.to == email);
    let path = |text: String| {
        let rest = text.split_once("http://127.0.0.1:8080/invite/")?.1;
        let token: String = rest.chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
        Some(format!("/invite/{token}"))
    };
    letters.filter_map(|letter| path(make::decoded(&letter))).collect()
}

fn is_right(app: &TestApp, email: &str, password: &str) -> bool {
    app.anonymous().post_form("/login", &[("email", email), ("password", password)]).status == 303
}

#[test]
fn a_link_by_mail_sets_a_new_password_once_and_ends_the_earlier_links() {
    // Mails about accounts go out whether surveys do or not.
    let app = TestApp::with(&[("HEARBACK_SENDING", "off")]);
    let email = app.account(Role::Hr, None);
    assert!(app.anonymous().get("/login").expect(200).body.contains("href=\"/forgot\""));
    ask(&app.anonymous(), &email.to_uppercase()).expect(200);
    ask(&app.anonymous(), &email).expect(200);
    let links = links(&app, &email);
    assert_eq!(links.len(), 2);
    assert!(is_right(&app, &email, PASSWORD), "nothing changes until a link is used");
    let person = app.anonymous();
    person.post_form(&links[1], &[("password", NEW)]).expect(303);
    assert_eq!(person.get("/").status, 200);
    for link in &links {
        app.anonymous().get(link).expect(404);
        app.anonymous().post_form(link, &[("password", "another of them")]).expect(404);
    }
    assert!(is_right(&app, &email, NEW) && !is_right(&app, &email, PASSWORD));
    assert_eq!(app.value("SELECT count(*) FROM audit_entry WHERE action = 'user.reset_mailed'"), "2");
}

#[test]
fn a_link_ends_after_an_hour_and_a_request_that_waited_longer_makes_none() {
    let app = TestApp::start();
    let email = app.account(Role::Hr, None);
    ask(&app.anonymous(), &email).expect(200);
    let link = links(&app, &email).remove(0);
    app.advance(TimeDelta::minutes(59));
    app.anonymous().get(&link).expect(200);
    app.advance(TimeDelta::minutes(2));
    app.anonymous().post_form(&link, &[("password", NEW)]).expect(404);
    ask(&app.anonymous(), &email).expect(200);
    app.advance(TimeDelta::minutes(61));
    assert_eq!(links(&app, &email).len(), 1, "the relay was away for an hour");
}

#[test]
fn every_address_gets_the_same_answer_by_the_same_work() {
    let app = TestApp::start();
    let email = app.account(Role::Hr, None);
    app.account(Role::Caller, None);
    app.execute("UPDATE user_account SET disabled_at = now() WHERE role = 'caller'").unwrap();
    let known = ask(&app.anonymous(), &email).expect(200);
    // What is done at once is the same: a try is counted, a job is left. The rest is the worker's.
    let work = |app: &TestApp| {
        let count = |table: &str| app.value(&format!("SELECT count(*) FROM {table}")).parse::<i32>().unwrap();
        (count("job"), count("sign_in_attempt"), count("password_link"), count("audit_entry"))
    };
    let mut before = work(&app);
    for other in ["nobody@example.com", "caller@example.com"] {
        let answer = ask(&app.anonymous(), other).expect(200);
        let headers = |answer: &Answer| {
            let kept = answer.headers.iter().filter(|(name, _)| name != "date").cloned();
            kept.collect::<BTreeSet<_>>()
        };
        assert_eq!((&answer.body, headers(&answer)), (&known.body, headers(&known)), "{other}");
        let after = work(&app);
        assert_eq!(
            (after.0 - before.0, after.1 - before.1, after.2 - before.2, after.3 - before.3),
            (1, 1, 0, 0)
        );
        before = after;
    }
    assert_eq!(links(&app, &email).len(), 1);
    assert!(app.memory.letters().iter().all(|letter| letter.to == email));
}

#[test]
fn an_address_gets_three_mails_an_hour_and_a_network_asks_no_more_than_thirty_times() {
    let app = TestApp::start();
    let email = app.account(Role::Hr, None);
    let from = |address: &str| app.anonymous().with("x-forwarded-for", address);
    for _ in 0..6 {
        ask(&from("198.51.100.7"), &email).expect(200);
    }
    assert_eq!(links(&app, &email).len(), 3);
    let statuses: Vec<u16> =
        (0..26).map(|n| ask(&from("198.51.100.7"), &format!("a{n}@example.com")).status).collect();
    assert_eq!((statuses[23], statuses[24], statuses[25]), (200, 429, 429));
    ask(&from("203.0.113.5"), "somebody@example.com").expect(200);
    app.advance(TimeDelta::minutes(61));
    ask(&from("198.51.100.7"), &email).expect(200);
    assert_eq!(links(&app, &email).len(), 4);
}

#[test]
fn a_link_by_mail_does_not_pass_by_the_second_factor() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    ask(&app.anonymous(), &person.email).expect(200);
    let link = links(&app, &person.email).remove(0);
    let again = app.anonymous();
    assert!(again.post_form(&link, &[("password", NEW)]).expect(303).location().starts_with("/login/code"));
    assert!(again.get("/").expect(303).location().starts_with("/login"));
    assert!(person.client.get("/").expect(303).location().starts_with("/login"), "sessions end with it");
    give(&again, &code_now(&app, &person.secret)).expect(303);
    again.get("/").expect(200);
}

#[test]
fn where_mails_are_files_nobody_is_promised_one() {
    let app = TestApp::with(&[("HEARBACK_MAIL_URL", "file:nowhere")]);
    let email = app.account(Role::Hr, None);
    assert!(!app.anonymous().get("/login").expect(200).body.contains("/forgot"));
    let answer = ask(&app.anonymous(), &email).expect(200).body;
    assert!(answer.contains("Ask your administrator") && !answer.contains("on its way"));
    assert_eq!(app.value("SELECT count(*) FROM job"), "0");
}

#[test]
fn a_sign_in_compares_one_password_with_a_hash_whether_there_is_an_account_or_not() {
    let database = Database::migrated();
    let (mut all, base) = settings(&database, "file:nowhere".to_owned());
    all.push(("HEARBACK_LOG", "hearback=debug".to_owned()));
    let mut program = Program::start(&lent(&all), &["serve", "--no-worker"]);
    wait_ready(&mut program, &base);
    let link = line(&all, &["user", "add", "--email", "hr@example.com", "--role", "hr"]);
    let client = Client::new(&base);
    client.post_form(link.strip_prefix(&base).unwrap(), &[("password", NEW)]).expect(303);
    line(&all, &["user", "add", "--email", "invited@example.com", "--role", "hr"]);
    let compared = |program: &Program| program.words().matches("a password is compared").count();
    assert_eq!(compared(&program), 0);
    let tries = ["hr@example.com", "nobody@example.com", "invited@example.com"];
    for (at, email) in tries.into_iter().enumerate() {
        client.post_form("/login", &[("email", email), ("password", "a wrong password")]).expect(401);
        wait_until("the line in the log", Duration::from_secs(10), || {
            (compared(&program) > at).then_some(())
        });
        assert_eq!(compared(&program), at + 1, "{email}");
    }
}
