//! What opens a survey: the token of a mail's link, or the code of a card.

use crate::ids::{CardCode, LinkToken};

/// Either of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The token in the link of a mail.
    Link(LinkToken),
    /// The code on a card.
    Card(CardCode),
}

impl Key {
    /// Reads what stands in an address or was typed. None when it can be neither.
    pub fn parse(text: &str) -> Option<Self> {
        LinkToken::parse(text).map(Self::Link).or_else(|| CardCode::parse(text).map(Self::Card))
    }

    /// Returns it as it stands in an address.
    pub fn text(&self) -> String {
        match self {
            Self::Link(token) => token.as_str().to_owned(),
            Self::Card(code) => code.shown(),
        }
    }

    /// Returns the SHA-256 under which it is stored.
    pub fn hash(&self) -> Vec<u8> {
        match self {
            Self::Link(token) => token.hash(),
            Self::Card(code) => code.hash(),
        }
    }

    /// Tells whether it is the code of a card.
    pub const fn is_card(&self) -> bool {
        matches!(self, Self::Card(_))
    }
}
