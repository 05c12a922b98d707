//! SIGKILL and SIGTERM at chosen moments: the real worker, held by the mail server or by the database.

use crate::support::lab::Lab;
use crate::support::program::Program;
use crate::support::scripted::SOON;
use crate::support::{make, wait_until};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};

/// Waits until a worker has sent everything that it may send.
#[track_caller]
fn wait_sent(lab: &Lab, visits: &[&str]) {
    let sent = || visits.iter().all(|id| lab.app.outcome(id) == "sent");
    wait_until("the letters sent", SOON, || sent().then_some(()));
}

#[track_caller]
fn kill(mut worker: Program) {
    worker.signal("KILL");
    worker.end(SOON);
}

/// Sends are over; whatever happens to the clock and however often somebody works, nothing more goes out.
#[track_caller]
fn is_never_sent_again(lab: &Lab, visit: &str, taken: usize) {
    lab.settle();
    for _ in 0..5 {
        lab.app.advance(chrono::TimeDelta::days(1));
        lab.app.work();
    }
    assert_eq!((lab.relay.taken(visit), lab.attempts(visit)), (taken, vec!["unknown".to_owned()]));
    assert_eq!(lab.app.invitation(visit), "unknown");
}

#[test]
fn f01_a_kill_between_claim_and_marker_leaves_a_letter_that_goes_out_once() {
    for stage in ["banner", "ehlo", "mail", "rcpt", "data"] {
        let lab = Lab::start(&[&format!("{stage}: @1 pause")]);
        lab.bring(&["W1"]);
        let worker = lab.worker(&[]);
        lab.relay.wait("paused", stage, "*");
        assert_eq!(lab.stands("W1").0, "sending", "{stage}");
        kill(worker);
        lab.relay.go();
        // The lease of a second runs out by itself.
        let _next = lab.worker(&[]);
        wait_sent(&lab, &["W1"]);
        assert_eq!((lab.relay.taken("W1"), lab.attempts("W1").len()), (1, 2), "{stage}");
        lab.check(1, 0);
    }
}

/// Makes every commit that gives an attempt this state wait for a lock, as for a slow disk.
fn hold_commits(lab: &Lab, state: &str) -> PgConnection {
    let mut holder = lab.app.connection();
    holder
        .batch_execute(&format!(
            "CREATE FUNCTION wait_for_us() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER hold AFTER INSERT OR UPDATE ON delivery_attempt DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW WHEN (NEW.state = '{state}') EXECUTE FUNCTION wait_for_us(); \
             SELECT pg_advisory_lock(7)"
        ))
        .unwrap();
    holder
}

#[track_caller]
fn wait_for_commit(lab: &Lab) {
    let waiting =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
    wait_until("the commit", SOON, || lab.app.rows(waiting).pop());
}

#[track_caller]
fn let_commit(lab: &Lab, mut holder: PgConnection) {
    diesel::sql_query("SELECT pg_advisory_unlock(7)").execute(&mut holder).unwrap();
    let waiting =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
    wait_until("the end of the commit", SOON, || lab.app.rows(waiting).is_empty().then_some(()));
    holder.batch_execute("DROP TRIGGER hold ON delivery_attempt").unwrap();
}

#[test]
fn f02_a_kill_between_marker_and_letter_is_unknown_and_nothing_goes_out() {
    let lab = Lab::start(&[]);
    lab.bring(&["W1"]);
    let holder = hold_commits(&lab, "past_marker");
    let worker = lab.worker(&[]);
    wait_for_commit(&lab);
    kill(worker);
    // The worker is dead, its commit is not.
    let_commit(&lab, holder);
    wait_until("the marker", SOON, || (lab.attempts("W1") == ["past_marker"]).then_some(()));
    let next = lab.worker(&[]);
    lab.bring(&["W2"]);
    wait_sent(&lab, &["W2"]);
    assert_eq!(lab.stands("W1").0, "sending");
    drop(next);
    is_never_sent_again(&lab, "W1", 0);
    lab.check(2, 1);
}

