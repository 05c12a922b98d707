//! Cases that have been open for too long. There is no promise to the customer yet that a case could be measured by: one
//! that nobody has closed after two days is overdue.

use super::queries;
use crate::error::Result;
use crate::visits::queries::bulk::list_external_ids;
use crate::webhooks::{self, Event};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// A case is overdue when it has been open for so long.
pub const OVERDUE: TimeDelta = TimeDelta::hours(48);

/// Notes which cases have become overdue, once for each, and tells other systems.
///
/// # Errors
/// When the database does not answer.
pub fn note(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    crate::db::transaction(connection, |connection| {
        let found = queries::note_overdue(connection, now - OVERDUE, now)?;
        let visits: Vec<Uuid> = found.iter().map(|(_, visit)| *visit).collect();
        let mut ids = list_external_ids(connection, &visits)?;
        let event = |(case, visit): &(Uuid, Uuid)| {
            Some(Event::CaseOverdue { case: *case, visit: ids.remove(visit)? })
        };
        let events: Vec<Event> = found.iter().filter_map(event).collect();
        webhooks::queue(connection, &events, now)
    })
}
