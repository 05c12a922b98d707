//! A visit arrives, is corrected or cancelled: visits store it, delivery decides and plans, all in one
//! transaction. An edge, because it touches both.

use crate::accounts::Client;
use crate::api::body::from_value;
use crate::api::problem::ProblemField;
use crate::api::{ApiResult, Body};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::callbacks::mode;
use crate::customers;
use crate::customers::Contact;
use crate::customers::preferences::{self, Known};
use crate::delivery::eligibility::{self, Corrected};
use crate::delivery::{invite, queries as deliveries};
use crate::error::{Error, FieldError, Result};
use crate::surveys::SurveyVersion;
use crate::surveys::rules::{Facts, Rules};
use crate::visits::intake::{self, CheckedContact};
use crate::visits::model::{CheckedVisit, CustomerMessage, Decision, VisitMessage, VisitRow};
use crate::visits::queries as visits;
use crate::visits::store::{self, Change, Stored};
use crate::visits::{Outcome, api};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most visits of one batch.
const LARGEST_BATCH: usize = 1000;

/// Takes in a checked visit: stored, decided and planned, or recognised. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn take_in(
    connection: &mut PgConnection,
    app: &App,
    visit: &CheckedVisit,
    surveys: &Rules,
    now: DateTime<Utc>,
) -> Result<Stored> {
    if let Some(known) = store::known(connection, &app.keys, visit)? {
        return Ok(known);
    }
    let (survey, _) = surveys.choose(facts(visit));
    let known = preferences::known(connection, &visit.contact)?;
    let told = as_told(visit, &known);
    let visit = told.as_ref().unwrap_or(visit);
    let decision = decide(connection, app, (visit, known.customer), survey, now)?;
    let call_priority = app.keys.draw(store::CALL, &visit.external_id);
    let zone = app.config.organisation.time_zone;
    let stored = store::store(connection, &app.keys, visit, &decision, (call_priority, zone), now)?;
    if let (Stored::New(id), Some(send_at)) = (stored, decision.send_at) {
        invite::plan(connection, &app.keys, id, survey.id, send_at, now)?;
    }
    Ok(stored)
}

/// What a customer told us themselves goes before what another system knows.
fn as_told(visit: &CheckedVisit, known: &Known) -> Option<CheckedVisit> {
    (known.language.is_some() || known.time_zone.is_some()).then(|| CheckedVisit {
        language: known.language.clone().or_else(|| visit.language.clone()),
        time_zone: known.time_zone.or(visit.time_zone),
        ..visit.clone()
    })
}

/// Decides what becomes of a visit: whether it is asked about, and by lot whether by phone instead of by mail.
///
/// # Errors
/// When the database does not answer.
pub fn decide(
    connection: &mut PgConnection,
    app: &App,
    (visit, customer): (&CheckedVisit, Option<Uuid>),
    survey: &SurveyVersion,
    now: DateTime<Utc>,
) -> Result<Decision> {
    let decision = eligibility::decide(connection, (visit, customer), survey, &app.config, &app.keys, now)?;
    mode::decide(connection, &app.keys, (visit, customer), decision)
}

/// Returns what the rules for surveys look at.
pub fn facts(visit: &CheckedVisit) -> Facts<'_> {
    Facts { service: &visit.service, channel: visit.channel.as_deref(), segment: visit.segment.as_deref() }
}

/// Chooses the survey version for a visit that is there.
///
/// # Errors
/// When the database does not answer.
pub fn survey_of(connection: &mut PgConnection, visit: Uuid) -> Result<Uuid> {
    let (service, channel, segment) = visits::find_kind(connection, visit)?;
    let facts = Facts { service: &service, channel: channel.as_deref(), segment: segment.as_deref() };
    Ok(Rules::load(connection)?.choose(facts).0.id)
}

fn contradiction() -> Error {
    Error::conflict(
        "This id came before with other content. Correct a visit by PATCH, or send it under a new id.",
    )
}

/// Brings one visit. The same id with the same content is answered 200 and changes nothing.
#[utoipa::path(post, path = "/api/v1/visits", tag = "visits", request_body = VisitMessage,
    responses((status = 201, body = api::VisitEnvelope), (status = 200, body = api::VisitEnvelope),
        (status = 409, body = crate::api::problem::Problem), (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["visits:write"])))]
