//! Attempts as rows: one for each conversation about a letter.

use crate::db::schema::delivery_attempt;
use crate::delivery::model::{Claimed, LetterKind};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, TextExpressionMethods};
use uuid::Uuid;

/// How the words of an attempt begin that never reached the relay.
pub const NOT_TRIED: &str = "not tried:";

/// Inserts an attempt for each claim.
///
/// # Errors
/// When the database does not answer.
pub fn insert(
    connection: &mut PgConnection,
    claimed: &[Claimed],
    worker: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let rows: Vec<_> = claimed
        .iter()
        .map(|claim| {
            (
                delivery_attempt::id.eq(claim.attempt),
                delivery_attempt::invitation_id.eq(claim.id),
                delivery_attempt::letter.eq(claim.letter.as_str()),
                delivery_attempt::copy.eq(claim.copy),
                delivery_attempt::number.eq(claim.attempts),
                delivery_attempt::worker_id.eq(worker),
                delivery_attempt::state.eq("claimed"),
                delivery_attempt::domain.eq(claim.about.domain()),
                delivery_attempt::started_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(delivery_attempt::table).values(rows).execute(connection)?;
    Ok(())
}

/// Records how an open attempt ended, with the relay's words.
///
/// # Errors
/// When the database does not answer.
pub fn end(
    connection: &mut PgConnection,
    attempt: Uuid,
    state: &str,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let open = delivery_attempt::state.eq_any(["claimed", "past_marker"]);
    diesel::update(delivery_attempt::table.find(attempt).filter(open))
        .set((
            delivery_attempt::state.eq(state),
            delivery_attempt::reply.eq(reply),
            delivery_attempt::ended_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Counts the tries of one letter of an invitation, without those that never reached the relay.
///
/// # Errors
/// When the database does not answer.
pub fn count_tries(
    connection: &mut PgConnection,
    invitation: Uuid,
    letter: LetterKind,
    copy: i32,
) -> Result<i64> {
    Ok(delivery_attempt::table
        .filter(delivery_attempt::invitation_id.eq(invitation))
        .filter(delivery_attempt::letter.eq(letter.as_str()))
        .filter(delivery_attempt::copy.eq(copy))
        .filter(delivery_attempt::reply.not_like(format!("{NOT_TRIED}%")))
        .count()
        .get_result(connection)?)
}
