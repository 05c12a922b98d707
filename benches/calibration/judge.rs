//! A company is evaluated, and the result compared with the truth.

use super::company::Company;
use chrono::NaiveDate;
use hearback::evaluations::fit;
use hearback::scores::Period;
use hearback::scores::deltas::Deltas;
use hearback::scores::names::Names;
use hearback::scores::period::Span;
use hearback::stats::method::{FALSE_DISCOVERIES, Lowest, MARGIN, PersonFit, Status, standouts};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Half the width of a 95 % interval, in standard errors.
const Z: f64 = 1.959_963_984_540_054;

/// How the numbers compare with the truth.
#[derive(Default)]
pub struct Judged {
    pub raw_error: f64,
    pub error: f64,
    pub raw_tau: f64,
    pub tau: f64,
    pub coverage: f64,
    pub direct_coverage: f64,
    pub flagged: f64,
    pub falsely: f64,
    pub rightly: f64,
    pub beyond: f64,
    pub reportable: f64,
    pub reliability: f64,
    pub squared: f64,
}

/// Sums a company as a fold does, in one stretch.
fn sums(company: &Company) -> Period {
    let (mut deltas, mut names) = (Deltas::default(), Names::default());
    let stretch = (Span::Year, NaiveDate::from_ymd_opt(2025, 1, 1).unwrap());
    for visit in &company.visits {
        deltas.add(visit, 1, &[stretch], &mut names);
    }
    let mut period = Period { names, ..Period::default() };
    period.take(deltas);
    period
}

fn raw_means(company: &Company) -> BTreeMap<Uuid, f64> {
    let mut sums: BTreeMap<Uuid, (f64, f64)> = BTreeMap::new();
    for visit in &company.visits {
        for rating in &visit.ratings {
            let (sum, n) = sums.entry(visit.credits[0].0).or_default();
            *sum += 10.0 * f64::from(rating.answer);
            *n += 1.0;
        }
    }
    sums.into_iter().map(|(who, (sum, n))| (who, sum / n)).collect()
}

/// Evaluates and compares.
pub fn judge(company: &Company) -> Judged {
    let fitted = fit::fit(&sums(company), 0, &fit::Sites::new());
    let truth: Vec<f64> = company.truth.iter().map(|(_, truth)| *truth).collect();
    let people: Vec<&PersonFit> = company.truth.iter().map(|(who, _)| fitted.of(*who).unwrap()).collect();
    let raw = raw_means(company);
    let raw: Vec<(f64, f64)> =
        company.truth.iter().filter_map(|(who, truth)| Some((*raw.get(who)?, *truth))).collect();
    let centre = raw.iter().map(|(raw, _)| raw).sum::<f64>() / raw.len() as f64;
    let raw: Vec<(f64, f64)> = raw.into_iter().map(|(raw, truth)| (raw - centre, truth)).collect();
    let scores: Vec<(f64, f64)> =
        people.iter().zip(&truth).map(|(person, truth)| (person.difference.unwrap().value, *truth)).collect();
    let correlation = correlation(&scores);
    let mut judged = Judged {
        raw_error: error(&raw),
        error: error(&scores),
        raw_tau: tau(&raw),
        tau: tau(&scores),
        coverage: coverage(&people, &truth, |person| person.difference.map(|d| (d.value, d.se))),
        direct_coverage: coverage(&people, &truth, |person| person.direct.map(|d| (d.value, d.se))),
        reliability: people.iter().map(|person| person.reliability).sum::<f64>() / people.len() as f64,
        squared: correlation * correlation,
        ..Judged::default()
    };
    flags(&mut judged, &people, &truth);
    judged
}

fn flags(judged: &mut Judged, people: &[&PersonFit], truth: &[f64]) {
    let found = |side| standouts(people.iter().copied(), side, MARGIN, FALSE_DISCOVERIES);
    let (above, below) = (found(Lowest::No), found(Lowest::Yes));
    for (at, (person, truth)) in people.iter().zip(truth).enumerate() {
        let reportable = person.status == Status::Report;
        let right = above[at] && *truth > MARGIN || below[at] && *truth < -MARGIN;
        let flagged = f64::from(u8::from(above[at])) + f64::from(u8::from(below[at]));
        judged.flagged += flagged;
        judged.rightly += f64::from(u8::from(right));
        judged.falsely += flagged - f64::from(u8::from(right));
        judged.beyond += f64::from(u8::from(reportable && truth.abs() > MARGIN));
        judged.reportable += f64::from(u8::from(reportable)) / people.len() as f64;
    }
}

fn error(pairs: &[(f64, f64)]) -> f64 {
    (pairs.iter().map(|(one, other)| (one - other).powi(2)).sum::<f64>() / pairs.len() as f64).sqrt()
}

fn coverage(people: &[&PersonFit], truth: &[f64], of: impl Fn(&PersonFit) -> Option<(f64, f64)>) -> f64 {
    let known: Vec<bool> = people
        .iter()
        .zip(truth)
        .filter_map(|(person, truth)| of(person).map(|(value, se)| (value - truth).abs() <= Z * se))
        .collect();
    known.iter().filter(|inside| **inside).count() as f64 / known.len() as f64
}

/// Kendall's (1938) tau.
fn tau(pairs: &[(f64, f64)]) -> f64 {
    let mut agree = 0.0;
    for (at, one) in pairs.iter().enumerate() {
        for other in &pairs[at + 1..] {
            agree += ((one.0 - other.0) * (one.1 - other.1)).signum();
        }
    }
    agree / (pairs.len() * (pairs.len() - 1) / 2) as f64
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (one, other) in pairs {
        xy += (one - x) * (other - y);
        xx += (one - x).powi(2);
        yy += (other - y).powi(2);
    }
    if xx > 0.0 && yy > 0.0 { xy / (xx * yy).sqrt() } else { 0.0 }
}
