//! Visits and outcomes as JSON, and the routes that only read them.

use super::model::{CheckedVisit, VisitRow};
use super::outcome::Outcome;
use super::queries::{self, Filter};
use crate::accounts::{Client, Scope};
use crate::api::{ApiResult, Query};
use crate::app::App;
use crate::db::page::{self, Cursor, Meta};
use crate::error::{Error, Kind, Result, check_span};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// A visit and the road it took.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VisitJson {
    /// The id it came with.
    pub id: String,
    /// When the service was finished (UTC).
    pub visited_at: DateTime<Utc>,
    /// The outcome in which it stands.
    #[schema(example = "planned")]
    pub outcome: String,
    /// When it is or was to be mailed (UTC), or null.
    pub send_at: Option<DateTime<Utc>>,
    /// Its history, oldest first.
    pub outcomes: Vec<OutcomeJson>,
}

/// One step on the road of a visit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomeJson {
    /// The outcome it came to.
    pub outcome: String,
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// Who decided.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// One visit.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitEnvelope {
    /// The visit.
    pub visit: VisitJson,
}

/// A page of visits.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitsEnvelope {
    /// The visits.
    pub visits: Vec<VisitJson>,
    /// Where the list goes on.
    pub meta: Meta,
}

/// Reads visits with their histories.
///
/// # Errors
/// When the database does not answer.
pub fn with_history(connection: &mut PgConnection, rows: Vec<VisitRow>) -> Result<Vec<VisitJson>> {
    let ids: Vec<uuid::Uuid> = rows.iter().map(|row| row.id).collect();
    let mut histories: std::collections::HashMap<uuid::Uuid, Vec<OutcomeJson>> =
        std::collections::HashMap::new();
    for (visit, outcome, at, by, reason) in queries::list_history(connection, &ids)? {
        histories.entry(visit).or_default().push(OutcomeJson { outcome, at, by, reason });
    }
    Ok(rows
        .into_iter()
        .map(|row| VisitJson {
            id: row.external_id,
            visited_at: row.visited_at,
            outcome: row.outcome,
            send_at: row.send_at,
            outcomes: histories.remove(&row.id).unwrap_or_default(),
        })
        .collect())
}

/// Reads one visit with its history.
///
/// # Errors
/// 404 when there is none.
pub fn one(connection: &mut PgConnection, external_id: &str) -> Result<VisitEnvelope> {
    let row = queries::find_visit(connection, external_id)?;
    let visit = with_history(connection, vec![row])?.pop().ok_or_else(|| Error::not_found("visit"))?;
    Ok(VisitEnvelope { visit })
}

/// Reads how a visit stands whose customer was erased, for whoever brings it again: what they know, and the outcome.
///
/// # Errors
/// When the database does not answer.
pub fn erased(connection: &mut PgConnection, id: uuid::Uuid, visit: &CheckedVisit) -> Result<VisitEnvelope> {
    let outcome = queries::lock_outcome(connection, id)?.as_str().to_owned();
    let (id, visited_at) = (visit.external_id.clone(), visit.visited_at);
    Ok(VisitEnvelope { visit: VisitJson { id, visited_at, outcome, send_at: None, outcomes: Vec::new() } })
}

/// One visit with its outcome and history.
#[utoipa::path(get, path = "/api/v1/visits/{id}", tag = "visits", params(("id" = String, Path)),
    responses((status = 200, body = VisitEnvelope), (status = 404, body = crate::api::problem::Problem)),
    security(("key" = ["visits:write", "outcomes:read"])))]
pub async fn show(app: web::Data<App>, id: web::Path<String>) -> ApiResult {
    let id = id.into_inner();
    Ok(HttpResponse::Ok().json(app.db(move |connection| one(connection, &id)).await?))
}

/// What a list of visits may be narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// Only this outcome.
    outcome: Option<String>,
    /// Only visits of this employee.
    employee: Option<String>,
    /// Visit date from, included.
    from: Option<NaiveDate>,
    /// Visit date to, included.
    to: Option<NaiveDate>,
    /// Goes on after this cursor.
    after: Option<String>,
    /// 1 to 1000, else 100.
    limit: Option<i64>,
}

