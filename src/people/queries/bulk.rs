//! Many people at once, for files.

use crate::db::schema::{employee, site, team, team_member};
use crate::error::Result;
use crate::ids;
use crate::people::model::NamedEmployee;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, PgConnection, PgExpressionMethods, QueryDsl,
    Queryable, RunQueryDsl,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Makes sure that employees exist, each given once, and returns our ids by theirs. What is known of them already
/// stays: a file about the past does not rename anybody; only what is missing is filled in.
///
/// # Errors
/// When the database does not answer.
pub fn ensure_employees(
    connection: &mut PgConnection,
    named: &[NamedEmployee],
    now: DateTime<Utc>,
) -> Result<HashMap<String, Uuid>> {
    let external_ids: Vec<&str> = named.iter().map(|named| named.external_id.as_str()).collect();
    let known: Vec<(Uuid, String, String, Option<String>)> = employee::table
        .filter(employee::external_id.eq_any(&external_ids))
        .select((employee::id, employee::external_id, employee::name, employee::email))
        .load(connection)?;
    let mut found: HashMap<String, Uuid> =
        known.iter().map(|(id, external_id, _, _)| (external_id.clone(), *id)).collect();
    let fresh: Vec<_> = named
        .iter()
        .filter(|named| !found.contains_key(&named.external_id))
        .map(|named| {
            (
                employee::id.eq(ids::new_id()),
                employee::external_id.eq(&named.external_id),
                employee::name.eq(named.name.as_ref().unwrap_or(&named.external_id)),
                employee::email.eq(&named.email),
                employee::created_at.eq(now),
            )
        })
        .collect();
    if !fresh.is_empty() {
        let made: Vec<(String, Uuid)> = diesel::insert_into(employee::table)
            .values(fresh)
            .on_conflict(employee::external_id)
            .do_update()
            .set(employee::external_id.eq(diesel::upsert::excluded(employee::external_id)))
            .returning((employee::external_id, employee::id))
            .get_results(connection)?;
        found.extend(made);
    }
    let by_id: HashMap<&str, &NamedEmployee> =
        named.iter().map(|named| (named.external_id.as_str(), named)).collect();
    for (id, external_id, name, email) in &known {
        let Some(named) = by_id.get(external_id.as_str()) else { continue };
        let name = named.name.as_ref().filter(|_| name == external_id).filter(|new| *new != name);
        let email = named.email.as_ref().filter(|_| email.is_none());
        if name.is_some() || email.is_some() {
            let changes =
                (name.map(|name| employee::name.eq(name)), email.map(|email| employee::email.eq(email)));
            diesel::update(employee::table.find(id)).set(changes).execute(connection)?;
        }
    }
    Ok(found)
}

/// Finds our ids of employees by theirs.
///
/// # Errors
/// When the database does not answer.
pub fn find_ids(connection: &mut PgConnection, external_ids: &[&str]) -> Result<Vec<(String, Uuid)>> {
    Ok(employee::table
        .filter(employee::external_id.eq_any(external_ids))
        .select((employee::external_id, employee::id))
        .load(connection)?)
}

/// A membership: employee, team, first day, last day.
pub type Membership = (Uuid, Uuid, NaiveDate, Option<NaiveDate>);

/// Lists the memberships (not the leads) of employees, oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_memberships(connection: &mut PgConnection, employees: &[Uuid]) -> Result<Vec<Membership>> {
    Ok(team_member::table
        .filter(team_member::employee_id.eq_any(employees))
        .filter(team_member::role.eq("member"))
        .order((team_member::employee_id, team_member::valid_from))
        .select((
            team_member::employee_id,
            team_member::team_id,
            team_member::valid_from,
            team_member::valid_to,
        ))
        .load(connection)?)
}

/// Inserts memberships.
///
/// # Errors
/// When the database does not answer.
pub fn insert_memberships(connection: &mut PgConnection, memberships: &[Membership]) -> Result<()> {
    for chunk in memberships.chunks(5_000) {
        let rows: Vec<_> = chunk.iter().map(|row| member(row, "member")).collect();
        diesel::insert_into(team_member::table).values(rows).on_conflict_do_nothing().execute(connection)?;
    }
    Ok(())
}

