//! The provider's public keys (RFC 7517) and the two signatures that are believed (RFC 7518 §3.3, §3.4).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;

/// How a token may be signed. `none` and those with a shared secret are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// RSA with PKCS #1 v1.5 and SHA-256; keys from 2048 bits.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// Reads the word in a token's header.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Rs256 => "RSA",
            Self::Es256 => "EC",
        }
    }
}

/// A public key.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// Reads a set of keys; those of kinds that we do not know are left out.
///
/// # Errors
/// Says that it is no set of keys.
pub(super) fn read_set(body: &[u8]) -> Result<Vec<Jwk>, String> {
    let set: Value = serde_json::from_slice(body).map_err(|_| "its keys cannot be read".to_owned())?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or("its keys cannot be read")?;
    Ok(keys.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).collect())
}

/// Finds the one key that may have signed: that of the id; without an id the only one of its kind.
pub(super) fn find<'a>(keys: &'a [Jwk], algorithm: Algorithm, kid: Option<&str>) -> Option<&'a Jwk> {
    let mut fitting = keys.iter().filter(|key| {
        key.kty == algorithm.kind()
            && key.usage.as_deref().is_none_or(|usage| usage == "sig")
            && key.alg.as_deref().is_none_or(|word| word == algorithm.word())
            && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
    });
    let first = fitting.next();
    first.filter(|_| fitting.next().is_none())
}

impl Jwk {
    /// Tells whether this key signed the message.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match algorithm {
            Algorithm::Rs256 => self.verifies_rsa(message, signature),
            Algorithm::Es256 => self.verifies_ec(message, signature),
        }
        .unwrap_or(false)
    }

    fn verifies_rsa(&self, message: &[u8], signature: &[u8]) -> Option<bool> {
        let (n, e) = (decode(self.n.as_deref()?)?, decode(self.e.as_deref()?)?);
        let key = RsaPublicKeyComponents { n: without_zeros(&n), e: without_zeros(&e) };
        Some(key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok())
    }

    fn verifies_ec(&self, message: &[u8], signature: &[u8]) -> Option<bool> {
        let (x, y) = (decode(self.x.as_deref()?)?, decode(self.y.as_deref()?)?);
        if self.crv.as_deref() != Some("P-256") || x.len() != 32 || y.len() != 32 {
            return None;
        }
        // An uncompressed point (SEC 1 §2.3.3).
        let point = [&[4], x.as_slice(), &y].concat();
        Some(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok())
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Some providers write a number with zeros before it.
fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515 appendix A.2: key, signed text, signature.
    const RSA: &str = r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
    const RSA_TEXT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const RSA_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    /// RFC 7515 appendix A.3.
    const EC: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    const EC_TEXT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const EC_SIGNATURE: &str =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    fn key(json: &str) -> Jwk {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_published_signatures_hold_and_changed_ones_do_not() {
        for (algorithm, json, text, signature) in
            [(Algorithm::Rs256, RSA, RSA_TEXT, RSA_SIGNATURE), (Algorithm::Es256, EC, EC_TEXT, EC_SIGNATURE)]
        {
            let (key, mut signature) = (key(json), decode(signature).unwrap());
            assert!(key.verifies(algorithm, text.as_bytes(), &signature), "{algorithm:?}");
            assert!(!key.verifies(algorithm, text.replace('x', "y").as_bytes(), &signature), "{algorithm:?}");
            signature[7] ^= 1;
            assert!(!key.verifies(algorithm, text.as_bytes(), &signature), "{algorithm:?}");
            assert!(!key.verifies(algorithm, text.as_bytes(), &[]), "{algorithm:?}");
        }
    }

    #[test]
    fn a_key_signs_only_what_it_is_for() {
        let rsa = decode(RSA_SIGNATURE).unwrap();
        assert!(!key(EC).verifies(Algorithm::Rs256, RSA_TEXT.as_bytes(), &rsa));
        let keys = [key(RSA), key(EC)];
        assert_eq!(find(&keys, Algorithm::Rs256, None).unwrap().kty, "RSA");
        assert!(find(&keys, Algorithm::Rs256, Some("other")).is_none());
        assert!(
            find(&[key(RSA), key(RSA)], Algorithm::Rs256, None).is_none(),
            "which of both is not guessed"
        );
        let encrypts = key(&RSA.replace(r#""kty":"RSA""#, r#""kty":"RSA","use":"enc""#));
        assert!(find(&[encrypts], Algorithm::Rs256, None).is_none());
    }

    #[test]
    fn a_token_without_signature_or_with_a_shared_secret_has_no_algorithm() {
        for word in ["none", "None", "HS256", "HS512", "RS1", "rs256", ""] {
            assert_eq!(Algorithm::parse(word), None, "{word}");
        }
    }
}
