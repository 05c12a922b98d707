//! Keys of programs: when they end, from where they work, how they are rotated, and how often they may ask.

use crate::support::program::{complained, run, said};
use crate::support::{Answer, TestApp, make};
use chrono::TimeDelta;
use hearback::accounts::Scope;
use hearback::accounts::keys::{self, Wanted};
use hearback::audit::Actor;
use hearback::{db, ids};

const VISITS: &str = "/api/v1/visits";

/// A key of any kind, with a client behind a proxy that says where it is.
fn made(app: &TestApp, networks: &str, works_for: &str) -> String {
    let wanted = Wanted {
        name: "dispatch".to_owned(),
        scopes: vec![Scope::VisitsWrite],
        networks: keys::read_networks(networks).unwrap(),
        works_for: keys::read_life(works_for).unwrap(),
    };
    keys::make(&mut app.connection(), &wanted, Actor::Shell, app.now()).unwrap()
}

fn rotated(app: &TestApp, overlap: TimeDelta) -> String {
    let mut connection = app.connection();
    let id = keys::find(&mut connection, "dispatch").unwrap();
    db::transaction(&mut connection, |connection| {
        keys::rotate(connection, id, overlap, Actor::Shell, app.now())
    })
    .unwrap()
}

fn ask(app: &TestApp, key: &str) -> Answer {
    app.anonymous().with_key(key).get(VISITS)
}

fn detail(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    answer.json()["detail"].as_str().unwrap().to_owned()
}

#[test]
fn a_key_works_for_a_year_unless_somebody_says_otherwise() {
    let app = TestApp::start();
    let (year, quarter, ever) =
        (app.key(&[Scope::VisitsWrite]), made(&app, "", "90d"), made(&app, "", "never"));
    app.advance(TimeDelta::days(90) - TimeDelta::seconds(1));
    ask(&app, &quarter).expect(200);
    app.advance(TimeDelta::seconds(1));
    let ended = ask(&app, &quarter).expect(401);
    assert!(detail(&ended).starts_with("This key ended on 2027-02-18 at 15:00 UTC."), "{}", detail(&ended));
    ask(&app, &year).expect(200);
    app.advance(TimeDelta::days(275));
    assert!(detail(&ask(&app, &year).expect(401)).starts_with("This key ended on"));
    ask(&app, &ever).expect(200);
}

#[test]
fn only_who_holds_the_right_secret_learns_that_a_key_ended() {
    let app = TestApp::start();
    let key = made(&app, "", "90d");
    app.advance(TimeDelta::days(91));
    let wrong = format!("{}{}", &key[..key.len() - 1], if key.ends_with('A') { 'B' } else { 'A' });
    let told = detail(&ask(&app, &wrong).expect(401));
    assert_eq!(told, detail(&ask(&app, "hb_unknown").expect(401)));
    assert!(!told.contains("ended"), "{told}");
}

#[test]
fn a_key_bound_to_networks_works_from_there_alone_and_proxies_are_believed() {
    let app = TestApp::start();
    let key = made(&app, "10.0.0.0/8, 192.0.2.4 2001:db8::/32", "never");
    let from = |address: &str| {
        let client = app.anonymous().with_key(&key).with("x-forwarded-for", address);
        client.get(VISITS)
    };
    for inside in ["10.200.3.4", "192.0.2.4", "2001:db8::7", "::ffff:10.1.1.1", "10.9.9.9, 10.0.0.1"] {
        from(inside).expect(200);
    }
    for outside in ["192.0.2.5", "11.0.0.1", "2001:db9::1", "10.0.0.1, 203.0.113.9"] {
        let told = detail(&from(outside).expect(403));
        assert!(told.starts_with("This key may not be used from "), "{told}");
    }
    // Without a proxy's word it is the machine's own address.
    assert_eq!(detail(&ask(&app, &key).expect(403)), "This key may not be used from 127.0.0.1.");
    assert_eq!(app.value("SELECT count(*) FROM visit"), "0");
}

