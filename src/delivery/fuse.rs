//! The fuse: a database that went back in time has forgotten what was sent, so nothing is sent until somebody has
//! looked. The same when letters are long overdue, which nobody expects any more.
//!
//! A worker writes down every ten seconds when it looked last: in the database, and in its data folder. A backup that
//! is put back, or a standby that takes over, knows an older time than the folder, or is another database.

use super::queries::health::{self, Fuse};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::db;
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// How often a worker looks.
const EVERY: TimeDelta = TimeDelta::seconds(10);

/// Nobody expects a letter any more that is later than this.
const OVERDUE: TimeDelta = TimeDelta::hours(48);

/// Clocks may differ by so much.
const SLACK: TimeDelta = TimeDelta::minutes(5);

/// What a worker has seen of the database, as its data folder keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    identity: Option<String>,
    at: DateTime<Utc>,
    /// The release that held then: a later one was somebody's look at what the folder says.
    released_at: Option<DateTime<Utc>>,
}

/// What a look gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Letters may go out; when the fuse was last put in by hand.
    Whole(Option<DateTime<Utc>>),
    /// None may.
    Blown,
}

/// One worker's watch over the database.
pub struct Watch {
    path: PathBuf,
    looked_at: Mutex<Option<DateTime<Utc>>>,
}

impl Watch {
    /// Begins a watch that remembers in the data folder.
    pub fn new(app: &App) -> Self {
        Self { path: app.config.data.join("sending-seen.json"), looked_at: Mutex::default() }
    }

    /// Tells whether letters may go out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn allows(&self, app: &App) -> Result<bool> {
        let now = app.clock.now();
        let looked_at = *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        if looked_at.is_some_and(|at| (at..at + EVERY).contains(&now)) {
            return app.db(is_whole).await;
        }
        let seen = self.read();
        let identity = app.db(|connection| Ok(health::read_identity(connection).ok())).await?;
        let here = Seen { identity, at: now, released_at: None };
        let told = here.clone();
        let released = app.transaction(move |connection| look(connection, seen.as_ref(), &told)).await?;
        let whole = released != Verdict::Blown;
        if let Verdict::Whole(released_at) = released {
            self.write(&Seen { released_at, ..here });
        }
        *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        Ok(whole)
    }

    fn read(&self) -> Option<Seen> {
        serde_json::from_str(&std::fs::read_to_string(&self.path).ok()?).ok()
    }

    /// Without a folder that can be written the database alone remembers.
    fn write(&self, seen: &Seen) {
        let draft = self.path.with_extension("draft");
        let written = std::fs::write(&draft, json!(seen).to_string());
        if let Err(error) = written.and_then(|()| std::fs::rename(&draft, &self.path)) {
            tracing::debug!(%error, "what sending has seen is not kept in the data folder");
        }
    }
}

/// Tells whether the fuse has not blown, by its row alone.
///
/// # Errors
/// When the database does not answer.
pub fn is_whole(connection: &mut PgConnection) -> Result<bool> {
    Ok(health::find_fuse(connection)?.is_none_or(|fuse| fuse.blown_at.is_none()))
}

fn look(connection: &mut PgConnection, seen: Option<&Seen>, here: &Seen) -> Result<Verdict> {
    let fuse = health::find_fuse(connection)?;
    if fuse.as_ref().is_some_and(|fuse| fuse.blown_at.is_some()) {
        return Ok(Verdict::Blown);
    }
    let held = fuse.as_ref().and_then(|fuse| fuse.released_at);
    let oldest = health::oldest_due(connection)?;
    if let Some(reason) = judge(fuse.as_ref(), seen, here, oldest) {
        tracing::error!(reason, "the fuse has blown; nothing is sent until it is released");
        let was = fuse.unwrap_or(Fuse {
            beat_at: here.at,
            identity: None,
            blown_at: None,
            reason: None,
            released_at: None,
            released_by: None,
        });
        let blown = Fuse { blown_at: Some(here.at), reason: Some(reason.clone()), ..was };
        health::upsert_fuse(connection, &blown)?;
        let detail = json!({ "reason": reason });
        audit::record(connection, here.at, Actor::Rule, "sending.fuse_blown", "sending", detail)?;
        return Ok(Verdict::Blown);
    }
    match fuse {
        Some(fuse) if here.identity.is_none() || fuse.identity == here.identity => {
            health::beat(connection, here.at)?;
        }
        fuse => {
            let (released_at, released_by) =
                fuse.map_or((None, None), |fuse| (fuse.released_at, fuse.released_by));
            let identity = here.identity.clone();
            let new =
                Fuse { beat_at: here.at, identity, blown_at: None, reason: None, released_at, released_by };
            health::upsert_fuse(connection, &new)?;
        }
    }
    Ok(Verdict::Whole(held))
}