type MemberRow<'a> = (
    diesel::dsl::Eq<team_member::employee_id, Uuid>,
    diesel::dsl::Eq<team_member::team_id, Uuid>,
    diesel::dsl::Eq<team_member::role, &'a str>,
    diesel::dsl::Eq<team_member::valid_from, NaiveDate>,
    diesel::dsl::Eq<team_member::valid_to, Option<NaiveDate>>,
);

fn member<'a>(row: &Membership, role: &'a str) -> MemberRow<'a> {
    (
        team_member::employee_id.eq(row.0),
        team_member::team_id.eq(row.1),
        team_member::role.eq(role),
        team_member::valid_from.eq(row.2),
        team_member::valid_to.eq(row.3),
    )
}

/// Moves the first day of a membership.
///
/// # Errors
/// When the database does not answer.
pub fn update_beginning(
    connection: &mut PgConnection,
    (employee, team, was, _): &Membership,
    from: NaiveDate,
) -> Result<()> {
    diesel::update(team_member::table.find((employee, team, "member", was)))
        .set(team_member::valid_from.eq(from))
        .execute(connection)?;
    Ok(())
}

/// A row of an employee's teams.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable)]
pub struct TeamRow {
    /// First day.
    pub from: NaiveDate,
    /// Last day, if it has ended.
    pub to: Option<NaiveDate>,
    /// The team.
    pub team: Uuid,
    /// `member` or `lead`.
    pub role: String,
}

/// Lists the memberships and leads of an employee, oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_team_rows(connection: &mut PgConnection, employee: Uuid) -> Result<Vec<TeamRow>> {
    Ok(team_member::table
        .filter(team_member::employee_id.eq(employee))
        .order((team_member::valid_from, team_member::valid_to, team_member::team_id, team_member::role))
        .select((team_member::valid_from, team_member::valid_to, team_member::team_id, team_member::role))
        .load(connection)?)
}

/// Replaces the memberships and leads of an employee.
///
/// # Errors
/// When the database does not answer.
pub fn replace_team_rows(connection: &mut PgConnection, employee: Uuid, rows: &[TeamRow]) -> Result<()> {
    diesel::delete(team_member::table.filter(team_member::employee_id.eq(employee))).execute(connection)?;
    let rows: Vec<_> =
        rows.iter().map(|row| member(&(employee, row.team, row.from, row.to), &row.role)).collect();
    diesel::insert_into(team_member::table).values(rows).execute(connection)?;
    Ok(())
}

/// Tells whether an employee is known under another name or address than the one given.
///
/// # Errors
/// When the database does not answer.
pub fn differs(connection: &mut PgConnection, id: Uuid, named: &NamedEmployee) -> Result<bool> {
    let known: (String, Option<String>) =
        employee::table.find(id).select((employee::name, employee::email)).get_result(connection)?;
    Ok(named.name.as_ref().is_some_and(|name| *name != known.0)
        || named.email.is_some() && named.email != known.1)
}

/// Writes where an employee works and when they left; no site leaves the one we know. Tells whether anything changed.
///
/// # Errors
/// When the database does not answer.
pub fn update_place(
    connection: &mut PgConnection,
    id: Uuid,
    site: Option<Uuid>,
    left_on: Option<NaiveDate>,
) -> Result<bool> {
    let new_site = site.map(|site| employee::site_id.eq(site));
    let differs = employee::left_on
        .is_distinct_from(left_on)
        .or(site.is_some().into_sql::<Bool>().and(employee::site_id.is_distinct_from(site)));
    let changed = diesel::update(employee::table.find(id).filter(differs))
        .set((new_site, employee::left_on.eq(left_on)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Returns the names of all sites by our ids.
///
/// # Errors
/// When the database does not answer.
pub fn list_sites(connection: &mut PgConnection) -> Result<Vec<(Uuid, String)>> {
    Ok(site::table.order(site::name).select((site::id, site::name)).load(connection)?)
}

/// Returns the names of all teams by our ids.
///
/// # Errors
/// When the database does not answer.
pub fn list_teams(connection: &mut PgConnection) -> Result<Vec<(Uuid, String)>> {
    Ok(team::table.order(team::name).select((team::id, team::name)).load(connection)?)
}
