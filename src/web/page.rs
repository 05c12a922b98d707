//! From an askama struct to a response, and the HTML face of every error.

use super::assets;
use crate::error::{Error, Kind, Result};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use askama::Template;
use std::fmt;

/// What a page handler returns.
pub type PageResult = std::result::Result<HttpResponse, PageError>;

/// The HTML face of an [`Error`].
#[derive(Debug)]
pub struct PageError(pub Error);

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<diesel::result::Error> for PageError {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage<'a> {
    css: &'a str,
    title: &'a str,
    detail: &'a str,
    fields: Vec<(String, String)>,
    home: Option<String>,
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let error = &self.0;
        let fields = error.fields.iter().map(|field| (field.field.clone(), field.reason.clone())).collect();
        let page = ErrorPage {
            css: assets::customer_css(),
            title: error.kind.title(),
            detail: &error.detail,
            fields,
            home: matches!(error.kind, Kind::Forbidden).then(|| "/".to_owned()),
        };
        // The page itself can only fail with the formatter; the words alone are then still true.
        let body = page.render().unwrap_or_else(|_| error.detail.clone());
        error.response().content_type("text/html; charset=utf-8").body(body)
    }
}

/// Renders a page with status 200.
///
/// # Errors
/// 500 when the template fails.
pub fn html(page: &impl Template) -> PageResult {
    with_status(page, StatusCode::OK)
}

/// Renders a page again because the form on it needs correcting (422).
///
/// # Errors
/// 500 when the template fails.
pub fn invalid(page: &impl Template) -> PageResult {
    with_status(page, Kind::Invalid.status_code())
}

/// Renders a page that says that there is nothing (404).
///
/// # Errors
/// 500 when the template fails.
pub fn not_found(page: &impl Template) -> PageResult {
    with_status(page, Kind::NotFound.status_code())
}

fn with_status(page: &impl Template, status: StatusCode) -> PageResult {
    let body = render(page)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body))
}

/// Renders a template to text.
///
/// # Errors
/// 500 when the template fails.
pub fn render(page: &impl Template) -> Result<String> {
    page.render().map_err(Error::internal)
}

/// Sends the browser to another of our pages after a form (303, RFC 9110 §15.4.4).
pub fn redirect(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}
