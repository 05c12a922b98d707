//! Mail scanners and other machines at the answer page, and people who must never be taken for one.

use crate::support::browser::{Browser, Scripts};
use crate::support::{Answer, Client, TestApp, make, programs_or_skip, wait_until};
use chrono::TimeDelta;
use hearback::accounts::Role;

use std::time::Duration;

/// A client in a network of its own.
fn from(app: &TestApp, address: &str) -> Client {
    app.anonymous().with("x-forwarded-for", address)
}

fn press(client: &Client, path: &str, nonce: &str, more: &[(&str, &str)]) -> Answer {
    let all: Vec<(&str, &str)> =
        [("nonce", nonce), ("step", "1")].into_iter().chain(more.iter().copied()).collect();
    client.post_form(path, &all)
}

fn opened(client: &Client, path: &str) -> String {
    client.get(path).expect(200).hidden("nonce")
}

/// Certainty of the response to a visit, its overall answer and its signs; nothing without a response.
fn stored(app: &TestApp, visit: &str) -> Vec<String> {
    app.rows(&format!(
        "SELECT certainty || ' ' || (answers ->> 'overall') || ' ' || array_to_string(signs, ',') \
         FROM response r JOIN visit v ON v.id = r.visit_id WHERE v.external_id = '{visit}'"
    ))
}

/// How many answers the scores count.
fn counted(app: &TestApp) -> String {
    app.work();
    app.sums().company.counts.answers_email.to_string()
}

/// The scanner that opens every score's link within a moment and then posts one form.
fn walk(app: &TestApp, path: &str) -> Answer {
    let scanner = from(app, "203.0.113.5");
    for score in 1..=4 {
        scanner.get(&format!("{path}?score={score}")).expect(200);
    }
    let nonce = opened(&scanner, &format!("{path}?score=5"));
    press(&scanner, path, &nonce, &[("overall", "5")])
}

#[test]
fn a_scanner_that_walks_through_the_scores_and_posts_counts_nothing() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    walk(&app, &path).expect(303);
    assert_eq!(stored(&app, "W1"), ["suspect 5 many_scores"]);
    assert_eq!((app.outcome("W1").as_str(), counted(&app).as_str()), ("suspect", "0"));
}

#[test]
fn a_clean_answer_takes_the_place_of_a_machines_and_is_what_the_customer_sees() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    walk(&app, &path);
    let customer = from(&app, "198.51.100.7");
    let page = customer.get(&path).expect(200);
    assert!(page.body.contains("How was our service?"), "the machine's answer is none of theirs");
    let nonce = page.hidden("nonce");
    app.advance(TimeDelta::minutes(3));
    press(&customer, &path, &nonce, &[("overall", "2")]).expect(303);
    assert_eq!(stored(&app, "W1"), ["confirmed 2 "]);
    assert_eq!((app.outcome("W1").as_str(), counted(&app).as_str()), ("answered", "1"));
    let history = app.rows("SELECT outcome FROM visit_outcome ORDER BY id");
    assert_eq!(&history[history.len() - 2..], ["suspect", "answered"]);
    let kept = app.rows("SELECT revision || ' ' || certainty FROM response_revision ORDER BY revision");
    assert_eq!(kept, ["1 suspect", "2 confirmed"]);
}

#[test]
fn a_machine_that_comes_after_the_customer_overwrites_nothing() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.answer(&path, 4);
    app.work();
    let before = app.dump(&["response", "score_slice", "visit"]);
    app.advance(TimeDelta::minutes(1));
    walk_to_second(&app, &path);
    app.work();
    let after = app.dump(&["response", "score_slice", "visit"]);
    assert_eq!(before.replace(",1,1,{},", ",1,2,{},"), after.replace(",1,1,{},", ",1,2,{},"));
    assert_eq!(stored(&app, "W1"), ["confirmed 4 "]);
    assert_eq!(app.value("SELECT count(*)::text FROM response_revision WHERE certainty = 'suspect'"), "1");
}

/// The same scanner where an answer stands already: it follows the link to the form.
fn walk_to_second(app: &TestApp, path: &str) {
    let scanner = from(app, "203.0.113.5");
    for score in 1..=4 {
        scanner.get(&format!("{path}?score={score}")).expect(200);
    }
    let nonce = opened(&scanner, &format!("{path}?step=2&score=1"));
    press(&scanner, path, &nonce, &[("overall", "1")]).expect(303);
}

