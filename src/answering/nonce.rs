//! The signed nonce of a form: it proves that the form was made by us for this link within the last day.

use crate::ids::{self, Keyring};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};

/// How long a form may stand open.
const VALID: TimeDelta = TimeDelta::hours(24);

const PURPOSE: &str = "form-nonce-2";

/// Makes a nonce for a form of the link with that token hash.
pub fn issue(keys: &Keyring, token_hash: &[u8], now: DateTime<Utc>) -> String {
    let mut body = now.timestamp_millis().to_be_bytes().to_vec();
    body.extend_from_slice(&ids::random_bytes::<16>());
    let signature = keys.sign(PURPOSE, &[token_hash, &body]);
    body.extend_from_slice(&signature);
    URL_SAFE_NO_PAD.encode(body)
}

/// What a good nonce tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The SHA-256 under which its use is stored.
    pub hash: Vec<u8>,
    /// When the form was made.
    pub at: DateTime<Utc>,
}

/// Checks a nonce; nothing when it is missing, too old or made for another link.
pub fn check(keys: &Keyring, token_hash: &[u8], nonce: &str, now: DateTime<Utc>) -> Option<Opened> {
    let bytes = URL_SAFE_NO_PAD.decode(nonce).ok()?;
    let (body, signature) = bytes.split_at_checked(24)?;
    let issued = i64::from_be_bytes(body.get(..8)?.try_into().ok()?);
    let issued = DateTime::from_timestamp_millis(issued)?;
    let young = issued <= now + TimeDelta::minutes(5) && now < issued + VALID;
    (young && keys.verifies(PURPOSE, &[token_hash, body], signature))
        .then(|| Opened { hash: ids::sha256(&bytes), at: issued })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_for_its_own_link_and_one_day() {
        let keys = Keyring::parse("a:0123456789012345678901234567890a").unwrap();
        let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        let nonce = issue(&keys, b"one", now);
        let opened = check(&keys, b"one", &nonce, now + TimeDelta::hours(23)).unwrap();
        assert_eq!(opened.at, now);
        assert_eq!(check(&keys, b"one", &nonce, now + TimeDelta::hours(24)), None);
        assert_eq!(check(&keys, b"two", &nonce, now), None);
        assert_eq!(check(&keys, b"one", "", now), None);
        assert_eq!(check(&keys, b"one", &nonce.replace('A', "B").replace('Q', "R"), now), None);
    }
}
