//! The whole method: mail answers for those who answer, random call-backs for those who do not. STATISTICS 2(b).

#![expect(clippy::indexing_slicing, reason = "matrices have the size of the columns that index them")]

use super::casemix::CaseMix;
use super::level::{self, Found};
use super::moments::{self, Moments, PersonMoments, Total, Unit, positive_or_one};
use super::peers::{self, Peers, Scope};
use super::respondents::{LEAST_VARIANCE, effects};
use super::tables::Tables;
use super::univariate::univariate;
use super::{
    Assumed, Basis, Estimate, FEWEST_BIVARIATE, FEWEST_COMPARED, Fit, Method, PersonFit, Status, status,
};
use crate::stats::between::Estimates;
use crate::stats::bivariate::{self, Posterior, Prior};
use crate::stats::count;
use crate::stats::pair::{Pair, Sym};
use nalgebra::DVector;

/// The prior on Ω counts for so many persons, with this correlation.
const PRIOR_PERSONS: f64 = 5.0;
const PRIOR_CORRELATION: f64 = 0.8;

/// The prior's least variance between persons, squared points.
const PRIOR_LEAST: f64 = 0.25;

/// What is directly known of a person.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    /// Share of visits that answered by mail, W₁, and the rest, W₂.
    pub parts: Pair,
    /// How many visits these are.
    visits: f64,
    /// Means by mail and by call-back, with their variances.
    means: [Option<(f64, f64)>; 2],
    /// Variance that the estimated case mix brings.
    mix_variance: f64,
    mix_effect: f64,
    /// Answers by mail and by call-back.
    answers: f64,
}

/// Variance of one answer within persons, by mail and by call-back.
#[derive(Debug, Clone, Copy)]
struct Within {
    email: f64,
    call: f64,
}

/// A person's value before centring.
#[derive(Debug, Clone, Copy)]
pub struct Value {
    /// Value and standard error; None where there is none.
    pub estimate: Option<Estimate>,
    /// Reliability.
    pub reliability: f64,
}

impl Own {
    /// The two-phase mean W₁m₁ + W₂m₂; None where a part that counts was not heard.
    fn direct(&self) -> Option<f64> {
        let part = |weight: f64, mean: Option<(f64, f64)>| match mean {
            Some((mean, _)) => Some(weight * mean),
            None => (weight <= 0.0).then_some(0.0),
        };
        let [email, call] = self.means;
        Some(part(self.parts[0], email)? + part(self.parts[1], call)?)
    }

    /// Its variance for given shares of the parts.
    fn sampling_variance(&self) -> Option<f64> {
        let part = |weight: f64, mean: Option<(f64, f64)>| match mean {
            Some((_, variance)) => Some(weight * weight * variance),
            None => (weight <= 0.0).then_some(0.0),
        };
        let [email, call] = self.means;
        let variance = part(self.parts[0], email)? + part(self.parts[1], call)?;
        (variance > 0.0).then_some(variance)
    }

    /// What the estimated shares of the parts add.
    fn parts_variance(&self) -> f64 {
        let mean = |at: Option<(f64, f64)>| at.map_or(0.0, |(mean, _)| mean);
        let [email, call] = self.means;
        (mean(email) - mean(call)).powi(2) * self.parts[0] * self.parts[1] / (self.visits - 1.0).max(1.0)
    }

    /// The direct estimate with everything that makes it uncertain.
    pub fn estimate(&self) -> Option<(f64, f64)> {
        let variance = self.sampling_variance()? + self.parts_variance() + self.mix_variance;
        Some((self.direct()?, variance))
    }
}

/// Fits; None when one of the two phases has no answer at all.
pub fn fit(tables: &Tables, weights: &[f64]) -> Option<Fit> {
    let peers = peers::of(tables, weights, Scope::All);
    let moments = moments::of(tables, weights, &peers.columns);
    let mix = CaseMix::of_all(&moments);
    let effect = level::mode_effect(&moments, &mix);
    let (own, within) = own(&moments, &mix, &peers, effect.unwrap_or(0.0));
    let level = level::two_phase(tables, weights, within.email.max(within.call), effect)?;
    let heard = own.iter().filter(|own| own.answers > 0.0).count();
    let method = match heard {
        FEWEST_BIVARIATE.. => Method::Bivariate,
        FEWEST_COMPARED.. => Method::Univariate,
        _ => Method::DirectOnly,
    };
    let (values, spread) = if heard < FEWEST_BIVARIATE { univariate(&own) } else { bivariate(&own, within) };
    Some(Fit {
        basis: Basis::TwoPhase,
        method,
        people: people(&own, &values, method),
        level: Some(level.level),
        assumed: assumed(peers, &level, spread, &mix),
    })
}

