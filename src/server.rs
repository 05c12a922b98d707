//! The web server: the order of its layers, and the gate in which every request is checked once.

use crate::accounts::guard::{SET_UP, address_of, bearer};
use crate::accounts::limits::Limits;
use crate::accounts::{Access, Admitted, Client, SignedIn, check};
use crate::answering::door::Door;
use crate::api::{
    ApiError,
    idempotency::{self, Begin},
};
use crate::app::App;
use crate::error::{Error, Kind};
use crate::ids;
use crate::metrics;
use crate::routes::{self, Route};
use crate::web::{PageError, headers, redirect};
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{HttpServiceFactory, Server, ServiceRequest, ServiceResponse};
use actix_web::error::{PathError, QueryPayloadError};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App as WebApp, HttpMessage, HttpRequest, HttpResponse, HttpServer, ResponseError, web};
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Instant;
use tracing::field::display;

/// Threads that answer requests; the database does the heavy part.
const THREADS: usize = 2;

/// Begins to listen and returns the server, to be awaited, with the address it listens on.
///
/// # Errors
/// When the address is taken or not ours.
pub fn start(app: App, listen: SocketAddr) -> std::io::Result<(Server, SocketAddr)> {
    let listener = TcpListener::bind(listen)?;
    let address = listener.local_addr()?;
    let door = Door::open(&app);
    let limits = Limits::new(app.config.http.api_rate);
    let server = HttpServer::new(move || {
        let https = app.config.http.is_https();
        WebApp::new()
            .app_data(web::Data::new(app.clone()))
            .app_data(web::Data::new(door.clone()))
            .app_data(web::Data::new(limits.clone()))
            .configure(configure)
            .default_service(web::to(nothing_here))
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
        service.service(gated(path, &routes));
    }
    service.app_data(web::PathConfig::default().error_handler(unreadable));
    service.app_data(web::QueryConfig::default().error_handler(unreadable_query));
}

/// A path with its methods behind the gate. The gate stands inside the routing, so that no way of writing an
/// address can reach a handler without passing it.
fn gated(path: &'static str, routes: &[Route]) -> impl HttpServiceFactory + use<> {
    let accesses: Arc<Vec<(Method, Access)>> =
        Arc::new(routes.iter().map(|route| (route.method.clone(), route.access)).collect());
    let mut resource = web::resource(path).default_service(web::to(wrong_method));
    for route in routes {
        if route.method == Method::GET {
            resource = resource.route(route.handler().method(Method::HEAD));
        }
        resource = resource.route(route.handler().method(route.method.clone()));
    }
    resource.wrap(from_fn(move |request: ServiceRequest, next| {
        let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
        let access = accesses.iter().find(|(known, _)| known == method).map(|(_, access)| *access);
        async move {
            let (asked, begun) = (request.request().clone(), Instant::now());
            let passed = match gate(request, next, path, access).await {
                // A response rather than an error, so that it gets the same headers as every other.
                Err(error) => ServiceResponse::from_err(error, asked),
                Ok(passed) => passed,
            };
            note(path, passed.request().method(), passed.status(), begun);
            tell_refusal(path, &passed);
            Ok::<_, actix_web::Error>(passed)
        }
    }))
}

/// Counts a request.
fn note(route: &'static str, method: &Method, status: StatusCode, begun: Instant) {
    let method = known_method(method);
    metrics::request(route, method, status.as_u16(), begun.elapsed());
    let is_refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS);
    if is_refused && method == "POST" && route.starts_with("/login") {
        metrics::sign_in_failed();
    }
}

/// Writes to the log who was refused what (ASVS 5.0, 16.3.1 and 16.3.2): the pattern of the route and ids, never the
/// path, which may hold a token, nor an address.
fn tell_refusal(route: &'static str, passed: &ServiceResponse<BoxBody>) {
    let (status, method) = (passed.status().as_u16(), known_method(passed.request().method()));
    let who = passed.request().extensions();
    let person = who.get::<SignedIn>();
    let (user, role) = (person.map(|person| display(person.user)), person.map(|person| person.role.as_str()));
    let key = who.get::<Client>().map(|client| display(client.key));
    match status {
        401 | 403 | 429 => tracing::warn!(status, method, route, user, role, key, "refused"),
        // A row that somebody may not know of is not there for them; nor is one that nobody has.
        404 if user.is_some() || key.is_some() => {
            tracing::info!(status, method, route, user, role, key, "nothing there for them");
        }
        _ => {}
    }
}

/// A word that came from outside stands in no log and becomes no label.
fn known_method(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/v1/")
}

