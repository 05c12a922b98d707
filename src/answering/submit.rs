//! Storing an answer, and telling a repetition from a link that is closed.

use super::EDITABLE;
use super::certainty::{self, Evidence, SURE, Sign};
use super::form::Answers;
use super::queries::{self, Submission};
use super::{nonce::Opened, recheck};
use crate::audit::Actor;
use crate::error::{Error, Result};
use crate::metrics;
use crate::{db, ids};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use uuid::Uuid;

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submitted {
    /// It stands, now or since the same form was sent before.
    Stored,
    /// The link takes no answers any more, or this one can no longer be changed.
    Closed,
}

/// By what an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// The customer, by the link in a mail.
    Link,
    /// The customer, by the code of a card.
    Card,
    /// Somebody of ours, who typed in what the customer wrote on paper.
    Typist(Uuid),
}

impl Hand {
    const fn why(self) -> &'static str {
        match self {
            Self::Link => "answered by mail",
            Self::Card => "answered by card",
            Self::Typist(_) => "typed in from paper",
        }
    }

    const fn mode(self) -> &'static str {
        match self {
            Self::Link => "email",
            Self::Card => "card",
            Self::Typist(_) => "paper",
        }
    }

    fn who(self) -> String {
        match self {
            Self::Link | Self::Card => Actor::Customer.to_string(),
            Self::Typist(user) => Actor::User(user).to_string(),
        }
    }
}

/// A checked form as it came.
#[derive(Debug)]
pub struct Posted {
    /// By what it came.
    pub hand: Hand,
    /// Hash of the link's token or of the card's code.
    pub token_hash: Vec<u8>,
    /// The visit.
    pub visit: Uuid,
    /// The form's nonce.
    pub opened: Opened,
    /// Keyed hash of the client's network.
    pub network: Vec<u8>,
    /// Whether the field that people do not see was filled in.
    pub trap_filled: bool,
    /// Whether a browser says that nobody pressed anything.
    pub is_unpressed: bool,
    /// What was said.
    pub answers: Answers,
    /// Language of the page.
    pub language: &'static str,
}

/// Stores a checked answer.
///
/// # Errors
/// When the database does not answer; then nothing is stored, or the same form finds it stored.
pub fn store(connection: &mut PgConnection, posted: &Posted, now: DateTime<Utc>) -> Result<Submitted> {
    let signs = judge(connection, posted, now)?;
    let told_by = posted.hand.who();
    let submission = Submission {
        token_hash: &posted.token_hash,
        by_card: posted.hand != Hand::Link,
        told_by: &told_by,
        told_why: posted.hand.why(),
        nonce_hash: &posted.opened.hash,
        opened_at: posted.opened.at,
        network: &posted.network,
        signs: &signs,
        answers: &posted.answers,
        values: serde_json::to_value(&posted.answers.values).map_err(Error::internal)?,
        language: posted.language,
        id: ids::new_id(),
        now,
        editable_since: now - EDITABLE,
    };
    match queries::store(connection, &submission) {
        Ok(Some(_)) => {
            metrics::answer_stored(posted.hand.mode());
            Ok(Submitted::Stored)
        }
        // A unique violation: the same form came twice at the same moment and the other one was first.
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            repeated(connection, posted, now)
        }
        Ok(None) if queries::is_used(connection, &posted.opened.hash)? => repeated(connection, posted, now),
        Ok(None) => Ok(Submitted::Closed),
        Err(other) => Err(other.into()),
    }
}

fn judge(connection: &mut PgConnection, posted: &Posted, now: DateTime<Utc>) -> Result<Vec<Sign>> {
    if matches!(posted.hand, Hand::Typist(_)) {
        // Somebody is signed in, and a person.
        return Ok(Vec::new());
    }
    let open_for = now - posted.opened.at;
    let seen = if open_for > SURE {
        Vec::new()
    } else {
        queries::fetches::list_since(connection, posted.visit, now - SURE - TimeDelta::seconds(2))?
    };
    let evidence =
        Evidence { open_for, trap_filled: posted.trap_filled, is_unpressed: posted.is_unpressed, seen };
    Ok(certainty::signs(&evidence))
}

/// The same form came again: one answer. From another network within seconds it is a machine that copied the form.
fn repeated(connection: &mut PgConnection, posted: &Posted, now: DateTime<Utc>) -> Result<Submitted> {
    if now - posted.opened.at <= SURE {
        db::transaction(connection, |connection| {
            recheck::repeated(connection, &posted.opened.hash, &posted.network, now)
        })?;
    }
    Ok(Submitted::Stored)
}
