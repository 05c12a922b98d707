//! Queueing what happened, in the transaction in which it happened.

use super::event::{Event, Kind};
use super::queries::endpoints;
use super::queries::work::{self, NewMessage};
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// Tells whether anybody wants to hear of a kind, before what it takes to tell is looked up.
///
/// # Errors
/// When the database does not answer.
pub fn is_wanted(connection: &mut PgConnection, kind: Kind) -> Result<bool> {
    Ok(!endpoints::list_wanting(connection, kind)?.is_empty())
}

/// Queues events of one kind for every endpoint that wants to hear of it; without one nothing is kept. Call it in the
/// transaction of what happened.
///
/// # Errors
/// When the database does not answer.
pub fn queue(connection: &mut PgConnection, events: &[Event], now: DateTime<Utc>) -> Result<()> {
    let Some(kind) = events.first().map(Event::kind) else { return Ok(()) };
    for endpoint in endpoints::list_wanting(connection, kind)? {
        queue_for(connection, endpoint, events, now)?;
    }
    Ok(())
}

/// Queues events for one endpoint, whatever it wants to hear of; returns the ids of the messages.
///
/// # Errors
/// When the database does not answer.
pub(super) fn queue_for(
    connection: &mut PgConnection,
    endpoint: Uuid,
    events: &[Event],
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let payloads = events.iter().map(|event| event.payload(now)).collect::<Result<Vec<_>>>()?;
    let messages: Vec<NewMessage<'_>> = events
        .iter()
        .zip(&payloads)
        .map(|(event, payload)| NewMessage {
            id: ids::new_id(),
            endpoint_id: endpoint,
            event: event.kind().as_str(),
            payload,
            created_at: now,
            state: "waiting",
            due_at: now,
        })
        .collect();
    work::insert(connection, &messages)?;
    Ok(messages.iter().map(|message| message.id).collect())
}
