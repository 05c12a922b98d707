//! The second half of a sign-in: from what the browser brought back to a session.

use super::exchange::{self, Grant, Tokens};
use super::provider::{self, Provider};
use super::request::Request;
use super::token::{self, Expected, Refusal, Verified};
use super::{CALLBACK, binding, distrusted, queries, word};
use crate::accounts::sessions::{self, Entered, Proof};
use crate::app::App;
use crate::config::OidcConfig;
use crate::error::{Error, Kind, Result};
use crate::ids;
use serde::Deserialize;
use std::sync::Arc;

/// What the provider sends with the browser.
#[derive(Debug, Default, Deserialize)]
pub struct Said {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

fn stray() -> Error {
    let detail = "This sign-in was begun in another browser or window, or more than ten minutes ago, or is done. \
                  Please begin again.";
    Error::new(Kind::BadRequest, detail)
}

/// Goes from what the browser brought back to a session, or to the code of a second factor that the service did not ask
/// for, and to where somebody wanted to go.
///
/// # Errors
/// 400 for a sign-in that is not under way in this browser, 401 for a word of the provider that does not hold, 403
/// for somebody without an open account, 503 when the provider does not answer.
pub(super) async fn enter(
    app: &App,
    config: &OidcConfig,
    cookie: Option<&str>,
    said: Said,
    agent: String,
) -> Result<(Entered, String)> {
    let request =
        cookie.and_then(|text| Request::read(&app.keys, text, app.clock.now())).ok_or_else(stray)?;
    let state = said.state.as_deref().unwrap_or_default();
    if !ids::same(state.as_bytes(), request.state(&app.keys).as_bytes()) {
        return Err(stray());
    }
    let provider = provider::known(app, config).await?;
    let grant = Grant {
        code: code(config, &provider, said)?,
        verifier: request.verifier(&app.keys),
        redirect_uri: app.config.http.link(CALLBACK),
    };
    let (asked, with) = (provider.clone(), config.clone());
    let tokens = provider::in_turn(app, move || exchange::exchange(&asked.document, &with, &grant)).await?;
    let person = believe(app, config, &provider, &tokens, &request.nonce(&app.keys)).await?;
    let email = address(app, config, provider, tokens, &person).await?;
    open(app, config, &request, (person, email), agent).await
}

/// Takes the code out of the answer, if it is an answer of this provider (RFC 9207 §2.4).
fn code(config: &OidcConfig, provider: &Provider, said: Said) -> Result<String> {
    let names_itself = provider.document.authorization_response_iss_parameter_supported;
    match said.iss.as_deref() {
        Some(issuer) if issuer != config.issuer => return Err(distrusted("it is from another service")),
        None if names_itself => return Err(distrusted("it does not say from whom it is")),
        _ => {}
    }
    if let Some(error) = said.error {
        let error = word(&error);
        tracing::info!(error, "sign-in ended at the provider");
        let detail = format!("The sign-in service did not sign you in ({error}). Please begin again.");
        return Err(Error::new(Kind::Unauthorized, detail));
    }
    said.code.filter(|code| !code.is_empty()).ok_or_else(|| distrusted("it holds no code"))
}

/// Checks the token; a key that we do not know may be new.
async fn believe(
    app: &App,
    config: &OidcConfig,
    provider: &Arc<Provider>,
    tokens: &Tokens,
    nonce: &str,
) -> Result<Verified> {
    let (issuer, client_id) = (&config.issuer, &config.client_id);
    let expected = Expected { issuer, client_id, nonce, now: app.clock.now() };
    let mut verified = token::verify(&tokens.id_token, &provider.keys, &expected);
    if verified == Err(Refusal::UnknownKey) {
        let newer = provider::renewed(app, config, provider).await?;
        verified = token::verify(&tokens.id_token, &newer.keys, &expected);
    }
    verified.map_err(|refusal| match refusal {
        Refusal::UnknownKey => distrusted("its token is signed with a key that it does not publish"),
        Refusal::Wrong(reason) => distrusted(reason),
    })
}

/// The address that the provider vouches for; asked for only as long as the account is not bound.
async fn address(
    app: &App,
    config: &OidcConfig,
    provider: Arc<Provider>,
    tokens: Tokens,
    person: &Verified,
) -> Result<Option<String>> {
    if person.email.is_some() {
        return Ok(person.email.clone());
    }
    let (issuer, subject) = (config.issuer.clone(), person.subject.clone());
    let known = app.db(move |connection| queries::find_identity(connection, &issuer, &subject)).await?;
    if known.is_some() {
        return Ok(None);
    }
    let subject = person.subject.clone();
    provider::in_turn(app, move || exchange::verified_address(&provider.document, &tokens, &subject)).await
}

async fn open(
    app: &App,
    config: &OidcConfig,
    request: &Request,
    (person, email): (Verified, Option<String>),
    agent: String,
) -> Result<(Entered, String)> {
    let (issuer, hash, now) = (config.issuer.clone(), request.hash(), app.clock.now());
    let second_factor = person.second_factor || config.trusts_second_factor;
    let entered = app
        .transaction(move |connection| {
            if !queries::insert_done(connection, &hash, now)? {
                return Err(stray());
            }
            let who = (issuer.as_str(), person.subject.as_str());
            let account = binding::account_of(connection, who, email.as_deref(), now)?.id;
            sessions::enter(connection, account, &agent, Proof::Provider { second_factor }, now)
        })
        .await?;
    Ok((entered, request.next.clone()))
}
