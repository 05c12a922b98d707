//! What the work on call-backs asks of the customer's file: notes to show, and whether they want to be called at all.

use super::queries::candidates::Candidate;
use crate::audit::Actor;
use crate::customers;
use crate::customers::notes::Typed;
use crate::customers::queries::{merges, notes as queries};
use crate::customers::stops::{self, Because, Channel};
use crate::delivery::bounces::NO_ADDRESS;
use crate::error::Result;
use crate::ids::Keyring;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// Why a customer is not called any more.
const ON_THE_PHONE: &str = "the customer asked on the phone not to be called";

/// Lists what is worth remembering about a customer, for whoever is about to call.
///
/// # Errors
/// When the database does not answer.
pub fn notes(
    connection: &mut PgConnection,
    customer: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Vec<String>> {
    let Some(customer) = customer else { return Ok(Vec::new()) };
    Ok(queries::list_current(connection, customer, now)?.into_iter().map(|note| note.words).collect())
}

/// For how many months a note from a call is kept.
const KEPT_MONTHS: &str = "24";

/// Writes down what is worth remembering from a call, in the file that stands for the customer; call it in a transaction.
///
/// # Errors
/// 422 when it is empty, too long or for nothing that is known.
pub fn add_note(
    connection: &mut PgConnection,
    customer: Uuid,
    (purpose, words): (&str, &str),
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let typed =
        Typed { purpose: purpose.to_owned(), words: words.to_owned(), months: KEPT_MONTHS.to_owned() };
    let kept = merges::kept_file(connection, customer)?;
    customers::notes::add(connection, kept, &typed, actor, now)
}

/// Stops calls to a customer and to the number for good; call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn stop_calls(
    connection: &mut PgConnection,
    keys: &Keyring,
    (customer, phone): (Option<Uuid>, &str),
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    if let Some(customer) = customer {
        let because = Because { actor, reason: ON_THE_PHONE };
        stops::stop(connection, keys, customer, Channel::Phone, because, now)?;
    }
    stops::stop_number(connection, keys, phone, now)
}

/// Keeps those whose customers have not said stop, to calls or to questions altogether. A mailbox that does not exist
/// stops no call.
///
/// # Errors
/// When the database does not answer.
pub fn may_be_phoned(
    connection: &mut PgConnection,
    keys: &Keyring,
    candidates: Vec<Candidate>,
) -> Result<Vec<Candidate>> {
    let phones: Vec<&str> = candidates.iter().map(|candidate| candidate.phone.as_str()).collect();
    let numbers = stops::numbers_stopped_among(connection, keys, &phones)?;
    let files: Vec<Uuid> = candidates.iter().filter_map(|candidate| candidate.customer).collect();
    let unwilling = stops::stopped_among(connection, &files, Channel::Phone)?;
    let emails: Vec<&str> = candidates.iter().filter_map(|candidate| candidate.email.as_deref()).collect();
    let stopped: HashMap<String, String> = customers::suppressed_among(connection, keys, &emails)?;
    let said_stop = |candidate: &Candidate| {
        let by_mail = candidate.email.as_ref().and_then(|email| stopped.get(email));
        numbers.contains(&candidate.phone)
            || candidate.customer.is_some_and(|customer| unwilling.contains_key(&customer))
            || by_mail.is_some_and(|reason| reason != NO_ADDRESS)
    };
    Ok(candidates.into_iter().filter(|candidate| !said_stop(candidate)).collect())
}
