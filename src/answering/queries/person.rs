//! What one customer said, over several visits: everything that is known of it, and the end of it.

use super::staff::{OVERALL, ResponseLine};
use crate::db::schema::{
    answer_card, link_fetch, question, response, response_revision, survey, survey_version, visit,
};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, PgConnection, QueryDsl,
    Queryable, RunQueryDsl,
};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Lists the responses about visits, the newest answer first.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_visits(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<ResponseLine>> {
    let opening = question::survey_version_id.eq(response::survey_version_id).and(question::key.eq(OVERALL));
    Ok(response::table
        .inner_join(visit::table)
        .left_join(question::table.on(opening))
        .filter(response::visit_id.eq_any(visits))
        .order((response::answered_at.desc(), response::id.desc()))
        .select((
            response::id,
            visit::id,
            visit::external_id,
            visit::service,
            response::answered_at,
            response::answers,
            response::comment,
            response::mode,
            response::certainty,
            (question::scale_min.assume_not_null(), question::scale_max.assume_not_null()).nullable(),
        ))
        .load(connection)?)
}

/// A response with everything in it.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct Held {
    /// Our id.
    #[serde(skip)]
    pub key: Uuid,
    /// The visit.
    #[serde(skip)]
    pub visit: Uuid,
    /// Key of the survey.
    pub survey: String,
    /// Its version.
    pub version: i32,
    /// How it was given.
    pub mode: String,
    /// `confirmed`, `suspect` or `withdrawn`.
    pub certainty: String,
    /// When it was first given (UTC).
    pub answered_at: DateTime<Utc>,
    /// When it last changed (UTC).
    pub changed_at: DateTime<Utc>,
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
    /// Language of the page.
    pub language: Option<String>,
    /// Why staff decided about it, if they did.
    pub decision: Option<String>,
}

/// Lists the responses about visits with everything in them, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_held(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<Held>> {
    Ok(response::table
        .inner_join(survey_version::table.inner_join(survey::table))
        .filter(response::visit_id.eq_any(visits))
        .order((response::answered_at, response::id))
        .select((
            response::id,
            response::visit_id,
            survey::key,
            survey_version::version,
            response::mode,
            response::certainty,
            response::answered_at,
            response::changed_at,
            response::answers,
            response::comment,
            response::call_me,
            response::call_time,
            response::call_number,
            response::language,
            response::decision,
        ))
        .load(connection)?)
}

/// A visit, when its link was fetched, and what was: `head`, `page` or `trap`.
pub type FetchRow = (Uuid, DateTime<Utc>, String);

/// Lists when the links of visits were fetched, as far as that is kept.
///
/// # Errors
/// When the database does not answer.
pub fn list_fetches(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<FetchRow>> {
    Ok(link_fetch::table
        .filter(link_fetch::visit_id.eq_any(visits))
        .order((link_fetch::at, link_fetch::id))
        .select((link_fetch::visit_id, link_fetch::at, link_fetch::what))
        .load(connection)?)
}

/// Takes every word of a person out of the responses about visits, and deletes how they came to be, the cards and the
/// fetched links. Answers on scales and choices stay: the sums are made of them.
///
/// # Errors
/// When the database does not answer.
pub fn erase(connection: &mut PgConnection, visits: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    let theirs = response::table.filter(response::visit_id.eq_any(visits)).select(response::id);
    diesel::delete(response_revision::table.filter(response_revision::response_id.eq_any(theirs)))
        .execute(connection)?;
    diesel::delete(link_fetch::table.filter(link_fetch::visit_id.eq_any(visits))).execute(connection)?;
    diesel::delete(answer_card::table.filter(answer_card::visit_id.eq_any(visits))).execute(connection)?;
    diesel::sql_query(
        "UPDATE response SET comment = NULL, call_me = false, call_time = NULL, call_number = NULL, language = NULL, \
         decision = NULL, changed_at = $2, changed_in = txid_current(), \
         answers = coalesce((SELECT jsonb_object_agg(a.key, a.value) FROM jsonb_each(response.answers) a \
         JOIN question q ON q.survey_version_id = response.survey_version_id AND q.key = a.key \
         WHERE q.kind <> 'text'), '{}') WHERE visit_id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(visits)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?;
    Ok(())
}

/// Makes an empty shell of a response that says that it was taken back, by whom and why; false when it is one already.
///
/// # Errors
/// When the database does not answer.
pub fn withdraw(
    connection: &mut PgConnection,
    id: Uuid,
    (by, reason): (&str, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let nothing = None::<&str>;
    let withdrawn = diesel::update(response::table.find(id).filter(response::certainty.ne("withdrawn")))
        .set((
            (response::certainty.eq("withdrawn"), response::answers.eq(Value::Object(Map::new()))),
            (response::comment.eq(nothing), response::call_me.eq(false)),
            (response::call_time.eq(nothing), response::call_number.eq(nothing)),
            (response::signs.eq(Vec::<Option<String>>::new()), response::decided_by.eq(by)),
            (response::decided_at.eq(now), response::decision.eq(reason), response::changed_at.eq(now)),
            response::changed_in.eq(diesel::dsl::sql::<BigInt>("txid_current()")),
        ))
        .execute(connection)?;
    diesel::delete(response_revision::table.filter(response_revision::response_id.eq(id)))
        .execute(connection)?;
    Ok(withdrawn == 1)
}
