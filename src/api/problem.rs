//! The JSON face of every error: `application/problem+json` (RFC 9457).

use crate::error::{Error, FieldError};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use std::fmt;

/// What an API handler returns.
pub type ApiResult = std::result::Result<HttpResponse, ApiError>;

/// The JSON face of an [`Error`].
#[derive(Debug)]
pub struct ApiError(pub Error);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A field of the request and why it was refused.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// JSON pointer (RFC 6901) of the field.
    pub field: String,
    /// What was expected instead.
    pub reason: String,
}

impl From<&FieldError> for ProblemField {
    fn from(field: &FieldError) -> Self {
        Self { field: field.field.clone(), reason: field.reason.clone() }
    }
}

/// A problem as RFC 9457 describes it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says which problem it is.
    pub r#type: &'static str,
    /// A short title for people.
    pub title: &'static str,
    /// The status code of the response.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// The fields that were refused.
    pub errors: Vec<ProblemField>,
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self {
            r#type: "about:blank",
            title: error.kind.title(),
            status: error.kind.status(),
            detail: error.detail.clone(),
            errors: error.fields.iter().map(ProblemField::from).collect(),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        // Serde escapes the body; the content type of json() would be the plain one.
        let body = serde_json::to_string(&Problem::from(&self.0)).unwrap_or_default();
        self.0.response().content_type("application/problem+json").body(body)
    }
}
