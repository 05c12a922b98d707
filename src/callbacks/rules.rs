//! Who is drawn, with which probability, and what follows from an attempt: pure.

use super::model::{Disposition, Kind};
use crate::config::SendWindow;
use crate::visits::Outcome;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// Attempts at different times of day before a customer counts as unreachable.
pub const ATTEMPTS: usize = 4;

/// How soon a busy line is tried again.
const BUSY: TimeDelta = TimeDelta::minutes(20);

/// Answers that a reliability of 0.7 takes where answers of one employee are alike with ICC 0.05 (STATISTICS §2b,
/// Spearman-Brown: rel/(1 − rel) · (1 − ICC)/ICC, rounded up).
pub const NEEDED: i64 = 45;

/// Returns the preset probability of a stratum of a wave with that share.
pub const fn preset(kind: Kind, share: f64) -> f64 {
    match kind {
        Kind::Random => share,
        Kind::Priority | Kind::PhoneFirst | Kind::Service => 1.0,
    }
}

/// Tells whether a visit is drawn: its permanent random number lies below the preset probability (Ohlsson 1995).
pub fn is_drawn(kind: Kind, share: f64, call_priority: f64) -> bool {
    call_priority < preset(kind, share)
}

/// Returns the probability that a stratum was called with (STATISTICS §00.4): the preset one when all who were drawn
/// were called, else called/framed, for the list was left after so many in its order. Nothing when nobody was called of
/// those who should have been: then nobody was drawn.
pub fn realised(preset: f64, framed: i64, drawn: i64, called: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of visits lie far below 2^52")]
    match called {
        _ if called >= drawn => Some(preset),
        0 => None,
        _ => Some(called as f64 / framed as f64),
    }
}

/// The times of day, as customers choose them, and when each ends (hour).
const TIMES: [(&str, u32); 4] = [("morning", 11), ("midday", 14), ("afternoon", 17), ("evening", 24)];

/// Returns the time of day of a moment on the customer's clock.
pub fn time_of_day(local: NaiveTime) -> &'static str {
    TIMES.iter().find(|(_, end)| local.hour() < *end).map_or("evening", |(word, _)| word)
}

/// A try that reached nobody: day and time on the customer's clock.
pub type Tried = (NaiveDate, NaiveTime);

/// Tells whether so many tries at different times of day make a customer unreachable.
pub fn is_unreachable(tried: &[Tried]) -> bool {
    let different: BTreeSet<(NaiveDate, &str)> =
        tried.iter().map(|(day, time)| (*day, time_of_day(*time))).collect();
    different.len() >= ATTEMPTS
}

/// Returns when to try again after tries that reached nobody, the last one just now, and at which time of day: the
/// first hour in the window at a time of day that was tried least, and never the same of the same day. A busy line is
/// tried again soon.
pub fn again(
    disposition: Disposition,
    tried: &[Tried],
    window: &SendWindow,
    zone: Tz,
    now: DateTime<Utc>,
) -> (DateTime<Utc>, &'static str) {
    let local = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
    let times_tried = |word: &str| tried.iter().filter(|(_, time)| time_of_day(*time) == word).count();
    let soon = window.next(now + BUSY, zone);
    if disposition == Disposition::Busy {
        return (soon, time_of_day(local(soon).time()));
    }
    let today = (local(now).date(), time_of_day(local(now).time()));
    let ahead = (1..=72).map(|hours| window.next(now + TimeDelta::hours(hours), zone));
    let slots = ahead.map(|at| (at, local(at).date(), time_of_day(local(at).time())));
    let best = slots
        .filter(|(_, day, word)| (*day, *word) != today)
        .min_by_key(|(at, _, word)| (times_tried(word), *at));
    best.map_or_else(
        || {
            let tomorrow = now.checked_add_days(Days::new(1)).unwrap_or(now);
            let at = window.next(tomorrow, zone);
            (at, time_of_day(local(at).time()))
        },
        |(at, _, word)| (at, word),
    )
}

/// Returns the outcome in which an attempt leaves a visit; None when the call-back goes on.
pub const fn outcome(disposition: Disposition) -> Option<Outcome> {
    use Disposition as D;
    match disposition {
        D::Complete | D::Partial => Some(Outcome::Answered),
        D::Refused => Some(Outcome::Refused),
        D::WrongNumber => Some(Outcome::WrongNumber),
        D::LanguageBarrier => Some(Outcome::LanguageBarrier),
        D::DoNotCall => Some(Outcome::DoNotCall),
        D::NoAnswer | D::Busy | D::Appointment => None,
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