#[test]
fn networks_that_are_none_are_named() {
    for wrong in ["10.0.0.0/33", "intranet", "10.0.0.1, x"] {
        assert!(keys::read_networks(wrong).unwrap_err().contains("is no network"), "{wrong}");
    }
    assert_eq!(keys::read_networks(" , ").unwrap(), []);
}

#[test]
fn both_secrets_of_a_rotated_key_are_good_until_the_overlap_ends() {
    let app = TestApp::start();
    let old = made(&app, "", "90d");
    app.advance(TimeDelta::days(80));
    let new = rotated(&app, TimeDelta::hours(24));
    for secret in [&old, &new] {
        ask(&app, secret).expect(200);
    }
    app.advance(TimeDelta::hours(24));
    let told = detail(&ask(&app, &old).expect(401));
    assert!(told.starts_with("This secret ended on 2027-02-09 at 15:00 UTC"), "{told}");
    // It is one key, which works for 90 days again.
    ask(&app, &new).expect(200);
    assert_eq!(app.value("SELECT count(*) FROM api_key"), "1");
    app.advance(TimeDelta::days(88));
    ask(&app, &new).expect(200);
    app.advance(TimeDelta::days(1));
    ask(&app, &new).expect(401);
}

#[test]
fn an_old_secret_lives_no_longer_than_it_would_have_and_a_second_rotation_ends_the_first() {
    let app = TestApp::start();
    let first = made(&app, "", "10h");
    let second = rotated(&app, TimeDelta::hours(24));
    app.advance(TimeDelta::hours(10));
    ask(&app, &first).expect(401);
    let third = {
        app.execute("UPDATE api_key SET expires_at = NULL").unwrap();
        rotated(&app, TimeDelta::hours(24))
    };
    ask(&app, &first).expect(401);
    for secret in [&second, &third] {
        ask(&app, secret).expect(200);
    }
}

#[test]
fn a_key_shows_when_it_was_used_last() {
    let app = TestApp::start();
    let key = made(&app, "10.0.0.0/8", "never");
    ask(&app, &key).expect(403);
    let used = "SELECT coalesce(to_char(last_used_at AT TIME ZONE 'UTC', 'HH24:MI'), 'never') FROM api_key";
    assert_eq!(app.value(used), "never", "a use that was refused is none");
    app.anonymous().with_key(&key).with("x-forwarded-for", "10.0.0.1").get(VISITS).expect(200);
    assert_eq!(app.value(used), "15:00");
    app.advance(TimeDelta::minutes(5));
    app.anonymous().with_key(&key).with("x-forwarded-for", "10.0.0.1").get(VISITS).expect(200);
    assert_eq!(app.value(used), "15:05");
}

fn limit(answer: &Answer) -> (&str, &str) {
    (answer.header("ratelimit-policy").unwrap_or("-"), answer.header("ratelimit").unwrap_or("-"))
}

#[test]
fn each_answer_tells_a_program_how_much_it_may_still_ask() {
    let app = TestApp::with(&[("HEARBACK_API_RATE", "3/min")]);
    let key = app.key(&[Scope::VisitsWrite]);
    let client = app.anonymous().with_key(&key);
    assert_eq!(limit(&client.get(VISITS)), ("\"default\";q=3;w=60", "\"default\";r=2;t=60"));
    app.advance(TimeDelta::seconds(20));
    // A refusal counts and is told the same, and so does a batch, once.
    let refused = client.get("/api/v1/responses").expect(403);
    assert_eq!(limit(&refused).1, "\"default\";r=1;t=40");
    let batch = serde_json::json!([make::visit("W1"), make::visit("W2"), make::visit("W3")]);
    let answer = client.post_json("/api/v1/visits/batch", &batch).expect(200);
    assert_eq!(limit(&answer).1, "\"default\";r=0;t=40");
    let over = client.post_json(VISITS, &make::visit("W4")).expect(429);
    assert_eq!((limit(&over).1, over.header("retry-after")), ("\"default\";r=0;t=40", Some("40")));
    assert!(detail(&over).contains("Please wait 40 seconds"), "{}", detail(&over));
    assert_eq!(app.value("SELECT count(*) FROM visit"), "3", "what is refused is not done");
    // Another key has its own, and after the minute there is a new one.
    app.client(&[Scope::VisitsWrite]).get(VISITS).expect(200);
    app.advance(TimeDelta::seconds(40));
    assert_eq!(limit(&client.get(VISITS).expect(200)).1, "\"default\";r=2;t=60");
}

