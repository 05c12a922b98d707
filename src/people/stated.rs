//! What a file states of an employee, checked: pure.

use super::model::NamedEmployee;
use crate::imports::problem::quoted;
use crate::imports::{Group, Header, Problem, Staged};
use crate::mail::{EmailAddress, clean_name};
use chrono::NaiveDate;

/// The longest name or id (characters).
const LONGEST: usize = 200;

/// The years that a date may lie in.
const YEARS: std::ops::Range<i32> = 1900..2200;

/// One row: a membership or a lead, or only where somebody works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line of the file.
    pub line: i64,
    /// The team, if the row names one.
    pub team: Option<String>,
    /// `member` or `lead`.
    pub role: &'static str,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

/// An employee as the file states them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Who; the last row that gives a name or an address is the newest.
    pub named: NamedEmployee,
    /// Where they work.
    pub site: Option<String>,
    /// Their teams.
    pub rows: Vec<Row>,
}

/// One row while it is read.
struct Reading<'a> {
    header: &'a Header,
    line: i64,
    cells: Vec<&'a str>,
    problems: &'a mut Vec<Problem>,
}

/// Checks the rows of an employee.
///
/// # Errors
/// Everything that is wrong with them.
pub fn check(header: &Header, group: &Group) -> Result<Stated, Vec<Problem>> {
    let mut problems: Vec<Problem> = Vec::new();
    let line = group.rows.first().map_or(0, |row| row.line);
    if group.too_many {
        problems.push(Problem::in_row(line, "too many rows have this employee_id"));
    }
    if group.key.chars().count() > LONGEST || group.key.chars().any(char::is_control) {
        let reason = format!("must have at most {LONGEST} characters and no control characters");
        problems.push(Problem::in_column(line, "employee_id", reason));
    }
    let named = NamedEmployee { external_id: group.key.clone(), name: None, email: None, team: None };
    let mut stated = Stated { named, site: None, rows: Vec::new() };
    for row in group.rows.iter().filter(|row| row.problem.is_none()) {
        Reading::of(header, row, &mut problems).into(&mut stated);
    }
    overlaps(&stated.rows, &mut problems);
    let is_sound = problems.is_empty() && group.rows.iter().all(|row| row.problem.is_none());
    if is_sound { Ok(stated) } else { Err(problems) }
}

impl<'a> Reading<'a> {
    fn of(header: &'a Header, row: &'a Staged, problems: &'a mut Vec<Problem>) -> Self {
        Self { header, line: row.line, cells: row.cells.texts(), problems }
    }

    fn into(mut self, stated: &mut Stated) {
        let name = self.word("name");
        stated.named.name = name.or(stated.named.name.take());
        let site = self.word("site");
        stated.site = site.or(stated.site.take());
        let email = self.email();
        stated.named.email = email.or(stated.named.email.take());
        let team = self.word("team");
        let (from, to) = (self.date("valid_from"), self.date("valid_to"));
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            self.wrong("valid_to", "lies before valid_from");
        }
        let role = self.role();
        if role == "lead" && team.is_none() {
            self.wrong("team", "must say which team is led");
        }
        stated.rows.push(Row { line: self.line, team, role, from, to });
    }

    fn wrong(&mut self, name: &str, reason: impl Into<String>) {
        self.problems.push(Problem::in_column(self.line, name, reason));
    }

    fn word(&mut self, name: &str) -> Option<String> {
        let text = self.header.text(&self.cells, name)?;
        if text.chars().count() > LONGEST {
            self.wrong(name, format!("is longer than {LONGEST} characters"));
        }
        Some(clean_name(text)).filter(|text| !text.is_empty())
    }

    fn email(&mut self) -> Option<String> {
        let text = self.header.text(&self.cells, "email")?;
        match EmailAddress::parse(text) {
            Ok(address) => Some(address.as_str().to_owned()),
            Err(reason) => {
                self.wrong("email", reason.to_string());
                None
            }
        }
    }

    fn date(&mut self, name: &str) -> Option<NaiveDate> {
        use chrono::Datelike;
        let text = self.header.text(&self.cells, name)?;
        let date = text.parse().ok().filter(|date: &NaiveDate| YEARS.contains(&date.year()));
        if date.is_none() {
            self.wrong(name, format!("must be a date such as 2026-01-31, not {}", quoted(text)));
        }
        date
    }

    fn role(&mut self) -> &'static str {
        match self.header.text(&self.cells, "role").unwrap_or("member") {
            "member" | "employee" => "member",
            "lead" | "manager" => "lead",
            other => {
                self.wrong("role", format!("must be member or lead, not {}", quoted(other)));
                "member"
            }
        }
    }
}

/// One is a member of one team at a time.
fn overlaps(rows: &[Row], problems: &mut Vec<Problem>) {
    let members: Vec<&Row> = rows.iter().filter(|row| row.role == "member" && row.team.is_some()).collect();
    for (at, row) in members.iter().enumerate() {
        let before = |a: &Row, b: &Row| a.to.is_some_and(|to| b.from.is_some_and(|from| to < from));
        let clash = members.iter().take(at).find(|other| {
            let is_same = other.team == row.team && other.from == row.from && other.to == row.to;
            !is_same && !before(other, row) && !before(row, other)
        });
        if let Some(other) = clash {
            let reason = format!(
                "overlaps with line {}: nobody is a member of two teams on one day; write valid_to there",
                other.line
            );
            problems.push(Problem::in_column(row.line, "valid_from", reason));
        }
    }
}

#[cfg(test)]
#[path = "stated_tests.rs"]
mod tests;
