//! Statements about calls for service.

use crate::db::schema::callback;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// The one column of a statement that returns an id.
#[derive(diesel::QueryableByName)]
struct Opened {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Opens the call for service of a visit, or opens it again once it ended, and returns its id; nothing when it is open
/// already.
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
) -> Result<Option<Uuid>> {
    let opened: Option<Opened> = diesel::sql_query(
        "INSERT INTO callback AS c (id, visit_id, kind, state, created_at, rank, call_priority, reason, best_time) \
         SELECT $1, id, 'service', 'open', $3, 0, call_priority, $4, $5 FROM visit WHERE id = $2 \
         ON CONFLICT (visit_id, (kind = 'service')) DO UPDATE SET state = 'open', called = NULL, due_at = NULL, \
         appointment = NULL, disposition = NULL, ended_at = NULL, reason = EXCLUDED.reason, \
         best_time = EXCLUDED.best_time, created_at = EXCLUDED.created_at WHERE c.state = 'done' \
         RETURNING c.id",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(visit)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(reason)
    .bind::<Nullable<Text>, _>(best_time)
    .get_result(connection)
    .optional()?;
    Ok(opened.map(|opened| opened.id))
}

/// Tells whether a visit has a call for service, over or not.
///
/// # Errors
/// When the database does not answer.
pub fn has(connection: &mut PgConnection, visit: Uuid) -> Result<bool> {
    let service = callback::table.filter(callback::visit_id.eq(visit)).filter(callback::kind.eq("service"));
    Ok(diesel::select(diesel::dsl::exists(service)).get_result(connection)?)
}
