//! Storing an answer: one statement.

use crate::answering::certainty::Sign;
use crate::answering::form::{Answers, Step};
use crate::changes;
use crate::db::schema::response_revision;
use crate::delivery::queries::CLOSED_FROM_MOVED;
use crate::error::Result;
use crate::visits::queries::{HISTORY_FROM_MOVED, MOVED_FROM_STORED};
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Bool, Bytea, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, PgConnection, QueryDsl, QueryResult, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

/// Tells whether a form was stored before.
///
/// # Errors
/// When the database does not answer.
pub fn is_used(connection: &mut PgConnection, nonce_hash: &[u8]) -> Result<bool> {
    let used = response_revision::table.find(nonce_hash);
    Ok(diesel::select(diesel::dsl::exists(used)).get_result(connection)?)
}

/// An answer to store, with the form it came by.
#[derive(Debug)]
pub struct Submission<'a> {
    /// Which link or card.
    pub token_hash: &'a [u8],
    /// Whether it is a card.
    pub by_card: bool,
    /// Who gave it, as the history says it.
    pub told_by: &'a str,
    /// How it was given, as the history says it.
    pub told_why: &'a str,
    /// Which form.
    pub nonce_hash: &'a [u8],
    /// When that form was opened.
    pub opened_at: DateTime<Utc>,
    /// Keyed hash of the network it came from.
    pub network: &'a [u8],
    /// Signs of a machine; an answer with any is put aside.
    pub signs: &'a [Sign],
    /// What was said.
    pub answers: &'a Answers,
    /// The same as JSON.
    pub values: Value,
    /// Language of the page.
    pub language: &'a str,
    /// Our id, should it be the first.
    pub id: Uuid,
    /// Now.
    pub now: DateTime<Utc>,
    /// Answers first given before this can no longer be changed.
    pub editable_since: DateTime<Utc>,
}

/// Stores an answer in one statement whose prepared form is cached: response, revision, the visit's outcome and
/// history, and the change for the scores. An answer that is put aside changes nothing of one that counts, and a clean
/// one takes the place of one that was put aside. Returns the revision, or nothing when the link is closed, the form
/// was stored before, or the time for changes is over.
///
/// # Errors
/// When the database does not answer. The same form twice at the same moment is a unique violation; the
/// caller reads it as stored.
pub fn store(connection: &mut PgConnection, submission: &Submission<'_>) -> QueryResult<Option<i32>> {
    Store { signs: submission.signs.iter().map(|sign| sign.as_str()).collect(), given: submission }
        .get_result(connection)
        .optional()
}

struct Store<'a> {
    given: &'a Submission<'a>,
    signs: Vec<&'static str>,
}

impl Query for Store<'_> {
    type SqlType = Int4;
}

impl QueryId for Store<'_> {
    type QueryId = Store<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl diesel::RunQueryDsl<PgConnection> for Store<'_> {}

