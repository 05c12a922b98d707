//! Case mix: what easy and hard jobs do to answers, from comparing each person's jobs with one another.
//!
//! Weighted least squares with the unit effects absorbed: `β̂ = A⁻¹ [Σ w x y − Σ x̄_u S_u]`, `A = Σ w xx′ − Σ W_u x̄_u x̄_u′`,
//! where a unit is a person in a phase. Pooled "observed less expected" without them would take good people who get
//! hard jobs for a sign that hard jobs are easy (O'Malley et al. 2005; Elliott et al. 2009).

#![expect(clippy::indexing_slicing, reason = "matrices have the size of the columns that index them")]

use super::moments::{Moments, PersonMoments, Phases, Unit, Weighed};
use nalgebra::{DMatrix, DVector};

/// Added to the diagonal, so that what nobody's jobs tell apart has no effect instead of any.
const RIDGE: f64 = 1e-8;

/// Effects of the columns.
#[derive(Debug, Clone)]
pub struct CaseMix {
    /// Points by column.
    pub effects: DVector<f64>,
    /// Their covariance divided by the variance of one answer; the weights are taken as fixed.
    pub covariance: DMatrix<f64>,
}

/// Sums with what each unit explains by itself taken out.
struct Within {
    gram: DMatrix<f64>,
    squared: DMatrix<f64>,
    xy: DVector<f64>,
}

/// One unit: its answers, and by column Σw and Σw².
type UnitColumns = (Unit, Vec<(usize, Weighed)>);

impl CaseMix {
    /// The effects from all phases.
    pub fn of_all(moments: &Moments) -> Self {
        let Phases { email, call, first } = &moments.totals;
        let within = Within {
            gram: &email.gram + &call.gram + &first.gram,
            squared: &email.squared + &call.squared + &first.squared,
            xy: &email.xy + &call.xy + &first.xy,
        };
        let units = moments.people.iter().flat_map(|person| [by_mail(person), by_phone(person)]);
        Self::solve(within, units)
    }

    /// The effects from answers by mail alone.
    pub fn of_mail(moments: &Moments) -> Self {
        let email = &moments.totals.email;
        let within =
            Within { gram: email.gram.clone(), squared: email.squared.clone(), xy: email.xy.clone() };
        Self::solve(within, moments.people.iter().map(by_mail))
    }

    fn solve(mut within: Within, units: impl Iterator<Item = UnitColumns>) -> Self {
        let noise = 1e-10 * within.gram.trace();
        for (unit, columns) in units.filter(|(unit, _)| unit.w > 0.0) {
            within.absorb(unit, &columns);
        }
        let inverse = inverse(within.gram, noise);
        let effects = &inverse * within.xy;
        let covariance = &inverse * within.squared * &inverse;
        Self { effects, covariance }
    }

    /// What the columns do to a weighted sum.
    pub fn effect(&self, columns: impl Iterator<Item = (usize, f64)>) -> f64 {
        columns.map(|(column, weight)| self.effects[column] * weight).sum()
    }
}

impl Within {
    fn absorb(&mut self, unit: Unit, columns: &[(usize, Weighed)]) {
        for (one, [w, ww]) in columns {
            self.xy[*one] -= w / unit.w * unit.wy;
            for (other, [w_other, ww_other]) in columns {
                let (mean, mean_other) = (w / unit.w, w_other / unit.w);
                self.gram[(*one, *other)] -= mean * w_other;
                self.squared[(*one, *other)] -=
                    mean * ww_other + ww * mean_other - unit.ww * mean * mean_other;
            }
        }
    }
}

fn by_mail(person: &PersonMoments) -> UnitColumns {
    let columns = person.columns.iter().filter(|at| at.weighed.email[0] > 0.0);
    (person.units.email, columns.map(|at| (at.column, at.weighed.email)).collect())
}

fn by_phone(person: &PersonMoments) -> UnitColumns {
    let unit = person.units.call.with(person.units.first);
    let columns = person.columns.iter().map(|at| {
        let (call, first) = (at.weighed.call, at.weighed.first);
        (at.column, [call[0] + first[0], call[1] + first[1]])
    });
    (unit, columns.filter(|(_, [w, _])| *w > 0.0).collect())
}

/// The inverse under the ridge. Directions in which only rounding is left would be blown up by it to nonsense; they get
/// what exact arithmetic would give them, nothing.
fn inverse(matrix: DMatrix<f64>, noise: f64) -> DMatrix<f64> {
    if matrix.is_empty() {
        return matrix;
    }
    let eigen = matrix.symmetric_eigen();
    let inverted = eigen.eigenvalues.map(|value| if value > noise { 1.0 / (value + RIDGE) } else { 0.0 });
    &eigen.eigenvectors * DMatrix::from_diagonal(&inverted) * eigen.eigenvectors.transpose()
}
