//! What may go out now: claimed with a lease. What may not is held with a reason and a date, or let be.

use super::breaker::{self, Admission};
use super::model::{Claimed, Due, TOO_OLD, domain_of};
use super::{asked, eligibility, queries, throttle};
use crate::app::App;
use crate::config::zone_or;
use crate::customers;
use crate::customers::stops::{self, Channel};
use crate::error::Result;
use crate::visits::Outcome;
use crate::visits::store::{self, Change};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use queries::queue;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What a look at the queue gave.
#[derive(Debug)]
pub enum Look {
    /// These are ours now; empty when all that was due is held.
    Claimed(Vec<Claimed>),
    /// Nothing may go out now.
    Nothing,
}

/// Claims at most `most` letters for a worker: first letters, then further ones. Call it in a transaction of its own
/// that is tried again, and commit before sending.
///
/// # Errors
/// When the database does not answer.
pub fn claim(connection: &mut PgConnection, app: &App, worker: Uuid, most: i64) -> Result<Look> {
    let (now, sending) = (app.clock.now(), &app.config.sending);
    // Asked each time: a pause, or a fuse that blew elsewhere, holds in the middle of a run.
    if !super::is_sending(connection, sending.always_on)? {
        return Ok(Look::Nothing);
    }
    let admission = breaker::admit(connection, now, sending.lease)?;
    let most = match admission {
        Admission::All => most,
        Admission::One => 1,
        Admission::NoneBefore(_) => return Ok(Look::Nothing),
    };
    let turns = match sending.rate {
        Some(rate) => throttle::take(connection, rate, most, now)?,
        None => most,
    };
    let looked = claim_at_most(connection, app, worker, turns)?;
    let used = match &looked {
        Look::Claimed(claimed) => i64::try_from(claimed.len()).unwrap_or(turns),
        Look::Nothing => 0,
    };
    if let Some(rate) = sending.rate.filter(|_| used < turns) {
        throttle::give_back(connection, rate, turns - used, now)?;
    }
    if admission == Admission::One && used == 0 {
        breaker::decline(connection)?;
    }
    Ok(looked)
}

fn claim_at_most(connection: &mut PgConnection, app: &App, worker: Uuid, most: i64) -> Result<Look> {
    let (now, sending) = (app.clock.now(), &app.config.sending);
    if most == 0 {
        return Ok(Look::Nothing);
    }
    // A quarter is kept for further letters, which would else wait until nothing new comes.
    let mut due = queue::lock_further(connection, now, (most / 4).max(1))?;
    let left = |due: &[Due]| most - i64::try_from(due.len()).unwrap_or(most);
    due.extend(queue::lock_due(connection, now, now - TOO_OLD, left(&due))?);
    if due.is_empty() {
        return Ok(Look::Nothing);
    }
    let ready = sift(connection, app, due, now)?;
    let first: Vec<Uuid> = ready.iter().filter(|one| one.mailed_at.is_none()).map(|one| one.visit).collect();
    if !first.is_empty() {
        let change = Change { to: Outcome::Sending, by: "worker", reason: "claimed", send_at: None };
        store::change_all(connection, &first, &change, now)?;
    }
    if ready.is_empty() {
        return Ok(Look::Claimed(Vec::new()));
    }
    let ids: Vec<Uuid> = ready.iter().map(|one| one.id).collect();
    queue::claim(connection, &ids, worker, now, sending.lease).map(Look::Claimed)
}

