//! What a worker that died leaves behind: before the marker it is tried again, past it nobody knows.

use super::model::{LINK_WORKS, LetterKind, WORKER_GONE};
use super::queries::attempts;
use super::queries::queue::{self, Ended, Held, Stranded};
use super::remind;
use crate::app::App;
use crate::error::{Error, Result};
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
pub fn due(connection: &mut PgConnection, app: &App, now: DateTime<Utc>) -> Result<usize> {
    let mut rescued = 0;
    for one in queue::list_stranded(connection, now, BATCH)? {
        rescued += usize::from(rescue(connection, app, &one, now)?);
    }
    Ok(rescued)
}

fn rescue(connection: &mut PgConnection, app: &App, one: &Stranded, now: DateTime<Utc>) -> Result<bool> {
    let Some(worker) = one.worker else { return Ok(false) };
    let is_first = one.mailed_at.is_none();
    let held = Held { id: one.id, worker, attempts: one.attempts };
    if one.attempt_state == "past_marker" {
        attempts::end(connection, one.attempt, "unknown", WORKER_GONE, now)?;
        let letter: LetterKind = one.letter.parse().map_err(Error::internal)?;
        let mailed = is_first.then_some((now, now + LINK_WORKS));
        let (letter, further_at) = remind::next(app, letter, one.time_zone.as_deref(), now);
        let ended = Ended { state: is_first.then_some("unknown"), letter, mailed, further_at };
        queue::end_claim(connection, held, &ended)?;
        let reason = "the worker was gone after the letter had begun; it is not sent again";
        let change = Change { to: Outcome::Unknown, by: "worker", reason, send_at: None };
        return if is_first { store::change(connection, one.visit, &change, now) } else { Ok(true) };
    }
    let words = format!("{} {WORKER_GONE}", attempts::NOT_TRIED);
    attempts::end(connection, one.attempt, "refused", &words, now)?;
    let is_ours = queue::plan_again(connection, held, is_first, now)?;
    let reason = "the worker was gone before the letter had begun";
    let change = Change { to: Outcome::Planned, by: "worker", reason, send_at: Some(now) };
    if is_first && is_ours && !store::change(connection, one.visit, &change, now)? {
        queue::keep_open(connection, one.id, now, now + LINK_WORKS)?;
    }
    Ok(is_ours)
}