/// Visits by time, narrowed to an outcome, an employee or dates.
#[utoipa::path(get, path = "/api/v1/visits", tag = "visits", params(ListParameters),
    responses((status = 200, body = VisitsEnvelope), (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["visits:write", "outcomes:read"])))]
pub async fn list(app: web::Data<App>, Query(parameters): Query<ListParameters>) -> ApiResult {
    let limit = page::limit(parameters.limit)?;
    let after = parameters.after.map(|text| Cursor::decode("after", &text)).transpose()?;
    let outcome: Option<Outcome> = parameters
        .outcome
        .map(|word| word.parse().map_err(|reason: String| Error::invalid_field("/outcome", reason)))
        .transpose()?;
    let filter = Filter { outcome, employee: parameters.employee, from: parameters.from, to: parameters.to };
    let envelope = app
        .db(move |connection| {
            let rows = queries::list_visits(connection, &filter, after, limit)?;
            let cut_at = usize::try_from(limit).unwrap_or(usize::MAX);
            let (rows, meta) = page::cut(rows, cut_at, |row| Cursor::by_time(row.visited_at, row.id));
            Ok(VisitsEnvelope { visits: with_history(connection, rows)?, meta })
        })
        .await?;
    Ok(HttpResponse::Ok().json(envelope))
}

/// The span of dates that outcomes are counted in.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SpanParameters {
    /// Visit date from, included.
    from: NaiveDate,
    /// Visit date to, included.
    to: NaiveDate,
    /// Only visits of this employee.
    employee: Option<String>,
}

/// How many visits stand in each outcome.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomesJson {
    /// All visits of the span; the counts sum to it.
    pub visits: i64,
    /// Every outcome with its count.
    pub by_outcome: BTreeMap<&'static str, i64>,
    /// The same by employee; only for a key with `evaluations:read`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_employee: Option<BTreeMap<String, BTreeMap<&'static str, i64>>>,
}

/// Counts of outcomes.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomesEnvelope {
    /// The counts.
    pub outcomes: OutcomesJson,
}

/// Puts counts beside every outcome, also those that nobody reached.
pub fn all_outcomes(counts: impl IntoIterator<Item = (String, i64)>) -> BTreeMap<&'static str, i64> {
    let mut all: BTreeMap<&'static str, i64> =
        Outcome::ALL.iter().map(|outcome| (outcome.as_str(), 0)).collect();
    for (word, count) in counts {
        if let Some(total) = all.get_mut(word.as_str()) {
            *total += count;
        }
    }
    all
}

/// How many visits of a span stand in each outcome.
#[utoipa::path(get, path = "/api/v1/outcomes", tag = "visits", params(SpanParameters),
    responses((status = 200, body = OutcomesEnvelope)), security(("key" = ["outcomes:read"])))]
pub async fn outcomes(app: web::Data<App>, client: Client, Query(span): Query<SpanParameters>) -> ApiResult {
    let SpanParameters { from, to, employee } = span;
    check_span(from, to)?;
    let with_employees = client.has(Scope::EvaluationsRead);
    if employee.is_some() && !with_employees {
        let detail = "Counts of one employee need the scope evaluations:read.";
        return Err(Error::new(Kind::Forbidden, detail).into());
    }
    let outcomes = app
        .db(move |connection| {
            let by_outcome =
                all_outcomes(queries::count_by_outcome(connection, from, to, employee.as_deref())?);
            let by_employee = if with_employees {
                let mut all: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
                for (id, outcome, count) in queries::count_by_employee(connection, from, to)? {
                    if employee.as_ref().is_some_and(|wanted| *wanted != id) {
                        continue;
                    }
                    all.entry(id).or_default().push((outcome, count));
                }
                Some(all.into_iter().map(|(id, counts)| (id, all_outcomes(counts))).collect())
            } else {
                None
            };
            Ok(OutcomesJson { visits: by_outcome.values().sum(), by_outcome, by_employee })
        })
        .await?;
    Ok(HttpResponse::Ok().json(OutcomesEnvelope { outcomes }))
}
