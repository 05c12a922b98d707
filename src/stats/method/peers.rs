//! With whom a person can be compared. STATISTICS 2(b), guards (i) and (ii).

use super::moments::Columns;
use super::tables::{Design, FACTORS, Tables};
use super::{SEPARABLE, moments};
use std::collections::BTreeMap;

/// The factors by whose levels persons must be connected: kind of service and site.
const CONNECTING: [usize; 2] = [0, 3];

/// Which visits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that may answer.
    All,
    /// Those that answered by mail.
    Mail,
}

/// What can be compared with what.
#[derive(Debug, Clone)]
pub struct Peers {
    /// Column of each level that is adjusted for.
    pub columns: Columns,
    /// Factors that cannot be told from the persons.
    pub not_separable: Vec<usize>,
    /// How many groups share neither kinds of service nor sites.
    pub components: usize,
    /// The group inside which each person is compared; None when all are one.
    pub groups: Option<Vec<usize>>,
}

/// Answers of persons by level, by share, and visits by level.
struct ByLevel {
    answers: Vec<BTreeMap<usize, f64>>,
    totals: Vec<f64>,
    mix: Vec<BTreeMap<usize, f64>>,
}

/// Finds what can be compared.
pub fn of(tables: &Tables, weights: &[f64], scope: Scope) -> Peers {
    let by_level = by_level(tables, weights, scope);
    let columns = dummies(tables, &by_level);
    let shares = within_shares(tables, &by_level, &columns);
    let not_separable: Vec<usize> =
        (0..FACTORS).filter(|factor| shares.get(factor).is_some_and(|share| *share < SEPARABLE)).collect();
    let kept = tables.levels.iter().zip(&columns);
    let mut next = 0..;
    let columns = kept
        .map(|(factor, column)| {
            column.filter(|()| !not_separable.contains(factor)).and_then(|()| next.next())
        })
        .collect();
    let component = components(tables, &by_level);
    let components = distinct(component.iter().flatten().copied());
    let groups = (!not_separable.is_empty() || components > 1)
        .then(|| groups(tables, &by_level, &not_separable, &component));
    Peers { columns, not_separable, components, groups }
}

fn by_level(tables: &Tables, weights: &[f64], scope: Scope) -> ByLevel {
    let counts = |class: usize| {
        let is_counted = weights.get(class).is_some_and(|weight| *weight > 0.0);
        is_counted && (scope == Scope::All || tables.design(class) == Design::Email)
    };
    let mut sums = ByLevel { answers: Vec::new(), totals: Vec::new(), mix: Vec::new() };
    for person in &tables.people {
        let mut answers = BTreeMap::new();
        for row in person.levels.iter().filter(|row| counts(row.class) && row.n > 0.0) {
            *answers.entry(row.level).or_insert(0.0) += tables.share(row.class) * row.n;
        }
        let total = person.answers.iter().filter(|(class, _)| counts(*class));
        sums.totals.push(total.map(|(class, answers)| tables.share(*class) * answers.n).sum());
        sums.mix.push(match scope {
            Scope::All => person.mix.iter().map(|mix| (mix.level, mix.eligible)).collect(),
            Scope::Mail => answers.clone(),
        });
        sums.answers.push(answers);
    }
    sums
}

/// Marks the levels that get a column: all that occur, but the first of each factor.
fn dummies(tables: &Tables, by_level: &ByLevel) -> Vec<Option<()>> {
    let mut occurs = vec![false; tables.levels.len()];
    for (level, visits) in by_level.mix.iter().flatten() {
        if let Some(slot) = occurs.get_mut(*level) {
            *slot |= *visits > 0.0;
        }
    }
    let mut has_first = [false; FACTORS];
    let mark = |(factor, occurs): (&usize, bool)| {
        let first = has_first.get_mut(*factor)?;
        let is_further = occurs && std::mem::replace(first, *first || occurs);
        is_further.then_some(())
    };
    tables.levels.iter().zip(occurs).map(mark).collect()
}

/// Of each factor, which share of its variation lies within persons: the mean over its columns.
fn within_shares(tables: &Tables, by_level: &ByLevel, columns: &[Option<()>]) -> BTreeMap<usize, f64> {
    let whole: f64 = by_level.totals.iter().sum();
    let mut sums = vec![(0.0, 0.0); tables.levels.len()];
    for (answers, total) in by_level.answers.iter().zip(&by_level.totals) {
        for (level, n) in answers {
            if let Some((all, within)) = sums.get_mut(*level) {
                *all += n;
                *within += n * (1.0 - n / total);
            }
        }
    }
    let mut shares: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for ((factor, column), (all, within)) in tables.levels.iter().zip(columns).zip(sums) {
        if column.is_some() {
            let variation = all * (1.0 - all / moments::positive_or_one(whole));
            shares.entry(*factor).or_default().push(within / variation.max(1e-12));
        }
    }
    shares
        .into_iter()
        .map(|(factor, shares)| (factor, shares.iter().sum::<f64>() / crate::stats::count(shares.len())))
        .collect()
}

/// The component of each person who was answered about: persons are connected by common levels.
fn components(tables: &Tables, by_level: &ByLevel) -> Vec<Option<usize>> {
    let people = by_level.answers.len();
    let mut parents: Vec<usize> = (0..people + tables.levels.len()).collect();
    for (person, answers) in by_level.answers.iter().enumerate() {
        let connecting =
            answers.keys().filter(|level| tables.levels.get(**level).is_some_and(|f| CONNECTING.contains(f)));
        for level in connecting {
            let (one, other) = (root(&parents, person), root(&parents, people + level));
            if let Some(parent) = parents.get_mut(one) {
                *parent = other;
            }
        }
    }
    let has_answers = by_level.totals.iter().map(|total| *total > 0.0);
    has_answers.enumerate().map(|(person, has)| has.then(|| root(&parents, person))).collect()
}

fn root(parents: &[usize], mut at: usize) -> usize {
    while let Some(parent) = parents.get(at).filter(|parent| **parent != at) {
        at = *parent;
    }
    at
}

fn distinct(numbers: impl Iterator<Item = usize>) -> usize {
    numbers.collect::<std::collections::BTreeSet<_>>().len()
}

/// Persons of the same component whose jobs are mostly in the same levels of the factors that cannot be separated.
fn groups(
    tables: &Tables,
    by_level: &ByLevel,
    not_separable: &[usize],
    component: &[Option<usize>],
) -> Vec<usize> {
    let mut known = BTreeMap::new();
    let keys = by_level.mix.iter().zip(component).map(|(mix, component)| {
        let usual = |factor: &usize| {
            let levels = mix.iter().filter(|(level, _)| tables.levels.get(**level) == Some(factor));
            levels.max_by(|one, other| one.1.total_cmp(other.1)).map(|(level, _)| *level)
        };
        (*component, not_separable.iter().map(usual).collect::<Vec<_>>())
    });
    let numbered = keys.map(|key| {
        let next = known.len();
        *known.entry(key).or_insert(next)
    });
    numbered.collect()
}

/// Takes the mean of each group out of the values of its persons.
pub fn centre(values: &mut [Option<f64>], groups: &[usize]) {
    let mut means: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (value, group) in values.iter().zip(groups) {
        if let Some(value) = value {
            let (sum, n) = means.entry(*group).or_default();
            *sum += value;
            *n += 1.0;
        }
    }
    for (value, group) in values.iter_mut().zip(groups) {
        if let (Some(value), Some((sum, n))) = (value, means.get(group)) {
            *value -= sum / n;
        }
    }
}
