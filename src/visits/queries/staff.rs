//! Reading visits for the pages of the staff.

use super::count_by_outcome;
use crate::accounts::Sees;
use crate::db::page::Cursor;
use crate::db::schema::{customer, employee, site, team, visit, visit_employee};
use crate::error::{Error, Result};
use crate::visits::outcome::Outcome;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use diesel::dsl::count_star;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection,
    QueryDsl, Queryable, RunQueryDsl,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What a list of visits is narrowed to.
#[derive(Debug, Clone)]
pub struct StaffFilter {
    /// Only the visit of this id in the system that sends visits.
    pub external_id: Option<String>,
    /// Only this outcome.
    pub outcome: Option<Outcome>,
    /// Only visits of this employee (the id of the system that sends).
    pub employee: Option<String>,
    /// Visit date from, included.
    pub from: Option<NaiveDate>,
    /// Visit date to, included.
    pub to: Option<NaiveDate>,
    /// What the reader may see.
    pub sees: Sees,
    /// Whether the oldest stand first.
    pub oldest_first: bool,
}

/// A visit as a row of a list.
#[derive(Debug, Clone, Queryable)]
pub struct VisitLine {
    /// Our id.
    pub id: Uuid,
    /// Id in the system that sent it.
    pub external_id: String,
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// Kind of service.
    pub service: String,
    /// Name of the customer on this visit.
    pub customer_name: Option<String>,
    /// Word of the outcome.
    pub outcome: String,
}

crate::db::columns! {
    LINE:
    visit::id,
    visit::external_id,
    visit::visited_at,
    visit::service,
    visit::customer_name,
    visit::outcome,
}

