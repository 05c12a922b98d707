//! Sessions: their owner sees and ends them, whatever changes the account ends them, and each step up makes a new secret.

use crate::accounts_second_factor::{FORCED, code_now, enrol, give, half};
use crate::support::app::PASSWORD;
use crate::support::{Answer, Client, TestApp};
use argon2::password_hash::{PasswordHasher, phc::PasswordHash};
use hearback::accounts::Role;
use hearback::accounts::links::{self, Colleague};

const NEW: &str = "four quiet green lamps";

fn is_in(client: &Client) -> bool {
    client.get("/").status == 200
}

fn secret(client: &Client) -> String {
    client.cookies().remove("hearback").expect("a session")
}

#[track_caller]
fn post(client: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = client.get("/account").expect(200).hidden("csrf");
    let all: Vec<(&str, &str)> =
        [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
    client.post_form(path, &all)
}

fn id(app: &TestApp, email: &str) -> String {
    app.value(&format!("SELECT id FROM user_account WHERE email = '{email}'"))
}

/// Somebody who is signed in twice, with another browser each.
fn twice(app: &TestApp, role: Role) -> (String, Client, Client) {
    let email = app.account(role, None);
    let sign_in = |agent: &str| {
        let client = app.anonymous().with("user-agent", agent);
        client.post_form("/login", &[("email", &email), ("password", PASSWORD)]).expect(303);
        client
    };
    let firefox = sign_in("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    let safari = sign_in("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1");
    (email, firefox, safari)
}

#[test]
fn somebody_sees_the_own_sessions_and_ends_one_or_all_others() {
    let app = TestApp::start();
    let (_, firefox, safari) = twice(&app, Role::Employee);
    let third = app.sign_in("employee@example.com");
    app.staff(Role::Caller, None);
    let page = firefox.get("/account").expect(200).body;
    assert!(page.contains("Firefox on Linux<small>this one</small>"), "{page}");
    assert!(page.contains("Safari on iPhone") && page.contains("20 Nov 2026 15:00"));
    assert_eq!(page.matches("<th scope=\"row\">").count(), 3, "those of others are not shown");
    let of_safari = page.split_once("Safari on iPhone").unwrap().1;
    let handle = of_safari.split_once("name=\"session\" value=\"").unwrap().1.split('"').next().unwrap();
    assert!(!page.contains(&secret(&safari)) && !app.dump_all().contains(handle));
    // Nobody ends a session of somebody else.
    post(&app.sign_in("caller@example.com"), "/account/sessions", &[("session", handle)]).expect(404);
    post(&firefox, "/account/sessions", &[("session", "none of ours")]).expect(404);
    assert!(is_in(&safari));
    post(&firefox, "/account/sessions", &[("session", handle)]).expect(303);
    assert!(!is_in(&safari) && is_in(&firefox) && is_in(&third));
    post(&firefox, "/account/sessions", &[("session", "others")]).expect(303);
    assert!(is_in(&firefox) && !is_in(&third) && is_in(&app.sign_in("caller@example.com")));
    assert_eq!(app.value("SELECT count(*) FROM audit_entry WHERE action = 'session.ended'"), "2");
}

#[test]
fn a_changed_password_ends_every_other_session_and_gives_this_one_a_new_secret() {
    let app = TestApp::start();
    let (email, firefox, safari) = twice(&app, Role::Employee);
    let before = secret(&firefox);
    let change =
        |old: &str, new: &str| post(&firefox, "/account/password", &[("old", old), ("password", new)]);
    assert!(change("a wrong password", NEW).expect(422).body.contains("not your password"));
    assert!(change(PASSWORD, "short").expect(422).body.contains("12"));
    assert!(change(PASSWORD, "Northwind Boilers 7!").expect(422).body.contains("organisation"));
    assert!(change(PASSWORD, "passwordpassword").expect(422).body.contains("guessed first"));
    assert!(is_in(&safari) && secret(&firefox) == before);
    assert_eq!(change(PASSWORD, NEW).expect(303).location(), "/account?done=password");
    assert!(is_in(&firefox) && !is_in(&safari) && secret(&firefox) != before);
    let thief = app.anonymous();
    thief.take_cookie("hearback", &before);
    assert!(!is_in(&thief));
    app.anonymous().post_form("/login", &[("email", &email), ("password", PASSWORD)]).expect(401);
    app.anonymous().post_form("/login", &[("email", &email), ("password", NEW)]).expect(303);
    assert_eq!(app.value("SELECT count(*) FROM audit_entry WHERE action = 'user.password_changed'"), "1");
    app.work();
    assert!(!String::from_utf8_lossy(&app.only_letter_to(&email).bytes).contains(NEW));
}

#[test]
fn wrong_old_passwords_slow_a_thief_of_the_session_down() {
    let app = TestApp::start();
    let thief = app.staff(Role::Employee, None);
    let wrong = || post(&thief, "/account/password", &[("old", "wrong"), ("password", NEW)]).status;
    let statuses: Vec<u16> = (0..7).map(|_| wrong()).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 422, 429]);
}

