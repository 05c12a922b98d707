//! Reading responses for the pages of the staff.

use crate::accounts::Sees;
use crate::db::page::Cursor;
use crate::db::schema::visit_employee;
use crate::db::schema::{employee, question, response, response_revision, survey, survey_version, visit};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    PgConnection, QueryDsl, Queryable, QueryableByName, RunQueryDsl,
};
use serde_json::Value;
use uuid::Uuid;

/// Stands for answers put aside about which nobody has decided, where a certainty is asked for.
pub const UNDECIDED: &str = "undecided";

/// Key of the question that every survey opens with.
pub const OVERALL: &str = "overall";

const IS_UNDECIDED: &str = "(response.certainty = 'suspect' AND response.decided_by IS NULL)";

/// Which answers to the opening question are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overall {
    /// This one, as it was given.
    Exactly(i32),
    /// The two lowest of the scale.
    Low,
    /// The two highest of the scale.
    High,
}

impl Overall {
    /// Returns the condition with the number between its parts. An answer that was left out may be null in JSON,
    /// which Postgres orders below every number.
    const fn condition(self) -> (&'static str, i32, &'static str) {
        match self {
            Self::Exactly(answer) => ("(response.answers -> 'overall' = to_jsonb(", answer, "))"),
            Self::Low => (
                "(jsonb_typeof(response.answers -> 'overall') = 'number' \
                 AND response.answers -> 'overall' <= to_jsonb(question.scale_min + ",
                1,
                "))",
            ),
            Self::High => (
                "(jsonb_typeof(response.answers -> 'overall') = 'number' \
                 AND response.answers -> 'overall' >= to_jsonb(question.scale_max - ",
                1,
                "))",
            ),
        }
    }
}

/// What a list of responses is narrowed to.
#[derive(Debug, Clone)]
pub struct StaffFilter {
    /// Answered from this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Answered before this moment.
    pub before: Option<DateTime<Utc>>,
    /// Only about visits of this employee (the id of the system that sends visits).
    pub employee: Option<String>,
    /// Only this mode.
    pub mode: Option<String>,
    /// Only this certainty, or [`UNDECIDED`].
    pub certainty: Option<String>,
    /// Only these answers to the opening question.
    pub overall: Option<Overall>,
    /// Only with a comment.
    pub with_comment: bool,
    /// What the reader may see.
    pub sees: Sees,
    /// Whether the oldest answers stand first.
    pub oldest_first: bool,
}

/// A response as a row of a list.
#[derive(Debug, Clone, Queryable)]
pub struct ResponseLine {
    /// Our id.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// Its id in the system that sent it.
    pub external_id: String,
    /// Kind of service.
    pub service: String,
    /// When it was first given.
    pub answered_at: DateTime<Utc>,
    /// Raw answers by key.
    pub answers: Value,
    /// The comment.
    pub comment: Option<String>,
    /// How it was given.
    pub mode: String,
    /// Whether it is the customer's own for sure.
    pub certainty: String,
    /// Lowest and highest answer to the opening question.
    pub scale: Option<(i32, i32)>,
}

impl ResponseLine {
    /// Returns the answer to the opening question.
    pub fn overall(&self) -> Option<i64> {
        self.answers.get(OVERALL).and_then(Value::as_i64)
    }
}

/// Lists responses by the time of the answer, one more than the limit.
///
/// # Errors
/// When the database does not answer.
#[expect(
    clippy::too_many_lines,
    reason = "one condition after the other; a boxed query has no name to pass on"
)]
pub fn list_for_staff(
    connection: &mut PgConnection,
    filter: &StaffFilter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<ResponseLine>> {
    let opening = question::survey_version_id.eq(response::survey_version_id).and(question::key.eq(OVERALL));
    let mut query = response::table
        .inner_join(visit::table)
        .left_join(question::table.on(opening))
        .limit(limit + 1)
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
        .into_boxed();
    query = if filter.oldest_first {
        query.order((response::answered_at, response::id))
    } else {
        query.order((response::answered_at.desc(), response::id.desc()))
    };
    if let Some(from) = filter.from {
        query = query.filter(response::answered_at.ge(from));
    }
    if let Some(before) = filter.before {
        query = query.filter(response::answered_at.lt(before));
    }
    if let Some(mode) = &filter.mode {
        query = query.filter(response::mode.eq(mode.clone()));
    }
    match filter.certainty.as_deref() {
        None => {}
        // As the index says it.
        Some(UNDECIDED) => query = query.filter(diesel::dsl::sql::<Bool>(IS_UNDECIDED)),
        Some(certainty) => query = query.filter(response::certainty.eq(certainty.to_owned())),
    }
    if filter.with_comment {
        query = query.filter(response::comment.is_not_null());
    }
    if let Some(overall) = filter.overall {
        let (before, number, after) = overall.condition();
        let condition = diesel::dsl::sql::<Bool>(before).bind::<Integer, _>(number).sql(after);
        query = query.filter(condition);
    }
    if let Some(external_id) = &filter.employee {
        let theirs = visit_employee::table
            .inner_join(employee::table)
            .filter(employee::external_id.eq(external_id.clone()))
            .select(visit_employee::visit_id);
        query = query.filter(response::visit_id.eq_any(theirs));
    }
    if let Sees::Team(team) = filter.sees {
        let theirs = visit_employee::table
            .filter(visit_employee::team_id.eq(team.unwrap_or_default()))
            .select(visit_employee::visit_id);
        query = query.filter(response::visit_id.eq_any(theirs));
    }
    if let Some(cursor) = after {
        let (at, id) = (cursor.time(), cursor.id);
        // Said so, the index is entered at the cursor; with one OR alone it is walked from its begin.
        query = if filter.oldest_first {
            let newer = response::answered_at.gt(at);
            query.filter(response::answered_at.ge(at)).filter(newer.or(response::id.gt(id)))
        } else {
            let older = response::answered_at.lt(at);
            query.filter(response::answered_at.le(at)).filter(older.or(response::id.lt(id)))
        };
    }
    Ok(query.load(connection)?)
}

/// What the start page says of answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Said {
    /// Answers since a time, up to [`MOST_COUNTED`].
    #[diesel(sql_type = BigInt)]
    pub since: i64,
    /// Answers put aside about which nobody has decided.
    #[diesel(sql_type = BigInt)]
    pub undecided: i64,
    /// When the oldest of those was given.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub oldest: Option<DateTime<Utc>>,
}

