//! Whether the numbers are right: companies with known truth, evaluated by the program's own sums and method.
//!
//! ```text
//! cargo bench --bench calibration            # 30 companies of 200 employees, and 40 without any difference
//! cargo bench --bench calibration -- 100     # as many as you like
//! ```
//!
//! The limits are those of the method's description; a missed one makes the command fail.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement that cannot go on has failed"
)]

mod company;
mod draw;
mod judge;

use company::Kind;
use judge::{Judged, judge};

/// Companies without any difference between persons.
const ALIKE: u64 = 40;

/// Where the seeds begin; nothing was tuned on them.
const FIRST_SEED: u64 = 880_000;

fn main() {
    let companies = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(30);
    let kind = Kind { people: 200, spread: 5.0 };
    let judged: Vec<Judged> = (0..companies).map(|at| judge(&company::make(FIRST_SEED + at, kind))).collect();
    let alike = Kind { spread: 0.0, ..kind };
    let alike: Vec<Judged> =
        (0..ALIKE).map(|at| judge(&company::make(FIRST_SEED + 100_000 + at, alike))).collect();
    println!("{companies} companies of {} employees with true differences, {ALIKE} without\n", kind.people);
    let missed = table(&judged, &alike).into_iter().filter(|holds| !holds).count();
    std::process::exit(i32::from(missed > 0));
}

fn table(judged: &[Judged], alike: &[Judged]) -> Vec<bool> {
    let mean = |of: fn(&Judged) -> f64| judged.iter().map(of).sum::<f64>() / judged.len() as f64;
    let sum = |of: fn(&Judged) -> f64| judged.iter().map(of).sum::<f64>();
    println!("{:<58} {:>9}  {:<14}", "", "found", "limit");
    let told = |what: &str, value: f64, least: f64, most: f64| {
        let limit = match (least.is_finite(), most.is_finite()) {
            (true, true) => format!("{least} to {most}"),
            (true, false) => format!(">= {least}"),
            (false, true) => format!("<= {most}"),
            (false, false) => String::new(),
        };
        let holds = (least..=most).contains(&value);
        let verdict = match (limit.is_empty(), holds) {
            (true, _) => "",
            (_, true) => "holds",
            (_, false) => "MISSED",
        };
        println!("{what:<58} {value:>9.3}  {limit:<14} {verdict}");
        holds
    };
    let (none, all) = (f64::NEG_INFINITY, f64::INFINITY);
    let free = alike.iter().filter(|company| company.flagged <= 0.0).count() as f64 / alike.len() as f64;
    vec![
        told("error of raw means, points (RMSE)", mean(|j| j.raw_error), none, all),
        told("error of scores, points (RMSE)", mean(|j| j.error), none, all),
        told("  ratio", mean(|j| j.error / j.raw_error), none, 0.60),
        told("order of raw means (Kendall's tau to the truth)", mean(|j| j.raw_tau), none, all),
        told("order of scores", mean(|j| j.tau), 0.60, all),
        told("coverage of the 95 % interval of scores", mean(|j| j.coverage), 0.93, 0.97),
        told("coverage of the 95 % interval of direct estimates", mean(|j| j.direct_coverage), 0.94, 0.97),
        told("false among those who are flagged", sum(|j| j.falsely) / sum(|j| j.flagged), none, 0.10),
        told(
            "flagged among those beyond the margin, reportable",
            sum(|j| j.rightly) / sum(|j| j.beyond),
            none,
            all,
        ),
        told("share of employees who are reportable", mean(|j| j.reportable), none, all),
        told(
            "reliability less squared correlation to the truth",
            mean(|j| j.reliability - j.squared),
            -0.03,
            0.03,
        ),
        told("companies without differences that flag nobody", free, 0.95, all),
    ]
}
