//! How long each step of a conversation may take. lettre's own deadline covers the connect only.

use std::time::Duration;

/// One deadline for each step.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Name and connect; RFC 5321 sets none.
    pub(super) connect: Duration,
    /// The TLS handshake; no RFC sets one.
    pub(super) handshake: Duration,
    /// RFC 5321 §4.5.3.2.1, and the same for EHLO, STARTTLS and the sign-in.
    pub(super) greeting: Duration,
    /// RFC 5321 §4.5.3.2.2.
    pub(super) mail: Duration,
    /// RFC 5321 §4.5.3.2.3.
    pub(super) rcpt: Duration,
    /// RFC 5321 §4.5.3.2.4.
    pub(super) data: Duration,
    /// RFC 5321 §4.5.3.2.5, for the letter as a whole: it is one block.
    pub(super) body: Duration,
    /// RFC 5321 §4.5.3.2.6: giving up earlier on the reply to the final dot is how mail gets doubled.
    pub(super) reply: Duration,
    /// Nothing depends on a goodbye.
    pub(super) quit: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            handshake: Duration::from_secs(30),
            greeting: Duration::from_mins(5),
            mail: Duration::from_mins(5),
            rcpt: Duration::from_mins(5),
            data: Duration::from_mins(2),
            body: Duration::from_mins(3),
            reply: Duration::from_mins(10),
            quit: Duration::from_secs(10),
        }
    }
}

#[cfg(test)]
impl Limits {
    /// The same for every step, far below what a person would wait.
    pub(super) fn all(limit: Duration) -> Self {
        Self {
            connect: limit,
            handshake: limit,
            greeting: limit,
            mail: limit,
            rcpt: limit,
            data: limit,
            body: limit,
            reply: limit,
            quit: limit,
        }
    }
}
