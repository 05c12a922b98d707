//! What the program itself asks the provider in the second half: a token for the code, and the person's address.

use super::provider::Document;
use super::token::Address;
use super::{away, distrusted, http, word};
use crate::config::OidcConfig;
use crate::error::{Error, Kind, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

/// What a code is worth.
#[derive(Deserialize)]
pub(super) struct Tokens {
    /// Who signed in.
    pub id_token: String,
    /// Opens the page about the person.
    pub access_token: Option<String>,
}

/// The code and what goes with it.
pub(super) struct Grant {
    /// The code.
    pub code: String,
    /// The proof that we began the sign-in.
    pub verifier: String,
    /// Where the browser came back to, as in the first half.
    pub redirect_uri: String,
}

#[derive(Deserialize)]
struct About {
    sub: String,
    #[serde(flatten)]
    address: Address,
}

/// Changes the code into tokens (OpenID Connect Core 1.0 §3.1.3). May block.
///
/// # Errors
/// 401 when the provider does not take the code, 503 when it does not answer as it should.
pub(super) fn exchange(document: &Document, config: &OidcConfig, grant: &Grant) -> Result<Tokens> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", &grant.code)
        .append_pair("redirect_uri", &grant.redirect_uri)
        .append_pair("code_verifier", &grant.verifier);
    let methods = document.token_endpoint_auth_methods_supported.as_deref();
    let takes = |method: &str| methods.is_some_and(|all| all.iter().any(|known| known == method));
    // Without a word about it, Basic it is (OpenID Connect Discovery 1.0 §3).
    let basic = methods.is_none() || takes("client_secret_basic");
    if !basic && !takes("client_secret_post") {
        return Err(away("it takes our secret in no way that we know"));
    }
    if !basic {
        form.append_pair("client_id", &config.client_id).append_pair("client_secret", &config.client_secret);
    }
    let authorization = basic.then(|| authorization(config));
    let reply = http::post(&document.token_endpoint, authorization.as_deref(), &form.finish())
        .map_err(|reason| away(&reason))?;
    match reply.status {
        200 => serde_json::from_slice(&reply.body).map_err(|_| distrusted("it holds no token")),
        400 | 401 => Err(refused(&reply.body)),
        status => Err(away(&format!("the token endpoint answers {status}"))),
    }
}

/// Identifier and secret are encoded before they are joined (RFC 6749 §2.3.1).
fn authorization(config: &OidcConfig) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(&config.client_id), encoded(&config.client_secret));
    format!("Basic {}", STANDARD.encode(pair))
}

fn refused(body: &[u8]) -> Error {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = word(said.get("error").and_then(Value::as_str).unwrap_or_default());
    tracing::warn!(error, "the sign-in service does not take the code");
    if error == "invalid_client" {
        let detail = "The sign-in service does not know this program. Tell your administrator.";
        return Error::new(Kind::Unauthorized, detail);
    }
    let detail = format!("The sign-in service did not finish the sign-in ({error}). Please begin again.");
    Error::new(Kind::Unauthorized, detail)
}

/// Asks for the person's address where the token has none (OpenID Connect Core 1.0 §5.3). May block.
///
/// # Errors
/// 401 when the answer is about somebody else, 503 when there is none.
pub(super) fn verified_address(
    document: &Document,
    tokens: &Tokens,
    subject: &str,
) -> Result<Option<String>> {
    let (Some(address), Some(bearer)) = (&document.userinfo_endpoint, &tokens.access_token) else {
        return Ok(None);
    };
    let reply = http::get(address, Some(bearer)).map_err(|reason| away(&reason))?;
    if reply.status != 200 {
        return Err(away(&format!("the userinfo endpoint answers {}", reply.status)));
    }
    // A signed answer, which is no JSON, is one that we have not asked for.
    let Ok(about) = serde_json::from_slice::<About>(&reply.body) else { return Ok(None) };
    // The one in the token is the one that signed in (OpenID Connect Core 1.0 §5.3.2).
    if about.sub != subject {
        return Err(distrusted("it speaks of two people"));
    }
    Ok(about.address.verified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifier_and_secret_are_encoded_before_they_are_joined() {
        let config = OidcConfig {
            issuer: String::new(),
            client_id: "hear:back".to_owned(),
            client_secret: "a b/ü".to_owned(),
            label: String::new(),
            trusts_second_factor: false,
        };
        assert_eq!(authorization(&config), format!("Basic {}", STANDARD.encode("hear%3Aback:a+b%2F%C3%BC")));
    }
}
