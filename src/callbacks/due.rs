//! Telling other systems that a call-back came onto the list: it was drawn, a call for service was opened, or the time of
//! an appointment came. That one is tried again after nobody picked up is not told.

use super::queries;
use crate::error::{Error, Result};
use crate::jobs::{self, Job};
use crate::visits::queries::bulk::list_external_ids;
use crate::webhooks::{self, Event, Kind};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// Name of the job that waits for an appointment.
pub const JOB: &str = "callback.due";

/// Tells of call-backs and their visits; call it in the transaction that opens them.
///
/// # Errors
/// When the database does not answer.
pub(super) fn tell(connection: &mut PgConnection, opened: &[(Uuid, Uuid)], now: DateTime<Utc>) -> Result<()> {
    if opened.is_empty() || !webhooks::is_wanted(connection, Kind::CallbackDue)? {
        return Ok(());
    }
    let visits: Vec<Uuid> = opened.iter().map(|(_, visit)| *visit).collect();
    let mut ids = list_external_ids(connection, &visits)?;
    let event = |(callback, visit): &(Uuid, Uuid)| {
        Some(Event::CallbackDue { callback: *callback, visit: ids.remove(visit)? })
    };
    let events: Vec<Event> = opened.iter().filter_map(event).collect();
    webhooks::queue(connection, &events, now)
}

/// Remembers to tell when the time of an appointment comes.
///
/// # Errors
/// When the database does not answer.
pub(super) fn plan(
    connection: &mut PgConnection,
    callback: Uuid,
    visit: Uuid,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    jobs::enqueue(connection, JOB, json!({ "callback": callback, "visit": visit }), at, now).map(drop)
}

/// Does the job: tells of the appointment if it still stands.
///
/// # Errors
/// When the database does not answer.
pub fn come(connection: &mut PgConnection, job: &Job, now: DateTime<Utc>) -> Result<()> {
    let callback = job.payload.get("callback").and_then(|id| id.as_str()?.parse().ok());
    let callback = callback.ok_or_else(|| Error::internal("an appointment without its call-back"))?;
    match queries::find_appointed(connection, callback, now)? {
        Some(visit) => tell(connection, &[(callback, visit)], now),
        None => Ok(()),
    }
}