#[test]
fn traps_put_an_answer_aside_and_people_never_meet_them() {
    let app = TestApp::start();
    let (by_link, by_field) = (app.mailed("W1"), app.mailed("W2"));
    let machine = from(&app, "203.0.113.5");
    let nonce = opened(&machine, &by_link);
    machine.get(&format!("{by_link}/all")).expect(303);
    press(&machine, &by_link, &nonce, &[("overall", "3")]).expect(303);
    assert_eq!(stored(&app, "W1"), ["suspect 3 trap_link"]);
    let nonce = opened(&machine, &by_field);
    press(&machine, &by_field, &nonce, &[("overall", "3"), ("website", "http://example.com")]).expect(303);
    assert_eq!(stored(&app, "W2"), ["suspect 3 trap_field"]);
}

#[test]
fn a_form_that_comes_from_two_networks_at_once_is_a_machines_copy() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let (here, there) = (from(&app, "198.51.100.7"), from(&app, "203.0.113.5"));
    let nonce = opened(&here, &path);
    press(&there, &path, &nonce, &[("overall", "1")]).expect(303);
    assert_eq!(stored(&app, "W1"), ["confirmed 1 "], "another network alone says nothing");
    press(&here, &path, &nonce, &[("overall", "1")]).expect(303);
    assert_eq!(stored(&app, "W1"), ["suspect 1 two_networks"]);
    assert_eq!((app.outcome("W1").as_str(), counted(&app).as_str()), ("suspect", "0"));
}

#[test]
fn whoever_presses_later_than_ten_seconds_after_opening_is_a_person_whatever_else_was_seen() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let phone = from(&app, "198.51.100.7");
    let nonce = opened(&phone, &format!("{path}?score=4"));
    app.advance(TimeDelta::seconds(11));
    let scanner = from(&app, "203.0.113.5");
    for score in 1..=5 {
        scanner.get(&format!("{path}?score={score}")).expect(200);
    }
    scanner.get(&format!("{path}/all")).expect(303);
    let moving = from(&app, "192.0.2.44").with("sec-fetch-mode", "navigate");
    press(&moving, &path, &nonce, &[("overall", "4")]).expect(303);
    press(&phone, &path, &nonce, &[("overall", "4")]).expect(303);
    assert_eq!(stored(&app, "W1"), ["confirmed 4 "]);
}

/// A small generator of numbers below a limit, the same each time (Park and Miller's, 1988).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0 * 48271 % 2_147_483_647;
        self.0 % limit
    }
}

#[test]
fn of_two_hundred_people_none_is_put_aside() {
    let app = TestApp::start();
    let mut dice = Dice(20_261_123);
    let visits: Vec<String> = (0..200).map(|at| format!("P{at}")).collect();
    for visit in &visits {
        app.bring(&make::visit(visit));
    }
    app.advance(TimeDelta::hours(3));
    app.work();
    for (at, visit) in visits.iter().enumerate() {
        let letter = app.only_letter_to(&format!("{}@example.com", visit.to_lowercase()));
        let path = make::answer_path(&make::decoded(&letter));
        let home = from(&app, &format!("198.51.{}.7", at % 250));
        let train = from(&app, &format!("192.0.{}.9", at % 250));
        let score = 1 + dice.below(5);
        // Their company's scanner has been there, some minutes before.
        if at % 3 == 0 {
            for score in 1..=5 {
                from(&app, "203.0.113.5").get(&format!("{path}?score={score}")).expect(200);
            }
            app.advance(TimeDelta::minutes(2));
        }
        // One in five changes their mind in the mail and opens a second score at once.
        if at % 5 == 0 {
            home.get(&format!("{path}?score={}", 1 + dice.below(5))).expect(200);
            app.advance(TimeDelta::milliseconds(700));
        }
        let nonce = opened(&home, &format!("{path}?score={score}"));
        // From a push notification it takes a second and a half, on the bus two minutes.
        let open_for = 1500 + dice.below(if at % 4 == 0 { 120_000 } else { 9_000 });
        app.advance(TimeDelta::milliseconds(i64::try_from(open_for).unwrap()));
        let who = if at % 7 == 0 { &train } else { &home };
        let pressed = who.send(
            "POST",
            &path,
            &[
                ("content-type", "application/x-www-form-urlencoded"),
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-user", "?1"),
            ],
            format!("nonce={nonce}&step=1&overall={score}&website=").as_bytes(),
        );
        assert_eq!(pressed.status, 303, "{visit}: {}", pressed.body);
        app.advance(TimeDelta::seconds(5));
    }
    assert_eq!(app.value("SELECT count(*)::text FROM response WHERE certainty = 'confirmed'"), "200");
    assert_eq!(app.value("SELECT count(*)::text FROM response_revision WHERE certainty = 'suspect'"), "0");
}

