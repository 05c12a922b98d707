//! The states of a visit (DESIGN §3) and which may follow which: pure.

use std::fmt;
use std::str::FromStr;

macro_rules! outcomes {
    ($($item:ident = $word:literal, $doc:literal;)*) => {
        /// The one state in which a visit stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Outcome { $(#[doc = $doc] $item),* }

        impl Outcome {
            /// All of them, in the order of the road.
            pub const ALL: &'static [Self] = &[$(Self::$item),*];

            /// Returns the word as it is stored and shown by the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$item => $word),* }
            }
        }
    };
}

outcomes! {
    Planned = "planned", "To be mailed at a date.";
    Sending = "sending", "Claimed by a worker.";
    Sent = "sent", "Accepted by the relay.";
    Unknown = "unknown", "No reply after the final dot.";
    Answered = "answered", "A confirmed response.";
    Suspect = "suspect", "An answer put aside.";
    Unanswered = "unanswered", "Closed without an answer.";
    Bounced = "bounced", "The address was refused for good.";
    Failed = "failed", "The message was refused for good.";
    NoAddress = "no_address", "No or a malformed address.";
    PhoneFirst = "phone_first", "Drawn at random to be phoned instead of mailed.";
    ToCall = "to_call", "Drawn into a wave.";
    Refused = "refused", "Refused on the phone.";
    DoNotCall = "do_not_call", "Asked not to be called.";
    LanguageBarrier = "language_barrier", "No common language on the phone.";
    Unreachable = "unreachable", "Not reached after several attempts.";
    WrongNumber = "wrong_number", "The number is somebody else's.";
    OptedOut = "opted_out", "The customer said stop.";
    NotSampled = "not_sampled", "Not drawn for a survey.";
    NoBasis = "no_basis", "No lawful basis for this channel.";
    Suppressed = "suppressed", "The address must not be mailed.";
    Internal = "internal", "One of our own people.";
    Excluded = "excluded", "Taken out by a person.";
    Expired = "expired", "Too old to ask.";
    Cancelled = "cancelled", "Cancelled before it was sent.";
}

impl Outcome {
    /// Returns the states from which this one may be reached; empty for states that only an arrival sets.
    pub const fn from_states(self) -> &'static [Self] {
        use Outcome as O;
        match self {
            O::Planned => &[O::Sending, O::NoAddress],
            O::Sending => &[O::Planned],
            // Whoever was drawn and not called, for the wave was closed before, goes back to where they stood.
            O::NoAddress => &[O::Planned, O::ToCall],
            O::Sent => &[O::Sending, O::Unknown],
            O::Unknown => &[O::Sending],
            // A link can be answered before its delivery is recorded, and up to its last day; what was not mailed, by
            // a card.
            O::Answered => &[
                O::Planned,
                O::NoAddress,
                O::Sending,
                O::Sent,
                O::Unknown,
                O::Suspect,
                O::Unanswered,
                O::Bounced,
                O::Failed,
                O::ToCall,
            ],
            O::Unanswered => &[O::Sent, O::Unknown, O::Suspect, O::ToCall],
            // It may turn out later that a machine answered.
            O::Suspect => &[O::Sending, O::Sent, O::Unknown, O::Answered, O::ToCall],
            // What was taken without a word may come back all the same.
            O::Bounced | O::Failed => &[O::Sending, O::Sent, O::Unknown, O::ToCall],
            O::ToCall => &[O::Unanswered, O::Suspect, O::Bounced, O::Failed, O::NoAddress, O::PhoneFirst],
            O::Refused
            | O::DoNotCall
            | O::LanguageBarrier
            | O::Unreachable
            | O::WrongNumber
            | O::PhoneFirst => &[O::ToCall],
            O::OptedOut => &[
                O::Planned,
                O::Sending,
                O::Sent,
                O::Unknown,
                O::Suspect,
                O::Unanswered,
                O::NoAddress,
                O::ToCall,
            ],
            // The stop may come while the letter is being written.
            O::Suppressed => &[O::Planned, O::NoAddress, O::Sending],
            // One that came without an address is drawn when it gets one.
            O::NoBasis | O::Internal | O::Expired | O::NotSampled => &[O::Planned, O::NoAddress],
            O::Cancelled | O::Excluded => &[O::Planned, O::NoAddress, O::PhoneFirst],
        }
    }

    /// Tells whether such a visit was never to be asked, and so stands outside every rate.
    pub const fn is_not_eligible(self) -> bool {
        use Outcome as O;
        matches!(
            self,
            O::NotSampled
                | O::NoBasis
                | O::Suppressed
                | O::Internal
                | O::Excluded
                | O::Expired
                | O::Cancelled
        )
    }

    /// Tells whether a visit counts in every rate and sum as it did in the state before: the steps of a letter's way.
    pub const fn counts_as_its_predecessor(self) -> bool {
        matches!(self, Self::Sending | Self::Sent | Self::Unknown)
    }

    /// Tells whether something more would happen by itself: a letter, a call, an answer that is waited for.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Planned | Self::Sending | Self::Sent | Self::Unknown | Self::ToCall)
    }

    /// Tells whether the visit can still be corrected or cancelled: nothing has gone out.
    pub const fn is_before_sending(self) -> bool {
        matches!(self, Self::Planned | Self::NoAddress | Self::PhoneFirst)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or(format!("{text} is no outcome"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(*outcome));
        }
        assert!("done".parse::<Outcome>().is_err());
    }

    #[test]
    fn nothing_leads_back_from_a_stop_and_from_an_answer_only_that_it_was_a_machines() {
        for outcome in Outcome::ALL {
            let leads_back = outcome.from_states().contains(&Outcome::Answered);
            assert_eq!(leads_back, *outcome == Outcome::Suspect, "{outcome}");
            assert!(!outcome.from_states().contains(&Outcome::OptedOut), "{outcome}");
        }
    }

    #[test]
    fn what_was_mailed_is_never_planned_again() {
        for mailed in [Outcome::Sent, Outcome::Unknown, Outcome::Bounced, Outcome::Unanswered] {
            assert!(!Outcome::Planned.from_states().contains(&mailed));
            assert!(!Outcome::Sending.from_states().contains(&mailed));
        }
    }
}
