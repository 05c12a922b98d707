//! What a provider, or somebody who plays one, says in vain: each is refused with a sentence and without a session.

use crate::provider_sign_in::{Halfway, begin, claims, come_back, sign_in, start, start_with};
use crate::support::stub_provider::{Signed, Stub};
use crate::support::{Answer, TestApp};
use chrono::TimeDelta;
use hearback::accounts::Role;
use serde_json::{Value, json};

#[track_caller]
fn refused(app: &TestApp, what: &str, answer: &Answer, status: u16, sentence: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    assert!(answer.body.contains("You are not signed in"), "{what}: {}", answer.body);
    assert!(answer.body.contains(sentence), "{what}: {}", answer.body);
    let opens = |(name, value): &(String, String)| name == "set-cookie" && value.starts_with("hearback=");
    assert!(!answer.headers.iter().any(opens), "{what}");
    assert_eq!(app.value("SELECT count(*) FROM session"), "0", "{what}");
}

#[test]
fn a_token_whose_claims_do_not_hold_opens_nothing() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    let now = app.now().timestamp();
    for (what, changes, sentence) in [
        ("issuer", json!({"iss": "https://id.example.com"}), "from another service"),
        ("issuer with a stroke", json!({"iss": format!("{}/", stub.issuer)}), "from another service"),
        ("audience", json!({"aud": "another"}), "for another program"),
        ("further audience", json!({"aud": ["hearback", "another"]}), "for another program"),
        ("party", json!({"azp": "another"}), "for another program"),
        ("no audience", json!({"aud": null}), "cannot be read"),
        ("nonce", json!({"nonce": "another"}), "of another sign-in"),
        ("no nonce", json!({"nonce": null}), "of another sign-in"),
        ("expiry", json!({"exp": now - 60}), "has expired"),
        ("no expiry", json!({"exp": null}), "cannot be read"),
        ("future", json!({"iat": now + 61}), "from the future"),
        ("not yet", json!({"nbf": now + 61}), "from the future"),
        ("old", json!({"iat": now - 601}), "is old"),
        ("nobody", json!({"sub": ""}), "names nobody"),
        ("a name with a NUL", json!({"sub": "a\u{0}b"}), "names nobody"),
        ("a long name", json!({"sub": "x".repeat(256)}), "names nobody"),
        ("no name", json!({"sub": null}), "cannot be read"),
    ] {
        refused(&app, what, &sign_in(&app, &stub, &changes).1, 401, sentence);
    }
    // Clocks that are a minute apart are none of these.
    let late = json!({"exp": now - 59, "iat": now + 60});
    sign_in(&app, &stub, &late).1.expect(303);
}

#[test]
fn a_token_that_the_provider_did_not_sign_opens_nothing() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    app.account(Role::Admin, None);
    for (what, signed, sentence) in [
        ("another key", Signed::ByAnother, "signature does not hold"),
        ("changed claims", Signed::BeforeAChange, "signature does not hold"),
        ("no signature", Signed::Not, "not signed as we ask"),
        ("the shared secret", Signed::ByTheSecret, "not signed as we ask"),
        ("the public key as a secret", Signed::ByThePublicKey, "not signed as we ask"),
    ] {
        stub.says.lock().unwrap().signed = signed;
        refused(&app, what, &sign_in(&app, &stub, &json!({})).1, 401, sentence);
    }
    stub.says.lock().unwrap().signed = Signed::Well;
    for (what, header, sentence) in [
        ("an unknown key", json!({"kid": "nine"}), "does not publish"),
        (
            "a critical header",
            json!({"kid": "one", "crit": ["b64"], "b64": false}),
            "asks for what we do not know",
        ),
        (
            "a key of its own",
            json!({"kid": "nine", "jwk": {"kty": "EC"}, "jku": "http://127.0.0.1/"}),
            "does not publish",
        ),
    ] {
        stub.says.lock().unwrap().header = header;
        refused(&app, what, &sign_in(&app, &stub, &json!({})).1, 401, sentence);
    }
    // The only key of its kind needs no name.
    stub.says.lock().unwrap().header = json!({});
    sign_in(&app, &stub, &json!({})).1.expect(303);
}

