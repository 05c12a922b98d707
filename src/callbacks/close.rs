//! Closing a wave, and the probability that it came to (STATISTICS §00.4).

use super::queries::wave::{self as waves, Left, Stratum, Wave};
use super::queries::work;
use super::{rules, settle};
use crate::audit::{self, Actor};
use crate::changes;
use crate::error::{Error, Result};
use crate::visits::Outcome;
use crate::visits::queries::{lock_outcomes, update_outcomes};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is written beside a call-back that its wave was closed on.
pub const CLOSED: &str = "wave_closed";

/// Closes a wave; call it in a transaction. Whoever was not called leaves the list and stands where they stood before;
/// a call that is under way goes on. Closing it again changes nothing.
///
/// # Errors
/// 404 for an unknown wave.
pub fn close(
    connection: &mut PgConnection,
    id: Uuid,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<(Wave, Vec<Stratum>)> {
    settle::overtaken(connection, Some(id), now)?;
    let wave = waves::lock(connection, id)?;
    if wave.is_open() {
        let by = actor.to_string();
        let left = waves::list_left(connection, id)?;
        leave(connection, &left, &by, now)?;
        waves::close(connection, id, &by, now)?;
        realise(connection, &wave)?;
        let detail = json!({ "left": left.len() });
        audit::record(connection, now, actor, "wave.closed", &format!("wave {id}"), detail)?;
    }
    let strata = waves::list_strata(connection, &[id])?.remove(&id).unwrap_or_default();
    Ok((waves::lock(connection, id)?, strata))
}

/// Closes a wave by itself once nobody on its list waits; call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn if_worked(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    if waves::has_work(connection, id)? {
        return Ok(());
    }
    let wave = waves::lock(connection, id)?;
    if wave.is_open() {
        waves::close(connection, id, &Actor::Rule.to_string(), now)?;
        realise(connection, &wave)?;
        audit::record(
            connection,
            now,
            Actor::Rule,
            "wave.closed",
            &format!("wave {id}"),
            json!({ "left": 0 }),
        )?;
    }
    Ok(())
}

/// Takes call-backs off the list: those who were tried count as called and not reached.
///
/// # Errors
/// When the database does not answer.
pub fn leave(connection: &mut PgConnection, left: &[Left], by: &str, now: DateTime<Utc>) -> Result<()> {
    let visits: Vec<Uuid> = left.iter().map(|(_, visit, _, _)| *visit).collect();
    lock_outcomes(connection, &visits)?;
    for is_tried in [false, true] {
        let ids = left.iter().filter(|(_, _, _, attempts)| (*attempts > 0) == is_tried).map(|(id, ..)| *id);
        work::end(connection, &ids.collect::<Vec<_>>(), is_tried, Some(CLOSED), now)?;
    }
    let mut by_outcome: BTreeMap<Outcome, Vec<Uuid>> = BTreeMap::new();
    for (_, visit, came_from, _) in left {
        let outcome =
            came_from.as_deref().map_or(Ok(Outcome::Unanswered), str::parse).map_err(Error::internal)?;
        by_outcome.entry(outcome).or_default().push(*visit);
    }
    for (outcome, visits) in by_outcome {
        update_outcomes(
            connection,
            &visits,
            outcome,
            now,
            by,
            "the wave was closed before the call was over",
        )?;
    }
    changes::append_many(connection, &visits)
}

/// Writes down what each stratum of a wave came to.
///
/// # Errors
/// When the database does not answer.
pub fn realise(connection: &mut PgConnection, wave: &Wave) -> Result<()> {
    let called = waves::count_called(connection, wave.id)?;
    for stratum in waves::list_strata(connection, &[wave.id])?.remove(&wave.id).unwrap_or_default() {
        let called = called.get(&stratum.kind).copied().unwrap_or_default();
        let preset = rules::preset(stratum.kind()?, wave.share);
        let probability = rules::realised(preset, stratum.framed, stratum.drawn, called);
        let changed = waves::realise(connection, &stratum, called, probability)?;
        changes::append_many(connection, &changed)?;
    }
    Ok(())
}
