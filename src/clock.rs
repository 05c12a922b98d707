//! The one clock. Its time is Postgres's: the worker and the server set it by the database at each tick,
//! so that several machines agree on leases and dates. Tests and the demo freeze it.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

#[derive(Debug, Clone, Copy)]
enum Hand {
    Running { read: DateTime<Utc>, since: Instant },
    Frozen(DateTime<Utc>),
}

/// A shared clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Hand>>);

impl Clock {
    /// Starts a clock at the time just read from the database.
    pub fn running(read: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(Hand::Running { read, since: Instant::now() })))
    }

    /// Starts a clock at this machine's time, for a command that needs no database and stores nothing.
    #[expect(clippy::disallowed_methods, reason = "the home of time, where no database is")]
    pub fn of_this_machine() -> Self {
        Self::running(Utc::now())
    }

    /// Makes a clock that stands still until it is set.
    pub fn frozen(at: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(Hand::Frozen(at))))
    }

    /// Returns the present time (UTC, whole microseconds, as Postgres stores it).
    pub fn now(&self) -> DateTime<Utc> {
        let hand = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = match hand {
            Hand::Frozen(at) => at,
            Hand::Running { read, since } => {
                read + TimeDelta::from_std(since.elapsed()).unwrap_or(TimeDelta::zero())
            }
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// Sets the clock: a running one goes on from there, a frozen one stands there.
    pub fn set(&self, at: DateTime<Utc>) {
        let mut hand = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *hand = match *hand {
            Hand::Frozen(_) => Hand::Frozen(at),
            Hand::Running { .. } => Hand::Running { read: at, since: Instant::now() },
        };
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: TimeDelta) {
        self.set(self.now() + by);
    }

    /// Tells whether the clock stands still, so that nobody sets it by the database.
    pub fn is_frozen(&self) -> bool {
        matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), Hand::Frozen(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_it_is_moved() {
        let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let clock = Clock::frozen(start);
        let same = clock.clone();
        clock.advance(TimeDelta::hours(2));
        assert_eq!(same.now(), start + TimeDelta::hours(2));
    }
}
