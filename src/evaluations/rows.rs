//! The rows of an evaluation: plain numbers, estimates, and what the status hides.

use super::fit::Fitted;
use super::model::{CompanyEvaluation, DimensionEvaluation, EmployeeDetail, EmployeeEvaluation};
use super::report::FEWEST_ANSWERS;
use crate::people::model::ListedEmployee;
use crate::scores::{Counts, Period, Slice};
use crate::stats::aapor::Dispositions;
use crate::stats::discovery::probability_above;
use crate::stats::interval::{self, Interval};
use crate::stats::mean::{ShareClass, Sums, WeightedSums};
use crate::stats::method::{Estimate, PersonFit, Status};
use crate::stats::{LEVEL, quantile};
use std::collections::{BTreeMap, HashMap};

/// The question that everything is about.
pub const OVERALL: &str = "overall";

/// Who stands out: by place of the fit and of the person in it.
pub struct Flagged {
    /// In the question that everything is about.
    pub overall: HashMap<(usize, usize), &'static str>,
    /// In the other questions, looked at together.
    pub dimensions: HashMap<(usize, usize), &'static str>,
}

/// Everything that rows are made of.
pub struct Shown<'a> {
    /// The sums.
    pub period: &'a Period,
    /// Number of the question that everything is about, with its scale.
    pub overall: Option<i32>,
    /// What the method made of it.
    pub main: &'a Fitted,
    /// What it made of the others.
    pub dimensions: &'a [(&'a str, Fitted)],
    /// Who stands out.
    pub flagged: &'a Flagged,
    /// Whether everything is shown.
    pub all: bool,
}

/// Plain statistics of `overall`.
struct Plain {
    answers: WeightedSums,
    /// Points per raw step.
    step: f64,
    top2: Option<f64>,
}

