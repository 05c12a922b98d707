//! How long each kind of data is kept: the setting `HEARBACK_RETENTION`, pure.

use chrono::{DateTime, Days, Months, Utc};
use std::fmt;

/// For how long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// So many days.
    Days(u32),
    /// So many months.
    Months(u32),
    /// Without end.
    Always,
}

/// A month in days, to compare periods with each other.
const MONTH: u32 = 30;

/// The longest period that can be set (months).
const LONGEST: u32 = 240;

impl Keep {
    /// Returns before which moment something is over; None when it never is.
    pub fn over_before(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Days(days) => now.checked_sub_days(Days::new(u64::from(days))),
            Self::Months(months) => now.checked_sub_months(Months::new(months)),
            Self::Always => None,
        }
    }

    const fn in_days(self) -> u32 {
        match self {
            Self::Days(days) => days,
            Self::Months(months) => months.saturating_mul(MONTH),
            Self::Always => u32::MAX,
        }
    }

    fn read(text: &str) -> Option<Self> {
        if text == "never" {
            return Some(Self::Always);
        }
        let at = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = text.split_at_checked(at)?;
        let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
        let keep = match unit.trim() {
            "d" | "day" | "days" => Self::Days(number),
            "month" | "months" => Self::Months(number),
            "year" | "years" => Self::Months(number.checked_mul(12)?),
            _ => return None,
        };
        (keep.in_days() <= LONGEST * MONTH).then_some(keep)
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(1) => f.write_str("1 day"),
            Self::Days(days) => write!(f, "{days} days"),
            Self::Months(1) => f.write_str("1 month"),
            Self::Months(months) => write!(f, "{months} months"),
            Self::Always => f.write_str("without end"),
        }
    }
}

/// A kind of data that has a period.
#[derive(Debug, PartialEq, Eq)]
pub struct KeptKind {
    /// Its name in the setting.
    pub key: &'static str,
    /// What it is.
    pub what: &'static str,
    /// From when on the period runs.
    pub since: &'static str,
    /// How long it is kept when nothing is set.
    pub usual: Keep,
    /// The shortest period that is accepted.
    pub shortest: Keep,
    /// Why it cannot be shorter.
    pub needed: &'static str,
    /// Whether it may be kept without end.
    pub may_stay: bool,
}

macro_rules! kinds {
    ($($key:literal: $what:literal, since $since:literal, usual $usual:expr, shortest $shortest:expr, because $needed:literal, may stay $may:literal;)*) => {
        /// Every kind of data that has a period, in the order in which it is looked through.
        pub const KEPT_KINDS: &[KeptKind] = &[$(KeptKind {
            key: $key, what: $what, since: $since, usual: $usual, shortest: $shortest, needed: $needed, may_stay: $may,
        }),*];
    };
}

use Keep::{Days as D, Months as M};

kinds! {
    "contact": "Customers’ name, address, number, language and zone, on their file and on each visit",
        since "the end of the customer’s last visit: its day, its link, its calls, its last change", usual D(90),
        shortest D(30), because "letters and calls need it, and a link in a mail works for 30 days", may stay false;
    "calls": "When and at which number a customer wanted to be called, and appointments",
        since "the end of the call, else the answer", usual D(90), shortest D(7), because "the call may still be made", may stay false;
    "letters": "Each try to deliver a letter, and what came back of it, with the words of mail servers",
        since "the end of the letter’s link", usual D(90), shortest D(30), because "letters come back late", may stay false;
    "attempts": "Each single try to phone: when, by whom, and how it ended",
        since "the end of the call-back", usual M(12), shortest D(90), because "reach and callers are compared over 90 days", may stay false;
    "texts": "What customers wrote: comments, answers in words, earlier versions, and reasons typed about an answer",
        since "the answer", usual M(24), shortest D(30), because "a low answer is put right and can be contested", may stay false;
    "link": "Which customer and which order a visit belongs to: afterwards the answers on scales are statistics without a person",
        since "the end of the visit: its day, its link, its calls, its last change", usual M(24), shortest D(90), because "whoever asks for a copy or an erasure must be found", may stay false;
    "objections": "Objections of employees with the reasons of decisions",
        since "the last decision", usual M(36), shortest M(6), because "a decision can be taken back", may stay true;
    "statements": "Statements about employees, and what they said to them",
        since "the day of the last statement about the same person and period", usual M(36), shortest M(6), because "they are part of a personnel file", may stay true;
    "employees": "Name, id, address and account of employees who left; once nothing of the two kinds above is kept of them",
        since "their last day", usual M(36), shortest D(30), because "an evaluation may still be asked for", may stay false;
    "holds": "Legal holds that have ended, with their reasons",
        since "their end", usual M(36), shortest M(6), because "they say why something was not deleted", may stay true;
    "failed_jobs": "Work that failed for good, with the reason",
        since "its last try", usual D(90), shortest D(7), because "somebody has to see it", may stay false;
    "audit": "The audit log, who looked at whom included",
        since "the entry", usual M(24), shortest M(6), because "an employee can read who looked at their page", may stay true;
}

