//! Listing everybody with their teams and sites, for the page of the people.

use crate::db::schema::{employee, site, team, team_member};
use crate::error::Result;
use chrono::NaiveDate;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, PgConnection,
    PgTextExpressionMethods, QueryDsl, Queryable, RunQueryDsl,
};
use uuid::Uuid;

/// An employee with everything the page says of them.
#[derive(Debug, Clone, Queryable)]
pub struct Person {
    /// Our id.
    pub id: Uuid,
    /// Id in the system that sends visits.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
    /// Name of the site.
    pub site: Option<String>,
    /// Their last day, if they left.
    pub left_on: Option<NaiveDate>,
}

/// Lists employees by name, all or those whose name holds the text or whose id is the text.
///
/// # Errors
/// When the database does not answer.
pub fn list_people(connection: &mut PgConnection, text: Option<&str>) -> Result<Vec<Person>> {
    let mut query = employee::table
        .left_join(site::table)
        .order((employee::name, employee::external_id))
        .select((
            employee::id,
            employee::external_id,
            employee::name,
            employee::email,
            site::name.nullable(),
            employee::left_on,
        ))
        .into_boxed();
    if let Some(text) = text {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let by_name = employee::name.ilike(format!("%{escaped}%"));
        query = query.filter(by_name.or(employee::external_id.eq(text.to_owned())));
    }
    Ok(query.load(connection)?)
}

/// A membership of a team, as a member or as its lead.
#[derive(Debug, Clone, Queryable)]
pub struct Membership {
    /// Our id of the employee.
    pub employee: Uuid,
    /// Their name.
    pub name: String,
    /// Name of the team.
    pub team: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day, included; None while it lasts.
    pub to: Option<NaiveDate>,
}

/// Lists who leads or led which team, by team, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_leads(connection: &mut PgConnection) -> Result<Vec<Membership>> {
    Ok(team_member::table
        .inner_join(team::table)
        .inner_join(employee::table)
        .filter(team_member::role.eq("lead"))
        .order((team::name, team_member::valid_from.desc(), employee::name))
        .select((employee::id, employee::name, team::name, team_member::valid_from, team_member::valid_to))
        .load(connection)?)
}

/// Lists who belongs to which team on a day; the newest membership of an employee comes last.
///
/// # Errors
/// When the database does not answer.
pub fn list_members(connection: &mut PgConnection, on: NaiveDate) -> Result<Vec<Membership>> {
    Ok(team_member::table
        .inner_join(team::table)
        .inner_join(employee::table)
        .filter(team_member::role.eq("member"))
        .filter(team_member::valid_from.le(on))
        .filter(team_member::valid_to.is_null().or(team_member::valid_to.ge(on)))
        .order(team_member::valid_from)
        .select((employee::id, employee::name, team::name, team_member::valid_from, team_member::valid_to))
        .load(connection)?)
}

/// Lists the names of all teams.
///
/// # Errors
/// When the database does not answer.
pub fn list_teams(connection: &mut PgConnection) -> Result<Vec<String>> {
    Ok(team::table.order(team::name).select(team::name).load(connection)?)
}

/// Lists the names of all sites.
///
/// # Errors
/// When the database does not answer.
pub fn list_sites(connection: &mut PgConnection) -> Result<Vec<String>> {
    Ok(site::table.order(site::name).select(site::name).load(connection)?)
}
