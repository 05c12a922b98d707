//! How often somebody may do something in a while, counted in this process.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// More than so many are not told apart; the oldest are forgotten.
const KNOWN: usize = 10_000;

/// What came of one act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// How many more are free in this window.
    pub left: u32,
    /// After how many seconds the window ends.
    pub reset: u32,
    /// Whether it was one too many.
    pub is_over: bool,
}

/// Counts by window: each key may act `most` times in `per`.
#[derive(Debug)]
pub struct Limiter<K> {
    most: u32,
    per: TimeDelta,
    counts: Mutex<HashMap<K, (DateTime<Utc>, u32)>>,
}

impl<K: Eq + Hash> Limiter<K> {
    /// Makes a limiter.
    pub fn new(most: u32, per: TimeDelta) -> Self {
        Self { most, per, counts: Mutex::default() }
    }

    /// Counts one act, and returns after how many seconds to come back if it is one too many.
    pub fn count(&self, key: K, now: DateTime<Utc>) -> Option<u32> {
        let taken = self.take(key, now);
        taken.is_over.then_some(taken.reset)
    }

    /// Counts one act, and tells what is left of the window.
    pub fn take(&self, key: K, now: DateTime<Utc>) -> Taken {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KNOWN {
            counts.retain(|_, (begun, _)| now < *begun + self.per);
            if counts.len() >= KNOWN {
                counts.clear();
            }
        }
        let (begun, count) = counts.entry(key).or_insert((now, 0));
        if now >= *begun + self.per {
            (*begun, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        let wait = (*begun + self.per - now).num_seconds().max(1);
        Taken {
            left: self.most.saturating_sub(*count),
            reset: u32::try_from(wait).unwrap_or(u32::MAX),
            is_over: *count > self.most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_a_while_and_each_for_themselves() {
        let limiter = Limiter::new(2, TimeDelta::minutes(1));
        let now: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        let ten = now + TimeDelta::seconds(10);
        assert_eq!((limiter.count("a", now), limiter.count("a", now)), (None, None));
        assert_eq!((limiter.count("a", ten), limiter.count("b", ten)), (Some(50), None));
        assert_eq!(limiter.count("a", now + TimeDelta::minutes(1)), None);
        let taken = limiter.take("a", now + TimeDelta::seconds(75));
        assert_eq!((taken.left, taken.reset, taken.is_over), (0, 45, false));
    }
}
