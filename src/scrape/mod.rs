//! `/metrics` on an address of its own, for Prometheus: what this process counted, and how the queues stand.
//!
//! Whoever reaches the address may read it: it holds counts, never a name, an address, a token or a score. It is
//! therefore off until an address is set, and that address belongs inside.

mod queries;
mod standing;

use crate::app::App;
use crate::config::ConfigError;
use crate::metrics;
use actix_web::dev::Server;
use actix_web::{App as WebApp, HttpResponse, HttpServer, web};
use standing::Standing;
use std::net::TcpListener;

/// Begins to listen where `HEARBACK_METRICS_LISTEN` says; nothing where it says nothing.
///
/// # Errors
/// When the address is taken or not ours.
pub fn start(app: &App) -> Result<Option<Server>, ConfigError> {
    let Some(listen) = app.config.http.metrics_listen else { return Ok(None) };
    let wrong = |error: std::io::Error| {
        ConfigError::new("HEARBACK_METRICS_LISTEN", format!("cannot be used: {error}"))
    };
    let listener = TcpListener::bind(listen).map_err(wrong)?;
    let parts = (web::Data::new(app.clone()), web::Data::new(Standing::default()));
    let server = HttpServer::new(move || {
        let (app, standing) = parts.clone();
        WebApp::new().app_data(app).app_data(standing).route("/metrics", web::get().to(show))
    })
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)
    .map_err(wrong)?
    .run();
    eprintln!("hearback: metrics on http://{listen}/metrics");
    Ok(Some(server))
}

/// `GET /metrics`.
async fn show(app: web::Data<App>, standing: web::Data<Standing>) -> HttpResponse {
    let told = standing.text(&app).await;
    HttpResponse::Ok().content_type(metrics::MEDIA_TYPE).body(metrics::process_text() + &told)
}