fn assumed(peers: Peers, found: &Found, spread: f64, mix: &CaseMix) -> Assumed {
    Assumed {
        effects: effects(&peers.columns, mix),
        not_separable: peers.not_separable,
        components: peers.components,
        called: found.called,
        reached: found.reached,
        spread,
    }
}

fn own(moments: &Moments, mix: &CaseMix, peers: &Peers, phone: f64) -> (Vec<Own>, Within) {
    let mean = |unit: Unit, effect: f64| (unit.w > 0.0).then(|| (unit.wy - effect) / unit.w);
    let means = moments.people.iter().map(|person| {
        let email = mix.effect(person.columns.iter().map(|at| (at.column, at.weighed.email[0])));
        let call = mix.effect(person.columns.iter().map(|at| (at.column, at.weighed.call[0])));
        (mean(person.units.email, email), mean(person.units.call, call).map(|mean| mean - phone))
    });
    let (mut email, mut call): (Vec<_>, Vec<_>) = means.unzip();
    let within = within(moments, mix, [&email, &call], phone);
    if let Some(groups) = &peers.groups {
        peers::centre(&mut email, groups);
        peers::centre(&mut call, groups);
    }
    let answered =
        moments.people.iter().map(PersonMoments::answered).sum::<f64>() / count(moments.people.len());
    let pooled = answered * within.email + (1.0 - answered) * within.call;
    let mixes = mixes(moments);
    let all = moments.people.iter().zip(email.iter().zip(&call)).zip(&mixes);
    let own = all.map(|((person, (email, call)), mix_of)| {
        let parts = [person.answered(), 1.0 - person.answered()];
        Own {
            parts,
            visits: person.visits,
            means: [
                email.map(|mean| (mean, within.email * person.units.email.spread())),
                call.map(|mean| (mean, within.call * person.units.call.spread())),
            ],
            mix_variance: pooled * mix_of.dot(&(&mix.covariance * mix_of)),
            mix_effect: mix_of.dot(&mix.effects),
            answers: person.units.email.n + person.units.call.n,
        }
    });
    (own.collect(), within)
}

/// Pooled variances of one answer about its person's mean at its case mix.
fn within(moments: &Moments, mix: &CaseMix, means: [&[Option<f64>]; 2], phone: f64) -> Within {
    let [by_mail, by_call] = means;
    let email = |person: &PersonMoments| person.units.email;
    let call = |person: &PersonMoments| person.units.call;
    let (rss, freedom) = residual(moments, &moments.totals.email, mix, (by_mail, 0.0), email);
    let email = (rss / (freedom - count(moments.columns)).max(1.0)).max(LEAST_VARIANCE);
    let (rss, freedom) = residual(moments, &moments.totals.call, mix, (by_call, phone), call);
    let call = if freedom > 0.0 { (rss / freedom).max(LEAST_VARIANCE) } else { email };
    Within { email, call }
}

/// Weighted residual sum of squares of a phase, and what it is divided by. The means are less `shift` already.
fn residual(
    moments: &Moments,
    total: &Total,
    mix: &CaseMix,
    (means, shift): (&[Option<f64>], f64),
    unit: impl Fn(&PersonMoments) -> Unit,
) -> (f64, f64) {
    let explained = 2.0 * mix.effects.dot(&total.xy) - mix.effects.dot(&(&total.gram * &mix.effects));
    let (mut between, mut freedom) = (0.0, 0.0);
    for (person, mean) in moments.people.iter().zip(means) {
        let (unit, Some(mean)) = (unit(person), mean) else { continue };
        between += unit.w * (mean + shift).powi(2);
        freedom += unit.w - unit.ww / unit.w;
    }
    (total.yy - explained - between, freedom)
}

