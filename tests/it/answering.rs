//! The page behind the link: a link never answers, a person does.

use crate::support::queue::{Hold, while_sending};
use crate::support::{Answer, Client, TestApp, make, wait_until};
use chrono::TimeDelta;
use serde_json::json;
use std::time::Duration;

/// Everything that an answer or a fetch could touch.
const WHAT_ANSWERS_TOUCH: &[&str] = &[
    "visit",
    "visit_outcome",
    "invitation",
    "response",
    "response_revision",
    "changed_visit",
    "score_contribution",
    "score_slice",
    "score_cross",
    "suppression",
];

fn opened(client: &Client, path: &str) -> String {
    client.get(path).expect(200).hidden("nonce")
}

fn post(client: &Client, path: &str, nonce: &str, fields: &[(&str, &str)]) -> Answer {
    let all: Vec<(&str, &str)> = [("nonce", nonce)].into_iter().chain(fields.iter().copied()).collect();
    client.post_form(path, &all)
}

#[test]
fn a_hundred_fetches_of_the_link_with_every_score_change_nothing() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.work();
    let before = app.dump(WHAT_ANSWERS_TOUCH);
    let scanner = app.anonymous();
    for round in 0..100 {
        let address = format!("{path}?score={}", round % 6);
        let answer = if round % 2 == 0 { scanner.get(&address) } else { scanner.head(&address) };
        answer.expect(200);
    }
    scanner.get(&format!("{path}?score=5&step=2&overall=5&nonce=x")).expect(200);
    assert_eq!(app.dump(WHAT_ANSWERS_TOUCH), before);
    app.work();
    assert_eq!(app.dump(WHAT_ANSWERS_TOUCH), before);
}

#[test]
fn the_score_of_a_link_is_chosen_on_the_page_and_one_off_the_scale_is_not() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let chosen = |address: String| app.anonymous().get(&address).expect(200).body.matches(" checked").count();
    let page = app.anonymous().get(&format!("{path}?score=4")).expect(200).body;
    assert!(page.contains("value=\"4\" checked"), "{page}");
    assert!(page.contains("You chose 4 in our mail"));
    assert_eq!(chosen(format!("{path}?score=4")), 1);
    for score in ["0", "6", "-1", "four", ""] {
        assert_eq!(chosen(format!("{path}?score={score}")), 0, "{score}");
    }
    assert_eq!(chosen(path), 0);
}

#[test]
fn the_first_step_is_an_answer_and_the_second_completes_it() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let customer = app.anonymous();
    let nonce = opened(&customer, &path);
    let first = post(&customer, &path, &nonce, &[("step", "1"), ("overall", "4")]).expect(303);
    assert_eq!(app.outcome("W1"), "answered");
    assert_eq!(
        app.value("SELECT answers || jsonb_build_object('complete', complete) FROM response"),
        r#"{"overall": 4, "complete": false}"#
    );
    let more = customer.get(first.location()).expect(200);
    let fields = [
        ("step", "2"),
        ("overall", "4"),
        ("process", "5"),
        ("value", ""),
        ("comment", "Good\r\nwork"),
        ("call_me", "yes"),
    ];
    let second = post(&customer, &path, &more.hidden("nonce"), &fields).expect(303);
    let row = "SELECT answers::text || complete || comment || call_me || mode || certainty || revision FROM response";
    assert_eq!(app.value(row), "{\"overall\": 4, \"process\": 5}trueGood\nworktrueemailconfirmed2");
    let thanks = customer.get(second.location()).expect(200).body;
    assert!(
        thanks.contains("Thank you") && thanks.contains("4 of 5") && thanks.contains("5 of 5"),
        "{thanks}"
    );
    assert!(thanks.contains("Good\nwork") && thanks.contains("asked to be called"), "{thanks}");
    assert_eq!(
        app.rows("SELECT outcome FROM visit_outcome ORDER BY id").join(" "),
        "planned sending sent answered"
    );
}

#[test]
fn a_form_that_is_sent_twice_is_one_revision() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let customer = app.anonymous();
    let nonce = opened(&customer, &path);
    let first = post(&customer, &path, &nonce, &[("step", "1"), ("overall", "4")]).expect(303);
    let again = post(&customer, &path, &nonce, &[("step", "1"), ("overall", "1")]).expect(303);
    assert_eq!(again.location(), first.location());
    assert_eq!(app.rows("SELECT answers FROM response_revision"), [r#"{"overall": 4}"#]);
    assert_eq!(app.value("SELECT revision FROM response"), "1");
}

#[test]
fn a_form_that_is_sent_twenty_times_at_once_is_one_revision() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let nonce = opened(&app.anonymous(), &path);
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                post(&app.anonymous(), &path, &nonce, &[("step", "1"), ("overall", "4")]).expect(303)
            });
        }
    });
    assert_eq!(app.rows("SELECT revision FROM response_revision"), ["1"]);
    assert_eq!(app.rows("SELECT revision FROM response"), ["1"]);
    assert_eq!(app.value("SELECT count(*) FROM visit_outcome WHERE outcome = 'answered'"), "1");
}

