//! Storing what was said on the phone.

use crate::db::schema::response_revision;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryableByName, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

/// An answer to store.
#[derive(Debug)]
pub struct Said<'a> {
    /// Our id, should it be the first.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// The version that was asked.
    pub survey_version: Uuid,
    /// Whether all questions were asked.
    pub complete: bool,
    /// Raw answers by key.
    pub values: Value,
    /// The comment.
    pub comment: Option<&'a str>,
    /// Whether they want somebody to come back to them.
    pub call_me: bool,
    /// Language of the questions.
    pub language: &'a str,
    /// What tells this call from every other (32 bytes).
    pub call_hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Int4)]
    revision: i32,
}

/// Stores an answer with its revision; it takes the place of one that was put aside. False when one stands that counts.
///
/// # Errors
/// When the database does not answer.
pub fn store(connection: &mut PgConnection, said: &Said<'_>, now: DateTime<Utc>) -> Result<bool> {
    let stored: Option<Stored> = diesel::sql_query(
        "INSERT INTO response AS r (id, visit_id, survey_version_id, mode, certainty, complete, answers, comment, \
         call_me, language, answered_at, changed_at, revision, revisions) \
         VALUES ($1, $2, $3, 'phone', 'confirmed', $4, $5, $6, $7, $8, $9, $9, 1, 1) \
         ON CONFLICT (visit_id) DO UPDATE SET survey_version_id = EXCLUDED.survey_version_id, mode = 'phone', \
         certainty = 'confirmed', signs = '{}', complete = EXCLUDED.complete, answers = EXCLUDED.answers, \
         comment = EXCLUDED.comment, call_me = EXCLUDED.call_me, call_time = NULL, call_number = NULL, \
         language = EXCLUDED.language, answered_at = EXCLUDED.answered_at, changed_at = EXCLUDED.changed_at, \
         changed_in = txid_current(), revision = r.revisions + 1, revisions = r.revisions + 1, decided_by = NULL, \
         decided_at = NULL, decision = NULL WHERE r.certainty = 'suspect' RETURNING id, revision",
    )
    .bind::<SqlUuid, _>(said.id)
    .bind::<SqlUuid, _>(said.visit)
    .bind::<SqlUuid, _>(said.survey_version)
    .bind::<Bool, _>(said.complete)
    .bind::<Jsonb, _>(&said.values)
    .bind::<Nullable<Text>, _>(said.comment)
    .bind::<Bool, _>(said.call_me)
    .bind::<Text, _>(said.language)
    .bind::<Timestamptz, _>(now)
    .get_result(connection)
    .optional()?;
    let Some(stored) = stored else { return Ok(false) };
    diesel::insert_into(response_revision::table)
        .values((
            response_revision::nonce_hash.eq(&said.call_hash),
            response_revision::response_id.eq(stored.id),
            response_revision::revision.eq(stored.revision),
            response_revision::answers.eq(&said.values),
            response_revision::comment.eq(said.comment),
            response_revision::call_me.eq(said.call_me),
            response_revision::at.eq(now),
            response_revision::complete.eq(said.complete),
        ))
        .execute(connection)?;
    Ok(true)
}
