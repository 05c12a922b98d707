//! Statements about messages on their way.

use crate::db::schema::{webhook_attempt, webhook_message};
use crate::error::Result;
use crate::webhooks::model::Claimed;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Array, BigInt, Text, Timestamptz};
use diesel::{ExpressionMethods, Insertable, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// So many messages are under way to one endpoint at once, from all workers together.
const AT_ONCE: i64 = 4;

/// How long messages and their log are kept.
pub const KEPT: TimeDelta = TimeDelta::days(30);

/// Rows of one statement: Postgres takes 65,535 values.
const CHUNK: usize = 1_000;

/// A message to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = webhook_message)]
pub struct NewMessage<'a> {
    /// Its id, the `webhook-id`.
    pub id: Uuid,
    /// Where it goes.
    pub endpoint_id: Uuid,
    /// What happened.
    pub event: &'a str,
    /// The bytes to sign and send.
    pub payload: &'a str,
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// `waiting`.
    pub state: &'a str,
    /// When it is sent.
    pub due_at: DateTime<Utc>,
}

/// Inserts messages.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, messages: &[NewMessage<'_>]) -> Result<()> {
    for chunk in messages.chunks(CHUNK) {
        diesel::insert_into(webhook_message::table).values(chunk).execute(connection)?;
    }
    Ok(())
}

/// Claims messages that are due until `lease_until`; nobody waits for anybody. Those of an endpoint that answers slowly
/// hold up no other's. Commit before the work.
///
/// # Errors
/// When the database does not answer.
pub fn claim(
    connection: &mut PgConnection,
    most: i64,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> Result<Vec<Claimed>> {
    let claimed: Vec<Claimed> = diesel::sql_query(
        "WITH due AS (SELECT m.id FROM webhook_endpoint e CROSS JOIN LATERAL ( \
           SELECT id, due_at FROM webhook_message WHERE endpoint_id = e.id AND state IN ('waiting', 'sending') \
           AND due_at <= $1 ORDER BY due_at LIMIT greatest(0, $3 - (SELECT count(*) FROM webhook_message o \
            WHERE o.endpoint_id = e.id AND o.state = 'sending' AND o.due_at > $1))) AS m \
           WHERE e.disabled_at IS NULL ORDER BY m.due_at LIMIT $2), \
         free AS (SELECT id FROM webhook_message WHERE id IN (SELECT id FROM due) \
           AND state IN ('waiting', 'sending') AND due_at <= $1 FOR UPDATE SKIP LOCKED) \
         UPDATE webhook_message m SET state = 'sending', tries = m.tries + 1, claims = m.claims + 1, due_at = $4 \
         FROM webhook_endpoint e WHERE e.id = m.endpoint_id AND m.id IN (SELECT id FROM free) \
         RETURNING m.id, m.endpoint_id AS endpoint, m.payload, m.tries, m.claims, e.url, e.secret_id, \
           e.secret_version, e.old_secret_id, e.old_until",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(most)
    .bind::<BigInt, _>(AT_ONCE)
    .bind::<Timestamptz, _>(lease_until)
    .load(connection)?;
    let begun: Vec<_> = claimed
        .iter()
        .map(|message| {
            (
                webhook_attempt::message_id.eq(message.id),
                webhook_attempt::number.eq(message.claims),
                webhook_attempt::at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(webhook_attempt::table).values(begun).execute(connection)?;
    Ok(claimed)
}

/// Writes down how an attempt ended.
///
/// # Errors
/// When the database does not answer.
pub fn end_attempt(
    connection: &mut PgConnection,
    message: &Claimed,
    status: Option<i32>,
    error: Option<&str>,
    duration_ms: i32,
) -> Result<()> {
    diesel::update(webhook_attempt::table.find((message.id, message.claims)))
        .set((
            webhook_attempt::status.eq(status),
            webhook_attempt::error.eq(error),
            webhook_attempt::duration_ms.eq(duration_ms),
        ))
        .execute(connection)?;
    Ok(())
}

/// Moves a message on after its attempt; false when another worker has taken it over meanwhile.
///
/// # Errors
/// When the database does not answer.
pub fn update_state(
    connection: &mut PgConnection,
    message: &Claimed,
    state: &str,
    due_at: DateTime<Utc>,
) -> Result<bool> {
    let ours = webhook_message::table
        .find(message.id)
        .filter(webhook_message::claims.eq(message.claims))
        .filter(webhook_message::state.eq("sending"));
    let moved = diesel::update(ours)
        .set((webhook_message::state.eq(state), webhook_message::due_at.eq(due_at)))
        .execute(connection)?;
    Ok(moved == 1)
}

/// Gives up what waits for an endpoint.
///
/// # Errors
/// When the database does not answer.
pub fn give_up(connection: &mut PgConnection, endpoint: Uuid) -> Result<()> {
    let waiting = webhook_message::table
        .filter(webhook_message::endpoint_id.eq(endpoint))
        .filter(webhook_message::state.eq("waiting"));
    diesel::update(waiting).set(webhook_message::state.eq("failed")).execute(connection)?;
    Ok(())
}

/// Sends a message of an endpoint again, whatever came of it; false when it is under way or there is none.
///
/// # Errors
/// When the database does not answer.
pub fn replay(
    connection: &mut PgConnection,
    endpoint: Uuid,
    message: Uuid,
    now: DateTime<Utc>,
) -> Result<bool> {
    let resting = webhook_message::table
        .find(message)
        .filter(webhook_message::endpoint_id.eq(endpoint))
        .filter(webhook_message::state.ne("sending"));
    let replayed = diesel::update(resting)
        .set((
            webhook_message::state.eq("waiting"),
            webhook_message::tries.eq(0),
            webhook_message::due_at.eq(now),
        ))
        .execute(connection)?;
    Ok(replayed == 1)
}

/// Sends again what failed at an endpoint since a moment; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn replay_failed(
    connection: &mut PgConnection,
    endpoint: Uuid,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize> {
    let failed = webhook_message::table
        .filter(webhook_message::endpoint_id.eq(endpoint))
        .filter(webhook_message::state.eq("failed"))
        .filter(webhook_message::created_at.ge(since));
    Ok(diesel::update(failed)
        .set((
            webhook_message::state.eq("waiting"),
            webhook_message::tries.eq(0),
            webhook_message::due_at.eq(now),
        ))
        .execute(connection)?)
}

/// Deletes messages older than [`KEPT`] with their log.
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    diesel::delete(webhook_message::table.filter(webhook_message::created_at.lt(now - KEPT)))
        .execute(connection)?;
    Ok(())
}

/// Deletes the messages that hold any of several words, as they stand in JSON.
///
/// # Errors
/// When the database does not answer.
pub fn forget_words(connection: &mut PgConnection, words: &[String]) -> Result<()> {
    diesel::sql_query(
        "DELETE FROM webhook_message WHERE EXISTS (SELECT 1 FROM unnest($1) AS w (word) \
         WHERE strpos(payload, w.word) > 0)",
    )
    .bind::<Array<Text>, _>(words)
    .execute(connection)?;
    Ok(())
}
