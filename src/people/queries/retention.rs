//! What goes from people who left when its time is over, and a copy of what is held about one.

use crate::db::schema::{employee, site, team, team_member};
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel::{
    ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl,
};
use serde::Serialize;
use uuid::Uuid;

/// What employees are called who left long ago.
pub const FORMER: &str = "Former employee";

/// Takes name, id and address out of the files of people who left; their visits stay credited to nobody by name. Returns
/// how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn forget(connection: &mut PgConnection, employees: &[Uuid]) -> Result<usize> {
    Ok(diesel::sql_query(format!(
        "UPDATE employee SET external_id = 'former:' || id, name = '{FORMER}', email = NULL, site_id = NULL \
         WHERE id = ANY($1)"
    ))
    .bind::<Array<SqlUuid>, _>(employees)
    .execute(connection)?)
}

/// Somebody’s own facts.
#[derive(Debug, Queryable, Serialize)]
pub struct Facts {
    /// Id in the system that sends visits.
    pub id: String,
    /// Name.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
    /// Name of the site.
    pub site: Option<String>,
    /// Last day.
    pub left_on: Option<NaiveDate>,
    /// Since when we know them (UTC).
    pub known_since: DateTime<Utc>,
}

/// Finds the facts about somebody.
///
/// # Errors
/// When the database does not answer.
pub fn find_facts(connection: &mut PgConnection, id: Uuid) -> Result<Option<Facts>> {
    Ok(employee::table
        .left_join(site::table)
        .filter(employee::id.eq(id))
        .select((
            employee::external_id,
            employee::name,
            employee::email,
            site::name.nullable(),
            employee::left_on,
            employee::created_at,
        ))
        .get_result(connection)
        .optional()?)
}

/// A time in a team.
#[derive(Debug, Queryable, Serialize)]
pub struct InTeam {
    /// Name of the team.
    pub team: String,
    /// `member` or `lead`.
    pub role: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: Option<NaiveDate>,
}

/// Lists somebody’s times in teams, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_teams(connection: &mut PgConnection, id: Uuid) -> Result<Vec<InTeam>> {
    Ok(team_member::table
        .inner_join(team::table)
        .filter(team_member::employee_id.eq(id))
        .order((team_member::valid_from, team::name))
        .select((team::name, team_member::role, team_member::valid_from, team_member::valid_to))
        .load(connection)?)
}
