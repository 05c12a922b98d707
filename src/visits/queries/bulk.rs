//! Many visits at once, for files.

use crate::db::schema::{visit, visit_employee, visit_outcome};
use crate::error::Result;
use crate::visits::model::NewVisit;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, Date, Nullable, Uuid as SqlUuid};
use diesel::{
    ExecuteCopyFromDsl, ExpressionMethods, Insertable, PgConnection, QueryDsl, QueryableByName, RunQueryDsl,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Finds our ids and the content hashes of visits by the ids under which they stand.
///
/// # Errors
/// When the database does not answer.
pub fn find_contents(
    connection: &mut PgConnection,
    external_ids: &[String],
) -> Result<HashMap<String, (Uuid, Vec<u8>)>> {
    let rows: Vec<(String, Uuid, Vec<u8>)> = visit::table
        .filter(visit::external_id.eq_any(external_ids))
        .select((visit::external_id, visit::id, visit::content_hash))
        .load(connection)?;
    Ok(rows.into_iter().map(|(external_id, id, hash)| (external_id, (id, hash))).collect())
}

/// Lists the ids that visits have in the system that sent them.
///
/// # Errors
/// When the database does not answer.
pub fn list_external_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let named = visit::table.filter(visit::id.eq_any(ids)).select((visit::id, visit::external_id));
    Ok(named.load(connection)?.into_iter().collect())
}

/// Counts visits by the outcome in which they stand.
///
/// # Errors
/// When the database does not answer.
pub fn count_outcomes(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<(String, i64)>> {
    Ok(visit::table
        .filter(visit::id.eq_any(ids))
        .group_by(visit::outcome)
        .select((visit::outcome, diesel::dsl::count_star()))
        .load(connection)?)
}

/// An employee of a visit, to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = visit_employee, treat_none_as_default_value = false)]
pub struct NewCredit {
    /// The visit.
    pub visit_id: Uuid,
    /// Who.
    pub employee_id: Uuid,
    /// Place in the message, from 0.
    pub position: i32,
    /// Their part, in per-mille.
    pub share_permille: i32,
    /// Their team on that day.
    pub team_id: Option<Uuid>,
}

/// An entry of a visit's history, to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = visit_outcome, treat_none_as_default_value = false)]
pub struct NewHistory<'a> {
    /// The visit.
    pub visit_id: Uuid,
    /// Word of the outcome.
    pub outcome: &'static str,
    /// When.
    pub at: DateTime<Utc>,
    /// Who decided.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Copies visits into their tables: themselves, their employees, their first outcomes.
///
/// # Errors
/// When the database does not answer, or a visit of the same id is there already.
pub fn copy_visits(
    connection: &mut PgConnection,
    visits: &[NewVisit<'_>],
    credits: &[NewCredit],
    history: &[NewHistory<'_>],
) -> Result<()> {
    ExecuteCopyFromDsl::execute(diesel::copy_from(visit::table).from_insertable(visits), connection)?;
    ExecuteCopyFromDsl::execute(
        diesel::copy_from(visit_employee::table).from_insertable(credits),
        connection,
    )?;
    ExecuteCopyFromDsl::execute(
        diesel::copy_from(visit_outcome::table).from_insertable(history),
        connection,
    )?;
    Ok(())
}

/// An employee's visits begin to name another team: employee, day, team, and the last day any of their visits
/// names one.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct TeamChange {
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub employee_id: Uuid,
    /// On which day.
    #[diesel(sql_type = Date)]
    pub visited_on: NaiveDate,
    /// The team from then on.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub team_id: Option<Uuid>,
}

/// Lists the days on which the visits of employees name another team than the one before, in the order of the visits:
/// of several on one day, the last is the one that counts.
///
/// # Errors
/// When the database does not answer.
pub fn list_team_changes(connection: &mut PgConnection, employees: &[Uuid]) -> Result<Vec<TeamChange>> {
    let sql = "SELECT employee_id, visited_on, team_id FROM (\
               SELECT e.employee_id, v.visited_on, v.visited_at, v.id, e.team_id, \
               lag(e.team_id) OVER (PARTITION BY e.employee_id ORDER BY v.visited_on, v.visited_at, v.id) AS before \
               FROM visit_employee e JOIN visit v ON v.id = e.visit_id \
               WHERE e.employee_id = ANY($1) AND e.team_id IS NOT NULL) AS t \
               WHERE team_id IS DISTINCT FROM before ORDER BY employee_id, visited_on, visited_at, id";
    Ok(diesel::sql_query(sql).bind::<Array<SqlUuid>, _>(employees).load(connection)?)
}