impl Store<'_> {
    /// One row with everything that came.
    fn asked<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let given = self.given;
        out.push_sql("WITH asked AS (SELECT ");
        out.push_bind_param::<SqlUuid, _>(&given.id)?;
        out.push_sql(" AS id, ");
        out.push_bind_param::<Bytea, _>(&given.nonce_hash)?;
        out.push_sql(" AS nonce_hash, ");
        out.push_bind_param::<Jsonb, _>(&given.values)?;
        out.push_sql(" AS answers, ");
        out.push_bind_param::<Nullable<Text>, _>(&given.answers.comment)?;
        out.push_sql(" AS comment, ");
        out.push_bind_param::<Bool, _>(&given.answers.call_me)?;
        out.push_sql(" AS call_me, ");
        out.push_bind_param::<Nullable<Text>, _>(&given.answers.call_time)?;
        out.push_sql(" AS call_time, ");
        out.push_bind_param::<Nullable<Text>, _>(&given.answers.call_number)?;
        out.push_sql(" AS call_number, ");
        out.push_bind_param::<Bool, _>(match given.answers.step {
            Step::First => &false,
            Step::Second => &true,
        })?;
        out.push_sql(" AS complete, ");
        out.push_bind_param::<Text, _>(&given.language)?;
        out.push_sql(" AS language, ");
        self.circumstances(out)
    }

    fn circumstances<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let given = self.given;
        out.push_bind_param::<Array<Text>, _>(&self.signs)?;
        out.push_sql(" AS signs, ");
        out.push_bind_param::<Bytea, _>(&given.network)?;
        out.push_sql(" AS network, ");
        out.push_bind_param::<Timestamptz, _>(&given.opened_at)?;
        out.push_sql(" AS opened_at, ");
        out.push_bind_param::<Timestamptz, _>(&given.now)?;
        out.push_sql(" AS at, ");
        out.push_bind_param::<Bool, _>(&given.by_card)?;
        out.push_sql(" AS by_card, ");
        out.push_bind_param::<Text, _>(&given.told_by)?;
        out.push_sql(" AS told_by, ");
        out.push_bind_param::<Text, _>(&given.told_why)?;
        out.push_sql(" AS told_why, ");
        out.push_bind_param::<Timestamptz, _>(&given.editable_since)?;
        out.push_sql(" AS editable_since)");
        Ok(())
    }
}

impl QueryFragment<Pg> for Store<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.asked(&mut out)?;
        out.push_sql(
            ", found AS (SELECT v.id AS visit_id, i.survey_version_id, i.mode, asked.*, \
             CASE WHEN cardinality(asked.signs) = 0 THEN 'confirmed' ELSE 'suspect' END AS certainty \
             FROM asked, (SELECT visit_id, survey_version_id, expires_at, 'email' AS mode FROM invitation \
             WHERE state IN ('sending', 'sent', 'unknown', 'bounced', 'failed') AND token_hash = ",
        );
        out.push_bind_param::<Bytea, _>(&self.given.token_hash)?;
        out.push_sql(
            " UNION ALL SELECT visit_id, survey_version_id, expires_at, 'paper' FROM answer_card \
             WHERE code_hash = ",
        );
        out.push_bind_param::<Bytea, _>(&self.given.token_hash)?;
        out.push_sql(FOUND_ENDS);
        out.push_sql(STORE);
        out.push_sql(", moved AS (");
        out.push_sql(MOVED_FROM_STORED);
        out.push_sql("), told AS (");
        out.push_sql(HISTORY_FROM_MOVED);
        out.push_sql("), closed AS (");
        out.push_sql(CLOSED_FROM_MOVED);
        out.push_sql("), changed AS (");
        out.push_sql(changes::APPEND_FROM_STORED);
        out.push_sql(") SELECT revisions FROM stored");
        Ok(())
    }
}

/// The visit is locked, so that a stop which commits meanwhile is seen. Which links take an answer:
/// [`crate::answering::show::is_open`] says the same in Rust.
const FOUND_ENDS: &str = ") AS i JOIN visit v ON v.id = i.visit_id \
     WHERE (i.expires_at IS NULL OR i.expires_at > asked.at) AND v.outcome <> 'opted_out' \
     AND (i.mode = 'email' OR v.outcome IN ('planned', 'sending', 'sent', 'unknown', 'answered', 'suspect', \
      'unanswered', 'bounced', 'failed', 'no_address', 'to_call')) \
     AND NOT EXISTS (SELECT 1 FROM response_revision r WHERE r.nonce_hash = asked.nonce_hash) FOR UPDATE OF v)";

