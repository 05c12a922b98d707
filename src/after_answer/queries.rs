//! Up to where answers were followed.

use crate::db::page::Cursor;
use crate::db::schema::answer_followed;
use crate::error::Result;
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};

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
