//! Taking the next call-back from the list, and giving it back.

use super::model::Caller;
use super::queries::work::{self, Due};
use super::{rules, settle};
use crate::app::App;
use crate::audit;
use crate::config::zone_or;
use crate::error::{Error, Result};
use crate::visits::queries::lock_outcome;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// After so long without a sign of the caller a call-back is offered again.
pub const IDLE: TimeDelta = TimeDelta::minutes(30);

/// For how long a call waits for the time of day for which the customer has asked.
pub(super) const WISHED: TimeDelta = TimeDelta::hours(24);

/// How many due call-backs are looked at together.
const PAGE: i64 = 50;

/// Claims the next call-back for a caller: appointments that are due, then service, priority cases, and the others by
/// their random number; whoever may not be phoned now, or not by this caller, waits. Call it in a transaction. Nothing
/// when nothing is due.
///
/// # Errors
/// When the database does not answer.
pub fn next(connection: &mut PgConnection, app: &App, caller: &Caller) -> Result<Option<Uuid>> {
    let now = app.clock.now();
    settle::abandoned(connection, now)?;
    // An agreed time is the customer's own wish, so the hours do not matter.
    for due in work::list_appointments(connection, caller, now, PAGE)? {
        if take(connection, &due, caller, now)? {
            return Ok(Some(due.id));
        }
    }
    let mut last: Option<Due> = None;
    loop {
        let mut page = work::list_due(connection, caller, now, last.as_ref(), PAGE)?;
        for due in &page {
            if may_ring(app, due, now) && take(connection, due, caller, now)? {
                return Ok(Some(due.id));
            }
        }
        last = page.pop();
        if last.is_none() {
            return Ok(None);
        }
    }
}

/// In the customer's hours, and for a day at the time of day for which they have asked.
fn may_ring(app: &App, due: &Due, now: DateTime<Utc>) -> bool {
    let wished = due.wished.as_deref().filter(|_| due.created_at >= now - WISHED);
    rings_at(app, due.time_zone.as_deref(), wished, now)
}

/// The same for customers of a zone who have asked for a time of day that is still waited for.
pub(super) fn rings_at(app: &App, zone: Option<&str>, wished: Option<&str>, now: DateTime<Utc>) -> bool {
    let zone = zone_or(app.config.organisation.time_zone, zone);
    let time_of_day = rules::time_of_day(now.with_timezone(&zone).time());
    wished.is_none_or(|wished| wished == time_of_day) && app.config.calling.window.holds(now, zone)
}

fn take(connection: &mut PgConnection, due: &Due, caller: &Caller, now: DateTime<Utc>) -> Result<bool> {
    let by = caller.actor.to_string();
    if work::claim(connection, due.id, &by, now + IDLE)?.is_none() {
        return Ok(false);
    }
    // Whoever claims sees name and number.
    let subject = format!("callback {}", due.id);
    audit::record(connection, now, caller.actor, "callback.claimed", &subject, json!({}))?;
    Ok(true)
}

/// Gives a claimed call-back back; it is offered again. Call it in a transaction.
///
/// # Errors
/// 404 for an unknown call-back; 409 when it is not the caller's.
pub fn release(connection: &mut PgConnection, id: Uuid, caller: &Caller, now: DateTime<Utc>) -> Result<()> {
    let visit = work::find(connection, id)?.visit;
    lock_outcome(connection, visit)?;
    let task = work::lock(connection, id)?;
    is_theirs(&task, caller, None, now)?;
    settle::give_back(connection, &task, now)
}

/// Checks that a call-back is claimed by a caller; with the number of a claim, that it is that one.
///
/// # Errors
/// 409 when it is somebody else's, or was given back.
pub fn is_theirs(task: &work::Task, caller: &Caller, claim: Option<i32>, now: DateTime<Utc>) -> Result<()> {
    let by = caller.actor.to_string();
    let is_held = task.state == "claimed" && task.claimed_until.is_some_and(|until| until > now);
    if is_held && task.claimed_by == Some(by) && claim.is_none_or(|claim| claim == task.claim) {
        return Ok(());
    }
    let detail = if task.state == "done" {
        "This call-back is over: the customer has answered or said stop, or its wave was closed. Take the next one."
    } else {
        "This call-back is not yours: it was given back, or untouched for 30 minutes. Take the next one."
    };
    Err(Error::conflict(detail))
}
