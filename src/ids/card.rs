//! The short code on a card that is handed to a customer.

use super::{Keyring, crockford, read_crockford, sha256};
use std::fmt;
use uuid::Uuid;

const CODE_LENGTH: usize = 10;
/// What is longer was not read from a card.
const LONGEST: usize = 60;

/// The 50-bit code of a card: 10 characters of Crockford's base32, shown as `K7QM-2XB9-4T`. It is short because people
/// type it; whoever tries codes is slowed down where they are looked up.
#[derive(Clone, PartialEq, Eq)]
pub struct CardCode(String);

impl CardCode {
    /// Derives the code of a visit's card; a higher version revokes the earlier ones.
    /// None when the keyring has lost that secret.
    pub fn derive(keys: &Keyring, secret_id: &str, visit: Uuid, version: i32) -> Option<Self> {
        let mac = keys.mac(secret_id, "answer-card", &[visit.as_bytes(), &version.to_be_bytes()])?;
        Some(Self(crockford(&mac, CODE_LENGTH)))
    }

    /// Reads a code as people type it: any case, with O for 0 and I or L for 1, with or without spaces and dashes.
    /// None when it cannot be a code at all.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let is_between = |c: char| {
            c.is_whitespace() || matches!(c, '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        };
        let bare: String = text.chars().filter(|c| !is_between(*c)).collect();
        (bare.len() == CODE_LENGTH).then(|| read_crockford(&bare)).flatten().map(Self)
    }

    /// Returns the code as it stands on a card and in an address: `K7QM-2XB9-4T`.
    pub fn shown(&self) -> String {
        let letter = |(at, letter): (usize, char)| {
            let dash = (at > 0 && at % 4 == 0).then_some('-');
            dash.into_iter().chain([letter.to_ascii_uppercase()])
        };
        self.0.chars().enumerate().flat_map(letter).collect()
    }

    /// Returns the SHA-256 under which the card is stored.
    pub fn hash(&self) -> Vec<u8> {
        sha256(self.0.as_bytes())
    }
}

impl fmt::Debug for CardCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardCode(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::new_id;

    fn code(version: i32) -> CardCode {
        let keys = Keyring::parse("a:0123456789012345678901234567890a").unwrap();
        CardCode::derive(&keys, "a", Uuid::max(), version).unwrap()
    }

    #[test]
    fn a_code_is_written_in_groups_and_read_however_it_is_typed() {
        let code = code(1);
        let shown = code.shown();
        assert_eq!(shown.len(), 12);
        assert_eq!(shown.match_indices('-').map(|(at, _)| at).collect::<Vec<_>>(), [4, 9]);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            shown.replace('-', " "),
            format!(" {} ", shown.replace('-', " – ")),
            shown.replace('0', "O").replace('1', "l"),
        ] {
            assert_eq!(CardCode::parse(&typed).map(|read| read.hash()), Some(code.hash()), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_refused() {
        for text in ["", "K7QM-2XB9", "K7QM-2XB9-4TT", "K7QM-2XB9-4U", "ééééé", &"-".repeat(90)] {
            assert_eq!(CardCode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn another_version_or_visit_is_another_code_and_a_lost_secret_gives_none() {
        let keys = Keyring::parse("a:0123456789012345678901234567890a").unwrap();
        assert_ne!(code(1), code(2));
        assert_ne!(CardCode::derive(&keys, "a", new_id(), 1), Some(code(1)));
        assert_eq!(CardCode::derive(&keys, "b", Uuid::max(), 1), None);
    }
}
