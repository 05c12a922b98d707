//! Administrators look after accounts, by page and command, and one of them is always left.

use crate::accounts_second_factor::{FORCED, enrol};
use crate::road::{lent, settings};
use crate::support::app::PASSWORD;
use crate::support::program::{complained, run, said};
use crate::support::{Answer, Client, TestApp, make};
use hearback::accounts::Role;

const NEW: &str = "four quiet green lamps";

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

/// The path of the one-time link that a page shows.
fn link_on(page: &str) -> String {
    let rest = page.split_once("http://127.0.0.1:8080").expect("a link").1;
    rest.split('<').next().unwrap().to_owned()
}

#[test]
fn somebody_is_invited_by_page_and_the_link_is_shown_once() {
    let app = TestApp::start();
    app.bring(&make::visit("W1"));
    let admin = app.staff(Role::Admin, None);
    assert!(admin.get("/settings").expect(200).body.contains("/settings/accounts"));
    let fields = [("name", "Marta Olsen"), ("email", "marta@example.com"), ("role", "manager")];
    let refused = post(&admin, "/settings/accounts", &fields).expect(422).body;
    assert!(refused.contains("needs the team") && refused.contains("value=\"marta@example.com\""));
    let team: Vec<(&str, &str)> =
        fields.into_iter().chain([("team", "North 2"), ("employee", "E17"), ("mail", "yes")]).collect();
    let shown = post(&admin, "/settings/accounts", &team).expect(200).body;
    let link = link_on(&shown);
    assert!(link.starts_with("/invite/") && shown.contains("Marta Olsen"));
    assert!(!admin.get("/settings/accounts").expect(200).body.contains(&link));
    let again = post(&admin, "/settings/accounts", &team).expect(422).body;
    assert!(again.contains("has an account already"));
    app.work();
    let mailed = make::decoded(&app.only_letter_to("marta@example.com"));
    assert!(mailed.contains("/invite/") && !mailed.contains(&link), "the mail has a link of its own");
    let marta = app.anonymous();
    marta.post_form(&link, &[("password", NEW)]).expect(303);
    assert_eq!(marta.get("/evaluations").status, 200);
    let row = admin.get("/settings/accounts").expect(200).body;
    assert!(row.contains("North 2") && row.contains("Manager"), "{row}");
    let by = format!("user {}", id(&app, "admin@example.com"));
    let noted = "SELECT actor FROM audit_entry WHERE action = 'user.invited' AND detail->>'role' = 'manager'";
    assert_eq!(app.value(noted), by);
}

#[test]
fn what_is_wrong_with_an_invitation_is_said_beside_its_field() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    for (fields, told) in [
        (vec![("name", "A"), ("email", "nobody"), ("role", "hr")], "is no address"),
        (vec![("email", "a@example.com"), ("role", "hr")], "This is missing"),
        (vec![("name", "A"), ("email", "a@example.com"), ("role", "owner")], "choose one"),
        (
            vec![("name", "A"), ("email", "a@example.com"), ("role", "employee")],
            "needs the id of the employee",
        ),
        (
            vec![("name", "A"), ("email", "a@example.com"), ("role", "employee"), ("employee", "E99")],
            "is not known",
        ),
    ] {
        let body = post(&admin, "/settings/accounts", &fields).expect(422).body;
        assert!(body.contains(told), "{told}");
    }
    assert_eq!(app.value("SELECT count(*) FROM user_account"), "1");
}

#[test]
fn role_entry_and_links_are_changed_and_each_change_names_who_did_it() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    let email = app.account(Role::Hr, None);
    let (hr, path) = (id(&app, &email), format!("/settings/accounts/{}", id(&app, &email)));
    let act = |fields: &[(&str, &str)]| post(&admin, &path, fields).expect(303);
    act(&[("act", "duty"), ("role", "caller")]);
    assert_eq!(app.sign_in(&email).get("/callbacks").status, 200);
    act(&[("act", "disable")]);
    app.anonymous().post_form("/login", &[("email", &email), ("password", PASSWORD)]).expect(401);
    assert!(admin.get(&path).expect(200).body.contains("disabled since"));
    post(&admin, &path, &[("act", "link")]).expect(409);
    act(&[("act", "enable")]);
    let shown = post(&admin, &path, &[("act", "link")]).expect(200).body;
    app.anonymous().post_form(&link_on(&shown), &[("password", NEW)]).expect(303);
    act(&[("act", "sessions")]);
    act(&[("act", "second-factor")]);
    post(&admin, &path, &[("act", "nonsense")]).expect(422);
    post(&admin, "/settings/accounts/none", &[("act", "disable")]).expect(404);
    let by = id(&app, "admin@example.com");
    for action in ["user.role_changed", "user.disabled", "user.enabled", "user.link_made", "session.ended"] {
        let sql =
            format!("SELECT actor FROM audit_entry WHERE action = '{action}' AND subject = 'user {hr}'");
        assert_eq!(app.rows(&sql), [format!("user {by}")], "{action}");
    }
}

