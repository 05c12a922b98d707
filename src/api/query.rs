//! Parameters of an address: what cannot be read is answered with the name and the reason.

use super::body::path_error;
use super::problem::ApiError;
use crate::error::Result;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};

/// The parameters of an address.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// Reads parameters.
///
/// # Errors
/// 422 naming the parameter: an unknown one, a missing one, or one that cannot be read.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    let deserializer = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(deserializer).map_err(|error| path_error(&error, ""))
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<std::result::Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self).map_err(ApiError))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Span {
        from: chrono::NaiveDate,
        limit: Option<i64>,
    }

    fn refused(text: &str) -> String {
        read::<Span>(text).unwrap_err().fields.first().unwrap().field.clone()
    }

    #[test]
    fn the_parameter_is_named() {
        assert_eq!(refused("from=nov"), "/from");
        assert_eq!(refused("from=2026-01-01&limit=many"), "/limit");
        assert_eq!(refused(""), "/from");
        assert_eq!(refused("from=2026-01-01&until=x"), "/until");
    }
}
