//! Every statement on the tables of people.

pub mod bulk;
pub mod listing;
pub mod retention;

use super::model::{ListedEmployee, NamedEmployee};
use crate::db::schema::{employee, site, team, team_member};
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, PgExpressionMethods, QueryDsl,
    RunQueryDsl,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Inserts an employee or brings name and address up to date; returns our id.
///
/// # Errors
/// When the database does not answer.
pub fn upsert_employee(
    connection: &mut PgConnection,
    named: &NamedEmployee,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let known = employee::table
        .filter(employee::external_id.eq(&named.external_id))
        .select((employee::id, employee::name, employee::email))
        .get_result::<(Uuid, String, Option<String>)>(connection)
        .optional()?;
    if let Some((id, name, email)) = known {
        let name = named.name.clone().unwrap_or_else(|| name.clone());
        let new_email = named.email.clone().or_else(|| email.clone());
        diesel::update(
            employee::table
                .find(id)
                .filter(employee::name.ne(&name).or(employee::email.is_distinct_from(&new_email))),
        )
        .set((employee::name.eq(&name), employee::email.eq(&new_email)))
        .execute(connection)?;
        return Ok(id);
    }
    let id = diesel::insert_into(employee::table)
        .values((
            employee::id.eq(ids::new_id()),
            employee::external_id.eq(&named.external_id),
            employee::name.eq(named.name.as_ref().unwrap_or(&named.external_id)),
            employee::email.eq(&named.email),
            employee::created_at.eq(now),
        ))
        .on_conflict(employee::external_id)
        .do_update()
        .set(employee::external_id.eq(&named.external_id))
        .returning(employee::id)
        .get_result(connection)?;
    Ok(id)
}

/// Finds or makes a team by its name.
///
/// # Errors
/// When the database does not answer.
pub fn upsert_team(connection: &mut PgConnection, name: &str) -> Result<Uuid> {
    if let Some(id) = find_team(connection, name)? {
        return Ok(id);
    }
    Ok(diesel::insert_into(team::table)
        .values((team::id.eq(ids::new_id()), team::name.eq(name)))
        .on_conflict(team::name)
        .do_update()
        .set(team::name.eq(name))
        .returning(team::id)
        .get_result(connection)?)
}

/// Finds a team by its name.
///
/// # Errors
/// When the database does not answer.
pub fn find_team(connection: &mut PgConnection, name: &str) -> Result<Option<Uuid>> {
    Ok(team::table.filter(team::name.eq(name)).select(team::id).get_result(connection).optional()?)
}

/// Finds a team's name by its id.
///
/// # Errors
/// When the database does not answer.
pub fn find_team_name(connection: &mut PgConnection, id: Uuid) -> Result<Option<String>> {
    Ok(team::table.find(id).select(team::name).get_result(connection).optional()?)
}

/// Finds or makes a site by its name.
///
/// # Errors
/// When the database does not answer.
pub fn upsert_site(connection: &mut PgConnection, name: &str) -> Result<Uuid> {
    let known = site::table.filter(site::name.eq(name)).select(site::id).get_result(connection).optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    Ok(diesel::insert_into(site::table)
        .values((site::id.eq(ids::new_id()), site::name.eq(name)))
        .on_conflict(site::name)
        .do_update()
        .set(site::name.eq(name))
        .returning(site::id)
        .get_result(connection)?)
}

/// Returns the team of an employee on a day; the newest membership wins.
///
/// # Errors
/// When the database does not answer.
pub fn team_on(connection: &mut PgConnection, employee_id: Uuid, on: NaiveDate) -> Result<Option<Uuid>> {
    Ok(team_member::table
        .filter(team_member::employee_id.eq(employee_id))
        .filter(team_member::role.eq("member"))
        .filter(team_member::valid_from.le(on))
        .filter(team_member::valid_to.is_null().or(team_member::valid_to.ge(on)))
        .order(team_member::valid_from.desc())
        .select(team_member::team_id)
        .first(connection)
        .optional()?)
}

