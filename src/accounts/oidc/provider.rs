//! The provider as it describes itself (OpenID Connect Discovery 1.0 §4), with its keys.

use super::jwk::{self, Jwk};
use super::{away, http};
use crate::app::App;
use crate::config::{OidcConfig, is_safe};
use crate::error::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// How long its description is taken for true.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// A token with an unknown key has it read again, but not more often than this: whoever makes up tokens must not make
/// us ask.
const NOT_SOONER: TimeDelta = TimeDelta::minutes(1);

/// So many conversations with it at once: strangers decide how many there are, and each holds a thread.
static TURNS: Semaphore = Semaphore::const_new(4);

/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

static KNOWN: Mutex<BTreeMap<String, Arc<Provider>>> = Mutex::new(BTreeMap::new());

/// What we use of a discovery document.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    issuer: String,
    /// Where the browser goes to sign in.
    pub authorization_endpoint: Url,
    /// Where a code becomes a token.
    pub token_endpoint: Url,
    jwks_uri: Url,
    /// Where there is more about the person.
    pub userinfo_endpoint: Option<Url>,
    /// Where the browser goes to sign out there too.
    pub end_session_endpoint: Option<Url>,
    /// How we may show our secret.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether it names itself when it sends the browser back (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

/// A provider.
#[derive(Debug)]
pub(super) struct Provider {
    /// Its description.
    pub document: Document,
    /// Its public keys.
    pub keys: Vec<Jwk>,
    read_at: DateTime<Utc>,
}

/// Says whether the provider is there and describes itself as it should, for `hearback check`.
///
/// # Errors
/// Says what is wrong.
pub fn look(config: &OidcConfig) -> std::result::Result<(), String> {
    read(config, DateTime::UNIX_EPOCH).map(drop)
}

fn read(config: &OidcConfig, now: DateTime<Utc>) -> std::result::Result<Provider, String> {
    let address = format!("{}/.well-known/openid-configuration", config.issuer.trim_end_matches('/'));
    let address = Url::parse(&address).map_err(|_| "the issuer is no address".to_owned())?;
    let body = fetch(&address)?;
    let document: Document =
        serde_json::from_slice(&body).map_err(|_| "its description cannot be read".to_owned())?;
    if document.issuer != config.issuer {
        return Err("it names itself otherwise than HEARBACK_OIDC_ISSUER".to_owned());
    }
    check(&document, address.scheme())?;
    let keys = jwk::read_set(&fetch(&document.jwks_uri)?)?;
    Ok(Provider { document, keys, read_at: now })
}

fn fetch(address: &Url) -> std::result::Result<Vec<u8>, String> {
    let reply = http::get(address, None)?;
    if reply.status == 200 { Ok(reply.body) } else { Err(format!("{address} answers {}", reply.status)) }
}

/// A provider that is asked by https sends nobody elsewhere in the open.
fn check(document: &Document, scheme: &str) -> std::result::Result<(), String> {
    let optional = [&document.userinfo_endpoint, &document.end_session_endpoint];
    let needed = [&document.authorization_endpoint, &document.token_endpoint, &document.jwks_uri];
    let mut all = needed.into_iter().chain(optional.into_iter().flatten());
    match all.find(|address| !is_safe(address) || (scheme == "https" && address.scheme() != "https")) {
        Some(open) => Err(format!("it names {open}, which is not https")),
        None => Ok(()),
    }
}

fn remembered(config: &OidcConfig) -> Option<Arc<Provider>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&config.issuer).cloned()
}

/// Gives the provider as it was described within the last ten minutes, and asks it if need be.
///
/// # Errors
/// 503 when it does not answer as it should, 429 when too many ask.
pub(super) async fn known(app: &App, config: &OidcConfig) -> Result<Arc<Provider>> {
    let now = app.clock.now();
    match remembered(config).filter(|provider| now < provider.read_at + FRESH && now >= provider.read_at) {
        Some(provider) => Ok(provider),
        None => ask(app, config).await,
    }
}

/// Gives the provider as it is now, for its keys may be new; within a minute the same as before.
///
/// # Errors
/// As [`known`].
pub(super) async fn renewed(app: &App, config: &OidcConfig, before: &Arc<Provider>) -> Result<Arc<Provider>> {
    if app.clock.now() < before.read_at + NOT_SOONER { Ok(before.clone()) } else { ask(app, config).await }
}

async fn ask(app: &App, config: &OidcConfig) -> Result<Arc<Provider>> {
    let (now, asked) = (app.clock.now(), config.clone());
    let provider = in_turn(app, move || read(&asked, now).map_err(|reason| away(&reason))).await?;
    let provider = Arc::new(provider);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.insert(config.issuer.clone(), provider.clone());
    Ok(provider)
}

/// Talks to the provider on a thread that may block, when it is its turn.
///
/// # Errors
/// 429 when it does not become its turn; else what `talk` returns.
pub(super) async fn in_turn<T: Send + 'static>(
    app: &App,
    talk: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let Ok(Ok(turn)) = tokio::time::timeout(PATIENCE, TURNS.acquire()).await else {
        return Err(Error::too_many(10));
    };
    let done = app.blocking(talk).await;
    drop(turn);
    done
}

/// Where the browser goes to sign out at the provider too, if that is known without asking.
pub(super) fn way_out(config: &OidcConfig) -> Option<Url> {
    let mut address = remembered(config)?.document.end_session_endpoint.clone()?;
    address.query_pairs_mut().append_pair("client_id", &config.client_id);
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_provider_behind_https_sends_nobody_elsewhere_in_the_open() {
        let with = |token: &str| {
            let document = json!({
                "issuer": "https://id.example.com", "authorization_endpoint": "https://id.example.com/auth",
                "token_endpoint": token, "jwks_uri": "https://id.example.com/keys",
            });
            check(&serde_json::from_value(document).unwrap(), "https")
        };
        assert!(with("https://tokens.example.com/").is_ok());
        for open in ["http://id.example.com/token", "http://localhost/token", "file:///etc/passwd"] {
            assert!(with(open).unwrap_err().contains("https"), "{open}");
        }
    }
}