/// Lists visits by time, one more than the limit.
///
/// # Errors
/// When the database does not answer.
pub fn list_for_staff(
    connection: &mut PgConnection,
    filter: &StaffFilter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<VisitLine>> {
    let mut query = visit::table.select(LINE).limit(limit + 1).into_boxed();
    query = if filter.oldest_first {
        query.order((visit::visited_at, visit::id))
    } else {
        query.order((visit::visited_at.desc(), visit::id.desc()))
    };
    if let Some(external_id) = &filter.external_id {
        query = query.filter(visit::external_id.eq(external_id.clone()));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(visit::outcome.eq(outcome.as_str()));
    }
    // No zone is further than a day from UTC; the second condition lets the order by time begin at its place.
    if let Some(from) = filter.from {
        query = query.filter(visit::visited_on.ge(from)).filter(visit::visited_at.ge(days_off(from, false)));
    }
    if let Some(to) = filter.to {
        query = query.filter(visit::visited_on.le(to)).filter(visit::visited_at.lt(days_off(to, true)));
    }
    if let Some(external_id) = &filter.employee {
        let theirs = visit_employee::table
            .inner_join(employee::table)
            .filter(employee::external_id.eq(external_id.clone()))
            .select(visit_employee::visit_id);
        query = query.filter(visit::id.eq_any(theirs));
    }
    if let Sees::Team(team) = filter.sees {
        let theirs = visit_employee::table
            .filter(visit_employee::team_id.eq(team.unwrap_or_default()))
            .select(visit_employee::visit_id);
        query = query.filter(visit::id.eq_any(theirs));
    }
    if let Some(cursor) = after {
        let (at, id) = (cursor.time(), cursor.id);
        // Said so, the index is entered at the cursor; with one OR alone it is walked from its begin.
        query = if filter.oldest_first {
            query.filter(visit::visited_at.ge(at)).filter(visit::visited_at.gt(at).or(visit::id.gt(id)))
        } else {
            query.filter(visit::visited_at.le(at)).filter(visit::visited_at.lt(at).or(visit::id.lt(id)))
        };
    }
    Ok(query.load(connection)?)
}

fn days_off(day: NaiveDate, later: bool) -> DateTime<Utc> {
    let moved = if later { day.checked_add_days(Days::new(2)) } else { day.checked_sub_days(Days::new(1)) };
    moved.unwrap_or(day).and_time(NaiveTime::MIN).and_utc()
}

/// Returns those of some visits that a reader may see.
///
/// # Errors
/// When the database does not answer.
pub fn list_seen(connection: &mut PgConnection, visits: &[Uuid], sees: Sees) -> Result<Vec<Uuid>> {
    let Sees::Team(team) = sees else { return Ok(visits.to_vec()) };
    Ok(visit_employee::table
        .filter(visit_employee::visit_id.eq_any(visits))
        .filter(visit_employee::team_id.eq(team.unwrap_or_default()))
        .select(visit_employee::visit_id)
        .load(connection)?)
}

/// Everything that is known about a visit.
#[derive(Debug, Clone, Queryable)]
pub struct VisitFacts {
    /// Our id.
    pub id: Uuid,
    /// Id in the system that sent it.
    pub external_id: String,
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// Kind of service.
    pub service: String,
    /// How it was given.
    pub channel: Option<String>,
    /// Name of the site it was given from.
    pub site: Option<String>,
    /// Kind of customer.
    pub segment: Option<String>,
    /// Whether a missing answer is phoned first.
    pub priority: bool,
    /// The customer's file.
    pub customer: Option<Uuid>,
    /// Name of the customer on this visit.
    pub customer_name: Option<String>,
    /// Word of the lawful basis.
    pub lawful_basis: Option<String>,
    /// Channels that it covers.
    pub channels: Option<Vec<Option<String>>>,
    /// Where it is written down.
    pub evidence: Option<String>,
    /// `email` or `phone`.
    pub first_contact: Option<String>,
    /// Word of the outcome.
    pub outcome: String,
    /// When it is or was to be mailed.
    pub send_at: Option<DateTime<Utc>>,
}

/// Finds a visit with everything that is known about it.
///
/// # Errors
/// 404 when there is none, or none that this reader may know of.
pub fn find_facts(connection: &mut PgConnection, id: Uuid, sees: Sees) -> Result<VisitFacts> {
    let unknown = || Error::not_found("visit");
    if list_seen(connection, &[id], sees)?.is_empty() {
        return Err(unknown());
    }
    let found = visit::table
        .left_join(site::table)
        .filter(visit::id.eq(id))
        .select((
            visit::id,
            visit::external_id,
            visit::visited_at,
            visit::service,
            visit::channel,
            site::name.nullable(),
            visit::segment,
            visit::priority,
            visit::customer_id,
            visit::customer_name,
            visit::lawful_basis,
            visit::lawful_basis_channels,
            visit::lawful_basis_evidence,
            visit::first_contact,
            visit::outcome,
            visit::send_at,
        ))
        .get_result(connection)
        .optional()?;
    found.ok_or_else(unknown)
}

/// An employee who gave a service, and their part of it.
#[derive(Debug, Clone, Queryable)]
pub struct Credited {
    /// The visit.
    pub visit: Uuid,
    /// Our id of the employee.
    pub employee: Uuid,
    /// Their id in the system that sends visits.
    pub external_id: String,
    /// Their name.
    pub name: String,
    /// Their part, in per-mille.
    pub share_permille: i32,
    /// Their team on that day.
    pub team: Option<Uuid>,
    /// Its name.
    pub team_name: Option<String>,
}

/// Lists who gave the services of visits, in their order.
///
/// # Errors
/// When the database does not answer.
pub fn list_credited(connection: &mut PgConnection, visits: &[Uuid]) -> Result<HashMap<Uuid, Vec<Credited>>> {
    let rows: Vec<Credited> = visit_employee::table
        .inner_join(employee::table)
        .left_join(team::table)
        .filter(visit_employee::visit_id.eq_any(visits))
        .order((visit_employee::visit_id, visit_employee::position))
        .select((
            visit_employee::visit_id,
            employee::id,
            employee::external_id,
            employee::name,
            visit_employee::share_permille,
            visit_employee::team_id,
            team::name.nullable(),
        ))
        .load(connection)?;
    let mut by_visit: HashMap<Uuid, Vec<Credited>> = HashMap::new();
    for row in rows {
        by_visit.entry(row.visit).or_default().push(row);
    }
    Ok(by_visit)
}

/// Lists the visits of a customer's files, the newest first, one more than the limit.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_customer(
    connection: &mut PgConnection,
    files: &[Uuid],
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<VisitLine>> {
    let mut query = visit::table
        .filter(visit::customer_id.eq_any(files))
        .select(LINE)
        .order((visit::visited_at.desc(), visit::id.desc()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(cursor) = after {
        let (at, id) = (cursor.time(), cursor.id);
        query = query.filter(visit::visited_at.le(at)).filter(visit::visited_at.lt(at).or(visit::id.lt(id)));
    }
    Ok(query.load(connection)?)
}

/// The newest visit of a customer.
#[derive(Debug, Clone, Queryable)]
pub struct NewestVisit {
    /// The customer.
    pub customer: Option<Uuid>,
    /// When its service was finished.
    pub visited_at: DateTime<Utc>,
    /// Kind of service.
    pub service: String,
    /// The customer's language then.
    pub language: Option<String>,
    /// The customer's zone then.
    pub time_zone: Option<String>,
}

/// Lists the newest visit of each customer.
///
/// # Errors
/// When the database does not answer.
pub fn list_newest(connection: &mut PgConnection, customers: &[Uuid]) -> Result<Vec<NewestVisit>> {
    Ok(visit::table
        .filter(visit::customer_id.eq_any(customers))
        .distinct_on(visit::customer_id)
        .order((visit::customer_id, visit::visited_at.desc(), visit::id.desc()))
        .select((
            visit::customer_id,
            visit::visited_at,
            visit::service,
            visit::customer_language,
            visit::customer_time_zone,
        ))
        .load(connection)?)
}

/// Finds the customer of a visit by the id the visit came with.
///
/// # Errors
/// When the database does not answer.
pub fn find_customer(connection: &mut PgConnection, external_id: &str) -> Result<Option<Uuid>> {
    let found = visit::table
        .inner_join(customer::table)
        .filter(visit::external_id.eq(external_id))
        .select(customer::id)
        .get_result(connection)
        .optional()?;
    Ok(found)
}

/// Counts the visits of each employee since a day.
///
/// # Errors
/// When the database does not answer.
pub fn count_since(connection: &mut PgConnection, day: NaiveDate) -> Result<HashMap<Uuid, i64>> {
    let rows: Vec<(Uuid, i64)> = visit_employee::table
        .inner_join(visit::table)
        .filter(visit::visited_on.ge(day))
        .group_by(visit_employee::employee_id)
        .select((visit_employee::employee_id, count_star()))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Counts the visits of a span of dates by outcome, of those that a reader sees.
///
/// # Errors
/// When the database does not answer.
pub fn count_seen(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
    sees: Sees,
) -> Result<Vec<(String, i64)>> {
    let Sees::Team(team) = sees else { return count_by_outcome(connection, from, to, None) };
    let theirs = visit_employee::table
        .filter(visit_employee::team_id.eq(team.unwrap_or_default()))
        .select(visit_employee::visit_id);
    Ok(visit::table
        .filter(visit::visited_on.between(from, to))
        .filter(visit::id.eq_any(theirs))
        .group_by(visit::outcome)
        .select((visit::outcome, count_star()))
        .load(connection)?)
}

/// Lists the teams that were there, as of the day of the visit.
///
/// # Errors
/// When the database does not answer.
pub fn list_teams(connection: &mut PgConnection, visit: Uuid) -> Result<Vec<Uuid>> {
    let teams = visit_employee::table.filter(visit_employee::visit_id.eq(visit));
    let teams: Vec<Option<Uuid>> = teams.select(visit_employee::team_id).distinct().load(connection)?;
    Ok(teams.into_iter().flatten().collect())
}