#[test]
fn an_answer_that_is_none_of_this_browsers_sign_in_opens_nothing() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    let sentence = "begun in another browser";
    let back = |halfway: &Halfway, state: &str| {
        stub.says.lock().unwrap().claims = claims(&app, &stub, halfway);
        halfway.client.get(&format!("/login/oidc/callback?code=the-code&state={state}"))
    };
    let mine = begin(&app, "/");
    let other = begin(&app, "/");
    refused(&app, "another browser's state", &back(&mine, &other.asked["state"]), 400, sentence);
    let asked = begin(&app, "/");
    let stranger = Halfway { client: app.anonymous(), asked: asked.asked.clone() };
    refused(&app, "no cookie", &back(&stranger, &asked.asked["state"]), 400, sentence);
    for state in ["", "x"] {
        refused(&app, "no state", &back(&begin(&app, "/"), state), 400, sentence);
    }
    let changed = begin(&app, "/");
    let (name, value) = changed.client.cookies().pop_first().unwrap();
    let (said, signature) = value.rsplit_once('.').unwrap();
    let next = format!("{}.Ly9ldmls.{signature}", said.rsplit_once('.').unwrap().0);
    changed.client.take_cookie(&name, &next);
    refused(&app, "a changed cookie", &back(&changed, &changed.asked["state"]), 400, sentence);
    let late = begin(&app, "/");
    app.advance(TimeDelta::minutes(10));
    refused(&app, "ten minutes", &back(&late, &late.asked["state"]), 400, sentence);
    assert_eq!(stub.times("/token"), 0, "the provider is not asked about any of them");
}

#[test]
fn a_sign_in_is_done_once_however_often_the_browser_comes_back() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    let halfway = begin(&app, "/");
    let (name, cookie) = halfway.client.cookies().pop_first().unwrap();
    let both: Vec<u16> = std::thread::scope(|scope| {
        let again = (0..4).map(|_| {
            let client = app.anonymous();
            client.take_cookie(&name, &cookie);
            let (app, stub, asked) = (&app, &stub, halfway.asked.clone());
            scope.spawn(move || come_back(app, stub, &Halfway { client, asked }, &json!({})).status)
        });
        again.collect::<Vec<_>>().into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(both.iter().filter(|status| **status == 303).count(), 1, "{both:?}");
    assert_eq!(both.iter().filter(|status| **status == 400).count(), 3, "{both:?}");
    assert_eq!(app.value("SELECT count(*) FROM session"), "1");
    app.advance(TimeDelta::hours(2));
    app.work();
    assert_eq!(app.value("SELECT count(*) FROM provider_sign_in"), "0", "what is over is forgotten");
}

#[test]
fn an_address_that_is_not_an_open_accounts_opens_nothing() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    for (what, changes, sentence) in [
        ("not verified", json!({"email_verified": false}), "does not vouch"),
        ("verified as text", json!({"email_verified": "true"}), "does not vouch"),
        ("unknown", json!({"email": "nobody@example.com"}), "no open account"),
        // KELVIN SIGN becomes a k in small letters.
        ("look-alike", json!({"email": "hr@e\u{212a}ample.com"}), "no open account"),
    ] {
        refused(&app, what, &sign_in(&app, &stub, &changes).1, 403, sentence);
    }
    app.execute("UPDATE user_account SET email = 'kim@example.com'").unwrap();
    let kelvin = json!({"email": "\u{212a}im@example.com"});
    refused(&app, "a letter that becomes ASCII", &sign_in(&app, &stub, &kelvin).1, 403, "no open account");
    app.execute("UPDATE user_account SET email = 'hr@example.com', disabled_at = now()").unwrap();
    refused(&app, "closed", &sign_in(&app, &stub, &json!({})).1, 403, "no open account");
    assert_eq!(app.value("SELECT count(*) FROM account_identity"), "0");
    app.execute("UPDATE user_account SET disabled_at = NULL").unwrap();
    sign_in(&app, &stub, &json!({})).1.expect(303);
    app.execute("UPDATE user_account SET disabled_at = now()").unwrap();
    app.execute("DELETE FROM session").unwrap();
    refused(&app, "closed later", &sign_in(&app, &stub, &json!({})).1, 403, "no open account");
}

#[test]
fn an_address_that_went_to_somebody_else_does_not_take_the_account_with_it() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    sign_in(&app, &stub, &json!({})).1.expect(303);
    app.execute("DELETE FROM session").unwrap();
    let successor = json!({"sub": "person-2"});
    let answer = sign_in(&app, &stub, &successor).1;
    refused(&app, "a successor", &answer, 403, "already belongs to somebody else");
}

#[test]
fn an_answer_of_another_provider_is_not_mixed_up_with_ours() {
    let (app, stub) = start();
    app.account(Role::Hr, None);
    let back = |issuer: &str| {
        let halfway = begin(&app, "/");
        stub.says.lock().unwrap().claims = claims(&app, &stub, &halfway);
        let state = &halfway.asked["state"];
        halfway.client.get(&format!("/login/oidc/callback?code=the-code&state={state}{issuer}"))
    };
    let other = back("&iss=https%3A%2F%2Fevil.example.com");
    refused(&app, "another", &other, 401, "from another service");
    assert_eq!(stub.times("/token"), 0, "the other's code is not shown to ours");
    let (app, stub) = start();
    app.account(Role::Hr, None);
    stub.says.lock().unwrap().description = json!({"authorization_response_iss_parameter_supported": true});
    refused(&app, "none", &sign_in(&app, &stub, &json!({})).1, 401, "from whom it is");
}

