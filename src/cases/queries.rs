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

/// Notes which open cases were opened before a moment and were not noted yet; returns them with their visits.
///
/// # Errors
/// When the database does not answer.
pub fn note_overdue(
    connection: &mut PgConnection,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, Uuid)>> {
    let overdue = recovery_case::table
        .filter(recovery_case::state.eq("open"))
        .filter(recovery_case::opened_at.le(before))
        .filter(recovery_case::overdue_at.is_null());
    Ok(diesel::update(overdue)
        .set(recovery_case::overdue_at.eq(now))
        .returning((recovery_case::id, recovery_case::visit_id))
        .get_results(connection)?)
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

/// A case as a list shows it: visit, state, when it was opened.
pub type CaseRow = (Uuid, String, DateTime<Utc>);

/// Lists the cases of visits, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_visits(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<CaseRow>> {
    Ok(recovery_case::table
        .filter(recovery_case::visit_id.eq_any(visits))
        .order((recovery_case::opened_at.desc(), recovery_case::id.desc()))
        .select((recovery_case::visit_id, recovery_case::state, recovery_case::opened_at))
        .load(connection)?)
}
