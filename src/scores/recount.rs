//! Counting anew: the sums are compared with what the visits say, and mended on request.
//!
//! Folds are held and everything is read in one snapshot, so that the comparison is exact while answers come in: what
//! is summed must be what the visits contribute less what the changes that wait will add.

use super::COMPANY;
use super::contribution::Contribution;
use super::deltas::{Deltas, Stretch};
use super::fold::difference;
use super::names::Names;
use super::period::{Span, first_week};
use super::queries::{self, CrossKey, SliceKey};
use super::sums::{Cross, Slice};
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use crate::ids;
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use diesel::PgConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// What is counted anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// The visits of one month, given by its first day.
    Month(NaiveDate),
}

/// A sum that is not what the visits say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Of an employee, or of the company.
    Sums(Stretch, Uuid),
    /// Of pairs of levels, by number of item and class.
    Pairs(Stretch, i32, i32),
    /// What is kept of a visit, to subtract it when it changes.
    Visit(Uuid),
}

/// What was found.
#[derive(Debug, Default)]
pub struct Recount {
    /// Visits that were counted.
    pub visits: usize,
    /// Sums that were compared.
    pub compared: usize,
    /// What differs.
    pub differences: Vec<Difference>,
}

impl Difference {
    /// Says in words what differs; `who` names an employee.
    pub fn words(&self, who: impl Fn(Uuid) -> String) -> String {
        let words = |(span, begins): &Stretch| format!("the {} from {begins}", span.as_str());
        match self {
            Self::Sums(stretch, id) if *id == COMPANY => format!("{} of the company", words(stretch)),
            Self::Sums(stretch, id) => format!("{} of {}", words(stretch), who(*id)),
            Self::Pairs(stretch, item, class) => {
                format!("pairs of levels of {}, question {item}, class {class}", words(stretch))
            }
            Self::Visit(id) => format!("what is kept of visit {id}"),
        }
    }
}

/// Counts anew, and mends what differs when `repair` says so.
///
/// # Errors
/// When the database does not answer; nothing is mended then.
pub fn recount(
    connection: &mut PgConnection,
    scope: Scope,
    repair: bool,
    now: DateTime<Utc>,
) -> Result<Recount> {
    connection.build_transaction().repeatable_read().run(|connection| {
        queries::hold_folds(connection)?;
        let mut counting = Counting::begin(connection, repair, now)?;
        counting.count(connection, scope)?;
        if repair && !counting.found.differences.is_empty() {
            queries::stamp(connection)?;
        }
        Ok::<_, Error>(counting.found)
    })
}

/// Counts one month anew, drawn at random; for the worker, once a day. What differs is reported, not mended.
///
/// # Errors
/// When the database does not answer, or when something differs.
pub fn sample(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    let Some((first, last)) = queries::dates_of_visits(connection)? else { return Ok(()) };
    let months: Vec<NaiveDate> = months(first, last).collect();
    let drawn = usize::from_le_bytes(ids::random_bytes()) % months.len().max(1);
    let Some(month) = months.get(drawn).copied() else { return Ok(()) };
    let found = recount(connection, Scope::Month(month), false, now)?;
    if found.differences.is_empty() {
        return Ok(());
    }
    let detail = serde_json::json!({ "month": month, "differences": found.differences.len() });
    audit::record(connection, now, Actor::Rule, "scores.differ", "scores", detail)?;
    tracing::error!(%month, differences = found.differences.len(), "sums differ from the visits");
    Ok(())
}

fn months(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let next = |month: &NaiveDate| Some(*month + Months::new(1));
    std::iter::successors(Some(Span::Month.begin(first)), next).take_while(move |month| *month <= last)
}

struct Counting {
    found: Recount,
    repair: bool,
    names: Names,
    first_week: NaiveDate,
    pending: BTreeSet<Uuid>,
    /// What the changes that wait will add.
    to_come: Deltas,
    /// Weeks that are not complete yet.
    weeks: Deltas,
}