/// Each person's mix, by mail and by call-back as these count for the person, less that of the mean person.
fn mixes(moments: &Moments) -> Vec<DVector<f64>> {
    let mix = |person: &PersonMoments| {
        let mut mix = DVector::zeros(moments.columns);
        let answered = person.answered();
        let (email, call) = (positive_or_one(person.units.email.w), positive_or_one(person.units.call.w));
        for at in &person.columns {
            mix[at.column] +=
                answered * at.weighed.email[0] / email + (1.0 - answered) * at.weighed.call[0] / call;
        }
        mix
    };
    let mut mixes: Vec<DVector<f64>> = moments.people.iter().map(mix).collect();
    let mut centre = DVector::zeros(moments.columns);
    for mix in &mixes {
        centre += mix;
    }
    centre /= count(mixes.len());
    for mix in &mut mixes {
        *mix -= &centre;
    }
    mixes
}

/// The bivariate estimate, and the spread of true values.
fn bivariate(own: &[Own], within: Within) -> (Vec<Value>, f64) {
    let direct = own.iter().filter_map(|own| Some((own.direct()?, own.sampling_variance()?)));
    let (y, v): (Vec<f64>, Vec<f64>) = direct.unzip();
    let scale =
        if y.len() > 3 { Estimates { y: &y, v: &v }.reml() } else { within.email / 20.0 }.max(PRIOR_LEAST);
    let covariance = Sym { a: 1.0, b: PRIOR_CORRELATION, d: 1.0 }.times(scale);
    let heard: Vec<_> = own.iter().map(|own| own.means).collect();
    let fitted = bivariate::fit(&heard, Prior { persons: PRIOR_PERSONS, covariance });
    let known = fitted.values.iter().zip(&fitted.covariances).zip(own);
    let values = known.clone().map(|((value, _), own)| own.parts[0] * value[0] + own.parts[1] * value[1]);
    let centre = values.sum::<f64>() / count(own.len());
    let values = known.map(|((value, covariance), own)| {
        posterior(&fitted, own, *value, *covariance, centre, count(heard.len()))
    });
    let spread = own.iter().map(|own| fitted.covariance.quadratic(own.parts)).sum::<f64>() / count(own.len());
    (values.collect(), spread.sqrt())
}

fn posterior(fitted: &Posterior, own: &Own, value: Pair, covariance: Sym, centre: f64, k: f64) -> Value {
    let score = own.parts[0] * value[0] + own.parts[1] * value[1];
    let off = score - centre;
    let parts = (value[0] - value[1]).powi(2) * own.parts[0] * own.parts[1] / own.visits.max(1.0);
    let variance = covariance.quadratic(own.parts) + parts;
    let reliability = (1.0 - variance / fitted.covariance.quadratic(own.parts)).clamp(0.0, 1.0);
    let noise = 1.0 - reliability;
    // The variances are estimated: Morris (1983).
    let allowance =
        if k > 3.0 { 2.0 / (k - 3.0) * noise * noise * off * off / reliability.max(0.05) } else { 0.0 };
    let se = (variance + reliability * reliability * own.mix_variance + allowance).sqrt();
    Value { estimate: Some(Estimate { value: score, se }), reliability }
}

fn people(own: &[Own], values: &[Value], method: Method) -> Vec<PersonFit> {
    let scores = values.iter().filter_map(|value| value.estimate).map(|estimate| estimate.value);
    let centre = scores.sum::<f64>() / positive_or_one(count(values.len()));
    let person = |(own, value): (&Own, &Value)| {
        let reliability = if method == Method::DirectOnly { 0.0 } else { value.reliability };
        let centred = |estimate: Estimate| Estimate { value: estimate.value - centre, ..estimate };
        let direct = own.estimate().map(|(value, variance)| Estimate { value, se: variance.sqrt() });
        PersonFit {
            difference: value.estimate.map(centred),
            direct: direct.map(centred),
            reliability,
            status: status(method, reliability, own.answers, Status::Report),
            answers: own.answers,
            mix_effect: own.mix_effect,
            mail_less_calls: own.means[0].zip(own.means[1]).map(|((mail, _), (call, _))| mail - call),
        }
    };
    own.iter().zip(values).map(person).collect()
}
