//! Deleting what is over, kind by kind, in short transactions.

use super::clear::Context;
use super::kinds::{AUDIT, Matter, NOTES, matters};
use super::queries::due::{self, Part};
use super::queries::holds::Held;
use super::queries::{self, note_run};
use crate::app::App;
use crate::audit::{self, Actor, cut};
use crate::config::KEPT_KINDS;
use crate::error::Result;
use crate::{db, jobs};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// The worker's job.
pub const JOB: &str = "retention.run";

/// How often it comes round.
pub const EVERY: TimeDelta = TimeDelta::days(1);

/// How many transactions one turn of the worker takes, so that letters do not wait for it.
const AT_ONCE: usize = 40;

/// When the worker goes on with what it did not finish.
const PAUSE: TimeDelta = TimeDelta::seconds(20);

/// Entries of the audit log that are cut in one transaction.
const CUT_AT_ONCE: i64 = 2_000;

/// How often a transaction is tried that another one stands in the way of.
const TRIES: usize = 3;

/// What a run did.
#[derive(Debug, Default)]
pub struct Done {
    /// How many rows of each kind were concerned, in the order of the kinds.
    pub deleted: Vec<(&'static str, usize)>,
    /// Whether something is left that the transactions did not suffice for.
    pub is_cut_short: bool,
}

/// Does the worker's part, once the first week is over.
///
/// # Errors
/// When the database does not answer; the next run goes on.
pub fn due(connection: &mut PgConnection, app: &App) -> Result<()> {
    let now = app.clock.now();
    if queries::find_begin(connection)?.is_none_or(|begin| now < begin) {
        return Ok(());
    }
    if run(connection, app, Actor::Rule, AT_ONCE)?.is_cut_short {
        jobs::enqueue(connection, JOB, json!({}), now + PAUSE, now)?;
    }
    Ok(())
}

/// Deletes what is over, with at most so many transactions.
///
/// # Errors
/// When the database does not answer; what is committed stays deleted.
pub fn run(connection: &mut PgConnection, app: &App, actor: Actor, most: usize) -> Result<Done> {
    let now = app.clock.now();
    let mut run = Run { app, actor, now, left: most };
    let mut done = Done::default();
    let notes = (NOTES, Some(now));
    let kinds = KEPT_KINDS.iter().map(|kind| (kind.key, app.config.retention.of(kind).over_before(now)));
    for (kind, before) in kinds.chain([notes]) {
        let Some(before) = before else { continue };
        let deleted = if kind == AUDIT {
            run.cut(connection, before)?
        } else {
            let mut deleted = 0;
            for matter in matters(kind) {
                deleted += run.clear(connection, kind, matter, before)?;
            }
            deleted
        };
        note_run(connection, kind, i64::try_from(deleted).unwrap_or(i64::MAX), run.now)?;
        done.deleted.push((kind, deleted));
    }
    done.is_cut_short = run.left == 0;
    Ok(done)
}

struct Run<'a> {
    app: &'a App,
    actor: Actor,
    now: DateTime<Utc>,
    /// Transactions that may still be used.
    left: usize,
}

impl Run<'_> {
    fn clear(
        &mut self,
        connection: &mut PgConnection,
        kind: &str,
        matter: &Matter,
        before: DateTime<Utc>,
    ) -> Result<usize> {
        let (mut after, mut deleted) = (Some(Uuid::nil()), 0);
        while let Some(place) = after.filter(|_| self.left > 0) {
            let (next, cleared) = again(|| {
                db::transaction(connection, |connection| self.step(connection, kind, matter, (before, place)))
            })?;
            self.left -= usize::from(cleared > 0);
            (after, deleted) = (next, deleted + cleared);
        }
        Ok(deleted)
    }

    /// Deletes a page of what is over; gives where the next one begins.
    fn step(
        &self,
        connection: &mut PgConnection,
        kind: &str,
        matter: &Matter,
        (before, after): (DateTime<Utc>, Uuid),
    ) -> Result<(Option<Uuid>, usize)> {
        let held = Held::read(connection)?;
        let page = Part::After(after, matter.at_once);
        let ids = due::list(connection, &(matter.due)(), before, &held, page)?;
        let Some(last) = ids.last().copied() else { return Ok((None, 0)) };
        let context = Context { app: self.app, before, held: &held, now: self.now };
        let deleted = (matter.clear)(connection, &context, &ids)?;
        if deleted > 0 {
            self.note(connection, kind, deleted)?;
        }
        Ok((Some(last), deleted))
    }

    /// Cuts the audit log, unless something is held: a chain has no gaps, and who did what may be evidence.
    fn cut(&mut self, connection: &mut PgConnection, before: DateTime<Utc>) -> Result<usize> {
        let mut deleted = 0;
        while self.left > 0 {
            let (keys, actor, now) = (&self.app.keys, self.actor, self.now);
            let gone = db::transaction(connection, |connection| {
                if !Held::read(connection)?.is_empty() {
                    return Ok(0);
                }
                cut::cut(connection, keys, (before, CUT_AT_ONCE), actor, now)
            })?;
            if gone == 0 {
                break;
            }
            self.left -= 1;
            deleted += gone;
        }
        Ok(deleted)
    }

    fn note(&self, connection: &mut PgConnection, kind: &str, rows: usize) -> Result<()> {
        let detail = json!({ "kind": kind, "rows": rows });
        audit::record(connection, self.now, self.actor, "retention.deleted", "retention", detail)
    }
}

fn again<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    let mut tries = 1;
    loop {
        match work() {
            Err(error) if error.again && tries < TRIES => tries += 1,
            done => return done,
        }
    }
}
