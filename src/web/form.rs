//! Posted forms as they come: fields in order, typed by whoever reads them.

use super::page::PageError;
use crate::error::{Error, Kind};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// The largest form that is read (bytes): an over-long comment must come back with what was typed.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// How long a form may take to come: a person's few kilobytes take seconds even where the network is bad.
pub const SLOWEST: Duration = Duration::from_secs(20);

/// The fields of an urlencoded form, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads an urlencoded body; bytes that are no UTF-8, and NUL, become replacement characters.
    pub fn parse(body: &[u8]) -> Self {
        let shown = |text: String| text.replace('\0', "\u{fffd}");
        Self(
            url::form_urlencoded::parse(body)
                .into_owned()
                .map(|(name, value)| (shown(name), shown(value)))
                .collect(),
        )
    }

    /// Makes fields of names and values.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Returns the first value of that name, as it was typed.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the first value of that name without white space around it, or nothing when it is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// Returns all values of that name without white space around them, those that are not empty.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns all fields in the order of the form, as they were typed.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns all names in the order of the form.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl FromRequest for Fields {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move { Ok(Self::parse(&read(payload).await?)) })
    }
}

/// Reads a body up to [`LARGEST`] within [`SLOWEST`].
///
/// # Errors
/// 413 when it is larger, 408 when it takes longer, 400 when the connection breaks off.
pub async fn read(payload: Payload) -> Result<web::Bytes, PageError> {
    let too_slow = || Error::new(Kind::TooSlow, "The form took too long to arrive. Please send it again.");
    tokio::time::timeout(SLOWEST, read_all(payload)).await.map_err(|_| too_slow())?
}

async fn read_all(payload: Payload) -> Result<web::Bytes, PageError> {
    let mut payload = payload;
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            PageError(Error::new(Kind::BadRequest, "The form broke off. Please send it again."))
        })?;
        if body.len() + chunk.len() > LARGEST {
            return Err(PageError(Error::new(
                Kind::TooLarge,
                "That is more than this page can take. Please shorten it.",
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_as_they_were_typed() {
        let fields = Fields::parse(b"a=1&b=+x+y%0A&a=2&c=%ff");
        assert_eq!(
            (fields.get("a"), fields.get("b"), fields.text("b")),
            (Some("1"), Some(" x y\n"), Some("x y"))
        );
        assert_eq!((fields.get("c"), fields.get("d")), (Some("\u{fffd}"), None));
    }
}
