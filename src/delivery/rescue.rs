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
    let stranded = queries::list_stranded(connection, now, BATCH)?;
    let count = stranded.len();
    for one in stranded {
        rescue(connection, one, now)?;
    }
    Ok(count)
}

fn rescue(
    connection: &mut PgConnection,
    (id, visit, worker, attempt, state): Stranded,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(worker) = worker else { return Ok(()) };
    let reason = "the worker was gone";
    if state == "claimed" {
        queries::end_attempt(connection, attempt, "refused", reason, now)?;
        queries::plan_again(connection, id, worker, now)?;
        let change = Change { to: Outcome::Planned, by: "worker", reason, send_at: Some(now) };
        store::change(connection, visit, &change, now)?;
    } else {
        queries::end_attempt(connection, attempt, "unknown", reason, now)?;
        queries::end_sending(connection, id, worker, "unknown", Some((now, now + LINK_WORKS)))?;
        let reason = "the worker was gone after the letter had begun; it is not sent again";
        store::change(
            connection,
            visit,
            &Change { to: Outcome::Unknown, by: "worker", reason, send_at: None },
            now,
        )?;
    }
    Ok(())
}
