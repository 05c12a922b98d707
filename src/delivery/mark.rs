//! The marker: whoever still holds an invitation may begin with its letter, and from then on nobody else ever may.

use super::claim;
use super::model::{Claimed, Due};
use super::queries::queue;
use crate::app::App;
use crate::customers;
use crate::error::Result;
use crate::visits::{Outcome, queries as visits};
use chrono::TimeDelta;
use diesel::PgConnection;
use std::sync::Arc;
use uuid::Uuid;

/// The reply to the final dot may take ten minutes (RFC 5321 §4.5.3.2.6); the lease must outlast it.
const LONGEST_BODY: TimeDelta = TimeDelta::minutes(14);

/// Sets the markers of claims and tells for each whether its letter may begin: not when the invitation is not ours
/// any more, nor when the customer said stop or answered meanwhile. Commit before the body.
///
/// # Errors
/// When the database does not answer, or a letter of this invitation is past the dot already.
pub fn mark(
    connection: &mut PgConnection,
    app: &App,
    worker: Uuid,
    claimed: &[Arc<Claimed>],
) -> Result<Vec<bool>> {
    let now = app.clock.now();
    let visits: Vec<Uuid> = claimed.iter().map(|claim| claim.visit).collect();
    let outcomes = visits::lock_outcomes(connection, &visits)?;
    let emails: Vec<&str> =
        claimed.iter().filter_map(|claim| claim.about.customer_email.as_deref()).collect();
    let stopped = customers::suppressed_among(connection, &app.keys, &emails)?;
    let mut going = Vec::with_capacity(claimed.len());
    for claim in claimed {
        let outcome = outcomes.get(&claim.visit);
        let stands = match outcome {
            Some(Outcome::Sending) => claim.is_first(),
            Some(Outcome::Sent | Outcome::Unknown) => !claim.is_first(),
            _ => false,
        };
        let stop = claim.about.customer_email.as_ref().and_then(|email| stopped.get(email));
        match stop {
            Some(reason) if stands => claim::let_be(connection, &due_again(claim), reason, now)?,
            None if stands => going.push(&**claim),
            _ => {}
        }
    }
    let lease = app.config.sending.lease.max(LONGEST_BODY);
    let marked = queue::mark_past(connection, &going, worker, now + lease)?;
    Ok(claimed.iter().map(|claim| marked.contains(&claim.id)).collect())
}

fn due_again(claim: &Claimed) -> Due {
    Due {
        id: claim.id,
        visit: claim.visit,
        mailed_at: claim.mailed_at,
        slot_at: None,
        outcome: String::new(),
        visited_at: claim.about.visited_at,
        customer: None,
        email: claim.about.customer_email.clone(),
        time_zone: claim.about.time_zone.clone(),
    }
}
