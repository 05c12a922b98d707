//! Checks the estimators of `hearback::stats` against published and hand-computed values.
//!
//! `data/vectors.csv` names the source of each row; `tol` is the precision the source prints.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a broken file must stop the test"
)]

use hearback::stats::between::{Estimates, answers_needed};
use hearback::stats::impact::{Group, four_fifths};
use hearback::stats::monitor::{Ewma, run_length, run_length_two_sided};
use hearback::stats::shrink::empirical_bayes;
use hearback::stats::{
    Dispositions, Interval, LEVEL, Nps, PromoterCounts, Sums, discovery, funnel, wilson, wilson_continuity,
};
use serde_json::Value;

/// How many rows the file must have, so that a cut file cannot pass.
const ROWS: usize = 31;

/// One row of the file.
struct Vector {
    id: String,
    input: Value,
    expected: Vec<f64>,
    tolerance: f64,
}

#[test]
fn the_estimators_give_the_published_values() {
    let vectors = read();
    assert_eq!(vectors.len(), ROWS, "rows of vectors.csv");
    for vector in &vectors {
        let found =
            compute(vector).unwrap_or_else(|| panic!("{}: not defined, or no check of this name", vector.id));
        assert_eq!(found.len(), vector.expected.len(), "{}: {found:?}", vector.id);
        for (found, expected) in found.iter().zip(&vector.expected) {
            let off = (found - expected).abs();
            assert!(off <= vector.tolerance, "{}: {found} instead of {expected}", vector.id);
        }
    }
}

#[test]
fn a_row_without_a_check_is_noticed() {
    let unknown =
        Vector { id: "median_1".into(), input: Value::from(vec![1, 2]), expected: vec![], tolerance: 0.0 };
    assert!(compute(&unknown).is_none());
}

fn read() -> Vec<Vector> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vectors.csv");
    let mut rows = csv::Reader::from_path(path).expect("vectors.csv");
    let header = rows.headers().expect("a header row");
    assert_eq!(header, vec!["id", "what", "input", "expected", "tol", "kind", "source"]);
    let mut vectors: Vec<Vector> = rows
        .records()
        .map(|row| {
            let row = row.expect("a row of seven fields");
            Vector {
                id: row[0].to_owned(),
                input: serde_json::from_str(&row[2]).expect("the input as JSON"),
                expected: serde_json::from_str(&row[3]).expect("the expected values as JSON"),
                tolerance: row[4].parse().expect("a tolerance"),
            }
        })
        .collect();
    let inputs: Vec<(String, Value)> =
        vectors.iter().map(|vector| (vector.id.clone(), vector.input.clone())).collect();
    for vector in &mut vectors {
        let other = vector.input.as_str().and_then(|text| text.strip_prefix("as "));
        if let Some((_, input)) = inputs.iter().find(|(id, _)| Some(id.as_str()) == other) {
            vector.input = input.clone();
        }
    }
    vectors
}

fn compute(vector: &Vector) -> Option<Vec<f64>> {
    let prefix = vector.id.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let input = &vector.input;
    match prefix {
        "wilson" => Some(ends(wilson(real(input, 0)?, real(input, 1)?, LEVEL)?)),
        "wilsoncc" => Some(ends(wilson_continuity(real(input, 0)?, real(input, 1)?, LEVEL)?)),
        "nps" => Some(four(promoter_counts(input)?.trinomial(LEVEL)?)),
        "nps_adj" => Some(four(promoter_counts(input)?.adjusted_wald(LEVEL)?)),
        "mean_ci" => mean(input),
        "aapor" => rates(input),
        "cahps" => Some(vec![answers_needed(real(input, 0)?, real(input, 1)?)]),
        "spearman_brown" => Some(reals(input)?.into_iter().map(|icc| answers_needed(icc, 0.7)).collect()),
        "bh" => {
            let adjusted = discovery::benjamini_hochberg(&reals(input)?);
            let found = |bound: f64, p: &[f64]| p.iter().filter(|p| **p <= bound).count() as f64;
            Some(vec![found(0.05, &adjusted), found(0.05 / 15.0, &reals(input)?)])
        }
        "bh1995_adj" => Some(discovery::benjamini_hochberg(&reals(input)?)),
        "fourfifths" => impacts(input),
        "funnel_norm" => {
            let limits = |level| funnel::limits_of_share(real(input, 0)?, real(input, 1)?, level).map(ends);
            Some([limits(0.95)?, limits(0.998)?].concat())
        }
        name if name.starts_with("bcg") || name.starts_with("collins") => between(name, input),
        name if name.starts_with("eight_schools") => schools(name, input),
        name => charts(name, input),
    }
}

fn between(name: &str, input: &Value) -> Option<Vec<f64>> {
    let (y, v) = if name.starts_with("bcg") { risk_ratios(input)? } else { odds_ratios(input)? };
    let estimates = Estimates { y: &y, v: &v };
    let reml = estimates.reml();
    let pooled = estimates.pooled(reml);
    match name {
        "bcg_reml" => Some(vec![reml, pooled.mean, pooled.variance.sqrt()]),
        "bcg_dl" => Some(vec![estimates.dersimonian_laird(), estimates.cochran_q()]),
        "bcg_pm" => Some(vec![estimates.paule_mandel()]),
        "collins_tau" => Some(vec![estimates.dersimonian_laird(), estimates.maximum_likelihood(), reml]),
        _ => None,
    }
}

