//! Every statement on the tables of call-backs.

use crate::db::schema::callback;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExecuteCopyFromDsl, Insertable, PgConnection};
use uuid::Uuid;

/// A call-back to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = callback, treat_none_as_default_value = false)]
pub struct NewCallback {
    /// Our id.
    pub id: Uuid,
    /// The visit it is about.
    pub visit_id: Uuid,
    /// `priority`, `random`, `phone_first` or `service`.
    pub kind: &'static str,
    /// `open` or `done`.
    pub state: &'static str,
    /// Probability of being called, in (0, 1]; None when it was never drawn.
    pub probability: Option<f64>,
    /// Whether it was called; None while it is open.
    pub called: Option<bool>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Inserts call-backs.
///
/// # Errors
/// When the database does not answer.
pub fn insert_all(connection: &mut PgConnection, rows: &[NewCallback]) -> Result<()> {
    ExecuteCopyFromDsl::execute(diesel::copy_from(callback::table).from_insertable(rows), connection)?;
    Ok(())
}
