//! `import people`: who works here, in which team from when to when, who leads it, and at which site.
//!
//! For an employee whom it names, the file is right: its rows replace whatever overlaps them. What lies before
//! stays, so that a visit keeps the team of its day.

use super::model::NamedEmployee;
use super::queries;
use super::queries::bulk::{self as many, TeamRow};
use crate::app::App;
use crate::db;
use crate::error::{Error, Result};
use crate::imports::problem::quoted;
use crate::imports::{self, Column, Group, Header, Import, Layout, Problem, Progress, Rejects, each_chunk};
use crate::mail::{EmailAddress, clean_name};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use std::io::Read;
use std::path::Path;

/// Returns what a file of people looks like.
pub fn layout() -> Layout {
    let columns = vec![
        Column::required("employee_id"),
        Column::optional("name"),
        Column::optional("email"),
        Column::optional("team"),
        Column::optional("site"),
        Column::optional("role"),
        Column::optional("valid_from"),
        Column::optional("valid_to"),
    ];
    Layout { kind: "people", key: "employee_id", columns, more: Vec::new() }
}

/// The longest name or id (characters).
const LONGEST: usize = 200;

/// One row: a membership or a lead, or only where somebody works.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    line: i64,
    team: Option<String>,
    role: &'static str,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// An employee as the file states them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    named: NamedEmployee,
    site: Option<String>,
    rows: Vec<Row>,
}

/// What became of an employee of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// Not known before.
    New,
    /// Known, and something changed.
    Changed,
    /// Known, and the same.
    Repeated,
}

/// How to read a file of people.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Check everything and store nothing.
    pub dry_run: bool,
    /// Where rejected rows go.
    pub rejects: Option<&'a Path>,
}

/// What became of a file.
#[derive(Debug, Default)]
pub struct Summary {
    /// Rows of the file.
    pub rows: u64,
    /// Employees who are new.
    pub new: u64,
    /// Employees about whom something changed.
    pub changed: u64,
    /// Employees who came before as they are.
    pub repeated: u64,
    /// The employees who were refused.
    pub rejects: Rejects,
}

/// How many employees are stored in one transaction.
const EMPLOYEES_AT_ONCE: usize = 200;

/// Imports a file of people.
///
/// # Errors
/// When it is no such file or the database does not answer; what was stored stays, and importing the file again
/// brings the rest.
pub fn run(app: &App, input: impl Read, options: &Options<'_>, progress: &mut Progress) -> Result<Summary> {
    let now = app.clock.now();
    let today = now.with_timezone(&app.config.organisation.time_zone).date_naive();
    let get = || app.pool.get().map_err(Error::unavailable);
    let (mut staging, mut connection) = (get()?, get()?);
    let import = Import::stage(&mut staging, input, &layout(), now, progress)?;
    let rejects = Rejects::open(options.rejects, &import.header)?;
    let mut summary = Summary { rows: import.rows, rejects, ..Summary::default() };
    let address = |text: &str| {
        EmailAddress::parse(text)
            .map(|address| address.as_str().to_owned())
            .map_err(|error| error.to_string())
    };
    each_chunk(&mut staging, import.run, EMPLOYEES_AT_ONCE, |chunk| {
        let mut sound = Vec::with_capacity(chunk.len());
        for group in &chunk {
            match check(&import.header, group, clean_name, address) {
                Ok(stated) => sound.push(stated),
                Err(problems) => summary.rejects.refuse(&group.rows, &problems)?,
            }
        }
        let store = |connection: &mut PgConnection| {
            sound.iter().map(|stated| store(connection, stated, today, now)).collect::<Result<Vec<Stored>>>()
        };
        let stored = if options.dry_run {
            db::tried(&mut connection, store)?
        } else {
            db::transaction(&mut connection, store)?
        };
        for stored in stored {
            match stored {
                Stored::New => summary.new += 1,
                Stored::Changed => summary.changed += 1,
                Stored::Repeated => summary.repeated += 1,
            }
        }
        imports::queries::touch_run(&mut connection, import.run)
    })?;
    progress.end();
    summary.rejects.finish()?;
    import.finish(&mut staging)?;
    Ok(summary)
}

