//! The chain: each seal is a keyed hash (HMAC-SHA-256, RFC 2104) over the seal before, its position and its entry.
//!
//! Entries are sealed a moment after they were written, by the worker, so that nobody waits for anybody else's
//! transaction. Whoever can write to the database but does not have the secret cannot make a seal; the position keeps
//! entries from being dropped or moved.

use super::{Entry, queries};
use crate::db::schema::audit_seal;
use crate::error::{Error, Result};
use crate::ids::Keyring;
use diesel::{Insertable, PgConnection, Queryable, Selectable};
use serde_json::json;

/// How many entries are sealed in one transaction.
const AT_ONCE: i64 = 1_000;

/// What the hash is for.
const PURPOSE: &str = "audit";

/// A seal of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_seal, check_for_backend(diesel::pg::Pg))]
pub struct Seal {
    /// Its place in the chain, from 1.
    pub position: i64,
    /// Number of the entry.
    pub entry_id: i64,
    /// Which secret made it.
    pub secret_id: String,
    /// The hash (32 bytes).
    pub hash: Vec<u8>,
}

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Head {
    /// Position of the last seal; 0 before the first.
    pub position: i64,
    /// Its hash (32 bytes).
    pub hash: Vec<u8>,
}

/// Makes the hash of an entry in its place; None when the keyring has lost the secret.
pub fn hash(keys: &Keyring, secret_id: &str, before: &[u8], position: i64, entry: &Entry) -> Option<Vec<u8>> {
    let content = json!([
        entry.id,
        entry.at.timestamp_micros(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail
    ]);
    let (place, content) = (position.to_be_bytes(), content.to_string());
    keys.mac(secret_id, PURPOSE, &[before, &place, content.as_bytes()]).map(Vec::from)
}

/// Seals entries that have no seal yet; returns how many. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn seal(connection: &mut PgConnection, keys: &Keyring) -> Result<usize> {
    let mut head = queries::lock_head(connection)?;
    let entries = queries::list_unsealed(connection, AT_ONCE)?;
    let mut seals = Vec::with_capacity(entries.len());
    for entry in &entries {
        let (position, secret_id) = (head.position + 1, keys.signing_id().to_owned());
        let hash = hash(keys, &secret_id, &head.hash, position, entry)
            .ok_or_else(|| Error::internal("there is no secret to seal with"))?;
        head = Head { position, hash: hash.clone() };
        seals.push(Seal { position, entry_id: entry.id, secret_id, hash });
    }
    if !seals.is_empty() {
        queries::append_seals(connection, &seals, &head)?;
    }
    Ok(seals.len())
}