/// Lets an employee belong to a team from that day on, unless they already do on that day; the membership that
/// was open ends the day before. A visit from before the first membership moves its begin back.
///
/// # Errors
/// When the database does not answer.
pub fn join_team(
    connection: &mut PgConnection,
    employee_id: Uuid,
    team_id: Uuid,
    on: NaiveDate,
) -> Result<()> {
    if team_on(connection, employee_id, on)? == Some(team_id) {
        return Ok(());
    }
    // Two visits may name a new team for the same person at the same moment; the second sees what the first did.
    employee::table.find(employee_id).select(employee::id).for_update().get_result::<Uuid>(connection)?;
    if team_on(connection, employee_id, on)? == Some(team_id) {
        return Ok(());
    }
    let member = team_member::table
        .filter(team_member::employee_id.eq(employee_id))
        .filter(team_member::role.eq("member"));
    let later = member
        .filter(team_member::valid_from.gt(on))
        .order(team_member::valid_from)
        .select((team_member::team_id, team_member::valid_from))
        .first::<(Uuid, NaiveDate)>(connection)
        .optional()?;
    if let Some((next_team, next_from)) = later {
        if next_team == team_id && team_on(connection, employee_id, on)?.is_none() {
            let row =
                member.filter(team_member::team_id.eq(team_id)).filter(team_member::valid_from.eq(next_from));
            diesel::update(row).set(team_member::valid_from.eq(on)).execute(connection)?;
        }
        return Ok(());
    }
    diesel::delete(member.filter(team_member::valid_from.eq(on))).execute(connection)?;
    diesel::update(member.filter(team_member::valid_to.is_null()))
        .set(team_member::valid_to.eq(on.checked_sub_days(Days::new(1))))
        .execute(connection)?;
    diesel::insert_into(team_member::table)
        .values((
            team_member::employee_id.eq(employee_id),
            team_member::team_id.eq(team_id),
            team_member::valid_from.eq(on),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lists employees with their team on a day, by our ids.
///
/// # Errors
/// When the database does not answer.
pub fn list_employees(
    connection: &mut PgConnection,
    ids: &[Uuid],
    on: NaiveDate,
) -> Result<Vec<ListedEmployee>> {
    let people: Vec<(Uuid, String, String)> = employee::table
        .filter(employee::id.eq_any(ids))
        .order((employee::name, employee::external_id))
        .select((employee::id, employee::external_id, employee::name))
        .load(connection)?;
    let memberships: Vec<(Uuid, String)> = team_member::table
        .inner_join(team::table)
        .filter(team_member::employee_id.eq_any(ids))
        .filter(team_member::role.eq("member"))
        .filter(team_member::valid_from.le(on))
        .filter(team_member::valid_to.is_null().or(team_member::valid_to.ge(on)))
        .order(team_member::valid_from)
        .select((team_member::employee_id, team::name))
        .load(connection)?;
    let mut teams: HashMap<Uuid, String> = memberships.into_iter().collect();
    Ok(people
        .into_iter()
        .map(|(id, external_id, name)| ListedEmployee { id, external_id, name, team: teams.remove(&id) })
        .collect())
}

/// Finds an employee by the id of the system that sends visits.
///
/// # Errors
/// When the database does not answer.
pub fn find_employee(connection: &mut PgConnection, external_id: &str) -> Result<Option<Uuid>> {
    Ok(employee::table
        .filter(employee::external_id.eq(external_id))
        .select(employee::id)
        .get_result(connection)
        .optional()?)
}

/// Tells whether an address belongs to one of our own people; they are not asked about each other's visits.
///
/// # Errors
/// When the database does not answer.
pub fn is_staff_address(connection: &mut PgConnection, email: &str) -> Result<bool> {
    diesel::define_sql_function! { fn lower(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>; }
    let found = diesel::select(diesel::dsl::exists(
        employee::table.filter(lower(employee::email).eq(email.to_lowercase())),
    ));
    Ok(found.get_result(connection)?)
}
