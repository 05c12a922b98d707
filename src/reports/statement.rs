//! A statement as XLSX, one sheet a topic, and as CSV with the topic in its first column: pure.

use crate::error::{Error, Result};
use crate::evaluations::figures::Estimate;
use crate::evaluations::statements::model::Kept;
use crate::evaluations::words;
use crate::ids;
use crate::web::csv::as_text;
use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// The columns of every topic.
const COLUMNS: [&str; 5] = ["item", "value", "low", "high", "note"];

/// A cell with its type.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Text(String),
    Number(f64),
    Date(NaiveDate),
    Nothing,
}

/// What stands in a row: the item, its value, both ends of the 95 % interval, and a note.
type Row = [Cell; 5];

/// A topic with its rows.
struct Topic {
    name: &'static str,
    rows: Vec<Row>,
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn count(item: &str, count: i64) -> Row {
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let value = count as f64;
    [text(item), Cell::Number(value), Cell::Nothing, Cell::Nothing, Cell::Nothing]
}

fn fact(item: &str, value: Cell) -> Row {
    [text(item), value, Cell::Nothing, Cell::Nothing, Cell::Nothing]
}

fn number(item: &str, value: Option<f64>, note: &str) -> Row {
    let value = value.map_or(Cell::Nothing, Cell::Number);
    [text(item), value, Cell::Nothing, Cell::Nothing, text(note)]
}

fn estimate(item: &str, estimate: Option<Estimate>, note: &str) -> Row {
    let Some(Estimate { value, low, high }) = estimate else { return number(item, None, note) };
    [text(item), Cell::Number(value), Cell::Number(low), Cell::Number(high), text(note)]
}

fn topics(kept: &Kept) -> Vec<Topic> {
    vec![
        Topic { name: "Statement", rows: head(kept) },
        Topic { name: "Result", rows: result(kept) },
        Topic { name: "Questions", rows: questions(kept) },
        Topic { name: "Company", rows: company(kept) },
        Topic { name: "Visits", rows: visits(kept) },
        Topic { name: "Objections", rows: objections(kept) },
    ]
}

fn head(kept: &Kept) -> Vec<Row> {
    let (statement, content) = (&kept.statement, &kept.content);
    let label =
        |of: &Option<(uuid::Uuid, String)>| of.as_ref().map_or(Cell::Nothing, |(_, label)| text(label));
    let mut rows = vec![
        fact("statement", text(statement.label())),
        fact("organisation", text(&content.organisation)),
        fact("employee_id", text(&content.employee.employee_id)),
        fact("employee_name", text(&content.employee.employee_name)),
        fact("team", content.employee.team.as_ref().map_or(Cell::Nothing, text)),
        fact("site", content.site.as_ref().map_or(Cell::Nothing, text)),
        fact("from", Cell::Date(statement.from)),
        fact("to", Cell::Date(statement.to)),
        fact("frozen_on", Cell::Date(statement.made_at.date_naive())),
        fact("basis", text(&content.frame.basis)),
        fact("method", text(&content.frame.method)),
        fact("method_version", text(&content.frame.method_version)),
        fact("replaces", label(&kept.replaces)),
        fact("replaced_by", label(&kept.replaced_by)),
        fact("sha256_of_inputs", text(ids::hex(&statement.checksum))),
    ];
    rows.extend(kept.replies.iter().map(|reply| {
        [
            text(&reply.kind),
            Cell::Date(reply.at.date_naive()),
            Cell::Nothing,
            Cell::Nothing,
            text(&reply.words),
        ]
    }));
    rows
}

fn result(kept: &Kept) -> Vec<Row> {
    let figures = &kept.content.employee;
    vec![
        fact("status", text(&figures.status)),
        fact("flag", text(&figures.flag)),
        number("score", figures.score, "points of 100: company level plus the difference"),
        estimate("difference", figures.best(), "points from what was to be expected, best guess"),
        estimate("direct", figures.alone(), "points from what was to be expected, these answers alone"),
        number("reliability", figures.reliability, "from 0 to 1; from 0.70 on it is reported"),
        count("n", figures.n),
        estimate("mean", figures.plain(), "points of 100, uncorrected"),
        estimate("top2", figures.two_best(), "share of the two best marks"),
        number("response_rate", figures.response_rate, "by mail, AAPOR RR2"),
    ]
}

fn questions(kept: &Kept) -> Vec<Row> {
    let row = |one: &crate::evaluations::figures::Dimension| {
        estimate(&one.question, one.best(), &words::question(&one.question))
    };
    kept.content.employee.dimensions.iter().map(row).collect()
}

fn company(kept: &Kept) -> Vec<Row> {
    let company = &kept.content.company;
    let corrected =
        if company.level_mode_corrected { "corrected for the phone" } else { "not corrected for the phone" };
    vec![
        estimate("level", company.level(), corrected),
        estimate("mode_effect", company.mode(), "points by which answers on the phone are higher"),
        count("visits", company.visits),
        count("invited", company.invited),
        count("answers_email", company.answers_email),
        count("answers_phone", company.answers_phone),
        count("answers_phone_first", company.answers_phone_first),
        number("response_rate", company.response_rate, "by mail, AAPOR RR2"),
    ]
}

fn visits(kept: &Kept) -> Vec<Row> {
    let content = &kept.content;
    let figures = &content.employee;
    let mut rows = vec![
        count("visits", figures.visits),
        count("invited", figures.invited),
        count("answers_email", figures.answers_email),
        count("answers_phone", figures.answers_phone),
        count("answers_phone_first", figures.answers_phone_first),
    ];
    rows.extend(content.outcomes.iter().map(|(word, visits)| count(&format!("outcome {word}"), *visits)));
    rows.extend(content.answered.iter().map(|(word, visits)| count(&format!("answered {word}"), *visits)));
    rows.extend(
        content.put_aside.iter().map(|(word, answers)| count(&format!("put aside: {word}"), *answers)),
    );
    rows
}

fn objections(kept: &Kept) -> Vec<Row> {
    let row = |one: &crate::evaluations::statements::model::FrozenObjection| {
        [text(&one.what), text(&one.before), Cell::Nothing, Cell::Nothing, text(&one.decided)]
    };
    kept.content.objections.iter().map(row).collect()
}

/// Writes a statement as CSV (RFC 4180): full precision, empty for nothing, no text that a spreadsheet would run.
///
/// # Errors
/// 500 when it cannot be written, which would be a defect.
pub fn csv(kept: &Kept) -> Result<Vec<u8>> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(["topic"].into_iter().chain(COLUMNS)).map_err(Error::internal)?;
    for topic in topics(kept) {
        for row in topic.rows {
            let cells = row.iter().map(|cell| match cell {
                Cell::Text(text) => as_text(text),
                Cell::Number(number) => number.to_string(),
                Cell::Date(date) => date.to_string(),
                Cell::Nothing => String::new(),
            });
            writer.write_record([topic.name.to_owned()].into_iter().chain(cells)).map_err(Error::internal)?;
        }
    }
    writer.into_inner().map_err(Error::internal)
}

