//! What is worth remembering about customers.

use super::merges::files_of;
use crate::db::schema::customer_note;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
};
use uuid::Uuid;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Note {
    /// Our id.
    pub id: Uuid,
    /// What it is for, by its word.
    pub purpose: String,
    /// One line.
    pub words: String,
    /// Who wrote it, as the audit log names them.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when it is shown.
    pub expires_at: DateTime<Utc>,
}

crate::db::columns! {
    COLUMNS:
    customer_note::id,
    customer_note::purpose,
    customer_note::words,
    customer_note::written_by,
    customer_note::written_at,
    customer_note::expires_at,
}

/// Lists the notes about a customer, the newest first, from all files of that person: those that are not over.
///
/// # Errors
/// When the database does not answer.
pub fn list_current(connection: &mut PgConnection, customer: Uuid, now: DateTime<Utc>) -> Result<Vec<Note>> {
    let files = files_of(connection, customer)?;
    Ok(customer_note::table
        .filter(customer_note::customer_id.eq_any(files))
        .filter(customer_note::expires_at.gt(now))
        .order((customer_note::written_at.desc(), customer_note::id.desc()))
        .select(COLUMNS)
        .load(connection)?)
}

/// A note to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = customer_note)]
pub struct NewNote<'a> {
    /// Our id.
    pub id: Uuid,
    /// The customer's file.
    pub customer_id: Uuid,
    /// What it is for.
    pub purpose: &'a str,
    /// One line.
    pub words: &'a str,
    /// Who writes it.
    pub written_by: &'a str,
    /// Now.
    pub written_at: DateTime<Utc>,
    /// Until when it is shown.
    pub expires_at: DateTime<Utc>,
}

/// Inserts a note.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, note: &NewNote<'_>) -> Result<()> {
    diesel::insert_into(customer_note::table).values(note).execute(connection)?;
    Ok(())
}

/// Finds the customer's file and the author of a note.
///
/// # Errors
/// When the database does not answer.
pub fn find_author(connection: &mut PgConnection, id: Uuid) -> Result<Option<(Uuid, String)>> {
    let columns = (customer_note::customer_id, customer_note::written_by);
    Ok(customer_note::table.find(id).select(columns).get_result(connection).optional()?)
}

/// Deletes a note.
///
/// # Errors
/// When the database does not answer.
pub fn delete(connection: &mut PgConnection, id: Uuid) -> Result<()> {
    diesel::delete(customer_note::table.find(id)).execute(connection)?;
    Ok(())
}
