//! `POST /api/v1/waves` and `POST /api/v1/waves/{id}/close`: drawing whom to call, and ending it.

use super::draw::Draw;
use super::model::Kind;
use super::queries::wave::{Stratum, Wave};
use super::{close, draw};
use crate::accounts::Client;
use crate::api::{ApiResult, Body};
use crate::app::App;
use crate::audit::Actor;
use crate::error::Error;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which visits to draw from, and how many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaveRequest {
    /// First visit date, included.
    #[schema(value_type = String, example = "2026-11-01")]
    from: NaiveDate,
    /// Last visit date, included.
    #[schema(value_type = String, example = "2026-11-15")]
    to: NaiveDate,
    /// Which share of those that are no priority cases, above 0 up to 1.
    #[schema(example = 0.35)]
    share: f64,
}

/// A drawn set of call-backs.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaveJson {
    /// Our id of it.
    id: String,
    /// How many customers are to be called.
    drawn: i64,
    /// How many of them are priority cases, all of which are called.
    priority: i64,
    /// How many were drawn by lot.
    random: i64,
    /// Which share was drawn by lot.
    share: f64,
    /// How many were called; once the wave is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    called: Option<i64>,
    /// The probability of having been called, by kind; once the wave is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<BTreeMap<String, f64>>,
}

/// A wave.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaveEnvelope {
    /// The wave.
    wave: WaveJson,
}

fn envelope(wave: &Wave, strata: &[Stratum], is_over: bool) -> WaveEnvelope {
    let drawn = |kind: Kind| {
        let of_kind = strata.iter().filter(|one| one.kind == kind.as_str());
        of_kind.map(|one| one.drawn).sum::<i64>()
    };
    let has_probability = |one: &&Stratum| one.kind != Kind::PhoneFirst.as_str() || one.framed > 0;
    let probability = || {
        let told = strata.iter().filter(has_probability);
        told.map(|one| (one.kind.clone(), one.probability.unwrap_or_default())).collect()
    };
    let called = || strata.iter().filter_map(|one| one.called).sum();
    let wave = WaveJson {
        id: wave.id.to_string(),
        drawn: strata.iter().map(|one| one.drawn).sum(),
        priority: drawn(Kind::Priority),
        random: drawn(Kind::Random),
        share: wave.share,
        called: is_over.then(called),
        probability: is_over.then(probability),
    };
    WaveEnvelope { wave }
}

/// Draws a wave: all priority cases of the days, and a share of the others by their permanent random number.
#[utoipa::path(post, path = "/api/v1/waves", tag = "callbacks", request_body = WaveRequest,
    responses((status = 201, body = WaveEnvelope), (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["callbacks:lead"])))]
pub async fn create(app: web::Data<App>, client: Client, body: Body) -> ApiResult {
    let WaveRequest { from, to, share } = body.read()?;
    let (parts, now) = (app.clone(), app.clock.now());
    let drawn = app
        .transaction(move |connection| {
            let asked = Draw { from, to, share };
            draw::draw(connection, &parts.keys, asked, Actor::Key(client.key), now)
        })
        .await?;
    Ok(HttpResponse::Created().json(envelope(&drawn.0, &drawn.1, false)))
}

/// Closes a wave: whoever was not called leaves the list, and the probability is the one that came of it.
#[utoipa::path(post, path = "/api/v1/waves/{id}/close", tag = "callbacks", params(("id" = String, Path)),
    responses((status = 200, body = WaveEnvelope), (status = 404, body = crate::api::problem::Problem)),
    security(("key" = ["callbacks:lead"])))]
pub async fn close_one(app: web::Data<App>, client: Client, id: web::Path<String>) -> ApiResult {
    let id: Uuid = id.parse().map_err(|_| Error::not_found("wave"))?;
    let now = app.clock.now();
    let (wave, strata) =
        app.transaction(move |connection| close::close(connection, id, Actor::Key(client.key), now)).await?;
    Ok(HttpResponse::Ok().json(envelope(&wave, &strata, true)))
}
