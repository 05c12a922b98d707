//! Browsers that were signed in before. They keep a cookie that opens nothing: it only gives its owner tries of their own,
//! so that a stranger who types wrong passwords cannot make them wait.

use crate::ids::{self, Keyring};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

const PURPOSE: &str = "known-browser";

/// Makes what a browser of an account is known by.
pub fn mark(keys: &Keyring, account: Uuid) -> String {
    let name = URL_SAFE_NO_PAD.encode(ids::random_bytes::<16>());
    let signature = keys.sign(PURPOSE, &[account.as_bytes(), name.as_bytes()]);
    format!("{name}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Reads it back: the name of the browser, if it is one of this account's.
pub fn browser_of(keys: &Keyring, account: Uuid, mark: &str) -> Option<String> {
    let (name, signature) = mark.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    keys.verifies(PURPOSE, &[account.as_bytes(), name.as_bytes()], &signature).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_for_the_account_that_it_was_signed_in_to_alone() {
        let keys = Keyring::parse("a:0123456789012345678901234567890a").unwrap();
        let (own, other) = (ids::new_id(), ids::new_id());
        let mark = mark(&keys, own);
        assert_eq!(browser_of(&keys, own, &mark).as_deref(), mark.split('.').next());
        assert_eq!(browser_of(&keys, other, &mark), None);
        for wrong in ["", ".", "a.b", &mark[1..], &format!("{mark}A")] {
            assert_eq!(browser_of(&keys, own, wrong), None, "{wrong}");
        }
    }
}
