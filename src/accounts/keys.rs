//! API keys: `hb_` and 256 random bits, shown once, stored as SHA-256. A key ends, may be bound to networks, and is
//! rotated without a gap: for a while both secrets are good.

use super::model::{Client, Scope};
use super::queries::keys::{self as queries, NewKey, Stored};
use crate::audit::{self, Actor};
use crate::config::{Network, parse_duration};
use crate::error::{Error, Kind, Result};
use crate::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use std::net::IpAddr;
use uuid::Uuid;

/// Begin of every key, so that scanners for leaked secrets know ours.
pub const PREFIX: &str = "hb_";

/// How long a key works unless somebody says otherwise.
pub const WORKS_FOR: TimeDelta = TimeDelta::days(365);

/// How long the old secret stays good after a rotation unless somebody says otherwise.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);

const LONGEST_LIFE: TimeDelta = TimeDelta::days(3660);
const LONGEST_OVERLAP: TimeDelta = TimeDelta::days(90);
const MOST_NETWORKS: usize = 50;

/// A key to make.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// From where it may be used; empty for anywhere.
    pub networks: Vec<Network>,
    /// How long it works; None for ever.
    pub works_for: Option<TimeDelta>,
}

/// Reads how long a key works: `90d`, `1y` or `never`.
///
/// # Errors
/// Says which form is expected.
pub fn read_life(text: &str) -> std::result::Result<Option<TimeDelta>, String> {
    if text == "never" {
        return Ok(None);
    }
    let span =
        parse_duration(text).map_err(|_| "is neither a span of time such as 90d nor never".to_owned())?;
    let fits = span > TimeDelta::zero() && span <= LONGEST_LIFE;
    if fits { Ok(Some(span)) } else { Err("must be from 1s to 10y, or never".to_owned()) }
}

/// Reads how long an old secret stays good: `0s` to 90 days.
///
/// # Errors
/// Says which form is expected.
pub fn read_overlap(text: &str) -> std::result::Result<TimeDelta, String> {
    parse_duration(text)
        .ok()
        .filter(|span| *span <= LONGEST_OVERLAP)
        .ok_or_else(|| "is no span of time from 0s to 90d, such as 24h".to_owned())
}

/// Reads networks that stand behind commas or white space; none for anywhere.
///
/// # Errors
/// Names the first that is no network.
pub fn read_networks(text: &str) -> std::result::Result<Vec<Network>, String> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    words
        .map(|word| word.parse().map_err(|_| format!("{word} is no network such as 10.0.0.0/8 or 192.0.2.4")))
        .collect()
}

/// Makes a key that works for a year from anywhere and returns it; it cannot be read again.
///
/// # Errors
/// As [`make`].
pub fn add(
    connection: &mut PgConnection,
    name: &str,
    scopes: &[Scope],
    now: DateTime<Utc>,
) -> Result<String> {
    let wanted = Wanted {
        name: name.to_owned(),
        scopes: scopes.to_vec(),
        networks: Vec::new(),
        works_for: Some(WORKS_FOR),
    };
    make(connection, &wanted, Actor::Shell, now)
}

/// Makes a key and returns it; it cannot be read again. Call it in a transaction.
///
/// # Errors
/// 422 without a name or a scope, or when one key could both bring visits and read scores.
pub fn make(connection: &mut PgConnection, wanted: &Wanted, by: Actor, now: DateTime<Utc>) -> Result<String> {
    let (name, scopes) = (crate::mail::clean_name(&wanted.name), &wanted.scopes);
    if name.is_empty() {
        return Err(Error::invalid_field("/name", "a key needs a name"));
    }
    if scopes.is_empty() {
        return Err(Error::invalid_field("/scope", "a key needs at least one scope"));
    }
    let reads = [Scope::EvaluationsRead, Scope::ResponsesRead];
    if scopes.contains(&Scope::VisitsWrite) && scopes.iter().any(|scope| reads.contains(scope)) {
        let reason = "a key that brings visits can never read scores or responses; make two keys";
        return Err(Error::invalid_field("/scope", reason));
    }
    if wanted.networks.len() > MOST_NETWORKS {
        return Err(Error::invalid_field("/network", format!("must be at most {MOST_NETWORKS}")));
    }
    let (id, secret) = (ids::new_id(), new_secret());
    let expires_at = wanted.works_for.map(|span| now + span);
    queries::insert(
        connection,
        &NewKey {
            id,
            name: &name,
            secret_hash: &ids::sha256(secret.as_bytes()),
            scopes,
            networks: &wanted.networks,
            expires_at,
            created_at: now,
        },
    )?;
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    let networks: Vec<String> = wanted.networks.iter().map(ToString::to_string).collect();
    let detail = json!({ "scopes": words, "networks": networks, "ends": expires_at });
    audit::record(connection, now, by, "key.added", &subject(id), detail)?;
    Ok(secret)
}

