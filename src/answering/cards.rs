//! Cards with a short code, for customers whom no mail reaches.
//!
//! Whoever holds the code of a card can answer as the customer, so making, showing and typing in leave a trace, and
//! are for those who are not rated by the answers (`routes.rs`).

use super::queries::cards::{self as queries, Card, NewCard};
use crate::audit::{self, Actor};
use crate::delivery::model::LINK_WORKS;
use crate::error::{Error, Result};
use crate::ids::{CardCode, Keyring};
use crate::visits::Outcome;
use crate::visits::queries::lock_outcome;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// From which outcomes a card takes an answer. The statement that stores says the same.
pub const ANSWERS_FROM: [Outcome; 11] = [
    Outcome::Planned,
    Outcome::Sending,
    Outcome::Sent,
    Outcome::Unknown,
    Outcome::Answered,
    Outcome::Suspect,
    Outcome::Unanswered,
    Outcome::Bounced,
    Outcome::Failed,
    Outcome::NoAddress,
    Outcome::ToCall,
];

/// How many codes are tried until one is nobody else's. Two in a row taken is less likely than a broken disk.
const TRIES: i32 = 3;

/// Which card is wished for, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// The visit to ask about.
    pub visit: Uuid,
    /// The version to ask where the visit has none of its own yet.
    pub survey_version: Uuid,
    /// Who wishes.
    pub by: Actor,
}

/// Says why no card is made for a visit in an outcome; nothing when one is.
pub const fn refusal(outcome: Outcome) -> Option<&'static str> {
    use Outcome as O;
    Some(match outcome {
        O::Planned
        | O::Sending
        | O::Sent
        | O::Unknown
        | O::Suspect
        | O::Unanswered
        | O::Bounced
        | O::Failed
        | O::NoAddress
        | O::ToCall => return None,
        O::Answered => "The customer has answered already.",
        O::PhoneFirst => "By lot, this customer is to be phoned; a card would spoil the sample.",
        O::OptedOut | O::Refused | O::DoNotCall => "The customer does not want to be asked.",
        O::Suppressed => "The customer had asked for no more mails, and is not asked by card either.",
        O::LanguageBarrier | O::Unreachable | O::WrongNumber => "The call-back about this visit is over.",
        O::NoBasis => "There is no permission to ask this customer.",
        O::NotSampled => "This visit was not drawn for a survey.",
        O::Internal | O::Excluded | O::Expired | O::Cancelled => "This visit is not one that is asked about.",
    })
}

/// Returns the code of a card; None when its secret is lost.
pub fn code(keys: &Keyring, card: &Card) -> Option<CardCode> {
    CardCode::derive(keys, &card.secret_id, card.visit, card.version)
}

/// Tells whether a card takes answers for now.
pub fn is_valid(keys: &Keyring, card: &Card, now: DateTime<Utc>) -> bool {
    now < card.expires_at && code(keys, card).is_some()
}

/// Finds the card of a visit.
///
/// # Errors
/// When the database does not answer.
pub fn find(connection: &mut PgConnection, visit: Uuid) -> Result<Option<Card>> {
    Ok(queries::list(connection, &[visit])?.pop())
}

/// Returns the card that a visit has, or the one it would get now.
///
/// # Errors
/// When the database does not answer.
pub fn next(connection: &mut PgConnection, keys: &Keyring, wish: &Wish, now: DateTime<Utc>) -> Result<Card> {
    let known = find(connection, wish.visit)?;
    if let Some(card) = known.as_ref().filter(|card| is_valid(keys, card, now)) {
        return Ok(card.clone());
    }
    let mailed = queries::find_mailed_version(connection, wish.visit)?;
    let own = mailed.or(known.as_ref().map(|card| card.survey_version));
    let first = known.map_or(1, |card| card.version + 1);
    for version in first..first + TRIES {
        let card = Card {
            visit: wish.visit,
            secret_id: keys.signing_id().to_owned(),
            version,
            survey_version: own.unwrap_or(wish.survey_version),
            expires_at: now + LINK_WORKS,
        };
        let code = code(keys, &card).ok_or_else(|| Error::internal("no secret to sign with"))?;
        if !queries::is_taken(connection, &code.hash(), wish.visit)? {
            return Ok(card);
        }
    }
    Err(Error::internal("no code is free"))
}

/// Makes the card of a visit, or lets the one it has work for 30 days from now. Call it in a transaction.
///
/// # Errors
/// 409 when the visit stands where no card is made.
pub fn make(connection: &mut PgConnection, keys: &Keyring, wish: &Wish, now: DateTime<Utc>) -> Result<Card> {
    if let Some(why) = refusal(lock_outcome(connection, wish.visit)?) {
        return Err(Error::conflict(format!("No card is made for this visit. {why}")));
    }
    let card = next(connection, keys, wish, now)?;
    let card = Card { expires_at: now + LINK_WORKS, ..card };
    let code = code(keys, &card).ok_or_else(|| Error::internal("no secret to sign with"))?;
    let by = wish.by.to_string();
    let row = NewCard {
        visit_id: card.visit,
        code_hash: &code.hash(),
        secret_id: &card.secret_id,
        card_version: card.version,
        survey_version_id: card.survey_version,
        made_by: &by,
        made_at: now,
        expires_at: card.expires_at,
    };
    queries::store(connection, &row)?;
    let detail = json!({ "expires_at": card.expires_at });
    audit::record(connection, now, wish.by, "card.made", &format!("visit {}", wish.visit), detail)?;
    Ok(card)
}

/// Returns the card under which an answer from paper is typed in: the one there is, else a new one. Call it in a
/// transaction; the visit is locked until its end.
///
/// # Errors
/// 409 when the visit stands where no card is made and has none.
pub fn for_typing(
    connection: &mut PgConnection,
    keys: &Keyring,
    wish: &Wish,
    now: DateTime<Utc>,
) -> Result<Card> {
    lock_outcome(connection, wish.visit)?;
    match find(connection, wish.visit)?.filter(|card| is_valid(keys, card, now)) {
        Some(card) => Ok(card),
        None => make(connection, keys, wish, now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_takes_answers_wherever_one_is_made_and_after_the_first_answer() {
        for outcome in Outcome::ALL {
            let takes = ANSWERS_FROM.contains(outcome);
            assert_eq!(takes, refusal(*outcome).is_none() || *outcome == Outcome::Answered, "{outcome}");
            let may_follow = Outcome::Answered.from_states().contains(outcome);
            assert_eq!(takes, may_follow || *outcome == Outcome::Answered, "{outcome}");
        }
    }
}
