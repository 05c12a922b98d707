//! The one home of errors: what went wrong, in the user's words, and the only status codes.
//!
//! Capabilities return [`Error`]; the two faces (`web::PageError`, `api::ApiError`) show it.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use chrono::{Datelike, NaiveDate};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use std::fmt;

/// One field of a request and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) of the field, such as `/customer/email`.
    pub field: String,
    /// What was expected instead, in the user's words.
    pub reason: String,
}

impl FieldError {
    /// Names a field and the reason why it was refused.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

/// The kinds of failure a caller can tell apart; each has one status code (RFC 9110).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read at all.
    BadRequest,
    /// Nobody is signed in, or the key is unknown.
    Unauthorized,
    /// Signed in, but not allowed to do this.
    Forbidden,
    /// No such thing, or none that this reader may know of.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The request contradicts what is already stored.
    Conflict,
    /// The body takes too long to come.
    TooSlow,
    /// The body is larger than allowed.
    TooLarge,
    /// Readable, but some fields are wrong.
    Invalid,
    /// Too many requests; try again after some seconds.
    TooMany,
    /// The program has a defect or a full disk.
    Internal,
    /// The database does not answer just now.
    Unavailable,
}

impl Kind {
    /// Returns the HTTP status code.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooSlow => 408,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// Returns the status code as the web server takes it.
    pub fn status_code(self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Returns a short title for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "The request cannot be read",
            Self::Unauthorized => "Please sign in",
            Self::Forbidden => "Not allowed",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "This cannot be done here",
            Self::Conflict => "This contradicts what is stored",
            Self::TooSlow => "That took too long",
            Self::TooLarge => "Too large",
            Self::Invalid => "Something needs correcting",
            Self::TooMany => "Too many requests",
            Self::Internal => "Something broke on our side",
            Self::Unavailable => "Not available just now",
        }
    }
}

/// A failure on its way to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What kind of failure, and so which status code.
    pub kind: Kind,
    /// One sentence that says what happened and what to do.
    pub detail: String,
    /// The fields that were refused; empty when it is not about fields.
    pub fields: Vec<FieldError>,
    /// After how many seconds another try makes sense.
    pub retry_after: Option<u32>,
    /// Whether the same transaction may succeed at once: two of them stood in each other's way.
    pub again: bool,
}

/// What capabilities return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Makes an error of a kind with one sentence for the user.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let retry_after = matches!(kind, Kind::Unavailable).then_some(5);
        Self { kind, detail: detail.into(), fields: Vec::new(), retry_after, again: false }
    }

    /// Says that nothing of that name exists, with the word for the thing (`visit`).
    pub fn not_found(thing: &str) -> Self {
        Self::new(Kind::NotFound, format!("There is no such {thing}."))
    }

    /// Says that the request contradicts what is stored.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, detail)
    }

    /// Says which fields are wrong; nothing was stored.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(Kind::Invalid, "Some fields are wrong. Nothing was stored.") }
    }

    /// Says which one field is wrong.
    pub fn invalid_field(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, reason)])
    }

    /// Says that the program itself failed; the cause goes to the log, not to the user.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(Kind::Internal, "Something broke on our side. It is in the log; please try again later.")
    }

    /// Says that the database does not answer; the cause goes to the log.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "database not available");
        Self::new(
            Kind::Unavailable,
            "The database does not answer just now. Nothing was lost; please try again.",
        )
    }

    /// Says that this process is about to end; another one answers.
    pub fn leaving() -> Self {
        Self::new(Kind::Unavailable, "This server is about to stop. Please try again.")
    }

    /// Begins the response with the status and, where it helps, Retry-After (RFC 9110 §10.2.3).
    pub fn response(&self) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(self.kind.status_code());
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        // The rest of the body is not waited for.
        if matches!(self.kind, Kind::TooSlow | Kind::TooLarge) {
            response.force_close();
        }
        response
    }

    /// Says to wait.
    pub fn too_many(seconds: u32) -> Self {
        let detail = format!("Too many tries. Please wait {seconds} seconds.");
        Self { retry_after: Some(seconds), ..Self::new(Kind::TooMany, detail) }
    }
}

/// Checks a span of dates as people ask for one: from 1970 to 2200, the first not after the last.
///
/// # Errors
/// 422 naming the date that is wrong.
pub fn check_span(from: NaiveDate, to: NaiveDate) -> Result<()> {
    for (field, date) in [("/from", from), ("/to", to)] {
        if !(1970..=2200).contains(&date.year()) {
            return Err(Error::invalid_field(field, "must lie between 1970 and 2200"));
        }
    }
    if from > to {
        return Err(Error::invalid_field("/to", "must not lie before from"));
    }
    Ok(())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        for field in &self.fields {
            write!(f, " {}: {}", field.field, field.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<diesel::result::Error> for Error {
    /// A row that is not there is 404; everything else the database says is 503, never the user's fault.
    fn from(error: diesel::result::Error) -> Self {
        match error {
            DieselError::NotFound => Self::not_found("thing"),
            DieselError::DatabaseError(kind, info)
                // What a row names is gone since it was found: a customer was erased in this moment.
                if matches!(
                    kind,
                    DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::ForeignKeyViolation
                ) || info.message() == "deadlock detected" =>
            {
                Self { again: true, ..Self::unavailable("two transactions stood in each other's way") }
            }
            // The message of a violated constraint carries the row's values, so only its name is logged.
            DieselError::DatabaseError(kind, info) => Self::unavailable(format_args!(
                "{kind:?} (table {}, constraint {}): {}",
                info.table_name().unwrap_or("-"),
                info.constraint_name().unwrap_or("-"),
                info.message().lines().next().unwrap_or_default(),
            )),
            other => Self::unavailable(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_failure_is_503_with_retry_after_and_never_the_users_fault() {
        let error = Error::from(diesel::result::Error::BrokenTransactionManager);
        assert_eq!((error.kind.status(), error.retry_after), (503, Some(5)));
    }

    #[test]
    fn a_missing_row_is_404() {
        assert_eq!(Error::from(DieselError::NotFound).kind.status(), 404);
    }
}
