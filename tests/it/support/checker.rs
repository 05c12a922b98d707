//! The checker: reads the mail server's own record and the database, and says where the promise is broken.
//!
//! 1. Each letter of an invitation is taken by the server at most once, and what it takes was one of ours.
//! 2. The outcomes sum to the visits that were brought, and invitation and visit agree.
//! 3. Nothing is in `sending` for longer than its lease.
//! 4. What is recorded as accepted was taken exactly once; what is unknown at most once; everything else never. An
//!    invitation that is `sent` is recorded as accepted.
//! 5. A visit that was suppressed got no letter.
//! 6. There are no more unknown ones than kills and server faults after the dot can explain.

use super::TestApp;
use super::scripted::Event;
use std::collections::BTreeMap;

/// What a run may have left.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// How many visits were brought.
    pub visits: usize,
    /// How many of them may be unknown.
    pub unknown_at_most: usize,
}

/// One letter of an invitation: the invitation's id without hyphens, and the kind of letter.
type Letter = (String, String);

/// A letter as the database knows it.
#[derive(Debug)]
struct Row {
    state: String,
    outcome: String,
    attempts: Vec<String>,
}

/// Fails with every complaint.
#[track_caller]
pub fn check(app: &TestApp, events: &[Event], expected: Expected) {
    let complaints = complaints(app, events, expected);
    assert!(complaints.is_empty(), "the promise is broken:\n{}", complaints.join("\n"));
}

/// Says where the promise is broken.
pub fn complaints(app: &TestApp, events: &[Event], expected: Expected) -> Vec<String> {
    let mut found = Vec::new();
    let rows = read(app);
    let taken = taken(events, &mut found);
    for (letter, times) in &taken {
        if !rows.contains_key(letter) {
            found.push(format!("{letter:?} was taken {times} times and is no letter of ours"));
        }
        if *times > 1 {
            found.push(format!("{letter:?} was taken {times} times"));
        }
    }
    for (letter, row) in &rows {
        let times = taken.get(letter).copied().unwrap_or(0);
        found.extend(wrong(row, times).map(|why| format!("{letter:?} {row:?}: {why}, taken {times} times")));
    }
    let lost = "SELECT count(*) FROM invitation WHERE state = 'sending' AND lease_until <";
    let stuck = app.value(&format!("{lost} '{}'", app.now().to_rfc3339()));
    if stuck != "0" {
        found.push(format!("{stuck} are in sending for longer than their lease"));
    }
    let sum = app.value("SELECT count(*) FROM visit WHERE outcome IS NOT NULL");
    if sum != expected.visits.to_string() {
        found.push(format!("{} visits were brought and {sum} have an outcome", expected.visits));
    }
    let unknown = rows.values().filter(|row| row.attempts.iter().any(|state| state == "unknown")).count();
    if unknown > expected.unknown_at_most {
        found.push(format!("{unknown} are unknown and {} may be", expected.unknown_at_most));
    }
    found
}

/// Counts what the server took, by its own word.
fn taken(events: &[Event], found: &mut Vec<String>) -> BTreeMap<Letter, usize> {
    let mut taken = BTreeMap::new();
    for event in events.iter().filter(|event| event.what == "accepted") {
        let id = event.message_id.trim_start_matches('<').split('@').next().unwrap_or_default();
        match id.split_once('.') {
            Some((invitation, letter)) => {
                *taken.entry((invitation.to_owned(), letter.to_owned())).or_default() += 1;
            }
            None => found.push(format!("a letter with the Message-ID `{}` was taken", event.message_id)),
        }
    }
    taken
}

fn read(app: &TestApp) -> BTreeMap<Letter, Row> {
    let sql = "SELECT concat_ws('|', replace(i.id::text, '-', ''), coalesce(a.letter, 'invitation'), i.state, v.outcome, \
               string_agg(a.state, ',')) FROM invitation i JOIN visit v ON v.id = i.visit_id \
               LEFT JOIN delivery_attempt a ON a.invitation_id = i.id GROUP BY i.id, v.outcome, a.letter";
    let row = |text: String| {
        let mut cells = text.split('|').map(str::to_owned);
        let mut next = || cells.next().unwrap_or_default();
        let letter = (next(), next());
        let (state, outcome, attempts) = (next(), next(), next());
        let attempts = attempts.split(',').filter(|state| !state.is_empty()).map(str::to_owned).collect();
        (letter, Row { state, outcome, attempts })
    };
    app.rows(sql).into_iter().map(row).collect()
}

/// Says what is wrong with a letter that the server took so many times.
fn wrong(row: &Row, taken: usize) -> Option<&'static str> {
    let has = |state: &str| row.attempts.iter().any(|known| known == state);
    if has("accepted") && taken != 1 {
        return Some("accepted is taken exactly once");
    }
    let maybe = has("unknown") || has("past_marker");
    if !has("accepted") && !maybe && taken != 0 {
        return Some("nothing goes out without a marker");
    }
    if row.state == "sent" && !has("accepted") && !maybe {
        return Some("sent needs an attempt that ended so");
    }
    if row.state == "unknown" && !maybe {
        return Some("unknown needs an attempt that ended so");
    }
    if row.outcome == "suppressed" && taken != 0 {
        return Some("a stopped address gets nothing");
    }
    let disagree = (row.state == "planned") != (row.outcome == "planned")
        || (row.state == "sending") != (row.outcome == "sending");
    disagree.then_some("invitation and visit disagree")
}