#[test]
fn another_role_a_disabled_account_and_a_link_that_was_used_end_every_session() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    for (act, fields) in [("duty", vec![("role", "caller")]), ("disable", vec![]), ("sessions", vec![])] {
        let (email, firefox, safari) = twice(&app, Role::Hr);
        let path = format!("/settings/accounts/{}", id(&app, &email));
        let all: Vec<(&str, &str)> = [("act", act)].into_iter().chain(fields).collect();
        post(&admin, &path, &all).expect(303);
        assert!(!is_in(&firefox) && !is_in(&safari), "{act}");
        app.execute("UPDATE user_account SET disabled_at = NULL, role = 'hr' WHERE role <> 'admin'").unwrap();
    }
    let (email, firefox, safari) = twice(&app, Role::Hr);
    let colleague =
        Colleague { email, name: "Sample Colleague".to_owned(), role: Role::Hr, employee: None, team: None };
    let link = links::invite(&mut app.connection(), &colleague, app.now()).unwrap();
    app.anonymous().post_form(&link, &[("password", NEW)]).expect(303);
    assert!(!is_in(&firefox) && !is_in(&safari));
    assert!(is_in(&admin));
}

#[test]
fn a_second_factor_that_comes_or_goes_ends_every_other_session() {
    let app = TestApp::start();
    let (email, firefox, safari) = twice(&app, Role::Employee);
    let before = secret(&firefox);
    let person = crate::accounts_second_factor::set_up(&app, firefox, email);
    assert!(is_in(&person.client) && !is_in(&safari) && secret(&person.client) != before);
    let other = half(&app, &person.email);
    give(&other, &code_now(&app, &person.secret)).expect(303);
    let taken_off = post(&person.client, "/account/second-factor/remove", &[("old", PASSWORD)]);
    taken_off.expect(303);
    assert!(is_in(&person.client) && !is_in(&other));
}

#[test]
fn a_session_that_never_saw_the_second_factor_is_none() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    assert!(is_in(&person.client));
    // As an older program beside ours would have opened it.
    app.execute("UPDATE session SET second_factor_at = NULL").unwrap();
    assert!(person.client.get("/").expect(303).location().starts_with("/login"));
}

#[test]
fn no_secret_from_before_a_step_up_is_taken_over() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    let victim = app.anonymous();
    victim.take_cookie("hearback", "planted-by-somebody-else");
    victim.post_form("/login", &[("email", &person.email), ("password", PASSWORD)]).expect(303);
    let half_open = secret(&victim);
    assert_ne!(half_open, "planted-by-somebody-else");
    give(&victim, &code_now(&app, &person.secret)).expect(303);
    let whole = secret(&victim);
    assert_ne!(whole, half_open);
    for planted in ["planted-by-somebody-else", &half_open] {
        let thief = app.anonymous();
        thief.take_cookie("hearback", planted);
        assert!(!is_in(&thief));
        let late = give(&thief, &code_now(&app, &person.secret)).expect(303);
        assert!(late.location().starts_with("/login?late"));
    }
    assert!(is_in(&victim));
}

#[test]
fn no_session_that_is_opened_while_the_password_changes_outlives_the_change() {
    let app = TestApp::start();
    let email = app.account(Role::Employee, None);
    for round in 0..6 {
        let (old, new) =
            (format!("lamp number {round} is green"), format!("lamp number {} is green", round + 1));
        if round == 0 {
            post(&app.sign_in(&email), "/account/password", &[("old", PASSWORD), ("password", old.as_str())])
                .expect(303);
        }
        let changes = app.anonymous();
        changes.post_form("/login", &[("email", &email), ("password", &old)]).expect(303);
        let csrf = changes.get("/account").expect(200).hidden("csrf");
        let others: Vec<Client> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let client = app.anonymous();
                        client.post_form("/login", &[("email", &email), ("password", &old)]);
                        client
                    })
                })
                .collect();
            let fields = [("csrf", csrf.as_str()), ("old", old.as_str()), ("password", new.as_str())];
            changes.post_form("/account/password", &fields).expect(303);
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(!others.iter().any(is_in), "round {round}");
        assert!(is_in(&changes));
        app.advance(chrono::TimeDelta::minutes(20));
    }
}

#[test]
fn a_hash_of_earlier_parameters_is_made_anew_at_the_sign_in() {
    let app = TestApp::start();
    let email = app.account(Role::Hr, None);
    let params = argon2::Params::new(8_192, 1, 1, None).unwrap();
    let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let hash: PasswordHash = weak.hash_password(PASSWORD.as_bytes()).unwrap();
    app.execute(&format!("UPDATE user_account SET password_hash = '{hash}'")).unwrap();
    app.sign_in(&email);
    assert!(app.value("SELECT password_hash FROM user_account").contains("m=47104"));
    app.sign_in(&email);
}
