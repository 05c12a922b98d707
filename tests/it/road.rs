//! The whole road with real parts: the binary, a real SMTP server, a real browser with JavaScript off.

use crate::support::app::SECRET;
use crate::support::browser::{Browser, Scripts};
use crate::support::database::Database;
use crate::support::program::{self, Program};
use crate::support::scripted::Scripted;
use crate::support::smtp::Sink;
use crate::support::{Client, free_port, make, programs_or_skip, wait_until};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The binary's settings with their values.
pub type Settings = Vec<(&'static str, String)>;

/// What every test with the binary sets.
pub fn settings(database: &Database, mail: String) -> (Settings, String) {
    let address = format!("127.0.0.1:{}", free_port());
    let base = format!("http://{address}");
    let settings = vec![
        ("DATABASE_URL", database.url.clone()),
        ("HEARBACK_SECRET", SECRET.to_owned()),
        ("HEARBACK_MAIL_URL", mail),
        ("HEARBACK_MAIL_FROM", "Northwind Boilers <feedback@example.com>".to_owned()),
        ("HEARBACK_SECOND_FACTOR", "optional".to_owned()),
        ("HEARBACK_SENDING", "on".to_owned()),
        ("HEARBACK_NAME_EMPLOYEES", "on".to_owned()),
        ("HEARBACK_SURVEY_DELAY", "0s".to_owned()),
        ("HEARBACK_SEND_WINDOW", "always".to_owned()),
        ("HEARBACK_LISTEN", address),
        ("HEARBACK_PUBLIC_URL", base.clone()),
    ];
    (settings, base)
}

/// The same to lend.
pub fn lent(settings: &Settings) -> Vec<(&str, &str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Runs a command that prints one line, and gives the line.
#[track_caller]
pub fn line(settings: &Settings, arguments: &[&str]) -> String {
    let output = program::run(&lent(settings), arguments);
    assert!(output.status.success(), "{}", program::complained(&output));
    let said = program::said(&output);
    assert_eq!(said.lines().count(), 1, "{said}");
    said.trim().to_owned()
}

/// Waits until the server answers.
pub fn wait_ready(program: &mut Program, base: &str) {
    let port = base.rsplit(':').next().unwrap().parse::<u16>().unwrap();
    wait_until("listening", Duration::from_mins(1), || {
        assert!(!program.has_ended(), "{}", program.words());
        std::net::TcpStream::connect(("127.0.0.1", port)).ok()
    });
    Client::new(base).get("/readyz").expect(200);
}

/// A visit that ended a minute ago by the database's clock.
pub fn visit_of_now(database: &Database, id: &str) -> Value {
    let sql =
        "SELECT to_char(now() AT TIME ZONE 'UTC' - interval '1 minute', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    let at = crate::support::database::rows(&mut database.connect(), sql).remove(0);
    make::with(make::visit(id), json!({ "visited_at": at }))
}

/// Brings a visit to a running program, waits for its letter and answers it with 4; gives the customer, and the secrets
/// that passed: the link's token, the key, the form's mark.
#[track_caller]
pub fn bring_and_answer(
    database: &Database,
    relay: &Scripted,
    (settings, base): (&Settings, &str),
) -> (Client, [String; 3]) {
    let key = line(settings, &["key", "add", "--name", "brings", "--scope", "visits:write"]);
    let client = Client::new(base).with_key(&key);
    client.post_json("/api/v1/visits", &visit_of_now(database, "W1")).expect(201);
    relay.wait("accepted", "dot", "W1");
    let path = make::answer_path(&make::decode(&relay.letters()[0]));
    let customer = Client::new(base);
    let nonce = customer.get(&path).expect(200).hidden("nonce");
    customer.post_form(&path, &[("nonce", &nonce), ("step", "1"), ("overall", "4")]).expect(303);
    let token = path.trim_start_matches("/s/").to_owned();
    (customer, [token, key, nonce])
}

/// Fails unless the browser runs no script: one that ran would change the title.
fn has_no_javascript(browser: &Browser) {
    browser.open(
        "data:text/html,<title>off</title><script>document.title='on'</script><noscript>none</noscript>",
    );
    assert_eq!(browser.title(), "off");
    // With scripts this text would have stayed inside its element, in the head.
    assert!(browser.source().contains("<body>none</body>"), "{}", browser.source());
}

/// Answers both steps as a person with a browser does.
fn answer(browser: &Browser, link: &str) {
    browser.open(&format!("{link}?score=4"));
    assert!(browser.is_chosen("input[name=overall][value='4']"), "the score of the mail is preselected");
    assert!(browser.source().contains("Boiler repair") && browser.source().contains("Erika Muster"));
    browser.press("button[type=submit]");
    browser.wait_for("Thank you, your answer is with us");
    browser.press("label:has(input[name=process][value='5'])");
    browser.write("textarea[name=comment]", "Very tidy work");
    browser.press("button[type=submit]");
    browser.wait_for("Thank you ·");
    let thanks = browser.source();
    assert!(
        thanks.contains("4 of 5") && thanks.contains("5 of 5") && thanks.contains("Very tidy work"),
        "{thanks}"
    );
}

/// The count shows to a key and to a person.
fn shows_the_answer(settings: &Settings, base: &str, date: &str, since: Instant) {
    let scopes = ["key", "add", "--name", "reads", "--scope", "outcomes:read", "evaluations:read"];
    let reader = Client::new(base).with_key(&line(settings, &scopes));
    let visit = reader.get("/api/v1/visits/W1").expect(200).json()["visit"].take();
    assert_eq!(visit["outcome"], "answered");
    let period = format!("/api/v1/evaluations?from={date}&to={date}");
    let company = reader.get(&period).expect(200).json()["evaluation"]["company"].take();
    assert_eq!((&company["answers_email"], &company["invited"]), (&json!(1), &json!(1)));
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    let user = ["user", "add", "--email", "hr@example.com", "--role", "hr"];
    let link = line(settings, &user);
    let hr = Client::new(base);
    let path = link.strip_prefix(base).unwrap();
    hr.post_form(path, &[("password", "a new password")]).expect(303);
    assert!(hr.get("/evaluations").expect(200).body.contains("1 of 1 invited"));
}

#[test]
fn a_visit_becomes_a_mail_an_answer_and_a_number() {
    let Some([sink, chromium, driver]) = programs_or_skip("road", ["smtp-sink", "chromium", "chromedriver"])
    else {
        return;
    };
    let (database, sink) = (Database::empty(), Sink::start(&sink));
    let (settings, base) = settings(&database, format!("smtp://127.0.0.1:{}?tls=none", sink.port));
    let mut program = Program::start(&lent(&settings), &["serve"]);
    wait_ready(&mut program, &base);
    let key = line(&settings, &["key", "add", "--name", "brings", "--scope", "visits:write"]);
    let visit = visit_of_now(&database, "W1");
    Client::new(&base).with_key(&key).post_json("/api/v1/visits", &visit).expect(201);
    let letter = wait_until("the letter at the sink", Duration::from_secs(20), || sink.letters().pop());
    let letter = make::decode(&letter);
    assert!(letter.to_lowercase().contains("w1@example.com"), "{letter}");
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    has_no_javascript(&browser);
    answer(&browser, &format!("{base}{}", make::answer_path(&letter)));
    let date = visit["visited_at"].as_str().unwrap()[..10].to_owned();
    shows_the_answer(&settings, &base, &date, Instant::now());
    assert_eq!(sink.letters().len(), 1);
    program.signal("TERM");
    let end = program.end(Duration::from_secs(30));
    assert_eq!(end.code(), Some(0), "{}", program.words());
}
