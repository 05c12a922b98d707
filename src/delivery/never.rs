//! Addresses that are never mailed, by hand: added, and lifted again with a reason. The audit log names no address.

use crate::audit::{self, Actor};
use crate::customers;
use crate::error::Result;
use crate::ids::Keyring;
use crate::mail::{EmailAddress, mask_addresses};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;

/// Why an address is on the list that somebody put there.
pub const BY_HAND: &str = "by hand";

/// Puts an address on the list; a reason that stands there already stays. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn stop(
    connection: &mut PgConnection,
    keys: &Keyring,
    address: &EmailAddress,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    customers::suppress(connection, keys, address.as_str(), BY_HAND, now)?;
    audit::record(connection, now, actor, "address.stopped", "suppression", json!({ "reason": BY_HAND }))
}

/// Takes an address off the list, with a reason; false when it was not on it. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn lift(
    connection: &mut PgConnection,
    keys: &Keyring,
    address: &EmailAddress,
    why: &str,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<bool> {
    let stood_for = customers::lift(connection, keys, address.as_str())?;
    if stood_for.is_empty() {
        return Ok(false);
    }
    let detail = json!({ "stood_for": stood_for, "why": mask_addresses(why) });
    audit::record(connection, now, actor, "address.lifted", "suppression", detail)?;
    Ok(true)
}
