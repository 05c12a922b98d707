//! Whom we serve: the customer's identity, and the addresses that must not be mailed.
//!
//! Identity (DESIGN 6.17): the customer's own id; without one the mail address, without that the number.
//! A suppression is kept as a keyed hash, so that it outlives the erasure of a person.

pub mod queries;

use crate::error::Result;
use crate::ids::Keyring;
use chrono::{DateTime, Utc};
use diesel::PgConnection;

/// What a visit says about its customer, already checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// Id in the system that sends visits.
    pub external_id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// A well-formed mail address, normalised.
    pub email: Option<String>,
    /// Phone number as it came.
    pub phone: Option<String>,
}

/// Returns the hash under which an address is suppressed.
pub fn address_hash(keys: &Keyring, normalised: &str) -> Vec<u8> {
    keys.pseudonym("suppression", normalised)
}

/// Adds an address to those that must not be mailed; the first reason stays.
///
/// # Errors
/// When the database does not answer.
pub fn suppress(
    connection: &mut PgConnection,
    keys: &Keyring,
    normalised: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    queries::insert_suppression(connection, &address_hash(keys, normalised), reason, now)
}

/// Returns why an address must not be mailed, or nothing.
///
/// # Errors
/// When the database does not answer.
pub fn suppressed(connection: &mut PgConnection, keys: &Keyring, normalised: &str) -> Result<Option<String>> {
    queries::find_suppression(connection, &address_hash(keys, normalised))
}
