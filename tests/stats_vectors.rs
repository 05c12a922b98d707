//! Checks the estimators of `hearback::stats` against published and hand-computed values.
//!
//! `data/vectors.csv` names the source of each row; `tol` is the precision the source prints.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a broken file must stop the test")]

use hearback::stats::{Dispositions, Interval, LEVEL, Nps, PromoterCounts, Sums, wilson, wilson_continuity};
use serde_json::Value;

/// How many rows the file must have, so that a cut file cannot pass.
const ROWS: usize = 12;

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
    rows.records()
        .map(|row| {
            let row = row.expect("a row of seven fields");
            Vector {
                id: row[0].to_owned(),
                input: serde_json::from_str(&row[2]).expect("the input as JSON"),
                expected: serde_json::from_str(&row[3]).expect("the expected values as JSON"),
                tolerance: row[4].parse().expect("a tolerance"),
            }
        })
        .collect()
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
        _ => None,
    }
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
