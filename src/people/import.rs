//! `import people`: who works here, in which team from when to when, who leads it, and at which site.
//!
//! For an employee whom it names, the file is right: its rows replace whatever overlaps them. What lies before and
//! after stays, so that a visit keeps the team of its day. Importing a file again changes nothing.

use super::queries;
use super::queries::bulk::{self as many, TeamRow};
use super::stated::{self, Row, Stated};
use crate::app::App;
use crate::db;
use crate::error::{Error, Result};
use crate::imports::{Column, Import, Layout, Progress, Rejects, each_chunk};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use std::io::Read;
use std::path::Path;
use uuid::Uuid;

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
    let mut rejects = Rejects::create(options.rejects)?;
    let import = Import::stage(&mut staging, input, &layout(), now, progress)?;
    rejects.begin(&import.header)?;
    let mut summary = Summary { rows: import.rows, rejects, ..Summary::default() };
    let done = each_chunk(&mut staging, &import, EMPLOYEES_AT_ONCE, |chunk| {
        let mut sound = Vec::with_capacity(chunk.len());
        for group in &chunk {
            match stated::check(&import.header, group) {
                Ok(stated) => sound.push(stated),
                Err(problems) => summary.rejects.refuse(&group.rows, &problems)?,
            }
        }
        // Always in one order: two that import at once then wait for each other.
        sound.sort_by(|one, other| one.named.external_id.cmp(&other.named.external_id));
        let store = |connection: &mut PgConnection| {
            sound.iter().map(|stated| store(connection, stated, today, now)).collect::<Result<Vec<Stored>>>()
        };
        for stored in store_again(&mut connection, options.dry_run, store)? {
            match stored {
                Stored::New => summary.new += 1,
                Stored::Changed => summary.changed += 1,
                Stored::Repeated => summary.repeated += 1,
            }
        }
        import.live_on(&mut connection)
    });
    progress.end();
    import.finish_after(&mut staging, done)?;
    summary.rejects.finish()?;
    Ok(summary)
}

/// How often a chunk is tried when another transaction stands in its way.
const TRIES: u32 = 3;

/// Stores a chunk, or takes it back at once when nothing is to be stored.
fn store_again<T>(
    connection: &mut PgConnection,
    dry_run: bool,
    work: impl Fn(&mut PgConnection) -> Result<T>,
) -> Result<T> {
    let mut tries = 1;
    loop {
        let done = if dry_run { db::tried(connection, &work) } else { db::transaction(connection, &work) };
        match done {
            Err(error) if error.again && tries < TRIES => tries += 1,
            done => return done,
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
    let mut stated_rows = Vec::with_capacity(stated.rows.len());
    for row in &stated.rows {
        let Some(team) = &row.team else { continue };
        let team = queries::upsert_team(connection, team)?;
        let from = row.from.unwrap_or_else(|| first_day(&old, team, row, today));
        stated_rows.push(TeamRow { from, to: row.to, team, role: row.role.to_owned() });
    }
    // In the order of time, wherever in the file they stand.
    stated_rows.sort();
    let new = stated_rows.iter().fold(old.clone(), |rows, stated| merged(&rows, stated));
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

/// The first day of a row that says none: that of what is known of the team and role and ends on the same day, else
/// of what has not ended by then; else it begins now.
fn first_day(known: &[TeamRow], team: Uuid, row: &Row, today: NaiveDate) -> NaiveDate {
    let same = || known.iter().filter(|known| known.team == team && known.role == row.role);
    let goes_on = |known: &&TeamRow| {
        let begins_later = row.to.is_some_and(|to| known.from > to);
        let ends_earlier = known.to.is_some_and(|end| row.to.is_none_or(|to| end < to));
        !begins_later && !ends_earlier
    };
    let found = same().find(|known| known.to == row.to).or_else(|| same().find(goes_on));
    found.map_or_else(|| today.min(row.to.unwrap_or(today)), |known| known.from)
}

/// Lets a row replace what overlaps it. What lies before it stays, and so does what another team has after it:
/// somebody lent to a team for a while goes back. The same team has nothing after it: the row says when it ended.
fn merged(rows: &[TeamRow], stated: &TeamRow) -> Vec<TeamRow> {
    let is_rival =
        |row: &TeamRow| row.role == stated.role && (stated.role == "member" || row.team == stated.team);
    let is_over = |row: &TeamRow| row.to.is_some_and(|to| to < stated.from);
    let is_later = |row: &TeamRow| stated.to.is_some_and(|to| row.from > to);
    let mut merged = vec![stated.clone()];
    for row in rows {
        if !is_rival(row) || is_over(row) || is_later(row) {
            merged.push(row.clone());
            continue;
        }
        let before = stated.from.pred_opt().filter(|before| row.from <= *before);
        merged.extend(before.map(|before| TeamRow { to: Some(before), ..row.clone() }));
        let after =
            stated.to.and_then(|to| to.succ_opt()).filter(|after| row.to.is_none_or(|to| *after <= to));
        let after = after.filter(|_| row.team != stated.team);
        merged.extend(after.map(|after| TeamRow { from: after, ..row.clone() }));
    }
    merged.sort();
    merged
}

/// Somebody all of whose memberships have an end left on the last of these days; leads count for who is a member
/// nowhere. Somebody without a team left on the day that their row says.
fn left_on(rows: &[TeamRow], stated: &[Row]) -> Option<NaiveDate> {
    if rows.is_empty() {
        let last = stated.last()?;
        return last.to;
    }
    let is_member = |row: &&TeamRow| row.role == "member";
    let has_members = rows.iter().any(|row| is_member(&row));
    let counted = rows.iter().filter(|row| !has_members || is_member(row));
    counted.map(|row| row.to).collect::<Option<Vec<_>>>()?.into_iter().max()
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
