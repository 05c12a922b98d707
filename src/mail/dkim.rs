//! Signing letters (DKIM, RFC 6376): over the bytes as they go out, after which nothing may change them.
//!
//! ring signs, which is in the program for TLS: with RSA of 2048 bits in a millisecond, and always in the same
//! time. Both algorithms give the same signature for the same letter, so a retry keeps its bytes.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use tokio_rustls::rustls::SignatureScheme;
use tokio_rustls::rustls::crypto::ring::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::sign::SigningKey;

use super::letter::LetterError;
use crate::ids::sha256;

/// What the signature vouches for, where the letter has it. RFC 8058 §4 wants both `List-Unsubscribe` headers.
const SIGNED: [&str; 12] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
];
const NAME: &str = "DKIM-Signature";
/// Base64 per line of the header, well within the 78 characters of RFC 5322 §2.1.1.
const WIDTH: usize = 72;

/// A key that letters are signed with, and where receivers find its other half.
#[derive(Clone)]
pub struct Dkim {
    key: Arc<dyn SigningKey>,
    is_rsa: bool,
    selector: String,
    domain: String,
}

impl Dkim {
    /// Reads a private key in PEM: RSA of 2048 bits or more (PKCS#1 or PKCS#8), or Ed25519 (PKCS#8, RFC 8463). Its
    /// other half is published at `<selector>._domainkey.<domain>`.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub fn read(file: &Path, selector: &str, domain: &str) -> Result<Self, String> {
        let pem = std::fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
        let wrong = "holds no private key in PEM, RSA of 2048 bits or more or Ed25519".to_owned();
        let der = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| wrong.clone())?;
        let key = any_supported_type(&der).map_err(|_| wrong.clone())?;
        let is_rsa = key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]).is_some();
        if !is_rsa && key.choose_scheme(&[SignatureScheme::ED25519]).is_none() {
            return Err(wrong);
        }
        Ok(Self { key, is_rsa, selector: selector.to_owned(), domain: domain.to_owned() })
    }

    /// The domain that vouches for the letters.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The name under which DNS has the public key.
    pub fn record(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// Puts the signature before a letter's bytes.
    ///
    /// # Errors
    /// [`LetterError::Build`] when the key cannot sign.
    pub(super) fn sign(&self, letter: &[u8], date: DateTime<Utc>) -> Result<Vec<u8>, LetterError> {
        let failed = |why: &str| LetterError::Build(format!("it could not be signed: {why}"));
        let text = std::str::from_utf8(letter).map_err(|_| failed("it is not ASCII"))?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| failed("it has no body"))?;
        let all = headers(head);
        let find = |wanted: &&str| all.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let covered: Vec<_> = SIGNED.iter().filter_map(find).collect();
        let list: Vec<String> = covered.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        let (algorithm, scheme) = self.algorithm();
        // The signature covers this header too, as far as it is written by then.
        let mut value = format!(
            " v=1; a={algorithm}; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n h={};\r\n bh={};\r\n b=",
            self.domain,
            self.selector,
            date.timestamp(),
            list.join(":\r\n "),
            STANDARD.encode(sha256(relaxed_body(body).as_bytes())),
        );
        let mut input: String =
            covered.iter().map(|(name, value)| relaxed_header(name, value) + "\r\n").collect();
        input.push_str(&relaxed_header(NAME, &value));
        // RFC 8463 §3: Ed25519 signs the hash, RSA hashes by itself.
        let message = if self.is_rsa { input.into_bytes() } else { sha256(input.as_bytes()) };
        let hand = self.key.choose_scheme(&[scheme]).ok_or_else(|| failed("the key has changed"))?;
        let signature = hand.sign(&message).map_err(|error| failed(&error.to_string()))?;
        let signature = STANDARD.encode(signature);
        let lines: Vec<_> = signature.as_bytes().chunks(WIDTH).map(String::from_utf8_lossy).collect();
        value.push_str(&lines.join("\r\n "));
        Ok([format!("{NAME}:{value}\r\n").as_bytes(), letter].concat())
    }

    fn algorithm(&self) -> (&'static str, SignatureScheme) {
        if self.is_rsa {
            ("rsa-sha256", SignatureScheme::RSA_PKCS1_SHA256)
        } else {
            ("ed25519-sha256", SignatureScheme::ED25519)
        }
    }
}

impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dkim({})", self.record())
    }
}

/// Cuts a head into names and values, folds left in.
fn headers(head: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = head;
    while !rest.is_empty() {
        let is_fold = |at: usize| rest.get(at + 2..).is_some_and(|next| next.starts_with([' ', '\t']));
        let mut ends = rest.match_indices("\r\n").map(|(at, _)| at);
        let end = ends.find(|at| !is_fold(*at)).unwrap_or(rest.len());
        let (header, after) = rest.split_at(end);
        found.extend(header.split_once(':'));
        rest = after.strip_prefix("\r\n").unwrap_or_default();
    }
    found
}

/// RFC 6376 §3.4.2, without the line end.
fn relaxed_header(name: &str, value: &str) -> String {
    let words: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}", name.trim_end().to_ascii_lowercase(), words.join(" "))
}

/// RFC 6376 §3.4.4.
fn relaxed_body(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    for line in body.split("\r\n") {
        let mut before = 'x';
        for c in line.trim_end_matches([' ', '\t']).chars() {
            let c = if c == '\t' { ' ' } else { c };
            if (before, c) != (' ', ' ') {
                out.push(c);
            }
            before = c;
        }
        out.push_str("\r\n");
    }
    let kept = out.trim_end_matches("\r\n").len();
    out.truncate(kept);
    if !out.is_empty() {
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6376 §3.4.5.
    #[test]
    fn headers_and_bodies_are_relaxed_as_the_rfc_shows() {
        let head = "A: X\r\nB : Y\t\r\n\tZ  ";
        let relaxed: Vec<_> = headers(head).iter().map(|(name, value)| relaxed_header(name, value)).collect();
        assert_eq!(relaxed, ["a:X", "b:Y Z"]);
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        for (body, relaxed) in
            [("", ""), ("\r\n\r\n", ""), (" \r\n", ""), ("x", "x\r\n"), ("\r\nx\r\n", "\r\nx\r\n")]
        {
            assert_eq!(relaxed_body(body), relaxed, "{body:?}");
        }
    }
}
