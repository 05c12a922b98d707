//! Statements about calls for service.

use crate::db::schema::callback;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Opens the call for service of a visit, or opens it again once it ended; false when it is open already.
///
/// # Errors
/// When the database does not answer.
pub fn open(
    connection: &mut PgConnection,
    id: Uuid,
    visit: Uuid,
    reason: &str,
    best_time: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let opened = diesel::sql_query(
        "INSERT INTO callback AS c (id, visit_id, kind, state, created_at, rank, call_priority, reason, best_time) \
         SELECT $1, id, 'service', 'open', $3, 0, call_priority, $4, $5 FROM visit WHERE id = $2 \
         ON CONFLICT (visit_id, (kind = 'service')) DO UPDATE SET state = 'open', called = NULL, due_at = NULL, \
         appointment = NULL, disposition = NULL, ended_at = NULL, reason = EXCLUDED.reason, \
         best_time = EXCLUDED.best_time, created_at = EXCLUDED.created_at WHERE c.state = 'done'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(visit)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(reason)
    .bind::<Nullable<Text>, _>(best_time)
    .execute(connection)?;
    Ok(opened == 1)
}

/// Tells whether a visit has a call for service, over or not.
///
/// # Errors
/// When the database does not answer.
pub fn has(connection: &mut PgConnection, visit: Uuid) -> Result<bool> {
    let service = callback::table.filter(callback::visit_id.eq(visit)).filter(callback::kind.eq("service"));
    Ok(diesel::select(diesel::dsl::exists(service)).get_result(connection)?)
}
