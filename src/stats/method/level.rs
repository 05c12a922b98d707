//! The level of the company and the effect of the phone. STATISTICS 2(c) and 00.3.

use super::casemix::CaseMix;
use super::moments::{Moments, Phase, Phases, Unit, phase};
use super::tables::Tables;
use super::weights::is_called;
use super::{Estimate, Level};

/// Standard error up to which a corrected level is shown, in points.
const LARGEST_ERROR: f64 = 2.0;

/// Squared points between persons that a single answer has beside its spread within them.
const BETWEEN: f64 = 20.0;

/// The visits of the company, each once.
struct Company {
    sums: Phases<Unit>,
    mailed: f64,
    silent: f64,
    called: f64,
    reached: f64,
}

/// The level with what it rests on.
pub struct Found {
    /// The level.
    pub level: Level,
    /// Called call-backs.
    pub called: f64,
    /// Of these, who answered.
    pub reached: f64,
}

/// By how much answers on the phone are higher: the randomised phone-first arm against the two-phase mean of the
/// other, at the same case mix. Only those who answer by mail differ between the arms, hence the division by W₁. None
/// without phone-first answers.
pub fn mode_effect(moments: &Moments, mix: &CaseMix) -> Option<f64> {
    let (mut sums, mut mixes) = (Phases::<Unit>::default(), Phases::<f64>::default());
    let (mut mailed, mut silent) = (0.0, 0.0);
    for person in &moments.people {
        sums.email = sums.email.with(person.units.email);
        sums.call = sums.call.with(person.units.call);
        sums.first = sums.first.with(person.units.first);
        mixes.email += mix.effect(person.columns.iter().map(|at| (at.column, at.weighed.email[0])));
        mixes.call += mix.effect(person.columns.iter().map(|at| (at.column, at.weighed.call[0])));
        mixes.first += mix.effect(person.columns.iter().map(|at| (at.column, at.weighed.first[0])));
        mailed += person.mailed;
        silent += person.silent;
    }
    let mean = |unit: Unit, mix: f64| (unit.w > 0.0).then(|| (unit.wy - mix) / unit.w);
    let first = mean(sums.first, mixes.first)?;
    let answered = mailed / (mailed + silent);
    let by_mail = mean(sums.email, mixes.email)?;
    let two_phase = answered * by_mail + (1.0 - answered) * mean(sums.call, mixes.call)?;
    (answered > 0.0).then(|| (first - two_phase) / answered)
}

/// The level of all visits as they were, corrected for the phone where that is known well enough. `variance` is that of
/// one answer, `effect` what [`mode_effect`] found.
pub fn two_phase(tables: &Tables, weights: &[f64], variance: f64, effect: Option<f64>) -> Option<Found> {
    let company = company(tables, weights);
    let Phases { email, call, first } = company.sums;
    let (by_mail, by_call) = (email.mean()?, call.mean()?);
    let visits = company.mailed + company.silent;
    let (answered, silent) = (company.mailed / visits, company.silent / visits);
    let variance = variance + BETWEEN;
    let plain = Estimate {
        value: answered * by_mail + silent * by_call,
        se: (answered * answered * variance * email.spread()
            + silent * silent * variance * call.spread()
            + (by_mail - by_call).powi(2) * answered * silent / visits)
            .sqrt(),
    };
    let corrected = effect.zip(first.mean()).map(|(effect, phone_first)| {
        let variance_first = variance * first.spread();
        let ratio = silent / answered;
        let level = Estimate {
            value: plain.value / answered - phone_first * ratio,
            se: ((plain.se / answered).powi(2) + variance_first * ratio * ratio).sqrt(),
        };
        let se = (variance_first + plain.se * plain.se).sqrt() / answered;
        (level, Estimate { value: effect, se })
    });
    let known = corrected.filter(|(level, _)| level.se <= LARGEST_ERROR);
    let level = Level {
        level: known.map_or(plain, |(level, _)| level),
        is_mode_corrected: known.is_some(),
        mode_effect: corrected.map(|(_, effect)| effect),
    };
    Some(Found { level, called: company.called, reached: company.reached })
}

/// The mean of those who answered by mail. `variance` is that of one answer with what lies between persons.
pub fn respondents(tables: &Tables, weights: &[f64], variance: f64) -> Option<Found> {
    let company = company(tables, weights);
    let email = company.sums.email;
    let level = Estimate { value: email.mean()?, se: (variance * email.spread()).sqrt() };
    let level = Level { level, is_mode_corrected: false, mode_effect: None };
    Some(Found { level, called: company.called, reached: company.reached })
}

fn company(tables: &Tables, weights: &[f64]) -> Company {
    let mut company =
        Company { sums: Phases::default(), mailed: 0.0, silent: 0.0, called: 0.0, reached: 0.0 };
    for row in &tables.whole {
        let design = tables.design(row.class);
        let weight = weights.get(row.class).copied().unwrap_or_default();
        let at = phase(design);
        match at {
            Some(Phase::Email) => company.mailed += row.eligible,
            Some(Phase::First) => {}
            Some(Phase::Call) | None => company.silent += row.eligible,
        }
        if is_called(design) {
            company.called += row.called;
            company.reached += row.answers.n;
        }
        if let Some(at) = at.filter(|_| weight > 0.0) {
            company.sums.of(at).add(weight, row.answers);
        }
    }
    company
}
