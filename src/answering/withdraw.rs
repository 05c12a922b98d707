//! A customer takes an answer back: nothing of it stays but that there was one, and every sum is as if it had not been
//! given.

use super::queries::{decide, person as queries};
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use crate::visits;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// The longest reason (characters).
const LONGEST: usize = 500;

/// Takes a response back; call it in a transaction. The audit log names the response and no words.
///
/// # Errors
/// 422 without a reason; 404 for an unknown response; 409 when it was taken back already.
pub fn withdraw(
    connection: &mut PgConnection,
    response: Uuid,
    reason: &str,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST {
        return Err(Error::invalid_field("reason", format!("Say why, in 1 to {LONGEST} characters.")));
    }
    let (visit, by) = (decide::visit_of(connection, response)?, actor.to_string());
    // Whoever changes a visit and what hangs on it locks the visit first.
    visits::queries::lock_outcome(connection, visit)?;
    if !queries::withdraw(connection, response, (&by, reason), now)? {
        return Err(Error::conflict("This answer was taken back already. Open the page again."));
    }
    visits::store::take_back(connection, visit, &by, now)?;
    audit::record(connection, now, actor, "response.withdrawn", &format!("response {response}"), json!({}))
}
