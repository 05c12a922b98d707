//! The rules that keep a letter from going out twice, and which test fails when one of them is broken. Each was
//! broken once in the sources to see that test fail.
//!
//! | rule | broken so | the test that fails |
//! |---|---|---|
//! | the marker is committed before the body | `mark_past` after the body | `no_letter_leaves_before_its_marker_is_in_the_database` |
//! | fence at the marker | `mark_past` without owner and state | `delivery::a_worker_that_slept_past_its_lease_hands_nothing_over`, `faults_workers::f16_a_worker_that_wakes_after_its_lease_stops_before_the_letter` |
//! | fence when giving back | `end_sending` without the owner | `faults_workers::f16_a_worker_that_wakes_takes_nothing_from_the_one_that_holds_it_now` |
//! | the unique index | left out of the migration | `the_index_is_what_refuses_a_second_letter_past_the_dot`, `delivery::the_database_itself_forbids_a_second_letter_past_the_dot` |
//! | no try after silence past the dot | `NoReply` as a retry | `faults_replies::silence_after_the_dot_is_unknown_whether_the_letter_was_taken_or_not` |
//! | no rescue past the marker | `rescue` plans again | `faults_kills::f02_a_kill_between_marker_and_letter_is_unknown_and_nothing_goes_out` |
//!
//! The faults themselves are in `faults_replies`, `faults_kills`, `faults_workers` and `faults_database`; the table
//! of faults and tests is `docs/delivery.md`. Time-outs that nobody can wait for are tested where limits can
//! be set, in `src/mail`.

use crate::support::checker::{Expected, complaints};
use crate::support::lab::Lab;
use crate::support::scripted::{Event, SOON};
use crate::support::wait_until;
use diesel::{Connection, RunQueryDsl};

#[test]
fn no_letter_leaves_before_its_marker_is_in_the_database() {
    let lab = Lab::start(&["rcpt: pause"]);
    lab.bring(&["W1"]);
    std::thread::scope(|scope| {
        let working = scope.spawn(|| lab.app.work());
        lab.relay.wait("paused", "rcpt", "W1");
        // Whoever wants to set the marker now has to wait for this transaction.
        let mut holder = lab.app.connection();
        let waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        holder
            .transaction::<(), diesel::result::Error, _>(|holder| {
                diesel::sql_query("SELECT 1 FROM delivery_attempt FOR UPDATE").execute(holder)?;
                lab.relay.go();
                wait_until("somebody waiting for the marker", SOON, || lab.app.rows(waiting).pop());
                let begun = lab.relay.count("reached", "body", "*") + lab.relay.count("reached", "dot", "*");
                assert_eq!(begun, 0, "the letter left before its marker was there");
                Ok(())
            })
            .unwrap();
        working.join().unwrap();
    });
    assert_eq!((lab.stands("W1").0.as_str(), lab.relay.taken("W1")), ("sent", 1));
    lab.check(1, 0);
}

#[test]
fn the_index_is_what_refuses_a_second_letter_past_the_dot() {
    let lab = Lab::start(&[]);
    lab.bring(&["W1"]);
    lab.app.work();
    let second = "INSERT INTO delivery_attempt (id, invitation_id, letter, number, worker_id, state, started_at) \
                  SELECT gen_random_uuid(), invitation_id, letter, number + 1, worker_id, 'past_marker', started_at \
                  FROM delivery_attempt";
    assert!(lab.app.execute(second).is_err());
    lab.app.execute("DROP INDEX delivery_attempt_past_dot").unwrap();
    assert_eq!(lab.app.execute(second), Ok(1), "something else refused it before");
}

/// A checker that cannot complain checks nothing.
#[test]
fn the_checker_sees_what_it_is_there_for() {
    let lab = Lab::start(&[]);
    lab.bring(&["W1", "W2"]);
    lab.app.work();
    let sound = Expected { visits: 2, unknown_at_most: 0 };
    let events = lab.relay.events();
    assert_eq!(complaints(&lab.app, &events, sound), Vec::<String>::new());
    let complains = |events: &[Event], expected: Expected, of: &str| {
        let found = complaints(&lab.app, events, expected).join("\n");
        assert!(found.contains(of), "{of}: {found}");
    };
    let accepted = events.iter().find(|event| event.what == "accepted").unwrap().clone();
    let twice: Vec<Event> = events.iter().chain([&accepted]).cloned().collect();
    complains(&twice, sound, "was taken 2 times");
    let none: Vec<Event> = events.iter().filter(|event| **event != accepted).cloned().collect();
    complains(&none, sound, "accepted is taken exactly once");
    let message_id = "<0.invitation@example.com>".to_owned();
    let strange = [events.clone(), vec![Event { message_id, ..accepted }]].concat();
    complains(&strange, sound, "is no letter of ours");
    complains(&events, Expected { visits: 3, ..sound }, "3 visits were brought");
    let broken = [
        ("UPDATE delivery_attempt SET state = 'refused'", "nothing goes out without a marker"),
        ("UPDATE delivery_attempt SET state = 'unknown'", "2 are unknown and 0 may be"),
        ("UPDATE invitation SET state = 'sending', lease_until = '2000-01-01'", "longer than their lease"),
        ("UPDATE invitation SET state = 'planned'", "invitation and visit disagree"),
        ("UPDATE visit SET outcome = 'suppressed'", "a stopped address gets nothing"),
    ];
    let mut connection = lab.app.connection();
    for (break_it, of) in broken {
        diesel::sql_query(break_it).execute(&mut connection).unwrap();
        complains(&events, sound, of);
        diesel::sql_query("UPDATE delivery_attempt SET state = 'accepted'").execute(&mut connection).unwrap();
        diesel::sql_query("UPDATE invitation SET state = 'sent'").execute(&mut connection).unwrap();
        diesel::sql_query("UPDATE visit SET outcome = 'sent'").execute(&mut connection).unwrap();
        assert_eq!(complaints(&lab.app, &events, sound), Vec::<String>::new());
    }
}
