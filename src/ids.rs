//! Identifiers, random bytes, keyed hashes and the tokens behind a customer's link: the one home of chance
//! and of the secret.
//!
//! A link's token is derived from the secret and the invitation's id, so nothing secret is stored; it is
//! looked up by its SHA-256, which leaves no timing signal (OWASP ASVS 5.0, 6.5.2).

mod card;

pub use card::CardCode;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Makes a new UUID version 7 (RFC 9562): ordered by time, made by the program and not by the database.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// Returns the SHA-256 of the bytes (32 bytes).
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// Returns `N` random bytes from the operating system.
///
/// # Panics
/// When the operating system has no random source, for then no secret can be made at all.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "the home of the random source")]
    let filled = getrandom::fill(&mut bytes);
    assert!(filled.is_ok(), "the operating system gives no random bytes");
    bytes
}

/// Makes a random secret of 256 bits, in base64url, for sessions, keys and password links.
pub fn random_secret() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// Draws a number in [0, 1), to spread what would otherwise happen at one moment.
pub fn chance() -> f64 {
    f64::from(u32::from_be_bytes(random_bytes())) / 4_294_967_296.0
}

/// Makes a short random name of eight hexadecimal digits, to tell things apart.
pub fn random_name() -> String {
    format!("{:08x}", u32::from_be_bytes(random_bytes()))
}

/// Makes a random code of 50 bits for people to keep and type: ten characters of Crockford's base32. So few bits need a
/// keyed hash where they are stored.
pub fn random_code() -> String {
    crockford(&random_bytes::<7>(), CODE_LENGTH)
}

/// Reads such a code as people type it: any case, with spaces and hyphens, O for 0 and I or L for 1. None when it cannot
/// be one.
pub fn read_code(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if bare.len() != CODE_LENGTH {
        return None;
    }
    read_crockford(&bare)
}

const CODE_LENGTH: usize = 10;

/// Compares two byte strings in constant time.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// The organisation's secrets, each with an id: the first signs, all verify.
#[derive(Clone)]
pub struct Keyring(Vec<(String, Vec<u8>)>);

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.0.iter().map(|(id, _)| id.as_str()).collect();
        write!(f, "Keyring({ids:?}, secrets hidden)")
    }
}

impl Keyring {
    /// Reads `id:secret`, several separated by commas; a secret has at least 32 characters.
    ///
    /// # Errors
    /// Says what is wrong with the list, without repeating a secret.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut keys: Vec<(String, Vec<u8>)> = Vec::new();
        for (at, entry) in list.split(',').map(str::trim).enumerate() {
            // A secret that stands alone is named `1`; with a second one each needs a name of its own.
            let alone = (!list.contains([',', ':'])).then_some(("1", entry));
            let pair = entry.split_once(':').or(alone);
            let (id, secret) = pair.ok_or(format!("entry {} has no `id:`", at + 1))?;
            if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                return Err(format!("entry {}: an id is made of letters, digits and hyphens", at + 1));
            }
            if secret.chars().count() < 32 {
                return Err(format!("entry {} ({id}): a secret has at least 32 characters", at + 1));
            }
            if keys.iter().any(|(known, _)| known == id) {
                return Err(format!("the id {id} stands twice"));
            }
            keys.push((id.to_owned(), secret.as_bytes().to_vec()));
        }
        Ok(Self(keys))
    }

    /// Returns the id of the secret that signs.
    pub fn signing_id(&self) -> &str {
        self.0.first().map_or("", |(id, _)| id)
    }

    /// Returns the ids of all secrets, the signing one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(id, _)| id.as_str())
    }

    /// Returns HMAC-SHA-256 (RFC 2104) of the parts under the secret of that id; each purpose has its own space.
    /// None when there is no such secret.
    pub fn mac(&self, id: &str, purpose: &str, parts: &[&[u8]]) -> Option<[u8; 32]> {
        let (_, secret) = self.0.iter().find(|(known, _)| known == id)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&u64::try_from(part.len()).ok()?.to_be_bytes());
            mac.update(part);
        }
        Some(mac.finalize().into_bytes().into())
    }

    /// Signs with the first secret.
    pub fn sign(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(self.signing_id(), purpose, parts).unwrap_or_default()
    }

    /// Draws a number in [0, 1) for a thing, always the same; each purpose draws independently of the others.
    pub fn draw(&self, purpose: &str, thing: &str) -> f64 {
        let [a, b, c, d, ..] = self.sign(purpose, &[thing.as_bytes()]);
        f64::from(u32::from_be_bytes([a, b, c, d])) / 4_294_967_296.0
    }

    /// Tells whether any of the secrets made this signature, in constant time for each.
    pub fn verifies(&self, purpose: &str, parts: &[&[u8]], signature: &[u8]) -> bool {
        self.ids().filter_map(|id| self.mac(id, purpose, parts)).any(|mac| same(&mac, signature))
    }

    /// Hashes a personal identifier so that it can be found again but not read (suppressions outlive erasure):
    /// one hash for each secret, the signing one first.
    pub fn pseudonyms(&self, purpose: &str, value: &str) -> Vec<Vec<u8>> {
        self.ids()
            .filter_map(|id| self.mac(id, purpose, &[value.as_bytes()]))
            .map(|mac| mac.to_vec())
            .collect()
    }

    /// Hashes a personal identifier under the signing secret alone, for what is soon forgotten.
    pub fn pseudonym(&self, purpose: &str, value: &str) -> Vec<u8> {
        self.sign(purpose, &[value.as_bytes()]).to_vec()
    }
}

