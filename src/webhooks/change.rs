//! What somebody does to an endpoint. All of it is audited; call each in a transaction.

use super::event::{Event, Kind};
use super::model::Disabled;
use super::queries::endpoints::{self, NewEndpoint};
use super::queries::work;
use super::secret::Secret;
use super::{queue, target};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use crate::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::{Value, json};
use uuid::Uuid;

/// For so long messages are signed with both secrets after a rotation.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// So many endpoints there are at most: each event is sent to all of them.
const MOST: usize = 50;

/// An endpoint to make.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its address.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What it wants to hear of.
    pub events: Vec<Kind>,
}

fn note(
    connection: &mut PgConnection,
    (by, now): (Actor, DateTime<Utc>),
    what: &str,
    endpoint: Uuid,
    detail: Value,
) -> Result<()> {
    audit::record(connection, now, by, &format!("webhook.{what}"), &format!("webhook {endpoint}"), detail)
}

/// Makes an endpoint and returns its id and its secret. The secret is shown to whoever makes it, and then no more.
///
/// # Errors
/// 422 naming the field: an address that may not be reached, no event; 409 when there are too many.
pub fn add(connection: &mut PgConnection, app: &App, wanted: &Wanted, by: Actor) -> Result<(Uuid, String)> {
    let (id, now) = (ids::new_id(), app.clock.now());
    let url = target::read(&wanted.url, &app.config.webhook_networks)
        .map_err(|problem| Error::invalid_field("/url", problem))?;
    if wanted.events.is_empty() {
        return Err(Error::invalid_field("/events", "must name at least one event"));
    }
    if endpoints::list(connection)?.len() >= MOST {
        return Err(Error::conflict(format!(
            "There are {MOST} endpoints, which is the most. Remove one first."
        )));
    }
    let mut events = wanted.events.clone();
    events.sort_by_key(|kind| Kind::ALL.iter().position(|known| known == kind));
    events.dedup();
    let description = crate::mail::clean_name(&wanted.description);
    let secret_id = app.keys.signing_id();
    let endpoint = NewEndpoint {
        id,
        url: url.as_str(),
        description: &description,
        events: &events,
        secret_id,
        created_at: now,
    };
    endpoints::insert(connection, &endpoint)?;
    let words: Vec<&str> = events.iter().map(|kind| kind.as_str()).collect();
    // The host alone: the rest of an address may be a secret of the receiver.
    let detail = json!({ "host": url.host_str(), "events": words });
    note(connection, (by, now), "added", id, detail)?;
    Ok((id, secret(app, secret_id, id, 1)?))
}

fn secret(app: &App, secret_id: &str, endpoint: Uuid, version: i32) -> Result<String> {
    let secret = Secret::derive(&app.keys, secret_id, endpoint, version);
    secret.map(|secret| secret.text()).ok_or_else(|| Error::internal("a secret that signs is not there"))
}

/// Gives an endpoint another secret and returns it; for a day messages are signed with both.
///
/// # Errors
/// 404 when there is no such endpoint.
pub fn rotate(connection: &mut PgConnection, app: &App, id: Uuid, by: Actor) -> Result<String> {
    let (endpoint, now) = (endpoints::lock(connection, id)?, app.clock.now());
    let secret_id = app.keys.signing_id();
    endpoints::update_secret(connection, &endpoint, secret_id, now + OVERLAP)?;
    note(connection, (by, now), "rotated", id, json!({ "old_until": now + OVERLAP }))?;
    secret(app, secret_id, id, endpoint.secret_version + 1)
}

/// Pauses an endpoint: what happens meanwhile waits.
///
/// # Errors
/// 404 when there is no such endpoint, 409 when nothing is sent there anyway.
pub fn pause(connection: &mut PgConnection, id: Uuid, by: Actor, now: DateTime<Utc>) -> Result<()> {
    if endpoints::lock(connection, id)?.disabled().is_some() {
        return Err(Error::conflict("Nothing is sent to this endpoint as it is."));
    }
    endpoints::update_disabled(connection, id, Some(Disabled::Paused), now)?;
    note(connection, (by, now), "paused", id, json!({}))
}

/// Sends to an endpoint again.
///
/// # Errors
/// 404 when there is no such endpoint, 409 when it works.
pub fn resume(connection: &mut PgConnection, id: Uuid, by: Actor, now: DateTime<Utc>) -> Result<()> {
    if endpoints::lock(connection, id)?.disabled().is_none() {
        return Err(Error::conflict("This endpoint is neither paused nor switched off."));
    }
    endpoints::update_disabled(connection, id, None, now)?;
    note(connection, (by, now), "resumed", id, json!({}))
}

/// Removes an endpoint with everything that was sent there.
///
/// # Errors
/// 404 when there is no such endpoint.
pub fn remove(connection: &mut PgConnection, id: Uuid, by: Actor, now: DateTime<Utc>) -> Result<()> {
    endpoints::lock(connection, id)?;
    endpoints::delete(connection, id)?;
    note(connection, (by, now), "removed", id, json!({}))
}

fn lock_working(connection: &mut PgConnection, id: Uuid) -> Result<()> {
    match endpoints::lock(connection, id)?.disabled() {
        None => Ok(()),
        Some(_) => Err(Error::conflict("Nothing is sent to this endpoint now. Resume it first.")),
    }
}

/// Queues a message that says nothing but that messages arrive; returns its id.
///
/// # Errors
/// 404 when there is no such endpoint, 409 while nothing is sent there.
pub fn test(connection: &mut PgConnection, id: Uuid, by: Actor, now: DateTime<Utc>) -> Result<Uuid> {
    lock_working(connection, id)?;
    let queued = queue::queue_for(connection, id, &[Event::Test { endpoint: id }], now)?;
    note(connection, (by, now), "tested", id, json!({ "message": queued.first() }))?;
    queued.first().copied().ok_or_else(|| Error::internal("a message that was not queued"))
}

/// Sends a message again under its id, whatever came of it.
///
/// # Errors
/// 404 when there is no such endpoint, 409 while nothing is sent there, or while the message is under way or not there.
pub fn replay(
    connection: &mut PgConnection,
    id: Uuid,
    message: Uuid,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    lock_working(connection, id)?;
    if !work::replay(connection, id, message, now)? {
        return Err(Error::conflict("This message is just being sent, or is there no more."));
    }
    note(connection, (by, now), "replayed", id, json!({ "message": message }))
}

/// Sends again everything that failed since a moment; returns how many.
///
/// # Errors
/// 404 when there is no such endpoint, 409 while nothing is sent there.
pub fn replay_failed(
    connection: &mut PgConnection,
    id: Uuid,
    since: DateTime<Utc>,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<usize> {
    lock_working(connection, id)?;
    let replayed = work::replay_failed(connection, id, since, now)?;
    note(connection, (by, now), "replayed", id, json!({ "since": since, "messages": replayed }))?;
    Ok(replayed)
}
