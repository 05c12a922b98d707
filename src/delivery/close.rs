//! What time does to a visit: too old to be mailed, or asked long enough.

use super::model::{ANSWER_AWAITED, TOO_OLD};
use super::queries;
use crate::error::Result;
use crate::visits::Outcome;
use crate::visits::queries::list_older;
use crate::visits::store::{self, Change};
use chrono::{DateTime, Utc};
use diesel::PgConnection;

/// How many visits are closed in one transaction.
const BATCH: i64 = 500;

/// Lets planned visits expire that are older than 14 days, and closes as unanswered what was mailed seven days
/// ago. Call it in a transaction; returns how many visits moved, and wants to be called again until none does.
///
/// # Errors
/// When the database does not answer.
pub fn due(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    let mut moved = 0;
    for visit in list_older(connection, Outcome::Planned, now - TOO_OLD, BATCH)? {
        let reason = "the visit is older than 14 days";
        let change = Change { to: Outcome::Expired, by: "rule", reason, send_at: None };
        moved += usize::from(store::change(connection, visit, &change, now)?);
        queries::close_of_visit(connection, visit)?;
    }
    for visit in queries::list_awaited_since(connection, now - ANSWER_AWAITED, BATCH)? {
        let reason = "no answer within 7 days";
        let change = Change { to: Outcome::Unanswered, by: "rule", reason, send_at: None };
        moved += usize::from(store::change(connection, visit, &change, now)?);
    }
    Ok(moved)
}
