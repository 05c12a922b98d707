//! Sign-in of staff by an OpenID provider: OpenID Connect Core 1.0, code flow, with PKCE (RFC 7636), state and nonce.
//!
//! A sign-in by the provider never makes an account and never changes a role. An account is found by the provider's
//! issuer and subject; the first time by an address that the provider vouches for. What the browser carries between
//! the two halves is one signed cookie; state, nonce and verifier are derived from it, so nothing secret is stored.
//! `token` decides what is believed, `enter` who comes in.

pub mod binding;
mod enter;
mod exchange;
mod http;
mod jwk;
pub mod pages;
mod provider;
pub mod queries;
mod request;
mod token;

pub use provider::look;

use crate::error::{Error, Kind, Result};
use chrono::{DateTime, Utc};
use diesel::PgConnection;

/// Where the provider sends the browser back to, below the public address; registered there.
pub const CALLBACK: &str = "/login/oidc/callback";

/// Forgets sign-ins that are done and whose cookie is over.
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    queries::prune(connection, now - request::LASTS)
}

/// The provider gave no usable answer: for the log why, for the person what to do.
fn away(reason: &str) -> Error {
    tracing::warn!(reason, "the sign-in service does not answer as it should");
    let detail = "The sign-in service does not answer as it should. Try again in a minute.";
    Error { retry_after: Some(60), ..Error::new(Kind::Unavailable, detail) }
}

/// The provider's answer is not believed: for the log why, for the person what to do.
fn distrusted(reason: &str) -> Error {
    tracing::warn!(reason, "sign-in by the provider refused");
    let detail = format!(
        "The answer of the sign-in service is not to be trusted: {reason}. Try again; if it stays so, tell your \
         administrator."
    );
    Error::new(Kind::Unauthorized, detail)
}

/// What a provider says in a word, for a log and a page: nothing else of what it sends is repeated.
fn word(text: &str) -> &str {
    let is_word = text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_word && !text.is_empty() { text } else { "unknown" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_of_the_provider_is_repeated() {
        assert_eq!(
            ["access_denied", "<b>", "", "Ann Sample", &"x".repeat(41)].map(word),
            ["access_denied", "unknown", "unknown", "unknown", "unknown"]
        );
    }
}
