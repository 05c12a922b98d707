//! Weighted sums of each person and the whole, with which the method computes.

#![expect(clippy::indexing_slicing, reason = "matrices have the size of the columns that index them")]

use super::tables::{Answers, Design, Tables};
use nalgebra::{DMatrix, DVector};

/// Who gave an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// By mail.
    Email,
    /// By call-back, after no answer to the mail.
    Call,
    /// By phone without a mail before; such answers serve the case mix and the effect of the phone only.
    First,
}

/// Weighted sums over answers: Σw, Σw², Σwy, and their number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Unit {
    /// How many answers.
    pub n: f64,
    /// Σw.
    pub w: f64,
    /// Σw².
    pub ww: f64,
    /// Σwy.
    pub wy: f64,
}

impl Unit {
    /// The weighted mean; None without an answer.
    pub fn mean(&self) -> Option<f64> {
        (self.w > 0.0).then(|| self.wy / self.w)
    }

    /// The sums of both.
    pub fn with(self, other: Self) -> Self {
        Self { n: self.n + other.n, w: self.w + other.w, ww: self.ww + other.ww, wy: self.wy + other.wy }
    }

    pub(super) fn add(&mut self, weight: f64, answers: Answers) {
        self.n += answers.n;
        self.w += weight * answers.n;
        self.ww += weight * weight * answers.n;
        self.wy += weight * answers.sum;
    }

    /// Σw²/(Σw)², which times the variance of one answer is that of the mean.
    pub fn spread(&self) -> f64 {
        self.ww / (self.w * self.w)
    }
}

/// Something for each phase.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Phases<T> {
    /// By mail.
    pub email: T,
    /// By call-back.
    pub call: T,
    /// Phone first.
    pub first: T,
}

impl<T> Phases<T> {
    pub(super) fn of(&mut self, phase: Phase) -> &mut T {
        match phase {
            Phase::Email => &mut self.email,
            Phase::Call => &mut self.call,
            Phase::First => &mut self.first,
        }
    }
}

/// Σw and Σw² over the answers of a person in a column.
pub type Weighed = [f64; 2];

/// The answers of a person in one column.
#[derive(Debug, Clone, Copy, Default)]
pub struct InColumn {
    /// Which column.
    pub column: usize,
    /// By phase.
    pub weighed: Phases<Weighed>,
}

/// One person.
#[derive(Debug, Clone, Default)]
pub struct PersonMoments {
    /// Answers by phase.
    pub units: Phases<Unit>,
    /// Visits that answered by mail, by share.
    pub mailed: f64,
    /// Visits that did not, and were not phoned first, by share.
    pub silent: f64,
    /// How many visits these two are worth.
    pub visits: f64,
    /// Columns with answers.
    pub columns: Vec<InColumn>,
}

impl PersonMoments {
    /// W₁: the share of visits that answered by mail.
    pub fn answered(&self) -> f64 {
        self.mailed / positive_or_one(self.mailed + self.silent)
    }
}

/// Σ over a phase by column.
#[derive(Debug, Clone)]
pub struct Total {
    /// Σw xx′.
    pub gram: DMatrix<f64>,
    /// Σw² xx′.
    pub squared: DMatrix<f64>,
    /// Σw xy.
    pub xy: DVector<f64>,
    /// Σw y².
    pub yy: f64,
}

/// All sums under given weights and columns.
#[derive(Debug, Clone)]
pub struct Moments {
    /// The persons.
    pub people: Vec<PersonMoments>,
    /// The whole by phase.
    pub totals: Phases<Total>,
    /// How many columns.
    pub columns: usize,
}

/// Column of each level; None for the first of a factor and for factors that are left out.
pub type Columns = Vec<Option<usize>>;

pub fn positive_or_one(number: f64) -> f64 {
    if number > 0.0 { number } else { 1.0 }
}

pub const fn phase(design: Design) -> Option<Phase> {
    match design {
        Design::Email => Some(Phase::Email),
        Design::Priority | Design::Random => Some(Phase::Call),
        Design::PhoneFirst => Some(Phase::First),
        Design::Undrawn => None,
    }
}

/// Weighs the tables.
pub fn of(tables: &Tables, weights: &[f64], columns: &Columns) -> Moments {
    let count = columns.iter().flatten().count();
    let total = || Total {
        gram: DMatrix::zeros(count, count),
        squared: DMatrix::zeros(count, count),
        xy: DVector::zeros(count),
        yy: 0.0,
    };
    let mut totals = Phases { email: total(), call: total(), first: total() };
    let weighed = |class: usize| {
        let weight = weights.get(class).copied().filter(|weight| *weight > 0.0)?;
        Some((phase(tables.design(class))?, weight))
    };
    let people = tables.people.iter().map(|person| {
        let mut sums = denominator(tables, &person.eligible);
        for (class, answers) in &person.answers {
            let Some((phase, weight)) = weighed(*class) else { continue };
            sums.units.of(phase).add(weight, *answers);
            totals.of(phase).yy += weight * answers.squares;
        }
        for row in &person.levels {
            let Some((phase, weight)) = weighed(row.class) else { continue };
            let Some(column) = columns.get(row.level).copied().flatten() else { continue };
            let total = totals.of(phase);
            total.xy[column] += weight * row.sum;
            total.gram[(column, column)] += weight * row.n;
            total.squared[(column, column)] += weight * weight * row.n;
            let [w, ww] = in_column(&mut sums.columns, column).weighed.of(phase);
            *w += weight * row.n;
            *ww += weight * weight * row.n;
        }
        sums
    });
    let people = people.collect();
    for cross in &tables.crosses {
        let Some((phase, weight)) = weighed(cross.class) else { continue };
        let column = |level: usize| columns.get(level).copied().flatten();
        let Some((one, other)) = column(cross.one).zip(column(cross.other)) else { continue };
        let total = totals.of(phase);
        for at in [(one, other), (other, one)] {
            total.gram[at] += weight * cross.n;
            total.squared[at] += weight * weight * cross.n;
        }
    }
    Moments { people, totals, columns: count }
}

/// Visits by whether they answered by mail; what was phoned first belongs to neither.
fn denominator(tables: &Tables, eligible: &[(usize, f64)]) -> PersonMoments {
    let mut sums = PersonMoments::default();
    let mut squares = 0.0;
    for (class, visits) in eligible {
        let share = tables.share(*class);
        match tables.design(*class) {
            Design::Email => sums.mailed += share * visits,
            Design::PhoneFirst => continue,
            Design::Priority | Design::Random | Design::Undrawn => sums.silent += share * visits,
        }
        squares += share * share * visits;
    }
    // Kish's effective number; without shared visits their count.
    sums.visits = (sums.mailed + sums.silent).powi(2) / positive_or_one(squares);
    sums
}

fn in_column(columns: &mut Vec<InColumn>, column: usize) -> &mut InColumn {
    let at = columns.iter().position(|known| known.column == column).unwrap_or(columns.len());
    if at == columns.len() {
        columns.push(InColumn { column, ..InColumn::default() });
    }
    &mut columns[at]
}
