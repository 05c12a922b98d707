//! Rate limits as people write them: `10/s`, `600/min`, `1000/h`.

use chrono::TimeDelta;
use std::str::FromStr;

/// How many in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In which time.
    pub per: TimeDelta,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (count, unit) = text.split_once('/')?;
            let per = match unit.trim() {
                "s" => TimeDelta::seconds(1),
                "min" => TimeDelta::minutes(1),
                "h" => TimeDelta::hours(1),
                "d" => TimeDelta::days(1),
                _ => return None,
            };
            let count = count.trim().parse().ok().filter(|count| (1..=1_000_000).contains(count))?;
            Some(Self { count, per })
        };
        read().ok_or_else(|| "is no rate such as 10/s, 600/min or 1000/h".to_owned())
    }
}

impl Rate {
    /// Returns the time from one to the next.
    pub fn interval(self) -> TimeDelta {
        self.per / i32::try_from(self.count).unwrap_or(i32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_people_write_them() {
        for (text, millis) in [("10/s", 100), ("600/min", 100), ("1/h", 3_600_000), ("24/d", 3_600_000)] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(rate.interval().num_milliseconds(), millis, "{text}");
        }
        for text in ["", "10", "0/s", "x/s", "10/y", "10000000/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