#[test]
fn f03_a_kill_after_the_dot_and_before_the_reply_is_unknown_and_its_answer_settles_it() {
    let lab = Lab::start(&["dot: @1 pause"]);
    lab.bring(&["W1"]);
    let worker = lab.worker(&[]);
    lab.relay.wait("paused", "dot", "W1");
    assert_eq!(lab.attempts("W1"), ["past_marker"]);
    kill(worker);
    lab.relay.go();
    lab.relay.wait("accepted", "dot", "W1");
    let next = lab.worker(&[]);
    lab.bring(&["W2"]);
    wait_sent(&lab, &["W2"]);
    drop(next);
    is_never_sent_again(&lab, "W1", 1);
    lab.check(2, 1);
    let letter = lab.relay.letters().remove(0);
    lab.app.answer(&make::answer_path(&make::decode(&letter)), 4);
    assert_eq!(lab.app.outcome("W1"), "answered");
}

#[test]
fn f03_a_kill_after_the_reply_and_before_it_is_recorded_is_never_a_second_letter() {
    let lab = Lab::start(&["dot: @1 pause"]);
    lab.bring(&["W1"]);
    let worker = lab.worker(&[]);
    lab.relay.wait("paused", "dot", "W1");
    let mut holder = lab.app.connection();
    holder
        .transaction::<(), diesel::result::Error, _>(|holder| {
            diesel::sql_query("SELECT 1 FROM delivery_attempt FOR UPDATE").execute(holder)?;
            lab.relay.go();
            lab.relay.wait("reached", "accepted", "W1");
            let waiting =
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            wait_until("the record", SOON, || lab.app.rows(waiting).pop());
            kill(worker);
            Ok(())
        })
        .unwrap();
    // The record had reached the database, which completes it without us; else nobody knows.
    lab.settle();
    assert_eq!(lab.relay.taken("W1"), 1);
    let attempts = lab.attempts("W1");
    assert!(attempts == ["accepted"] || attempts == ["unknown"], "{attempts:?}");
    lab.check(1, 1);
}

#[test]
fn f03_a_kill_while_the_record_is_being_committed_leaves_it_sent() {
    let lab = Lab::start(&[]);
    lab.bring(&["W1"]);
    let holder = hold_commits(&lab, "accepted");
    let worker = lab.worker(&[]);
    wait_for_commit(&lab);
    kill(worker);
    let_commit(&lab, holder);
    wait_sent(&lab, &["W1"]);
    lab.settle();
    assert_eq!((lab.relay.taken("W1"), lab.attempts("W1")), (1, vec!["accepted".to_owned()]));
    lab.check(1, 0);
}

#[test]
fn f15_a_worker_that_is_told_to_stop_finishes_what_it_began_and_begins_nothing() {
    let lab = Lab::start(&["dot: pause"]);
    let ids: Vec<String> = (0..30).map(|at| format!("W{at}")).collect();
    lab.bring(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let mut worker = lab.worker(&[("HEARBACK_MAIL_CONNECTIONS", "3"), ("HEARBACK_LEASE", "60s")]);
    lab.relay.wait_times(3, "paused", "dot", "*");
    worker.signal("TERM");
    wait_until("its word that it stops", SOON, || worker.words().contains("stopping").then_some(()));
    lab.relay.clear();
    lab.relay.go();
    assert_eq!(worker.end(SOON).code(), Some(0), "{}", worker.words());
    let taken = lab.relay.taken("*");
    assert!((3..=9).contains(&taken), "{taken} letters went out");
    let outcomes = "SELECT outcome || ' ' || count(*) FROM visit GROUP BY outcome ORDER BY outcome";
    assert_eq!(lab.app.rows(outcomes), [format!("planned {}", 30 - taken), format!("sent {taken}")]);
    lab.check(30, 0);
    lab.settle();
    assert_eq!(lab.relay.taken("*"), 30);
    lab.check(30, 0);
}
