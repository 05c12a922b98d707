//! What the end of a conversation means for an invitation: pure (TRUST A3).

use crate::mail::{Failure, Stage};

/// What becomes of an invitation after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The relay took it.
    Accepted,
    /// Nobody knows whether the relay took it; it is never sent again by itself.
    Unknown,
    /// Another try later; nothing was handed over.
    Retry,
    /// The same, and the relay is to blame.
    RelayFault,
    /// The same, and our own settings are to blame.
    OurFault,
    /// The letter cannot be written; nothing was tried.
    Unwritten,
    /// Nothing was tried; it is due again at once.
    NotBegun,
    /// The address is refused for good.
    Bounced,
    /// The message is refused for good.
    Failed,
}

impl Verdict {
    /// Its word in the metrics; nothing when nothing was tried.
    pub const fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Accepted => "accepted",
            Self::Unknown => "unknown",
            Self::Retry => "retry",
            Self::RelayFault => "relay_fault",
            Self::OurFault => "our_fault",
            Self::Unwritten => "unwritten",
            Self::NotBegun => return None,
            Self::Bounced => "bounced",
            Self::Failed => "failed",
        })
    }
}

/// Enhanced status codes (RFC 3463) that say the address does not exist or takes no mail.
pub const NO_SUCH_ADDRESS: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];

/// Reads the verdict from a failure. A refusal before the recipient was named is our own fault (sign-in,
/// sender) and is tried again rather than held against the address.
pub fn of_failure(failure: &Failure) -> Verdict {
    match failure {
        Failure::NoReply(_) => Verdict::Unknown,
        Failure::Misconfigured(_) | Failure::Refused { stage: Stage::Sender, .. } => Verdict::OurFault,
        failure if failure.is_relay_fault() => Verdict::RelayFault,
        Failure::NotReached(_) | Failure::Deferred { .. } => Verdict::Retry,
        Failure::Refused { enhanced: Some(code), .. } if NO_SUCH_ADDRESS.contains(&code.as_str()) => {
            Verdict::Bounced
        }
        // A full mailbox is refused with a 5xx by some, and is empty tomorrow.
        Failure::Refused { enhanced: Some(code), .. } if code == "5.2.2" => Verdict::Retry,
        Failure::Refused { enhanced: None, code: 550 | 551 | 553, stage: Stage::Recipient, .. } => {
            Verdict::Bounced
        }
        Failure::Refused { .. } => Verdict::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16, enhanced: Option<&str>, stage: Stage) -> Verdict {
        of_failure(&Failure::Refused {
            code,
            enhanced: enhanced.map(str::to_owned),
            text: String::new(),
            stage,
        })
    }

    #[test]
    fn only_what_is_about_the_address_is_a_bounce() {
        assert_eq!(refused(550, Some("5.1.1"), Stage::Recipient), Verdict::Bounced);
        assert_eq!(refused(550, None, Stage::Recipient), Verdict::Bounced);
        assert_eq!(refused(550, Some("5.7.1"), Stage::Body), Verdict::Failed);
        assert_eq!(refused(552, Some("5.2.2"), Stage::Recipient), Verdict::Retry);
        assert_eq!(refused(530, Some("5.7.0"), Stage::Sender), Verdict::OurFault);
    }

    #[test]
    fn silence_after_the_dot_is_never_a_retry() {
        assert_eq!(of_failure(&Failure::NoReply("reset".into())), Verdict::Unknown);
        assert_eq!(of_failure(&Failure::NotReached("refused".into())), Verdict::RelayFault);
        assert_eq!(of_failure(&Failure::Misconfigured("535 no".into())), Verdict::OurFault);
    }
}
