//! `POST /api/v1/callbacks/next`, `…/{id}/attempts` and `…/{id}/release`: working the list with another program.

use super::api::{CallbackJson, json};
use super::claim;
use super::model::{Caller, Disposition};
use super::queries::{self, work};
use super::record::{Ended, record};
use super::talk::Talk;
use crate::accounts::Client;
use crate::api::{ApiResult, Body};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, Result};
use crate::surveys::Question;
use crate::web::Fields;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// Whom to call.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerJson {
    /// Name, or null.
    name: Option<String>,
    /// The number to call.
    phone: Option<String>,
    /// Language of the script and the questions (BCP 47).
    language: &'static str,
    /// What time it is there, with the distance to UTC (RFC 3339).
    local_time: String,
    /// What is worth remembering.
    notes: Vec<String>,
}

/// The visit that is asked about.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalledVisitJson {
    /// Its id in the system that sent it.
    id: String,
    /// When the service was finished (UTC).
    visited_at: DateTime<Utc>,
    /// Kind of service.
    service: String,
}

/// A question, in the order of the survey.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionJson {
    /// Its key.
    key: String,
    /// Its words in the customer's language.
    text: String,
    /// `rating`, `nps`, `effort`, `choice`, `choices`, `text` or `yes_no`.
    kind: &'static str,
    /// Lowest answer of a scale, else null.
    min: Option<i32>,
    /// Highest answer of a scale, else null.
    max: Option<i32>,
    /// Keys of the options, where it is a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<String>,
}

/// A claimed call-back: the only place that tells name and number.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimedJson {
    /// Our id of it.
    id: String,
    /// Whom to call.
    customer: CustomerJson,
    /// About what.
    visit: CalledVisitJson,
    /// What to say at the beginning.
    script: String,
    /// What to ask; empty for a call that is service.
    questions: Vec<QuestionJson>,
    /// Until when it is yours without a sign of life (UTC).
    expires_at: Option<DateTime<Utc>>,
}

/// A claimed call-back.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimedEnvelope {
    /// The call-back.
    callback: ClaimedJson,
}

/// A call-back.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallbackEnvelope {
    /// The call-back.
    callback: CallbackJson,
}

/// How an attempt ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttemptRequest {
    /// `complete`, `partial`, `refused`, `no_answer`, `busy`, `wrong_number`, `language_barrier`, `do_not_call` or
    /// `appointment`.
    disposition: String,
    /// When to call again; belongs to `appointment`.
    #[serde(default)]
    appointment: Option<DateTime<Utc>>,
    /// Answers by key of the question; belong to `complete` and `partial`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    answers: Option<Map<String, Value>>,
    /// In the customer's words; belongs to `complete` and `partial`.
    #[serde(default)]
    comment: Option<String>,
}

const fn caller(client: &Client) -> Caller {
    Caller { actor: Actor::Key(client.key), employee: None, team: None }
}

fn id_of(text: &web::Path<String>) -> Result<Uuid> {
    text.parse().map_err(|_| Error::not_found("call-back"))
}

fn question(talk: &Talk, question: &Question) -> QuestionJson {
    let texts = talk.about.content.texts_of(&question.key, talk.language);
    QuestionJson {
        key: question.key.clone(),
        text: texts.text_with(&talk.about.employees.join(", ")),
        kind: question.kind.as_str(),
        min: question.kind.is_scale().then_some(question.min),
        max: question.kind.is_scale().then_some(question.max),
        options: question.options.clone(),
    }
}

fn claimed(app: &App, talk: &Talk) -> ClaimedJson {
    let asked = if talk.is_survey { talk.about.content.questions.as_slice() } else { &[] };
    ClaimedJson {
        id: talk.task.id.to_string(),
        customer: CustomerJson {
            name: talk.about.customer_name.clone(),
            phone: talk.whom.phone().map(str::to_owned),
            language: talk.language,
            local_time: app
                .clock
                .now()
                .with_timezone(&talk.zone)
                .to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
            notes: talk.notes.clone(),
        },
        visit: CalledVisitJson {
            id: talk.whom.external_id.clone(),
            visited_at: talk.about.visited_at,
            service: talk.about.service.clone(),
        },
        script: talk.script(app),
        questions: asked.iter().map(|one| question(talk, one)).collect(),
        expires_at: talk.task.claimed_until,
    }
}

