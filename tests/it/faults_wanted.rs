//! Rows 10 and 11 of the fault matrix to the letter.

use crate::support::lab::Lab;
use crate::support::make;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// How far away the next try is.
fn wait_of(lab: &Lab) -> i64 {
    let at: DateTime<Utc> = lab.app.value("SELECT to_json(send_at)#>>'{}' FROM invitation").parse().unwrap();
    (at - lab.app.now()).num_seconds()
}

#[test]
fn f10_greylisting_is_waited_out_the_third_time_for_30_minutes() {
    let lab = Lab::start(&["rcpt=w1@*: x3 450 4.7.1 greylisted, come back"]);
    lab.bring(&["W1"]);
    for _ in 0..2 {
        lab.app.work();
        lab.app.advance(TimeDelta::seconds(wait_of(&lab) + 1));
    }
    lab.app.work();
    assert!((1440..=2160).contains(&wait_of(&lab)), "{}", wait_of(&lab));
}

#[test]
fn f11_an_address_that_does_not_exist_is_not_asked_about_again() {
    let lab = Lab::start(&["rcpt: 550 5.1.1 no such user"]);
    lab.bring(&["W1"]);
    lab.app.work();
    assert_eq!(lab.app.value("SELECT count(*) FROM suppression"), "1");
    let at = (lab.app.now() - TimeDelta::hours(1)).to_rfc3339();
    lab.app.bring(&make::with(
        make::visit("W2"),
        json!({"visited_at": at, "customer": {"email": "w1@example.com"}}),
    ));
    assert_eq!(lab.app.outcome("W2"), "suppressed");
}
