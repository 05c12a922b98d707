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

/// What the hash of details is for.
const DETAIL: &str = "audit detail";

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
    /// Keyed hash of the details (32 bytes): they may be forgotten, and the chain still holds.
    pub detail_hash: Vec<u8>,
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

/// Makes the keyed hash of an entry's details; None when the keyring has lost the secret.
pub fn detail_hash(keys: &Keyring, secret_id: &str, entry: &Entry) -> Option<Vec<u8>> {
    keys.mac(secret_id, DETAIL, &[&entry.id.to_be_bytes(), entry.detail.to_string().as_bytes()])
        .map(Vec::from)
}

/// Makes the hash of an entry in its place; None when the keyring has lost the secret.
pub fn hash(
    keys: &Keyring,
    secret_id: &str,
    before: &Head,
    entry: &Entry,
    detail_hash: &[u8],
) -> Option<Vec<u8>> {
    let content = json!([entry.id, entry.at.timestamp_micros(), entry.actor, entry.action, entry.subject]);
    let (place, content) = ((before.position + 1).to_be_bytes(), content.to_string());
    keys.mac(secret_id, PURPOSE, &[&before.hash, &place, content.as_bytes(), detail_hash]).map(Vec::from)
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
        let secret_id = keys.signing_id().to_owned();
        let lost = || Error::internal("there is no secret to seal with");
        let detail_hash = detail_hash(keys, &secret_id, entry).ok_or_else(lost)?;
        let hash = hash(keys, &secret_id, &head, entry, &detail_hash).ok_or_else(lost)?;
        head = Head { position: head.position + 1, hash: hash.clone() };
        seals.push(Seal { position: head.position, entry_id: entry.id, secret_id, detail_hash, hash });
    }
    if !seals.is_empty() {
        queries::append_seals(connection, &seals, &head)?;
    }
    Ok(seals.len())
}
