//! How a conversation ends without the letter accepted, and whose fault that is.

use std::fmt;

use super::address::mask_addresses;

/// Replies are kept to this length.
const MAX_REPLY_CHARS: usize = 200;
/// "Authentication required", "mechanism too weak", "credentials invalid", "encryption required"
/// (RFC 4954 §6, RFC 5248 §2.4): at whatever moment they come, they are about us.
const SIGN_IN_CODES: [u16; 4] = [530, 534, 535, 538];
/// Credentials invalid and too weak (RFC 4954 §6), and mail that no SPF or DKIM vouches for: RFC 7372 §3.3, and
/// the code of Microsoft's consumer mail for senders of many letters.
const OUR_CODES: [&str; 4] = ["5.7.8", "5.7.9", "5.7.26", "5.7.515"];

/// The relay's last word on a letter that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The reply code, such as 250.
    pub code: u16,
    /// The text, at most 200 characters, mail addresses masked.
    pub text: String,
}

/// What the relay was told when it said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// `MAIL FROM`: a no is about us, not about the recipient.
    Sender,
    /// `RCPT TO`: a no is about the recipient's address.
    Recipient,
    /// `DATA`, before the letter.
    Data,
    /// The letter with its final dot.
    Body,
}

/// How a conversation ended without the letter accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The relay's fault, neither the letter's nor ours: name, connect, greeting, a broken TLS handshake, a
    /// deadline, a 421 or a broken conversation before the final dot. Nothing was handed over; a retry is safe.
    NotReached(String),
    /// Our settings do not suit the relay: wrong certificate, no STARTTLS, no or wrong password, a sender that it
    /// does not let us use. No letter gets through until somebody changes that, and no recipient is to blame.
    /// Nothing was handed over; a retry is safe.
    Misconfigured(String),
    /// A 4xx reply: not now. Nothing was handed over; a retry is safe.
    Deferred {
        /// The reply code, 400 to 499.
        code: u16,
        /// The enhanced status code (RFC 3463), such as `4.7.1`.
        enhanced: Option<String>,
        /// The text, at most 200 characters, mail addresses masked.
        text: String,
        /// What the relay had been told.
        stage: Stage,
    },
    /// A 5xx reply: never like this. Nothing was handed over.
    Refused {
        /// The reply code, 500 to 599.
        code: u16,
        /// The enhanced status code (RFC 3463), such as `5.1.1`.
        enhanced: Option<String>,
        /// The text, at most 200 characters, mail addresses masked.
        text: String,
        /// What the relay had been told.
        stage: Stage,
    },
    /// The final dot went out and no reply came: nobody knows whether the letter was taken (RFC 1047). A retry may
    /// make it two. Only [`Connection::body`](super::Connection::body) ends so.
    NoReply(String),
}

impl Failure {
    /// Makes the failure that a negative reply means. A 421 before the letter is the relay going away
    /// (RFC 5321 §3.8); in answer to the letter it is a plain "not now".
    pub(super) fn from_reply(code: u16, text: &str, stage: Stage) -> Self {
        let enhanced = enhanced_code(text);
        let text = kept(text);
        let ours = code >= 500 && stage == Stage::Sender
            || SIGN_IN_CODES.contains(&code)
            || enhanced.as_ref().is_some_and(|known| OUR_CODES.contains(&known.as_str()));
        match code {
            421 if stage != Stage::Body => Self::NotReached(format!("421 {text}")),
            _ if ours => Self::Misconfigured(format!("{code} {text}")),
            400..500 => Self::Deferred { code, enhanced, text, stage },
            _ => Self::Refused { code, enhanced, text, stage },
        }
    }

    /// Tells whether the relay itself is in trouble, so that the next letter would fare no better: it cannot be
    /// reached, goes away (421 at any moment) or falls silent.
    pub fn is_relay_fault(&self) -> bool {
        matches!(self, Self::NotReached(_) | Self::NoReply(_) | Self::Deferred { code: 421, .. })
    }

    /// Tells whether our settings are at fault, so that somebody has to change them.
    pub fn is_our_fault(&self) -> bool {
        matches!(self, Self::Misconfigured(_))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReached(why) => write!(f, "the relay could not be used: {why}"),
            Self::Misconfigured(why) => write!(f, "the mail settings do not suit the relay: {why}"),
            Self::Deferred { code, text, .. } => write!(f, "deferred by the relay: {code} {text}"),
            Self::Refused { code, text, .. } => write!(f, "refused by the relay: {code} {text}"),
            Self::NoReply(why) => write!(f, "no reply to the letter, it may have been taken: {why}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Makes a relay's text fit to be stored: one line, no addresses, 200 characters.
pub(super) fn kept(text: &str) -> String {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    mask_addresses(&line).chars().take(MAX_REPLY_CHARS).collect()
}

/// Reads the code at the start of a reply's text (RFC 2034 §4): class 2, 4 or 5, then two numbers of up to
/// three digits.
pub(super) fn enhanced_code(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let number =
        |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit());
    let class = parts.first().is_some_and(|class| matches!(*class, "2" | "4" | "5"));
    (parts.len() == 3 && class && parts.iter().all(number)).then(|| word.to_owned())
}