impl Shown<'_> {
    /// The company. Below ten answers its level would give away the answers of single persons.
    pub fn company(&self) -> CompanyEvaluation {
        let counts = self.period.company.counts;
        let shown = self.all || self.plain(&self.period.company).answers.n() >= FEWEST_ANSWERS;
        let level = self.main.fit.level.filter(|_| shown);
        CompanyEvaluation {
            visits: counts.visits,
            invited: counts.invited,
            answers_email: counts.answers_email,
            answers_phone: counts.answers_phone,
            answers_phone_first: counts.answers_phone_first,
            response_rate: response_rate(counts),
            level: level.map(|level| level.level.value),
            level_se: level.map(|level| level.level.se),
            level_mode_corrected: level.is_some_and(|level| level.is_mode_corrected),
            mode_effect: level.and_then(|level| level.mode_effect).map(|effect| effect.value),
            mode_effect_se: level.and_then(|level| level.mode_effect).map(|effect| effect.se),
        }
    }

    /// An employee.
    pub fn employee(&self, person: &ListedEmployee) -> EmployeeEvaluation {
        let nothing = Slice::default();
        let slice = self.period.people.get(&person.id).unwrap_or(&nothing);
        let fitted = self.main.of(person.id);
        let status = fitted.map_or(Status::NotEnoughData, |fitted| fitted.status);
        let row = EmployeeEvaluation {
            employee_id: person.external_id.clone(),
            employee_name: person.name.clone(),
            team: person.team.clone(),
            visits: slice.counts.visits,
            invited: slice.counts.invited,
            answers_email: slice.counts.answers_email,
            answers_phone: slice.counts.answers_phone,
            answers_phone_first: slice.counts.answers_phone_first,
            response_rate: response_rate(slice.counts),
            status: status.as_str(),
            flag: flag(&self.flagged.overall, 0, self.main, person),
            detail: EmployeeDetail {
                id: person.id,
                called: slice.cases.values().map(|cases| cases.more).sum(),
                ..EmployeeDetail::default()
            },
            ..EmployeeEvaluation::default()
        };
        let row = self.with_plain(row, slice, status);
        let row = fitted.into_iter().fold(row, |row, fitted| self.with_estimates(row, fitted));
        EmployeeEvaluation { dimensions: self.dimensions_of(person), ..row }
    }

    fn with_plain(&self, row: EmployeeEvaluation, slice: &Slice, status: Status) -> EmployeeEvaluation {
        let plain = self.plain(slice);
        let shown = self.all || status != Status::NotEnoughData;
        let mean = plain.answers.mean().filter(|_| shown).map(|mean| mean * plain.step);
        let interval = plain.answers.t_interval(LEVEL).filter(|_| shown);
        let interval = interval.map(|interval| interval.scaled(plain.step).clipped(0.0, 100.0));
        let top2 = plain.top2.filter(|_| shown);
        let top2_interval: Option<Interval> =
            top2.and_then(|share| interval::wilson_share(share, plain.answers.effective_n(), LEVEL));
        EmployeeEvaluation {
            n: plain.answers.n(),
            mean,
            mean_lo: interval.map(|interval| interval.lo),
            mean_hi: interval.map(|interval| interval.hi),
            top2,
            top2_lo: top2_interval.map(|interval| interval.lo),
            top2_hi: top2_interval.map(|interval| interval.hi),
            ..row
        }
    }

    fn with_estimates(&self, row: EmployeeEvaluation, fitted: &PersonFit) -> EmployeeEvaluation {
        let is_compared = matches!(fitted.status, Status::Report | Status::Indicative);
        let difference = fitted.difference.filter(|_| self.all || is_compared);
        let is_shown = self.all || fitted.status != Status::NotEnoughData;
        let direct = fitted.direct.filter(|_| is_shown);
        let (difference_interval, direct_interval) = (difference.map(interval), direct.map(interval));
        let level = self.main.fit.level.map(|level| level.level.value);
        EmployeeEvaluation {
            score: level.zip(difference).map(|(level, difference)| level + difference.value),
            difference: difference.map(|difference| difference.value),
            difference_se: difference.map(|difference| difference.se),
            difference_lo: difference_interval.map(|interval| interval.lo),
            difference_hi: difference_interval.map(|interval| interval.hi),
            direct: direct.map(|direct| direct.value),
            direct_se: direct.map(|direct| direct.se),
            direct_lo: direct_interval.map(|interval| interval.lo),
            direct_hi: direct_interval.map(|interval| interval.hi),
            reliability: (self.all || is_compared).then_some(fitted.reliability),
            detail: EmployeeDetail {
                expected: level.filter(|_| is_shown).map(|level| level + fitted.mix_effect),
                above_zero: difference
                    .map(|difference| probability_above(difference.value, difference.se, 0.0)),
                mail_less_calls: fitted.mail_less_calls.filter(|_| is_shown),
                answers: whole(fitted.answers),
                ..row.detail
            },
            ..row
        }
    }

    /// The other questions, each with a status of its own.
    fn dimensions_of(&self, person: &ListedEmployee) -> Vec<DimensionEvaluation> {
        let dimension = |(place, (question, fitted)): (usize, &(&str, Fitted))| {
            let known = fitted.of(person.id);
            let is_compared =
                |known: &&PersonFit| self.all || matches!(known.status, Status::Report | Status::Indicative);
            let difference = known.filter(is_compared).and_then(|known| known.difference);
            DimensionEvaluation {
                question: (*question).to_owned(),
                difference: difference.map(|difference| difference.value),
                lo: difference.map(|difference| interval(difference).lo),
                hi: difference.map(|difference| interval(difference).hi),
                flag: flag(&self.flagged.dimensions, place, fitted, person),
            }
        };
        self.dimensions.iter().enumerate().map(dimension).collect()
    }

    fn plain(&self, slice: &Slice) -> Plain {
        let item = self.overall.unwrap_or(-1);
        let mut by_share: BTreeMap<i32, Sums> = BTreeMap::new();
        let (mut top, mut weights) = (0.0, 0.0);
        for (class, answers) in slice.answers(item) {
            let share = self.period.names.classes.key(class).map_or(0, |class| class.share_permille);
            let sums = by_share.entry(share).or_default();
            sums.n += answers.sum.n;
            sums.sum += answers.sum.steps;
            sums.sum_of_squares += answers.sum.steps_squared;
            top += f64::from(share) * real(answers.sum.top2);
            weights += f64::from(share) * real(answers.sum.n);
        }
        let classes: Vec<ShareClass> = by_share
            .into_iter()
            .map(|(share, sums)| ShareClass { weight: u32::try_from(share).unwrap_or(0), sums })
            .collect();
        let scale = self.period.names.items.key(item).map_or(1, |item| item.max - item.min);
        Plain {
            answers: WeightedSums::of(&classes),
            step: 100.0 / f64::from(scale.max(1)),
            top2: (weights > 0.0).then(|| top / weights),
        }
    }
}

/// How somebody stands out in a fit.
fn flag(
    flagged: &HashMap<(usize, usize), &'static str>,
    fit: usize,
    fitted: &Fitted,
    person: &ListedEmployee,
) -> &'static str {
    let place = fitted.places.get(&person.id);
    place.and_then(|place| flagged.get(&(fit, *place))).copied().unwrap_or_default()
}

/// The interval of an estimate at the level that is shown.
fn interval(estimate: Estimate) -> Interval {
    let half_width = quantile::normal(LEVEL).unwrap_or(f64::INFINITY) * estimate.se;
    Interval::around(estimate.value, half_width)
}

/// RR2 by mail: an answer counts from its first step on, everything else stays in the denominator.
fn response_rate(counts: Counts) -> Option<f64> {
    let silent = counts.invited - counts.answers_email;
    let by_mail =
        Dispositions { complete: counts.answers_email, non_contact: silent, ..Dispositions::default() };
    by_mail.rr2()
}

/// A count that came out of the method as a real number.
#[expect(clippy::cast_possible_truncation, reason = "sums of whole numbers far below 2^52")]
pub fn whole(count: f64) -> i64 {
    count.round() as i64
}

#[expect(clippy::cast_precision_loss, reason = "counts of answers are far below 2^52")]
fn real(count: i64) -> f64 {
    count as f64
}
