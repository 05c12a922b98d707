//! The web server: the order of its layers, and the gate in which every request is checked once.

use crate::accounts::{Access, Client, check};
use crate::api::{
    ApiError,
    idempotency::{self, Begin},
};
use crate::app::App;
use crate::error::{Error, Kind};
use crate::ids;
use crate::routes::{self, Route};
use crate::web::{PageError, headers, redirect};
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App as WebApp, HttpMessage, HttpRequest, HttpResponse, HttpServer, ResponseError, web};
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};

/// Threads that answer requests; the database does the heavy part.
const THREADS: usize = 2;

/// Begins to listen and returns the server, to be awaited, with the address it listens on.
///
/// # Errors
/// When the address is taken or not ours.
pub fn start(app: App, listen: SocketAddr) -> std::io::Result<(Server, SocketAddr)> {
    let listener = TcpListener::bind(listen)?;
    let address = listener.local_addr()?;
    let server = HttpServer::new(move || {
        let https = app.config.http.is_https();
        WebApp::new()
            .app_data(web::Data::new(app.clone()))
            .configure(configure)
            .default_service(web::to(nothing_here))
            .wrap(from_fn(gate))
            .wrap(from_fn(move |request, next| headers::add(request, next, https)))
    })
    .workers(THREADS)
    .shutdown_timeout(20)
    // The program itself hears the signals, so that the worker and the server stop together.
    .disable_signals()
    .listen(listener)?
    .run();
    Ok((server, address))
}

fn configure(service: &mut web::ServiceConfig) {
    let mut by_path: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in routes::table() {
        by_path.entry(route.path).or_default().push(route);
    }
    // Fixed paths are matched before patterns with a hole, or /visits/batch would be a visit's id.
    let mut paths: Vec<_> = by_path.into_iter().collect();
    paths.sort_by_key(|(path, _)| path.matches('{').count());
    for (path, routes) in paths {
        let mut resource = web::resource(path).default_service(web::to(wrong_method));
        for route in routes {
            if route.method == Method::GET {
                resource = resource.route(route.handler().method(Method::HEAD));
            }
            resource = resource.route(route.handler().method(route.method.clone()));
        }
        service.service(resource);
    }
    service
        .app_data(web::QueryConfig::default().error_handler(unreadable))
        .app_data(web::PathConfig::default().error_handler(unreadable));
}

fn is_api(request: &HttpRequest) -> bool {
    request.path().starts_with("/api/v1/")
}

/// The face that an error shows depends on who asked.
fn face(error: Error, request: &HttpRequest) -> actix_web::Error {
    if is_api(request) { ApiError(error).into() } else { PageError(error).into() }
}

fn unreadable(error: impl std::fmt::Display, request: &HttpRequest) -> actix_web::Error {
    let detail = error.to_string();
    let detail = detail.strip_prefix("Query deserialize error: ").unwrap_or(&detail);
    let name = detail.split('`').nth(1).unwrap_or_default();
    let error = if name.is_empty() {
        Error::new(Kind::BadRequest, format!("The address cannot be read: {detail}."))
    } else {
        Error::invalid_field(format!("/{name}"), detail)
    };
    face(error, request)
}

async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, actix_web::Error> {
    Err(face(Error::new(Kind::NotFound, "There is nothing at this address."), &request))
}

async fn wrong_method(request: HttpRequest) -> Result<HttpResponse, actix_web::Error> {
    let detail = format!("{} does nothing at this address.", request.method());
    Err(face(Error::new(Kind::MethodNotAllowed, detail), &request))
}

/// Finds the row of the table that a request falls under.
fn route_of(request: &ServiceRequest) -> Option<Access> {
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let pattern = request.match_pattern()?;
    routes::table()
        .into_iter()
        .find(|route| route.path == pattern && route.method == *method)
        .map(|route| route.access)
}

/// Checks a request once, in one place: where it comes from, who sends it, and whether it was done before.
async fn gate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return Err(PageError(Error::internal("the server has no parts")).into());
    };
    let Some(access) = route_of(&request) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    // One-click unsubscribe comes from mail programs of any site (RFC 8058); its token is its proof.
    let exempt = is_api(request.request()) || request.path().starts_with("/u/");
    if !exempt {
        headers::refuse_cross_site(request.method(), request.headers(), &app.config.http.public_url)
            .map_err(PageError)?;
    }
    if let Err(error) = check(&app, access, request.request()).await {
        return Ok(refused(request, access, error));
    }
    let key =
        request.headers().get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    match key {
        Some(key) if matches!(access, Access::Key(_)) && request.method() == Method::POST => {
            once(&app, key, request, next).await
        }
        _ => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

/// Sends a person to the sign-in and tells a program what is missing.
fn refused(request: ServiceRequest, access: Access, error: Error) -> ServiceResponse<BoxBody> {
    let response = match access {
        Access::Staff(_) if error.kind == Kind::Unauthorized => {
            let back =
                if request.method() == Method::GET { request.uri().to_string() } else { "/".to_owned() };
            let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
            redirect(&format!("/login?next={back}"))
        }
        Access::Key(_) => ApiError(error).error_response(),
        _ => PageError(error).error_response(),
    };
    request.into_response(response)
}

/// Does a POST at most once for an `Idempotency-Key` and answers a repetition with what was answered before.
async fn once(
    app: &App,
    key: String,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let body = request.extract::<crate::api::Body>().await?.0;
    let client = request.extensions().get::<Client>().map(|client| client.key).unwrap_or_default();
    let parts = [request.path().as_bytes(), b"\n", &body].concat();
    let (hash, now, wanted) = (ids::sha256(&parts), app.clock.now(), key.clone());
    let begun = app.db(move |connection| idempotency::begin(connection, client, &wanted, &hash, now)).await;
    match begun.map_err(ApiError)? {
        Begin::Replay(status, body) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let response = HttpResponse::build(status).content_type("application/json").body(body);
            return Ok(request.into_response(response));
        }
        Begin::Work => {}
    }
    request.set_payload(actix_web::dev::Payload::from(body));
    let response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        // What failed may be tried again under the same key.
        Err(error) => {
            app.db(move |connection| idempotency::forget(connection, client, &key))
                .await
                .map_err(ApiError)?;
            return Err(error);
        }
    };
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let bytes =
        to_bytes(body).await.map_err(|_| ApiError(Error::internal("a response could not be read")))?;
    let (status, text) = (head.status().as_u16(), String::from_utf8_lossy(&bytes).into_owned());
    let stored = app
        .db(move |connection| {
            if status < 400 {
                idempotency::finish(connection, client, &key, status, &text)
            } else {
                idempotency::forget(connection, client, &key)
            }
        })
        .await;
    stored.map_err(ApiError)?;
    Ok(ServiceResponse::new(request, head.set_body(bytes).map_into_boxed_body()))
}
