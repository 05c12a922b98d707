//! An evaluation as a page of its own, to be opened or sent: no script, nothing fetched.

use super::csv::COLUMNS;
use super::table;
use crate::error::{Error, Result};
use crate::evaluations::Evaluation;
use crate::web::format::one;
use askama::Template;
use serde_json::Value;

#[derive(Template)]
#[template(path = "reports/pages/evaluation.html")]
struct Page {
    title: String,
    basis: &'static str,
    level: String,
    all_estimates: bool,
    method: String,
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

/// Writes an evaluation as a page.
///
/// # Errors
/// 500 when it cannot be written, which would be a defect.
pub fn write(evaluation: &Evaluation) -> Result<Vec<u8>> {
    let rows = evaluation.employees.iter().map(|row| {
        let row = serde_json::to_value(row).map_err(Error::internal)?;
        Ok(COLUMNS.iter().map(|name| cell(row.get(name))).collect())
    });
    let company = &evaluation.company;
    let level = company.level.zip(company.level_se).map_or(String::new(), |(level, se)| {
        format!("Level of the company: {} of 100 points, give or take {}.", one(level), one(1.96 * se))
    });
    let page = Page {
        title: format!("Evaluation, {} to {}", evaluation.from, evaluation.to),
        basis: table::basis(evaluation),
        level,
        all_estimates: evaluation.all_estimates,
        method: format!("{}, version {}", evaluation.method, evaluation.method_version),
        columns: &COLUMNS,
        rows: rows.collect::<Result<_>>()?,
    };
    Ok(page.render().map_err(Error::internal)?.into_bytes())
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.is_f64() => {
            number.as_f64().map_or(String::new(), |number| format!("{number:.3}"))
        }
        Some(other) => other.to_string(),
    }
}
