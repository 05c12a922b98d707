//! What the sign-in asks for and what it does not.

use crate::support::app::PASSWORD;
use crate::support::{Client, TestApp};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::accounts::links::{self, Colleague};
use std::collections::BTreeSet;

fn enter(client: &Client, email: &str, password: &str) -> u16 {
    client.post_form("/login", &[("email", email), ("password", password)]).status
}

/// The fields of a page in which a password is typed, as they are written.
fn fields(page: &str) -> Vec<&str> {
    let inputs = page.split("<input ").skip(1).filter_map(|rest| rest.split('>').next());
    inputs.filter(|input| input.contains("name=\"password\"")).collect()
}

fn invitation(app: &TestApp) -> String {
    let (email, name) = ("cal@example.com".to_owned(), "Cal Caller".to_owned());
    let colleague = Colleague { email, name, role: Role::Caller, employee: None, team: None };
    links::invite(&mut app.connection(), &colleague, app.now()).unwrap()
}

#[test]
fn a_password_is_typed_unseen_and_may_come_from_a_password_manager() {
    let app = TestApp::start();
    let nobody = app.anonymous();
    for (path, word) in [("/login", "current-password"), (invitation(&app).as_str(), "new-password")] {
        let page = nobody.get(path).expect(200);
        let inputs = fields(&page.body);
        assert!(!inputs.is_empty(), "{path}: {}", page.body);
        for input in inputs {
            assert!(input.contains("type=\"password\""), "{path}: {input}");
            assert!(input.contains(&format!("autocomplete=\"{word}\"")), "{path}: {input}");
            assert!(!input.contains("maxlength") && !input.contains("onpaste"), "{path}: {input}");
        }
    }
}

#[test]
fn a_password_counts_to_its_last_sign_as_it_was_typed() {
    let app = TestApp::start();
    let password = format!(" Grüße 🦊 {} End ", "seven quiet Bridges ".repeat(5));
    assert!(password.chars().count() > 100 && password.len() < 256);
    app.anonymous().post_form(&invitation(&app), &[("password", &password)]).expect(303);
    let email = "cal@example.com";
    let cut: String = password.chars().take(72).collect();
    for wrong in [password.trim(), &password.to_lowercase(), &cut] {
        assert_eq!(enter(&app.anonymous(), email, wrong), 401, "{wrong:?}");
    }
    assert_eq!(enter(&app.anonymous(), email, &password), 303);
}

#[test]
fn a_password_is_good_after_years() {
    let app = TestApp::start();
    let email = app.account(Role::Caller, None);
    app.advance(TimeDelta::days(4 * 365));
    assert_eq!(enter(&app.anonymous(), &email, PASSWORD), 303);
}

#[test]
fn a_new_installation_has_neither_account_nor_key() {
    let app = TestApp::start();
    assert_eq!(app.value("SELECT count(*) FROM user_account"), "0");
    assert_eq!(app.value("SELECT count(*) FROM api_key"), "0");
    for name in ["admin", "root", "hearback", "admin@example.com"] {
        assert_eq!(enter(&app.anonymous(), name, name), 401, "{name}");
    }
    app.anonymous().with_key("hb_").get("/api/v1/visits").expect(401);
}

#[test]
fn every_page_of_the_menu_has_the_way_out() {
    let app = TestApp::start();
    for role in Role::ALL {
        let person = app.staff(*role, Some("North 2"));
        let home = person.get("/").expect(200).body;
        let menu = home.split_once("<nav").unwrap().1.split_once("</nav>").unwrap().0;
        let pages: BTreeSet<&str> =
            menu.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(pages.contains("/"), "{role}: {pages:?}");
        for path in pages {
            let page = person.get(path);
            // Somebody without a page of their own has none to leave.
            if page.status == 200 {
                assert!(page.body.contains("action=\"/logout\""), "{role}: {path}");
            }
        }
    }
}
