//! Before there are random call-backs: what can be said about those who answered by mail. STATISTICS 00.1.

#![expect(clippy::indexing_slicing, reason = "matrices have the size of the columns that index them")]

use super::casemix::CaseMix;
use super::moments::{self, Moments, PersonMoments, positive_or_one};
use super::peers::{self, Peers, Scope};
use super::tables::Tables;
use super::{
    Assumed, Basis, Estimate, FEWEST_BIVARIATE, FEWEST_COMPARED, Fit, Method, PersonFit, Status, level,
    status,
};
use crate::stats::between::Estimates;
use crate::stats::shrink::empirical_bayes;
use nalgebra::DVector;

/// The least variance of an answer, squared points: a company that gives one answer only still divides by it.
pub const LEAST_VARIANCE: f64 = 1e-6;

/// The persons' means before they are shrunk.
struct Direct {
    means: Vec<Option<f64>>,
    variances: Vec<Option<f64>>,
    mix_effects: Vec<f64>,
    /// Variance of one answer within persons.
    within: f64,
}

/// The persons' shrunk values.
struct Shrunk {
    differences: Vec<Option<Estimate>>,
    reliabilities: Vec<f64>,
    centre: f64,
    tau2: f64,
}

/// Describes the respondents.
pub fn fit(tables: &Tables, weights: &[f64]) -> Fit {
    let peers = peers::of(tables, weights, Scope::Mail);
    let moments = moments::of(tables, weights, &peers.columns);
    let mix = CaseMix::of_mail(&moments);
    let direct = direct(&moments, &mix, &peers);
    let heard = direct.means.iter().flatten().count();
    let method = match heard {
        FEWEST_BIVARIATE.. => Method::UnivariateReml,
        FEWEST_COMPARED.. => Method::Univariate,
        _ => Method::DirectOnly,
    };
    let shrunk = shrink(&direct, method);
    let found = level::respondents(tables, weights, direct.within + shrunk.tau2);
    Fit {
        basis: Basis::RespondentsOnly,
        method,
        people: people(&moments, &direct, &shrunk, method),
        level: found.as_ref().map(|found| found.level),
        assumed: Assumed {
            not_separable: peers.not_separable,
            components: peers.components,
            called: found.as_ref().map_or(0.0, |found| found.called),
            reached: found.as_ref().map_or(0.0, |found| found.reached),
            spread: shrunk.tau2.sqrt(),
            effects: effects(&peers.columns, &mix),
        },
    }
}

/// The effect of each level.
pub fn effects(columns: &moments::Columns, mix: &CaseMix) -> Vec<Option<f64>> {
    columns.iter().map(|column| column.map(|column| mix.effects[column])).collect()
}

fn direct(moments: &Moments, mix: &CaseMix, peers: &Peers) -> Direct {
    let effect =
        |person: &PersonMoments| mix.effect(person.columns.iter().map(|at| (at.column, at.weighed.email[0])));
    let units = moments.people.iter().map(|person| (person.units.email, effect(person)));
    let mut means: Vec<Option<f64>> =
        units.map(|(unit, effect)| (unit.w > 0.0).then(|| (unit.wy - effect) / unit.w)).collect();
    let within = within_variance(moments, mix, &means);
    if let Some(groups) = &peers.groups {
        peers::centre(&mut means, groups);
    }
    let mixes = centred_mixes(moments, &means);
    let variances = moments.people.iter().zip(&means).zip(&mixes).map(|((person, mean), mix_of)| {
        mean.map(|_| within * person.units.email.spread() + within * mix_of.dot(&(&mix.covariance * mix_of)))
    });
    Direct {
        variances: variances.collect(),
        mix_effects: mixes.iter().map(|mix_of| mix_of.dot(&mix.effects)).collect(),
        within,
        means,
    }
}

