//! Webhooks: each message is signed and arrives at least once, tried over days, replayed on request.

use crate::support::receiver::{Post, Receiver};
use crate::support::{TestApp, programs_or_skip};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use hearback::audit::Actor;
use hearback::webhooks::change::{self, Wanted};
use hearback::webhooks::{Event, Kind, queue, send};
use hearback::{db, ids};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::path::Path;
use std::process::Command;
use uuid::Uuid;

/// A program that may reach receivers on this machine.
pub fn app() -> TestApp {
    TestApp::with(&[("HEARBACK_WEBHOOK_NETWORKS", "127.0.0.0/8")])
}

/// Makes an endpoint; gives its id and secret.
#[track_caller]
pub fn endpoint(app: &TestApp, url: &str, events: &[Kind]) -> (Uuid, String) {
    let wanted = Wanted { url: url.to_owned(), description: "desk".to_owned(), events: events.to_vec() };
    db::transaction(&mut app.connection(), |connection| {
        change::add(connection, &app.app, &wanted, Actor::Shell)
    })
    .unwrap()
}

/// Something that happened.
#[track_caller]
pub fn happen(app: &TestApp, count: usize) {
    let event = || Event::StatementIssued { statement: ids::new_id() };
    let events: Vec<Event> = (0..count).map(|_| event()).collect();
    db::transaction(&mut app.connection(), |connection| queue(connection, &events, app.now())).unwrap();
}

/// Sends everything that is due.
#[track_caller]
pub fn deliver(app: &TestApp) -> usize {
    app.block_on(send::due(&app.app)).unwrap()
}

/// States of all messages.
pub fn states(app: &TestApp) -> Vec<String> {
    app.rows("SELECT state FROM webhook_message ORDER BY created_at, id")
}

