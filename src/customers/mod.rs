//! Whom we serve: the customer's file with notes, preferences and what they do not want, and the addresses and numbers
//! that must not be used.
//!
//! Identity (DESIGN 6.17): the customer's own id; without one the mail address, without that the number.
//! A suppression is kept as a keyed hash, so that it outlives the erasure of a person. Files that a human put together
//! stay as they are and are read as one ([`merges`]).

pub mod merges;
pub mod notes;
pub mod preferences;
pub mod queries;
pub mod search;
pub mod stops;

use crate::error::Result;
use crate::ids::Keyring;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::collections::HashMap;

/// What a visit says about its customer, already checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// Id in the system that sends visits.
    pub external_id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// A well-formed mail address, as it was written; for identity its case does not count.
    pub email: Option<String>,
    /// Phone number as it came.
    pub phone: Option<String>,
}

/// What an address is hashed for.
const PURPOSE: &str = "suppression";

/// Adds an address to those that must not be mailed; the first reason stays.
///
/// # Errors
/// When the database does not answer.
pub fn suppress(
    connection: &mut PgConnection,
    keys: &Keyring,
    email: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let hash = keys.pseudonym(PURPOSE, &email.to_lowercase());
    queries::insert_suppression(connection, (&hash, "email"), keys.signing_id(), reason, now)
}

/// Takes an address off those that must not be mailed; returns the reasons that stood there, mostly one.
///
/// # Errors
/// When the database does not answer.
pub fn lift(connection: &mut PgConnection, keys: &Keyring, email: &str) -> Result<Vec<String>> {
    queries::delete_suppressions(connection, &suppression_hashes(keys, email))
}

/// Returns why an address must not be mailed, or nothing.
///
/// # Errors
/// When the database does not answer.
pub fn suppressed(connection: &mut PgConnection, keys: &Keyring, email: &str) -> Result<Option<String>> {
    queries::find_suppression(connection, &suppression_hashes(keys, email))
}

/// Returns those of several addresses that must not be mailed, each with the reason.
///
/// # Errors
/// When the database does not answer.
pub fn suppressed_among(
    connection: &mut PgConnection,
    keys: &Keyring,
    emails: &[&str],
) -> Result<HashMap<String, String>> {
    let mut by_hash: HashMap<Vec<u8>, &str> = HashMap::with_capacity(emails.len());
    for email in emails {
        let hashes = suppression_hashes(keys, email);
        by_hash.extend(hashes.into_iter().map(|hash| (hash, *email)));
    }
    let hashes: Vec<&[u8]> = by_hash.keys().map(Vec::as_slice).collect();
    let found = queries::list_suppressions(connection, &hashes)?;
    Ok(found
        .into_iter()
        .filter_map(|(hash, reason)| Some(((*by_hash.get(&hash)?).to_owned(), reason)))
        .collect())
}

/// Returns the hashes under which an address may be stopped, for a composed statement.
pub fn suppression_hashes(keys: &Keyring, email: &str) -> Vec<Vec<u8>> {
    keys.pseudonyms(PURPOSE, &email.to_lowercase())
}