#[test]
fn what_the_provider_says_instead_is_told_in_a_word_and_never_as_it_stands() {
    let (app, stub) = start();
    for (said, shown) in [("access_denied", "(access_denied)"), ("%3Cscript%3E", "(unknown)")] {
        let halfway = begin(&app, "/");
        let state = &halfway.asked["state"];
        let path = format!("/login/oidc/callback?error={said}&error_description=Look+here&state={state}");
        let answer = halfway.client.get(&path);
        refused(&app, said, &answer, 401, shown);
        assert!(!answer.body.contains("Look here") && !answer.body.contains("<script>"));
    }
    let halfway = begin(&app, "/");
    let empty = halfway.client.get(&format!("/login/oidc/callback?state={}", halfway.asked["state"]));
    refused(&app, "no code", &empty, 401, "holds no code");
    for (body, status, sentence) in [
        ("HTTP/1.1 400 x\r\ncontent-length: 25\r\n\r\n{\"error\":\"invalid_grant\"}", 401, "(invalid_grant)"),
        (
            "HTTP/1.1 401 x\r\ncontent-length: 26\r\n\r\n{\"error\":\"invalid_client\"}",
            401,
            "does not know this program",
        ),
        ("HTTP/1.1 200 x\r\ncontent-length: 2\r\n\r\n{}", 401, "holds no token"),
        ("HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n", 503, "does not answer as it should"),
        (
            "HTTP/1.1 302 x\r\nlocation: /about\r\ncontent-length: 0\r\n\r\n",
            503,
            "does not answer as it should",
        ),
    ] {
        stub.says.lock().unwrap().token = Some(body.to_owned());
        refused(&app, body, &sign_in(&app, &stub, &json!({})).1, status, sentence);
    }
    let long = format!("HTTP/1.1 200 x\r\ncontent-length: 999999\r\n\r\n{}", "x".repeat(999_999));
    stub.says.lock().unwrap().token = Some(long);
    let answer = sign_in(&app, &stub, &json!({})).1;
    refused(&app, "a long answer", &answer, 503, "does not answer as it should");
    assert_eq!(stub.times("/about"), 0, "no redirect is followed");
}

#[test]
fn a_provider_that_is_away_or_another_leaves_the_password() {
    let gone = format!("http://127.0.0.1:{}", crate::support::free_port());
    let away = [
        ("HEARBACK_OIDC_ISSUER", gone.as_str()),
        ("HEARBACK_OIDC_CLIENT_ID", "hearback"),
        ("HEARBACK_OIDC_CLIENT_SECRET", "x"),
    ];
    let app = TestApp::with(&away);
    refused(&app, "away", &app.anonymous().get("/login/oidc"), 503, "Sign in with a password");
    app.staff(Role::Hr, None).get("/").expect(200);
    for description in [
        json!({"issuer": "https://id.example.com"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
        json!({"token_endpoint": "http://id.example.com/token"}),
        json!({"jwks_uri": "/keys"}),
    ] {
        let (app, stub) = start();
        stub.says.lock().unwrap().description = description;
        refused(&app, "another", &app.anonymous().get("/login/oidc"), 503, "does not answer as it should");
    }
}

#[test]
fn a_sign_in_by_the_provider_leads_nowhere_else() {
    let (app, stub) = start_with(&[]);
    app.account(Role::Hr, None);
    let long = format!("/{}", "x".repeat(2_000));
    for next in ["//evil.example.com", "https://evil.example.com", "/\\evil.example.com", "/\t/evil", &long] {
        let halfway = begin(&app, next);
        let answer: Answer = come_back(&app, &stub, &halfway, &Value::Object(serde_json::Map::new()));
        assert_eq!(answer.expect(303).location(), "/", "{next}");
    }
}

#[test]
fn the_program_takes_every_answer_of_a_stranger_for_what_it_is() {
    let (app, _stub): (TestApp, Stub) = start();
    for query in
        ["", "?", "?code=x", "?state=%00", "?code=a&code=b&state=c", "?state=%ff&error=%ff", "?iss=x"]
    {
        let answer = app.anonymous().get(&format!("/login/oidc/callback{query}"));
        assert!((400..405).contains(&answer.status), "{query}: {}", answer.status);
    }
}
