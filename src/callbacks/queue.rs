//! How many calls wait for a caller, and how many of them may be made now.

use super::claim::{WISHED, rings_at};
use super::model::Caller;
use super::queries::standing;
use crate::app::App;
use crate::error::Result;
use diesel::PgConnection;

/// A caller's queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Queue {
    /// Call-backs that this caller may be given.
    pub all: i64,
    /// Those of them that may be made now.
    pub now: i64,
}

/// Counts a caller's queue by the same rules by which a call is handed out.
///
/// # Errors
/// When the database does not answer.
pub fn count(connection: &mut PgConnection, app: &App, caller: &Caller) -> Result<Queue> {
    let now = app.clock.now();
    let rows = standing::count_ready(connection, caller, now, now - WISHED)?;
    Ok(rows.iter().fold(Queue::default(), |queue, row| {
        let rings = rings_at(app, row.time_zone.as_deref(), row.wished.as_deref(), now);
        let due = if rings { row.due } else { 0 };
        // An agreed time is the customer's own wish, so the hours do not matter.
        Queue { all: queue.all + row.all, now: queue.now + due + row.agreed }
    }))
}