/// Logarithms of risk ratios with their variances, from the cells of 2 × 2 tables.
fn risk_ratios(input: &Value) -> Option<(Vec<f64>, Vec<f64>)> {
    let [a, b, c, d] = ["tpos", "tneg", "cpos", "cneg"].map(|name| reals(&input[name]));
    let (a, b, c, d) = (a?, b?, c?, d?);
    let row = |at: usize| {
        let (a, b, c, d) = (a[at], b[at], c[at], d[at]);
        let variance = 1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d);
        ((a / (a + b) / (c / (c + d))).ln(), variance)
    };
    Some((0..a.len()).map(row).unzip())
}

/// The trials of diuretics in pregnancy of Collins et al.; the second arm stands in the paper alone.
fn odds_ratios(input: &Value) -> Option<(Vec<f64>, Vec<f64>)> {
    let (n1, a1) = (reals(&input["n1"])?, reals(&input["a1"])?);
    let n2 = [136.0, 134.0, 48.0, 40.0, 760.0, 1336.0, 524.0, 103.0, 102.0];
    let a2 = [14.0, 17.0, 24.0, 18.0, 35.0, 175.0, 20.0, 2.0, 40.0];
    let row = |at: usize| {
        let (a, b, c, d) = (a1[at], n1[at] - a1[at], a2[at], n2[at] - a2[at]);
        ((a * d / (b * c)).ln(), 1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d)
    };
    Some((0..n1.len()).map(row).unzip())
}

fn schools(name: &str, input: &Value) -> Option<Vec<f64>> {
    let y = reals(&input["y"])?;
    let v: Vec<f64> = reals(&input["se"])?.into_iter().map(|se| se * se).collect();
    let estimates = Estimates { y: &y, v: &v };
    match name {
        "eight_schools" => {
            let pooled = estimates.pooled(0.0);
            let (moments, reml) = (estimates.dersimonian_laird(), estimates.reml());
            Some(vec![moments, reml, pooled.mean, pooled.variance.sqrt()])
        }
        "eight_schools_adj" => Some(vec![estimates.adjusted_reml()]),
        _ => Some(empirical_bayes(estimates, estimates.adjusted_reml()).score),
    }
}

fn impacts(input: &Value) -> Option<Vec<f64>> {
    let (selected, totals) = (input[0].as_array()?, input[1].as_array()?);
    let group = |(selected, total): (&Value, &Value)| {
        Some(Group { selected: selected.as_u64()?, total: total.as_u64()? })
    };
    let groups: Vec<Group> = selected.iter().zip(totals).map(group).collect::<Option<_>>()?;
    let impacts = four_fifths(&groups)?;
    let flags = impacts.iter().map(|impact| f64::from(u8::from(impact.is_adverse)));
    Some(impacts.iter().map(|impact| impact.ratio).chain(flags).collect())
}

fn charts(name: &str, input: &Value) -> Option<Vec<f64>> {
    let chart = Ewma { target: 50.0, sigma: 2.0539, newest: 0.3, limits: 3.0 };
    let shifts = [0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0];
    match name {
        "nist_ewma" => Some(chart.chart(&reals(input)?).into_iter().map(|point| point.value).collect()),
        "nist_ewma_lim" => Some(vec![50.0 + chart.final_width(), 50.0 - chart.final_width()]),
        "cusum_arl_h" => {
            let (k, h) = (real(input, 0)?, real(input, 1)?);
            Some(shifts.map(|shift| run_length_two_sided(k, h, shift)).to_vec())
        }
        "cusum_arl_one" => Some([4.0, 5.0].map(|h| run_length(0.5, h, 0.0)).to_vec()),
        "cusum_arl" => Some([4.0, 5.0].map(|h| run_length_two_sided(0.5, h, 0.0)).to_vec()),
        _ => None,
    }
}

fn reals(input: &Value) -> Option<Vec<f64>> {
    input.as_array()?.iter().map(Value::as_f64).collect()
}

fn mean(input: &Value) -> Option<Vec<f64>> {
    let sums = Sums { n: whole(input, 0)?, sum: whole(input, 1)?, sum_of_squares: whole(input, 2)? };
    let interval = sums.t_interval(LEVEL)?;
    Some(vec![sums.mean()?, sums.se()?, interval.lo, interval.hi])
}

fn rates(input: &Value) -> Option<Vec<f64>> {
    let cases = |letter: &str| input.get(letter)?.as_i64();
    let sample = Dispositions {
        complete: cases("I")?,
        partial: cases("P")?,
        refused: cases("R")?,
        non_contact: cases("NC")?,
        other: cases("O")?,
        unknown_household: cases("UH")?,
        unknown_other: cases("UO")?,
        eligibility: input.get("e")?.as_f64()?,
    };
    let rates =
        [sample.rr1(), sample.rr2(), sample.rr3(), sample.rr4(), sample.rr5(), sample.rr6(), sample.coop1()];
    rates.into_iter().collect()
}

fn promoter_counts(input: &Value) -> Option<PromoterCounts> {
    Some(PromoterCounts {
        promoters: whole(input, 0)?,
        passives: whole(input, 1)?,
        detractors: whole(input, 2)?,
    })
}

fn four(nps: Nps) -> Vec<f64> {
    vec![nps.score, nps.se, nps.interval.lo, nps.interval.hi]
}

fn ends(interval: Interval) -> Vec<f64> {
    vec![interval.lo, interval.hi]
}

fn whole(input: &Value, at: usize) -> Option<i64> {
    input.get(at)?.as_i64()
}

fn real(input: &Value, at: usize) -> Option<f64> {
    input.get(at)?.as_f64()
}
