//! Folding changed visits into the sums.

use super::contribution::Contribution;
use super::deltas::Deltas;
use super::names::Names;
use super::period::{Span, first_week, stretches};
use super::queries;
use crate::error::Result;
use crate::{changes, db};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// How many changes are folded in one transaction.
const BATCH: i64 = 2_000;

/// Folds every change there is and returns how many visits were folded. Folds wait for each other, so that a
/// reader who has folded misses nothing that was committed before.
///
/// # Errors
/// When the database does not answer; the batches before it stay folded.
pub fn fold(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    let mut folded = 0;
    // A change is seen until the fold that took it is committed: where none is seen, nothing is to be waited for.
    if !changes::any(connection)? {
        return Ok(folded);
    }
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
    let mut names = queries::load_names(connection)?;
    let deltas = difference(&visits, |visit| (old.get(visit), new.get(visit)), first_week(now), &mut names);
    queries::store_new_names(connection, &names)?;
    if !deltas.is_empty() {
        queries::stamp(connection)?;
    }
    apply(connection, deltas)?;
    let changed = new.iter().filter(|(visit, contribution)| old.get(*visit) != Some(*contribution));
    queries::store_folded(connection, changed)?;
    let gone: Vec<Uuid> = old.keys().filter(|visit| !new.contains_key(*visit)).copied().collect();
    queries::forget_folded(connection, &gone)?;
    Ok(visits.len())
}

/// What visits add now less what they added before.
pub fn difference<'a>(
    visits: &[Uuid],
    contributions: impl Fn(&Uuid) -> (Option<&'a Contribution>, Option<&'a Contribution>),
    first_week: NaiveDate,
    names: &mut Names,
) -> Deltas {
    let mut deltas = Deltas::default();
    for visit in visits {
        let (old, new) = contributions(visit);
        if old == new {
            continue;
        }
        for (contribution, sign) in old.map(|old| (old, -1)).into_iter().chain(new.map(|new| (new, 1))) {
            let stretches = stretches(contribution.visited_on, first_week);
            deltas.add(contribution, sign, &stretches, names);
        }
    }
    deltas.drop_zeros();
    deltas
}

/// Adds differences to the stored sums.
fn apply(connection: &mut PgConnection, mut deltas: Deltas) -> Result<()> {
    let keys: Vec<_> = deltas.slices.keys().copied().collect();
    for (key, stored) in queries::load_slices(connection, &keys)? {
        deltas.slices.entry(key).or_default().add(stored);
    }
    deltas.slices.values_mut().for_each(super::sums::Slice::drop_zeros);
    queries::store_slices(connection, &deltas.slices)?;
    let keys: Vec<_> = deltas.crosses.keys().copied().collect();
    for (key, stored) in queries::load_crosses(connection, &keys)? {
        deltas.crosses.entry(key).or_default().add(stored);
    }
    deltas.crosses.values_mut().for_each(|cross| cross.retain(|answers| *answers != 0));
    queries::store_crosses(connection, &deltas.crosses)
}

/// Removes the weeks that are too old for a trend; for the worker, once a day.
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    db::transaction(connection, |connection| {
        queries::lock_fold(connection, now)?;
        queries::delete_slices_before(connection, Span::Week, first_week(now))
    })
}