/// The 130-bit token in a customer's link: 26 characters of Crockford's base32, read case-insensitively.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken(String);

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TOKEN_LENGTH: usize = 26;

impl LinkToken {
    /// Derives the token of an invitation; a higher version revokes the earlier ones.
    /// None when the keyring has lost that secret.
    pub fn derive(keys: &Keyring, secret_id: &str, invitation: Uuid, version: i32) -> Option<Self> {
        let mac = keys.mac(secret_id, "survey-link", &[invitation.as_bytes(), &version.to_be_bytes()])?;
        Some(Self(crockford(&mac, TOKEN_LENGTH)))
    }

    /// Reads a token as people and gateways change it: any case, with O for 0 and I or L for 1.
    /// None when it cannot be a token at all.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != TOKEN_LENGTH {
            return None;
        }
        read_crockford(text).map(Self)
    }

    /// Returns the 26 characters as they stand in a link.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the SHA-256 under which the invitation is stored.
    pub fn hash(&self) -> Vec<u8> {
        sha256(self.0.as_bytes())
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(hidden)")
    }
}

/// Reads what people make of Crockford's base32: any case, with O for 0 and I or L for 1.
fn read_crockford(text: &str) -> Option<String> {
    let normal = |c: char| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    let read: String = text.chars().map(normal).collect();
    read.bytes().all(|byte| CROCKFORD.contains(&byte)).then_some(read)
}

/// Writes the first bits as characters of five bits.
fn crockford(bytes: &[u8], length: usize) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    (0..length)
        .map(|place| (0..5).fold(0, |value, offset| value << 1 | bit(place * 5 + offset)))
        .filter_map(|value| CROCKFORD.get(value).copied().map(char::from))
        .collect()
}

/// Writes bytes in hex, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Reads bytes in hex; None for anything else.
pub fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keyring {
        Keyring::parse("b:0123456789012345678901234567890b,a:0123456789012345678901234567890a").unwrap()
    }

    #[test]
    fn the_first_secret_signs_and_all_verify() {
        let old = Keyring::parse("a:0123456789012345678901234567890a").unwrap();
        let signature = old.sign("nonce", &[b"x"]);
        assert!(keys().verifies("nonce", &[b"x"], &signature));
        assert_ne!(keys().sign("nonce", &[b"x"]), signature);
        assert!(!keys().verifies("other", &[b"x"], &signature));
    }

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        assert_ne!(keys().sign("p", &[b"ab", b"c"]), keys().sign("p", &[b"a", b"bc"]));
    }

    #[test]
    fn a_token_survives_what_people_do_to_it() {
        let token = LinkToken::derive(&keys(), "a", new_id(), 1).unwrap();
        assert_eq!(token.as_str().len(), 26);
        let shouted = token.as_str().to_uppercase().replace('0', "O").replace('1', "L");
        assert_eq!(LinkToken::parse(&shouted).unwrap().hash(), token.hash());
    }

    #[test]
    fn another_version_is_another_token_and_a_lost_secret_gives_none() {
        let id = new_id();
        assert_ne!(LinkToken::derive(&keys(), "a", id, 1), LinkToken::derive(&keys(), "a", id, 2));
        assert_eq!(LinkToken::derive(&keys(), "c", id, 1), None);
    }

    #[test]
    fn a_code_survives_what_people_do_to_it() {
        let code = random_code();
        let (first, last) = code.split_at(5);
        let typed = format!(" {}-{} ", first.to_uppercase().replace('0', "O"), last.replace('1', "l"));
        assert_eq!((code.len(), read_code(&typed)), (10, Some(code)));
        assert_eq!((read_code("123456"), read_code("abcde-fghju")), (None, None));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", "abc", &"u".repeat(26), &"é".repeat(13), &"0".repeat(27)] {
            assert_eq!(LinkToken::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_wrong_list_of_secrets_says_what_is_wrong_without_repeating_it() {
        for (list, expected) in
            [("", "32 characters"), ("a:short", "32 characters"), ("a b:x", "letters"), ("x,y", "id:")]
        {
            let message = Keyring::parse(list).unwrap_err();
            assert!(message.contains(expected) && !message.contains("short,"), "{message}");
        }
    }
}
