//! Staff decide about an answer that was put aside, or put one aside that is plainly a machine's.

use super::queries::decide as queries;
use crate::audit::{self, Actor};
use crate::changes;
use crate::error::{Error, Result};
use crate::visits::Outcome;
use crate::visits::store::{self, Change};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// The longest reason (characters).
const LONGEST: usize = 500;

/// A decision about a response.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// Whether the answer counts.
    pub counts: bool,
    /// Why, in a person's words.
    pub reason: &'a str,
    /// Who decides.
    pub by: Actor,
}

/// Decides about a response; call it in a transaction. A clean answer that comes later takes its place all the same.
///
/// # Errors
/// 422 without a reason; 404 for an unknown response; 409 when it stands like that already.
pub fn decide(
    connection: &mut PgConnection,
    response: Uuid,
    decision: &Decision<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = decision.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST {
        return Err(Error::invalid_field("reason", format!("Say why, in 1 to {LONGEST} characters.")));
    }
    let certainty = if decision.counts { "confirmed" } else { "suspect" };
    let (visit, by) = (queries::visit_of(connection, response)?, decision.by.to_string());
    // Whoever changes a visit and what hangs on it locks the visit first.
    let was = crate::visits::queries::lock_outcome(connection, visit)?;
    if !queries::decide(connection, response, certainty, (&by, reason), now)? {
        return Err(Error::conflict("Somebody decided about this answer already. Look at it again."));
    }
    let to = if decision.counts { Outcome::Answered } else { Outcome::Suspect };
    // What was put aside by rule and stays so moves nothing.
    if decision.counts || was == Outcome::Answered {
        store::change(connection, visit, &Change { to, by: &by, reason, send_at: None }, now)?;
    }
    if decision.counts && was == Outcome::Planned {
        // It came by a card, before the mail.
        crate::delivery::queries::close_of_visit(connection, visit)?;
    }
    changes::append(connection, visit)?;
    let detail = json!({"certainty": certainty, "reason": reason});
    audit::record(connection, now, decision.by, "response.decided", &format!("response {response}"), detail)
}
