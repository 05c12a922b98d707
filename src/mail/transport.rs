//! The ways a letter can leave, behind one conversation of two halves.

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::failure::{Failure, Reply};
use super::letter::PreparedLetter;
use super::mail_file::FileConversation;
use super::mail_url::MailUrl;
use super::smtp::{SmtpConversation, SmtpRelay};
use super::tls::Authorities;
use super::transcript::Recorder;

/// A way out for letters. Clones share what is shared: the TLS setup, the letters in memory.
#[derive(Clone, Debug)]
pub enum Transport {
    /// To a relay.
    Smtp(Box<SmtpRelay>),
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
            MailUrl::Smtp(url) => Self::Smtp(Box::new(SmtpRelay::new(url.clone(), hello))),
            MailUrl::File(folder) => Self::File(folder.clone()),
        }
    }

    /// Trusts further certificate authorities; means nothing where no relay is.
    #[must_use]
    pub fn trusting(self, authorities: Authorities) -> Self {
        match self {
            Self::Smtp(relay) => Self::Smtp(Box::new(relay.trusting(authorities))),
            other => other,
        }
    }

    /// Tells each line of a conversation with a relay to a recorder.
    #[must_use]
    pub fn recorded(self, recorder: Recorder) -> Self {
        match self {
            Self::Smtp(relay) => Self::Smtp(Box::new(relay.recorded(recorder))),
            other => other,
        }
    }
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
    /// [`Failure::NotReached`] and [`Failure::Misconfigured`]: nothing that fails here is about a letter.
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
    /// [`Failure::NoReply`] when nobody knows; [`Failure::Deferred`], [`Failure::Refused`] and
    /// [`Failure::Misconfigured`] when the relay said no; [`Failure::NotReached`] only when the final dot was not
    /// sent.
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
