//! The ways a letter can leave, behind one conversation of two halves.

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::address::mask_addresses;
use super::letter::PreparedLetter;
use super::mail_file::FileConversation;
use super::mail_url::MailUrl;
use super::smtp::{SmtpConversation, SmtpRelay};

/// Replies are kept to this length.
const MAX_REPLY_CHARS: usize = 200;

/// A way out for letters. Clones share what is shared: the TLS setup, the letters in memory.
#[derive(Clone, Debug)]
pub enum Transport {
    /// To a relay.
    Smtp(SmtpRelay),
    /// Into a folder, one `.eml` file a letter.
    File(PathBuf),
    /// Into memory, for tests.
    Memory(Memory),
}

impl Transport {
    /// Prepares the way out. `hello` is the host name that this program calls itself by (RFC 5321 §4.1.1.1).
    /// Nothing is connected yet.
    pub fn new(url: &MailUrl, hello: &str) -> Self {
        match url {
            MailUrl::Smtp(url) => Self::Smtp(SmtpRelay::new(url.clone(), hello)),
            MailUrl::File(folder) => Self::File(folder.clone()),
        }
    }
}

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
    /// The relay's fault, not the letter's: connect, greeting, TLS, sign-in, a deadline, a 421 or a broken
    /// conversation before the letter began. Nothing was handed over; a retry is safe.
    NotReached(String),
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
    /// The letter was begun and no reply came: nobody knows whether it was taken (RFC 1047). A retry may make
    /// it two. Only [`Connection::body`] ends so.
    NoReply(String),
}

impl Failure {
    /// Makes the failure that a negative reply means. A 421 before the letter is the relay going away
    /// (RFC 5321 §3.8); in answer to the letter it is a plain "not now".
    pub(super) fn from_reply(code: u16, text: &str, stage: Stage) -> Self {
        let enhanced = enhanced_code(text);
        let text = kept(text);
        match code {
            421 if stage != Stage::Body => Self::NotReached(format!("421 {text}")),
            400..500 => Self::Deferred { code, enhanced, text, stage },
            _ => Self::Refused { code, enhanced, text, stage },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReached(why) => write!(f, "the relay could not be used: {why}"),
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
fn enhanced_code(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let number =
        |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit());
    let class = parts.first().is_some_and(|class| matches!(*class, "2" | "4" | "5"));
    (parts.len() == 3 && class && parts.iter().all(number)).then(|| word.to_owned())
}

/// One conversation, used by one worker for one letter after the other.
pub struct Connection {
    way: Way,
}

enum Way {
    Smtp(Box<SmtpConversation>),
    File(FileConversation),
    Memory(Memory),
}

impl Connection {
    /// Connects and introduces itself.
    ///
    /// # Errors
    /// [`Failure::NotReached`], also when the relay refuses the greeting, the encryption or the sign-in: none
    /// of these is about a letter.
    pub async fn open(transport: &Transport) -> Result<Self, Failure> {
        let way = match transport {
            Transport::Smtp(relay) => Way::Smtp(Box::new(SmtpConversation::open(relay).await?)),
            Transport::File(folder) => Way::File(FileConversation::new(folder.clone())),
            Transport::Memory(memory) => {
                memory.scripted(Phase::Open)?;
                Way::Memory(memory.clone())
            }
        };
        Ok(Self { way })
    }

    /// First half: everything up to the relay's "go on" (354). After it, and before [`Connection::body`], the
    /// caller commits its marker.
    ///
    /// # Errors
    /// Any [`Failure`] but [`Failure::NoReply`]: nothing was handed over.
    pub async fn envelope(&mut self, letter: &PreparedLetter) -> Result<(), Failure> {
        match &mut self.way {
            Way::Smtp(conversation) => conversation.envelope(letter).await,
            Way::File(conversation) => conversation.envelope().await,
            Way::Memory(memory) => memory.scripted(Phase::Envelope),
        }
    }

    /// Second half: the letter, its final dot, and the reply to it.
    ///
    /// # Errors
    /// [`Failure::NoReply`] when nobody knows; [`Failure::Deferred`] and [`Failure::Refused`] when the relay said
    /// no; [`Failure::NotReached`] only when the letter was not begun.
    pub async fn body(&mut self, letter: &PreparedLetter) -> Result<Reply, Failure> {
        match &mut self.way {
            Way::Smtp(conversation) => conversation.body(letter).await,
            Way::File(conversation) => conversation.body(letter).await,
            Way::Memory(memory) => memory.take(letter),
        }
    }

    /// Tells whether another [`Connection::envelope`] may follow. If not, drop or quit it and open a new one.
    pub fn is_usable(&self) -> bool {
        match &self.way {
            Way::Smtp(conversation) => conversation.is_usable(),
            Way::File(_) | Way::Memory(_) => true,
        }
    }

    /// Says goodbye where that is still possible; waits ten seconds at most.
    pub async fn quit(self) {
        if let Way::Smtp(conversation) = self.way {
            conversation.quit().await;
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match &self.way {
            Way::Smtp(_) => "smtp",
            Way::File(_) => "file",
            Way::Memory(_) => "memory",
        };
        f.debug_struct("Connection").field("way", &way).field("usable", &self.is_usable()).finish()
    }
}

/// A part of the conversation, for scripting failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// [`Connection::open`].
    Open,
    /// [`Connection::envelope`].
    Envelope,
    /// [`Connection::body`].
    Body,
}

/// A letter that reached [`Memory`].
#[derive(Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The return path, in full.
    pub from: String,
    /// The recipient, in full.
    pub to: String,
    /// The message.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivered({} bytes)", self.bytes.len())
    }
}

/// A relay in memory for tests: keeps what it gets, fails when told to.
#[derive(Clone, Default)]
pub struct Memory {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    letters: Vec<Delivered>,
    script: VecDeque<(Phase, Failure)>,
}

impl Memory {
    /// Makes an empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives every letter taken so far, oldest first.
    pub fn letters(&self) -> Vec<Delivered> {
        self.lock().letters.clone()
    }

    /// Makes the next pass through `phase` fail so; further calls queue up behind. With
    /// [`Failure::NoReply`] the letter is kept all the same, as by a relay whose reply got lost.
    pub fn fail_next(&self, failure: Failure, phase: Phase) {
        self.lock().script.push_back((phase, failure));
    }

    fn scripted(&self, phase: Phase) -> Result<(), Failure> {
        let mut shared = self.lock();
        let next = shared.script.iter().position(|(at, _)| *at == phase);
        match next.and_then(|index| shared.script.remove(index)) {
            Some((_, failure)) => Err(failure),
            None => Ok(()),
        }
    }

    fn take(&self, letter: &PreparedLetter) -> Result<Reply, Failure> {
        let outcome = self.scripted(Phase::Body);
        if matches!(outcome, Ok(()) | Err(Failure::NoReply(_))) {
            self.lock().letters.push(Delivered {
                from: letter.envelope_from.as_str().to_owned(),
                to: letter.envelope_to.as_str().to_owned(),
                bytes: letter.bytes.clone(),
            });
        }
        outcome.map(|()| Reply { code: 250, text: "2.0.0 kept in memory".to_owned() })
    }

    /// A test that panicked while holding the lock must not make others fail with it.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} letters)", self.lock().letters.len())
    }
}

#[cfg(test)]
#[path = "transport_tests.rs"]
mod tests;
