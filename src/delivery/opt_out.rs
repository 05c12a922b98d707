//! "Stop these mails": the address is suppressed, and nothing further is sent or asked about this visit.

use super::queries;
use crate::error::Result;
use crate::ids::{Keyring, LinkToken};
use crate::visits::Outcome;
use crate::visits::store::{self, Change};
use crate::{audit, customers};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;

/// Stops the mails to the customer whose link this is; call it in a transaction. False for an unknown link.
/// Doing it again changes nothing.
///
/// # Errors
/// When the database does not answer.
pub fn stop(
    connection: &mut PgConnection,
    keys: &Keyring,
    token: &LinkToken,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Some((invitation, visit, email)) = queries::find_address(connection, &token.hash())? else {
        return Ok(false);
    };
    if let Some(email) = email {
        customers::suppress(connection, keys, &email, "the customer said stop", now)?;
    }
    let reason = "the customer used the link in the mail";
    let change = Change { to: Outcome::OptedOut, by: "customer", reason, send_at: None };
    if store::change(connection, visit, &change, now)? {
        queries::close(connection, invitation)?;
    }
    let subject = format!("visit {visit}");
    audit::record(connection, now, audit::Actor::Customer, "customer.opted_out", &subject, json!({}))?;
    Ok(true)
}
