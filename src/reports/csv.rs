//! An evaluation as CSV (RFC 4180): one row an employee, full precision, empty for null.

use crate::error::{Error, Result};
use crate::evaluations::Evaluation;
use crate::web::csv::as_text;
use serde_json::Value;

/// The columns, with the names of the API.
pub const COLUMNS: [&str; 28] = [
    "employee_id",
    "employee_name",
    "team",
    "visits",
    "invited",
    "answers_email",
    "answers_phone",
    "answers_phone_first",
    "response_rate",
    "score",
    "difference",
    "difference_se",
    "difference_lo",
    "difference_hi",
    "direct",
    "direct_se",
    "direct_lo",
    "direct_hi",
    "reliability",
    "status",
    "flag",
    "n",
    "mean",
    "mean_lo",
    "mean_hi",
    "top2",
    "top2_lo",
    "top2_hi",
];

/// Writes an evaluation as CSV.
///
/// # Errors
/// 500 when it cannot be written, which would be a defect.
pub fn write(evaluation: &Evaluation) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = COLUMNS.into_iter().chain(["basis"]);
    writer.write_record(header).map_err(Error::internal)?;
    for row in &evaluation.employees {
        let row = serde_json::to_value(row).map_err(Error::internal)?;
        let cells = COLUMNS.iter().map(|name| cell(row.get(name)));
        writer.write_record(cells.chain([evaluation.basis.to_owned()])).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(Error::internal)
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => as_text(text),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluations::model::{Assumed, CompanyEvaluation, EmployeeEvaluation};

    #[test]
    fn a_name_is_never_a_formula_and_null_is_empty() {
        let row = EmployeeEvaluation {
            employee_id: "E1".into(),
            employee_name: "=cmd()".into(),
            status: "not_enough_data",
            n: 3,
            response_rate: Some(1.0 / 3.0),
            ..EmployeeEvaluation::default()
        };
        let evaluation = Evaluation {
            from: chrono::NaiveDate::MIN,
            to: chrono::NaiveDate::MIN,
            basis: "respondents_only",
            method: "direct_only",
            method_version: "1",
            all_estimates: false,
            company: CompanyEvaluation::default(),
            employees: vec![row],
            assumed: Assumed::default(),
        };
        let text = String::from_utf8(write(&evaluation).unwrap()).unwrap();
        let line = text.lines().nth(1).unwrap();
        assert!(line.starts_with("E1,'=cmd(),,0,0,0,0,0,0.3333333333333333,,"), "{line}");
        assert!(line.ends_with("not_enough_data,,3,,,,,,,respondents_only"), "{line}");
    }
}
