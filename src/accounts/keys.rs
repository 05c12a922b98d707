//! API keys: `hb_` and 256 random bits, shown once, stored as SHA-256.

use super::model::{Client, Scope};
use super::queries;
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use crate::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;

/// Begin of every key, so that scanners for leaked secrets know ours.
pub const PREFIX: &str = "hb_";

/// Makes a key and returns it; it cannot be read again.
///
/// # Errors
/// 422 without a name or a scope, or when one key could both bring visits and read scores.
pub fn add(
    connection: &mut PgConnection,
    name: &str,
    scopes: &[Scope],
    now: DateTime<Utc>,
) -> Result<String> {
    if name.trim().is_empty() || scopes.is_empty() {
        return Err(Error::invalid_field("/name", "a key needs a name and at least one scope"));
    }
    let reads = [Scope::EvaluationsRead, Scope::ResponsesRead];
    if scopes.contains(&Scope::VisitsWrite) && scopes.iter().any(|scope| reads.contains(scope)) {
        let reason = "a key that brings visits can never read scores or responses; make two keys";
        return Err(Error::invalid_field("/scope", reason));
    }
    let secret = format!("{PREFIX}{}", ids::random_secret());
    let id = ids::new_id();
    queries::insert_key(connection, id, name.trim(), &ids::sha256(secret.as_bytes()), scopes, now)?;
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    audit::record(
        connection,
        now,
        Actor::Shell,
        "key.added",
        &format!("key {id}"),
        json!({ "scopes": words }),
    )?;
    Ok(secret)
}

/// Finds whose key this is.
///
/// # Errors
/// 401 when it is unknown or revoked.
pub fn open(connection: &mut PgConnection, secret: &str, now: DateTime<Utc>) -> Result<Client> {
    let unknown = || Error::new(Kind::Unauthorized, "Send a key: Authorization: Bearer hb_…");
    if !secret.starts_with(PREFIX) {
        return Err(unknown());
    }
    let (key, scopes, used) =
        queries::find_key(connection, &ids::sha256(secret.as_bytes()))?.ok_or_else(unknown)?;
    // Once a minute is enough to see which keys are in use, and spares a write in each request.
    if used.is_none_or(|used| used < now - TimeDelta::minutes(1)) {
        queries::use_key(connection, key, now)?;
    }
    Ok(Client { key, scopes })
}
