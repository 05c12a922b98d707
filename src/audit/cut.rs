//! Cutting off the oldest part of the log when its time is over, so that the rest still verifies.
//!
//! First an entry `audit.cut` is written and sealed that names the last position that goes and its hash; then entries and
//! seals up to there go, in the same transaction. The walk through the chain begins behind such a cut only: whoever
//! deletes the oldest entries without the secret cannot make the sealed entry that names where they stopped. A part that
//! does not verify is not cut: it is evidence.

use super::queries;
use super::seal::{Head, seal};
use super::verify::{Report, begin, check_entry};
use super::{Actor, record};
use crate::error::{Error, Kind, Result};
use crate::ids::{self, Keyring};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::{Value, json};

/// The action of the entry that names where the log was cut.
pub const ACTION: &str = "audit.cut";

/// Cuts at most so many of the oldest entries as are older than a time; returns how many. Call it in a transaction.
///
/// # Errors
/// 409 when the part that would go is not as it was sealed; when the database does not answer.
pub fn cut(
    connection: &mut PgConnection,
    keys: &Keyring,
    (before, most): (DateTime<Utc>, i64),
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<usize> {
    queries::lock_head(connection)?;
    let mut report = Report::default();
    let mut at = begin(connection, &mut report)?;
    let mut gone = 0;
    for (seal, entry) in queries::list_sealed(connection, at.position, most)? {
        let Some(entry) = entry.filter(|entry| entry.at < before && seal.position == at.position + 1) else {
            break;
        };
        check_entry(&mut report, keys, &at, &seal, &entry);
        at = Head { position: seal.position, hash: seal.hash };
        gone += 1;
    }
    if let Some(fault) = report.faults.first() {
        let told = format!("The audit log does not hold and was not cut; see hearback audit verify. {fault}");
        return Err(Error::new(Kind::Conflict, told));
    }
    if gone > 0 {
        let detail =
            json!({"position": at.position.to_string(), "hash": ids::hex(&at.hash), "entries": gone});
        record(connection, now, actor, ACTION, "audit", detail)?;
        while seal(connection, keys)? > 0 {}
        queries::delete_up_to(connection, at.position)?;
    }
    Ok(gone)
}

/// Reads where a log was cut from the details of such an entry.
pub fn place(detail: &Value) -> Option<Head> {
    let position = detail.get("position")?.as_str()?.parse().ok()?;
    let hash = ids::from_hex(detail.get("hash")?.as_str()?)?;
    (hash.len() == 32).then_some(Head { position, hash })
}
