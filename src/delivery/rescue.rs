//! What a worker that died leaves behind: before the marker it is tried again, past it nobody knows.

use super::model::LINK_WORKS;
use super::queries::{self, Stranded};
use crate::error::Result;
use crate::visits::Outcome;
use crate::visits::store::{self, Change};
use chrono::{DateTime, Utc};
use diesel::PgConnection;

/// How many invitations are rescued in one transaction.
const BATCH: i64 = 100;

/// Takes back what leases that ran out have left; call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn due(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    let mut rescued = 0;
    for one in queries::list_stranded(connection, now, BATCH)? {
        rescued += usize::from(rescue(connection, one, now)?);
    }
    Ok(rescued)
}

fn rescue(
    connection: &mut PgConnection,
    (id, visit, worker, attempt, state): Stranded,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Some(worker) = worker else { return Ok(false) };
    if state == "past_marker" {
        queries::end_attempt(connection, attempt, "unknown", "the worker was gone", now)?;
        queries::end_sending(connection, id, worker, "unknown", Some((now, now + LINK_WORKS)))?;
        let reason = "the worker was gone after the letter had begun; it is not sent again";
        let change = Change { to: Outcome::Unknown, by: "worker", reason, send_at: None };
        return store::change(connection, visit, &change, now);
    }
    queries::end_attempt(connection, attempt, "refused", "the worker was gone", now)?;
    queries::plan_again(connection, id, worker, now)?;
    let reason = "the worker was gone before the letter had begun";
    let change = Change { to: Outcome::Planned, by: "worker", reason, send_at: Some(now) };
    store::change(connection, visit, &change, now)
}
