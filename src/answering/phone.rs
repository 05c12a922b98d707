//! Storing what a customer said on the phone: the same checks as for the customer's own answer, another way in.
//!
//! The answer of a call is never written over by a later one of the mail: that one is kept as a revision and counts in
//! no score.

use super::form::Answers;
use super::queries::phone::{self as queries, Said};
use crate::error::{Error, Result};
use crate::ids;
use crate::metrics;
use crate::visits::Outcome;
use crate::visits::store::{self, Change};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// What a customer said on the phone.
#[derive(Debug)]
pub struct PhoneAnswer<'a> {
    /// The visit, which waits for a call.
    pub visit: Uuid,
    /// The version that was asked.
    pub survey_version: Uuid,
    /// What was said, checked.
    pub answers: &'a Answers,
    /// Whether all questions were asked.
    pub complete: bool,
    /// Language of the questions.
    pub language: &'a str,
    /// What tells this call from every other.
    pub call: &'a [u8],
    /// Who typed it in, as the history says it.
    pub by: &'a str,
}

/// Stores it and moves the visit to `answered`; call it in a transaction with the visit locked.
///
/// # Errors
/// 409 when a confirmed answer stands already.
pub fn store(connection: &mut PgConnection, answer: &PhoneAnswer<'_>, now: DateTime<Utc>) -> Result<()> {
    let said = Said {
        id: ids::new_id(),
        visit: answer.visit,
        survey_version: answer.survey_version,
        complete: answer.complete,
        values: serde_json::to_value(&answer.answers.values).map_err(Error::internal)?,
        comment: answer.answers.comment.as_deref(),
        call_me: answer.answers.call_me,
        language: answer.language,
        call_hash: ids::sha256(answer.call),
    };
    let change =
        Change { to: Outcome::Answered, by: answer.by, reason: "answered on the phone", send_at: None };
    if !queries::store(connection, &said, now)? || !store::change(connection, answer.visit, &change, now)? {
        return Err(Error::conflict("The customer has answered already."));
    }
    metrics::answer_stored("phone");
    Ok(())
}
