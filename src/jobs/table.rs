//! Every statement on the tables `job` and `schedule`.

use super::Job;
use crate::db::schema::{job, schedule};
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{count_star, min};
use diesel::sql_types::{Array, Text};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
};
use serde_json::Value;
use uuid::Uuid;

/// Inserts a job in the caller's transaction, to run at or after `run_at`.
///
/// # Errors
/// When the database does not answer.
pub fn enqueue(
    connection: &mut PgConnection,
    name: &str,
    payload: Value,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let id = ids::new_id();
    diesel::insert_into(job::table)
        .values((
            job::id.eq(id),
            job::name.eq(name),
            job::payload.eq(payload),
            job::run_at.eq(run_at),
            job::created_at.eq(now),
        ))
        .execute(connection)?;
    Ok(id)
}

/// Claims the next due job for a worker until its lease ends; also one whose lease ran out.
/// Call it in a transaction of its own and commit before the work.
///
/// # Errors
/// When the database does not answer.
pub fn claim(
    connection: &mut PgConnection,
    worker: Uuid,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Option<Job>> {
    let due = job::table
        .filter(job::run_at.le(now))
        .filter(job::state.eq("available").or(job::state.eq("running").and(job::lease_until.lt(now))))
        .order((job::run_at, job::id))
        .limit(1)
        .for_update()
        .skip_locked()
        .select(job::id)
        .get_result::<Uuid>(connection)
        .optional()?;
    let Some(id) = due else { return Ok(None) };
    let row = diesel::update(job::table.find(id))
        .set((
            job::state.eq("running"),
            job::attempts.eq(job::attempts + 1),
            job::lease_owner.eq(worker),
            job::lease_until.eq(now + lease),
        ))
        .returning((job::name, job::payload, job::attempts))
        .get_result::<(String, Value, i32)>(connection)?;
    let (name, payload, attempts) = row;
    Ok(Some(Job { id, name, payload, attempts }))
}

/// Removes a job that is done; does nothing when another worker took it over meanwhile.
///
/// # Errors
/// When the database does not answer.
pub fn finish(connection: &mut PgConnection, id: Uuid, worker: Uuid) -> Result<()> {
    diesel::delete(job::table.find(id).filter(job::lease_owner.eq(worker))).execute(connection)?;
    Ok(())
}

/// Puts a job back for a later try, with the reason.
///
/// # Errors
/// When the database does not answer.
pub fn retry_at(
    connection: &mut PgConnection,
    id: Uuid,
    worker: Uuid,
    at: DateTime<Utc>,
    reason: &str,
) -> Result<()> {
    diesel::update(job::table.find(id).filter(job::lease_owner.eq(worker)))
        .set((job::state.eq("available"), job::run_at.eq(at), job::last_error.eq(reason)))
        .execute(connection)?;
    Ok(())
}

/// Puts a job aside for good, with the reason; it stays visible.
///
/// # Errors
/// When the database does not answer.
pub fn fail(connection: &mut PgConnection, id: Uuid, worker: Uuid, reason: &str) -> Result<()> {
    diesel::update(job::table.find(id).filter(job::lease_owner.eq(worker)))
        .set((job::state.eq("failed"), job::last_error.eq(reason)))
        .execute(connection)?;
    Ok(())
}

/// Tells whether periodic work is due and, if so, moves it forward by `every`; among several workers one
/// gets true.
///
/// # Errors
/// When the database does not answer.
pub fn is_due(
    connection: &mut PgConnection,
    name: &str,
    every: TimeDelta,
    now: DateTime<Utc>,
) -> Result<bool> {
    let next = schedule::next_run_at.eq(now + every);
    let inserted = diesel::insert_into(schedule::table)
        .values((schedule::name.eq(name), next))
        .on_conflict_do_nothing()
        .execute(connection)?;
    let moved = diesel::update(schedule::table.find(name).filter(schedule::next_run_at.le(now)))
        .set(next)
        .execute(connection)?;
    Ok(inserted + moved > 0)
}

/// Counts the jobs that are due and not done, says since when the oldest is due, and counts those put aside for good.
///
/// # Errors
/// When the database does not answer.
pub fn count_standing(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<(i64, Option<DateTime<Utc>>, i64)> {
    let due = job::table.filter(job::state.ne("failed")).filter(job::run_at.le(now));
    let (count, oldest): (i64, Option<DateTime<Utc>>) =
        due.select((count_star(), min(job::run_at))).get_result(connection)?;
    let failed = job::table.filter(job::state.eq("failed")).count().get_result(connection)?;
    Ok((count, oldest, failed))
}

/// Deletes the jobs whose payload names any of several ids: there is nothing left that they could work on.
///
/// # Errors
/// When the database does not answer.
pub fn forget(connection: &mut PgConnection, ids: &[Uuid]) -> Result<()> {
    diesel::sql_query(
        "DELETE FROM job WHERE EXISTS (SELECT 1 FROM jsonb_each_text(payload) AS p WHERE p.value = ANY($1))",
    )
    .bind::<Array<Text>, _>(ids.iter().map(Uuid::to_string).collect::<Vec<_>>())
    .execute(connection)?;
    Ok(())
}

/// Deletes jobs that were put aside for good; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn delete_failed(connection: &mut PgConnection, ids: &[Uuid]) -> Result<usize> {
    let failed = job::table.filter(job::id.eq_any(ids)).filter(job::state.eq("failed"));
    Ok(diesel::delete(failed).execute(connection)?)
}
