//! Every statement on the tables of responses.

pub mod bulk;
pub mod staff;

use super::form::{Answers, Step};
use crate::changes;
use crate::db::page::Cursor;
use crate::db::schema::{invitation, response, response_revision, survey, survey_version, visit};
use crate::error::Result;
use crate::visits::queries::{ANSWERED_FROM_STORED, HISTORY_FROM_MOVED};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Bytea, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, QueryResult,
    Queryable, RunQueryDsl,
};
use serde_json::Value;
use uuid::Uuid;

/// A link as the page needs it.
#[derive(Debug, Clone, Queryable)]
pub struct Link {
    /// The visit.
    pub visit: Uuid,
    /// State of the invitation.
    pub state: String,
    /// Until when it works.
    pub expires_at: Option<DateTime<Utc>>,
    /// Outcome of the visit.
    pub outcome: String,
}

/// A response as it stands.
#[derive(Debug, Clone, Queryable)]
pub struct Stored {
    /// Raw answers by key.
    pub answers: Value,
    /// The comment.
    pub comment: Option<String>,
    /// Whether they want to be called.
    pub call_me: bool,
    /// Whether the second step was sent.
    pub complete: bool,
    /// When it was first given.
    pub answered_at: DateTime<Utc>,
}

/// Finds the link behind a token hash.
///
/// # Errors
/// When the database does not answer.
pub fn find_link(connection: &mut PgConnection, token_hash: &[u8]) -> Result<Option<Link>> {
    Ok(invitation::table
        .inner_join(visit::table)
        .filter(invitation::token_hash.eq(token_hash))
        .select((visit::id, invitation::state, invitation::expires_at, visit::outcome))
        .get_result(connection)
        .optional()?)
}

/// Finds the response of a visit.
///
/// # Errors
/// When the database does not answer.
pub fn find_response(connection: &mut PgConnection, visit: Uuid) -> Result<Option<Stored>> {
    Ok(response::table
        .filter(response::visit_id.eq(visit))
        .select((
            response::answers,
            response::comment,
            response::call_me,
            response::complete,
            response::answered_at,
        ))
        .get_result(connection)
        .optional()?)
}

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
    /// Which link.
    pub token_hash: &'a [u8],
    /// Which form.
    pub nonce_hash: &'a [u8],
    /// What was said.
    pub answers: &'a Answers,
    /// The same as JSON.
    pub ratings: Value,
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
/// history, and the change for the scores. Returns the revision, or nothing when the link is closed, the form
/// was stored before, or the time for changes is over.
///
/// # Errors
/// When the database does not answer. The same form twice at the same moment is a unique violation; the
/// caller reads it as stored.
pub fn store(connection: &mut PgConnection, submission: &Submission<'_>) -> QueryResult<Option<i32>> {
    Store(submission).get_result(connection).optional()
}

struct Store<'a>(&'a Submission<'a>);

impl Query for Store<'_> {
    type SqlType = Int4;
}

impl QueryId for Store<'_> {
    type QueryId = Store<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl diesel::RunQueryDsl<PgConnection> for Store<'_> {}

impl QueryFragment<Pg> for Store<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let given = self.0;
        out.push_sql("WITH asked AS (SELECT ");
        out.push_bind_param::<SqlUuid, _>(&given.id)?;
        out.push_sql(" AS id, ");
        out.push_bind_param::<Bytea, _>(&given.nonce_hash)?;
        out.push_sql(" AS nonce_hash, ");
        out.push_bind_param::<Jsonb, _>(&given.ratings)?;
        out.push_sql(" AS answers, ");
        out.push_bind_param::<Nullable<Text>, _>(&given.answers.comment)?;
        out.push_sql(" AS comment, ");
        out.push_bind_param::<Bool, _>(&given.answers.call_me)?;
        out.push_sql(" AS call_me, ");
        out.push_bind_param::<Bool, _>(match given.answers.step {
            Step::First => &false,
            Step::Second => &true,
        })?;
        out.push_sql(" AS complete, ");
        out.push_bind_param::<Text, _>(&given.language)?;
        out.push_sql(" AS language, ");
        out.push_bind_param::<Timestamptz, _>(&given.now)?;
        out.push_sql(" AS at, ");
        out.push_bind_param::<Timestamptz, _>(&given.editable_since)?;
        out.push_sql(
            " AS editable_since), found AS (SELECT v.id AS visit_id, i.survey_version_id, asked.* \
             FROM asked, invitation i JOIN visit v ON v.id = i.visit_id WHERE i.token_hash = ",
        );
        out.push_bind_param::<Bytea, _>(&given.token_hash)?;
        out.push_sql(FOUND_ENDS);
        out.push_sql(STORE);
        out.push_sql(", moved AS (");
        out.push_sql(ANSWERED_FROM_STORED);
        out.push_sql("), told AS (");
        out.push_sql(HISTORY_FROM_MOVED);
        out.push_sql("), changed AS (");
        out.push_sql(changes::APPEND_FROM_STORED);
        out.push_sql(") SELECT revision FROM stored");
        Ok(())
    }
}

