//! Several workers on one database, one of them stopped for longer than its lease (row 16).

use crate::support::lab::Lab;
use crate::support::program::Program;
use crate::support::scripted::{Event, SOON};
use crate::support::wait_until;

/// One that is stopped in the middle of a letter whose lease is over by now, and the conversation that it is in.
fn asleep(lab: &Lab, stage: &str) -> (Program, Event) {
    lab.bring(&["W1"]);
    let sleeper = lab.worker(&[("HEARBACK_MAIL_CONNECTIONS", "1")]);
    let paused = lab.relay.wait("paused", stage, "W1");
    sleeper.signal("STOP");
    let over = "SELECT 1 FROM invitation WHERE lease_until < clock_timestamp()";
    if stage != "dot" {
        wait_until("the end of its lease", SOON, || lab.app.rows(over).pop());
    }
    (sleeper, paused)
}

/// Lets its conversation go on and wakes it, and waits until it has either handed the letter over or given it up.
fn wake(lab: &Lab, sleeper: &Program, paused: &Event) {
    lab.relay.go_on(paused.connection);
    sleeper.signal("CONT");
    wait_until("what the woken one does", SOON, || {
        let events = lab.relay.events();
        let mut own = events.iter().filter(|event| event.connection == paused.connection);
        own.any(|event| event.what == "ended" || event.is("reached", "dot", "*") || event.stage == "rset")
            .then_some(())
    });
}

fn two_more(lab: &Lab) -> [Program; 2] {
    [lab.worker(&[]), lab.worker(&[])]
}

fn wait_sent(lab: &Lab, ids: &[&str]) {
    let sent = || ids.iter().all(|id| lab.app.outcome(id) == "sent");
    wait_until("the letters sent", SOON, || sent().then_some(()));
}

#[test]
fn f16_a_worker_that_wakes_after_its_lease_stops_before_the_letter() {
    for stage in ["mail", "rcpt", "data"] {
        let lab = Lab::start(&[&format!("{stage}: @1 pause")]);
        let (sleeper, paused) = asleep_anywhere(&lab, stage);
        let others = two_more(&lab);
        wait_sent(&lab, &["W1"]);
        assert_eq!(lab.relay.taken("W1"), 1);
        wake(&lab, &sleeper, &paused);
        lab.bring(&["W2", "W3", "W4"]);
        wait_sent(&lab, &["W2", "W3", "W4"]);
        assert_eq!((lab.relay.taken("W1"), lab.relay.count("reached", "dot", "W1")), (1, 1), "{stage}");
        drop((sleeper, others));
        lab.settle();
        lab.check(4, 0);
    }
}

/// At MAIL the server does not know yet for whom.
fn asleep_anywhere(lab: &Lab, stage: &str) -> (Program, Event) {
    if stage != "mail" {
        return asleep(lab, stage);
    }
    lab.bring(&["W1"]);
    let sleeper = lab.worker(&[("HEARBACK_MAIL_CONNECTIONS", "1")]);
    let paused = lab.relay.wait("paused", stage, "*");
    sleeper.signal("STOP");
    let over = "SELECT 1 FROM invitation WHERE lease_until < clock_timestamp()";
    wait_until("the end of its lease", SOON, || lab.app.rows(over).pop());
    (sleeper, paused)
}

#[test]
fn f16_a_worker_that_wakes_takes_nothing_from_the_one_that_holds_it_now() {
    let lab = Lab::start(&["rcpt=w1@*: pause"]);
    let (sleeper, paused) = asleep(&lab, "rcpt");
    // A long lease, so that nobody else may have it while we look.
    let others = [lab.worker(&[("HEARBACK_LEASE", "60s")]), lab.worker(&[("HEARBACK_LEASE", "60s")])];
    let second = lab.relay.wait_times(2, "paused", "rcpt", "W1");
    assert_ne!(second.connection, paused.connection);
    let held = "SELECT concat_ws(' ', i.state, i.lease_owner, i.lease_until, i.attempts, v.outcome) \
                FROM invitation i JOIN visit v ON v.id = i.visit_id WHERE v.external_id = 'W1'";
    let before = lab.app.value(held);
    wake(&lab, &sleeper, &paused);
    // What it does afterwards, it does after it has given that one up.
    lab.bring(&["W2", "W3"]);
    wait_sent(&lab, &["W2", "W3"]);
    let mut sleeper = sleeper;
    sleeper.signal("TERM");
    sleeper.end(SOON);
    assert_eq!(lab.app.value(held), before, "the one that woke meddled with it");
    assert_eq!(lab.relay.taken("W1"), 0);
    lab.relay.clear();
    lab.relay.go();
    wait_sent(&lab, &["W1"]);
    assert_eq!((lab.relay.taken("W1"), lab.relay.count("reached", "dot", "W1")), (1, 1));
    drop(others);
    lab.check(3, 0);
}

#[test]
fn f16_nobody_sends_what_a_stopped_worker_has_begun_and_it_is_recorded_when_it_wakes() {
    let lab = Lab::start(&["dot=w1@*: pause"]);
    let (sleeper, paused) = asleep(&lab, "dot");
    let others = two_more(&lab);
    lab.bring(&["W2", "W3", "W4"]);
    wait_sent(&lab, &["W2", "W3", "W4"]);
    assert_eq!((lab.stands("W1").0.as_str(), lab.relay.count("reached", "mail", "*")), ("sending", 4));
    wake(&lab, &sleeper, &paused);
    wait_sent(&lab, &["W1"]);
    drop((sleeper, others));
    assert_eq!(lab.relay.taken("W1"), 1);
    lab.check(4, 0);
}

#[test]
fn f16_a_worker_that_wakes_after_it_was_given_up_past_the_marker_changes_nothing() {
    let lab = Lab::start(&["dot=w1@*: pause"]);
    let (mut sleeper, paused) = asleep(&lab, "dot");
    // Here the clock is past the long lease.
    lab.settle();
    assert_eq!(lab.stands("W1"), ("unknown".into(), "unknown".into()));
    wake(&lab, &sleeper, &paused);
    lab.relay.wait("accepted", "dot", "W1");
    sleeper.signal("TERM");
    assert_eq!(sleeper.end(SOON).code(), Some(0), "{}", sleeper.words());
    lab.settle();
    let (outcome, invitation) = lab.stands("W1");
    // Late evidence may settle it; it may not make it something that is sent again.
    assert!(
        outcome == invitation && ["unknown", "sent"].contains(&outcome.as_str()),
        "{outcome} {invitation}"
    );
    assert_eq!((lab.relay.taken("W1"), lab.relay.count("reached", "dot", "W1")), (1, 1));
    lab.check(1, 1);
}
