//! `Idempotency-Key`: the same request with the same key gets the same answer and does nothing twice.
//!
//! The key is stored before the work and the answer after it. A key whose first request is still at work gets
//! 409; one that died on the way may be tried again after a minute.

use crate::db::schema::idempotency_key as table;
use crate::error::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Array, Text};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(48);

/// How long a request may be at work before its key may be used again.
const AT_WORK: TimeDelta = TimeDelta::minutes(1);

/// What to do with a request that carries a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Begin {
    /// Do the work, then call [`finish`].
    Work,
    /// Answer this status and body again.
    Replay(u16, String),
}

/// Begins a request of an API key under an idempotency key.
///
/// # Errors
/// 409 when the key was used for another request or the first one is still at work; 422 when it is too long.
pub fn begin(
    connection: &mut PgConnection,
    api_key: Uuid,
    key: &str,
    request_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Begin> {
    if key.is_empty() || key.len() > 255 {
        return Err(Error::invalid_field("/Idempotency-Key", "must have from 1 to 255 characters"));
    }
    let inserted = diesel::insert_into(table::table)
        .values((
            table::api_key_id.eq(api_key),
            table::key.eq(key),
            table::request_hash.eq(request_hash),
            table::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    if inserted == 1 {
        return Ok(Begin::Work);
    }
    let stored = table::table
        .find((api_key, key))
        .select((table::request_hash, table::status, table::body, table::created_at))
        .get_result::<(Vec<u8>, Option<i32>, Option<String>, DateTime<Utc>)>(connection)
        .optional()?;
    // Gone between the two statements: the first request failed and wants to be tried again.
    let Some((hash, status, body, created_at)) = stored else {
        return Err(Error::conflict(
            "The first request with this Idempotency-Key has just failed; send it again.",
        ));
    };
    if hash != request_hash {
        return Err(Error::conflict("This Idempotency-Key was used for another request."));
    }
    if let (Some(status), Some(body)) = (status, body) {
        return Ok(Begin::Replay(u16::try_from(status).unwrap_or(200), body));
    }
    // One of several retries takes over from a request that died; the others see its new time.
    let stale = table::table
        .find((api_key, key))
        .filter(table::created_at.eq(created_at))
        .filter(table::status.is_null());
    let taken = created_at + AT_WORK <= now
        && diesel::update(stale).set(table::created_at.eq(now)).execute(connection)? == 1;
    if !taken {
        return Err(Error::conflict("The first request with this Idempotency-Key is still at work."));
    }
    Ok(Begin::Work)
}

/// Stores the answer of a request.
///
/// # Errors
/// When the database does not answer; the work itself is done then.
pub fn finish(
    connection: &mut PgConnection,
    api_key: Uuid,
    key: &str,
    status: u16,
    body: &str,
) -> Result<()> {
    diesel::update(table::table.find((api_key, key)))
        .set((table::status.eq(i32::from(status)), table::body.eq(body)))
        .execute(connection)?;
    Ok(())
}

/// Forgets a key whose request failed in a way that another try may mend.
///
/// # Errors
/// When the database does not answer.
pub fn forget(connection: &mut PgConnection, api_key: Uuid, key: &str) -> Result<()> {
    diesel::delete(table::table.find((api_key, key))).execute(connection)?;
    Ok(())
}

/// Deletes answers older than [`KEPT`].
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(table::table.filter(table::created_at.lt(now - KEPT))).execute(connection)?)
}

/// Deletes the answers, or the keys, that hold any of several words: the request, sent again, is worked on anew.
///
/// # Errors
/// When the database does not answer.
pub fn forget_words(connection: &mut PgConnection, words: &[String]) -> Result<()> {
    diesel::sql_query(
        "DELETE FROM idempotency_key WHERE EXISTS (SELECT 1 FROM unnest($1) AS w (word) \
         WHERE strpos(body, w.word) > 0 OR strpos(key, w.word) > 0)",
    )
    .bind::<Array<Text>, _>(words)
    .execute(connection)?;
    Ok(())
}
