//! What goes from customers' files when its time is over.

use crate::db::schema::{customer, customer_note};
use crate::error::Result;
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Takes name, address, number and preferences out of files; returns how many were there.
///
/// # Errors
/// When the database does not answer.
pub fn forget_contact(connection: &mut PgConnection, files: &[Uuid]) -> Result<usize> {
    let nothing = None::<&str>;
    Ok(diesel::update(customer::table.filter(customer::id.eq_any(files)))
        .set((
            (customer::name.eq(nothing), customer::email.eq(nothing), customer::phone.eq(nothing)),
            (
                customer::language.eq(nothing),
                customer::time_zone.eq(nothing),
                customer::call_time.eq(nothing),
            ),
        ))
        .execute(connection)?)
}

/// Deletes notes; returns how many were there.
///
/// # Errors
/// When the database does not answer.
pub fn delete_notes(connection: &mut PgConnection, notes: &[Uuid]) -> Result<usize> {
    Ok(diesel::delete(customer_note::table.filter(customer_note::id.eq_any(notes))).execute(connection)?)
}