/// The first step changes only its own question; the second replaces everything; so does the first clean answer after
/// one that was put aside, which also fixes the time; what was decided about that one is in the audit log. What was said
/// on the phone stands: a later answer is kept as a revision beside it (STATISTICS §6.8).
const STORE: &str = ", stored AS (INSERT INTO response AS r \
     (id, visit_id, survey_version_id, mode, certainty, signs, complete, answers, comment, call_me, call_time, \
      call_number, language, answered_at, changed_at, revision, revisions) \
     SELECT id, visit_id, survey_version_id, mode, certainty, signs, complete, answers, comment, call_me, \
      call_time, call_number, language, at, at, 1, 1 FROM found \
     ON CONFLICT (visit_id) DO UPDATE SET (mode, certainty, signs, complete, answers, comment, call_me, call_time, \
      call_number, language, answered_at, changed_at, changed_in, revision, revisions, decided_by, decided_at, \
      decision) = (SELECT \
      CASE WHEN fresh THEN EXCLUDED.mode ELSE r.mode END, \
      CASE WHEN takes THEN EXCLUDED.certainty ELSE r.certainty END, \
      CASE WHEN takes THEN EXCLUDED.signs ELSE r.signs END, \
      CASE WHEN fresh THEN EXCLUDED.complete ELSE r.complete OR takes AND EXCLUDED.complete END, \
      CASE WHEN whole THEN EXCLUDED.answers WHEN takes THEN r.answers || EXCLUDED.answers ELSE r.answers END, \
      CASE WHEN whole THEN EXCLUDED.comment ELSE r.comment END, \
      CASE WHEN whole THEN EXCLUDED.call_me ELSE r.call_me END, \
      CASE WHEN whole THEN EXCLUDED.call_time ELSE r.call_time END, \
      CASE WHEN whole THEN EXCLUDED.call_number ELSE r.call_number END, \
      CASE WHEN takes THEN EXCLUDED.language ELSE r.language END, \
      CASE WHEN fresh THEN EXCLUDED.answered_at ELSE r.answered_at END, \
      CASE WHEN takes THEN EXCLUDED.changed_at ELSE r.changed_at END, \
      CASE WHEN takes THEN txid_current() ELSE r.changed_in END, \
      CASE WHEN takes THEN r.revisions + 1 ELSE r.revision END, r.revisions + 1, \
      CASE WHEN fresh THEN NULL ELSE r.decided_by END, CASE WHEN fresh THEN NULL ELSE r.decided_at END, \
      CASE WHEN fresh THEN NULL ELSE r.decision END \
      FROM (SELECT takes, takes AND r.certainty = 'suspect' AS fresh, \
       takes AND (EXCLUDED.complete OR r.certainty = 'suspect') AS whole \
       FROM (SELECT EXCLUDED.certainty = 'confirmed' AND r.mode <> 'phone' OR r.certainty = 'suspect' AS takes) \
       AS t) AS t) \
     WHERE r.answered_at > (SELECT editable_since FROM asked) OR r.certainty = 'suspect' \
     RETURNING id, visit_id, certainty, revision, revisions, answers, comment, call_me, complete), \
     kept AS (INSERT INTO response_revision (nonce_hash, response_id, revision, answers, comment, call_me, at, \
      certainty, signs, complete, opened_at, network) \
     SELECT found.nonce_hash, stored.id, stored.revisions, \
      CASE WHEN stored.revision = stored.revisions THEN stored.answers ELSE found.answers END, \
      CASE WHEN stored.revision = stored.revisions THEN stored.comment ELSE found.comment END, \
      CASE WHEN stored.revision = stored.revisions THEN stored.call_me ELSE found.call_me END, \
      found.at, found.certainty, found.signs, \
      CASE WHEN stored.revision = stored.revisions THEN stored.complete ELSE found.complete END, \
      found.opened_at, found.network FROM stored, found)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answering::cards::ANSWERS_FROM;
    use crate::visits::Outcome;

    #[test]
    fn the_statement_takes_answers_of_cards_from_the_outcomes_that_the_rule_names() {
        let list = FOUND_ENDS.split_once("v.outcome IN (").unwrap().1.split_once(')').unwrap().0;
        let told: Vec<&str> = list.split(',').map(|word| word.trim().trim_matches('\'')).collect();
        assert_eq!(told, ANSWERS_FROM.map(Outcome::as_str));
    }
}