#[test]
fn two_forms_are_two_revisions_of_one_response_and_the_later_one_stands() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let customer = app.anonymous();
    let (one, two) = (opened(&customer, &path), opened(&customer, &path));
    post(&customer, &path, &one, &[("step", "1"), ("overall", "2")]).expect(303);
    app.advance(TimeDelta::hours(1));
    post(&customer, &path, &two, &[("step", "1"), ("overall", "5")]).expect(303);
    assert_eq!(
        app.rows("SELECT answers FROM response_revision ORDER BY revision"),
        [r#"{"overall": 2}"#, r#"{"overall": 5}"#]
    );
    assert_eq!(app.rows("SELECT answers FROM response"), [r#"{"overall": 5}"#]);
    assert_eq!(app.value("SELECT changed_at - answered_at FROM response"), "01:00:00");
}

#[test]
fn what_is_wrong_comes_back_with_what_was_typed_and_nothing_is_stored() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let before = app.dump_all();
    let customer = app.anonymous();
    let nonce = opened(&customer, &path);
    let other = opened(&customer, &path).replace(|c: char| c.is_ascii_digit(), "A");
    let long = format!("please read {}", "x".repeat(1 << 20));
    for (nonce, fields) in [
        ("", vec![("step", "2"), ("overall", "4"), ("comment", "please read this")]),
        (other.as_str(), vec![("step", "2"), ("overall", "4"), ("comment", "please read this")]),
        (&nonce, vec![("step", "2"), ("overall", "4"), ("foreign", "4"), ("comment", "please read this")]),
        (&nonce, vec![("step", "2"), ("overall", "4"), ("skill", "6"), ("comment", "please read this")]),
        (&nonce, vec![("step", "2"), ("overall", "4"), ("skill", "-1"), ("comment", "please read this")]),
        (&nonce, vec![("step", "2"), ("overall", "4"), ("skill", "4.5"), ("comment", "please read this")]),
        (&nonce, vec![("step", "2"), ("overall", "4"), ("comment", &long)]),
    ] {
        let page = post(&customer, &path, nonce, &fields).expect(422);
        assert!(page.body.contains("Please look at this again"), "{fields:?}");
        assert!(page.body.contains(fields.last().unwrap().1), "the comment is lost: {:?}", fields.first());
        assert!(page.body.contains("name=\"overall\" value=\"4\" checked"), "the choice is lost");
        page.hidden("nonce");
    }
    let empty = post(&customer, &path, &nonce, &[("step", "1")]).expect(422);
    assert!(empty.body.contains("Choose a number."));
    assert_eq!(app.dump_all(), before);
    // The form that came back can be sent.
    post(&customer, &path, &empty.hidden("nonce"), &[("step", "1"), ("overall", "3")]).expect(303);
}

#[test]
fn what_a_customer_types_is_text_on_every_page() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let customer = app.anonymous();
    let nonce = opened(&customer, &path);
    let fields = [("step", "2"), ("overall", "4"), ("comment", "<script>alert(1)</script>\u{7}")];
    let thanks = customer.get(post(&customer, &path, &nonce, &fields).expect(303).location()).expect(200);
    assert!(!thanks.body.contains("<script>"));
    assert_eq!(app.value("SELECT comment FROM response"), "<script>alert(1)</script>");
}

#[test]
fn after_72_hours_an_answer_stands_as_it_is() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.answer(&path, 2);
    app.advance(TimeDelta::hours(71));
    let customer = app.anonymous();
    let form = customer.get(&format!("{path}?step=2")).expect(200).hidden("nonce");
    app.advance(TimeDelta::hours(2));
    let before = app.dump(WHAT_ANSWERS_TOUCH);
    let late = post(&customer, &path, &form, &[("step", "2"), ("overall", "5")]).expect(303);
    let thanks = customer.get(late.location()).expect(200).body;
    assert!(thanks.contains("2 of 5") && thanks.contains("The time for changes is over"), "{thanks}");
    assert!(!customer.get(&format!("{path}?step=2")).expect(200).body.contains("<form"));
    assert_eq!(app.dump(WHAT_ANSWERS_TOUCH), before);
}

#[test]
fn after_30_days_the_page_is_closed_and_stores_nothing() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    let nonce = opened(&app.anonymous(), &path);
    app.advance(TimeDelta::seconds(2));
    let before = app.dump_all();
    let page = app.anonymous().get(&path).expect(200).body;
    assert!(page.contains("This survey is closed") && !page.contains("boiler repair"), "{page}");
    let late = post(&app.anonymous(), &path, &nonce, &[("step", "1"), ("overall", "5")]).expect(200).body;
    assert!(late.contains("This survey is closed"));
    assert_eq!(app.dump_all(), before);
}