#[test]
fn nobody_disables_themselves_and_the_last_administrator_stays_one() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    let own = format!("/settings/accounts/{}", id(&app, "admin@example.com"));
    let refused = |answer: Answer, told: &str| {
        assert!(answer.expect(409).body.contains(told), "{told}");
    };
    refused(post(&admin, &own, &[("act", "disable")]), "your own account");
    refused(post(&admin, &own, &[("act", "duty"), ("role", "caller")]), "last administrator");
    // One who was invited and never came is no help.
    let fields = [("name", "Second"), ("email", "second@example.com"), ("role", "admin")];
    let shown = post(&admin, "/settings/accounts", &fields).expect(200).body;
    refused(post(&admin, &own, &[("act", "duty"), ("role", "caller")]), "last administrator");
    let second = app.anonymous();
    second.post_form(&link_on(&shown), &[("password", NEW)]).expect(303);
    post(&second, &own, &[("act", "disable")]).expect(303);
    let other = format!("/settings/accounts/{}", id(&app, "second@example.com"));
    refused(post(&second, &other, &[("act", "duty"), ("role", "hr")]), "last administrator");
}

#[test]
fn two_administrators_who_demote_each_other_at_once_leave_one() {
    let app = TestApp::start();
    for _ in 0..5 {
        let first = app.staff(Role::Admin, None);
        let fields = [("name", "Second"), ("email", "second@example.com"), ("role", "admin")];
        app.execute("DELETE FROM user_account WHERE email = 'second@example.com'").unwrap();
        let shown = post(&first, "/settings/accounts", &fields).expect(200).body;
        let second = app.anonymous();
        second.post_form(&link_on(&shown), &[("password", NEW)]).expect(303);
        let paths = [&second, &first].map(|client| client.get("/account").expect(200).hidden("csrf"));
        let targets = ["admin@example.com", "second@example.com"].map(|email| id(&app, email));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let posts = [(&second, 0), (&first, 1)].map(|(client, at)| {
                let (csrf, path) = (&paths[at], format!("/settings/accounts/{}", targets[at]));
                scope.spawn(move || {
                    let fields = [("csrf", csrf.as_str()), ("act", "duty"), ("role", "caller")];
                    client.post_form(&path, &fields).status
                })
            });
            posts.into_iter().map(|post| post.join().unwrap()).collect()
        });
        let left = "SELECT count(*) FROM user_account WHERE role = 'admin'";
        assert_eq!(app.value(left), "1", "{statuses:?}");
        app.execute("UPDATE user_account SET role = 'admin' WHERE email = 'admin@example.com'").unwrap();
        app.execute("UPDATE user_account SET role = 'caller' WHERE email = 'second@example.com'").unwrap();
        app.execute("DELETE FROM session").unwrap();
    }
}

#[test]
fn the_check_warns_where_a_password_alone_opens_everything() {
    let app = TestApp::start();
    let (mut all, _) = settings(&app.database, "file:nowhere".to_owned());
    let line = |all: &crate::road::Settings| {
        let words = said(&run(&lent(all), &["check"]));
        words.lines().find(|line| line.starts_with("sign-in")).expect("a line about it").to_owned()
    };
    assert!(line(&all).contains("WARNING: a password alone"));
    all.push(("HEARBACK_SECOND_FACTOR", "required".to_owned()));
    assert!(!line(&all).contains("WARNING"));
}

#[test]
fn the_shell_lists_disables_and_resets_what_the_page_does() {
    let app = TestApp::with(FORCED);
    let person = enrol(&app, Role::Hr);
    app.account(Role::Admin, None);
    let (all, _) = settings(&app.database, "file:nowhere".to_owned());
    let user = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["user"].into_iter().chain(arguments.iter().copied()).collect();
        run(&lent(&all), &arguments)
    };
    let list = said(&user(&["list"]));
    assert!(list.contains("hr@example.com\thr\tsecond factor\topen\t20 Nov 2026 15:00"), "{list}");
    assert!(list.contains("admin@example.com\tadmin\tpassword alone\topen\tnever seen"), "{list}");
    assert!(user(&["reset-second-factor", "--email", &person.email]).status.success());
    assert!(person.client.get("/").expect(303).location().starts_with("/login"));
    assert!(said(&user(&["list"])).contains("hr@example.com\thr\tpassword alone"));
    assert!(user(&["disable", "--email", "HR@example.com"]).status.success());
    assert!(said(&user(&["list"])).contains("disabled"));
    assert!(user(&["enable", "--email", "hr@example.com"]).status.success());
    let refused = user(&["disable", "--email", "admin@example.com"]);
    assert!(!refused.status.success() && complained(&refused).contains("last administrator"));
    let unknown = user(&["disable", "--email", "nobody@example.com"]);
    assert!(complained(&unknown).contains("no such account"), "{}", complained(&unknown));
    let by = app.rows("SELECT DISTINCT actor FROM audit_entry WHERE action LIKE 'user.%abled'");
    assert_eq!(by, ["shell"]);
}
