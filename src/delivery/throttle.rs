//! Rate limits, over all letters and by the recipient's domain, for all workers together (the generic cell rate
//! algorithm, ITU-T I.371: a time that moves forward with every letter).

use super::queries::health;
use crate::config::Rate;
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;

/// The name of the limit over all letters; no domain looks like it.
const ALL: &str = "*";

/// How much may go out at once after a pause: workers look once a second.
const BURST: TimeDelta = TimeDelta::seconds(1);

/// Takes turns for at most `wanted` letters under the limit over all; returns how many may go now. Turns that are not
/// used are given back by [`give_back`] in the same transaction.
///
/// # Errors
/// When the database does not answer.
pub fn take(connection: &mut PgConnection, rate: Rate, wanted: i64, now: DateTime<Utc>) -> Result<i64> {
    let next = health::lock_rate(connection, ALL, now)?;
    let may = allowance(rate, next, now).min(wanted);
    health::update_rate(connection, ALL, advanced(rate, next, now, may))?;
    Ok(may)
}

/// Gives turns back that were taken under the limit over all.
///
/// # Errors
/// When the database does not answer.
pub fn give_back(connection: &mut PgConnection, rate: Rate, unused: i64, now: DateTime<Utc>) -> Result<()> {
    let next = health::lock_rate(connection, ALL, now)?;
    health::update_rate(connection, ALL, next - rate.interval() * i32::try_from(unused).unwrap_or(0))
}

/// Returns when a letter to a domain has its turn, and takes that turn: now, or later.
///
/// # Errors
/// When the database does not answer.
pub fn turn(
    connection: &mut PgConnection,
    rate: Rate,
    domain: &str,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    let next = health::lock_rate(connection, domain, now)?;
    health::update_rate(connection, domain, advanced(rate, next, now, 1))?;
    Ok((next - BURST).max(now))
}

/// How many may go now when the next regular one is at `next`.
fn allowance(rate: Rate, next: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let room = now + BURST - next.max(now);
    let interval = rate.interval().num_microseconds().unwrap_or(i64::MAX).max(1);
    if room < TimeDelta::zero() { 0 } else { room.num_microseconds().unwrap_or(0) / interval + 1 }
}

fn advanced(rate: Rate, next: DateTime<Utc>, now: DateTime<Utc>, count: i64) -> DateTime<Utc> {
    next.max(now) + rate.interval() * i32::try_from(count).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_long_run_no_more_goes_out_than_the_rate() {
        for text in ["1/min", "90/min", "10/s", "1000/s"] {
            let rate: Rate = text.parse().unwrap();
            let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
            let (mut next, mut sent) = (start, 0);
            for second in 0..600 {
                let now = start + TimeDelta::seconds(second);
                let may = allowance(rate, next, now);
                next = advanced(rate, next, now, may);
                sent += may;
            }
            let exact = TimeDelta::minutes(10).num_microseconds().unwrap()
                / rate.interval().num_microseconds().unwrap();
            let burst = 1 + 1_000_000 / rate.interval().num_microseconds().unwrap();
            assert!((exact..=exact + burst).contains(&sent), "{text}: {sent} instead of {exact}");
        }
    }
}
