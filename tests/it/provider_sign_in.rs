//! Sign-in by an OpenID provider, its side played by one that says what the test wants.

use crate::support::stub_provider::{SECRET, Stub};
use crate::support::{Answer, Client, TestApp};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::ids::sha256;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::Url;

/// A sign-in whose first half is done.
pub struct Halfway {
    /// The browser.
    pub client: Client,
    /// Where it was sent.
    pub asked: BTreeMap<String, String>,
}

/// The program with a provider.
pub fn start() -> (TestApp, Stub) {
    start_with(&[])
}

/// The same with further settings.
pub fn start_with(settings: &[(&str, &str)]) -> (TestApp, Stub) {
    let stub = Stub::start();
    let all: Vec<(&str, &str)> = stub.settings().into_iter().chain(settings.iter().copied()).collect();
    (TestApp::with(&all), stub)
}

/// Follows the link on the sign-in page.
pub fn begin(app: &TestApp, next: &str) -> Halfway {
    let client = app.anonymous();
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let answer = client.get(&format!("/login/oidc?next={next}")).expect(303);
    let asked = Url::parse(answer.location()).unwrap().query_pairs().into_owned().collect();
    Halfway { client, asked }
}

/// Claims in order for somebody with the address of an account.
pub fn claims(app: &TestApp, stub: &Stub, halfway: &Halfway) -> Value {
    let now = app.now().timestamp();
    json!({
        "iss": stub.issuer, "aud": "hearback", "sub": "person-1", "iat": now, "exp": now + 300,
        "nonce": halfway.asked["nonce"], "email": "hr@example.com", "email_verified": true,
    })
}

/// Comes back from the provider, which signed the token with some claims changed; null takes one away.
pub fn come_back(app: &TestApp, stub: &Stub, halfway: &Halfway, changes: &Value) -> Answer {
    let mut all = claims(app, stub, halfway);
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
        if value.is_null() {
            all.as_object_mut().unwrap().remove(name);
        }
    }
    stub.says.lock().unwrap().claims = all;
    halfway.client.get(&format!("/login/oidc/callback?code=the-code&state={}", halfway.asked["state"]))
}

/// Both halves.
pub fn sign_in(app: &TestApp, stub: &Stub, changes: &Value) -> (Client, Answer) {
    let halfway = begin(app, "/");
    let answer = come_back(app, stub, &halfway, changes);
    (halfway.client, answer)
}

fn sessions(app: &TestApp) -> String {
    app.value("SELECT count(*) FROM session")
}

#[test]
fn the_first_half_asks_for_a_code_and_the_second_proves_who_began() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    let halfway = begin(&app, "/evaluations?team=North 2");
    let asked = |name: &str| halfway.asked[name].as_str();
    assert_eq!([asked("tenant"), asked("response_type"), asked("client_id")], ["1", "code", "hearback"]);
    assert_eq!([asked("scope"), asked("code_challenge_method")], ["openid email", "S256"]);
    assert_eq!(asked("redirect_uri"), "http://127.0.0.1:8080/login/oidc/callback");
    let answer = come_back(&app, &stub, &halfway, &json!({})).expect(303);
    assert_eq!(answer.location(), "/evaluations?team=North 2");
    assert!(halfway.client.get("/evaluations").expect(200).body.contains("The hr"));
    let says = stub.says.lock().unwrap();
    let (_, authorization, body) = says.asked.iter().find(|(path, _, _)| path == "/token").unwrap();
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("hearback:{}", encoded(SECRET));
    assert_eq!(authorization, &format!("Basic {}", STANDARD.encode(pair)));
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    assert_eq!([&form["grant_type"], &form["code"]], ["authorization_code", "the-code"]);
    assert_eq!(form["redirect_uri"], asked("redirect_uri"));
    assert_eq!(URL_SAFE_NO_PAD.encode(sha256(form["code_verifier"].as_bytes())), asked("code_challenge"));
    assert!(!form.contains_key("client_secret"));
}

#[test]
fn a_provider_that_takes_the_secret_in_the_form_gets_it_there() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    stub.says.lock().unwrap().description =
        json!({"token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"]});
    sign_in(&app, &stub, &json!({})).1.expect(303);
    let says = stub.says.lock().unwrap();
    let (_, authorization, body) = says.asked.iter().find(|(path, _, _)| path == "/token").unwrap();
    assert!(authorization.is_empty() && body.contains("client_id=hearback&client_secret="), "{body}");
}

#[test]
fn the_cookie_between_the_halves_is_out_of_reach_and_short_lived() {
    let (app, _stub) = start_with(&[("HEARBACK_PUBLIC_URL", "https://feedback.example.com")]);
    let answer = app.anonymous().get("/login/oidc").expect(303);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-hearback-oidc="), "{cookie}");
    for flag in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(cookie.contains(flag), "{flag}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[test]
fn nothing_secret_of_a_sign_in_is_stored() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    let halfway = begin(&app, "/");
    let (_, cookie) = halfway.client.cookies().pop_first().unwrap();
    come_back(&app, &stub, &halfway, &json!({})).expect(303);
    let dump = app.dump_all();
    let says = stub.says.lock().unwrap();
    let (_, _, body) = says.asked.iter().find(|(path, _, _)| path == "/token").unwrap();
    let verifier = body.split("code_verifier=").nth(1).unwrap().split('&').next().unwrap();
    let secret = cookie.split('.').next().unwrap();
    for secret in [secret, verifier, &halfway.asked["state"], &halfway.asked["nonce"], "opens-the-page"] {
        assert!(!dump.contains(secret), "{secret}");
    }
    assert!(dump.contains("person-1"), "the dump is a dump");
}

#[test]
fn an_account_is_bound_once_and_found_by_its_subject_from_then_on() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    let (person, _) = sign_in(&app, &stub, &json!({"email": "HR@Example.com"}));
    person.get("/").expect(200);
    let bound = "SELECT i.subject || ' ' || a.email FROM account_identity i JOIN user_account a ON a.id = i.user_account_id";
    assert_eq!(app.value(bound), "person-1 hr@example.com");
    // Married, and the provider does not even vouch for the new address.
    for changes in [json!({"email": "other@example.com", "email_verified": false}), json!({"email": null})] {
        let (person, answer) = sign_in(&app, &stub, &changes);
        answer.expect(303);
        assert!(person.get("/").expect(200).body.contains("The hr"));
    }
    assert_eq!(app.value(bound), "person-1 hr@example.com");
    assert_eq!(stub.times("/about"), 0, "whoever is bound is not asked about");
    let audited = "SELECT action FROM audit_entry WHERE action LIKE 'identity.%' OR action = 'session.opened' ORDER BY id";
    assert_eq!(app.rows(audited), ["identity.bound", "session.opened", "session.opened", "session.opened"]);
}

