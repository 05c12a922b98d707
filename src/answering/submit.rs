//! Storing an answer, and telling a repetition from a link that is closed.

use super::EDITABLE;
use super::form::Answers;
use super::queries::{self, Submission};
use crate::error::{Error, Result};
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submitted {
    /// It stands, now or since the same form was sent before.
    Stored,
    /// The link takes no answers any more, or this one can no longer be changed.
    Closed,
}

/// Stores a checked answer.
///
/// # Errors
/// When the database does not answer; then nothing is stored, or the same form finds it stored.
pub fn store(
    connection: &mut PgConnection,
    token_hash: &[u8],
    nonce_hash: &[u8],
    answers: &Answers,
    language: &str,
    now: DateTime<Utc>,
) -> Result<Submitted> {
    let submission = Submission {
        token_hash,
        nonce_hash,
        answers,
        ratings: serde_json::to_value(&answers.ratings).map_err(Error::internal)?,
        language,
        id: ids::new_id(),
        now,
        editable_since: now - EDITABLE,
    };
    match queries::store(connection, &submission) {
        // A unique violation: the same form came twice at the same moment and the other one was first.
        Ok(Some(_)) | Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Ok(Submitted::Stored)
        }
        Ok(None) if queries::is_used(connection, nonce_hash)? => Ok(Submitted::Stored),
        Ok(None) => Ok(Submitted::Closed),
        Err(other) => Err(other.into()),
    }
}