/// Pooled variance of one answer about its person's mean at its case mix.
fn within_variance(moments: &Moments, mix: &CaseMix, means: &[Option<f64>]) -> f64 {
    let total = &moments.totals.email;
    let explained = 2.0 * mix.effects.dot(&total.xy) - mix.effects.dot(&(&total.gram * &mix.effects));
    let (mut between, mut freedom) = (0.0, -crate::stats::count(moments.columns));
    for (person, mean) in moments.people.iter().zip(means) {
        let (unit, Some(mean)) = (person.units.email, mean) else { continue };
        between += unit.w * mean * mean;
        freedom += unit.w - unit.ww / unit.w;
    }
    ((total.yy - explained - between) / freedom.max(1.0)).max(LEAST_VARIANCE)
}

/// Each person's mix less that of the mean person who was heard.
fn centred_mixes(moments: &Moments, means: &[Option<f64>]) -> Vec<DVector<f64>> {
    let mix = |person: &PersonMoments| {
        let mut mix = DVector::zeros(moments.columns);
        for at in &person.columns {
            mix[at.column] += at.weighed.email[0] / positive_or_one(person.units.email.w);
        }
        mix
    };
    let mut mixes: Vec<DVector<f64>> = moments.people.iter().map(mix).collect();
    let heard = mixes.iter().zip(means).filter(|(_, mean)| mean.is_some());
    let (mut centre, mut count) = (DVector::zeros(moments.columns), 0.0);
    for (mix, _) in heard {
        centre += mix;
        count += 1.0;
    }
    centre /= positive_or_one(count);
    for mix in &mut mixes {
        *mix -= &centre;
    }
    mixes
}

fn shrink(direct: &Direct, method: Method) -> Shrunk {
    let pairs = direct.means.iter().zip(&direct.variances).filter_map(|(mean, v)| (*mean).zip(*v));
    let (y, v): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let all = direct.means.len();
    if y.len() <= 3 {
        let centre = y.iter().sum::<f64>() / positive_or_one(crate::stats::count(y.len()));
        return Shrunk { differences: vec![None; all], reliabilities: vec![0.0; all], centre, tau2: 0.0 };
    }
    let estimates = Estimates { y: &y, v: &v };
    let tau2 = if method == Method::UnivariateReml { estimates.reml() } else { estimates.adjusted_reml() };
    let shrunk = empirical_bayes(estimates, tau2);
    let of_those_not_heard = Estimate { value: shrunk.mean, se: tau2.max(1e-9).sqrt() };
    let mut found = shrunk.score.iter().zip(&shrunk.se).zip(&shrunk.reliability);
    let values: Vec<(Estimate, f64)> = direct
        .means
        .iter()
        .map(|mean| match mean.and_then(|_| found.next()) {
            Some(((value, se), reliability)) => (Estimate { value: *value, se: *se }, *reliability),
            None => (of_those_not_heard, 0.0),
        })
        .collect();
    let centre = values.iter().map(|(estimate, _)| estimate.value).sum::<f64>() / crate::stats::count(all);
    let differences =
        values.iter().map(|(estimate, _)| Some(Estimate { value: estimate.value - centre, ..*estimate }));
    Shrunk {
        differences: differences.collect(),
        reliabilities: values.iter().map(|(_, reliability)| *reliability).collect(),
        centre,
        tau2,
    }
}

fn people(moments: &Moments, direct: &Direct, shrunk: &Shrunk, method: Method) -> Vec<PersonFit> {
    let own = direct.means.iter().zip(&direct.variances).zip(&direct.mix_effects);
    let shrunk_of = shrunk.differences.iter().zip(&shrunk.reliabilities);
    let all = moments.people.iter().zip(own).zip(shrunk_of);
    all.map(|((person, ((mean, variance), mix_effect)), (difference, reliability))| {
        let reliability = if method == Method::DirectOnly { 0.0 } else { *reliability };
        let answers = person.units.email.n;
        let direct = mean
            .zip(*variance)
            .map(|(mean, variance)| Estimate { value: mean - shrunk.centre, se: variance.sqrt() });
        PersonFit {
            difference: *difference,
            direct,
            reliability,
            status: status(method, reliability, answers, Status::Indicative),
            answers,
            mix_effect: *mix_effect,
            mail_less_calls: None,
        }
    })
    .collect()
}
