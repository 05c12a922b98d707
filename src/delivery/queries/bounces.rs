//! Statements about what came back.

use crate::db::schema::{bounce_event, delivery_attempt, invitation, visit};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// An event to insert.
#[derive(Debug)]
pub struct NewEvent<'a> {
    /// Our id.
    pub id: Uuid,
    /// `pipe` or `mailbox`.
    pub source: &'a str,
    /// Where in the source it was.
    pub source_key: &'a str,
    /// SHA-256 of what makes it the same message.
    pub message_hash: &'a [u8],
    /// What it was.
    pub kind: &'a str,
    /// Enhanced status.
    pub status: Option<&'a str>,
    /// The server's words, without addresses.
    pub diagnostic: Option<&'a str>,
    /// The invitation that it is about.
    pub invitation: Option<Uuid>,
}

/// Inserts an event; false when the same message came before.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, new: &NewEvent<'_>, now: DateTime<Utc>) -> Result<bool> {
    let inserted = diesel::insert_into(bounce_event::table)
        .values((
            bounce_event::id.eq(new.id),
            bounce_event::source.eq(new.source),
            bounce_event::source_key.eq(new.source_key),
            bounce_event::message_hash.eq(new.message_hash),
            bounce_event::received_at.eq(now),
            bounce_event::kind.eq(new.kind),
            bounce_event::status.eq(new.status),
            bounce_event::diagnostic.eq(new.diagnostic),
            bounce_event::invitation_id.eq(new.invitation),
            bounce_event::effect.eq("none"),
        ))
        .on_conflict(bounce_event::message_hash)
        .do_nothing()
        .execute(connection)?;
    Ok(inserted == 1)
}

/// Notes what an event did.
///
/// # Errors
/// When the database does not answer.
pub fn update_effect(connection: &mut PgConnection, id: Uuid, effect: &str) -> Result<()> {
    diesel::update(bounce_event::table.find(id)).set(bounce_event::effect.eq(effect)).execute(connection)?;
    Ok(())
}

/// Finds the visit and the address of an invitation.
///
/// # Errors
/// When the database does not answer.
pub fn find_letter(
    connection: &mut PgConnection,
    invitation: Uuid,
) -> Result<Option<(Uuid, Option<String>)>> {
    Ok(invitation::table
        .inner_join(visit::table)
        .filter(invitation::id.eq(invitation))
        .select((visit::id, visit::customer_email))
        .get_result(connection)
        .optional()?)
}

/// Tells whether a worker holds the invitation now, with its first letter or a reminder. Lock the visit before.
///
/// # Errors
/// When the database does not answer.
pub fn is_under_way(connection: &mut PgConnection, invitation: Uuid) -> Result<bool> {
    let held = invitation::table.find(invitation).filter(invitation::lease_until.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(held)).get_result(connection)?)
}

/// Tells whether more than the first letter of an invitation may have gone out.
///
/// # Errors
/// When the database does not answer.
pub fn was_reminded(connection: &mut PgConnection, invitation: Uuid) -> Result<bool> {
    let further = delivery_attempt::table
        .filter(delivery_attempt::invitation_id.eq(invitation))
        .filter(delivery_attempt::letter.ne("invitation"))
        .filter(delivery_attempt::state.eq_any(["past_marker", "accepted", "unknown"]));
    Ok(diesel::select(diesel::dsl::exists(further)).get_result(connection)?)
}

/// Ends an invitation whose mail came back: no reminder follows.
///
/// # Errors
/// When the database does not answer.
pub fn end_mailed(connection: &mut PgConnection, id: Uuid, state: &str) -> Result<()> {
    let mailed = invitation::table.find(id).filter(invitation::state.eq_any(["sent", "unknown"]));
    diesel::update(mailed)
        .set((invitation::state.eq(state), invitation::further_at.eq(None::<DateTime<Utc>>)))
        .execute(connection)?;
    Ok(())
}
