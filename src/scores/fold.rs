//! Folding changed visits into the sums, and reading the sums of a period.

use super::contribution::{Contribution, Deltas};
use super::queries;
use super::totals::Totals;
use crate::error::Result;
use crate::{changes, db};
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use diesel::PgConnection;

/// How many changes are folded in one transaction.
const BATCH: i64 = 2_000;

/// Folds every change there is and returns how many visits were folded. Folds wait for each other, so that a
/// reader who has folded misses nothing that was committed before.
///
/// # Errors
/// When the database does not answer; the batches before it stay folded.
pub fn fold(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    let mut folded = 0;
    loop {
        let visits = db::transaction(connection, |connection| fold_batch(connection, now))?;
        if visits == 0 {
            return Ok(folded);
        }
        folded += visits;
    }
}

fn fold_batch(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    queries::lock_fold(connection, now)?;
    let visits = changes::take(connection, BATCH)?;
    if visits.is_empty() {
        return Ok(0);
    }
    let old = queries::load_folded(connection, &visits)?;
    let new = queries::load_contributions(connection, &visits)?;
    let mut deltas = Deltas::default();
    for contribution in old.values() {
        deltas.add(contribution, -1);
    }
    for contribution in new.values() {
        deltas.add(contribution, 1);
    }
    deltas.drop_zeros();
    queries::add_counts(connection, &deltas.counts)?;
    queries::add_sums(connection, &deltas.sums)?;
    let changed = new.iter().filter(|(visit, contribution)| old.get(*visit) != Some(*contribution));
    queries::store_folded(connection, changed)?;
    Ok(visits.len())
}

/// Reads the sums of a period: visit dates in the organisation's zone, both ends included. Whole months come
/// from the sums, the edges from the visits themselves. [`fold`] first, then read in one snapshot.
///
/// # Errors
/// When the database does not answer.
pub fn read(connection: &mut PgConnection, from: NaiveDate, to: NaiveDate) -> Result<Totals> {
    let mut totals = Totals::default();
    let (months, edges) = split(from, to);
    if let Some((first, last)) = months {
        queries::read_sums(connection, first, last, &mut totals)?;
    }
    for (from, to) in edges {
        let mut deltas = Deltas::default();
        queries::each_contribution_between(connection, from, to, |contribution: &Contribution| {
            deltas.add(contribution, 1);
        })?;
        deltas.counts.into_iter().for_each(|((_, employee), counts)| totals.add_counts(employee, counts));
        deltas.sums.into_iter().for_each(|(key, sum)| totals.add_sum(key, sum));
    }
    Ok(totals)
}

/// Whole months, by their first days.
type WholeMonths = Option<(NaiveDate, NaiveDate)>;

/// Splits a period into its whole months and what is left at either end.
fn split(from: NaiveDate, to: NaiveDate) -> (WholeMonths, Vec<(NaiveDate, NaiveDate)>) {
    let start = Contribution::month_of(from);
    let first = if start == from { start } else { start + Months::new(1) };
    let after_to = to + Days::new(1);
    let end = Contribution::month_of(after_to);
    if from > to {
        return (None, Vec::new());
    }
    if first >= end {
        return (None, vec![(from, to)]);
    }
    let mut edges = Vec::new();
    if from < first {
        edges.push((from, first - Days::new(1)));
    }
    if end < after_to {
        edges.push((end, to));
    }
    (Some((first, end - Months::new(1))), edges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_of(from: &str, to: &str) -> String {
        let (months, edges) = split(from.parse().unwrap(), to.parse().unwrap());
        let months = months.map_or(String::from("none"), |(first, last)| format!("{first}..{last}"));
        edges.iter().fold(months, |text, (from, to)| format!("{text} {from}..{to}"))
    }

    #[test]
    fn whole_months_are_read_from_the_sums_and_the_edges_from_the_visits() {
        assert_eq!(split_of("2026-01-01", "2026-03-31"), "2026-01-01..2026-03-01");
        assert_eq!(
            split_of("2026-01-02", "2026-03-30"),
            "2026-02-01..2026-02-01 2026-01-02..2026-01-31 2026-03-01..2026-03-30"
        );
        assert_eq!(split_of("2026-01-05", "2026-01-20"), "none 2026-01-05..2026-01-20");
        assert_eq!(split_of("2026-01-31", "2026-02-01"), "none 2026-01-31..2026-02-01");
        assert_eq!(split_of("2026-02-02", "2026-02-01"), "none");
    }
}
