//! Signing in and out, one-time links and keys; nothing secret is stored.

use crate::support::app::PASSWORD;
use crate::support::{Answer, Client, TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::links::{self, Colleague};
use hearback::accounts::{Role, Scope, keys};

fn sign_in(client: &Client, email: &str, password: &str) -> Answer {
    client.post_form("/login", &[("email", email), ("password", password), ("next", "/evaluations")])
}

/// Makes a one-time link for an account.
fn link(app: &TestApp, role: Role) -> String {
    let email = format!("{role}@example.com");
    let colleague =
        Colleague { email, name: "Sample Colleague".to_owned(), role, employee: None, team: None };
    links::invite(&mut app.connection(), &colleague, app.now()).unwrap()
}

fn is_signed_in(client: &Client) -> bool {
    client.get("/").status == 200
}

#[test]
fn the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::start();
    let email = app.account(Role::Hr, None);
    let client = app.anonymous();
    let answer = sign_in(&client, &email.to_uppercase(), PASSWORD).expect(303);
    assert_eq!(answer.location(), "/evaluations");
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("hearback=") && !cookie.contains("Secure"), "{cookie}");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
        "{cookie}"
    );
    assert!(!cookie.contains("Domain") && is_signed_in(&client));
}

#[test]
fn on_https_the_cookie_belongs_to_this_host_alone() {
    let app = TestApp::with(&[("HEARBACK_PUBLIC_URL", "https://feedback.example.com")]);
    let email = app.account(Role::Hr, None);
    let client = app.anonymous();
    let answer = sign_in(&client, &email, PASSWORD).expect(303);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-hearback=") && cookie.contains("Secure"), "{cookie}");
    assert!(answer.header("strict-transport-security").is_some());
    assert!(is_signed_in(&client));
}

#[test]
fn a_wrong_pair_is_told_the_same_whichever_of_both_is_wrong() {
    let app = TestApp::start();
    let email = app.account(Role::Hr, None);
    let known = sign_in(&app.anonymous(), &email, "a wrong password").expect(401);
    let unknown = sign_in(&app.anonymous(), "nobody@example.com", "a wrong password").expect(401);
    assert_eq!(known.body.replace(&email, ""), unknown.body.replace("nobody@example.com", ""));
    assert!(known.header("set-cookie").is_none() && !known.body.contains("a wrong password"));
    // An account without a password is no open door.
    link(&app, Role::Admin);
    sign_in(&app.anonymous(), "admin@example.com", "").expect(401);
}

#[test]
fn after_five_failures_a_sign_in_has_to_wait() {
    let app = TestApp::start();
    let email = app.account(Role::Hr, None);
    let statuses: Vec<u16> = (0..8).map(|_| sign_in(&app.anonymous(), &email, "wrong").status).collect();
    assert_eq!(statuses[..5], [401; 5]);
    assert_eq!(statuses[6..], [429; 2]);
    let refused = sign_in(&app.anonymous(), &email, PASSWORD).expect(429);
    let seconds: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    // Nobody else is locked out, and this one not for long.
    let other = app.account(Role::Admin, None);
    sign_in(&app.anonymous(), &other, PASSWORD).expect(303);
    app.advance(TimeDelta::seconds(seconds));
    sign_in(&app.anonymous(), &email, PASSWORD).expect(303);
}

#[test]
fn a_one_time_link_sets_the_password_once() {
    let app = TestApp::start();
    let link = link(&app, Role::Hr);
    let client = app.anonymous();
    for _ in 0..3 {
        assert!(client.get(&link).expect(200).body.contains("hr@example.com"));
    }
    assert!(client.post_form(&link, &[("password", "short")]).expect(422).body.contains("12"));
    client.post_form(&link, &[("password", "a new password")]).expect(303);
    assert!(is_signed_in(&client));
    client.get(&link).expect(404);
    app.anonymous().post_form(&link, &[("password", "another password")]).expect(404);
    sign_in(&app.anonymous(), "hr@example.com", "another password").expect(401);
    sign_in(&app.anonymous(), "hr@example.com", "a new password").expect(303);
}

