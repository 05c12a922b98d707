//! Are the same people rated differently by different customers? STATISTICS, Fairness monitoring 2.
//!
//! Effects of the persons are absorbed, so true differences between groups of persons cannot produce what is found. A bias
//! that all customers share cannot be found in ratings at all.

#![expect(clippy::indexing_slicing, reason = "matrices have the size of the columns that index them")]

use super::casemix::CaseMix;
use super::moments::{InColumn, Moments, PersonMoments, Phases, Total, Unit};
use super::tables::Answers;
use nalgebra::{DMatrix, DVector};
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::collections::BTreeMap;

/// The greatest weight of an answer on the phone; a few that speak for many would drown the comparison.
const MOST_WEIGHT: f64 = 10.0;

/// What the mean variance is multiplied by for the estimated coefficients.
const ALLOWANCE: f64 = 1.05;

/// Answers to one question by one person's customers of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Which person.
    pub person: usize,
    /// Whether the person belongs to the group that is looked at.
    pub in_group: bool,
    /// Whether the answers came by phone.
    pub by_phone: bool,
    /// What such an answer weighs.
    pub weight: f64,
    /// Columns of the case mix that are 1.
    pub columns: Vec<usize>,
    /// Segment of the customers; the first is what the others are compared with.
    pub segment: usize,
    /// The answers.
    pub answers: Answers,
}

/// How customers of a segment rate the group differently, against those of the first segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// The segment.
    pub segment: usize,
    /// Points.
    pub points: f64,
    /// Standard error.
    pub se: f64,
}

/// The result of the test.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingBias {
    /// By segment.
    pub gaps: Vec<Gap>,
    /// Wald's statistic.
    pub wald: f64,
    /// Its probability when there is no gap.
    pub p: f64,
}

/// Tests whether the gap between the group and the others depends on the segment. `columns` is the number of columns of
/// the case mix, `segments` that of segments. None when nothing can be told apart.
pub fn rating_bias(cells: &[Cell], columns: usize, segments: usize) -> Option<RatingBias> {
    let gaps = segments.checked_sub(1).filter(|gaps| *gaps > 0)?;
    let moments = moments(cells, columns, columns + gaps);
    let mix = CaseMix::of_all(&moments);
    let variance = residual_variance(cells, columns, &mix) * ALLOWANCE;
    let effects: DVector<f64> = mix.effects.rows(columns, gaps).into();
    let covariance: DMatrix<f64> = mix.covariance.view((columns, columns), (gaps, gaps)) * variance;
    let wald = effects.dot(&covariance.clone().lu().solve(&effects)?);
    let freedom = crate::stats::count(gaps);
    let p = ChiSquared::new(freedom).ok()?.sf(wald);
    let gap = |at: usize| Gap { segment: at + 1, points: effects[at], se: covariance[(at, at)].sqrt() };
    Some(RatingBias { gaps: (0..gaps).map(gap).collect(), wald, p })
}

/// Columns of a cell, with that of its segment in the group.
fn columns_of(cell: &Cell, columns: usize) -> Vec<usize> {
    let gap = cell.segment.checked_sub(1).filter(|_| cell.in_group).map(|gap| columns + gap);
    cell.columns.iter().copied().chain(gap).collect()
}

fn weight(cell: &Cell) -> f64 {
    if cell.by_phone { cell.weight.min(MOST_WEIGHT) } else { 1.0 }
}