/// Writes a statement as XLSX: one sheet a topic, numbers as numbers, dates as dates, everything else as text.
///
/// # Errors
/// 500 when it cannot be written, which would be a defect.
pub fn xlsx(kept: &Kept) -> Result<Vec<u8>> {
    workbook(kept).map_err(Error::internal)
}

fn workbook(kept: &Kept) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let title = format!("Statement {}", kept.statement.label());
    let properties = DocProperties::new()
        .set_title(&title)
        .set_company(&kept.content.organisation)
        .set_creation_datetime(&moment(kept.statement.made_at)?);
    workbook.set_properties(&properties);
    let (bold, date) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"));
    for topic in topics(kept) {
        let sheet = workbook.add_worksheet();
        sheet.set_name(topic.name)?;
        for (column, name) in (0_u16..).zip(COLUMNS) {
            sheet.write_string_with_format(0, column, name, &bold)?;
            sheet.set_column_width(column, if matches!(name, "item" | "note") { 36 } else { 16 })?;
        }
        sheet.set_freeze_panes(1, 0)?;
        for (place, row) in (1_u32..).zip(&topic.rows) {
            for (column, cell) in (0_u16..).zip(row) {
                write(sheet, (place, column), cell, &date)?;
            }
        }
    }
    workbook.save_to_buffer()
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    date: &Format,
) -> std::result::Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, as_text(text))?,
        Cell::Number(number) => sheet.write_number(row, column, *number)?,
        Cell::Date(day) => sheet.write_datetime_with_format(row, column, &excel_day(*day)?, date)?,
        Cell::Nothing => return Ok(()),
    };
    Ok(())
}

fn excel_day(day: NaiveDate) -> std::result::Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(
        u16::try_from(day.year()).unwrap_or(1900),
        u8::try_from(day.month()).unwrap_or(1),
        u8::try_from(day.day()).unwrap_or(1),
    )
}

fn moment(at: DateTime<Utc>) -> std::result::Result<ExcelDateTime, XlsxError> {
    let hour = u16::try_from(at.hour()).unwrap_or(0);
    excel_day(at.date_naive())?.and_hms(hour, u8::try_from(at.minute()).unwrap_or(0), at.second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluations::statements::model::{Content, Statement};
    use serde_json::Value;
    use uuid::Uuid;

    fn kept() -> Kept {
        let mut content = Content::default();
        content.employee.employee_name = "=cmd()".to_owned();
        content.employee.mean = Some(1.0 / 3.0);
        (content.employee.mean_lo, content.employee.mean_hi) = (Some(0.0), Some(1.0));
        Kept {
            statement: Statement {
                id: Uuid::nil(),
                number: 7,
                employee: Uuid::nil(),
                from: "2026-01-01".parse().unwrap(),
                to: "2026-06-30".parse().unwrap(),
                content: Value::Null,
                checksum: vec![0xab; 32],
                made_at: "2026-07-01T10:00:00Z".parse().unwrap(),
                made_by: "user".to_owned(),
                replaces: None,
            },
            content,
            replaces: None,
            replaced_by: None,
            replies: Vec::new(),
        }
    }

    #[test]
    fn a_name_is_never_a_formula_and_a_number_keeps_its_digits() {
        let text = String::from_utf8(csv(&kept()).unwrap()).unwrap();
        assert!(text.starts_with("topic,item,value,low,high,note\n"), "{text}");
        assert!(text.contains("Statement,statement,2026-0007,,,\n"), "{text}");
        assert!(text.contains("Statement,employee_name,'=cmd(),,,\n"), "{text}");
        assert!(
            text.contains("Result,mean,0.3333333333333333,0,1,\"points of 100, uncorrected\"\n"),
            "{text}"
        );
    }

    #[test]
    fn the_same_statement_is_the_same_workbook() {
        let (one, other) = (xlsx(&kept()).unwrap(), xlsx(&kept()).unwrap());
        assert!(one.starts_with(b"PK") && one == other);
    }
}
