//! Wrong tries slow down whoever they are counted for, and lock nobody out: after some that cost nothing, the wait doubles
//! from one second to a longest one.

use super::queries;
use crate::error::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use std::net::{IpAddr, Ipv6Addr};

/// How tries are counted.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// So many cost nothing.
    free: i64,
    /// The longest wait (seconds).
    longest: i64,
    /// They are counted over this span; a day at most, for then they are forgotten.
    window: TimeDelta,
}

/// Passwords, for one account.
pub const PASSWORD: Limit = Limit { free: 5, longest: 60, window: TimeDelta::minutes(15) };

/// Passwords, from one network: many people may sit behind it.
pub const NETWORK: Limit = Limit { free: 50, longest: 60, window: TimeDelta::minutes(15) };

/// Codes of the second factor. Only who has the password comes that far, so no stranger can make its owner wait; six
/// digits need a longer wait than a password (at most some hundred tries a day, three of a million codes are right).
pub const CODE: Limit = Limit { free: 5, longest: 600, window: TimeDelta::days(1) };

impl Limit {
    /// Seconds to wait after so many tries.
    fn wait_after(self, tries: i64) -> i64 {
        match tries - self.free {
            ..=0 => 0,
            over => 1_i64
                .checked_shl(u32::try_from(over - 1).unwrap_or(u32::MAX))
                .filter(|wait| *wait > 0)
                .map_or(self.longest, |wait| wait.min(self.longest)),
        }
    }
}

/// Counts a try before anything is looked at, so that many at once count too. Call it in a transaction that is committed
/// whatever comes of the try.
///
/// # Errors
/// 429 with the time to wait when there were too many.
pub fn count(connection: &mut PgConnection, subject: &[u8], limit: Limit, now: DateTime<Utc>) -> Result<()> {
    let (tries, latest) = queries::count_attempts(connection, subject, now - limit.window)?;
    let over = latest.map_or(now, |latest| latest + TimeDelta::seconds(limit.wait_after(tries)));
    if over > now {
        let left = (over - now).num_seconds().max(1);
        return Err(Error::too_many(u32::try_from(left).unwrap_or(60)));
    }
    queries::insert_attempt(connection, subject, now)
}

/// Writes the network of an address as tries are counted for it: whoever has one address of IPv6 has at least a /64.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_never_locks_anybody_out() {
        let waits = [0, 5, 6, 7, 9, 12, 13, 70, 1_000_000];
        assert_eq!(waits.map(|n| PASSWORD.wait_after(n)), [0, 0, 1, 2, 8, 60, 60, 60, 60]);
        assert_eq!(waits.map(|n| CODE.wait_after(n)), [0, 0, 1, 2, 8, 64, 128, 600, 600]);
    }

    #[test]
    fn whoever_changes_the_last_half_of_an_address_is_in_the_same_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }
}
