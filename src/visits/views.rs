//! How pages speak of an outcome: a badge for a table, a sentence for the page of one visit.

use super::outcome::Outcome;
use crate::web::badge::Badge;

/// Returns the badge of an outcome.
pub const fn badge(outcome: Outcome) -> Badge {
    use Outcome as O;
    match outcome {
        O::Answered => Badge::done("Answered"),
        O::Planned => Badge::open("To be asked"),
        O::Sending => Badge::open("Being sent"),
        O::Sent => Badge::open("Asked"),
        O::PhoneFirst => Badge::open("To be phoned"),
        O::ToCall => Badge::open("To be called"),
        O::Suspect => Badge::aside("Put aside"),
        O::Unknown => Badge::failed("Fate unknown"),
        O::Bounced => Badge::failed("Address refused"),
        O::Failed => Badge::failed("Mail refused"),
        O::Unanswered => Badge::closed("No answer"),
        O::NoAddress => Badge::closed("No address"),
        O::Refused => Badge::closed("Refused on the phone"),
        O::DoNotCall => Badge::closed("Not to be called"),
        O::LanguageBarrier => Badge::closed("No common language"),
        O::Unreachable => Badge::closed("Not reached"),
        O::WrongNumber => Badge::closed("Wrong number"),
        O::OptedOut => Badge::closed("Said stop"),
        O::NotSampled => Badge::closed("Not drawn"),
        O::NoBasis => Badge::closed("No permission"),
        O::Suppressed => Badge::closed("Mails stopped"),
        O::Internal => Badge::closed("One of ours"),
        O::Excluded => Badge::closed("Taken out"),
        O::Expired => Badge::closed("Too old"),
        O::Cancelled => Badge::closed("Cancelled"),
    }
}

/// The parts of the road in which visits are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// With an answer.
    Answered,
    /// Asked, and no answer yet or any more.
    Asked,
    /// Planned, sending or waiting for a call.
    OnTheWay,
    /// Neither asked nor to be asked.
    NotAsked,
}

/// Returns the part in which an outcome is counted.
pub const fn part(outcome: Outcome) -> Part {
    use Outcome as O;
    match outcome {
        O::Answered => Part::Answered,
        O::Planned | O::Sending | O::PhoneFirst | O::ToCall => Part::OnTheWay,
        O::NoAddress => Part::NotAsked,
        outcome if outcome.is_not_eligible() => Part::NotAsked,
        _ => Part::Asked,
    }
}

/// Returns the badge of an outcome by its stored word.
pub fn badge_of(word: &str) -> Badge {
    word.parse().map_or(Badge::closed("Not known"), badge)
}

/// Says in a sentence where a visit with this outcome stands.
pub const fn sentence(outcome: Outcome) -> &'static str {
    use Outcome as O;
    match outcome {
        O::Planned => "The customer will be asked by mail.",
        O::Sending => "The mail is going out just now.",
        O::Sent => "The customer was asked by mail and has not answered yet.",
        O::Unknown => {
            "The mail was handed over, but the mail server did not reply. Nobody knows whether it arrived; \
             it is not sent again by itself."
        }
        O::Answered => "The customer answered.",
        O::Suspect => "There is an answer, put aside because it may not be the customer's own.",
        O::Unanswered => "The customer was asked and did not answer in time. The link may still work.",
        O::Bounced => "The mail server said that the address does not exist.",
        O::Failed => "The mail server refused the mail for good.",
        O::NoAddress => "There is no mail address to write to.",
        O::PhoneFirst => "By lot, this customer is to be phoned instead of mailed.",
        O::ToCall => "The customer is to be phoned, because no answer came.",
        O::Refused => "On the phone the customer did not want to answer.",
        O::DoNotCall => "The customer asked not to be called.",
        O::LanguageBarrier => "On the phone there was no common language.",
        O::Unreachable => "The customer was not reached on the phone after several tries.",
        O::WrongNumber => "The number belongs to somebody else.",
        O::OptedOut => "The customer asked us to stop.",
        O::NotSampled => "This visit was not drawn for a survey.",
        O::NoBasis => "There is no permission to ask this customer.",
        O::Suppressed => "The customer had asked for no more mails before this visit was to be asked about.",
        O::Internal => "The customer is one of our own people.",
        O::Excluded => "Somebody took this visit out.",
        O::Expired => "The visit became too old to ask about.",
        O::Cancelled => "The visit was cancelled before the customer was asked.",
    }
}
