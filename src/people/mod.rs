//! The people who serve customers: employees, their teams with dates, and sites.
//!
//! An employee is known by the id of the system that sends visits (`external_id`); the newest name and address
//! win. A membership has dates, so that a visit stays with the team of its day.

pub mod import;
pub mod model;
pub mod queries;

use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use model::{NamedEmployee, PlacedEmployee};

/// Makes sure that an employee and their team exist and returns both as of that day.
///
/// # Errors
/// When the database does not answer.
pub fn place(
    connection: &mut PgConnection,
    named: &NamedEmployee,
    on: NaiveDate,
    now: DateTime<Utc>,
) -> Result<PlacedEmployee> {
    let employee_id = queries::upsert_employee(connection, named, now)?;
    let team_id = match &named.team {
        Some(team) => {
            let team_id = queries::upsert_team(connection, team)?;
            queries::join_team(connection, employee_id, team_id, on)?;
            Some(team_id)
        }
        None => queries::team_on(connection, employee_id, on)?,
    };
    Ok(PlacedEmployee { employee_id, team_id })
}