/// The face that an error shows depends on who asked.
fn face(error: Error, request: &HttpRequest) -> actix_web::Error {
    if is_api(request.path()) { ApiError(error).into() } else { PageError(error).into() }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of the web server's callback")]
fn unreadable(error: PathError, request: &HttpRequest) -> actix_web::Error {
    face(Error::new(Kind::NotFound, format!("The address cannot be read: {error}.")), request)
}

fn unreadable_query(_: QueryPayloadError, request: &HttpRequest) -> actix_web::Error {
    let detail = "What stands behind the question mark of the address cannot be read, or stands there twice.";
    face(Error::new(Kind::BadRequest, detail), request)
}

async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, actix_web::Error> {
    note("none", request.method(), StatusCode::NOT_FOUND, Instant::now());
    Err(face(Error::new(Kind::NotFound, "There is nothing at this address."), &request))
}

async fn wrong_method(request: HttpRequest) -> Result<HttpResponse, actix_web::Error> {
    let detail = format!("{} does nothing at this address.", request.method());
    Err(face(Error::new(Kind::MethodNotAllowed, detail), &request))
}

/// Checks a request once, in one place: where it comes from, who sends it, and whether it was done before.
async fn gate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    path: &'static str,
    access: Option<Access>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return Err(PageError(Error::internal("the server has no parts")).into());
    };
    // Without an access there is no handler either: the method does nothing here.
    let Some(access) = access else { return Ok(next.call(request).await?.map_into_boxed_body()) };
    refuse_nul(request.request())?;
    // One-click unsubscribe comes from mail programs of any site (RFC 8058); its token is its proof.
    if !is_api(path) && path != "/u/{token}" {
        headers::refuse_cross_site(request.method(), request.headers(), &app.config.http.public_url)
            .map_err(PageError)?;
    }
    let checked = check(&app, access, request.request()).await;
    if matches!(access, Access::Key(_)) {
        return counted(&app, checked.map(drop), request, next).await;
    }
    match checked {
        Err(error) => Ok(refused(request, access, error)),
        Ok(Admitted::ToSetUp) => Ok(request.into_response(redirect(SET_UP))),
        Ok(Admitted::In) => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

/// Counts a request of a program: by its key where that is right, by its network where it is not.
async fn counted(
    app: &App,
    checked: Result<(), Error>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(limits) = request.app_data::<web::Data<Limits>>().cloned() else {
        return Err(ApiError(Error::internal("the server has no limits")).into());
    };
    let asked = request.request().clone();
    let client = asked.extensions().get::<Client>().map(|client| client.key);
    let Some(client) = client else {
        let wrong = checked.err().unwrap_or_else(|| Error::internal("a key without its client"));
        let is_tried = wrong.kind == Kind::Unauthorized && bearer(&asked).is_some();
        let from = address_of(app, &asked);
        let error = is_tried.then(|| limits.stranger(from, app.clock.now())).flatten().unwrap_or(wrong);
        return Ok(request.into_response(ApiError(error).error_response()));
    };
    let taken = limits.take(client, app.clock.now());
    let answered = match checked {
        _ if taken.is_over => Err(ApiError(limits.too_often(taken)).into()),
        Err(error) => Err(ApiError(error).into()),
        Ok(()) => worked(app, request, next).await,
    };
    let mut response = match answered {
        Ok(response) => response,
        Err(error) => ServiceResponse::from_err(error, asked),
    };
    limits.tell(response.headers_mut(), taken);
    Ok(response)
}

/// Does what a program asked for, once where it asks for that.
async fn worked(
    app: &App,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let key =
        request.headers().get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    match key {
        Some(key) if request.method() == Method::POST => once(app, key, request, next).await,
        _ => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

/// Postgres stores no NUL, and nothing that has a name has one in it.
fn refuse_nul(request: &HttpRequest) -> Result<(), actix_web::Error> {
    if request.match_info().as_str().contains('\0') || request.query_string().contains("%00") {
        return Err(face(Error::new(Kind::NotFound, "There is nothing at this address."), request));
    }
    Ok(())
}

/// Sends a person to the sign-in and tells a program what is missing.
fn refused(request: ServiceRequest, access: Access, error: Error) -> ServiceResponse<BoxBody> {
    let response = match access {
        Access::Staff(_) | Access::Entering if error.kind == Kind::Unauthorized => {
            // Without the host that a request may bring with its path (RFC 9112 §3.2.2).
            let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
            let back = if request.method() == Method::GET { asked } else { "/" };
            let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
            redirect(&format!("/login?next={back}"))
        }
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