/// The visit is locked, so that a stop which commits meanwhile is seen. Which links take an answer: [`super::show::is_open`] says the same in Rust.
const FOUND_ENDS: &str = " AND i.state IN ('sending', 'sent', 'unknown', 'bounced', 'failed') \
     AND (i.expires_at IS NULL OR i.expires_at > asked.at) AND v.outcome <> 'opted_out' \
     AND NOT EXISTS (SELECT 1 FROM response_revision r WHERE r.nonce_hash = asked.nonce_hash) FOR UPDATE OF v)";

/// The first step changes only its own question; the second replaces everything.
const STORE: &str = ", stored AS (INSERT INTO response AS r \
     (id, visit_id, survey_version_id, mode, certainty, complete, answers, comment, call_me, language, \
      answered_at, changed_at, revision) \
     SELECT id, visit_id, survey_version_id, 'email', 'confirmed', complete, answers, comment, call_me, language, \
      at, at, 1 FROM found \
     ON CONFLICT (visit_id) DO UPDATE SET \
      answers = CASE WHEN EXCLUDED.complete THEN EXCLUDED.answers ELSE r.answers || EXCLUDED.answers END, \
      comment = CASE WHEN EXCLUDED.complete THEN EXCLUDED.comment ELSE r.comment END, \
      call_me = CASE WHEN EXCLUDED.complete THEN EXCLUDED.call_me ELSE r.call_me END, \
      complete = r.complete OR EXCLUDED.complete, language = EXCLUDED.language, \
      changed_at = EXCLUDED.changed_at, changed_in = txid_current(), revision = r.revision + 1 \
     WHERE r.answered_at > (SELECT editable_since FROM asked) \
     RETURNING id, visit_id, revision, answers, comment, call_me, changed_at AS at), \
     kept AS (INSERT INTO response_revision (nonce_hash, response_id, revision, answers, comment, call_me, at) \
     SELECT asked.nonce_hash, stored.id, stored.revision, stored.answers, stored.comment, stored.call_me, stored.at \
     FROM stored, asked)";

/// A response as the API lists it.
#[derive(Debug, Queryable)]
pub struct Listed {
    /// Our id.
    pub id: Uuid,
    /// Id of the visit in the system that sent it.
    pub visit: String,
    /// Key of the survey.
    pub survey: String,
    /// Its version.
    pub version: i32,
    /// Frozen content of the version.
    pub content: Value,
    /// How it was given.
    pub mode: String,
    /// Whether it counts.
    pub certainty: String,
    /// When it was first given.
    pub answered_at: DateTime<Utc>,
    /// The transaction in which it last changed.
    pub changed_in: i64,
    /// How often it was given.
    pub revision: i32,
    /// Raw answers by key.
    pub answers: Value,
    /// The comment.
    pub comment: Option<String>,
    /// Whether they want to be called.
    pub call_me: bool,
}

/// The number of the oldest transaction that is still under way.
const ENDED: &str = "txid_snapshot_xmin(txid_current_snapshot())";

/// Lists responses by their last change, one more than the limit; only those before which no change is still
/// under way, so that a poller who goes on from the last one misses none.
///
/// # Errors
/// When the database does not answer.
pub fn list_responses(
    connection: &mut PgConnection,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let mut query = response::table
        .inner_join(visit::table)
        .inner_join(survey_version::table.inner_join(survey::table))
        .filter(response::changed_in.lt(diesel::dsl::sql::<diesel::sql_types::BigInt>(ENDED)))
        .order((response::changed_in, response::id))
        .limit(limit + 1)
        .select((
            response::id,
            visit::external_id,
            survey::key,
            survey_version::version,
            survey_version::content,
            response::mode,
            response::certainty,
            response::answered_at,
            response::changed_in,
            response::revision,
            response::answers,
            response::comment,
            response::call_me,
        ))
        .into_boxed();
    if let Some(Cursor { place, id }) = after {
        let later = response::changed_in.gt(place);
        query = query.filter(later.or(response::changed_in.eq(place).and(response::id.gt(id))));
    }
    Ok(query.load(connection)?)
}

/// A customer who asked to be called: name, number, service, day of the visit, comment, when they asked.
pub type CallMe = (Option<String>, Option<String>, String, NaiveDate, Option<String>, DateTime<Utc>);

/// Lists customers who asked to be called since a time, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_call_me(connection: &mut PgConnection, since: DateTime<Utc>, limit: i64) -> Result<Vec<CallMe>> {
    Ok(response::table
        .inner_join(visit::table)
        .filter(response::call_me.eq(true))
        .filter(response::changed_at.ge(since))
        .order(response::changed_at.desc())
        .limit(limit)
        .select((
            visit::customer_name,
            visit::customer_phone,
            visit::service,
            visit::visited_on,
            response::comment,
            response::changed_at,
        ))
        .load(connection)?)
}

/// Counts the answers that point at versions of surveys, up to a number, so that it stays quick.
///
/// # Errors
/// When the database does not answer.
pub fn count_of_versions(connection: &mut PgConnection, versions: &[Uuid], most: i64) -> Result<i64> {
    let counted = diesel::sql_query(
        "SELECT count(*) AS count FROM \
         (SELECT 1 FROM response WHERE survey_version_id = ANY($1) LIMIT $2) AS counted",
    );
    let row: Count = counted
        .bind::<diesel::sql_types::Array<SqlUuid>, _>(versions)
        .bind::<diesel::sql_types::BigInt, _>(most)
        .get_result(connection)?;
    Ok(row.count)
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}
