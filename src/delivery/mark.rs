//! The marker: whoever still holds an invitation may begin with its letter, and from then on nobody else ever may.

use super::model::Claimed;
use super::queries::hot;
use crate::app::App;
use crate::customers;
use crate::error::Result;
use chrono::TimeDelta;
use diesel::PgConnection;
use std::sync::Arc;
use uuid::Uuid;

/// The letter may take three minutes, its dot another three, and the reply to the final dot ten (RFC 5321 §4.5.3.2.5 and .6); the lease must
/// outlast both.
const LONGEST_BODY: TimeDelta = TimeDelta::minutes(17);

/// Sets the markers of claims and tells for each whether its letter may begin: not when the invitation is not ours
/// any more, nor when the customer said stop or answered meanwhile. One statement, committed before the body.
///
/// # Errors
/// When the database does not answer, or a letter of this invitation is past the dot already.
pub fn mark(
    connection: &mut PgConnection,
    app: &App,
    worker: Uuid,
    claimed: &[Arc<Claimed>],
) -> Result<Vec<bool>> {
    let hash = |claim: &Arc<Claimed>| -> Vec<(Uuid, Vec<u8>)> {
        let email = claim.about.customer_email.as_deref().unwrap_or_default();
        let hashes = customers::suppression_hashes(&app.keys, email);
        hashes.into_iter().map(|hash| (claim.attempt, hash)).collect()
    };
    let hashes = claimed.iter().flat_map(hash).collect();
    let claims: Vec<&Claimed> = claimed.iter().map(AsRef::as_ref).collect();
    let until = app.clock.now() + app.config.sending.lease.max(LONGEST_BODY);
    let marked = hot::mark(connection, &claims, hashes, worker, until)?;
    Ok(claimed.iter().map(|claim| marked.contains(&claim.attempt)).collect())
}
