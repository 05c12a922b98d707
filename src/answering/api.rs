//! Responses as JSON.

use super::queries;
use crate::api::{ApiResult, Query};
use crate::app::App;
use crate::db::page::{self, Cursor, Meta};
use crate::error::{Error, Result};
use crate::surveys::{Content, Question};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// What a customer said about a visit.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseJson {
    /// Our id.
    pub id: String,
    /// Id of the visit.
    pub visit: String,
    /// Key of the survey.
    pub survey: String,
    /// Its version.
    pub version: i32,
    /// `email`, `phone`, `paper` or `import`.
    pub mode: String,
    /// `confirmed`, `suspect`, or `withdrawn` when the customer took it back; then every answer is null.
    pub certainty: String,
    /// When it was first given (UTC).
    pub answered_at: DateTime<Utc>,
    /// 1 for the first, more after changes.
    pub revision: i32,
    /// Raw answers by question: whole numbers on scales, null where one was skipped; and where they were given, the
    /// key of an option, a list of such keys, words, true or false.
    pub answers: BTreeMap<String, Value>,
    /// The comment, or null.
    pub comment: Option<String>,
    /// Whether the customer wants to be called.
    pub call_me: bool,
}

/// A page of responses.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponsesEnvelope {
    /// The responses, by their last change.
    pub responses: Vec<ResponseJson>,
    /// Where the list goes on.
    pub meta: Meta,
}

/// Where the list begins.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// The cursor of an earlier page; responses that changed after it follow.
    since: Option<String>,
    /// The same as `since`.
    after: Option<String>,
    /// 1 to 1000, else 100.
    limit: Option<i64>,
}

fn json(row: queries::Listed) -> Result<ResponseJson> {
    let content: Content = serde_json::from_value(row.content).map_err(Error::internal)?;
    let answer = |question: &Question| {
        let given = row.answers.get(&question.key).filter(|given| !given.is_null()).cloned();
        let given = given.or_else(|| question.kind.is_scale().then_some(Value::Null))?;
        Some((question.key.clone(), given))
    };
    Ok(ResponseJson {
        id: row.id.to_string(),
        visit: row.visit,
        survey: row.survey,
        version: row.version,
        mode: row.mode,
        certainty: row.certainty,
        answered_at: row.answered_at,
        revision: row.revision,
        answers: content.questions.iter().filter_map(answer).collect(),
        comment: row.comment,
        call_me: row.call_me,
    })
}

/// Responses by their last change; `meta.next` is always there, so that a poller can go on from the end.
#[utoipa::path(get, path = "/api/v1/responses", tag = "responses", params(ListParameters),
    responses((status = 200, body = ResponsesEnvelope)), security(("key" = ["responses:read"])))]
pub async fn list(app: web::Data<App>, Query(parameters): Query<ListParameters>) -> ApiResult {
    let ListParameters { since, after, limit } = parameters;
    let limit = page::limit(limit)?;
    let asked = since.or(after);
    let cursor = asked.as_deref().map(|text| Cursor::decode("since", text)).transpose()?;
    let rows = app.db(move |connection| queries::list_responses(connection, cursor, limit)).await?;
    let cut_at = usize::try_from(limit).unwrap_or(usize::MAX);
    let last =
        rows.iter().take(cut_at).next_back().map(|row| Cursor { place: row.changed_in, id: row.id }.encode());
    let (rows, _) = page::cut(rows, cut_at, |row| Cursor { place: row.changed_in, id: row.id });
    let responses = rows.into_iter().map(json).collect::<Result<Vec<_>>>()?;
    Ok(HttpResponse::Ok().json(ResponsesEnvelope { responses, meta: Meta { next: last.or(asked) } }))
}