/// Keeps what may go out now.
fn sift(connection: &mut PgConnection, app: &App, due: Vec<Due>, now: DateTime<Utc>) -> Result<Vec<Due>> {
    let emails: Vec<&str> = due.iter().filter_map(|one| one.email.as_deref()).collect();
    let stopped = customers::suppressed_among(connection, &app.keys, &emails)?;
    let files: Vec<Uuid> = due.iter().filter_map(|one| one.customer).collect();
    let unwilling = stops::stopped_among(connection, &files, Channel::Email)?;
    let mut ready = Vec::with_capacity(due.len());
    for one in due {
        let by_address = one.email.as_ref().and_then(|email| stopped.get(email));
        let reason = by_address.or_else(|| one.customer.and_then(|id| unwilling.get(&id)));
        if one.mailed_at.is_some() && !["sent", "unknown"].contains(&one.outcome.as_str()) {
            // Answered, stopped, bounced or closed meanwhile.
            queue::plan_further(connection, one.id, None, None)?;
        } else if let Some(reason) = reason {
            let_be(connection, &one, reason, now)?;
        } else if !waits_for_hours(connection, app, &one, now)? {
            ready.push(one);
        }
    }
    hold_recently_asked(connection, app, &mut ready, now)?;
    wait_for_turns(connection, app, &mut ready, now)?;
    Ok(ready)
}

/// Lets a letter be whose address was stopped since.
fn let_be(connection: &mut PgConnection, one: &Due, reason: &str, now: DateTime<Utc>) -> Result<()> {
    if one.mailed_at.is_some() {
        return queue::plan_further(connection, one.id, None, None);
    }
    let change = Change { to: Outcome::Suppressed, by: "rule", reason, send_at: None };
    store::change(connection, one.visit, &change, now)?;
    queries::close(connection, one.id)
}

fn waits_for_hours(connection: &mut PgConnection, app: &App, one: &Due, now: DateTime<Utc>) -> Result<bool> {
    let zone = zone_or(app.config.organisation.time_zone, one.time_zone.as_deref());
    let opens = app.config.sending.window.next(now, zone);
    if opens > now {
        hold(connection, one, opens, None, "held: outside the hours for mail where the customer lives", now)?;
    }
    Ok(opens > now)
}

fn hold(
    connection: &mut PgConnection,
    one: &Due,
    at: DateTime<Utc>,
    slot_at: Option<DateTime<Utc>>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    if one.mailed_at.is_some() {
        return queue::plan_further(connection, one.id, Some(at), slot_at);
    }
    queue::postpone(connection, one.id, at, slot_at)?;
    store::hold(connection, one.visit, at, reason, now)
}

/// Holds first letters to customers who were asked about another visit not long ago.
fn hold_recently_asked(
    connection: &mut PgConnection,
    app: &App,
    ready: &mut Vec<Due>,
    now: DateTime<Utc>,
) -> Result<()> {
    let every = app.config.sending.ask_every;
    let first: Vec<Due> = ready.iter().filter(|one| one.mailed_at.is_none()).cloned().collect();
    let held: HashMap<Uuid, DateTime<Utc>> = asked::take(connection, &app.keys, &first, every, now)?;
    for one in ready.iter().filter(|one| held.contains_key(&one.id)) {
        if let Some(last) = held.get(&one.id) {
            let zone = zone_or(app.config.organisation.time_zone, one.time_zone.as_deref());
            let (at, reason) = eligibility::held(*last, zone, &app.config);
            hold(connection, one, at, None, &reason, now)?;
        }
    }
    ready.retain(|one| !held.contains_key(&one.id));
    Ok(())
}

/// Lets letters beyond the rate of a recipient's domain wait for a turn of their own.
fn wait_for_turns(
    connection: &mut PgConnection,
    app: &App,
    ready: &mut Vec<Due>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(rate) = app.config.sending.domain_rate else { return Ok(()) };
    // Locked in the order of the names, so that two workers cannot wait for each other.
    let mut by_domain: BTreeMap<String, Vec<Due>> = BTreeMap::new();
    for one in ready.drain(..) {
        by_domain.entry(domain_of(one.email.as_deref()).unwrap_or_default()).or_default().push(one);
    }
    for (domain, letters) in by_domain {
        for one in letters {
            // Who waited for a turn has had it counted.
            let at = match one.slot_at {
                Some(slot) => slot,
                None => throttle::turn(connection, rate, &domain, now)?,
            };
            if at > now {
                hold(
                    connection,
                    &one,
                    at,
                    Some(at),
                    "held: not so many letters at once to one provider",
                    now,
                )?;
            } else {
                ready.push(one);
            }
        }
    }
    Ok(())
}
