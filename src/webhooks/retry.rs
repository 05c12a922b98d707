//! When a message is sent again: pure.

use chrono::{DateTime, TimeDelta, Utc};

/// Seconds from one try to the next, the first from when it happened (Standard Webhooks, "Deliverability").
const WAITS: [i64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Nobody who asks for patience is waited for longer than this.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// An endpoint that has failed for so long is left alone.
pub const FAILING: TimeDelta = TimeDelta::days(5);

/// How one try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Accepted.
    Accepted,
    /// There is nothing at this address any more (410).
    Gone,
    /// Not accepted, with the seconds that the receiver asks to wait.
    Refused(Option<u32>),
}

/// Returns when the next try is after so many, moved by up to a fifth either way; None when it is given up. `chance` lies in
/// [0, 1).
pub fn next(tries: i32, asked: Option<u32>, now: DateTime<Utc>, chance: f64) -> Option<DateTime<Utc>> {
    let seconds = *WAITS.get(usize::try_from(tries).ok()?)?;
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 400")]
    let permille = 800 + (chance.clamp(0.0, 1.0) * 400.0).round() as i32;
    let wait = TimeDelta::seconds(seconds) * permille / 1000;
    let asked = TimeDelta::seconds(asked.unwrap_or(0).into()).min(LONGEST);
    Some(now + wait.max(asked))
}

/// Reads `Retry-After`: seconds, or a date (RFC 9110 §10.2.3).
pub fn read_retry_after(text: &str, now: DateTime<Utc>) -> Option<u32> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    u32::try_from((at.with_timezone(&Utc) - now).num_seconds().max(0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-20T15:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_message_is_tried_ten_times_over_three_days() {
        let waits: Vec<i64> =
            (1..10).map(|tries| (next(tries, None, now(), 0.5).unwrap() - now()).num_seconds()).collect();
        assert_eq!(waits, WAITS[1..]);
        assert_eq!(next(10, None, now(), 0.5), None);
        assert_eq!(next(11, Some(5), now(), 0.5), None, "a try that nobody ended counts too");
    }

    #[test]
    fn chance_moves_it_by_a_fifth_at_most() {
        let seconds = |chance| (next(2, None, now(), chance).unwrap() - now()).num_seconds();
        assert_eq!([0.0, 0.5, 1.0].map(seconds), [240, 300, 360]);
    }

    #[test]
    fn whoever_asks_for_patience_is_given_it_but_not_for_ever() {
        let seconds = |asked| (next(1, Some(asked), now(), 0.5).unwrap() - now()).num_seconds();
        assert_eq!([0, 3, 120, u32::MAX].map(seconds), [5, 5, 120, 86_400]);
    }

    #[test]
    fn both_forms_of_retry_after_are_read() {
        assert_eq!(read_retry_after(" 120 ", now()), Some(120));
        assert_eq!(read_retry_after("Fri, 20 Nov 2026 15:02:00 GMT", now()), Some(120));
        assert_eq!(read_retry_after("Fri, 20 Nov 2026 14:00:00 GMT", now()), Some(0));
        assert_eq!(read_retry_after("soon", now()), None);
        assert_eq!(read_retry_after("-1", now()), None);
    }
}
