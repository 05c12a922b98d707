//! An evaluation as a table for the terminal.

use crate::evaluations::Evaluation;
use crate::evaluations::model::EmployeeEvaluation;
use crate::web::format::{one, percent, range};
use std::fmt::Write;

/// Writes an evaluation as lines of text, ordered by name; never by score.
pub fn write(evaluation: &Evaluation) -> String {
    let mut text = heading(evaluation);
    if evaluation.all_estimates {
        text.push_str(
            "ALL ESTIMATES: numbers are shown that are hidden otherwise; for checking the method only.\n",
        );
    }
    let head = ["EMPLOYEE", "TEAM", "VISITS", "INVITED", "ANSWERS", "SCORE", "95 %", "SURE", "STATUS"];
    let rows: Vec<[String; 9]> =
        std::iter::once(head.map(str::to_owned)).chain(evaluation.employees.iter().map(row)).collect();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..9).map(|column| width(column).unwrap_or(0)).collect();
    for row in &rows {
        let line = row.iter().zip(&widths).fold(String::new(), |mut line, (cell, width)| {
            // Writing to a String cannot fail.
            let _ = write!(line, "{cell:<width$}  ");
            line
        });
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Says what the numbers speak of.
pub fn basis(evaluation: &Evaluation) -> &'static str {
    match (evaluation.basis, evaluation.method) {
        ("two_phase", "direct_only") => {
            "Of all customers: random call-backs stand for those who did not answer. Too few employees to compare."
        }
        ("two_phase", _) => "Of all customers: random call-backs stand for those who did not answer.",
        (_, "direct_only") => {
            "Of those who answered by mail only, not corrected for the others. Too few employees to compare."
        }
        _ => "Of those who answered by mail only, not corrected for the others.",
    }
}

fn heading(evaluation: &Evaluation) -> String {
    let company = &evaluation.company;
    let level = company.level.zip(company.level_se).map_or(String::new(), |(level, se)| {
        format!(" Level {} of 100 points, give or take {}.", one(level), one(1.96 * se))
    });
    format!(
        "{} to {}: {} visits, {} invited, {} answers by mail ({}), {} by phone.{level} {}\n",
        evaluation.from,
        evaluation.to,
        company.visits,
        company.invited,
        company.answers_email,
        company.response_rate.map_or("–".to_owned(), percent),
        company.answers_phone + company.answers_phone_first,
        basis(evaluation),
    )
}

fn row(row: &EmployeeEvaluation) -> [String; 9] {
    let level = row.score.zip(row.difference).map(|(score, difference)| score - difference);
    let interval = row.difference_lo.zip(row.difference_hi).zip(level);
    let (score, interval) = match (row.score, row.mean) {
        (Some(score), _) => (
            one(score),
            interval.map(|((lo, hi), level)| range((level + lo).max(0.0), (level + hi).min(100.0))),
        ),
        (None, Some(mean)) => {
            (format!("mean {}", one(mean)), row.mean_lo.zip(row.mean_hi).map(|(lo, hi)| range(lo, hi)))
        }
        (None, None) if row.n < 10 => ("too few answers".to_owned(), None),
        (None, None) => ("not sure enough".to_owned(), None),
    };
    [
        row.employee_name.clone(),
        row.team.clone().unwrap_or_default(),
        row.visits.to_string(),
        row.invited.to_string(),
        row.n.to_string(),
        score,
        interval.unwrap_or_default(),
        row.reliability.filter(|_| row.score.is_some()).map_or(String::new(), |sure| format!("{sure:.2}")),
        [row.status, row.flag].join(" ").trim_end().to_owned(),
    ]
}
