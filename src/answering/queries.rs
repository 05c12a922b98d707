//! Every statement on the tables of responses.

pub mod bulk;
pub mod cards;
pub mod decide;
pub mod fetches;
pub mod follow;
pub mod person;
pub mod phone;
pub mod retention;
pub mod staff;
mod store;

pub use store::{Submission, is_used, store};

use crate::db::page::Cursor;
use crate::db::schema::{employee, invitation, response, survey, survey_version, visit, visit_employee};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};
use serde_json::Value;
use uuid::Uuid;

/// A link as the page needs it.
#[derive(Debug, Clone, Queryable)]
pub struct Link {
    /// The visit.
    pub visit: Uuid,
    /// State of the invitation; `card` for the code of a card, which has none.
    pub state: String,
    /// Until when it works.
    pub expires_at: Option<DateTime<Utc>>,
    /// Outcome of the visit.
    pub outcome: String,
}

/// A response as it stands.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = response)]
pub struct Stored {
    /// Raw answers by key.
    pub answers: Value,
    /// The comment.
    pub comment: Option<String>,
    /// Whether they want to be called.
    pub call_me: bool,
    /// When.
    pub call_time: Option<String>,
    /// At which number.
    pub call_number: Option<String>,
    /// Whether the second step was sent.
    pub complete: bool,
    /// Whether it counts.
    pub certainty: String,
    /// When it was first given.
    pub answered_at: DateTime<Utc>,
    /// How it was first given.
    pub mode: String,
}

/// What is behind a link: enough to show its page or to store an answer.
#[derive(Debug, Queryable)]
pub struct Behind {
    /// The link.
    pub link: Link,
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// Kind of service.
    pub service: String,
    /// The customer's language.
    pub language: Option<String>,
    /// The customer's zone.
    pub time_zone: Option<String>,
    /// The version that is asked.
    pub survey_version: Uuid,
    /// The response so far.
    pub stored: Option<Stored>,
}

/// Finds what is behind a token hash.
///
/// # Errors
/// When the database does not answer.
pub fn find_behind(connection: &mut PgConnection, token_hash: &[u8]) -> Result<Option<Behind>> {
    Ok(invitation::table
        .inner_join(visit::table.left_join(response::table))
        .filter(invitation::token_hash.eq(token_hash))
        .select((
            (visit::id, invitation::state, invitation::expires_at, visit::outcome),
            visit::visited_at,
            visit::service,
            visit::customer_language,
            visit::customer_time_zone,
            invitation::survey_version_id,
            Option::<Stored>::as_select(),
        ))
        .get_result(connection)
        .optional()?)
}

/// Lists the names of those who came, in their order.
///
/// # Errors
/// When the database does not answer.
pub fn list_names(connection: &mut PgConnection, visit: Uuid) -> Result<Vec<String>> {
    Ok(visit_employee::table
        .inner_join(employee::table)
        .filter(visit_employee::visit_id.eq(visit))
        .order(visit_employee::position)
        .select(employee::name)
        .load(connection)?)
}

/// Finds the response of a visit.
///
/// # Errors
/// When the database does not answer.
pub fn find_response(connection: &mut PgConnection, visit: Uuid) -> Result<Option<Stored>> {
    Ok(response::table
        .filter(response::visit_id.eq(visit))
        .select(Stored::as_select())
        .get_result(connection)
        .optional()?)
}

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
        .bind::<diesel::sql_types::Array<diesel::sql_types::Uuid>, _>(versions)
        .bind::<diesel::sql_types::BigInt, _>(most)
        .get_result(connection)?;
    Ok(row.count)
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}
