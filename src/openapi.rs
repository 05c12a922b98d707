//! The description of the API (OpenAPI 3.1) and the readable page made from it.

mod examples;

use crate::answering::api as responses;
use crate::api::docs::{DocsPage, Endpoint, Parameter};
use crate::app::App;
use crate::callbacks::{api as callbacks, wave_api, work_api};
use crate::evaluations::api as evaluations;
use crate::evaluations::statements::api as statements;
use crate::visits::api as visits;
use crate::web::format::thousands;
use crate::web::{PageResult, assets, html};
use crate::{api, arrival, handouts};
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

/// Where the description stands.
const ADDRESS: &str = "/api/v1/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(title = "Hearback", description = "Visits in, outcomes, responses, call-backs and evaluations out."),
    modifiers(&Key),
    components(schemas(api::problem::Problem)),
    paths(
        arrival::create, arrival::create_batch, visits::list, visits::show, arrival::correct, arrival::cancel,
        visits::outcomes, responses::list, wave_api::create, wave_api::close_one, callbacks::list, work_api::next,
        work_api::attempt, work_api::release, evaluations::show,
        statements::create, statements::list, handouts::tell
    )
)]
struct Description;

/// Every route takes a key.
struct Key;

impl utoipa::Modify for Key {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_with(Default::default);
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("hb_…").build();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}

/// Returns the description as JSON.
pub fn description() -> Value {
    let mut description = serde_json::to_value(Description::openapi()).unwrap_or_default();
    add_common(&mut description);
    name_problems(&mut description);
    description
}

/// What any request may be answered: refused for its key, for being one too many, or for want of a database.
fn add_common(description: &mut Value) {
    let paths = description.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    let operations = paths.filter_map(|(_, path)| path.as_object_mut()).flatten();
    for (_, operation) in operations {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        let Some(responses) = responses else { continue };
        for status in ["401", "403", "429", "503"] {
            let schema = json!({ "$ref": "#/components/schemas/Problem" });
            let content = json!({ "application/json": { "schema": schema } });
            let problem = json!({ "description": meaning(status), "content": content });
            responses.entry(status).or_insert(problem);
        }
    }
}

/// Errors have a media type of their own (RFC 9457).
fn name_problems(description: &mut Value) {
    let paths = description.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    let operations = paths.filter_map(|(_, path)| path.as_object_mut()).flatten();
    let responses = operations
        .filter_map(|(_, operation)| operation.get_mut("responses").and_then(Value::as_object_mut))
        .flatten();
    for (_, response) in responses.filter(|(status, _)| status.starts_with(['4', '5'])) {
        let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { continue };
        if let Some(body) = content.remove("application/json") {
            content.insert("application/problem+json".to_owned(), body);
        }
    }
}

/// `GET /api/v1/openapi.json`.
pub async fn json() -> HttpResponse {
    HttpResponse::Ok().json(description())
}

/// `GET /api/docs`: the same for people, without a script.
pub async fn docs(app: web::Data<App>) -> PageResult {
    let (count, window) = (app.config.http.api_rate.count, app.config.http.api_rate.per.num_seconds());
    let description = description();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let paths = description.get("paths").and_then(Value::as_object);
    let endpoints = paths.into_iter().flatten().flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| endpoint(path, method, operation))
    });
    html(&DocsPage {
        css: assets::staff_css(),
        version: text(description.pointer("/info/version")),
        base: "/api/v1".to_owned(),
        openapi: ADDRESS.to_owned(),
        rate: format!("{} requests in {window} seconds", thousands(count.into())),
        rate_example: format!(
            "RateLimit-Policy: \"default\";q={count};w={window}\nRateLimit: \"default\";r={};t={window}",
            count.saturating_sub(1)
        ),
        hook_example: examples::HOOK,
        error_example: ERROR.to_owned(),
        endpoints: endpoints.collect(),
    })
}

const ERROR: &str = r#"{
  "type": "about:blank",
  "title": "Something needs correcting",
  "status": 422,
  "detail": "Some fields are wrong. Nothing was stored.",
  "errors": [{ "field": "/visited_at", "reason": "must be a date and time with a zone, such as 2026-11-20T14:05:00Z" }]
}"#;

fn endpoint(path: &str, method: &str, operation: &Value) -> Endpoint {
    let text =
        |pointer: &str| operation.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |name: &str| operation.get(name).and_then(Value::as_array).into_iter().flatten();
    let scopes = operation.pointer("/security/0/key").and_then(Value::as_array).into_iter().flatten();
    let scopes: Vec<&str> = scopes.filter_map(Value::as_str).collect();
    let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    Endpoint {
        method: method.to_uppercase(),
        path: path.trim_start_matches("/api/v1").to_owned(),
        summary: text("/summary").replace('`', ""),
        description: text("/description").replace('`', ""),
        scope: (!scopes.is_empty()).then(|| scopes.join(" or ")),
        parameters: list("parameters").map(parameter).collect(),
        request: operation
            .get("requestBody")
            .map(|_| examples::request(path).to_owned())
            .filter(|text| !text.is_empty()),
        answer: examples::answer(method, path).to_owned(),
        responses: responses.map(|(status, _)| (status.clone(), meaning(status).to_owned())).collect(),
    }
}

fn parameter(parameter: &Value) -> Parameter {
    let text = |name: &str| parameter.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let required = parameter.get("required").and_then(Value::as_bool).unwrap_or_default();
    Parameter {
        name: text("name"),
        place: text("in"),
        required,
        meaning: text("description").replace('`', ""),
    }
}

fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "done, or done before",
        "201" => "stored",
        "204" => "nothing is due",
        "401" => "no key, an unknown one, or one that is over",
        "403" => "the key lacks the scope, or may not be used from there",
        "404" => "no such thing",
        "409" => "contradicts what is stored",
        "422" => "some fields are wrong; each is named",
        "429" => "too many requests; Retry-After says when to come back",
        "503" => "the database does not answer; Retry-After says when to come back",
        _ => "",
    }
}
