//! Do customers of one kind rate a group differently than others do? The same people are compared with themselves, so
//! that a true difference between groups cannot look like prejudice (STATISTICS, Fairness monitoring 2): pure.

use super::queries::Rated;
use super::{SMALLEST, UNLIKELY};
use crate::stats::method::Answers;
use crate::stats::method::rating_bias::{Cell, RatingBias, rating_bias};
use crate::web::format::{one, signed};
use std::collections::{BTreeMap, BTreeSet};

/// Half the width of a 95 % interval in standard errors.
const SPREAD: f64 = 1.96;

/// What was found about one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRated {
    /// Its name.
    pub name: String,
    /// Segment by segment, against the first.
    pub gaps: Vec<String>,
    /// What it says.
    pub words: String,
}

/// Tests each group that is large enough against all others.
pub fn check(rated: &[Rated], groups: &BTreeMap<String, String>) -> Vec<GroupRated> {
    let known: Vec<&Rated> = rated.iter().filter(|one| groups.contains_key(&one.employee)).collect();
    let people: BTreeSet<&str> = known.iter().map(|one| one.employee.as_str()).collect();
    let of =
        |name: &str| people.iter().filter(|id| groups.get(**id).is_some_and(|group| group == name)).count();
    let names: BTreeSet<&String> = groups.values().collect();
    let large = |name: &&&String| {
        let size = u64::try_from(of(name)).unwrap_or(0);
        size >= SMALLEST && u64::try_from(people.len()).unwrap_or(0) - size >= SMALLEST
    };
    let segments = segments(&known);
    names.iter().filter(large).map(|name| of_group(&known, groups, name, &segments)).collect()
}

/// The segments, the one with most answers first: the others are compared with it.
fn segments(rated: &[&Rated]) -> Vec<String> {
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    for one in rated {
        *counts.entry(segment(one)).or_default() += one.n;
    }
    let mut segments: Vec<(String, f64)> = counts.into_iter().collect();
    segments.sort_by(|one, other| other.1.total_cmp(&one.1));
    segments.into_iter().map(|(name, _)| name).collect()
}

fn segment(one: &Rated) -> String {
    one.segment.clone().unwrap_or_else(|| "not known".to_owned())
}

fn of_group(
    rated: &[&Rated],
    groups: &BTreeMap<String, String>,
    name: &str,
    segments: &[String],
) -> GroupRated {
    let (cells, columns) = cells(rated, groups, name, segments);
    let found = rating_bias(&cells, columns, segments.len());
    let unclear = "There is nothing to compare: customers are of one segment only, or too few answered.";
    let (gaps, words) =
        found.map_or((Vec::new(), unclear.to_owned()), |found| (gaps(&found, segments), words(&found)));
    GroupRated { name: name.to_owned(), gaps, words }
}

/// Answers with a column for each kind of service, channel and segment but the first of each.
fn cells(
    rated: &[&Rated],
    groups: &BTreeMap<String, String>,
    name: &str,
    segments: &[String],
) -> (Vec<Cell>, usize) {
    let mut columns: BTreeMap<(u8, String), usize> = BTreeMap::new();
    let mut first: BTreeMap<u8, String> = BTreeMap::new();
    let mut people: BTreeMap<&str, usize> = BTreeMap::new();
    let mut cells = Vec::new();
    for one in rated {
        let facts =
            [(0, one.service.clone()), (1, one.channel.clone().unwrap_or_default()), (2, segment(one))];
        let mut own = Vec::new();
        for (factor, level) in facts {
            let base = if factor == 2 { segments.first() } else { None };
            let base = base.cloned().unwrap_or_else(|| first.entry(factor).or_insert(level.clone()).clone());
            if level != base {
                let next = columns.len();
                own.push(*columns.entry((factor, level)).or_insert(next));
            }
        }
        let next = people.len();
        cells.push(Cell {
            person: *people.entry(&one.employee).or_insert(next),
            in_group: groups.get(&one.employee).is_some_and(|group| group == name),
            by_phone: one.by_phone,
            weight: 1.0,
            columns: own,
            segment: segments.iter().position(|known| *known == segment(one)).unwrap_or(0),
            answers: Answers { n: one.n, sum: one.sum, squares: one.squares },
        });
    }
    (cells, columns.len())
}

fn gaps(found: &RatingBias, segments: &[String]) -> Vec<String> {
    let name = |at: usize| segments.get(at).map_or("", String::as_str);
    let gap = |gap: &crate::stats::method::rating_bias::Gap| {
        format!(
            "{}: {} ± {} points against {}",
            name(gap.segment),
            signed(gap.points),
            one(SPREAD * gap.se),
            name(0)
        )
    };
    found.gaps.iter().map(gap).collect()
}

fn words(found: &RatingBias) -> String {
    if found.p < UNLIKELY {
        return format!(
            "Customers of different kinds rate this group differently (p = {:.3}). The same people are compared with \
             themselves, so this is not their work. Look into it before the numbers are used.",
            found.p
        );
    }
    format!("Nothing that chance alone does not explain (p = {:.3}).", found.p)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forty people, half of them in each group; customers of the second segment rate the first group so much lower.
    fn rated(gap: f64) -> (Vec<Rated>, BTreeMap<String, String>) {
        let (mut rated, mut groups) = (Vec::new(), BTreeMap::new());
        for id in 0..40_u32 {
            let employee = format!("E{id:02}");
            groups.insert(employee.clone(), if id % 2 == 0 { "a" } else { "b" }.to_owned());
            for (place, segment) in ["private", "business"].into_iter().enumerate() {
                let lower = if id % 2 == 0 && place == 1 { gap } else { 0.0 };
                let mean = 60.0 + f64::from(id % 7) * 2.0 - lower + f64::from((id * 31 + 17) % 5) / 2.0;
                let n = if place == 0 { 60.0 } else { 50.0 };
                rated.push(Rated {
                    employee: employee.clone(),
                    service: "repair".to_owned(),
                    channel: None,
                    segment: Some(segment.to_owned()),
                    by_phone: false,
                    n,
                    sum: n * mean,
                    squares: n * (mean * mean + 400.0),
                });
            }
        }
        (rated, groups)
    }

    #[test]
    fn a_prejudice_of_some_customers_is_found_and_true_differences_are_not() {
        let (with, groups) = rated(6.0);
        let found = check(&with, &groups);
        assert_eq!(found.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(found[0].words.contains("rate this group differently"), "{found:?}");
        assert!(found[0].gaps[0].starts_with("business: −"), "{found:?}");
        let (without, groups) = rated(0.0);
        assert!(check(&without, &groups)[0].words.starts_with("Nothing that chance"));
    }

    #[test]
    fn a_small_group_is_not_looked_at() {
        let (with, mut groups) = rated(6.0);
        for (at, group) in groups.values_mut().enumerate() {
            *group = if at < 5 { "few" } else { "most" }.to_owned();
        }
        assert!(check(&with, &groups).is_empty());
    }
}