fn moments(cells: &[Cell], columns: usize, all: usize) -> Moments {
    let total = || Total {
        gram: DMatrix::zeros(all, all),
        squared: DMatrix::zeros(all, all),
        xy: DVector::zeros(all),
        yy: 0.0,
    };
    let mut totals = Phases { email: total(), call: total(), first: total() };
    let mut people: BTreeMap<usize, (PersonMoments, BTreeMap<usize, InColumn>)> = BTreeMap::new();
    for cell in cells {
        let (person, known) = people.entry(cell.person).or_default();
        let (weight, n) = (weight(cell), cell.answers.n);
        let (unit, total): (&mut Unit, &mut Total) = if cell.by_phone {
            (&mut person.units.call, &mut totals.call)
        } else {
            (&mut person.units.email, &mut totals.email)
        };
        unit.add(weight, cell.answers);
        let columns = columns_of(cell, columns);
        for one in &columns {
            total.xy[*one] += weight * cell.answers.sum;
            let at = known.entry(*one).or_insert(InColumn { column: *one, ..InColumn::default() });
            let [w, ww] = if cell.by_phone { &mut at.weighed.call } else { &mut at.weighed.email };
            *w += weight * n;
            *ww += weight * weight * n;
            for other in &columns {
                total.gram[(*one, *other)] += weight * n;
                total.squared[(*one, *other)] += weight * weight * n;
            }
        }
    }
    let people = people
        .into_values()
        .map(|(person, known)| PersonMoments { columns: known.into_values().collect(), ..person });
    Moments { people: people.collect(), totals, columns: all }
}

/// Weighted mean square about the expectation of each cell.
fn residual_variance(cells: &[Cell], columns: usize, mix: &CaseMix) -> f64 {
    let expected = |cell: &Cell| columns_of(cell, columns).iter().map(|at| mix.effects[*at]).sum::<f64>();
    let mut means: BTreeMap<(usize, bool), (f64, f64)> = BTreeMap::new();
    for cell in cells {
        let (off, w) = means.entry((cell.person, cell.by_phone)).or_default();
        *off += weight(cell) * (cell.answers.sum - expected(cell) * cell.answers.n);
        *w += weight(cell) * cell.answers.n;
    }
    let (mut squares, mut weights) = (0.0, 0.0);
    for cell in cells {
        let (off, w) = means.get(&(cell.person, cell.by_phone)).copied().unwrap_or((0.0, 1.0));
        let e = expected(cell) + off / w;
        let Answers { n, sum, squares: own } = cell.answers;
        squares += weight(cell) * (own - 2.0 * e * sum + e * e * n);
        weights += weight(cell) * n;
    }
    squares / super::moments::positive_or_one(weights)
}

#[cfg(test)]
mod tests {
    use super::{Cell, rating_bias};
    use crate::stats::method::Answers;

    /// Forty persons, half of them in the group, rated by two segments; `gap` points less by the second for the group.
    fn cells(gap: f64) -> Vec<Cell> {
        let mut cells = Vec::new();
        for person in 0..40_usize {
            for segment in 0..2_usize {
                let in_group = person % 2 == 0;
                let mean = 60.0 + f64::from(u32::try_from(person % 7).unwrap()) * 2.0
                    - if in_group && segment == 1 { gap } else { 0.0 }
                    + f64::from(u32::try_from((person * 31 + segment * 17) % 5).unwrap()) / 2.0;
                let answers = Answers { n: 50.0, sum: 50.0 * mean, squares: 50.0 * (mean * mean + 400.0) };
                let columns = if segment == 1 { vec![0] } else { vec![] };
                cells.push(Cell {
                    person,
                    in_group,
                    by_phone: false,
                    weight: 1.0,
                    columns,
                    segment,
                    answers,
                });
            }
        }
        cells
    }

    #[test]
    fn a_segment_that_rates_the_group_lower_is_found() {
        let found = rating_bias(&cells(6.0), 1, 2).unwrap();
        assert!(found.p < 0.01 && (found.gaps[0].points + 6.0).abs() < 1.0, "{found:?}");
    }

    #[test]
    fn people_who_are_better_or_worse_with_everybody_are_no_bias() {
        let found = rating_bias(&cells(0.0), 1, 2).unwrap();
        assert!(found.p > 0.2, "{found:?}");
        assert!(rating_bias(&cells(0.0), 1, 1).is_none());
    }
}
