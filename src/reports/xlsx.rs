//! An evaluation as a workbook: one sheet a topic, numbers as numbers.

use super::csv::COLUMNS;
use super::table;
use crate::error::{Error, Result};
use crate::evaluations::Evaluation;
use crate::web::csv::as_text;
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use serde_json::Value;

/// Writes an evaluation as a workbook.
///
/// # Errors
/// 500 when it cannot be written, which would be a defect.
pub fn write(evaluation: &Evaluation) -> Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    company(workbook.add_worksheet().set_name("Company").map_err(Error::internal)?, evaluation, &bold)?;
    employees(workbook.add_worksheet().set_name("Employees").map_err(Error::internal)?, evaluation, &bold)?;
    dimensions(workbook.add_worksheet().set_name("Questions").map_err(Error::internal)?, evaluation, &bold)?;
    workbook.save_to_buffer().map_err(Error::internal)
}

fn company(sheet: &mut Worksheet, evaluation: &Evaluation, bold: &Format) -> Result<()> {
    let mut facts = vec![
        ("from".to_owned(), Value::from(evaluation.from.to_string())),
        ("to".to_owned(), Value::from(evaluation.to.to_string())),
        ("basis".to_owned(), Value::from(evaluation.basis)),
        ("method".to_owned(), Value::from(evaluation.method)),
        ("method_version".to_owned(), Value::from(evaluation.method_version)),
        ("what it speaks of".to_owned(), Value::from(table::basis(evaluation))),
    ];
    if evaluation.all_estimates {
        facts.push(("all_estimates".to_owned(), Value::from(true)));
    }
    let company = serde_json::to_value(&evaluation.company).map_err(Error::internal)?;
    facts
        .extend(company.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    for (row, (name, value)) in (0..).zip(&facts) {
        sheet.write_with_format(row, 0, name, bold).map_err(Error::internal)?;
        cell(sheet, row, 1, Some(value))?;
    }
    sheet.set_column_width(0, 24).map_err(Error::internal)?;
    Ok(())
}

fn employees(sheet: &mut Worksheet, evaluation: &Evaluation, bold: &Format) -> Result<()> {
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_with_format(0, column, name, bold).map_err(Error::internal)?;
    }
    for (row, employee) in (1..).zip(&evaluation.employees) {
        let employee = serde_json::to_value(employee).map_err(Error::internal)?;
        for (column, name) in (0..).zip(COLUMNS) {
            cell(sheet, row, column, employee.get(name))?;
        }
    }
    sheet.set_freeze_panes(1, 2).map_err(Error::internal)?;
    Ok(())
}

fn dimensions(sheet: &mut Worksheet, evaluation: &Evaluation, bold: &Format) -> Result<()> {
    const HEAD: [&str; 7] = ["employee_id", "employee_name", "question", "difference", "lo", "hi", "flag"];
    for (column, name) in (0..).zip(HEAD) {
        sheet.write_with_format(0, column, name, bold).map_err(Error::internal)?;
    }
    let rows = evaluation.employees.iter().flat_map(|row| row.dimensions.iter().map(move |of| (row, of)));
    for (row, (employee, dimension)) in (1..).zip(rows) {
        let values = [
            Value::from(employee.employee_id.as_str()),
            Value::from(employee.employee_name.as_str()),
            Value::from(dimension.question.as_str()),
            Value::from(dimension.difference),
            Value::from(dimension.lo),
            Value::from(dimension.hi),
            Value::from(dimension.flag),
        ];
        for (column, value) in (0..).zip(&values) {
            cell(sheet, row, column, Some(value))?;
        }
    }
    sheet.set_freeze_panes(1, 2).map_err(Error::internal)?;
    Ok(())
}

/// A text is written as text, and with a quote before it where a program would run it as a formula once the sheet is
/// saved as CSV (OWASP ASVS 5.0, 1.2.10); null is an empty cell.
fn cell(sheet: &mut Worksheet, row: u32, column: u16, value: Option<&Value>) -> Result<()> {
    let written = match value {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Bool(truth)) => sheet.write_boolean(row, column, *truth),
        Some(Value::Number(number)) => sheet.write_number(row, column, number.as_f64().unwrap_or_default()),
        Some(Value::String(text)) => sheet.write_string(row, column, as_text(text)),
        Some(other) => sheet.write_string(row, column, other.to_string()),
    };
    written.map(drop).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluations::model::{Assumed, CompanyEvaluation, EmployeeEvaluation};

    #[test]
    fn a_workbook_is_written() {
        let row = EmployeeEvaluation {
            employee_name: "=cmd()".into(),
            mean: Some(70.5),
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
        assert!(write(&evaluation).unwrap().starts_with(b"PK"));
    }
}
