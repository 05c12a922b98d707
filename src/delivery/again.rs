//! "Send again": an operator decides that a letter which may have got lost goes out once more. The customer may get it
//! twice; that is why nothing but a person ever decides it.

use super::queries::staff;
use crate::audit::{self, Actor};
use crate::customers;
use crate::error::{Error, Result};
use crate::ids::Keyring;
use crate::visits::{Outcome, queries as visits};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// What came of the wish to send a letter again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It goes out as soon as sending allows.
    Planned,
    /// Somebody decided already, or a later letter went out meanwhile.
    Decided,
    /// A worker has a letter to this customer in its hands just now.
    UnderWay,
    /// The customer answered, said stop, or the visit is closed.
    Closed,
    /// The address must not be mailed any more.
    Stopped,
}

/// A wish to send a letter again.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// The attempt of which nobody knows how it ended.
    pub attempt: Uuid,
    /// The copy that whoever decides has seen: another one means that somebody was faster.
    pub seen: i32,
}

/// Plans another copy of a letter that may have got lost, once for each copy that somebody saw; call it in a
/// transaction. State and outcome stay as they are.
///
/// # Errors
/// 404 when there is no such attempt, else when the database does not answer.
pub fn send_again(
    connection: &mut PgConnection,
    keys: &Keyring,
    wish: Wish,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<Again> {
    let (invitation, visit) = staff::find_invitation(connection, wish.attempt)?
        .ok_or_else(|| Error::not_found("letter with an unknown fate"))?;
    // The visit first and then the invitation, as everybody who records an end.
    let outcome = visits::lock_outcomes(connection, &[visit])?.remove(&visit);
    let (copy, is_leased) = staff::lock_copy(connection, invitation)?;
    if !matches!(outcome, Some(Outcome::Sent | Outcome::Unknown)) {
        return Ok(Again::Closed);
    }
    if copy != wish.seen {
        return Ok(Again::Decided);
    }
    if is_leased {
        return Ok(Again::UnderWay);
    }
    let Some(lost) = staff::find_lost(connection, wish.attempt)? else { return Ok(Again::Decided) };
    let stopped = match &lost.email {
        Some(email) => customers::suppressed(connection, keys, email)?,
        None => None,
    };
    if stopped.is_some() {
        return Ok(Again::Stopped);
    }
    staff::plan_copy(connection, invitation, &lost.letter, now)?;
    let detail = json!({ "visit": visit, "letter": lost.letter, "copy": copy + 1 });
    let subject = format!("invitation {invitation}");
    audit::record(connection, now, actor, "invitation.sent_again", &subject, detail)?;
    Ok(Again::Planned)
}
