//! Calls for service: somebody asked to be called, or was not satisfied. They jump the queue, ask no survey and stand
//! outside the scores.

use super::due;
use super::queries::{candidates, service as queries};
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// Why somebody is called for service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why<'a> {
    /// They asked for it, perhaps for a time of day; that is basis enough, and may happen again.
    AskedFor(Option<&'a str>),
    /// They were not satisfied; only where calls are covered, and once.
    LowScore,
}

impl Why<'_> {
    /// Returns the word as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AskedFor(_) => "call_me",
            Self::LowScore => "low_score",
        }
    }
}

/// Opens the call for service about a visit; false when there is one, or none may be made. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn open(connection: &mut PgConnection, visit: Uuid, why: Why<'_>, now: DateTime<Utc>) -> Result<bool> {
    let best_time = match why {
        Why::AskedFor(time) => time,
        Why::LowScore if !candidates::is_covered(connection, visit)? || queries::has(connection, visit)? => {
            return Ok(false);
        }
        Why::LowScore => None,
    };
    let opened = queries::open(connection, ids::new_id(), visit, why.as_str(), best_time, now)?;
    let Some(callback) = opened else { return Ok(false) };
    due::tell(connection, &[(callback, visit)], now)?;
    Ok(true)
}
