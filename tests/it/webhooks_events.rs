//! What is told to other systems, and when: ids alone, in the transaction of what happened.

use crate::callbacks::standing;
use crate::callbacks_waves::{attempt, draw, keys, next, ten};
use crate::employees::company;
use crate::support::receiver::{Post, Receiver};
use crate::support::{TestApp, make};
use crate::webhooks::{app, deliver, endpoint};
use chrono::TimeDelta;
use hearback::accounts::{Role, Scope};
use hearback::webhooks::Kind;
use serde_json::{Value, json};

/// Takes what was told, by kind.
fn told(app: &TestApp, receiver: &Receiver) -> Vec<(String, Value)> {
    deliver(app);
    let mut told: Vec<(String, Value)> =
        receiver.posts().iter().map(|post: &Post| (post.kind(), post.json()["data"].clone())).collect();
    told.sort_by_key(|(kind, data)| (kind.clone(), data.to_string()));
    receiver.forget();
    told
}

fn kinds(told: &[(String, Value)]) -> Vec<&str> {
    told.iter().map(|(kind, _)| kind.as_str()).collect()
}

#[test]
fn an_answer_is_told_and_a_low_one_once_more() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::AnswerReceived, Kind::ScoreLow]);
    let path = app.mailed("W1");
    app.answer(&path, 5);
    app.follow_answers();
    let response = app.value("SELECT id FROM response");
    let data = json!({"visit": "W1", "response": response});
    assert_eq!(told(&app, &receiver), [("answer.received".to_owned(), data.clone())]);
    // A changed answer is told again, and that it is low now.
    app.advance(TimeDelta::minutes(5));
    app.say(&path, "1", "plantedcomment");
    app.follow_answers();
    let now = told(&app, &receiver);
    assert_eq!(now, [("answer.received".to_owned(), data.clone()), ("score.low".to_owned(), data)]);
    app.advance(TimeDelta::minutes(5));
    app.say(&path, "2", "plantedcomment");
    app.follow_answers();
    assert_eq!(kinds(&told(&app, &receiver)), ["answer.received"], "low once for a visit");
    for personal in ["plantedcomment", "w1@example.com", "Ann Sample", "overall"] {
        let held = format!("SELECT count(*) FROM webhook_message WHERE payload LIKE '%{personal}%'");
        assert_eq!(app.value(&held), "0", "{personal}");
    }
}

#[test]
fn an_endpoint_hears_of_what_it_asked_for_and_without_one_nothing_is_kept() {
    let (app, low, all) = (app(), Receiver::start(), Receiver::start());
    app.answer(&app.mailed("W1"), 1);
    app.follow_answers();
    assert_eq!(app.value("SELECT count(*) FROM webhook_message"), "0");
    endpoint(&app, &low.url, &[Kind::ScoreLow]);
    endpoint(&app, &all.url, Kind::ALL);
    app.answer(&app.mailed("W2"), 1);
    app.follow_answers();
    assert_eq!(kinds(&told(&app, &low)), ["score.low"]);
    assert!(all.posts().iter().map(Post::kind).any(|kind| kind == "answer.received"));
}

#[test]
fn a_call_back_is_told_when_it_comes_onto_the_list() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::CallbackDue]);
    ten(&app);
    let (_, lead) = keys(&app);
    draw(&lead, 0.35);
    let now = told(&app, &receiver);
    let mut drawn = app.rows(
        "SELECT v.external_id || ' ' || c.id FROM callback c JOIN visit v ON v.id = c.visit_id WHERE c.state = 'open' ORDER BY 1",
    );
    let mut named: Vec<String> = now
        .iter()
        .map(|(_, data)| {
            format!("{} {}", data["visit"].as_str().unwrap(), data["callback"].as_str().unwrap())
        })
        .collect();
    named.sort();
    drawn.sort();
    assert!(named.len() > 3 && named.len() < 10, "{named:?}");
    assert_eq!(named, drawn, "those who were drawn and nobody else");
    // Whoever asks to be called.
    app.bring(&make::with(make::visit("W20"), json!({"customer": {"phone": "+441632960114"}})));
    let path = app.mail_out("W20");
    let customer = app.anonymous();
    let nonce = customer.get(&format!("{path}?step=2")).expect(200).hidden("nonce");
    let fields = [("nonce", nonce.as_str()), ("step", "2"), ("overall", "5"), ("call_me", "yes")];
    customer.post_form(&path, &fields).expect(303);
    app.follow_answers();
    let now = told(&app, &receiver);
    assert_eq!((kinds(&now), &now[0].1["visit"]), (vec!["callback.due"], &json!("W20")));
}

