//! Many responses at once, for files.

use crate::db::schema::response;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExecuteCopyFromDsl, Insertable, PgConnection};
use serde_json::Value;
use uuid::Uuid;

/// A response to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = response, treat_none_as_default_value = false)]
pub struct NewResponse<'a> {
    /// Our id.
    pub id: Uuid,
    /// The visit.
    pub visit_id: Uuid,
    /// The version it answers.
    pub survey_version_id: Uuid,
    /// `email`, `phone`, `paper` or `import`.
    pub mode: &'static str,
    /// `confirmed` or `suspect`.
    pub certainty: &'static str,
    /// Whether it is more than the first step.
    pub complete: bool,
    /// Raw answers by key.
    pub answers: &'a Value,
    /// The comment.
    pub comment: Option<&'a str>,
    /// Whether they want to be called.
    pub call_me: bool,
    /// When it was given.
    pub answered_at: DateTime<Utc>,
    /// When it was stored.
    pub changed_at: DateTime<Utc>,
    /// Its revision, from 1.
    pub revision: i32,
}

/// Copies responses into their table.
///
/// # Errors
/// When the database does not answer, or a visit has one already.
pub fn copy_responses(connection: &mut PgConnection, rows: &[NewResponse<'_>]) -> Result<()> {
    ExecuteCopyFromDsl::execute(diesel::copy_from(response::table).from_insertable(rows), connection)?;
    Ok(())
}
