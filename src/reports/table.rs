//! An evaluation as a table for the terminal.

use crate::evaluations::Evaluation;
use crate::web::format::{one, percent, range};
use std::fmt::Write;

/// Writes an evaluation as lines of text, ordered by name.
pub fn write(evaluation: &Evaluation) -> String {
    let company = &evaluation.company;
    let rate = |rate: Option<f64>| rate.map_or("–".to_owned(), percent);
    let mut text = format!(
        "{} to {}: {} visits, {} invited, {} answers by mail ({}), {} by phone. Plain means of those who answered, \
         0-100 points, uncorrected; not for comparing persons.\n",
        evaluation.from,
        evaluation.to,
        company.visits,
        company.invited,
        company.answers_email,
        rate(company.response_rate),
        company.answers_phone + company.answers_phone_first,
    );
    if evaluation.all_estimates {
        text.push_str(
            "ALL ESTIMATES: numbers are shown that are hidden otherwise; for checking the method only.\n",
        );
    }
    let mut rows = vec![
        ["EMPLOYEE", "TEAM", "VISITS", "INVITED", "ANSWERS", "MEAN", "95 %", "TOP 2", "STATUS"]
            .map(str::to_owned),
    ];
    for row in &evaluation.employees {
        let interval = row.mean_lo.zip(row.mean_hi).map_or(String::new(), |(lo, hi)| range(lo, hi));
        rows.push([
            row.employee_name.clone(),
            row.team.clone().unwrap_or_default(),
            row.visits.to_string(),
            row.invited.to_string(),
            row.n.to_string(),
            row.mean.map_or("too few answers".to_owned(), one),
            interval,
            row.top2.map_or(String::new(), percent),
            row.status.to_owned(),
        ]);
    }
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