pub async fn create(app: web::Data<App>, body: Body) -> ApiResult {
    let now = app.clock.now();
    let message: VisitMessage = body.read()?;
    let visit = intake::check(&message, now).map_err(Error::invalid)?;
    let parts = app.get_ref().clone();
    let (stored, envelope) = app
        .transaction_again(move |connection| {
            let surveys = Rules::load(connection)?;
            let stored = take_in(connection, &parts, &visit, &surveys, now)?;
            if matches!(stored, Stored::Contradicted(_)) {
                return Err(contradiction());
            }
            let envelope = match stored {
                Stored::Erased(id) => api::erased(connection, id, &visit)?,
                _ => api::one(connection, &visit.external_id)?,
            };
            Ok((stored, envelope))
        })
        .await?;
    let mut response =
        if matches!(stored, Stored::New(_)) { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(envelope))
}

/// What became of a batch.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct BatchResult {
    /// How many are new.
    accepted: usize,
    /// How many came before with the same content.
    repeated: usize,
    /// Those that were refused; all others stay.
    rejected: Vec<RejectedVisit>,
}

/// A visit of a batch that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectedVisit {
    /// Its place in the batch, from 0.
    index: usize,
    /// Its id, if it has one.
    id: Option<String>,
    /// What is wrong with it.
    errors: Vec<ProblemField>,
}

fn rejected(index: usize, value: &Value, fields: &[FieldError]) -> RejectedVisit {
    let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
    RejectedVisit { index, id, errors: fields.iter().map(ProblemField::from).collect() }
}

/// Brings up to 1,000 visits; a wrong one rejects itself alone.
#[utoipa::path(post, path = "/api/v1/visits/batch", tag = "visits", request_body = Vec<VisitMessage>,
    responses((status = 200, body = BatchResult), (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["visits:write"])))]
pub async fn create_batch(app: web::Data<App>, body: Body) -> ApiResult {
    let now = app.clock.now();
    let values: Vec<Value> = body.read()?;
    if values.is_empty() || values.len() > LARGEST_BATCH {
        return Err(Error::invalid_field("", format!("a batch has from 1 to {LARGEST_BATCH} visits")).into());
    }
    let parts = app.get_ref().clone();
    let result = app
        .transaction_again(move |connection| {
            let surveys = Rules::load(connection)?;
            let mut result = BatchResult::default();
            for (index, value) in values.iter().enumerate() {
                let checked = from_value::<VisitMessage>(value.clone(), "")
                    .map_err(|error| error.fields)
                    .and_then(|message| intake::check(&message, now));
                match checked {
                    Err(fields) => result.rejected.push(rejected(index, value, &fields)),
                    Ok(visit) => match take_in(connection, &parts, &visit, &surveys, now)? {
                        Stored::New(_) => result.accepted += 1,
                        Stored::Repeated(_) | Stored::Erased(_) => result.repeated += 1,
                        Stored::Contradicted(_) => {
                            let field = FieldError::new("/id", contradiction().detail);
                            result.rejected.push(rejected(index, value, &[field]));
                        }
                    },
                }
            }
            Ok(result)
        })
        .await?;
    Ok(HttpResponse::Ok().json(result))
}

/// Contact data to correct; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The customer's contact data.
    customer: CustomerMessage,
}

/// Corrects the customer's contact data until the survey is sent.
#[utoipa::path(patch, path = "/api/v1/visits/{id}", tag = "visits", params(("id" = String, Path)),
    request_body = Correction,
    responses((status = 200, body = api::VisitEnvelope), (status = 404, body = crate::api::problem::Problem),
        (status = 409, body = crate::api::problem::Problem), (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["visits:write"])))]
