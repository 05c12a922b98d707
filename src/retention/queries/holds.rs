//! Legal holds.

use crate::customers::queries::merges;
use crate::db::schema::{customer, employee, legal_hold, visit, visit_employee};
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::exists;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
};
use uuid::Uuid;

/// A hold to store; exactly one of customer, employee and days is named.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = legal_hold)]
pub struct NewHold<'a> {
    /// Our id.
    pub id: Uuid,
    /// The customer's file.
    pub customer_id: Option<Uuid>,
    /// The employee.
    pub employee_id: Option<Uuid>,
    /// First day of visits.
    pub from_on: Option<NaiveDate>,
    /// Last day of visits, included.
    pub to_on: Option<NaiveDate>,
    /// Why.
    pub reason: &'a str,
    /// Who.
    pub placed_by: &'a str,
    /// When.
    pub placed_at: DateTime<Utc>,
}

/// A hold.
#[derive(Debug, Clone, Queryable)]
pub struct Hold {
    /// Our id.
    pub id: Uuid,
    /// The customer's file.
    pub customer: Option<Uuid>,
    /// The employee.
    pub employee: Option<Uuid>,
    /// First day of visits.
    pub from: Option<NaiveDate>,
    /// Last day of visits, included.
    pub to: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// Who placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

crate::db::columns! {
    COLUMNS:
    legal_hold::id,
    legal_hold::customer_id,
    legal_hold::employee_id,
    legal_hold::from_on,
    legal_hold::to_on,
    legal_hold::reason,
    legal_hold::placed_by,
    legal_hold::placed_at,
    legal_hold::ended_at,
}

/// Stores a hold.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, hold: &NewHold<'_>) -> Result<()> {
    diesel::insert_into(legal_hold::table).values(hold).execute(connection)?;
    Ok(())
}

/// Ends a hold; false when it is not there or ended before.
///
/// # Errors
/// When the database does not answer.
pub fn end(
    connection: &mut PgConnection,
    id: Uuid,
    (by, reason): (&str, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let standing = legal_hold::table.find(id).filter(legal_hold::ended_at.is_null());
    let ended = diesel::update(standing)
        .set((legal_hold::ended_by.eq(by), legal_hold::ended_at.eq(now), legal_hold::end_reason.eq(reason)))
        .execute(connection)?;
    Ok(ended == 1)
}

/// Deletes holds that have ended; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn delete_ended(connection: &mut PgConnection, ids: &[Uuid]) -> Result<usize> {
    let ended =
        legal_hold::table.filter(legal_hold::id.eq_any(ids)).filter(legal_hold::ended_at.is_not_null());
    Ok(diesel::delete(ended).execute(connection)?)
}

/// Lists the holds that stand, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_standing(connection: &mut PgConnection) -> Result<Vec<Hold>> {
    Ok(legal_hold::table
        .filter(legal_hold::ended_at.is_null())
        .order((legal_hold::placed_at.desc(), legal_hold::id.desc()))
        .select(COLUMNS)
        .load(connection)?)
}

/// Finds the name of a customer's file, as far as it has one.
///
/// # Errors
/// When the database does not answer.
pub fn find_customer_name(connection: &mut PgConnection, id: Uuid) -> Result<Option<String>> {
    let found: Option<Option<String>> =
        customer::table.find(id).select(customer::name).get_result(connection).optional()?;
    Ok(found.flatten())
}

/// Finds id and name of an employee.
///
/// # Errors
/// When the database does not answer.
pub fn find_employee(connection: &mut PgConnection, id: Uuid) -> Result<Option<(String, String)>> {
    let named = employee::table.find(id).select((employee::external_id, employee::name));
    Ok(named.get_result(connection).optional()?)
}

/// Everything that the holds that stand name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Files of customers, with those that were put together with them.
    pub files: Vec<Uuid>,
    /// Employees.
    pub employees: Vec<Uuid>,
    /// First days of visits.
    pub from: Vec<NaiveDate>,
    /// Last days, in the same order.
    pub to: Vec<NaiveDate>,
}

impl Held {
    /// Reads them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn read(connection: &mut PgConnection) -> Result<Self> {
        let mut held = Self::default();
        for hold in list_standing(connection)? {
            held.files.extend(hold.customer);
            held.employees.extend(hold.employee);
            held.from.extend(hold.from);
            held.to.extend(hold.to);
        }
        let linked = merges::list_files(connection, &held.files)?;
        held.files = linked.into_values().flatten().collect();
        Ok(held)
    }

    /// Tells whether nothing is held.
    pub const fn is_empty(&self) -> bool {
        self.files.is_empty() && self.employees.is_empty() && self.from.is_empty()
    }
}

/// Finds a hold that stands and names any of some files, or any of some visits.
///
/// # Errors
/// When the database does not answer.
pub fn find_about(connection: &mut PgConnection, files: &[Uuid], visits: &[Uuid]) -> Result<Option<Hold>> {
    for hold in list_standing(connection)? {
        if names(connection, &hold, files, visits)? {
            return Ok(Some(hold));
        }
    }
    Ok(None)
}

fn names(connection: &mut PgConnection, hold: &Hold, files: &[Uuid], visits: &[Uuid]) -> Result<bool> {
    let among = visit::table.filter(visit::id.eq_any(visits));
    if let Some(customer) = hold.customer {
        let theirs = merges::files_of(connection, customer)?;
        let of_visit = exists(among.filter(visit::customer_id.eq_any(theirs.iter().copied().map(Some))));
        return Ok(files.iter().any(|file| theirs.contains(file))
            || diesel::select(of_visit).get_result(connection)?);
    }
    if let Some(employee) = hold.employee {
        let credited = visit_employee::table
            .filter(visit_employee::visit_id.eq_any(visits))
            .filter(visit_employee::employee_id.eq(employee));
        return Ok(diesel::select(exists(credited)).get_result(connection)?);
    }
    let Some((from, to)) = hold.from.zip(hold.to) else { return Ok(false) };
    Ok(diesel::select(exists(among.filter(visit::visited_on.between(from, to)))).get_result(connection)?)
}
