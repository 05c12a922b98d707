//! The page of keys, as whoever runs the server uses it.

use crate::support::app::PASSWORD;
use crate::support::axe;
use crate::support::browser::{Browser, Scripts};
use crate::support::{Answer, Client, TestApp, programs_or_skip, wait_until};
use hearback::accounts::Role;
use std::time::Duration;

const PAGE: &str = "/settings/keys";

fn post(admin: &Client, fields: &[(&str, &str)]) -> Answer {
    let csrf = admin.get(PAGE).expect(200).hidden("csrf");
    admin.post_form(PAGE, &[&[("csrf", csrf.as_str())], fields].concat())
}

/// The secret that a page shows.
fn shown(answer: &Answer) -> String {
    let rest = answer.body.split_once("<code>hb_").expect("a secret is shown").1;
    format!("hb_{}", rest.split('<').next().unwrap())
}

fn make_one(admin: &Client) -> String {
    let fields = [
        ("op", "add"),
        ("name", "dispatch"),
        ("scope", "visits:write"),
        ("scope", "outcomes:read"),
        ("life", "90d"),
    ];
    shown(&post(admin, &fields).expect(200))
}

#[test]
fn a_key_is_made_shown_once_rotated_and_revoked() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    let first = make_one(&admin);
    let works = |key: &str| app.anonymous().with_key(key).get("/api/v1/visits").status;
    assert_eq!(works(&first), 200);
    let page = admin.get(PAGE).expect(200).body;
    assert!(!page.contains(&first[3..]) && page.contains("visits:write, outcomes:read"), "{page}");
    assert!(page.contains("20 Nov 2026 15:00"), "last use is shown");
    let id = app.value("SELECT id FROM api_key");
    let second = shown(&post(&admin, &[("op", "rotate"), ("key", &id)]).expect(200));
    assert_eq!((works(&first), works(&second)), (200, 200));
    assert!(admin.get(PAGE).body.contains("two secrets until 21 Nov 2026 15:00"));
    assert_eq!(
        post(&admin, &[("op", "revoke"), ("key", &id)]).expect(303).location(),
        "/settings/keys?done=revoked"
    );
    assert_eq!((works(&first), works(&second)), (401, 401));
    post(&admin, &[("op", "rotate"), ("key", &id)]).expect(409);
    let audited = "SELECT action || ' ' || split_part(actor, ' ', 1) FROM audit_entry WHERE action LIKE 'key.%' ORDER BY id";
    assert_eq!(app.rows(audited), ["key.added user", "key.rotated user", "key.revoked user"]);
    assert!(!app.dump_all().contains(&second[3..]));
}

#[test]
fn what_is_wrong_with_a_key_is_said_beside_it_and_what_was_typed_stays() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    let both =
        [("op", "add"), ("name", "both <b>"), ("scope", "visits:write"), ("scope", "evaluations:read")];
    let page = post(&admin, &both).expect(422).body;
    assert!(page.contains("can never read scores") && page.contains("both &#60;b&#62;"), "{page}");
    assert_eq!(page.matches(" checked>").count(), 2);
    let page = post(&admin, &[("op", "add"), ("name", "x"), ("scope", "visits:write"), ("networks", "lan")]);
    assert!(page.expect(422).body.contains("Lan is no network such as"), "the network is named");
    assert!(post(&admin, &[("op", "add"), ("name", "x")]).expect(422).body.contains("at least one scope"));
    assert!(
        post(&admin, &[("op", "add"), ("scope", "visits:write")]).expect(422).body.contains("needs a name")
    );
    post(&admin, &[("op", "revoke"), ("key", "none")]).expect(404);
    assert_eq!(app.value("SELECT count(*) FROM api_key"), "0");
}

#[test]
fn the_page_of_keys_is_sound_in_a_browser() {
    let Some([chromium, driver]) = programs_or_skip("keys_pages", ["chromium", "chromedriver"]) else {
        return;
    };
    let Some(axe) = axe::source_or_skip("keys_pages") else { return };
    let app = TestApp::start();
    app.account(Role::Admin, None);
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    browser.open(&format!("{}{PAGE}", app.base));
    browser.tab_to("Mail address");
    browser.keys("admin@example.com");
    browser.tab_to("Password");
    browser.keys(PASSWORD);
    browser.keys(crate::support::browser::ENTER);
    browser.wait_for("Keys");
    axe::finds_nothing(&browser, axe);
    let admin = app.sign_in("admin@example.com");
    make_one(&admin);
    post(
        &admin,
        &[("op", "add"), ("name", "reports"), ("scope", "responses:read"), ("networks", "10.0.0.0/8")],
    );
    browser.open(&format!("{}{PAGE}", app.base));
    browser.wait_for("Keys");
    axe::finds_nothing(&browser, axe);
    browser.press("button[value='rotate']");
    wait_until("the new secret", Duration::from_secs(20), || {
        browser.source().contains("The key has a new secret").then_some(())
    });
    axe::finds_nothing(&browser, axe);
}
