//! Which visits changed since the scores were last folded (DESIGN §4.10).
//!
//! Whoever changes a visit appends its id in the same transaction; `scores` takes the ids away when it folds.

use crate::db::schema::changed_visit;
use crate::error::Result;
use diesel::{ExecuteCopyFromDsl, ExpressionMethods, Insertable, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// The fragment for a composed statement: appends the visits of a preceding WITH part named `stored`, which has
/// `visit_id`.
pub const APPEND_FROM_STORED: &str = "INSERT INTO changed_visit (visit_id) SELECT visit_id FROM stored";

/// Appends one visit.
///
/// # Errors
/// When the database does not answer.
pub fn append(connection: &mut PgConnection, visit: Uuid) -> Result<()> {
    append_all(connection, &[visit])
}

/// Appends several visits.
///
/// # Errors
/// When the database does not answer.
pub fn append_all(connection: &mut PgConnection, visits: &[Uuid]) -> Result<()> {
    let rows: Vec<_> = visits.iter().map(|visit| changed_visit::visit_id.eq(visit)).collect();
    diesel::insert_into(changed_visit::table).values(rows).execute(connection)?;
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = changed_visit, treat_none_as_default_value = false)]
struct NewChange {
    visit_id: Uuid,
}

/// Appends many visits, for files.
///
/// # Errors
/// When the database does not answer.
pub fn append_many(connection: &mut PgConnection, visits: &[Uuid]) -> Result<()> {
    let rows: Vec<NewChange> = visits.iter().map(|visit| NewChange { visit_id: *visit }).collect();
    ExecuteCopyFromDsl::execute(diesel::copy_from(changed_visit::table).from_insertable(rows), connection)?;
    Ok(())
}

/// Tells whether there is a change.
///
/// # Errors
/// When the database does not answer.
pub fn any(connection: &mut PgConnection) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(changed_visit::table.select(changed_visit::id)))
        .get_result(connection)?)
}

/// Takes at most `limit` of the oldest changes away and returns the visits, each once, in order of their ids.
///
/// # Errors
/// When the database does not answer.
pub fn take(connection: &mut PgConnection, limit: i64) -> Result<Vec<Uuid>> {
    let oldest: Vec<i64> = changed_visit::table
        .select(changed_visit::id)
        .order(changed_visit::id)
        .limit(limit)
        .load(connection)?;
    let mut visits: Vec<Uuid> = diesel::delete(changed_visit::table.filter(changed_visit::id.eq_any(oldest)))
        .returning(changed_visit::visit_id)
        .get_results(connection)?;
    visits.sort_unstable();
    visits.dedup();
    Ok(visits)
}
