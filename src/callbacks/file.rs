//! What the work on call-backs asks of the customer's file: notes to show, and whether they want to be called at all.

use super::queries::candidates::Candidate;
use crate::customers;
use crate::delivery::bounces::NO_ADDRESS;
use crate::error::Result;
use crate::ids::Keyring;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// Why a number is stopped.
const ON_THE_PHONE: &str = "the customer asked not to be called";

/// The last digits of a number tell it from others; before them national and international writing differ.
const DIGITS: usize = 9;

/// Lists what is worth remembering about a customer, for whoever is about to call.
///
/// # Errors
/// When the database does not answer.
pub fn notes(_: &mut PgConnection, _customer: Option<Uuid>, _now: DateTime<Utc>) -> Result<Vec<String>> {
    Ok(Vec::new())
}

/// Stops calls to a number for good; call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn stop_calls(
    connection: &mut PgConnection,
    keys: &Keyring,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    customers::suppress(connection, keys, &number(phone), ON_THE_PHONE, now)
}

/// Tells whether calls to a number are stopped.
///
/// # Errors
/// When the database does not answer.
pub fn is_stopped(connection: &mut PgConnection, keys: &Keyring, phone: &str) -> Result<bool> {
    Ok(customers::suppressed(connection, keys, &number(phone))?.is_some())
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
    let numbers: Vec<String> = candidates.iter().map(|candidate| number(&candidate.phone)).collect();
    let of_mail = candidates.iter().filter_map(|candidate| candidate.email.as_deref());
    let all: Vec<&str> = numbers.iter().map(String::as_str).chain(of_mail).collect();
    let stopped: HashMap<String, String> = customers::suppressed_among(connection, keys, &all)?;
    let said_stop = |candidate: &Candidate| {
        let by_mail = candidate.email.as_ref().and_then(|email| stopped.get(email));
        stopped.contains_key(&number(&candidate.phone)) || by_mail.is_some_and(|reason| reason != NO_ADDRESS)
    };
    Ok(candidates.into_iter().filter(|candidate| !said_stop(candidate)).collect())
}

/// What of a number is hashed.
fn number(phone: &str) -> String {
    let tail: String = phone.chars().rev().filter(char::is_ascii_digit).take(DIGITS).collect();
    format!("phone {tail}")
}