/// Signatures of a message as somebody else would make them.
pub fn signature(secret: &str, post: &Post) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let (id, timestamp) = (post.header("webhook-id"), post.header("webhook-timestamp"));
    mac.update(format!("{id}.{timestamp}.{}", post.body).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// What came of each try.
fn tries(app: &TestApp) -> Vec<String> {
    app.rows(
        "SELECT concat_ws(' ', number, status, error, CASE WHEN duration_ms IS NULL THEN 'broken off' END) \
         FROM webhook_attempt ORDER BY message_id, number",
    )
}

#[test]
fn a_message_is_signed_as_the_standard_says_and_names_ids_alone() {
    let (app, receiver) = (app(), Receiver::start());
    let (_, secret) = endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    happen(&app, 1);
    assert_eq!(deliver(&app), 1);
    let post = receiver.only();
    assert_eq!((post.path.as_str(), post.header("content-type")), ("/hook", "application/json"));
    assert_eq!(post.header("webhook-timestamp"), "1795186800");
    assert_eq!(post.header("webhook-id"), app.value("SELECT id FROM webhook_message"));
    assert_eq!(post.header("webhook-signature"), signature(&secret, &post));
    let key = STANDARD.decode(&secret[6..]).unwrap();
    assert!((24..=64).contains(&key.len()));
    let message = post.json();
    let keys: Vec<&String> = message.as_object().unwrap().keys().collect();
    assert_eq!((keys.len(), &message["type"]), (3, &serde_json::json!("statement.issued")));
    assert_eq!(message["timestamp"], "2026-11-20T15:00:00.000Z");
    assert!(message["data"]["statement"].is_string() && post.body.len() < 20_000);
    assert_eq!((states(&app), tries(&app)), (vec!["delivered".to_owned()], vec!["1 204".to_owned()]));
    // A message that arrived is not sent again.
    app.advance(TimeDelta::days(2));
    assert_eq!(deliver(&app), 0);
}

#[test]
fn the_example_of_the_handbook_verifies_a_message() {
    let Some([python]) = programs_or_skip("webhooks", ["python3"]) else { return };
    let (app, receiver) = (app(), Receiver::start());
    let (_, secret) = endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    happen(&app, 1);
    deliver(&app);
    let post = receiver.only();
    let handbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/webhooks.md");
    let handbook = std::fs::read_to_string(handbook).unwrap();
    let example = handbook.split_once("```python\n").unwrap().1.split_once("```").unwrap().0;
    let verifies = |secret: &str, body: &str, now: i64| {
        let headers = serde_json::to_string(&post.headers).unwrap();
        let call = format!(
            "{example}\nimport json, sys\nprint(verify({secret:?}, json.loads(sys.argv[1]), sys.argv[2].encode(), {now}))"
        );
        let output = Command::new(&python).args(["-c", &call, &headers, body]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim() == "True"
    };
    let now = app.now().timestamp();
    assert!(verifies(&secret, &post.body, now));
    assert!(!verifies(&secret, &post.body.replace("issued", "revoked"), now));
    assert!(!verifies("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &post.body, now));
    assert!(!verifies(&secret, &post.body, now + 301));
}

#[test]
fn the_secret_stands_nowhere_in_the_database() {
    let (app, receiver) = (app(), Receiver::start());
    let (_, secret) = endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    let dump = app.dump_all();
    let key = STANDARD.decode(&secret[6..]).unwrap();
    let hex = key.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert!(dump.contains(&receiver.url) && !dump.contains(&secret[6..]) && !dump.contains(&hex));
}

#[test]
fn a_message_is_tried_ten_times_over_days_and_then_given_up() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    happen(&app, 1);
    for _ in 0..10 {
        receiver.answers(500, &["retry-after: 100000"]);
    }
    let mut waits = Vec::new();
    while states(&app) == ["waiting"] {
        let due = "SELECT ceil(extract(epoch FROM due_at - $1))::int::text FROM webhook_message";
        let now = format!("'{}'::timestamptz", app.now().to_rfc3339());
        let wait: i64 = app.value(&due.replace("$1", &now)).parse().unwrap();
        assert!(
            wait < 1 || {
                app.advance(TimeDelta::seconds(wait - 1));
                deliver(&app) == 0
            },
            "too early"
        );
        app.advance(TimeDelta::seconds(1));
        assert_eq!(deliver(&app), 1);
        waits.push(wait);
    }
    let plan = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    assert_eq!(waits.len(), plan.len(), "{waits:?}");
    for (wait, plan) in waits.iter().zip(plan) {
        assert!((plan * 8 / 10..=plan * 12 / 10 + 1).contains(wait), "{waits:?}");
    }
    assert_eq!((states(&app), receiver.posts().len()), (vec!["failed".to_owned()], 10));
    let ids: Vec<String> = receiver.posts().iter().map(|post| post.header("webhook-id").to_owned()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "one message, one id");
}

#[test]
fn a_redirect_is_a_failure_and_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let (app, receiver, elsewhere) = (app(), Receiver::start(), Receiver::start());
        endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
        receiver.answers(status, &[&format!("location: {}", elsewhere.url)]);
        happen(&app, 1);
        deliver(&app);
        assert_eq!(elsewhere.posts().len(), 0, "{status}");
        assert_eq!(
            (states(&app), tries(&app)),
            (vec!["waiting".to_owned()], vec![format!("1 {status} redirect")])
        );
    }
}

#[test]
fn gone_switches_an_endpoint_off() {
    let (app, receiver) = (app(), Receiver::start());
    let (id, _) = endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    receiver.answers(500, &[]);
    happen(&app, 1);
    deliver(&app);
    receiver.answers(410, &[]);
    app.advance(TimeDelta::seconds(1));
    happen(&app, 1);
    deliver(&app);
    assert_eq!(states(&app), ["failed", "failed"], "what waits is given up");
    assert_eq!(app.value("SELECT disabled_why FROM webhook_endpoint"), "gone");
    // Nothing is kept for it from now on.
    happen(&app, 1);
    app.advance(TimeDelta::days(4));
    assert_eq!((deliver(&app), states(&app).len()), (0, 2));
    let audited = "SELECT action || ' ' || actor FROM audit_entry WHERE action LIKE 'webhook.%' ORDER BY id";
    assert_eq!(app.rows(audited), ["webhook.added shell", "webhook.disabled rule"]);
    // Whoever mended it resumes it and sends again what failed.
    let now = app.now();
    let count = db::transaction(&mut app.connection(), |connection| {
        change::resume(connection, id, Actor::Shell, now)?;
        change::replay_failed(connection, id, now - TimeDelta::days(5), Actor::Shell, now)
    });
    assert_eq!((count.unwrap(), deliver(&app)), (2, 2));
    assert_eq!(states(&app), ["delivered", "delivered"]);
}

#[test]
fn whoever_asks_to_wait_is_given_time() {
    for (status, header, seconds) in [
        (429, "retry-after: 120", 120),
        (503, "retry-after: Fri, 20 Nov 2026 15:05:00 GMT", 300),
        (502, "retry-after: 7", 7),
        (504, "retry-after: 90", 90),
    ] {
        let (app, receiver) = (app(), Receiver::start());
        endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
        receiver.answers(status, &[header]);
        happen(&app, 1);
        deliver(&app);
        app.advance(TimeDelta::seconds(seconds - 1));
        assert_eq!(deliver(&app), 0, "{status}");
        app.advance(TimeDelta::seconds(1));
        assert_eq!((deliver(&app), states(&app)), (1, vec!["delivered".to_owned()]), "{status}");
    }
}

#[test]
fn an_endpoint_where_nothing_arrives_for_five_days_is_switched_off_and_one_success_counts() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    let fail = || {
        receiver.answers(500, &[]);
        happen(&app, 1);
        app.execute("UPDATE webhook_message SET state = 'failed' WHERE state = 'waiting' AND tries > 0")
            .unwrap();
        deliver(&app);
    };
    let why = || app.value("SELECT coalesce(disabled_why, 'works') FROM webhook_endpoint");
    fail();
    app.advance(TimeDelta::days(4));
    fail();
    app.advance(TimeDelta::hours(2));
    app.execute("UPDATE webhook_message SET state = 'failed' WHERE state = 'waiting'").unwrap();
    happen(&app, 1);
    deliver(&app);
    app.advance(TimeDelta::days(1));
    fail();
    assert_eq!(why(), "works", "something arrived on the fifth day");
    app.advance(TimeDelta::days(5) - TimeDelta::seconds(1));
    fail();
    assert_eq!(why(), "works");
    app.advance(TimeDelta::seconds(1));
    fail();
    assert_eq!(why(), "failing");
}

