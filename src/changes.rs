//! Which visits changed since the scores were last folded (DESIGN §4.10).
//!
//! Whoever changes a visit appends its id in the same transaction; `scores` takes the ids away when it folds.

use crate::db::schema::changed_visit;
use crate::error::Result;
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
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
