//! When it turns out later that a stored answer was a machine's: the latest clean revision counts again, or none.

use super::certainty::{SURE, Sign};
use super::queries::decide as queries;
use crate::changes;
use crate::error::Result;
use crate::visits::Outcome;
use crate::visits::store::{self, Change};
use chrono::{DateTime, Utc};
use diesel::PgConnection;

/// The same form came again. If the first time was seconds ago and from another network, that answer is put aside.
/// Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn repeated(
    connection: &mut PgConnection,
    nonce_hash: &[u8],
    network: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    let sign = Sign::TwoNetworks.as_str();
    let Some(response) = queries::put_revision_aside(connection, nonce_hash, network, now - SURE, sign)?
    else {
        return Ok(());
    };
    let counts = queries::take_latest_clean(connection, response, sign, now)?;
    let visit = queries::visit_of(connection, response)?;
    if !counts {
        let reason = Sign::TwoNetworks.meaning();
        let change = Change { to: Outcome::Suspect, by: "rule", reason, send_at: None };
        store::change(connection, visit, &change, now)?;
    }
    changes::append(connection, visit)
}