#[test]
fn a_rotated_secret_signs_beside_the_old_one_for_a_day() {
    let (app, receiver) = (app(), Receiver::start());
    let (id, old) = endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    let new = db::transaction(&mut app.connection(), |connection| {
        change::rotate(connection, &app.app, id, Actor::Shell)
    })
    .unwrap();
    assert_ne!(old, new);
    happen(&app, 1);
    deliver(&app);
    let post = receiver.only();
    let both = format!("{} {}", signature(&new, &post), signature(&old, &post));
    assert_eq!(post.header("webhook-signature"), both);
    app.advance(TimeDelta::hours(24));
    receiver.forget();
    happen(&app, 1);
    deliver(&app);
    let post = receiver.only();
    assert_eq!(post.header("webhook-signature"), signature(&new, &post));
}

#[test]
fn a_message_is_replayed_under_its_id_whatever_came_of_it() {
    let (app, receiver) = (app(), Receiver::start());
    let (id, _) = endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    happen(&app, 1);
    deliver(&app);
    let first = receiver.only();
    app.advance(TimeDelta::hours(1));
    let message: Uuid = first.header("webhook-id").parse().unwrap();
    let replay = |message| {
        let now = app.now();
        db::transaction(&mut app.connection(), |connection| {
            change::replay(connection, id, message, Actor::Shell, now)
        })
    };
    replay(message).unwrap();
    assert_eq!(deliver(&app), 1);
    let second = receiver.posts().remove(1);
    assert_eq!((second.header("webhook-id"), &second.body), (first.header("webhook-id"), &first.body));
    assert_ne!(second.header("webhook-timestamp"), first.header("webhook-timestamp"));
    assert_eq!(tries(&app), ["1 204", "2 204"]);
    assert_eq!(replay(ids::new_id()).unwrap_err().kind.status(), 409);
    let audited = "SELECT detail->>'message' FROM audit_entry WHERE action = 'webhook.replayed'";
    assert_eq!(app.rows(audited), [first.header("webhook-id")]);
}

#[test]
fn only_failed_messages_since_the_day_are_sent_again() {
    let (app, receiver) = (app(), Receiver::start());
    let (id, _) = endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    for _ in 0..3 {
        happen(&app, 2);
        deliver(&app);
        app.advance(TimeDelta::days(1));
    }
    // Of each day one failed.
    app.execute("UPDATE webhook_message SET state = 'failed' WHERE id IN (SELECT DISTINCT ON (created_at) id FROM webhook_message)").unwrap();
    receiver.forget();
    let now = app.now();
    let since = now - TimeDelta::days(2);
    let count = db::transaction(&mut app.connection(), |connection| {
        change::replay_failed(connection, id, since, Actor::Shell, now)
    });
    assert_eq!((count.unwrap(), deliver(&app), receiver.posts().len()), (2, 2, 2));
}

#[test]
fn a_paused_endpoint_gets_what_happened_meanwhile_when_it_is_resumed() {
    let (app, receiver) = (app(), Receiver::start());
    let (id, _) = endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    let now = app.now();
    db::transaction(&mut app.connection(), |connection| change::pause(connection, id, Actor::Shell, now))
        .unwrap();
    happen(&app, 2);
    assert_eq!(deliver(&app), 0);
    db::transaction(&mut app.connection(), |connection| change::resume(connection, id, Actor::Shell, now))
        .unwrap();
    assert_eq!((deliver(&app), receiver.posts().len()), (2, 2));
}

#[test]
fn messages_are_forgotten_after_a_month_and_nobody_is_told_what_nobody_wants() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    let event = Event::CaseOverdue { case: ids::new_id(), visit: "W1".to_owned() };
    queue(&mut app.connection(), &[event], app.now()).unwrap();
    assert_eq!(states(&app), [""; 0]);
    happen(&app, 1);
    deliver(&app);
    app.advance(TimeDelta::days(30));
    app.work();
    assert_eq!(states(&app).len(), 1);
    app.advance(TimeDelta::days(1));
    app.work();
    assert_eq!((states(&app).len(), tries(&app).len()), (0, 0));
}
