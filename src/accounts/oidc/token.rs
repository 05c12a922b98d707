//! What of an ID token is believed (OpenID Connect Core 1.0 §3.1.3.7): pure rules.

use super::jwk::{self, Algorithm, Jwk};
use crate::ids;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How far the provider's clock may be from ours (seconds).
const LEEWAY: i64 = 60;

/// How old a token may be that was fetched a moment ago (seconds).
const OLDEST: i64 = 600;

/// The longest subject (ASCII characters, OpenID Connect Core 1.0 §2).
const LONGEST_SUBJECT: usize = 255;

/// What a token must agree with.
pub(super) struct Expected<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Our name there.
    pub client_id: &'a str,
    /// What this sign-in sent.
    pub nonce: &'a str,
    /// What time it is.
    pub now: DateTime<Utc>,
}

/// Who signed in, by the word of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verified {
    /// The provider's name for the person, which never changes.
    pub subject: String,
    /// Their address, if the provider vouches for it.
    pub email: Option<String>,
    /// Whether the token says that there was a second factor.
    pub second_factor: bool,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The key is none of those we have; the provider may have a new one.
    UnknownKey,
    /// Everything else.
    Wrong(&'static str),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    #[serde(default)]
    acr: Value,
    #[serde(default)]
    amr: Value,
    #[serde(flatten)]
    address: Address,
}

/// An address and whether it was verified, as tokens and the page about the person have them.
#[derive(Deserialize)]
pub(super) struct Address {
    #[serde(default)]
    email: Value,
    #[serde(default)]
    email_verified: Value,
}

impl Address {
    /// Returns the address if the provider vouches for it; anything but a plain `true` is no such word.
    pub(super) fn verified(&self) -> Option<String> {
        let email = self.email.as_str().filter(|_| self.email_verified == Value::Bool(true))?;
        let is_sound = !email.is_empty() && email.len() <= 254 && !email.contains(char::is_control);
        is_sound.then(|| email.to_owned())
    }
}

/// Checks signature and claims.
///
/// # Errors
/// Says what does not hold.
pub(super) fn verify(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<Verified, Refusal> {
    let unreadable = || Refusal::Wrong("its token cannot be read");
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(unreadable());
    };
    let head: Header = read(header).ok_or_else(unreadable)?;
    let algorithm = Algorithm::parse(&head.alg).ok_or(Refusal::Wrong("its token is not signed as we ask"))?;
    if head.crit.is_some() {
        return Err(Refusal::Wrong("its token asks for what we do not know"));
    }
    let key = jwk::find(keys, algorithm, head.kid.as_deref()).ok_or(Refusal::UnknownKey)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| unreadable())?;
    let signed = token.get(..header.len() + 1 + claims.len()).unwrap_or_default();
    if !key.verifies(algorithm, signed.as_bytes(), &signature) {
        return Err(Refusal::Wrong("the signature does not hold"));
    }
    let claims: Claims = read(claims).ok_or_else(unreadable)?;
    check(&claims, expected).map_err(Refusal::Wrong)?;
    Ok(Verified {
        second_factor: has_second_factor(&claims.amr, &claims.acr),
        email: claims.address.verified(),
        subject: claims.sub,
    })
}

fn read<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<(), &'static str> {
    let now = expected.now.timestamp();
    if claims.iss != expected.issuer {
        return Err("its token is from another service");
    }
    if !is_for(claims, expected.client_id) {
        return Err("its token is for another program");
    }
    if claims.exp.saturating_add(LEEWAY) <= now {
        return Err("its token has expired");
    }
    if claims.iat > now + LEEWAY || claims.nbf.is_some_and(|from| from > now + LEEWAY) {
        return Err("its token is from the future");
    }
    if claims.iat < now - OLDEST {
        return Err("its token is old");
    }
    let nonce = claims.nonce.as_deref().unwrap_or_default();
    if !ids::same(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err("its token is of another sign-in");
    }
    let subject = &claims.sub;
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT || subject.contains(char::is_control) {
        return Err("its token names nobody");
    }
    Ok(())
}

/// The token is for us, and if for others too, then we are the party it was given to.
fn is_for(claims: &Claims, client_id: &str) -> bool {
    let (ours, others) = match &claims.aud {
        Value::String(one) => (one == client_id, false),
        Value::Array(many) => {
            (many.iter().any(|one| one == client_id), many.iter().any(|one| one != client_id))
        }
        _ => (false, false),
    };
    match claims.azp.as_deref() {
        Some(party) => ours && party == client_id,
        None => ours && !others,
    }
}

/// Whether the provider says that there was more than a password: `mfa`, or a password and something else (RFC 8176
/// §2), or a context class that means as much (OpenID Connect Extended Authentication Profile, PAPE 1.0).
fn has_second_factor(amr: &Value, acr: &Value) -> bool {
    let methods: Vec<&str> = amr.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let beside = ["otp", "hwk", "swk", "sc", "sms", "tel", "fpt", "face", "iris", "vbm"];
    let classes = ["phr", "phrh", "http://schemas.openid.net/pape/policies/2007/06/multi-factor"];
    let knows = methods.iter().any(|method| matches!(*method, "pwd" | "pin" | "kba"));
    methods.contains(&"mfa")
        || (knows && methods.iter().any(|method| beside.contains(method)))
        || acr.as_str().is_some_and(|class| classes.contains(&class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_second_factor_is_what_the_token_says_and_nothing_less() {
        let says = |amr: Value, acr: Value| has_second_factor(&amr, &acr);
        assert!(says(json!(["mfa"]), Value::Null) && says(json!(["pwd", "otp"]), Value::Null));
        assert!(says(Value::Null, json!("phrh")));
        for (amr, acr) in [
            (Value::Null, Value::Null),
            (json!(["pwd"]), json!("1")),
            (json!(["otp"]), Value::Null),
            (json!(["pwd", "pin"]), Value::Null),
            (json!("mfa"), json!(["phr"])),
        ] {
            assert!(!says(amr.clone(), acr.clone()), "{amr} {acr}");
        }
    }

    #[test]
    fn an_address_counts_only_when_it_is_plainly_vouched_for() {
        let address =
            |value: Value| serde_json::from_value::<Address>(value).ok().and_then(|one| one.verified());
        let email = "ann@example.com";
        assert_eq!(address(json!({"email": email, "email_verified": true})).as_deref(), Some(email));
        for other in [
            json!({"email": email}),
            json!({"email": email, "email_verified": false}),
            json!({"email": email, "email_verified": "true"}),
            json!({"email": email, "email_verified": 1}),
            json!({"email": "", "email_verified": true}),
            json!({"email": ["a@example.com"], "email_verified": true}),
            json!({"email": "a@example.com\u{0}", "email_verified": true}),
        ] {
            assert_eq!(address(other.clone()), None, "{other}");
        }
    }

    #[test]
    fn a_token_for_others_too_must_be_given_to_us() {
        let is = |aud: Value, azp: Option<&str>| {
            let claims = json!({"iss": "", "sub": "", "aud": aud, "azp": azp, "exp": 0, "iat": 0});
            is_for(&serde_json::from_value(claims).unwrap(), "us")
        };
        assert!(is(json!("us"), None) && is(json!(["us"]), None) && is(json!(["us", "them"]), Some("us")));
        for (aud, azp) in [
            (json!("them"), None),
            (json!("them"), Some("us")),
            (json!(["us", "them"]), None),
            (json!(["us"]), Some("them")),
            (json!([]), None),
            (json!({"us": true}), None),
        ] {
            assert!(!is(aud.clone(), azp), "{aud} {azp:?}");
        }
    }
}
