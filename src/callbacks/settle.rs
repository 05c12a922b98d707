//! What happens to call-backs without a caller: the customer was faster, or the caller went away.
//!
//! The phase of a visit is fixed when its wave is drawn. Whoever was drawn and has not been phoned yet, and answers by
//! mail, has given the observation of this case (`answered`). Once the phone has rung it is too late for that: the
//! answer is kept and counts in no score (`answered_late`).

use super::close;
use super::queries::wave as waves;
use super::queries::work::{self, Task};
use crate::changes;
use crate::error::Result;
use crate::visits::Outcome;
use crate::visits::queries::lock_outcome;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// Call-backs settled in one transaction.
const BATCH: i64 = 500;

/// The disposition of a case whose customer answered by mail before the phone rang: that is its observation.
pub const ANSWERED: &str = "answered";

/// The disposition of a case whose customer answered by mail after the phone had rung: kept, and in no score.
pub const ANSWERED_LATE: &str = "answered_late";

/// Settles what is due; call it in a transaction. Returns how many, and wants to be called again until none is.
///
/// # Errors
/// When the database does not answer.
pub fn due(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    let settled = overtaken(connection, None, now)? + abandoned(connection, now)?;
    // Two last calls that end at the same moment do not see each other.
    for wave in waves::list_open(connection)? {
        close::if_worked(connection, wave, now)?;
    }
    Ok(settled)
}

/// Ends call-backs whose visits left the list by another way: a refusal by mail keeps its place among the called.
///
/// # Errors
/// When the database does not answer.
pub fn overtaken(connection: &mut PgConnection, wave: Option<Uuid>, now: DateTime<Utc>) -> Result<usize> {
    let ids = work::list_overtaken(connection, wave, BATCH)?;
    for id in &ids {
        let task = work::find(connection, *id)?;
        let outcome = lock_outcome(connection, task.visit)?;
        let task = work::lock(connection, *id)?;
        if task.state != "done" && outcome != Outcome::ToCall {
            end(connection, &task, outcome, now)?;
        }
    }
    Ok(ids.len())
}

fn end(connection: &mut PgConnection, task: &Task, outcome: Outcome, now: DateTime<Utc>) -> Result<()> {
    let (called, disposition) = match outcome {
        Outcome::Answered if task.attempts == 0 => (true, ANSWERED),
        Outcome::Answered => (true, ANSWERED_LATE),
        Outcome::OptedOut => (true, Outcome::OptedOut.as_str()),
        other => (task.attempts > 0, other.as_str()),
    };
    work::end(connection, &[task.id], called, Some(disposition), now)?;
    changes::append(connection, task.visit)?;
    task.wave.map_or(Ok(()), |wave| close::if_worked(connection, wave, now))
}

/// Takes back call-backs whose callers went away; they are offered again.
///
/// # Errors
/// When the database does not answer.
pub fn abandoned(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<usize> {
    let ids = work::list_abandoned(connection, now, BATCH)?;
    for id in &ids {
        let visit = work::find(connection, *id)?.visit;
        lock_outcome(connection, visit)?;
        let task = work::lock(connection, *id)?;
        if task.claimed_until.is_some_and(|until| until <= now) {
            give_back(connection, &task, now)?;
        }
    }
    Ok(ids.len())
}

/// Opens a claimed call-back again; if its wave was closed meanwhile it leaves the list. Call it in a transaction with
/// the visit locked.
///
/// # Errors
/// When the database does not answer.
pub fn give_back(connection: &mut PgConnection, task: &Task, now: DateTime<Utc>) -> Result<()> {
    work::reopen(connection, task.id, None)?;
    leave_if_closed(connection, task, now)
}

/// Takes an open call-back off the list when its wave was closed while somebody worked on it.
///
/// # Errors
/// When the database does not answer.
pub fn leave_if_closed(connection: &mut PgConnection, task: &Task, now: DateTime<Utc>) -> Result<()> {
    let Some(id) = task.wave else { return Ok(()) };
    if waves::stays_open(connection, id)? {
        return Ok(());
    }
    let wave = waves::lock(connection, id)?;
    let left = (task.id, task.visit, task.came_from.clone(), task.attempts);
    close::leave(connection, &[left], "rule", now)?;
    close::realise(connection, &wave)
}
