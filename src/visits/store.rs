//! Storing a checked visit with what was decided about it, and telling a repetition from a contradiction.

use super::model::{CheckedVisit, Decision, NewVisit};
use super::outcome::Outcome;
use super::{erased, queries};
use crate::error::{Error, Result};
use crate::ids::Keyring;
use crate::{changes, customers, ids, people};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// What the permanent random number of a visit is drawn for: one purpose each, so that draws are independent
/// (STATISTICS §00.6).
pub const CALL: &str = "call";

/// What became of a visit that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is new.
    New(Uuid),
    /// It came before with the same content; nothing changed.
    Repeated(Uuid),
    /// It came before with other content; nothing changed.
    Contradicted(Uuid),
    /// It came before, and its customer was erased since; nothing changed, and nobody knows with which content.
    Erased(Uuid),
}

/// Tells whether a visit of that id came before.
///
/// # Errors
/// When the database does not answer.
pub fn known(connection: &mut PgConnection, keys: &Keyring, visit: &CheckedVisit) -> Result<Option<Stored>> {
    Ok(known_among(connection, keys, &[visit])?.remove(&visit.external_id))
}

/// Tells which of several visits came before, by their ids.
///
/// # Errors
/// When the database does not answer.
pub fn known_among(
    connection: &mut PgConnection,
    keys: &Keyring,
    visits: &[&CheckedVisit],
) -> Result<HashMap<String, Stored>> {
    let hidden: Vec<(&CheckedVisit, Vec<String>)> =
        visits.iter().map(|visit| (*visit, erased::ids(keys, &visit.external_id))).collect();
    let plain = visits.iter().map(|visit| visit.external_id.clone());
    let ids: Vec<String> = plain.chain(hidden.iter().flat_map(|(_, ids)| ids).cloned()).collect();
    let found = queries::bulk::find_contents(connection, &ids)?;
    let known = hidden.iter().filter_map(|(visit, hidden)| {
        let stored = match found.get(&visit.external_id) {
            Some((id, hash)) if *hash == visit.content_hash => Stored::Repeated(*id),
            Some((id, _)) => Stored::Contradicted(*id),
            None => Stored::Erased(hidden.iter().find_map(|id| found.get(id))?.0),
        };
        Some((visit.external_id.clone(), stored))
    });
    Ok(known.collect())
}

/// Stores a visit with its first outcome, its employees, its customer and its permanent random number in [0, 1)
/// for call-backs; call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn store(
    connection: &mut PgConnection,
    keys: &Keyring,
    visit: &CheckedVisit,
    decision: &Decision,
    (call_priority, zone): (f64, Tz),
    now: DateTime<Utc>,
) -> Result<Stored> {
    let visited_on = visit.visited_at.with_timezone(&zone).date_naive();
    let customer_id = customers::queries::upsert(connection, &visit.contact, now)?;
    let site_id =
        visit.site.as_ref().map(|site| people::queries::upsert_site(connection, site)).transpose()?;
    let id = ids::new_id();
    let row = NewVisit {
        site_id,
        customer_id,
        first_contact: match decision.outcome {
            Outcome::Planned => Some("email"),
            Outcome::PhoneFirst => Some("phone"),
            _ => None,
        },
        outcome: decision.outcome.as_str(),
        send_at: decision.send_at,
        call_priority,
        ..NewVisit::new(id, visit, visited_on, now)
    };
    if !queries::insert_visit(connection, &row)? {
        // The same visit came at the same moment through another connection and was first.
        let first = known(connection, keys, visit)?;
        return Ok(first.unwrap_or(Stored::Contradicted(id)));
    }
    let mut rows = Vec::with_capacity(visit.credits.len());
    for (position, credit) in (0..).zip(&visit.credits) {
        let placed = people::place(connection, &credit.employee, visited_on, now)?;
        rows.push((placed, position, credit.share_permille));
    }
    queries::insert_employees(connection, id, &rows)?;
    queries::insert_history(connection, id, decision.outcome, now, "rule", &decision.reason)?;
    changes::append(connection, id)?;
    Ok(Stored::New(id))
}

/// A change of outcome and why.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// The new outcome.
    pub to: Outcome,
    /// Who decided: `rule`, `worker`, `customer`, `user …`, `key …`.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When it is to be mailed now; only for `planned`.
    pub send_at: Option<DateTime<Utc>>,
}

/// Moves a visit to another outcome if the road allows it, with its history; call it in a transaction.
/// False when it stood in a state from which this one cannot be reached.
///
/// # Errors
/// When the database does not answer.
pub fn change(
    connection: &mut PgConnection,
    visit: Uuid,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    if !queries::update_outcome(connection, visit, change.to, change.send_at)? {
        return Ok(false);
    }
    queries::insert_history(connection, visit, change.to, now, change.by, change.reason)?;
    if !change.to.counts_as_its_predecessor() {
        changes::append(connection, visit)?;
    }
    Ok(true)
}

/// The same for many visits, on the way of a letter: to `sending`, `sent` or `unknown`. Returns which moved.
///
/// # Errors
/// When the database does not answer; 500 for another outcome.
pub fn change_all(
    connection: &mut PgConnection,
    visits: &[Uuid],
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    if !change.to.counts_as_its_predecessor() {
        return Err(Error::internal(format_args!("{} is reached one by one", change.to)));
    }
    queries::update_outcomes(connection, visits, change.to, now, change.by, change.reason)
}

/// Moves a visit whose answer the customer took back away from it, with its history; call it in a transaction. Such a
/// customer refused (AAPOR), and is asked no more.
///
/// # Errors
/// When the database does not answer.
pub fn take_back(connection: &mut PgConnection, visit: Uuid, by: &str, now: DateTime<Utc>) -> Result<()> {
    if queries::person::take_back(connection, visit)? {
        let reason = "the customer took the answer back";
        queries::insert_history(connection, visit, Outcome::OptedOut, now, by, reason)?;
    }
    changes::append(connection, visit)
}

/// Takes a person out of their visits, and those that are under way off the road; call it in a transaction. Every sum
/// stays as it is: they count what stays.
///
/// # Errors
/// When the database does not answer.
pub fn erase(
    connection: &mut PgConnection,
    keys: &Keyring,
    visits: &[(Uuid, String)],
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    for (id, external_id) in visits {
        queries::person::erase(connection, *id, &erased::id(keys, external_id))?;
        let outcome = queries::lock_outcome(connection, *id)?;
        if outcome.is_under_way() {
            let reason = "the customer’s data were erased";
            change(connection, *id, &Change { to: Outcome::OptedOut, by, reason, send_at: None }, now)?;
        }
    }
    Ok(())
}

/// Writes into the history of a visit that stands as planned why it goes out later, and when.
///
/// # Errors
/// When the database does not answer.
pub fn hold(
    connection: &mut PgConnection,
    visit: Uuid,
    send_at: DateTime<Utc>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    queries::update_send_at(connection, visit, send_at)?;
    queries::insert_history(connection, visit, Outcome::Planned, now, "rule", reason)
}