#[test]
fn after_a_week_a_visit_is_unanswered_and_its_link_still_takes_an_answer() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    app.work();
    assert_eq!(app.outcome("W1"), "unanswered");
    app.answer(&path, 3);
    assert_eq!(app.outcome("W1"), "answered");
}

#[test]
fn a_link_that_is_unknown_or_bent_looks_the_same_whatever_it_is() {
    let app = TestApp::start();
    app.mailed("W1");
    let without_date = |mut answer: Answer| {
        answer.headers.retain(|(name, _)| name != "date");
        answer.headers.sort();
        (answer.status, answer.headers, answer.body)
    };
    let unknown = without_date(app.anonymous().get(&format!("/s/{}", "0".repeat(26))));
    assert_eq!(unknown.0, 404);
    for token in ["x", &"u".repeat(26), &"0".repeat(27), "..%2f", "%C3%A9"] {
        assert_eq!(without_date(app.anonymous().get(&format!("/s/{token}"))), unknown, "{token}");
        let posted = app.anonymous().post_form(&format!("/s/{token}"), &[("overall", "5")]);
        assert_eq!(without_date(posted), unknown, "{token}");
    }
}

#[test]
fn a_link_that_was_shouted_or_misread_still_leads_to_its_page() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    let shouted = path[3..].to_uppercase().replace('0', "O").replace('1', "L");
    assert!(app.anonymous().get(&format!("/s/{shouted}")).expect(200).body.contains("Boiler repair"));
}

#[test]
fn the_page_speaks_the_customers_language_or_the_one_that_is_asked_for() {
    let app = TestApp::start();
    app.bring(&make::with(make::visit("W1"), json!({"customer": {"language": "de-AT"}})));
    let path = app.mail_out("W1");
    let letter = make::decoded(&app.only_letter_to("w1@example.com"));
    assert_eq!(make::header(&letter, "content-language").as_deref(), Some("de"));
    let german = app.anonymous().get(&path).expect(200).body;
    assert!(
        german.contains("lang=\"de\"") && german.contains("Wie zufrieden sind Sie insgesamt?"),
        "{german}"
    );
    let english = app.anonymous().get(&format!("{path}?lang=en")).expect(200).body;
    assert!(english.contains("lang=\"en\"") && english.contains("Overall, how satisfied are you?"));
    let customer = app.anonymous();
    let nonce = opened(&customer, &format!("{path}?lang=de"));
    let answered = post(&customer, &format!("{path}?lang=de"), &nonce, &[("step", "1"), ("overall", "4")]);
    assert!(answered.expect(303).location().contains("lang=de"));
    assert_eq!(app.value("SELECT language FROM response"), "de");
}

#[test]
fn an_answer_that_comes_while_the_letter_is_being_sent_counts_and_stays() {
    let (app, came) = while_sending(Hold::BeforeReply, "W1", |app| {
        app.answer(&format!("/s/{}", app.token("W1")), 5);
        assert_eq!(app.outcome("W1"), "answered");
    });
    assert!(came);
    assert_eq!((app.outcome("W1"), app.invitation("W1")), ("answered".into(), "sent".into()));
    app.advance(TimeDelta::days(8));
    app.work();
    assert_eq!(app.outcome("W1"), "answered");
}

#[test]
fn an_answer_that_comes_in_the_moment_its_letter_is_recorded_is_stored() {
    let app = TestApp::start();
    let path = app.mailed("W1");
    app.execute("UPDATE visit SET outcome = 'sending'").unwrap();
    let nonce = opened(&app.anonymous(), &path);
    let mut worker = app.connection();
    let run = |connection: &mut _, sql: &str| {
        diesel::RunQueryDsl::execute(diesel::sql_query(sql), connection).unwrap()
    };
    run(&mut worker, "BEGIN");
    run(&mut worker, "UPDATE visit SET outcome = 'sent'");
    let answer = std::thread::scope(|scope| {
        let posting =
            scope.spawn(|| post(&app.anonymous(), &path, &nonce, &[("step", "1"), ("overall", "5")]));
        let waiting = "SELECT count(*) FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        wait_until("the answer waiting for the worker", Duration::from_secs(10), || {
            (app.value(waiting) == "1").then_some(())
        });
        run(&mut worker, "COMMIT");
        posting.join().unwrap()
    });
    answer.expect(303);
    assert_eq!(
        (app.outcome("W1").as_str(), app.value("SELECT count(*) FROM response").as_str()),
        ("answered", "1")
    );
}