#[test]
fn the_role_is_ours_and_nobody_gets_an_account_by_signing_in() {
    let (app, stub) = start();
    app.account(Role::Caller, None);
    let stranger =
        json!({"sub": "person-2", "email": "new@example.com", "roles": ["admin"], "groups": ["hr"]});
    let page = sign_in(&app, &stub, &stranger).1.expect(403).body;
    assert!(page.contains("Accounts are made by invitation"), "{page}");
    assert_eq!(app.value("SELECT count(*) FROM user_account"), "1");
    let caller = json!({"email": "caller@example.com", "roles": ["admin"], "role": "hr"});
    let (person, _) = sign_in(&app, &stub, &caller);
    person.get("/").expect(200);
    person.get("/audit").expect(403);
}

#[test]
fn the_address_is_asked_for_where_the_token_has_none() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    let about = |about: Value| {
        stub.says.lock().unwrap().about = about;
        sign_in(&app, &stub, &json!({"email": null, "email_verified": null})).1
    };
    let other = json!({"sub": "person-2", "email": "hr@example.com", "email_verified": true});
    assert!(about(other).expect(401).body.contains("two people"));
    let doubtful = json!({"sub": "person-1", "email": "hr@example.com"});
    assert!(about(doubtful).expect(403).body.contains("does not vouch"));
    assert_eq!(sessions(&app), "0");
    about(json!({"sub": "person-1", "email": "hr@example.com", "email_verified": true})).expect(303);
    let says = stub.says.lock().unwrap();
    let (_, bearer, _) = says.asked.iter().find(|(path, _, _)| path == "/about").unwrap();
    assert_eq!(bearer, "Bearer opens-the-page");
}

#[test]
fn a_second_factor_is_one_when_the_token_says_so_or_the_setting_does() {
    let factor =
        "SELECT detail->>'second_factor' FROM audit_entry WHERE action = 'session.opened' ORDER BY id";
    let (app, stub) = start();
    app.account(Role::Hr, None);
    for amr in [json!(null), json!(["pwd"]), json!(["pwd", "mfa"])] {
        sign_in(&app, &stub, &json!({"amr": amr})).1.expect(303);
    }
    assert_eq!(app.rows(factor), ["false", "false", "true"]);
    let (app, stub) = start_with(&[("HEARBACK_OIDC_SECOND_FACTOR", "provider")]);
    app.account(Role::Hr, None);
    sign_in(&app, &stub, &json!({})).1.expect(303);
    assert_eq!(app.rows(factor), ["true"]);
}

#[test]
fn a_new_key_of_the_provider_is_found_within_a_minute() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    sign_in(&app, &stub, &json!({})).1.expect(303);
    {
        let mut says = stub.says.lock().unwrap();
        "two".clone_into(&mut says.kid);
        says.header = json!({"kid": "two"});
    }
    let page = sign_in(&app, &stub, &json!({})).1.expect(401).body;
    assert!(page.contains("does not publish"), "{page}");
    assert_eq!(stub.times("/keys"), 1, "whoever makes up keys does not make us ask");
    app.advance(TimeDelta::minutes(1));
    sign_in(&app, &stub, &json!({})).1.expect(303);
    assert_eq!(stub.times("/keys"), 2);
}

#[test]
fn the_sign_in_page_offers_the_provider_by_its_name_and_the_way_out_of_it() {
    let (app, stub) = start_with(&[("HEARBACK_OIDC_LABEL", "Northwind <ID>")]);
    app.account(Role::Hr, None);
    let page = app.anonymous().get("/login?next=/evaluations").expect(200).body;
    assert!(
        page.contains("href=\"/login/oidc?next=%2Fevaluations\">Sign in with Northwind &#60;ID&#62;"),
        "{page}"
    );
    assert!(!app.anonymous().get("/login?out=1").expect(200).body.contains("/login/oidc/out"));
    let (person, _) = sign_in(&app, &stub, &json!({}));
    let csrf = person.get("/").hidden("csrf");
    let answer = person.post_form("/logout", &[("csrf", &csrf)]).expect(303);
    assert_eq!(sessions(&app), "0");
    assert!(person.get(answer.location()).expect(200).body.contains("href=\"/login/oidc/out\""));
    let out = person.get("/login/oidc/out").expect(303);
    assert_eq!(out.location(), format!("{}/out?client_id=hearback", stub.issuer));
}

#[test]
fn without_a_provider_there_is_no_button_and_no_such_page() {
    let app = TestApp::start();
    assert!(!app.anonymous().get("/login").expect(200).body.contains("oidc"));
    for path in ["/login/oidc", "/login/oidc/callback?code=x&state=y", "/login/oidc/out"] {
        app.anonymous().get(path).expect(404);
    }
}
