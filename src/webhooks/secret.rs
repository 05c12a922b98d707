//! The secret of an endpoint and the signature of a message ([Standard Webhooks](https://www.standardwebhooks.com)).
//!
//! The secret is derived from the organisation's secret and the endpoint, as a link's token is: a copy of the database
//! yields none.

use crate::ids::Keyring;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use uuid::Uuid;

/// The 32 bytes with which messages to an endpoint are signed.
pub struct Secret([u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl Secret {
    /// Derives the secret of an endpoint; a higher version is another one. None when the keyring has lost that secret.
    pub fn derive(keys: &Keyring, secret_id: &str, endpoint: Uuid, version: i32) -> Option<Self> {
        keys.mac(secret_id, "webhook-secret", &[endpoint.as_bytes(), &version.to_be_bytes()]).map(Self)
    }

    /// Writes it as a receiver keeps it: `whsec_` and base64.
    pub fn text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.0))
    }

    /// Signs a message: `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`.
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        // HMAC takes keys of any length (RFC 2104 §3).
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries, with its secret of 24 bytes zero-padded by HMAC.
    #[test]
    fn a_signature_is_that_of_the_published_example() {
        let mut key = [0_u8; 32];
        key[..24].copy_from_slice(&STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let signed =
            Secret(key).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_endpoint_and_version_has_its_own_and_a_lost_secret_gives_none() {
        let keys = Keyring::parse("a:0123456789012345678901234567890a").unwrap();
        let of = |endpoint, version| Secret::derive(&keys, "a", endpoint, version).unwrap().text();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(of(one, 1) != of(other, 1) && of(one, 1) != of(one, 2) && of(one, 1) == of(one, 1));
        assert!(of(one, 1).starts_with("whsec_") && of(one, 1).len() == 6 + 44);
        assert!(Secret::derive(&keys, "b", one, 1).is_none());
    }
}
