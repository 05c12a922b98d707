//! Answers in the order in which they were stored or changed, for whoever follows them.

use super::ENDED;
use crate::db::page::Cursor;
use crate::db::schema::{response, response_revision};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::{BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

/// An answer as it stands.
#[derive(Debug, Clone, Queryable)]
pub struct Followed {
    /// Our id.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// The transaction in which it last changed.
    pub changed_in: i64,
    /// When it was first given.
    pub answered_at: DateTime<Utc>,
    /// Raw answers by key.
    pub answers: Value,
    /// Its survey version.
    pub survey_version: Uuid,
    /// `email`, `phone`, `paper` or `import`.
    pub mode: String,
    /// Whether it counts, and was given to us rather than imported.
    pub is_given: bool,
    /// Whether they want to be called.
    pub call_me: bool,
    /// When.
    pub call_time: Option<String>,
}

/// Lists what was stored or changed after a place; only answers before which no change is still under way.
///
/// # Errors
/// When the database does not answer.
pub fn list_after(connection: &mut PgConnection, after: Cursor, limit: i64) -> Result<Vec<Followed>> {
    let revisions = response_revision::table.filter(response_revision::response_id.eq(response::id));
    let later = response::changed_in
        .gt(after.place)
        .or(response::changed_in.eq(after.place).and(response::id.gt(after.id)));
    Ok(response::table
        .filter(response::changed_in.ge(after.place).and(later))
        .filter(response::changed_in.lt(diesel::dsl::sql::<diesel::sql_types::BigInt>(ENDED)))
        .order((response::changed_in, response::id))
        .limit(limit)
        .select((
            response::id,
            response::visit_id,
            response::changed_in,
            response::answered_at,
            response::answers,
            response::survey_version_id,
            response::mode,
            exists(revisions).and(response::certainty.eq("confirmed")),
            response::call_me,
            response::call_time,
        ))
        .load(connection)?)
}
