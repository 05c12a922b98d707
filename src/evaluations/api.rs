//! `GET /api/v1/evaluations`.

use super::model::EvaluationEnvelope;
use super::report::{Selection, evaluate};
use crate::accounts::Client;
use crate::api::{ApiResult, Query};
use crate::app::App;
use crate::audit::{self, Actor};
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

/// The period and whom it is about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// First visit date, included.
    from: NaiveDate,
    /// Last visit date, included.
    to: NaiveDate,
    /// Only employees of this team.
    team: Option<String>,
    /// Only this employee.
    employee: Option<String>,
}

/// All employees in a period, with what each number rests on.
#[utoipa::path(get, path = "/api/v1/evaluations", tag = "evaluations", params(Parameters),
    responses((status = 200, body = EvaluationEnvelope), (status = 422, body = crate::api::problem::Problem)),
    security(("key" = ["evaluations:read"])))]
pub async fn show(app: web::Data<App>, client: Client, Query(asked): Query<Parameters>) -> ApiResult {
    let Parameters { from, to, team, employee } = asked;
    let selection = Selection { from, to, team, employee, all_estimates: false };
    let now = app.clock.now();
    let evaluation = app
        .db(move |connection| {
            let evaluation = evaluate(connection, &selection, now)?;
            // Whoever reads scores of persons leaves a trace (TRUST C6).
            let detail = json!({ "from": from, "to": to, "rows": evaluation.employees.len() });
            audit::record(
                connection,
                now,
                Actor::Key(client.key),
                "evaluations.read",
                "evaluations",
                detail,
            )?;
            Ok(evaluation)
        })
        .await?;
    Ok(HttpResponse::Ok().json(EvaluationEnvelope { evaluation }))
}