/// How long everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention(Vec<(&'static str, Keep)>);

impl Retention {
    /// Reads a list such as `contact=90d,texts=24months`; what it does not name keeps its usual period.
    ///
    /// # Errors
    /// Says which part is wrong and what would do.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut set = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, period) = part
                .split_once('=')
                .ok_or_else(|| format!("has the part {part}, which is no kind=period"))?;
            let (key, period) = (key.trim(), period.trim());
            let Some(kind) = KEPT_KINDS.iter().find(|kind| kind.key == key) else {
                let known: Vec<&str> = KEPT_KINDS.iter().map(|kind| kind.key).collect();
                return Err(format!("names {key}, which is none of {}", known.join(", ")));
            };
            if set.iter().any(|(known, _)| *known == kind.key) {
                return Err(format!("names {key} twice"));
            }
            set.push((kind.key, checked(kind, period)?));
        }
        Ok(Self(set))
    }

    /// Returns how long a kind is kept.
    pub fn of(&self, kind: &KeptKind) -> Keep {
        self.0.iter().find(|(key, _)| *key == kind.key).map_or(kind.usual, |(_, keep)| *keep)
    }

    /// Tells whether a period was set, or is the usual one.
    pub fn is_set(&self, kind: &KeptKind) -> bool {
        self.0.iter().any(|(key, _)| *key == kind.key)
    }
}

fn checked(kind: &KeptKind, period: &str) -> Result<Keep, String> {
    let (key, shortest) = (kind.key, kind.shortest);
    let keep = Keep::read(period).ok_or_else(|| {
        format!("gives {key} {period}, which is no period such as 90d, 24months, 3years or never")
    })?;
    if keep == Keep::Always && !kind.may_stay {
        return Err(format!(
            "gives {key} never, but personal data of this kind have to go one day (GDPR art. 5)"
        ));
    }
    if keep.in_days() < shortest.in_days() {
        return Err(format!("gives {key} {keep}, but it is kept at least {shortest}: {}", kind.needed));
    }
    Ok(keep)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(key: &str) -> &'static KeptKind {
        KEPT_KINDS.iter().find(|kind| kind.key == key).unwrap()
    }

    #[test]
    fn what_is_not_named_keeps_its_usual_period() {
        let retention = Retention::read(" contact = 30d , audit=never,statements=3years ").unwrap();
        assert_eq!(retention.of(kind("contact")), Keep::Days(30));
        assert_eq!(retention.of(kind("audit")), Keep::Always);
        assert_eq!(retention.of(kind("statements")), Keep::Months(36));
        assert_eq!(retention.of(kind("texts")), Keep::Months(24));
        assert!(retention.is_set(kind("audit")) && !retention.is_set(kind("texts")));
        assert!(KEPT_KINDS.iter().all(|kind| kind.usual.in_days() >= kind.shortest.in_days()));
    }

    #[test]
    fn a_wrong_part_is_named_with_what_would_do() {
        for (text, word) in [
            ("contact", "no kind=period"),
            ("comments=1d", "none of contact, calls"),
            ("texts=24months,texts=1year", "twice"),
            ("texts=soon", "such as 90d"),
            ("texts=0d", "such as 90d"),
            ("texts=21years", "such as 90d"),
            ("texts=never", "GDPR"),
            ("contact=29d", "at least 30 days: letters and calls need it"),
        ] {
            let problem = Retention::read(text).unwrap_err();
            assert!(problem.contains(word), "{text}: {problem}");
        }
    }

    #[test]
    fn months_end_on_the_same_day_of_the_month() {
        let now: DateTime<Utc> = "2026-03-31T12:00:00Z".parse().unwrap();
        assert_eq!(M(1).over_before(now), Some("2026-02-28T12:00:00Z".parse().unwrap()));
        assert_eq!(
            (D(1).over_before(now), Keep::Always.over_before(now)),
            (Some("2026-03-30T12:00:00Z".parse().unwrap()), None)
        );
    }
}