/// More answers since a time are not counted.
pub const MOST_COUNTED: i64 = 1_000;

/// Counts answers since a time, and those put aside about which nobody has decided.
///
/// # Errors
/// When the database does not answer.
pub fn count_said(connection: &mut PgConnection, since: DateTime<Utc>, sees: Sees) -> Result<Said> {
    let (all, team) = match sees {
        Sees::Everything => (true, None),
        Sees::Team(team) => (false, team),
    };
    let theirs = "($2 OR EXISTS (SELECT 1 FROM visit_employee e \
         WHERE e.visit_id = response.visit_id AND e.team_id = $3))";
    let sql = format!(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM response WHERE answered_at >= $1 AND {theirs} LIMIT $4) AS said) \
         AS since, count(*) AS undecided, min(answered_at) AS oldest FROM response WHERE {IS_UNDECIDED} AND {theirs}"
    );
    Ok(diesel::sql_query(sql)
        .bind::<Timestamptz, _>(since)
        .bind::<Bool, _>(all)
        .bind::<Nullable<SqlUuid>, _>(team)
        .bind::<BigInt, _>(MOST_COUNTED)
        .get_result(connection)?)
}

/// Everything about one response.
#[derive(Debug, Clone, Queryable)]
pub struct ResponseFacts {
    /// Our id.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// Key of the survey.
    pub survey: String,
    /// Its version.
    pub version: i32,
    /// Frozen content of the version.
    pub content: Value,
    /// How it was given.
    pub mode: String,
    /// Whether it is the customer's own for sure.
    pub certainty: String,
    /// Whether the second step was sent.
    pub complete: bool,
    /// Raw answers by key.
    pub answers: Value,
    /// The comment.
    pub comment: Option<String>,
    /// Whether they want to be called.
    pub call_me: bool,
    /// When it was first given.
    pub answered_at: DateTime<Utc>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
    /// How often it was given.
    pub revision: i32,
}

/// Finds a response with its survey.
///
/// # Errors
/// 404 when there is none.
pub fn find_facts(connection: &mut PgConnection, id: Uuid) -> Result<ResponseFacts> {
    response::table
        .inner_join(survey_version::table.inner_join(survey::table))
        .filter(response::id.eq(id))
        .select((
            response::id,
            response::visit_id,
            survey::key,
            survey_version::version,
            survey_version::content,
            response::mode,
            response::certainty,
            response::complete,
            response::answers,
            response::comment,
            response::call_me,
            response::answered_at,
            response::changed_at,
            response::revision,
        ))
        .get_result(connection)
        .optional()?
        .ok_or_else(|| Error::not_found("response"))
}

/// Finds the id of the response of a visit, and how and when it was given.
///
/// # Errors
/// When the database does not answer.
pub fn find_of_visit(
    connection: &mut PgConnection,
    visit: Uuid,
) -> Result<Option<(Uuid, String, DateTime<Utc>)>> {
    Ok(response::table
        .filter(response::visit_id.eq(visit))
        .select((response::id, response::mode, response::answered_at))
        .get_result(connection)
        .optional()?)
}

/// One giving of a response.
#[derive(Debug, Clone, Queryable)]
pub struct Revision {
    /// Its number, from 1.
    pub number: i32,
    /// Raw answers as they stood then.
    pub answers: Value,
    /// The comment then.
    pub comment: Option<String>,
    /// Whether they wanted to be called.
    pub call_me: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it counted then.
    pub certainty: String,
}

/// Lists how a response was given and changed, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_revisions(connection: &mut PgConnection, id: Uuid) -> Result<Vec<Revision>> {
    Ok(response_revision::table
        .filter(response_revision::response_id.eq(id))
        .order(response_revision::revision.desc())
        .select((
            response_revision::revision,
            response_revision::answers,
            response_revision::comment,
            response_revision::call_me,
            response_revision::at,
            response_revision::certainty,
        ))
        .load(connection)?)
}