#[test]
fn a_browser_without_a_person_counts_nothing_and_one_with_a_person_counts() {
    let Some([chromium, driver]) = programs_or_skip("machines", ["chromium", "chromedriver"]) else { return };
    let app = TestApp::start();
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    let path = app.mailed("W1");
    let open = |score: &str| browser.open(&format!("{}{path}{score}", app.base));
    // It runs what scripts there are, and follows every link.
    open("?score=1");
    let links = browser.run("return [...document.links].map(link => link.href)");
    for link in links.as_array().unwrap() {
        browser.open(link.as_str().unwrap());
    }
    assert_eq!(stored(&app, "W1"), [""; 0]);
    // It submits the form by script.
    app.advance(TimeDelta::minutes(1));
    open("?score=1");
    browser.run("document.querySelector('form').submit()");
    browser.wait_for_address("&step=2");
    assert_eq!(stored(&app, "W1"), ["suspect 1 not_pressed"]);
    // A person presses the button, as fast as they like.
    app.advance(TimeDelta::minutes(1));
    open("?score=4");
    browser.press("button[type=submit]");
    browser.wait_for_address("&step=2");
    wait_until("the answer", Duration::from_secs(5), || {
        (stored(&app, "W1") == ["confirmed 4 "]).then_some(())
    });
}

#[test]
fn staff_decide_with_a_reason_and_the_scores_follow() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    walk(&app, &path);
    let id = app.value("SELECT id FROM response");
    let (hr, manager) = (app.staff(Role::Hr, None), app.staff(Role::Manager, Some("North 2")));
    let page = hr.get(&format!("/responses/{id}")).expect(200);
    assert!(page.body.contains("The links of three or more scores were opened within two seconds"));
    assert!(!manager.get(&format!("/responses/{id}")).expect(200).body.contains("Decide whether it counts"));
    let csrf = page.hidden("csrf");
    let decide = |counts: &str, reason: &str| {
        let fields = [("csrf", csrf.as_str()), ("counts", counts), ("reason", reason)];
        hr.post_form(&format!("/responses/{id}/decide"), &fields)
    };
    assert!(hr.get("/").expect(200).body.contains("1 answer was put aside"));
    decide("no", "It came within a second of the mail").expect(303);
    decide("no", "again").expect(409);
    assert_eq!((app.outcome("W1").as_str(), counted(&app).as_str()), ("suspect", "0"));
    assert!(!hr.get("/").expect(200).body.contains("put aside"), "it was decided");
    let refused = decide("yes", " ").expect(422);
    assert!(refused.body.contains("Say why"), "{}", refused.body);
    decide("yes", "She told us on the phone that it was her").expect(303);
    assert_eq!((app.outcome("W1").as_str(), counted(&app).as_str()), ("answered", "1"));
    decide("yes", "again").expect(409);
    let page = hr.get(&format!("/responses/{id}")).expect(200).body;
    assert!(page.contains("She told us on the phone that it was her"), "{page}");
    decide("no", "It was the scanner after all").expect(303);
    assert_eq!((app.outcome("W1").as_str(), counted(&app).as_str()), ("suspect", "0"));
    let decisions = app
        .rows("SELECT detail ->> 'certainty' FROM audit_entry WHERE action = 'response.decided' ORDER BY id");
    assert_eq!(decisions, ["suspect", "confirmed", "suspect"]);
}

#[test]
fn links_that_lead_nowhere_are_limited_by_network_and_true_ones_never() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let guesser = from(&app, "203.0.113.5");
    let statuses: Vec<u16> =
        (0..25).map(|at| guesser.get(&format!("/s/{}{at:02}", "0".repeat(24))).status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 20, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
    assert!(guesser.get("/s/nonsense").expect(429).header("retry-after").is_some());
    guesser.get(&path).expect(200);
    from(&app, "198.51.100.7").get("/s/nonsense").expect(404);
}

#[test]
fn fetches_are_kept_for_thirty_days_and_name_nobody() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let scanner = from(&app, "203.0.113.5");
    scanner.head(&path).expect(200);
    scanner.get(&format!("{path}?score=2")).expect(200);
    let fetched = || app.rows("SELECT what || ' ' || coalesce(score::text, '-') FROM link_fetch ORDER BY id");
    wait_until("both fetches", Duration::from_secs(5), || (fetched().len() == 2).then_some(()));
    assert_eq!(fetched(), ["head -", "page 2"]);
    assert!(!app.dump(&["link_fetch"]).contains("203.0"));
    app.advance(TimeDelta::days(31));
    app.work();
    assert_eq!(fetched(), [""; 0]);
}
