//! The id of a visit whose customer was erased: a keyed hash of what it came with. Whoever brings the visit again is
//! recognised by it, and nobody reads it back.

use crate::ids::{self, Keyring};

/// What the id is hashed for.
const PURPOSE: &str = "erased visit";

/// What the id of such a visit begins with; behind it stands which secret made the hash.
pub const MARK: &str = "erased:";

/// Returns the ids under which a visit may stand once its customer was erased, one for each secret, the signing one
/// first.
pub fn ids(keys: &Keyring, external_id: &str) -> Vec<String> {
    keys.ids()
        .zip(keys.pseudonyms(PURPOSE, external_id))
        .map(|(secret, hash)| written(secret, &hash))
        .collect()
}

/// Returns the id that a visit gets when its customer is erased.
pub fn id(keys: &Keyring, external_id: &str) -> String {
    written(keys.signing_id(), &keys.pseudonym(PURPOSE, external_id))
}

fn written(secret: &str, hash: &[u8]) -> String {
    format!("{MARK}{secret}:{}", ids::hex(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_recognised_under_any_secret_and_its_id_cannot_be_read() {
        let old = Keyring::parse("a:0123456789abcdef0123456789abcdef").unwrap();
        let both =
            Keyring::parse("b:fedcba9876543210fedcba9876543210,a:0123456789abcdef0123456789abcdef").unwrap();
        assert!(ids(&both, "WO-1").contains(&id(&old, "WO-1")));
        assert_ne!(id(&old, "WO-1"), id(&old, "WO-2"));
        assert!(id(&old, "WO-1").starts_with("erased:a:") && !id(&old, "WO-1").contains("WO-1"));
    }
}
