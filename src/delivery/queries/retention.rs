//! What goes from deliveries when its time is over.

use crate::db::schema::{bounce_event, delivery_attempt, invitation};
use crate::error::Result;
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Deletes the tries to deliver letters of invitations that are over; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn delete_attempts(connection: &mut PgConnection, invitations: &[Uuid]) -> Result<usize> {
    let theirs = delivery_attempt::table.filter(delivery_attempt::invitation_id.eq_any(invitations));
    Ok(diesel::delete(theirs).execute(connection)?)
}

/// Deletes what came back; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn delete_bounces(connection: &mut PgConnection, bounces: &[Uuid]) -> Result<usize> {
    Ok(diesel::delete(bounce_event::table.filter(bounce_event::id.eq_any(bounces))).execute(connection)?)
}

/// Lists the invitations of visits.
///
/// # Errors
/// When the database does not answer.
pub fn list_invitations(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(invitation::table
        .filter(invitation::visit_id.eq_any(visits))
        .select(invitation::id)
        .load(connection)?)
}