#[test]
fn a_one_time_link_that_is_used_twice_at_once_works_once() {
    let app = TestApp::start();
    let link = link(&app, Role::Hr);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let posts = (0..4).map(|at| {
            let (app, link) = (&app, &link);
            scope.spawn(move || {
                app.anonymous().post_form(link, &[("password", &format!("a new password {at}"))]).status
            })
        });
        posts.collect::<Vec<_>>().into_iter().map(|post| post.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
}

#[test]
fn a_one_time_link_ends_after_seven_days() {
    let app = TestApp::start();
    let link = link(&app, Role::Hr);
    app.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    app.anonymous().get(&link).expect(404);
    app.anonymous().post_form(&link, &[("password", "a new password")]).expect(404);
}

#[test]
fn a_new_password_ends_every_session() {
    let app = TestApp::start();
    let before = app.staff(Role::Hr, None);
    assert!(is_signed_in(&before));
    let link = link(&app, Role::Hr);
    app.anonymous().post_form(&link, &[("password", "a new password")]).expect(303);
    assert!(!is_signed_in(&before));
    sign_in(&app.anonymous(), "hr@example.com", PASSWORD).expect(401);
}

#[test]
fn a_session_ends_when_idle_and_after_eight_hours_in_any_case() {
    let app = TestApp::start();
    let idle = app.staff(Role::Hr, None);
    app.advance(TimeDelta::minutes(29));
    assert!(is_signed_in(&idle));
    app.advance(TimeDelta::minutes(31));
    assert!(!is_signed_in(&idle));
    let busy = app.staff(Role::Admin, None);
    for _ in 0..23 {
        app.advance(TimeDelta::minutes(20));
        assert!(is_signed_in(&busy));
    }
    app.advance(TimeDelta::minutes(21));
    assert!(!is_signed_in(&busy));
}

#[test]
fn signing_out_ends_the_session_on_the_server_too() {
    let app = TestApp::start();
    let person = app.staff(Role::Hr, None);
    let (name, secret) = person.cookies().pop_first().unwrap();
    let csrf = person.get("/").expect(200).hidden("csrf");
    let answer = person.post_form("/logout", &[("csrf", &csrf)]).expect(303);
    // What is left opens nothing: it says that this browser was signed in before.
    let left: Vec<String> = person.cookies().into_keys().collect();
    assert!(answer.location().starts_with("/login") && left == ["hearback-known"], "{left:?}");
    let thief = app.anonymous();
    thief.take_cookie(&name, &secret);
    assert!(!is_signed_in(&thief));
}

#[test]
fn a_disabled_account_is_out_at_once() {
    let app = TestApp::start();
    let person = app.staff(Role::Hr, None);
    app.execute("UPDATE user_account SET disabled_at = now()").unwrap();
    assert!(!is_signed_in(&person));
    sign_in(&app.anonymous(), "hr@example.com", PASSWORD).expect(401);
}

#[test]
fn a_key_that_brings_visits_can_never_read_scores_or_answers() {
    let app = TestApp::start();
    for reads in [Scope::EvaluationsRead, Scope::ResponsesRead] {
        let refused =
            keys::add(&mut app.connection(), "both", &[Scope::VisitsWrite, reads], app.now()).unwrap_err();
        assert_eq!(refused.kind.status(), 422);
    }
    assert_eq!(app.value("SELECT count(*) FROM api_key"), "0");
}

#[test]
fn a_revoked_key_opens_nothing() {
    let app = TestApp::start();
    let client = app.client(&[Scope::VisitsWrite]);
    client.get("/api/v1/visits").expect(200);
    app.execute("UPDATE api_key SET revoked_at = now()").unwrap();
    client.get("/api/v1/visits").expect(401);
}

#[test]
fn the_start_page_shows_each_role_its_own_matters() {
    let app = TestApp::with(&[("HEARBACK_SENDING", "off")]);
    let shows = |role: Role, text: &str| app.staff(role, None).get("/").expect(200).body.contains(text);
    for role in Role::ALL {
        let (tasks, scores) =
            (matches!(role, Role::Admin | Role::Hr), matches!(role, Role::Hr | Role::Manager));
        assert_eq!(shows(*role, "Surveys are not being mailed"), tasks, "{role}");
        assert_eq!(shows(*role, "/evaluations"), scores, "{role}");
    }
}

fn hex_digit(half: u8) -> char {
    char::from_digit(u32::from(half), 16).unwrap()
}

#[test]
fn nothing_secret_stands_in_the_database() {
    let app = TestApp::start();
    let key = app.key(&[Scope::VisitsWrite]);
    app.anonymous().with_key(&key).post_json("/api/v1/visits", &make::visit("W1")).expect(201);
    let path = app.mail_out("W1");
    let nonce = app.anonymous().get(&path).hidden("nonce");
    let fields = [("nonce", nonce.as_str()), ("step", "1"), ("overall", "4")];
    app.anonymous().post_form(&path, &fields).expect(303);
    let invitation = link(&app, Role::Admin);
    let person = app.staff(Role::Hr, None);
    let csrf = person.get("/").hidden("csrf");
    let (_, session) = person.cookies().pop_first().unwrap();
    let dump = app.dump_all();
    for (what, secret) in [
        ("key", key.as_str()),
        ("key", &key[3..]),
        ("token", &path[3..]),
        ("nonce", &nonce),
        ("one-time link", invitation.rsplit('/').next().unwrap()),
        ("session", &session),
        ("csrf", &csrf),
        ("password", PASSWORD),
        ("secret", "0123456789abcdef0123456789abcdef"),
    ] {
        assert!(!dump.contains(secret), "the {what} is stored");
        let hex: String = secret.bytes().flat_map(|byte| [byte >> 4, byte & 15]).map(hex_digit).collect();
        assert!(!dump.contains(&hex), "the {what} is stored as bytes");
    }
    assert!(dump.contains("w1@example.com"), "the dump is a dump");
}
