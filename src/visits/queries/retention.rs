//! What goes from visits when its time is over.

use crate::db::schema::{visit, visit_employee, visit_outcome};
use crate::error::Result;
use chrono::NaiveDate;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    TextExpressionMethods,
};
use serde::Serialize;
use uuid::Uuid;

/// Lists the visits of files.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_files(connection: &mut PgConnection, files: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(visit::table.filter(visit::customer_id.eq_any(files)).select(visit::id).load(connection)?)
}

/// Lists under which ids visits came.
///
/// # Errors
/// When the database does not answer.
pub fn list_ids(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    Ok(visit::table
        .filter(visit::id.eq_any(visits))
        .order(visit::id)
        .select((visit::id, visit::external_id))
        .load(connection)?)
}

/// Takes name, address, number, language and zone out of visits, and the reasons in their history that may name an
/// address or were typed by somebody.
///
/// # Errors
/// When the database does not answer.
pub fn forget_contact(connection: &mut PgConnection, visits: &[Uuid]) -> Result<usize> {
    let nothing = None::<&str>;
    let forgotten = diesel::update(visit::table.filter(visit::id.eq_any(visits)))
        .set((
            (visit::customer_name.eq(nothing), visit::customer_email.eq(nothing)),
            (visit::customer_phone.eq(nothing), visit::customer_language.eq(nothing)),
            visit::customer_time_zone.eq(nothing),
        ))
        .execute(connection)?;
    let telling = visit_outcome::reason
        .like("%@%")
        .or(visit_outcome::by.like("user %"))
        .or(visit_outcome::by.like("key %"))
        .or(visit_outcome::by.eq("shell"));
    diesel::update(visit_outcome::table.filter(visit_outcome::visit_id.eq_any(visits)).filter(telling))
        .set(visit_outcome::reason.eq(""))
        .execute(connection)?;
    Ok(forgotten)
}

/// A visit as whoever served may read it of themselves: nothing tells who the customer was.
#[derive(Debug, Queryable, Serialize)]
pub struct Served {
    /// Its day.
    pub on: NaiveDate,
    /// Kind of service.
    pub service: String,
    /// How it was given.
    pub channel: Option<String>,
    /// Share of the credit (per-mille).
    pub share_permille: i32,
}

/// Lists the visits in which somebody took part, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_employee(connection: &mut PgConnection, employee: Uuid) -> Result<Vec<Served>> {
    Ok(visit_employee::table
        .inner_join(visit::table)
        .filter(visit_employee::employee_id.eq(employee))
        .order((visit::visited_on, visit::id))
        .select((visit::visited_on, visit::service, visit::channel, visit_employee::share_permille))
        .load(connection)?)
}
