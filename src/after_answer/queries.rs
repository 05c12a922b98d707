//! Up to where answers were followed, and who is thanked for one.

use crate::db::page::Cursor;
use crate::db::schema::{answer_followed, thank_you};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Locks the place until the end of the transaction; nothing while somebody else has it.
///
/// # Errors
/// When the database does not answer.
pub fn lock_place(connection: &mut PgConnection) -> Result<Option<Cursor>> {
    let place = answer_followed::table
        .select((answer_followed::place, answer_followed::response_id))
        .for_update()
        .skip_locked()
        .get_result(connection)
        .optional()?;
    Ok(place.map(|(place, id)| Cursor { place, id }))
}

/// Moves the place.
///
/// # Errors
/// When the database does not answer.
pub fn update_place(connection: &mut PgConnection, to: Cursor) -> Result<()> {
    diesel::update(answer_followed::table)
        .set((answer_followed::place.eq(to.place), answer_followed::response_id.eq(to.id)))
        .execute(connection)?;
    Ok(())
}

/// Notes that somebody is to be thanked for the answer about a visit; false when that was noted before.
///
/// # Errors
/// When the database does not answer.
pub fn plan_thanks(connection: &mut PgConnection, visit: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let planned = diesel::insert_into(thank_you::table)
        .values((thank_you::visit_id.eq(visit), thank_you::planned_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(planned > 0)
}

/// Sets the marker of a thank-you mail, before its body goes out; false when it was set before. Commit it first.
///
/// # Errors
/// When the database does not answer.
pub fn mark_thanks(connection: &mut PgConnection, visit: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let unmarked = thank_you::table.find(visit).filter(thank_you::marked_at.is_null());
    Ok(diesel::update(unmarked).set(thank_you::marked_at.eq(now)).execute(connection)? > 0)
}
