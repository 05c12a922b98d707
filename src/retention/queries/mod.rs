//! Every statement on the tables of holds and runs, and the reads over all slices that say what is over.

pub mod due;
pub mod holds;

use crate::db::schema::{retention_run, retention_start};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::upsert::excluded;
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use std::collections::HashMap;

/// Finds from when on data are deleted by themselves: a week after the database was brought up to this version.
///
/// # Errors
/// When the database does not answer.
pub fn find_begin(connection: &mut PgConnection) -> Result<Option<DateTime<Utc>>> {
    Ok(retention_start::table.select(retention_start::begins_at).first(connection).optional()?)
}

/// Notes that a kind was looked through, and how many rows were deleted.
///
/// # Errors
/// When the database does not answer.
pub fn note_run(connection: &mut PgConnection, kind: &str, deleted: i64, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(retention_run::table)
        .values((
            retention_run::kind.eq(kind),
            retention_run::ran_at.eq(now),
            retention_run::deleted.eq(deleted),
        ))
        .on_conflict(retention_run::kind)
        .do_update()
        .set((
            retention_run::ran_at.eq(excluded(retention_run::ran_at)),
            retention_run::deleted.eq(excluded(retention_run::deleted)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lists when each kind was looked through last, and how many rows were deleted then.
///
/// # Errors
/// When the database does not answer.
pub fn list_runs(connection: &mut PgConnection) -> Result<HashMap<String, (DateTime<Utc>, i64)>> {
    let rows: Vec<(String, DateTime<Utc>, i64)> = retention_run::table
        .select((retention_run::kind, retention_run::ran_at, retention_run::deleted))
        .load(connection)?;
    Ok(rows.into_iter().map(|(kind, at, deleted)| (kind, (at, deleted))).collect())
}
