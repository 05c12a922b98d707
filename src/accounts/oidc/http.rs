//! One question to the provider: no redirect is followed, no body read without end, nothing waited for long.

use crate::config::is_safe;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring::default_provider;
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use url::Url;

/// The longest answer that is read (bytes): keys and documents of large providers have some ten thousand.
const LONGEST: u64 = 256 * 1024;

/// How long one question may take in all.
const PATIENCE: Duration = Duration::from_secs(10);

static AGENT: LazyLock<Agent> = LazyLock::new(|| {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
        .build();
    let config = Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        // The environment has one home, and a proxy is none of our settings.
        .proxy(None)
        .timeout_connect(Some(PATIENCE / 2))
        .timeout_global(Some(PATIENCE))
        .user_agent("hearback")
        .tls_config(tls);
    config.build().into()
});

/// What the provider said.
pub(super) struct Reply {
    /// Status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Asks for a document, as the bearer of a token where there is one.
///
/// # Errors
/// Says why there is no answer.
pub(super) fn get(address: &Url, bearer: Option<&str>) -> Result<Reply, String> {
    check(address)?;
    let mut request = AGENT.get(address.as_str()).header("accept", "application/json");
    if let Some(token) = bearer {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    read(request.call())
}

/// Posts a form.
///
/// # Errors
/// As [`get`].
pub(super) fn post(address: &Url, authorization: Option<&str>, form: &str) -> Result<Reply, String> {
    check(address)?;
    let mut request = AGENT
        .post(address.as_str())
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    read(request.send(form))
}

fn check(address: &Url) -> Result<(), String> {
    if is_safe(address) { Ok(()) } else { Err("an address of the provider is not https".to_owned()) }
}

fn read(answer: Result<Response<ureq::Body>, ureq::Error>) -> Result<Reply, String> {
    let mut answer = answer.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
    Ok(Reply { status, body: body.map_err(|error| error.to_string())? })
}
