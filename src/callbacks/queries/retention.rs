//! What goes from call-backs when its time is over. How they ended and with which probability they were drawn stays: the
//! scores are made of it.

use crate::db::schema::{callback, callback_attempt};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Forgets when to call, of call-backs that ended; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn forget_wishes(connection: &mut PgConnection, callbacks: &[Uuid]) -> Result<usize> {
    Ok(diesel::update(callback::table.filter(callback::id.eq_any(callbacks)))
        .set((callback::best_time.eq(None::<&str>), callback::appointment.eq(None::<DateTime<Utc>>)))
        .execute(connection)?)
}

/// The same for the call-backs of visits.
///
/// # Errors
/// When the database does not answer.
pub fn forget_wishes_of(connection: &mut PgConnection, visits: &[Uuid]) -> Result<usize> {
    let theirs = callback::table.filter(callback::visit_id.eq_any(visits)).select(callback::id);
    let callbacks: Vec<Uuid> = theirs.load(connection)?;
    forget_wishes(connection, &callbacks)
}

/// Deletes the single tries of call-backs; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn delete_attempts(connection: &mut PgConnection, callbacks: &[Uuid]) -> Result<usize> {
    let theirs = callback_attempt::table.filter(callback_attempt::callback_id.eq_any(callbacks));
    Ok(diesel::delete(theirs).execute(connection)?)
}