impl Counting {
    fn begin(connection: &mut PgConnection, repair: bool, now: DateTime<Utc>) -> Result<Self> {
        let pending = queries::load_pending(connection)?;
        let mut names = queries::load_names(connection)?;
        let first_week = first_week(now);
        let mut to_come = Deltas::default();
        for visits in pending.chunks(2_000) {
            let old = queries::load_folded(connection, visits)?;
            let new = queries::load_contributions(connection, visits)?;
            let of = |visit: &Uuid| (old.get(visit), new.get(visit));
            to_come.merge(difference(visits, of, first_week, &mut names));
        }
        let found = Recount::default();
        let pending = pending.into_iter().collect();
        Ok(Self { found, repair, names, first_week, pending, to_come, weeks: Deltas::default() })
    }

    fn count(&mut self, connection: &mut PgConnection, scope: Scope) -> Result<()> {
        let visited = queries::dates_of_visits(connection)?;
        let mut all: BTreeSet<NaiveDate> = match (scope, visited) {
            (Scope::Month(month), _) => [month].into(),
            (Scope::All, visited) => {
                visited.into_iter().flat_map(|(first, last)| months(first, last)).collect()
            }
        };
        let stored = queries::list_stretches(connection)?;
        if scope == Scope::All {
            all.extend(stored.iter().filter(|(span, _)| *span == Span::Month).map(|(_, begins)| *begins));
            all.extend(stored.iter().filter(|(span, _)| *span == Span::Year).map(|(_, begins)| *begins));
        }
        for month in &all {
            self.month(connection, *month, scope)?;
        }
        let years: BTreeSet<NaiveDate> = all.iter().map(|month| Span::Year.begin(*month)).collect();
        for year in years {
            self.year(connection, year)?;
        }
        if scope == Scope::All {
            let weeks = self.weeks.slices.keys().map(|((_, begins), _)| *begins);
            let kept =
                stored.iter().filter(|(span, begins)| *span == Span::Week && *begins >= self.first_week);
            let weeks: BTreeSet<NaiveDate> = weeks.chain(kept.map(|(_, begins)| *begins)).collect();
            for week in weeks {
                let raw = take_slices(&mut self.weeks, (Span::Week, week));
                self.compare(connection, (Span::Week, week), raw, BTreeMap::new())?;
            }
        }
        queries::store_new_names(connection, &self.names)
    }

    /// Counts the visits of a month.
    fn month(&mut self, connection: &mut PgConnection, month: NaiveDate, scope: Scope) -> Result<()> {
        let stretch = (Span::Month, month);
        let mut raw = Deltas::default();
        let mut ids = Vec::new();
        let last = month + Months::new(1) - Days::new(1);
        queries::each_page_between(connection, month, last, |connection, page| {
            self.compare_kept(connection, page)?;
            for (visit, contribution) in page {
                ids.push(*visit);
                raw.add(contribution, 1, &[stretch], &mut self.names);
                let week = (Span::Week, Span::Week.begin(contribution.visited_on));
                if scope == Scope::All && week.1 >= self.first_week {
                    self.weeks.add(contribution, 1, &[week], &mut self.names);
                }
            }
            Ok(())
        })?;
        self.found.visits += ids.len();
        let crosses = std::mem::take(&mut raw.crosses);
        let crosses = crosses.into_iter().map(|((_, item, class), cross)| ((item, class), cross)).collect();
        self.compare(connection, stretch, take_slices(&mut raw, stretch), crosses)
    }

    /// What is kept of visits whose changes are folded must be what they contribute.
    fn compare_kept(
        &mut self,
        connection: &mut PgConnection,
        page: &HashMap<Uuid, Contribution>,
    ) -> Result<()> {
        let folded: Vec<Uuid> = page.keys().filter(|visit| !self.pending.contains(*visit)).copied().collect();
        let kept = queries::load_folded(connection, &folded)?;
        let wrong: Vec<Uuid> =
            folded.into_iter().filter(|visit| kept.get(visit) != page.get(visit)).collect();
        if self.repair {
            let right = wrong.iter().filter_map(|visit| page.get_key_value(visit));
            queries::store_folded(connection, right)?;
        }
        self.found.differences.extend(wrong.into_iter().map(Difference::Visit));
        Ok(())
    }

