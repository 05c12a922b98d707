//! The hours in which a customer may get mail or a call, in the customer's own zone.

use chrono::{DateTime, Days, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use std::str::FromStr;

/// Days of the week and hours of the day, or always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendWindow {
    /// At any time.
    Always,
    /// From the first to the last day of the week, from one time of day to another.
    Hours {
        /// First day.
        first: Weekday,
        /// Last day; may lie before the first (Sat-Mon).
        last: Weekday,
        /// Begin, included.
        from: NaiveTime,
        /// End, excluded.
        to: NaiveTime,
    },
}

impl FromStr for SendWindow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "is neither `always` nor days and hours such as Mon-Sat 08:00-20:00";
        if text.eq_ignore_ascii_case("always") {
            return Ok(Self::Always);
        }
        let read = || {
            let (days, hours) = text.split_once(' ')?;
            let (first, last) = days.split_once('-').unwrap_or((days, days));
            let (from, to) = hours.trim().split_once('-')?;
            let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
            let hours = Self::Hours {
                first: first.parse().ok()?,
                last: last.parse().ok()?,
                from: time(from)?,
                to: time(to)?,
            };
            Some(hours)
        };
        let window = read().ok_or(EXPECTED.to_owned())?;
        match window {
            Self::Hours { from, to, .. } if from >= to => Err("ends before it begins".to_owned()),
            other => Ok(other),
        }
    }
}

impl SendWindow {
    /// Tells whether a moment lies in the window, in that zone.
    pub fn holds(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        self.next(at, zone) == at
    }

    /// Returns the first moment at or after `at` that lies in the window, in that zone.
    ///
    /// An hour that daylight saving skips counts as the hour after it.
    pub fn next(&self, at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let Self::Hours { first, last, from, to } = self else { return at };
        let local = at.with_timezone(&zone);
        for ahead in 0..=8 {
            let Some(day) = local.date_naive().checked_add_days(Days::new(ahead)) else { break };
            if !within(chrono::Datelike::weekday(&day), *first, *last) {
                continue;
            }
            let (Some(begin), Some(end)) =
                (moment(zone, day.and_time(*from)), moment(zone, day.and_time(*to)))
            else {
                continue;
            };
            if at < end {
                return at.max(begin);
            }
        }
        at
    }
}

fn within(day: Weekday, first: Weekday, last: Weekday) -> bool {
    let from_first = |day: Weekday| (day.num_days_from_monday() + 7 - first.num_days_from_monday()) % 7;
    from_first(day) <= from_first(last)
}

fn moment(zone: Tz, local: chrono::NaiveDateTime) -> Option<DateTime<Utc>> {
    let found = zone.from_local_datetime(&local).earliest();
    let found = found.or_else(|| zone.from_local_datetime(&(local + chrono::TimeDelta::hours(1))).earliest());
    found.map(|time| time.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(window: &str, at: &str, zone: Tz) -> String {
        let window: SendWindow = window.parse().unwrap();
        window.next(at.parse().unwrap(), zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    #[test]
    fn the_customers_own_hours_decide() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(next("Mon-Sat 08:00-20:00", "2026-11-20T14:05:00Z", berlin), "2026-11-20T14:05:00Z");
        assert_eq!(next("Mon-Sat 08:00-20:00", "2026-11-20T20:05:00Z", berlin), "2026-11-21T07:00:00Z");
        assert_eq!(next("Mon-Sat 08:00-20:00", "2026-11-21T19:00:00Z", berlin), "2026-11-23T07:00:00Z");
        assert_eq!(next("Mon-Sat 08:00-20:00", "2026-11-20T03:00:00Z", berlin), "2026-11-20T07:00:00Z");
        assert_eq!(next("always", "2026-11-20T03:00:00Z", berlin), "2026-11-20T03:00:00Z");
        assert_eq!(
            next("Sat-Mon 10:00-11:00", "2026-11-20T03:00:00Z", chrono_tz::UTC),
            "2026-11-21T10:00:00Z"
        );
    }

    #[test]
    fn the_night_that_the_clocks_change_moves_nothing_by_an_hour() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(next("Mon-Sun 08:00-20:00", "2027-03-28T00:30:00Z", berlin), "2027-03-28T06:00:00Z");
        assert_eq!(next("Mon-Sun 02:30-20:00", "2027-03-28T00:00:00Z", berlin), "2027-03-28T01:30:00Z");
        assert_eq!(next("Mon-Sun 08:00-20:00", "2026-10-25T00:30:00Z", berlin), "2026-10-25T07:00:00Z");
    }

    #[test]
    fn a_wrong_window_is_refused() {
        for text in ["", "weekdays", "Mon-Sat", "Mon 25:00-26:00", "Mon-Sat 20:00-08:00"] {
            assert!(text.parse::<SendWindow>().is_err(), "{text}");
        }
    }
}