fn new_secret() -> String {
    format!("{PREFIX}{}", ids::random_secret())
}

fn subject(id: Uuid) -> String {
    format!("key {id}")
}

/// Finds the key that somebody names by its id or its name.
///
/// # Errors
/// 404 when there is none, 409 when several have this name.
pub fn find(connection: &mut PgConnection, word: &str) -> Result<Uuid> {
    if let Ok(id) = word.parse() {
        return Ok(id);
    }
    match queries::list_named(connection, word.trim())?.as_slice() {
        [] => Err(Error::not_found("key")),
        [id] => Ok(*id),
        _ => Err(Error::conflict("Several keys have this name. Say which one by its id.")),
    }
}

/// Gives a key a second secret and returns it. The one it has ends after the overlap, or when it would have ended
/// anyway; a secret from an earlier rotation ends now. The key then works for as long as it was made for, from now on.
/// Call it in a transaction.
///
/// # Errors
/// 404 when there is no such key, 409 when it was revoked.
pub fn rotate(
    connection: &mut PgConnection,
    id: Uuid,
    overlap: TimeDelta,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<String> {
    let key = lock_live(connection, id)?;
    let secret = new_secret();
    let old_until = key.expires_at.map_or(now + overlap, |end| end.min(now + overlap));
    let since = key.rotated_at.unwrap_or(key.created_at);
    let expires_at = key.expires_at.map(|end| now + (end - since));
    let hash = ids::sha256(secret.as_bytes());
    queries::update_secret(connection, &key, &hash, old_until, expires_at, now)?;
    let detail = json!({ "old_until": old_until, "ends": expires_at });
    audit::record(connection, now, by, "key.rotated", &subject(id), detail)?;
    Ok(secret)
}

/// Revokes a key: it opens nothing from now on. Call it in a transaction.
///
/// # Errors
/// 404 when there is no such key, 409 when it was revoked before.
pub fn revoke(connection: &mut PgConnection, id: Uuid, by: Actor, now: DateTime<Utc>) -> Result<()> {
    let key = lock_live(connection, id)?;
    queries::revoke(connection, key.id, now)?;
    audit::record(connection, now, by, "key.revoked", &subject(id), json!({}))
}

fn lock_live(connection: &mut PgConnection, id: Uuid) -> Result<Stored> {
    let key = queries::lock(connection, id)?.ok_or_else(|| Error::not_found("key"))?;
    if key.revoked_at.is_some() {
        return Err(Error::conflict("This key was revoked. Make a new one."));
    }
    Ok(key)
}

/// Finds whose key this is, for a request from an address.
///
/// # Errors
/// 401 when it is unknown, revoked or over; only who holds the right secret is told which. 403 when it may not be used
/// from there.
pub fn open(connection: &mut PgConnection, secret: &str, from: IpAddr, now: DateTime<Utc>) -> Result<Client> {
    let unknown = || Error::new(Kind::Unauthorized, "Send a key: Authorization: Bearer hb_…");
    if !secret.starts_with(PREFIX) {
        return Err(unknown());
    }
    let hash = ids::sha256(secret.as_bytes());
    let key = queries::find(connection, &hash)?.ok_or_else(unknown)?;
    if let Some(why) = why_over(&key, &hash, now) {
        return Err(Error::new(Kind::Unauthorized, why));
    }
    let networks = key.networks();
    let from = from.to_canonical();
    if !networks.is_empty() && !networks.iter().flatten().any(|network| network.contains(from)) {
        let detail = format!("This key may not be used from {from}.");
        return Err(Error::new(Kind::Forbidden, detail));
    }
    // Once a minute is enough to see which keys are in use, and spares a write in each request.
    if key.last_used_at.is_none_or(|used| used < now - TimeDelta::minutes(1)) {
        queries::note_use(connection, key.id, now)?;
    }
    Ok(Client { key: key.id, scopes: key.scopes() })
}

/// Why the secret with this hash opens nothing any more.
fn why_over(key: &Stored, hash: &[u8], now: DateTime<Utc>) -> Option<String> {
    let on = |at: DateTime<Utc>| at.format("%Y-%m-%d at %H:%M UTC");
    if let Some(at) = key.revoked_at {
        return Some(format!("This key was revoked on {}.", on(at)));
    }
    if !key.is_newest(hash) {
        let until = key.old_until.unwrap_or(now);
        return (until <= now)
            .then(|| format!("This secret ended on {}; the key has a newer one.", on(until)));
    }
    let ended = key.expires_at.filter(|end| *end <= now)?;
    Some(format!("This key ended on {}. Ask an administrator for a new one.", on(ended)))
}
