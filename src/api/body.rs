//! JSON bodies: what cannot be read is answered with the field and the reason.

use super::problem::ApiError;
use crate::error::{Error, FieldError, Kind, Result};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;

/// The largest body that is read (bytes): a thousand visits.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// The bytes of a JSON request.
#[derive(Debug)]
pub struct Body(pub web::Bytes);

impl Body {
    /// Reads the body as a value.
    ///
    /// # Errors
    /// 422 naming the field when it is no JSON, or JSON of another shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let value: serde_json::Value = serde_json::from_slice(&self.0)
            .map_err(|error| Error::invalid_field("", format!("the body is no JSON: {error}")))?;
        from_value(value, "")
    }
}

/// Reads a JSON value as `T`; `at` is the pointer of the value in the request.
///
/// # Errors
/// 422 naming the field: an unknown one, a missing one, or one of the wrong type.
pub fn from_value<T: DeserializeOwned>(value: serde_json::Value, at: &str) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| path_error(&error, at))
}

/// Makes the error that names the field which could not be read; `at` is the pointer of the whole value.
pub(super) fn path_error<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>, at: &str) -> Error {
    let path = pointer(error.path());
    Error::invalid(vec![field(&format!("{at}{path}"), &error.inner().to_string())])
}

/// Serde names a missing or unknown field in its message and not in the path.
fn field(path: &str, reason: &str) -> FieldError {
    let named =
        |prefix: &str| reason.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).map(str::to_owned);
    if let Some(name) = named("missing field `") {
        return FieldError::new(format!("{path}/{name}"), "is missing");
    }
    if let Some(name) = named("unknown field `") {
        let path = path.strip_suffix(&format!("/{name}")).unwrap_or(path);
        let known = reason.split_once("expected ").map_or("", |(_, known)| known);
        return FieldError::new(format!("{path}/{name}"), format!("is not known here; expected {known}"));
    }
    FieldError::new(path, reason)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

impl FromRequest for Body {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, ApiError>>>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut payload = payload.take();
        Box::pin(async move {
            let mut body = web::BytesMut::new();
            while let Some(chunk) = payload.next().await {
                let chunk = chunk.map_err(|_| Error::new(Kind::BadRequest, "The body broke off."))?;
                if body.len() + chunk.len() > LARGEST {
                    return Err(Error::new(
                        Kind::TooLarge,
                        "The body is larger than 4 MiB; send it in parts.",
                    )
                    .into());
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Self(body.freeze()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Inner {
        id: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Outer {
        list: Vec<Inner>,
    }

    fn refused(text: &str) -> (String, String) {
        let error = Body(text.to_owned().into()).read::<Outer>().unwrap_err();
        let field = error.fields.first().cloned().unwrap_or(FieldError::new("", error.detail));
        (field.field, field.reason)
    }

    #[test]
    fn the_field_is_named_wherever_it_is() {
        assert_eq!(refused(r#"{"list": [{}]}"#), ("/list/0/id".into(), "is missing".into()));
        assert_eq!(refused(r#"{"list": [{"id": "a", "x": 1}]}"#).0, "/list/0/x");
        assert_eq!(refused(r#"{"list": [{"id": 7}]}"#).0, "/list/0/id");
        assert_eq!(refused("{}"), ("/list".into(), "is missing".into()));
        assert!(refused("{").1.contains("no JSON"));
    }
}
