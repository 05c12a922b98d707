//! The relay's breaker: after five faults in a row, or one of our own settings, nothing is tried for a while; then
//! one letter alone, and with that the breaker closes by itself or stays open twice as long.

use super::queries::health::{self, Breaker};
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;

/// Faults in a row that open it.
const FAULTS: i32 = 5;

/// How long it stays open first; doubled each time.
const FIRST: TimeDelta = TimeDelta::seconds(30);

/// How long it stays open at most.
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// Whether letters may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// As many as there are.
    All,
    /// One, to see whether the relay answers again.
    One,
    /// None before this time.
    NoneBefore(DateTime<Utc>),
}

/// Tells how many letters may go out now. When it says one, no other worker hears the same before `lease` is over.
/// Call it in the transaction that claims.
///
/// # Errors
/// When the database does not answer.
pub fn admit(connection: &mut PgConnection, now: DateTime<Utc>, lease: TimeDelta) -> Result<Admission> {
    if health::find_breaker(connection)?.open_until.is_none() {
        return Ok(Admission::All);
    }
    let breaker = health::lock_breaker(connection)?;
    let admission = judge(&breaker, now);
    if admission == Admission::One {
        let probe_until = Some(now + lease);
        health::update_breaker(connection, &Breaker { probe_until, ..breaker })?;
    }
    Ok(admission)
}

/// Gives the turn back that [`admit`] gave to one letter, because none was due.
///
/// # Errors
/// When the database does not answer.
pub fn decline(connection: &mut PgConnection) -> Result<()> {
    let breaker = health::lock_breaker(connection)?;
    health::update_breaker(connection, &Breaker { probe_until: None, ..breaker })
}

fn judge(breaker: &Breaker, now: DateTime<Utc>) -> Admission {
    let Some(open_until) = breaker.open_until else { return Admission::All };
    match [Some(open_until), breaker.probe_until].into_iter().flatten().find(|until| *until > now) {
        Some(until) => Admission::NoneBefore(until),
        None => Admission::One,
    }
}

/// Counts a fault of the relay; `ours` when the cause are our own settings, which no number of tries mends. Returns
/// until when it is open, if it is open now.
///
/// # Errors
/// When the database does not answer.
pub fn count_fault(
    connection: &mut PgConnection,
    words: &str,
    ours: bool,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let breaker = after_fault(&health::lock_breaker(connection)?, words, ours, now);
    health::update_breaker(connection, &breaker)?;
    Ok(breaker.open_until)
}

fn after_fault(was: &Breaker, words: &str, ours: bool, now: DateTime<Utc>) -> Breaker {
    let faults = was.faults.saturating_add(1);
    let breaker = Breaker { faults, words: Some(words.to_owned()), ..was.clone() };
    // What had begun before it opened adds nothing to how long it stays open.
    if breaker.open_until.is_some_and(|until| until > now) || (faults < FAULTS && !ours) {
        return breaker;
    }
    let doubled = FIRST * (1 << breaker.openings.clamp(0, 10));
    Breaker {
        openings: breaker.openings.saturating_add(1),
        opened_at: breaker.opened_at.or(Some(now)),
        open_until: Some(now + doubled.min(LONGEST)),
        probe_until: None,
        ..breaker
    }
}

/// Closes it: the relay answers.
///
/// # Errors
/// When the database does not answer.
pub fn clear(connection: &mut PgConnection) -> Result<()> {
    if health::clear_breaker(connection)? {
        tracing::info!("the relay answers again");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn seconds_open(breaker: &Breaker, now: i64) -> Option<i64> {
        breaker.open_until.map(|until| (until - at(now)).num_seconds())
    }

    #[test]
    fn it_opens_after_five_faults_and_at_once_for_our_own_settings() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker = after_fault(&breaker, "refused", false, at(0));
            assert_eq!(judge(&breaker, at(0)), Admission::All);
        }
        breaker = after_fault(&breaker, "refused", false, at(0));
        assert_eq!(judge(&breaker, at(29)), Admission::NoneBefore(at(30)));
        assert_eq!(judge(&breaker, at(30)), Admission::One);
        let ours = after_fault(&Breaker::default(), "535 wrong password", true, at(0));
        assert_eq!(seconds_open(&ours, 0), Some(30));
    }

    #[test]
    fn it_stays_open_twice_as_long_each_time_up_to_a_quarter_of_an_hour() {
        let (mut breaker, mut now, mut waits) = (Breaker::default(), 0, Vec::new());
        for _ in 0..8 {
            breaker = after_fault(&breaker, "refused", true, at(now));
            let wait = seconds_open(&breaker, now).unwrap();
            waits.push(wait);
            // Letters that had begun before fail too; they lengthen nothing.
            assert_eq!(seconds_open(&after_fault(&breaker, "x", false, at(now)), now), Some(wait));
            now += wait;
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(breaker.opened_at, Some(at(0)));
    }

    #[test]
    fn one_worker_alone_tries_when_the_time_is_over() {
        let breaker = Breaker { probe_until: Some(at(90)), open_until: Some(at(30)), ..Breaker::default() };
        assert_eq!(judge(&breaker, at(40)), Admission::NoneBefore(at(90)));
        assert_eq!(judge(&breaker, at(90)), Admission::One);
    }
}