#[test]
fn whoever_tries_keys_is_slowed_down_and_locks_nobody_out() {
    let app = TestApp::start();
    let key = app.key(&[Scope::VisitsWrite]);
    let guess = |from: &str| {
        let client = app.anonymous().with_key(&format!("hb_{}", ids::random_secret()));
        client.with("x-forwarded-for", from).get(VISITS)
    };
    let statuses: Vec<u16> = (0..62).map(|_| guess("203.0.113.9").status).collect();
    assert_eq!((statuses[59], statuses[60], statuses[61]), (401, 429, 429));
    assert!(guess("203.0.113.200").expect(429).header("retry-after").is_some(), "the same network");
    guess("198.51.100.1").expect(401);
    app.anonymous().with_key(&key).with("x-forwarded-for", "203.0.113.9").get(VISITS).expect(200);
    // Whoever sends no key tries none.
    app.anonymous().with("x-forwarded-for", "203.0.113.9").get(VISITS).expect(401);
}

#[test]
fn keys_are_made_listed_rotated_and_revoked_at_the_shell_and_all_of_it_is_audited() {
    let app = TestApp::start();
    // The commands go by the database's time.
    app.app.clock.set(db::read_time(&mut app.connection()).unwrap());
    let settings =
        [("DATABASE_URL", app.database.url.as_str()), ("HEARBACK_SECRET", crate::support::app::SECRET)];
    let key = |arguments: &[&str]| {
        let output = run(&settings, &[&["key"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", complained(&output));
        said(&output).trim().to_owned()
    };
    let first = key(&[
        "add",
        "--name",
        "dispatch",
        "--scope",
        "visits:write",
        "--network",
        "127.0.0.0/8",
        "--expires",
        "90d",
    ]);
    ask(&app, &first).expect(200);
    let second = key(&["rotate", "dispatch", "--overlap", "1h"]);
    for secret in [&first, &second] {
        ask(&app, secret).expect(200);
    }
    let listed = key(&["list"]);
    let line = listed.lines().nth(1).unwrap();
    for word in ["dispatch", "visits:write", "127.0.0.0/8", "two secrets until"] {
        assert!(line.contains(word), "{word}: {listed}");
    }
    assert!(!listed.contains(&first) && !listed.contains(&second));
    let id = line.split('\t').next().unwrap();
    assert_eq!(key(&["revoke", id]), "");
    for secret in [&first, &second] {
        assert!(detail(&ask(&app, secret).expect(401)).starts_with("This key was revoked on"));
    }
    assert!(key(&["list"]).contains("revoked"));
    for (arguments, why) in [
        (vec!["revoke", id], "revoked"),
        (vec!["rotate", "dispatch"], "no such key"),
        (vec!["rotate", "x", "--overlap", "1y"], "0s to 90d"),
        (vec!["add", "--name", "x", "--scope", "visits:write", "--expires", "soon"], "never"),
        (vec!["add", "--name", "x", "--scope", "visits:write", "--network", "intranet"], "network"),
    ] {
        let output = run(&settings, &[&["key"], arguments.as_slice()].concat());
        assert!(!output.status.success() && complained(&output).contains(why), "{}", complained(&output));
    }
    let audited = "SELECT action || ' ' || actor FROM audit_entry WHERE action LIKE 'key.%' ORDER BY id";
    assert_eq!(app.rows(audited), ["key.added shell", "key.rotated shell", "key.revoked shell"]);
}

#[test]
fn two_keys_of_one_name_are_told_apart_by_their_ids() {
    let app = TestApp::start();
    made(&app, "", "never");
    made(&app, "", "never");
    let refused = keys::find(&mut app.connection(), "dispatch").unwrap_err();
    assert_eq!(refused.kind.status(), 409);
}
