//! The pages and commands of webhooks, as whoever runs the server uses them.

use crate::support::app::PASSWORD;
use crate::support::axe;
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::program::{complained, run, said};
use crate::support::receiver::Receiver;
use crate::support::{Answer, Client, TestApp, programs_or_skip, wait_until};
use crate::webhooks::{app, deliver, endpoint, happen, signature, states};
use chrono::TimeDelta;
use hearback::accounts::Role;
use hearback::webhooks::Kind;
use std::time::Duration;

const PAGE: &str = "/settings/webhooks";

fn post(admin: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = admin.get(PAGE).expect(200).hidden("csrf");
    admin.post_form(path, &[&[("csrf", csrf.as_str())], fields].concat())
}

fn shown(answer: &Answer) -> String {
    let rest = answer.body.split_once("<code>whsec_").expect("a secret is shown").1;
    format!("whsec_{}", rest.split('<').next().unwrap()).replace("&#43;", "+").replace("&#61;", "=")
}

#[test]
fn an_endpoint_is_made_tried_rotated_paused_and_removed() {
    let (app, receiver) = (app(), Receiver::start());
    let admin = app.staff(Role::Admin, None);
    let fields = [
        ("url", receiver.url.as_str()),
        ("description", "Help desk"),
        ("event", "score.low"),
        ("event", "statement.issued"),
    ];
    let secret = shown(&post(&admin, PAGE, &fields).expect(200));
    let page = admin.get(PAGE).expect(200).body;
    assert!(page.contains("Help desk") && page.contains("score.low, statement.issued"), "{page}");
    assert!(!page.contains(&secret[6..]));
    let path = format!("{PAGE}/{}", app.value("SELECT id FROM webhook_endpoint"));
    assert_eq!(post(&admin, &path, &[("op", "test")]).expect(303).location(), format!("{path}?done=tested"));
    deliver(&app);
    let arrived = receiver.only();
    assert_eq!(
        (arrived.kind().as_str(), arrived.header("webhook-signature")),
        ("webhook.test", signature(&secret, &arrived).as_str())
    );
    let log = admin.get(&path).expect(200).body;
    assert!(log.contains("accepted (204)") && log.contains("webhook.test"), "{log}");
    let newer = shown(&post(&admin, &path, &[("op", "rotate")]).expect(200));
    assert_ne!(newer, secret);
    assert!(admin.get(&path).body.contains("signed with two until 21 Nov 2026 15:00"));
    post(&admin, &path, &[("op", "pause")]).expect(303);
    post(&admin, &path, &[("op", "test")]).expect(409);
    post(&admin, &path, &[("op", "pause")]).expect(409);
    assert!(admin.get(PAGE).body.contains("Paused"));
    post(&admin, &path, &[("op", "resume")]).expect(303);
    post(&admin, &path, &[("op", "resume")]).expect(409);
    assert_eq!(
        post(&admin, &path, &[("op", "remove")]).expect(303).location(),
        format!("{PAGE}?done=removed")
    );
    admin.get(&path).expect(404);
    assert_eq!(states(&app).len(), 0);
    let audited = "SELECT action || ' ' || split_part(actor, ' ', 1) FROM audit_entry WHERE action LIKE 'webhook.%' ORDER BY id";
    let expected = ["added", "tested", "rotated", "paused", "resumed", "removed"];
    assert_eq!(app.rows(audited), expected.map(|what| format!("webhook.{what} user")));
}

#[test]
fn failed_messages_are_found_and_sent_again_by_page() {
    let (app, receiver) = (app(), Receiver::start());
    let admin = app.staff(Role::Admin, None);
    let (id, _) = endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    receiver.answers(500, &[]);
    happen(&app, 1);
    deliver(&app);
    let path = format!("{PAGE}/{id}");
    let log = admin.get(&path).expect(200).body;
    assert!(log.contains("refused (500)") && log.contains("next try") && log.contains("Failing"), "{log}");
    app.execute("UPDATE webhook_message SET state = 'failed'").unwrap();
    app.advance(TimeDelta::minutes(20));
    happen(&app, 1);
    deliver(&app);
    let failed = app.value("SELECT id FROM webhook_message WHERE state = 'failed'");
    let log = admin.get(&format!("{path}?state=failed")).expect(200).body;
    assert!(log.contains(&failed) && log.matches("Send again<").count() == 1, "{log}");
    assert!(admin.get(&format!("{path}?event=score.low")).body.contains("No message fits"));
    let since = post(&admin, &path, &[("op", "replay_failed"), ("since", "soon")]).expect(422);
    assert!(since.body.contains("Write a date such as 2026-01-31."));
    let again = post(&admin, &path, &[("op", "replay_failed"), ("since", "2026-11-20")]).expect(303);
    assert_eq!(again.location(), format!("{path}?done=replayed&count=1"));
    assert!(admin.get(again.location()).body.contains("On the way again: 1 message."));
    deliver(&app);
    assert_eq!(states(&app), ["delivered", "delivered"]);
    post(&admin, &path, &[("op", "replay"), ("message", &failed)]).expect(303);
    deliver(&app);
    assert_eq!(receiver.posts().len(), 4);
    post(&admin, &path, &[("op", "replay"), ("message", "none")]).expect(404);
    admin.get(&format!("{PAGE}/none")).expect(404);
}