    /// A year is the sum of its months.
    fn year(&mut self, connection: &mut PgConnection, year: NaiveDate) -> Result<()> {
        let (mut slices, mut crosses) = (BTreeMap::new(), BTreeMap::new());
        for month in months(year, year + Months::new(11)) {
            for (who, slice) in queries::load_slices_of(connection, (Span::Month, month))? {
                let known: &mut Slice = slices.entry(who).or_default();
                known.add(slice);
            }
            for (key, cross) in queries::load_crosses_of(connection, (Span::Month, month))? {
                let known: &mut Cross = crosses.entry(key).or_default();
                known.add(cross);
            }
        }
        self.compare_with(connection, (Span::Year, year), slices, crosses)
    }

    /// Compares what was counted, less what is still to come, with what is stored.
    fn compare(
        &mut self,
        connection: &mut PgConnection,
        stretch: Stretch,
        mut slices: BTreeMap<Uuid, Slice>,
        mut crosses: BTreeMap<(i32, i32), Cross>,
    ) -> Result<()> {
        for ((known, who), slice) in &self.to_come.slices {
            if *known == stretch {
                slices.entry(*who).or_default().add(slice.negative());
            }
        }
        for ((known, item, class), cross) in &self.to_come.crosses {
            if *known == stretch {
                crosses.entry((*item, *class)).or_default().add(cross.map(|answers| -answers));
            }
        }
        self.compare_with(connection, stretch, slices, crosses)
    }

    fn compare_with(
        &mut self,
        connection: &mut PgConnection,
        stretch: Stretch,
        mut slices: BTreeMap<Uuid, Slice>,
        mut crosses: BTreeMap<(i32, i32), Cross>,
    ) -> Result<()> {
        slices.values_mut().for_each(Slice::drop_zeros);
        let stored = queries::load_slices_of(connection, stretch)?;
        let wrong = different(slices, &stored, &mut self.found.compared);
        let wrong: BTreeMap<SliceKey, Slice> =
            wrong.into_iter().map(|(who, slice)| ((stretch, who), slice)).collect();
        crosses.values_mut().for_each(|cross| cross.retain(|answers| *answers != 0));
        let stored = queries::load_crosses_of(connection, stretch)?;
        let wrong_crosses = different(crosses, &stored, &mut self.found.compared);
        let wrong_crosses: BTreeMap<CrossKey, Cross> =
            wrong_crosses.into_iter().map(|((item, class), cross)| ((stretch, item, class), cross)).collect();
        if self.repair {
            queries::store_slices(connection, &wrong)?;
            queries::store_crosses(connection, &wrong_crosses)?;
        }
        let differences = &mut self.found.differences;
        differences.extend(wrong.into_keys().map(|(stretch, who)| Difference::Sums(stretch, who)));
        let pairs = wrong_crosses.into_keys();
        differences.extend(pairs.map(|(stretch, item, class)| Difference::Pairs(stretch, item, class)));
        Ok(())
    }
}

fn take_slices(deltas: &mut Deltas, stretch: Stretch) -> BTreeMap<Uuid, Slice> {
    let ends = ((stretch, Uuid::max()), (stretch, Uuid::nil()));
    let keys: Vec<SliceKey> = deltas.slices.range(ends.1..=ends.0).map(|(key, _)| *key).collect();
    keys.into_iter().filter_map(|key| Some((key.1, deltas.slices.remove(&key)?))).collect()
}

/// The right sums where the stored ones differ; nothing where nothing should be stored.
fn different<K: Ord + Copy, T: Default + PartialEq>(
    right: BTreeMap<K, T>,
    stored: &BTreeMap<K, T>,
    compared: &mut usize,
) -> BTreeMap<K, T> {
    *compared += right.len();
    let nothing = T::default();
    let surplus: Vec<K> = stored
        .iter()
        .filter(|(key, sums)| !right.contains_key(key) && **sums != nothing)
        .map(|(key, _)| *key)
        .collect();
    let mut wrong: BTreeMap<K, T> =
        right.into_iter().filter(|(key, sums)| stored.get(key).unwrap_or(&nothing) != sums).collect();
    wrong.extend(surplus.into_iter().map(|key| (key, T::default())));
    wrong
}