pub async fn correct(app: web::Data<App>, client: Client, id: web::Path<String>, body: Body) -> ApiResult {
    let now = app.clock.now();
    let Correction { customer } = body.read()?;
    let checked = intake::check_contact(&customer).map_err(Error::invalid)?;
    let parts = app.get_ref().clone();
    let envelope = app
        .transaction(move |connection| {
            let visit = visits::lock_visit(connection, &id)?;
            let outcome: Outcome = visit.outcome.parse().map_err(Error::internal)?;
            if !outcome.is_before_sending() {
                let detail = format!("The visit is {outcome}; contact data are corrected before sending.");
                return Err(Error::conflict(detail));
            }
            let row = corrected(connection, visit.id, &customer, &checked, now)?;
            visits::update_contact(connection, visit.id, &row)?;
            let actor = Actor::Key(client.key);
            decide_again(connection, &parts, &visit, &row, checked.address_problem, &actor.to_string())?;
            let detail = json!({ "email": customer.email.is_some(), "phone": customer.phone.is_some() });
            audit::record(connection, now, actor, "visit.corrected", &subject(&visit), detail)?;
            api::one(connection, &id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(envelope))
}

fn subject(visit: &VisitRow) -> String {
    format!("visit {}", visit.id)
}

/// Lays the correction over what is there, and brings the customer's own file up to date.
fn corrected(
    connection: &mut PgConnection,
    visit: uuid::Uuid,
    message: &CustomerMessage,
    checked: &CheckedContact,
    now: DateTime<Utc>,
) -> Result<visits::ContactRow> {
    let old = visits::find_contact(connection, visit)?;
    let new = &checked.contact;
    let contact = Contact {
        external_id: visits::find_customer_id(connection, visit)?,
        name: new.name.clone().or(old.customer_name),
        email: if message.email.is_some() { new.email.clone() } else { old.customer_email },
        phone: if message.phone.is_some() { new.phone.clone() } else { old.customer_phone },
    };
    let customer_id = customers::queries::upsert(connection, &contact, now)?;
    Ok(visits::ContactRow {
        customer_id: customer_id.or(old.customer_id),
        customer_name: contact.name,
        customer_email: contact.email,
        customer_phone: contact.phone,
        customer_language: checked.language.clone().or(old.customer_language),
        customer_time_zone: checked.time_zone.map(|zone| zone.name().to_owned()).or(old.customer_time_zone),
    })
}

/// Decides again what becomes of a visit, by the same rules as on arrival.
fn decide_again(
    connection: &mut PgConnection,
    app: &App,
    visit: &VisitRow,
    row: &visits::ContactRow,
    problem: Option<String>,
    by: &str,
) -> Result<()> {
    let now = app.clock.now();
    // What this visit had taken for itself must not hold it back, nor whoever read the old address.
    deliveries::asked::release(connection, visit.id)?;
    let corrected = Corrected {
        external_id: &visit.external_id,
        visited_at: visit.visited_at,
        customer: row.customer_id,
        email: row.customer_email.as_deref(),
        problem: Some(problem.unwrap_or_else(|| "no mail address".to_owned())),
        zone: row.customer_time_zone.as_deref().and_then(|name| name.parse().ok()),
    };
    let decision = eligibility::decide_again(connection, &corrected, &app.config, &app.keys, now)?;
    let was: Outcome = visit.outcome.parse().map_err(Error::internal)?;
    match (was, decision.outcome, decision.send_at) {
        (Outcome::Planned, Outcome::Planned, Some(send_at)) => {
            store::hold(connection, visit.id, send_at, &decision.reason, now)?;
            deliveries::postpone_of_visit(connection, visit.id, send_at)
        }
        (was, to, _) if was == to => Ok(()),
        (_, to, send_at) => {
            let change = Change { to, by, reason: &decision.reason, send_at };
            if !store::change(connection, visit.id, &change, now)? {
                return Ok(());
            }
            match send_at {
                Some(at) => {
                    let survey = survey_of(connection, visit.id)?;
                    invite::plan(connection, &app.keys, visit.id, survey, at, now)
                }
                None => deliveries::close_of_visit(connection, visit.id),
            }
        }
    }
}

/// Why a visit is cancelled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    /// In a few words.
    reason: String,
}

/// Cancels a visit before its survey is sent.
#[utoipa::path(post, path = "/api/v1/visits/{id}/cancel", tag = "visits", params(("id" = String, Path)),
    request_body = Cancellation,
    responses((status = 200, body = api::VisitEnvelope), (status = 404, body = crate::api::problem::Problem),
        (status = 409, body = crate::api::problem::Problem)),
    security(("key" = ["visits:write"])))]
pub async fn cancel(app: web::Data<App>, client: Client, id: web::Path<String>, body: Body) -> ApiResult {
    let now = app.clock.now();
    let Cancellation { reason } = body.read()?;
    let reason = crate::mail::clean_name(&reason);
    if reason.is_empty() {
        return Err(Error::invalid_field("/reason", "must not be empty").into());
    }
    let envelope = app
        .transaction(move |connection| {
            let visit = visits::lock_visit(connection, &id)?;
            let actor = Actor::Key(client.key);
            let by = actor.to_string();
            let change = Change { to: Outcome::Cancelled, by: &by, reason: &reason, send_at: None };
            if !store::change(connection, visit.id, &change, now)? && visit.outcome != "cancelled" {
                let detail =
                    format!("The visit is {}; it can be cancelled only before sending.", visit.outcome);
                return Err(Error::conflict(detail));
            }
            deliveries::close_of_visit(connection, visit.id)?;
            audit::record(connection, now, actor, "visit.cancelled", &subject(&visit), json!({}))?;
            api::one(connection, &id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(envelope))
}
