//! What goes from call-backs when its time is over. How they ended and with which probability they were drawn stays: the
//! scores are made of it.

use crate::db::schema::{callback, callback_attempt};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

/// Forgets when to call and what was typed into calls that ended; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn forget_wishes(connection: &mut PgConnection, callbacks: &[Uuid]) -> Result<usize> {
    Ok(diesel::update(callback::table.filter(callback::id.eq_any(callbacks)))
        .set((
            callback::best_time.eq(None::<&str>),
            callback::appointment.eq(None::<DateTime<Utc>>),
            callback::draft.eq(None::<Value>),
        ))
        .execute(connection)?)
}

/// Deletes the single tries of call-backs; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn delete_attempts(connection: &mut PgConnection, callbacks: &[Uuid]) -> Result<usize> {
    let theirs = callback_attempt::table.filter(callback_attempt::callback_id.eq_any(callbacks));
    Ok(diesel::delete(theirs).execute(connection)?)
}
