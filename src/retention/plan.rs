//! What will be deleted when.

use super::kinds::{AUDIT, NOTES, matters};
use super::queries::holds::Held;
use super::queries::{self, due};
use crate::app::App;
use crate::audit::queries as audit;
use crate::config::{KEPT_KINDS, Keep};
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;

/// How far the plan looks ahead (days).
pub const AHEAD: [i64; 2] = [30, 90];

/// A kind of data in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its name in the setting.
    pub key: &'static str,
    /// What it is.
    pub what: &'static str,
    /// From when on the period runs.
    pub since: &'static str,
    /// How long it is kept.
    pub keep: Keep,
    /// Whether that was set, or is the usual period.
    pub is_set: bool,
    /// How many are over now.
    pub now: i64,
    /// How many will be in 30 and in 90 days, those of now included.
    pub ahead: [i64; 2],
    /// When it was looked through last, and how many rows were concerned.
    pub last: Option<(DateTime<Utc>, i64)>,
}

/// Makes the plan; holds are left out of it. Call it in a snapshot.
///
/// # Errors
/// When the database does not answer.
pub fn plan(connection: &mut PgConnection, app: &App) -> Result<Vec<Planned>> {
    let (held, runs) = (Held::read(connection)?, queries::list_runs(connection)?);
    let now = app.clock.now();
    let later = |days| now + TimeDelta::days(days);
    let mut planned = Vec::new();
    for kind in KEPT_KINDS {
        let keep = app.config.retention.of(kind);
        let mut count =
            |at| keep.over_before(at).map_or(Ok(0), |before| over(connection, kind.key, before, &held));
        planned.push(Planned {
            key: kind.key,
            what: kind.what,
            since: kind.since,
            keep,
            is_set: app.config.retention.is_set(kind),
            now: count(now)?,
            ahead: [count(later(AHEAD[0]))?, count(later(AHEAD[1]))?],
            last: runs.get(kind.key).copied(),
        });
    }
    Ok(planned)
}

/// Counts the notes whose own date comes: now, in 30 and in 90 days.
///
/// # Errors
/// When the database does not answer.
pub fn notes(connection: &mut PgConnection, app: &App) -> Result<[i64; 3]> {
    let (held, now) = (Held::read(connection)?, app.clock.now());
    let mut count = |days| over(connection, NOTES, now + TimeDelta::days(days), &held);
    Ok([count(0)?, count(AHEAD[0])?, count(AHEAD[1])?])
}

fn over(connection: &mut PgConnection, kind: &str, before: DateTime<Utc>, held: &Held) -> Result<i64> {
    if kind == AUDIT {
        return if held.is_empty() { audit::count_older(connection, before) } else { Ok(0) };
    }
    let mut all = 0;
    for matter in matters(kind) {
        all += due::count(connection, &(matter.due)(), before, held)?;
    }
    Ok(all)
}
