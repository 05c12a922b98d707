//! Which days an evaluation is about when nothing or something was asked for.

use crate::web::format::full_day;
use crate::web::list::Dates;
use crate::web::shell::Link;
use chrono::{Datelike, Days, Months, NaiveDate};

/// A span of visit dates, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Period {
    /// Returns the last twelve months, whole ones up to the present one.
    pub fn usual(today: NaiveDate) -> Self {
        let first = today.with_day(1).unwrap_or(today);
        Self { from: first.checked_sub_months(Months::new(11)).unwrap_or(first), to: today }
    }

    /// Takes what was typed; the usual period stands for what was not. None when it cannot be read.
    pub fn asked(dates: &Dates, today: NaiveDate) -> Option<Self> {
        if dates.error.is_some() {
            return None;
        }
        let to = dates.to.unwrap_or_else(|| dates.from.map_or(today, |from| from.max(today)));
        let from = dates.from.unwrap_or_else(|| Self::usual(to).from);
        crate::error::check_span(from, to).is_ok().then_some(Self { from, to })
    }

    /// Returns both halves of the calendar year that are over or begun, the newest last: for confirming twice.
    pub fn half_years(today: NaiveDate) -> [Self; 2] {
        let half = |year: i32, is_second: bool| {
            let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or(today);
            if is_second {
                Self { from: day(7, 1), to: day(12, 31) }
            } else {
                Self { from: day(1, 1), to: day(6, 30) }
            }
        };
        if today.month() > 6 {
            [half(today.year() - 1, true), half(today.year(), false)]
        } else {
            [half(today.year() - 1, false), half(today.year() - 1, true)]
        }
    }

    /// Returns the part that lies in a span of days; None when there is none.
    pub fn within(self, from: NaiveDate, to: Option<NaiveDate>) -> Option<Self> {
        let cut = Self { from: self.from.max(from), to: to.map_or(self.to, |to| self.to.min(to)) };
        (cut.from <= cut.to).then_some(cut)
    }

    /// Widens it to whole months that are over, if there is one in it; else to the present month so far. A number that
    /// changed with each day would tell what a single customer answered.
    #[must_use]
    pub fn in_whole_months(self, today: NaiveDate) -> Self {
        let first = |day: NaiveDate| day.with_day(1).unwrap_or(day);
        let before = |day: NaiveDate| day.pred_opt().unwrap_or(day);
        let from = first(self.from.min(today));
        let end = first(self.to).checked_add_months(Months::new(1)).map_or(self.to, before);
        let over = before(first(today));
        let to = if end <= over { end } else { over };
        Self { from, to: if to < from { today } else { to } }
    }

    /// Writes it: `1 November 2025 to 31 October 2026`.
    pub fn words(self) -> String {
        format!("{} to {}", full_day(self.from), full_day(self.to))
    }

    /// Writes it for an address: `from=2025-11-01&to=2026-10-31`.
    pub fn query(self) -> String {
        format!("from={}&to={}", self.from, self.to)
    }

    /// Returns links to the usual periods; `rest` is what else the address asks for, each part with its `&`.
    pub fn links(path: &str, rest: &str, today: NaiveDate) -> Vec<Link> {
        let ninety = Self { from: today.checked_sub_days(Days::new(89)).unwrap_or(today), to: today };
        let month = if today.month() > 6 { 7 } else { 1 };
        let half = Self { from: NaiveDate::from_ymd_opt(today.year(), month, 1).unwrap_or(today), to: today };
        let periods =
            [("Last 12 months", Self::usual(today)), ("Last 90 days", ninety), ("This half-year", half)];
        let link = |(label, period): (&str, Self)| Link {
            href: format!("{path}?{}{rest}", period.query()),
            label: label.to_owned(),
        };
        periods.into_iter().map(link).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn without_dates_it_is_the_last_twelve_months() {
        let period = Period::asked(&Dates::default(), day("2026-11-20")).unwrap();
        assert_eq!(period, Period { from: day("2025-12-01"), to: day("2026-11-20") });
        assert_eq!(period.words(), "1 December 2025 to 20 November 2026");
    }

    #[test]
    fn half_years_are_over_and_do_not_overlap() {
        let [first, second] = Period::half_years(day("2026-11-20"));
        assert_eq!(
            (first.from, first.to, second.from, second.to),
            (day("2025-07-01"), day("2025-12-31"), day("2026-01-01"), day("2026-06-30"))
        );
        let [first, second] = Period::half_years(day("2026-03-02"));
        assert_eq!((first.from, second.to), (day("2025-01-01"), day("2025-12-31")));
    }

    #[test]
    fn whoever_looks_at_themself_sees_whole_months_that_are_over() {
        let whole = |from: &str, to: &str| {
            let period = Period { from: day(from), to: day(to) }.in_whole_months(day("2026-11-20"));
            format!("{} {}", period.from, period.to)
        };
        assert_eq!(whole("2026-03-05", "2026-03-05"), "2026-03-01 2026-03-31");
        assert_eq!(whole("2025-12-01", "2026-11-20"), "2025-12-01 2026-10-31");
        assert_eq!(whole("2026-11-02", "2026-11-03"), "2026-11-01 2026-11-20");
    }

    #[test]
    fn a_membership_cuts_a_period() {
        let year = Period { from: day("2026-01-01"), to: day("2026-12-31") };
        let cut = year.within(day("2026-06-01"), Some(day("2026-08-31"))).unwrap();
        assert_eq!((cut.from, cut.to), (day("2026-06-01"), day("2026-08-31")));
        assert_eq!(year.within(day("2027-01-01"), None), None);
    }
}