/// Claims the next call-back: nobody else gets it for 30 minutes.
#[utoipa::path(post, path = "/api/v1/callbacks/next", tag = "callbacks",
    responses((status = 200, body = ClaimedEnvelope), (status = 204, description = "nothing is due")),
    security(("key" = ["callbacks:work"])))]
pub async fn next(app: web::Data<App>, client: Client) -> ApiResult {
    let parts = app.clone();
    let talk = app
        .transaction_again(move |connection| {
            let Some(id) = claim::next(connection, &parts, &caller(&client))? else { return Ok(None) };
            let task = work::find(connection, id)?;
            Talk::read(connection, &parts, task).map(Some)
        })
        .await?;
    Ok(talk.map_or_else(
        || HttpResponse::NoContent().finish(),
        |talk| HttpResponse::Ok().json(ClaimedEnvelope { callback: claimed(&app, &talk) }),
    ))
}

/// Records how an attempt at a claimed call-back ended.
#[utoipa::path(post, path = "/api/v1/callbacks/{id}/attempts", tag = "callbacks", params(("id" = String, Path)),
    request_body = AttemptRequest,
    responses((status = 200, body = CallbackEnvelope), (status = 404, body = crate::api::problem::Problem),
        (status = 409, body = crate::api::problem::Problem), (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["callbacks:work"])))]
pub async fn attempt(app: web::Data<App>, client: Client, id: web::Path<String>, body: Body) -> ApiResult {
    let id = id_of(&id)?;
    let ended = read(body.read()?)?;
    let parts = app.clone();
    let listed = app
        .transaction_again(move |connection| {
            record(connection, &parts, id, &caller(&client), &ended)?;
            queries::find_listed(connection, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(CallbackEnvelope { callback: json(listed.0, listed.1) }))
}

/// Gives a claimed call-back back; it is offered again.
#[utoipa::path(post, path = "/api/v1/callbacks/{id}/release", tag = "callbacks", params(("id" = String, Path)),
    responses((status = 200, body = CallbackEnvelope), (status = 404, body = crate::api::problem::Problem),
        (status = 409, body = crate::api::problem::Problem)),
    security(("key" = ["callbacks:work"])))]
pub async fn release(app: web::Data<App>, client: Client, id: web::Path<String>) -> ApiResult {
    let (id, now) = (id_of(&id)?, app.clock.now());
    let listed = app
        .transaction_again(move |connection| {
            claim::release(connection, id, &caller(&client), now)?;
            queries::find_listed(connection, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(CallbackEnvelope { callback: json(listed.0, listed.1) }))
}

/// Reads a request as the form of the survey, so that one check holds for both.
fn read(request: AttemptRequest) -> Result<Ended> {
    let disposition: Disposition =
        request.disposition.parse().map_err(|reason: &str| Error::invalid_field("/disposition", reason))?;
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (key, value) in request.answers.unwrap_or_default() {
        if ["comment", "call_me"].contains(&key.as_str()) {
            return Err(Error::invalid_field(format!("/answers/{key}"), "is no question of this survey"));
        }
        let values = match value {
            Value::Array(values) => values,
            one => vec![one],
        };
        for value in values {
            let text = match value {
                Value::Null => continue,
                Value::Bool(yes) => if yes { "yes" } else { "no" }.to_owned(),
                Value::String(text) => text,
                other => other.to_string(),
            };
            pairs.push((key.clone(), text));
        }
    }
    pairs.extend(request.comment.map(|comment| ("comment".to_owned(), comment)));
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Ok(Ended {
        disposition,
        appointment: request.appointment,
        fields: Fields::parse(body.as_bytes()),
        claim: None,
        at: None,
    })
}
