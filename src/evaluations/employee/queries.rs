//! What the page about one person reads.

use crate::db::schema::{
    audit_entry, employee, question, response, site, team, team_member, visit, visit_employee,
};
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::min;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    PgConnection, QueryDsl, Queryable, RunQueryDsl,
};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Somebody of ours.
#[derive(Debug, Clone, Queryable)]
pub struct Employee {
    /// Our id.
    pub id: Uuid,
    /// Their id in the system that sends visits.
    pub external_id: String,
    /// Their name.
    pub name: String,
    /// Name of their site.
    pub site: Option<String>,
    /// Their last day, if they left.
    pub left_on: Option<NaiveDate>,
}

/// Finds somebody by the id of the system that sends visits, else by ours.
///
/// # Errors
/// When the database does not answer.
pub fn find(connection: &mut PgConnection, id: &str) -> Result<Option<Employee>> {
    // Postgres takes no such text, and nobody has such an id.
    if id.contains('\0') {
        return Ok(None);
    }
    let found = employee::table
        .left_join(site::table)
        .filter(employee::external_id.eq(id))
        .select((
            employee::id,
            employee::external_id,
            employee::name,
            site::name.nullable(),
            employee::left_on,
        ))
        .get_result(connection)
        .optional()?;
    match (found, id.parse()) {
        (None, Ok(ours)) => find_by_id(connection, ours),
        (found, _) => Ok(found),
    }
}

/// Finds somebody by our id.
///
/// # Errors
/// When the database does not answer.
pub fn find_by_id(connection: &mut PgConnection, id: Uuid) -> Result<Option<Employee>> {
    Ok(employee::table
        .left_join(site::table)
        .filter(employee::id.eq(id))
        .select((
            employee::id,
            employee::external_id,
            employee::name,
            site::name.nullable(),
            employee::left_on,
        ))
        .get_result(connection)
        .optional()?)
}

/// Lists from when to when somebody belonged to a team, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_memberships(
    connection: &mut PgConnection,
    employee: Uuid,
    team: Uuid,
) -> Result<Vec<(NaiveDate, Option<NaiveDate>)>> {
    Ok(team_member::table
        .filter(team_member::employee_id.eq(employee))
        .filter(team_member::team_id.eq(team))
        .filter(team_member::role.eq("member"))
        .order(team_member::valid_from.desc())
        .select((team_member::valid_from, team_member::valid_to))
        .load(connection)?)
}

/// Finds the name of somebody's team on a day.
///
/// # Errors
/// When the database does not answer.
pub fn find_team_on(connection: &mut PgConnection, employee: Uuid, on: NaiveDate) -> Result<Option<String>> {
    Ok(team_member::table
        .inner_join(team::table)
        .filter(team_member::employee_id.eq(employee))
        .filter(team_member::role.eq("member"))
        .filter(team_member::valid_from.le(on))
        .filter(team_member::valid_to.is_null().or(team_member::valid_to.ge(on)))
        .order(team_member::valid_from.desc())
        .select(team::name)
        .first(connection)
        .optional()?)
}

/// Finds on which day somebody first belonged to a team.
///
/// # Errors
/// When the database does not answer.
pub fn find_first_day(connection: &mut PgConnection, employee: Uuid) -> Result<Option<NaiveDate>> {
    Ok(team_member::table
        .filter(team_member::employee_id.eq(employee))
        .filter(team_member::role.eq("member"))
        .select(min(team_member::valid_from))
        .get_result(connection)?)
}

/// Lists on which day everybody first belonged to a team, by the id of the system that sends visits.
///
/// # Errors
/// When the database does not answer.
pub fn list_first_days(connection: &mut PgConnection) -> Result<HashMap<String, NaiveDate>> {
    let rows: Vec<(String, Option<NaiveDate>)> = team_member::table
        .inner_join(employee::table)
        .filter(team_member::role.eq("member"))
        .group_by(employee::external_id)
        .select((employee::external_id, min(team_member::valid_from)))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, day)| Some((id, day?))).collect())
}

/// An answer about a visit in which somebody took part.
#[derive(Debug, Clone, Queryable)]
pub struct AnswerRow {
    /// The response.
    pub response: Uuid,
    /// Its visit.
    pub visit: Uuid,
    /// Day of the visit.
    pub visited_on: NaiveDate,
    /// How it was given.
    pub mode: String,
    /// `confirmed` or `suspect`.
    pub certainty: String,
    /// Whether it was excluded after an objection.
    pub excluded: bool,
    /// Who decided about it, if somebody did.
    pub decided_by: Option<String>,
    /// Raw answers by key.
    pub answers: Value,
    /// What the customer wrote.
    pub comment: Option<String>,
    /// Lowest and highest answer to the opening question.
    pub scale: Option<(i32, i32)>,
    /// Name of the customer, which is never shown here.
    pub customer_name: Option<String>,
}

/// Lists the answers about somebody's visits between two days, both included, by day.
///
/// # Errors
/// When the database does not answer.
pub fn list_answers(
    connection: &mut PgConnection,
    employee: Uuid,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<AnswerRow>> {
    let opening =
        question::survey_version_id.eq(response::survey_version_id).and(question::key.eq("overall"));
    Ok(visit_employee::table
        .inner_join(visit::table.inner_join(response::table.left_join(question::table.on(opening))))
        .filter(visit_employee::employee_id.eq(employee))
        .filter(visit::visited_on.between(from, to))
        .order((visit::visited_on, visit::id))
        .select((
            response::id,
            visit::id,
            visit::visited_on,
            response::mode,
            response::certainty,
            response::excluded,
            response::decided_by,
            response::answers,
            response::comment,
            (question::scale_min.assume_not_null(), question::scale_max.assume_not_null()).nullable(),
            visit::customer_name,
        ))
        .load(connection)?)
}

/// Finds when an account last looked at somebody's page.
///
/// # Errors
/// When the database does not answer.
pub fn find_last_look(
    connection: &mut PgConnection,
    employee: Uuid,
    by: &str,
) -> Result<Option<DateTime<Utc>>> {
    Ok(audit_entry::table
        .filter(audit_entry::subject.eq(format!("employee {employee}")))
        .filter(audit_entry::actor.eq(by))
        .filter(audit_entry::action.eq("employee.read"))
        .order(audit_entry::id.desc())
        .select(audit_entry::at)
        .first(connection)
        .optional()?)
}

/// Counts the confirmed answers about somebody's visits up to a day that came or changed since a time. A day in the
/// present month would tell which customer it was.
///
/// # Errors
/// When the database does not answer.
pub fn count_answers_since(
    connection: &mut PgConnection,
    employee: Uuid,
    since: DateTime<Utc>,
    up_to: NaiveDate,
) -> Result<i64> {
    Ok(visit_employee::table
        .inner_join(visit::table.inner_join(response::table))
        .filter(visit_employee::employee_id.eq(employee))
        .filter(visit::visited_on.le(up_to))
        .filter(response::changed_at.gt(since))
        .filter(response::certainty.eq("confirmed"))
        .count()
        .get_result(connection)?)
}

/// Lists who looked at somebody's page or statements, the newest first: when, who, what.
///
/// # Errors
/// When the database does not answer.
pub fn list_looks(
    connection: &mut PgConnection,
    employee: Uuid,
    limit: i64,
) -> Result<Vec<(DateTime<Utc>, String, String)>> {
    Ok(audit_entry::table
        .filter(audit_entry::subject.eq(format!("employee {employee}")))
        .order(audit_entry::id.desc())
        .limit(limit)
        .select((audit_entry::at, audit_entry::actor, audit_entry::action))
        .load(connection)?)
}
