//! One letter to one person, and its bytes as they go to the relay.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox as LettreMailbox, Message, MultiPart, MultiPartKind, SinglePart};

use super::address::{EmailAddress, Mailbox};
use super::dkim::Dkim;

const MAX_NAME_CHARS: usize = 100;
const MAX_SUBJECT_CHARS: usize = 200;
/// With its two marks well within the 70 characters of RFC 2046 §5.1.1.
const MAX_BOUNDARY_ID: usize = 60;

/// How the reader stops these mails without opening a page (RFC 2369, RFC 8058).
#[derive(Clone, PartialEq, Eq)]
pub struct ListUnsubscribe {
    /// The link that takes the POST. With `https://` the letter also offers one-click, which RFC 8058 §3.1
    /// allows for no other scheme; an `http://` link (demo on loopback) goes out without that offer.
    pub url: String,
    /// An address that takes the same wish by mail.
    pub mailto: Option<EmailAddress>,
}

impl fmt::Debug for ListUnsubscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ListUnsubscribe(hidden)")
    }
}

/// Everything a letter is made of. Times and ids come from the caller, so that a retry has the same bytes.
#[derive(Clone)]
pub struct Letter {
    /// Who writes.
    pub from: Mailbox,
    /// Where an answer by mail goes, if not to `from`.
    pub reply_to: Option<Mailbox>,
    /// Where the relay reports what it could not deliver, if not to `from`: an address made for this letter alone
    /// tells which one came back (VERP).
    pub return_path: Option<EmailAddress>,
    /// The reader's name; cleaned here, may be empty.
    pub to_name: Option<String>,
    /// The reader's address.
    pub to: EmailAddress,
    /// One line; line breaks and control characters become spaces, at most 200 characters stay.
    pub subject: String,
    /// The plain text, complete with every link.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// `<id@domain>`, the same for every try of the same letter.
    pub message_id: String,
    /// The `Date` header.
    pub date: DateTime<Utc>,
    /// The language of the text as a BCP 47 tag, such as `de` or `en-GB`.
    pub language: String,
    /// How to stop these mails; every invitation and reminder has it.
    pub list_unsubscribe: Option<ListUnsubscribe>,
    /// The `List-Id` (RFC 2919) without angle brackets, such as `visits.example.com`.
    pub list_id: Option<String>,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("to", &self.to)
            .field("message_id", &self.message_id)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// A letter as the relay gets it.
#[derive(Clone)]
pub struct PreparedLetter {
    /// The return path: where the relay reports what it could not deliver.
    pub envelope_from: EmailAddress,
    /// The one recipient.
    pub envelope_to: EmailAddress,
    /// The Message-ID with its angle brackets.
    pub message_id: String,
    /// Header and body with CRLF line ends, ASCII only, not dot-stuffed.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for PreparedLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedLetter")
            .field("to", &self.envelope_to)
            .field("message_id", &self.message_id)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Why a letter cannot be built. Trying again does not help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterError {
    /// The Message-ID is not of the form `<id@domain>`.
    MessageId,
    /// The language is not a BCP 47 tag.
    Language,
    /// The unsubscribe link is not one http(s) URL without white space, brackets and commas.
    Unsubscribe,
    /// The List-Id is not a dot-separated name.
    ListId,
    /// An address that this kit takes but the mail library does not.
    Address,
    /// The mail library failed.
    Build(String),
}

impl fmt::Display for LetterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MessageId => f.write_str("the Message-ID is not of the form <id@domain>"),
            Self::Language => f.write_str("the language of the letter is not a tag such as de or en-GB"),
            Self::Unsubscribe => f.write_str("the unsubscribe link is not one plain http(s) URL"),
            Self::ListId => f.write_str("the List-Id is not a name such as visits.example.com"),
            Self::Address => f.write_str("an address of the letter is not one that mail can be sent to"),
            Self::Build(why) => write!(f, "the letter could not be built: {why}"),
        }
    }
}

impl std::error::Error for LetterError {}

impl Letter {
    /// Builds the bytes: headers, then multipart/alternative with the text part first (RFC 2046 §5.1.4),
    /// marked as written by a machine (RFC 3834 §5) so that no absence note comes back.
    ///
    /// # Errors
    /// [`LetterError`] when a part that the caller makes (id, language, links) is malformed. A name or a
    /// subject never fails: it is cleaned.
    pub fn to_message(&self) -> Result<PreparedLetter, LetterError> {
        self.to_signed_message(None)
    }

    /// The same with a signature, if there is a key. RSA takes about a millisecond of the processor: not on a
    /// thread that others wait for.
    ///
    /// # Errors
    /// As [`Letter::to_message`], and when the key cannot sign.
    pub fn to_signed_message(&self, dkim: Option<&Dkim>) -> Result<PreparedLetter, LetterError> {
        self.check()?;
        let from = mailbox(self.from.name.as_deref(), &self.from.address)?;
        let to = mailbox(self.to_name.as_deref(), &self.to)?;
        let reply_to = match &self.reply_to {
            Some(reply_to) => Some(mailbox(reply_to.name.as_deref(), &reply_to.address)?),
            None => None,
        };
        // The library panics on names it cannot encode. Names are cleaned above; should another one be found,
        // it costs this letter, not the worker.
        let bytes = catch_unwind(AssertUnwindSafe(|| self.build(from, reply_to, to)))
            .map_err(|_| LetterError::Build("the mail library gave up on it".to_owned()))??;
        let bytes = match dkim {
            Some(dkim) => dkim.sign(&bytes, self.date)?,
            None => bytes,
        };
        Ok(PreparedLetter {
            envelope_from: self.return_path.as_ref().unwrap_or(&self.from.address).clone(),
            envelope_to: self.to.clone(),
            message_id: self.message_id.clone(),
            bytes,
        })
    }