#[test]
fn an_appointment_is_told_when_its_time_comes_if_it_still_stands() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::CallbackDue]);
    standing(&app, "W1", "unanswered", 0.1, false);
    standing(&app, "W2", "unanswered", 0.2, false);
    let (caller, lead) = keys(&app);
    draw(&lead, 1.0);
    assert_eq!(told(&app, &receiver).len(), 2);
    for _ in 0..2 {
        let claimed = next(&caller).unwrap();
        let at = json!({"disposition": "appointment", "appointment": "2026-11-21T10:00:00Z"});
        attempt(&caller, &claimed, &at);
    }
    app.work();
    assert_eq!(told(&app, &receiver), [], "not before");
    // One of them ends by another way.
    app.execute(
        "UPDATE callback SET state = 'done', called = true, ended_at = now() WHERE visit_id = (SELECT id FROM visit WHERE external_id = 'W2')",
    )
    .unwrap();
    app.advance(TimeDelta::hours(19));
    app.work();
    let now = told(&app, &receiver);
    assert_eq!((now.len(), &now[0].1["visit"]), (1, &json!("W1")));
    app.work();
    assert_eq!(told(&app, &receiver), [], "once");
}

#[test]
fn a_case_is_overdue_after_two_days_and_told_once() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::CaseOverdue]);
    app.answer(&app.mailed("W1"), 1);
    app.follow_answers();
    let case = app.value("SELECT id FROM recovery_case");
    app.advance(TimeDelta::days(3) - TimeDelta::minutes(6));
    app.work();
    assert_eq!(told(&app, &receiver), []);
    app.advance(TimeDelta::minutes(6));
    app.work();
    assert_eq!(told(&app, &receiver), [("case.overdue".to_owned(), json!({"case": case, "visit": "W1"}))]);
    app.advance(TimeDelta::days(1));
    app.work();
    assert_eq!(told(&app, &receiver), []);
}

#[test]
fn a_statement_is_told_when_it_is_made() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::StatementIssued]);
    company(&app);
    let asked = json!({"employee": "E1", "from": "2026-01-01", "to": "2026-10-31"});
    let api = app.client(&[Scope::EvaluationsRead]);
    let made = api.post_json("/api/v1/statements", &asked).expect(201).json();
    let data = json!({"statement": made["statement"]["id"]});
    assert_eq!(told(&app, &receiver), [("statement.issued".to_owned(), data)]);
}

#[test]
fn messages_about_a_person_go_with_them() {
    let (app, receiver) = (app(), Receiver::start());
    endpoint(&app, &receiver.url, &[Kind::AnswerReceived]);
    for id in ["W1", "W10"] {
        app.answer(&app.mailed(id), 5);
    }
    app.follow_answers();
    deliver(&app);
    let customer = app.value("SELECT customer_id FROM visit WHERE external_id = 'W1'");
    let hr = app.staff(Role::Hr, None);
    let path = format!("/customers/{customer}/erase");
    let page = hr.get(&path).expect(200);
    hr.post_form(&path, &[("csrf", &page.hidden("csrf")), ("sure", "yes")]).expect(303);
    let left = app.rows("SELECT payload::json->'data'->>'visit' FROM webhook_message");
    assert_eq!(left, ["W10"], "and nobody else's");
}
