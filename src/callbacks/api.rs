//! `GET /api/v1/callbacks`: who may be phoned, in order, without name, number or answer.

use super::model::{Callback, State};
use super::queries::{self, Filter};
use crate::accounts::Sees;
use crate::api::{ApiResult, Query};
use crate::app::App;
use crate::db::page::{self, Cursor, Meta};
use crate::error::Error;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A task to phone the customer of a visit.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallbackJson {
    /// Our id of it.
    pub id: String,
    /// Id of the visit.
    pub visit: String,
    /// `open`, `claimed` or `done`.
    pub state: &'static str,
    /// Its place in the list, from 1.
    pub position: i64,
    /// `priority`, `random`, `phone_first` or `service`.
    pub kind: String,
    /// How often the customer was called.
    pub attempts: i32,
    /// When the customer wants to be called (UTC), or null.
    pub appointment: Option<DateTime<Utc>>,
    /// When the customer is best called, or null.
    pub best_time: Option<String>,
}

/// A page of call-backs.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallbacksEnvelope {
    /// The call-backs, in the order in which they are worked.
    pub callbacks: Vec<CallbackJson>,
    /// Where the list goes on.
    pub meta: Meta,
}

/// Which call-backs, and from where on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// `open` (also without it), `claimed` or `done`.
    state: Option<String>,
    /// Goes on after this cursor.
    after: Option<String>,
    /// 1 to 1000, else 100.
    limit: Option<i64>,
}

/// Makes a call-back as lists show it.
pub fn json(callback: Callback, state: State) -> CallbackJson {
    CallbackJson {
        id: callback.id.to_string(),
        visit: callback.external_id,
        state: state.as_str(),
        position: callback.position,
        kind: callback.kind,
        attempts: callback.attempts,
        appointment: callback.appointment,
        best_time: callback.best_time,
    }
}

/// Call-backs in the order in which they are worked: priority cases first, then by lot.
#[utoipa::path(get, path = "/api/v1/callbacks", tag = "callbacks", params(ListParameters),
    responses((status = 200, body = CallbacksEnvelope), (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["callbacks:work", "callbacks:lead"])))]
pub async fn list(app: web::Data<App>, Query(parameters): Query<ListParameters>) -> ApiResult {
    let limit = page::limit(parameters.limit)?;
    let after = parameters.after.map(|text| Cursor::decode("after", &text)).transpose()?;
    let state = parameters.state.as_deref().unwrap_or("open");
    let state: State = state.parse().map_err(|reason: &str| Error::invalid_field("/state", reason))?;
    let filter = Filter { state, from: None, to: None, sees: Sees::Everything };
    let rows = app.db(move |connection| queries::list(connection, &filter, after, limit)).await?;
    let cut_at = usize::try_from(limit).unwrap_or(usize::MAX);
    let (rows, meta) = page::cut(rows, cut_at, |row| Cursor { place: row.position, id: row.id });
    let callbacks = rows.into_iter().map(|row| json(row, state)).collect();
    Ok(HttpResponse::Ok().json(CallbacksEnvelope { callbacks, meta }))
}
