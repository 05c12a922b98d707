//! Stretches of time, and reading the sums of a period.

use super::COMPANY;
use super::contribution::Contribution;
use super::deltas::{Deltas, Stretch};
use super::names::Names;
use super::queries;
use super::sums::{Cross, Slice};
use crate::error::Result;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc, Weekday};
use diesel::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many weeks are kept.
const WEEKS_KEPT: u64 = 104;

/// How long a stretch of time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// From Monday to Sunday; kept for two years, for trends.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

impl Span {
    /// Returns the word as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Week, Self::Month, Self::Year].into_iter().find(|span| span.as_str() == word)
    }

    /// Returns the first day of the stretch in which a day lies.
    pub fn begin(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Week => day.week(Weekday::Mon).first_day(),
            Self::Month => day.with_day(1).unwrap_or(day),
            Self::Year => day.with_ordinal(1).unwrap_or(day),
        }
    }
}

/// The first week that is kept.
pub fn first_week(now: DateTime<Utc>) -> NaiveDate {
    Span::Week.begin(now.date_naive() - Days::new(7 * WEEKS_KEPT))
}

/// The stretches in which a day is summed.
pub fn stretches(day: NaiveDate, first_week: NaiveDate) -> Vec<Stretch> {
    let all = [Span::Week, Span::Month, Span::Year].map(|span| (span, span.begin(day)));
    all.into_iter().filter(|(span, begins)| *span != Span::Week || *begins >= first_week).collect()
}

/// The sums of a period.
#[derive(Debug, Default)]
pub struct Period {
    /// What the numbers in the sums stand for.
    pub names: Names,
    /// The company.
    pub company: Slice,
    /// Everybody with visits in the period.
    pub people: BTreeMap<Uuid, Slice>,
    /// Pairs of levels by item and class.
    pub crosses: BTreeMap<(i32, i32), Cross>,
}

impl Period {
    /// Adds the sums of somebody.
    pub fn add(&mut self, who: Uuid, slice: Slice) {
        if who == COMPANY {
            self.company.add(slice);
        } else {
            self.people.entry(who).or_default().add(slice);
        }
    }

    /// Takes in sums, over whatever stretches.
    pub fn take(&mut self, deltas: Deltas) {
        for ((_, who), slice) in deltas.slices {
            self.add(who, slice);
        }
        for ((_, item, class), cross) in deltas.crosses {
            self.crosses.entry((item, class)).or_default().add(cross);
        }
    }
}

/// Reads the sums of a period: visit dates in the organisation's zone, both ends included. Whole months and years come
/// from the sums, the edges from the visits themselves. Fold first, then read in one snapshot.
///
/// # Errors
/// When the database does not answer.
pub fn read(connection: &mut PgConnection, from: NaiveDate, to: NaiveDate) -> Result<Period> {
    let mut period = Period { names: queries::load_names(connection)?, ..Period::default() };
    let (from, to) = widened(connection, from, to)?;
    let (whole, edges) = split(from, to);
    queries::read_slices(connection, &whole, &mut period)?;
    queries::read_crosses(connection, &whole, &mut period.crosses)?;
    let mut deltas = Deltas::default();
    for (from, to) in edges {
        queries::each_contribution_between(connection, from, to, |contribution: &Contribution| {
            deltas.add(contribution, 1, &[(Span::Month, from)], &mut period.names);
        })?;
    }
    period.take(deltas);
    Ok(period)
}

/// Makes a period as long as it can be without another visit: a month that goes on is whole as far as it has come.
fn widened(connection: &mut PgConnection, from: NaiveDate, to: NaiveDate) -> Result<(NaiveDate, NaiveDate)> {
    if from > to {
        return Ok((from, to));
    }
    let first = Span::Month.begin(from);
    let last = Span::Month.begin(to) + Months::new(1) - Days::new(1);
    let is_free = |connection: &mut PgConnection, from: NaiveDate, to: NaiveDate| -> Result<bool> {
        Ok(from > to || !queries::has_visits_between(connection, from, to)?)
    };
    let from = if is_free(connection, first, from - Days::new(1))? { first } else { from };
    let to = if is_free(connection, to + Days::new(1), last)? { last } else { to };
    Ok((from, to))
}

/// Splits a period into whole years and months, and what is left at either end.
fn split(from: NaiveDate, to: NaiveDate) -> (Vec<Stretch>, Vec<(NaiveDate, NaiveDate)>) {
    if from > to {
        return (Vec::new(), Vec::new());
    }
    let after = to + Days::new(1);
    let (first, end) = (ceiling(Span::Month, from), Span::Month.begin(after));
    if first >= end {
        return (Vec::new(), vec![(from, to)]);
    }
    let mut whole = Vec::new();
    let mut begins = first;
    while begins < end {
        let year_ends = begins + Months::new(12);
        let is_year = begins == Span::Year.begin(begins) && year_ends <= end;
        whole.push((if is_year { Span::Year } else { Span::Month }, begins));
        begins = if is_year { year_ends } else { begins + Months::new(1) };
    }
    let mut edges = Vec::new();
    if from < first {
        edges.push((from, first - Days::new(1)));
    }
    if end < after {
        edges.push((end, to));
    }
    (whole, edges)
}

/// The first begin of a stretch that is not before a day.
fn ceiling(span: Span, day: NaiveDate) -> NaiveDate {
    let begin = span.begin(day);
    if begin == day { begin } else { begin + Months::new(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_of(from: &str, to: &str) -> String {
        let (whole, edges) = split(from.parse().unwrap(), to.parse().unwrap());
        let whole = whole.iter().map(|(span, begins)| format!("{}:{begins}", span.as_str()));
        let edges = edges.iter().map(|(from, to)| format!("{from}..{to}"));
        whole.chain(edges).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn whole_months_and_years_are_read_from_the_sums_and_the_edges_from_the_visits() {
        assert_eq!(
            split_of("2026-01-01", "2026-03-31"),
            "month:2026-01-01 month:2026-02-01 month:2026-03-01"
        );
        assert_eq!(
            split_of("2026-01-02", "2026-03-30"),
            "month:2026-02-01 2026-01-02..2026-01-31 2026-03-01..2026-03-30"
        );
        assert_eq!(split_of("2026-01-05", "2026-01-20"), "2026-01-05..2026-01-20");
        assert_eq!(split_of("2026-01-31", "2026-02-01"), "2026-01-31..2026-02-01");
        assert_eq!(split_of("2026-02-02", "2026-02-01"), "");
        assert_eq!(
            split_of("2024-11-30", "2026-01-31"),
            "month:2024-12-01 year:2025-01-01 month:2026-01-01 2024-11-30..2024-11-30"
        );
        assert_eq!(split_of("2024-01-01", "2025-12-31"), "year:2024-01-01 year:2025-01-01");
    }

    #[test]
    fn a_day_is_summed_in_its_week_month_and_year() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        let of = |first_week: &str| {
            let all = stretches(day, first_week.parse().unwrap());
            all.iter().map(|(span, begins)| format!("{} {begins}", span.as_str())).collect::<Vec<_>>()
        };
        assert_eq!(of("2026-10-26"), ["week 2026-10-26", "month 2026-11-01", "year 2026-01-01"]);
        assert_eq!(of("2026-11-02"), ["month 2026-11-01", "year 2026-01-01"]);
    }
}