/// Checks the rows of an employee.
///
/// # Errors
/// Everything that is wrong with them.
pub fn check(
    header: &Header,
    group: &Group,
    clean: impl Fn(&str) -> String,
    is_address: impl Fn(&str) -> std::result::Result<String, String>,
) -> std::result::Result<Stated, Vec<Problem>> {
    let mut problems: Vec<Problem> = Vec::new();
    if group.too_many {
        let line = group.rows.first().map_or(0, |row| row.line);
        problems.push(Problem::in_row(line, "too many rows have this employee_id"));
    }
    let named = NamedEmployee { external_id: group.key.clone(), name: None, email: None, team: None };
    let mut stated = Stated { named, site: None, rows: Vec::new() };
    for row in &group.rows {
        if row.problem.is_some() {
            continue;
        }
        let cells = row.cells.texts();
        let mut word = |name: &str| {
            let text = clean(header.text(&cells, name)?);
            if text.chars().count() > LONGEST {
                problems.push(Problem::in_column(
                    row.line,
                    name,
                    format!("is longer than {LONGEST} characters"),
                ));
            }
            (!text.is_empty()).then_some(text)
        };
        // The last row that says so is the newest.
        stated.named.name = word("name").or(stated.named.name);
        stated.site = word("site").or(stated.site);
        let team = word("team");
        if let Some(email) = header.text(&cells, "email") {
            match is_address(email) {
                Ok(address) => stated.named.email = Some(address),
                Err(reason) => problems.push(Problem::in_column(row.line, "email", reason)),
            }
        }
        let (from, to) = (
            date(header, &cells, row.line, "valid_from", &mut problems),
            date(header, &cells, row.line, "valid_to", &mut problems),
        );
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            problems.push(Problem::in_column(row.line, "valid_to", "lies before valid_from"));
        }
        let role = match header.text(&cells, "role").unwrap_or("member") {
            "member" | "employee" => "member",
            "lead" | "manager" => "lead",
            other => {
                let reason = format!("must be member or lead, not {}", quoted(other));
                problems.push(Problem::in_column(row.line, "role", reason));
                "member"
            }
        };
        if role == "lead" && team.is_none() {
            problems.push(Problem::in_column(row.line, "team", "must say which team is led"));
        }
        stated.rows.push(Row { line: row.line, team, role, from, to });
    }
    if group.key.chars().count() > LONGEST || group.key.chars().any(char::is_control) {
        let line = group.rows.first().map_or(0, |row| row.line);
        let reason = format!("must have at most {LONGEST} characters and no control characters");
        problems.push(Problem::in_column(line, "employee_id", reason));
    }
    overlaps(&stated.rows, &mut problems);
    let is_sound = problems.is_empty() && group.rows.iter().all(|row| row.problem.is_none());
    if is_sound { Ok(stated) } else { Err(problems) }
}

fn date(
    header: &Header,
    cells: &[&str],
    line: i64,
    name: &str,
    problems: &mut Vec<Problem>,
) -> Option<NaiveDate> {
    let text = header.text(cells, name)?;
    let date = text.parse().ok().filter(|date: &NaiveDate| {
        NaiveDate::from_ymd_opt(1900, 1, 1).is_some_and(|first| *date >= first)
            && NaiveDate::from_ymd_opt(2200, 1, 1).is_some_and(|last| *date < last)
    });
    if date.is_none() {
        let reason = format!("must be a date such as 2026-01-31, not {}", quoted(text));
        problems.push(Problem::in_column(line, name, reason));
    }
    date
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

/// Stores an employee as the file states them; call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn store(
    connection: &mut PgConnection,
    stated: &Stated,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Stored> {
    let was = queries::find_employee(connection, &stated.named.external_id)?;
    let renamed = match was {
        Some(id) => many::differs(connection, id, &stated.named)?,
        None => false,
    };
    let id = queries::upsert_employee(connection, &stated.named, now)?;
    let old = many::list_team_rows(connection, id)?;
    let mut new = old.clone();
    for row in &stated.rows {
        let Some(team) = &row.team else { continue };
        let team = queries::upsert_team(connection, team)?;
        let open =
            old.iter().find(|known| known.team == team && known.role == row.role && known.to.is_none());
        // Without a first day, what is known goes on; else it begins now.
        let from =
            row.from.or(open.map(|known| known.from)).unwrap_or_else(|| today.min(row.to.unwrap_or(today)));
        new = merged(&new, &TeamRow { from, to: row.to, team, role: row.role.to_owned() });
    }
    if new != old {
        many::replace_team_rows(connection, id, &new)?;
    }
    let site = stated.site.as_ref().map(|site| queries::upsert_site(connection, site)).transpose()?;
    let moved = many::update_place(connection, id, site, left_on(&new, &stated.rows))?;
    Ok(match was {
        None => Stored::New,
        Some(_) if renamed || moved || new != old => Stored::Changed,
        Some(_) => Stored::Repeated,
    })
}

/// Lets a row replace what overlaps it: whatever began before it ends the day before, whatever began within it goes.
fn merged(rows: &[TeamRow], stated: &TeamRow) -> Vec<TeamRow> {
    let is_rival =
        |row: &TeamRow| row.role == stated.role && (stated.role == "member" || row.team == stated.team);
    let is_over = |row: &TeamRow| row.to.is_some_and(|to| to < stated.from);
    let is_later = |row: &TeamRow| stated.to.is_some_and(|to| row.from > to);
    let mut merged: Vec<TeamRow> = rows
        .iter()
        .filter_map(|row| {
            if !is_rival(row) || is_over(row) || is_later(row) {
                return Some(row.clone());
            }
            let before = stated.from.pred_opt()?;
            (row.from <= before).then(|| TeamRow { to: Some(before), ..row.clone() })
        })
        .collect();
    merged.push(stated.clone());
    merged.sort();
    merged
}

/// Somebody all of whose memberships have an end left on the last of these days; somebody without a team, on the day
/// that their row says.
fn left_on(rows: &[TeamRow], stated: &[Row]) -> Option<NaiveDate> {
    if rows.is_empty() {
        let last = stated.last()?;
        return last.to;
    }
    rows.iter().map(|row| row.to).collect::<Option<Vec<_>>>()?.into_iter().max()
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