#[test]
fn what_is_wrong_with_an_endpoint_is_said_beside_it() {
    let app = TestApp::start();
    let admin = app.staff(Role::Admin, None);
    let page = post(&admin, PAGE, &[("url", "http://10.0.0.1/<b>"), ("event", "score.low")]).expect(422).body;
    assert!(
        page.contains("The address must begin with https://") && page.contains("10.0.0.1/&#60;b&#62;"),
        "{page}"
    );
    let page = post(&admin, PAGE, &[("url", "https://hooks.example.com/")]).expect(422).body;
    assert!(page.contains("An endpoint must name at least one event."), "{page}");
    assert_eq!(app.value("SELECT count(*) FROM webhook_endpoint"), "0");
}

#[test]
fn webhooks_are_looked_after_at_the_shell() {
    let (app, receiver) = (app(), Receiver::start());
    let settings = [
        ("DATABASE_URL", app.database.url.as_str()),
        ("HEARBACK_SECRET", crate::support::app::SECRET),
        ("HEARBACK_WEBHOOK_NETWORKS", "127.0.0.0/8"),
    ];
    let webhook = |arguments: &[&str]| {
        let output = run(&settings, &[&["webhook"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", complained(&output));
        said(&output).trim().to_owned()
    };
    let made = webhook(&[
        "add",
        "--url",
        &receiver.url,
        "--event",
        "score.low,case.overdue",
        "--description",
        "desk",
    ]);
    let (id, secret) = made.split_once('\t').unwrap();
    let listed = webhook(&["list"]);
    assert!(
        listed.contains(id) && listed.contains("score.low,case.overdue") && listed.contains("works"),
        "{listed}"
    );
    assert!(!listed.contains("whsec_"));
    let now = hearback::db::read_time(&mut app.connection()).unwrap();
    app.app.clock.set(now);
    let message = webhook(&["test", id]);
    app.advance(TimeDelta::seconds(2));
    deliver(&app);
    let post = receiver.only();
    assert_eq!(
        (post.header("webhook-id"), post.header("webhook-signature")),
        (message.as_str(), signature(secret, &post).as_str())
    );
    webhook(&["replay", &message]);
    app.advance(TimeDelta::minutes(1));
    deliver(&app);
    assert_eq!(receiver.posts().len(), 2);
    app.execute("UPDATE webhook_message SET state = 'failed'").unwrap();
    assert_eq!(webhook(&["replay", id, "--failed-since", "2026-01-01"]), "1");
    for (arguments, why) in [
        (vec!["test", "01a2055c-5398-720d-a87c-5e42a69ce6c3"], "no such endpoint"),
        (vec!["replay", "01a2055c-5398-720d-a87c-5e42a69ce6c3"], "no such message"),
        (vec!["add", "--url", "http://10.0.0.1/", "--event", "score.low"], "private network"),
        (vec!["add", "--url", &receiver.url, "--event", "score.high"], "answer.received, score.low"),
    ] {
        let output = run(&settings, &[&["webhook"], arguments.as_slice()].concat());
        assert!(!output.status.success() && complained(&output).contains(why), "{}", complained(&output));
    }
}

#[test]
fn the_pages_of_webhooks_are_sound_in_a_browser() {
    let Some([chromium, driver]) = programs_or_skip("webhooks", ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip("webhooks") else { return };
    let (app, receiver) = (app(), Receiver::start());
    app.account(Role::Admin, None);
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    browser.open(&format!("{}{PAGE}", app.base));
    browser.tab_to("Mail address");
    browser.keys("admin@example.com");
    browser.tab_to("Password");
    browser.keys(PASSWORD);
    browser.keys(ENTER);
    browser.wait_for("Webhooks");
    axe::finds_nothing(&browser, axe);
    // Made as somebody would: an address, an event, the button.
    browser.write("#url", &receiver.url);
    browser.write("#description", "Help desk");
    browser.press("input[value='statement.issued']");
    browser.press("button.primary");
    wait_until("the secret", Duration::from_secs(20), || browser.source().contains("whsec_").then_some(()));
    axe::finds_nothing(&browser, axe);
    let path = format!("{}{PAGE}/{}", app.base, app.value("SELECT id FROM webhook_endpoint"));
    browser.open(&path);
    browser.wait_for("Endpoint");
    axe::finds_nothing(&browser, axe);
    receiver.answers(500, &[]);
    happen(&app, 3);
    deliver(&app);
    browser.open(&path);
    browser.wait_for("Endpoint");
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)");
    axe::finds_nothing(&browser, axe);
}