    fn check(&self) -> Result<(), LetterError> {
        let id = self.message_id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
        let id_is_good = id.is_some_and(|id| {
            id.len() <= 250
                && id.split('@').count() == 2
                && id.split(['@', '.']).all(|part| {
                    !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_+=".contains(c))
                })
        });
        if !id_is_good {
            return Err(LetterError::MessageId);
        }
        let tag =
            |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        if !self.language.split('-').all(tag) {
            return Err(LetterError::Language);
        }
        let name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if self.list_id.as_ref().is_some_and(|id| id.is_empty() || !id.chars().all(name)) {
            return Err(LetterError::ListId);
        }
        match &self.list_unsubscribe {
            Some(stop) if !is_plain_url(&stop.url) => Err(LetterError::Unsubscribe),
            _ => Ok(()),
        }
    }

    fn build(
        &self,
        from: LettreMailbox,
        reply_to: Option<LettreMailbox>,
        to: LettreMailbox,
    ) -> Result<Vec<u8>, LetterError> {
        let mut builder = Message::builder()
            .date(self.date.into())
            .from(from)
            .to(to)
            .subject(clean_line(&self.subject, MAX_SUBJECT_CHARS))
            .message_id(Some(self.message_id.clone()))
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
            // Exchange answers machines all the same, unless it is told like this.
            .raw_header(header("X-Auto-Response-Suppress", "OOF, AutoReply".to_owned()))
            .raw_header(header("Content-Language", self.language.clone()));
        if let Some(reply_to) = reply_to {
            builder = builder.reply_to(reply_to);
        }
        if let Some(list_id) = &self.list_id {
            builder = builder.raw_header(header("List-Id", format!("<{list_id}>")));
        }
        if let Some(stop) = &self.list_unsubscribe {
            let mut ways = format!("<{}>", stop.url);
            if let Some(address) = &stop.mailto {
                ways = format!("{ways}, <mailto:{}>", address.as_str());
            }
            builder = builder.raw_header(header("List-Unsubscribe", ways));
            if stop.url.starts_with("https://") {
                let one_click = "List-Unsubscribe=One-Click".to_owned();
                builder = builder.raw_header(header("List-Unsubscribe-Post", one_click));
            }
        }
        let part = |kind: ContentType, body: &str| SinglePart::builder().header(kind).body(body.to_owned());
        // The library would draw a random one. "=_" keeps it out of quoted-printable text (RFC 2045 §6.7).
        let id = self.message_id.chars().filter(char::is_ascii_alphanumeric).take(MAX_BOUNDARY_ID);
        let parts = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(format!("=_{}", id.collect::<String>()))
            .singlepart(part(ContentType::TEXT_PLAIN, &self.text))
            .singlepart(part(ContentType::TEXT_HTML, &self.html));
        let message = builder.multipart(parts).map_err(|e| LetterError::Build(e.to_string()))?;
        Ok(message.formatted())
    }
}

/// Header names are constants of this file: the library takes a line break in one.
fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn mailbox(name: Option<&str>, address: &EmailAddress) -> Result<LettreMailbox, LetterError> {
    let address: Address = address.as_str().parse().map_err(|_| LetterError::Address)?;
    let name = name.map(clean_name).filter(|name| !name.is_empty());
    Ok(LettreMailbox::new(name, address))
}

fn is_plain_url(url: &str) -> bool {
    let after = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    after.is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic() && !"<>,\"".contains(c))
    })
}

/// Makes a person's or a company's name fit for a header: no C0 and C1 control characters, no line or
/// paragraph separators, no marks that turn the reading direction round, single spaces, at most 100 characters.
///
/// A line break in a display name makes lettre 0.11.23 panic, and names come from imports.
pub fn clean_name(name: &str) -> String {
    clean_line(name, MAX_NAME_CHARS)
}

fn clean_line(text: &str, max_chars: usize) -> String {
    // Most names are clean already.
    let plain = |(before, byte): (u8, u8)| (b'!'..=b'~').contains(&byte) || byte == b' ' && before != b' ';
    let mut pairs = std::iter::once(b' ').chain(text.bytes()).zip(text.bytes());
    if text.len() <= max_chars && !text.ends_with(' ') && pairs.all(plain) {
        return text.to_owned();
    }
    let unseen = |c: char| {
        c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let spaced: String = text.chars().map(|c| if unseen(c) { ' ' } else { c }).collect();
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    let capped: String = joined.chars().take(max_chars).collect();
    capped.trim_end().to_owned()
}

#[cfg(test)]
#[path = "letter_tests.rs"]
mod tests;
