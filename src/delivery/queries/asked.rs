//! When whom was asked last.

use crate::db::schema::asked;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bytea, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, QueryableByName, RunQueryDsl};
use uuid::Uuid;

/// Who was asked last: key, when, about which visit.
pub type AskedRow = (Vec<u8>, DateTime<Utc>, Uuid);

/// Lists who of those behind the keys was asked after a time: key, when, about which visit.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection, keys: &[Vec<u8>], since: DateTime<Utc>) -> Result<Vec<AskedRow>> {
    Ok(asked::table
        .filter(asked::key.eq_any(keys))
        .filter(asked::asked_at.gt(since))
        .select((asked::key, asked::asked_at, asked::visit_id))
        .load(connection)?)
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bytea)]
    #[expect(dead_code, reason = "only their number counts")]
    key: Vec<u8>,
}

/// Writes down that those behind the keys are asked now, each about its visit, unless one was asked about another
/// visit after `since`. The keys are distinct and in order. Returns how many were written.
///
/// # Errors
/// When the database does not answer.
pub fn take(
    connection: &mut PgConnection,
    keys: &[Vec<u8>],
    visits: &[Uuid],
    now: DateTime<Utc>,
    since: DateTime<Utc>,
) -> Result<usize> {
    let taken: Vec<Taken> = diesel::sql_query(
        "INSERT INTO asked (key, asked_at, visit_id) SELECT key, $3, visit FROM unnest($1, $2) AS u(key, visit) \
         ON CONFLICT (key) DO UPDATE SET asked_at = excluded.asked_at, visit_id = excluded.visit_id \
         WHERE asked.asked_at <= $4 OR asked.visit_id = excluded.visit_id RETURNING key",
    )
    .bind::<Array<Bytea>, _>(keys)
    .bind::<Array<SqlUuid>, _>(visits)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(since)
    .load(connection)?;
    Ok(taken.len())
}

/// Forgets that somebody was asked about a visit whose letter never went out.
///
/// # Errors
/// When the database does not answer.
pub fn release(connection: &mut PgConnection, visit: Uuid) -> Result<()> {
    diesel::delete(asked::table.filter(asked::visit_id.eq(visit))).execute(connection)?;
    Ok(())
}

/// Forgets who was asked before a time.
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(asked::table.filter(asked::asked_at.lt(before))).execute(connection)?)
}
