//! A sign-in under way: what the browser carries from the first half to the second.
//!
//! One random secret in a signed cookie of ten minutes; state, nonce and PKCE's verifier are derived from it by our
//! own key, so that the cookie alone tells nobody what they are and the database holds none of them.

use super::CALLBACK;
use super::provider::Document;
use crate::app::App;
use crate::config::OidcConfig;
use crate::ids::{self, Keyring};
use actix_web::cookie::{Cookie, SameSite, time};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};

/// How long a person may take at the provider.
pub(super) const LASTS: TimeDelta = TimeDelta::minutes(10);

/// A longer path to return to is forgotten, so that the cookie stays one.
const LONGEST_PATH: usize = 1_000;

const PURPOSE: &str = "oidc-request";

/// A sign-in under way.
pub(super) struct Request {
    secret: String,
    begun: i64,
    /// Where the person wanted to go: a path of ours.
    pub next: String,
}

impl Request {
    /// Begins one.
    pub(super) fn begin(next: &str, now: DateTime<Utc>) -> Self {
        let next = if next.len() <= LONGEST_PATH { next } else { "/" };
        Self { secret: ids::random_secret(), begun: now.timestamp(), next: next.to_owned() }
    }

    /// Writes it for the cookie.
    pub(super) fn write(&self, keys: &Keyring) -> String {
        let said = format!("{}.{}.{}", self.secret, self.begun, URL_SAFE_NO_PAD.encode(&self.next));
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(keys.sign(PURPOSE, &[said.as_bytes()])))
    }

    /// Reads what the cookie holds; None when it is not from us or too old.
    pub(super) fn read(keys: &Keyring, text: &str, now: DateTime<Utc>) -> Option<Self> {
        let (said, signature) = text.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if !keys.verifies(PURPOSE, &[said.as_bytes()], &signature) {
            return None;
        }
        let mut parts = said.split('.');
        let (secret, begun, next) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        let age = now.timestamp() - begun;
        ((0..LASTS.num_seconds()).contains(&age)).then(|| Self { secret: secret.to_owned(), begun, next })
    }

    /// The hash under which it is done once.
    pub(super) fn hash(&self) -> Vec<u8> {
        ids::sha256(self.secret.as_bytes())
    }

    fn derive(&self, keys: &Keyring, purpose: &str) -> String {
        URL_SAFE_NO_PAD.encode(keys.sign(purpose, &[self.secret.as_bytes()]))
    }

    /// What the provider gives back with the browser.
    pub(super) fn state(&self, keys: &Keyring) -> String {
        self.derive(keys, "oidc-state")
    }

    /// What the provider puts into the token.
    pub(super) fn nonce(&self, keys: &Keyring) -> String {
        self.derive(keys, "oidc-nonce")
    }

    /// What proves that whoever brings the code began this (RFC 7636 §4.1).
    pub(super) fn verifier(&self, keys: &Keyring) -> String {
        self.derive(keys, "oidc-verifier")
    }

    /// The provider's address to which the browser goes (OpenID Connect Core 1.0 §3.1.2.1).
    pub(super) fn address(&self, app: &App, config: &OidcConfig, document: &Document) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(ids::sha256(self.verifier(&app.keys).as_bytes()));
        let mut address = document.authorization_endpoint.clone();
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &config.client_id)
            .append_pair("redirect_uri", &app.config.http.link(CALLBACK))
            .append_pair("scope", "openid email")
            .append_pair("state", &self.state(&app.keys))
            .append_pair("nonce", &self.nonce(&app.keys))
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        address.into()
    }
}

/// Returns the name of the cookie.
pub(super) const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-hearback-oidc" } else { "hearback-oidc" }
}

/// Makes the cookie. Lax, for the browser comes back from another site.
pub(super) fn cookie(value: String, https: bool) -> Cookie<'static> {
    Cookie::build(cookie_name(https), value)
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::seconds(LASTS.num_seconds()))
        .finish()
}

/// Makes the cookie that removes it.
pub(super) fn no_cookie(https: bool) -> Cookie<'static> {
    let mut cookie = cookie(String::new(), https);
    cookie.set_max_age(time::Duration::ZERO);
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_wrote_is_read_for_ten_minutes_and_nothing_else_is() {
        let keys = Keyring::parse("a:0123456789012345678901234567890a").unwrap();
        let now: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        let request = Request::begin("/evaluations?team=North 2", now);
        let text = request.write(&keys);
        let read = |text: &str, after: i64| Request::read(&keys, text, now + TimeDelta::seconds(after));
        let again = read(&text, 599).unwrap();
        assert_eq!((again.next.as_str(), again.hash()), ("/evaluations?team=North 2", request.hash()));
        assert_eq!(again.verifier(&keys).len(), 43, "RFC 7636 asks for 43 characters at least");
        assert!(read(&text, 600).is_none() && read(&text, -1).is_none());
        let (said, signature) = text.rsplit_once('.').unwrap();
        let elsewhere = URL_SAFE_NO_PAD.encode("//evil.example.com");
        let changed = format!("{}.{elsewhere}.{signature}", said.rsplit_once('.').unwrap().0);
        for other in [changed.as_str(), said, "", "...", &text[1..]] {
            assert!(read(other, 0).is_none(), "{other}");
        }
        let others = Keyring::parse("a:0123456789012345678901234567890b").unwrap();
        assert!(Request::read(&others, &text, now).is_none());
    }

    #[test]
    fn state_nonce_and_verifier_are_three_and_none_is_in_the_cookie() {
        let keys = Keyring::parse("a:0123456789012345678901234567890a").unwrap();
        let request = Request::begin("/", "2026-11-23T08:00:00Z".parse().unwrap());
        let all = [request.state(&keys), request.nonce(&keys), request.verifier(&keys)];
        assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2]);
        assert!(all.iter().all(|one| !request.write(&keys).contains(one.as_str())));
    }
}
