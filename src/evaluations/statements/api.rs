//! `POST /api/v1/statements` and `GET /api/v1/statements`.

use super::freeze;
use super::model::StatementJson;
use super::pages::{keep, keep_one};
use super::queries;
use crate::accounts::Client;
use crate::api::{ApiResult, Body, Query};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::db::page::{self, Cursor, Meta};
use crate::error::{Error, check_span};
use crate::evaluations::employee::Seen;
use crate::evaluations::employee::queries::find;
use crate::evaluations::period::Period;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What is to be frozen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Id of the employee in the system that sends visits.
    employee: String,
    /// First visit date, included.
    from: NaiveDate,
    /// Last visit date, included.
    to: NaiveDate,
}

/// One statement.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementEnvelope {
    /// The statement.
    pub statement: StatementJson,
}

/// A page of statements.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementsEnvelope {
    /// The statements, in the order in which they were made.
    statements: Vec<StatementJson>,
    /// Where the list goes on.
    meta: Meta,
}

/// Where the list begins.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// The cursor of an earlier page; statements that were made after it follow.
    since: Option<String>,
    /// The same as `since`.
    after: Option<String>,
    /// 1 to 1000, else 100.
    limit: Option<i64>,
}

/// Freezes the evaluation of an employee. A statement for the same period is corrected: the new one names it.
#[utoipa::path(post, path = "/api/v1/statements", tag = "evaluations", request_body = Asked,
    responses((status = 201, body = StatementEnvelope), (status = 404, body = crate::api::problem::Problem),
        (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["evaluations:read"])))]
pub async fn create(app: web::Data<App>, client: Client, body: Body) -> ApiResult {
    let asked: Asked = body.read()?;
    check_span(asked.from, asked.to)?;
    let (parts, now) = (app.get_ref().clone(), app.clock.now());
    let statement = app
        .db(move |connection| {
            let employee = find(connection, &asked.employee)?.ok_or_else(|| Error::not_found("employee"))?;
            let period = Period { from: asked.from, to: asked.to };
            let seen = Seen { employee, is_own: false, period, was_cut: false };
            let id = freeze::freeze(connection, &parts, &seen, Actor::Key(client.key), now)?;
            Ok(keep_one(connection, id)?.json())
        })
        .await?;
    Ok(HttpResponse::Created().json(StatementEnvelope { statement }))
}

/// Statements in the order in which they were made; `meta.next` is always there, so that a poller can go on from the end.
#[utoipa::path(get, path = "/api/v1/statements", tag = "evaluations", params(ListParameters),
    responses((status = 200, body = StatementsEnvelope), (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["evaluations:read"])))]
pub async fn list(
    app: web::Data<App>,
    client: Client,
    Query(parameters): Query<ListParameters>,
) -> ApiResult {
    let ListParameters { since, after, limit } = parameters;
    let limit = page::limit(limit)?;
    let asked = since.or(after);
    let cursor = asked.as_deref().map(|text| Cursor::decode("since", text)).transpose()?;
    let (number, now) = (cursor.map_or(0, |cursor| cursor.place), app.clock.now());
    let kept = app
        .db(move |connection| {
            let mut statements = queries::list_since(connection, number, limit)?;
            statements.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            let detail = json!({ "rows": statements.len() });
            audit::record(connection, now, Actor::Key(client.key), "statements.read", "statements", detail)?;
            keep(connection, statements)
        })
        .await?;
    let place = |number: i64, id: Uuid| Cursor { place: number, id }.encode();
    let next = kept.last().map(|kept| place(kept.statement.number, kept.statement.id)).or(asked);
    let statements = kept.iter().map(super::model::Kept::json).collect();
    Ok(HttpResponse::Ok().json(StatementsEnvelope { statements, meta: Meta { next } }))
}