/// Says why nothing may be sent: pure.
fn judge(
    fuse: Option<&Fuse>,
    seen: Option<&Seen>,
    here: &Seen,
    oldest: Option<DateTime<Utc>>,
) -> Option<String> {
    let time = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
    let known = fuse.and_then(|fuse| fuse.identity.as_ref());
    if let (Some(known), Some(here)) = (known, &here.identity)
        && known != here
    {
        return Some(
            "this is another database than the one that sent before: a copy, or a backup put back".into(),
        );
    }
    let beat = fuse.map(|fuse| fuse.beat_at);
    let released = fuse.and_then(|fuse| fuse.released_at);
    let same = |seen: &&Seen| seen.identity == here.identity && seen.released_at == released;
    if let Some(seen) = seen.filter(same).filter(|seen| beat.is_none_or(|at| at < seen.at)) {
        let back = beat.map_or("before it ever sent".to_owned(), time);
        return Some(format!("the database went back in time, from {} to {back}", time(seen.at)));
    }
    if let Some(beat) = beat.filter(|at| *at > here.at + SLACK) {
        return Some(format!(
            "the clock of the database went back, from {} to {}",
            time(beat),
            time(here.at)
        ));
    }
    // While workers look, letters are late for a reason that is shown: a rate, a relay that is away.
    if beat.is_some_and(|beat| here.at - beat < OVERDUE) {
        return None;
    }
    let overdue = oldest.map(|oldest| released.map_or(oldest, |at| at.max(oldest)));
    let overdue = overdue.filter(|since| *since < here.at - OVERDUE)?;
    Some(format!("letters are more than 48 hours overdue, since {}", time(overdue)))
}

/// Puts the fuse in again: somebody has looked. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn release(connection: &mut PgConnection, by: &str, now: DateTime<Utc>) -> Result<()> {
    // Which database this is and when it is now is learned anew.
    let whole = Fuse {
        beat_at: now,
        identity: None,
        blown_at: None,
        reason: None,
        released_at: Some(now),
        released_by: Some(by.to_owned()),
    };
    health::upsert_fuse(connection, &whole)
}

/// Puts a blown fuse in again, with an entry in the audit log; false when it is whole. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn put_in(connection: &mut PgConnection, actor: Actor, now: DateTime<Utc>) -> Result<bool> {
    let Some(blown) = health::find_fuse(connection)?.filter(|fuse| fuse.blown_at.is_some()) else {
        return Ok(false);
    };
    release(connection, &actor.to_string(), now)?;
    let detail = json!({ "reason": blown.reason });
    audit::record(connection, now, actor, "sending.fuse_released", "sending", detail)?;
    Ok(true)
}

/// Switches sending on or off; on puts the fuse in again too, for whoever does it has looked.
///
/// # Errors
/// When the database does not answer.
pub fn switch(connection: &mut PgConnection, on: bool, actor: Actor, now: DateTime<Utc>) -> Result<()> {
    let by = actor.to_string();
    db::transaction(connection, |connection| {
        super::queries::switch(connection, on, &by, now)?;
        if on && !put_in(connection, actor, now)? {
            release(connection, &by, now)?;
        }
        let to = if on { "on" } else { "off" };
        audit::record(connection, now, actor, "sending.switched", "sending", json!({ "to": to }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn fuse(identity: &str, beat_at: &str) -> Fuse {
        let identity = Some(identity.to_owned());
        let beat_at = at(beat_at);
        Fuse { beat_at, identity, blown_at: None, reason: None, released_at: None, released_by: None }
    }

    fn seen(identity: &str, time: &str) -> Seen {
        Seen { identity: Some(identity.to_owned()), at: at(time), released_at: None }
    }

    #[test]
    fn a_database_that_goes_on_is_trusted() {
        let here = seen("a", "2026-11-20T12:00:10Z");
        assert_eq!(judge(None, None, &here, None), None);
        let (row, folder) = (fuse("a", "2026-11-20T12:00:00Z"), seen("a", "2026-11-20T12:00:00Z"));
        assert_eq!(judge(Some(&row), Some(&folder), &here, Some(at("2026-11-19T12:00:00Z"))), None);
        // Another worker looked later than this one.
        let behind = seen("a", "2026-11-20T11:59:30Z");
        assert_eq!(judge(Some(&row), Some(&behind), &here, None), None);
    }

    #[test]
    fn a_backup_a_copy_a_clock_and_a_long_pause_are_noticed() {
        let here = seen("a", "2026-11-20T12:00:00Z");
        let row = fuse("a", "2026-11-20T11:00:00Z");
        let folder = seen("a", "2026-11-20T11:30:00Z");
        let why = |row: &Fuse, folder: Option<&Seen>, oldest: Option<&str>| {
            judge(Some(row), folder, &here, oldest.map(at)).unwrap_or_default()
        };
        assert!(why(&row, Some(&folder), None).contains("went back in time, from 2026-11-20 11:30"));
        assert!(why(&fuse("b", "2026-11-20T11:59:00Z"), None, None).contains("another database"));
        assert!(why(&fuse("a", "2026-11-20T13:00:00Z"), None, None).contains("clock"));
        let away = fuse("a", "2026-11-18T11:00:00Z");
        assert!(why(&away, None, Some("2026-11-18T11:59:00Z")).contains("overdue"));
        // Somebody has looked since, or the workers did: late letters have a reason that is shown.
        let looked = Fuse { released_at: Some(at("2026-11-20T09:00:00Z")), ..away };
        assert_eq!(why(&looked, None, Some("2026-11-18T11:59:00Z")), "");
        assert_eq!(why(&row, None, Some("2026-11-18T11:59:00Z")), "");
    }
}
