//! `/healthz` and `/readyz` for whoever watches the server.

use crate::app::App;
use crate::db;
use crate::error::Result;
use actix_web::{HttpResponse, web};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process was told to stop.
static IS_LEAVING: AtomicBool = AtomicBool::new(false);

/// From now on `/readyz` says that this process is about to end, so that a load balancer sends nobody here any more.
pub fn leave() {
    IS_LEAVING.store(true, Ordering::SeqCst);
}

/// `GET /healthz`: the process answers.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: the database answers and has the newest tables; 503 otherwise, and once the process was told to stop.
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    if IS_LEAVING.load(Ordering::SeqCst) {
        return crate::error::Error::leaving()
            .response()
            .content_type("text/plain; charset=utf-8")
            .body("stopping\n");
    }
    let pending: Result<Vec<String>> = app.db(db::migrate::pending).await;
    match pending {
        Ok(pending) if pending.is_empty() => {
            HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n")
        }
        Ok(_) => crate::error::Error::unavailable("migrations are pending")
            .response()
            .content_type("text/plain; charset=utf-8")
            .body("migrations are pending; run hearback migrate\n"),
        Err(error) => {
            error.response().content_type("text/plain; charset=utf-8").body("the database does not answer\n")
        }
    }
}
