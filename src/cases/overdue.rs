//! Cases that are late, for other systems to hear of.

use super::{LATE_AFTER, queries};
use crate::error::Result;
use crate::visits::queries::bulk::list_external_ids;
use crate::webhooks::{self, Event};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// Notes which cases have become overdue, once for each, and tells other systems.
///
/// # Errors
/// When the database does not answer.
pub fn note(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    crate::db::transaction(connection, |connection| {
        let found = queries::note_overdue(connection, now - LATE_AFTER, now)?;
        let visits: Vec<Uuid> = found.iter().map(|(_, visit)| *visit).collect();
        let mut ids = list_external_ids(connection, &visits)?;
        let event = |(case, visit): &(Uuid, Uuid)| {
            Some(Event::CaseOverdue { case: *case, visit: ids.remove(visit)? })
        };
        let events: Vec<Event> = found.iter().filter_map(event).collect();
        webhooks::queue(connection, &events, now)
    })
}
