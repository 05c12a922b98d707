//! Every statement on the table of cases.

use crate::db::schema::recovery_case;
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Opens the case of a visit; false when there is one.
///
/// # Errors
/// When the database does not answer.
pub fn open(
    connection: &mut PgConnection,
    visit: Uuid,
    response: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let opened = diesel::insert_into(recovery_case::table)
        .values((
            recovery_case::id.eq(ids::new_id()),
            recovery_case::visit_id.eq(visit),
            recovery_case::response_id.eq(response),
            recovery_case::reason.eq(reason),
            recovery_case::opened_at.eq(now),
        ))
        .on_conflict(recovery_case::visit_id)
        .do_nothing()
        .execute(connection)?;
    Ok(opened == 1)
}

/// Finds when the open case of a visit was opened.
///
/// # Errors
/// When the database does not answer.
pub fn find_open(connection: &mut PgConnection, visit: Uuid) -> Result<Option<DateTime<Utc>>> {
    Ok(recovery_case::table
        .filter(recovery_case::visit_id.eq(visit))
        .filter(recovery_case::state.eq("open"))
        .select(recovery_case::opened_at)
        .get_result(connection)
        .optional()?)
}
