//! Legal holds: what HR keeps from being deleted, because of a lawsuit, say. A hold names a customer, an employee, or the
//! visits of some days, with all that hangs on them.

use super::queries::holds::{self, Hold, NewHold};
use crate::about_person::find_customer;
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use crate::evaluations::employee::queries as employees;
use crate::ids;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// The longest reason (characters).
pub const LONGEST: usize = 500;

/// A hold as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// `customer`, `employee` or `visits`.
    pub what: String,
    /// Id of the customer or the employee.
    pub id: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Why.
    pub reason: String,
}

fn reason(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(Error::invalid_field("reason", format!("Say why, in 1 to {LONGEST} characters.")));
    }
    Ok(text)
}

/// Places a hold; call it in a transaction. The audit log names what is held and not why.
///
/// # Errors
/// 422 when nothing is named, what is named is not known, or no reason is given.
pub fn place(connection: &mut PgConnection, typed: &Typed, actor: Actor, now: DateTime<Utc>) -> Result<Uuid> {
    let (reason, by) = (reason(&typed.reason)?, actor.to_string());
    let id = typed.id.trim();
    let hold = NewHold {
        id: ids::new_id(),
        customer_id: None,
        employee_id: None,
        from_on: None,
        to_on: None,
        reason,
        placed_by: &by,
        placed_at: now,
    };
    let (hold, subject) = match typed.what.as_str() {
        "customer" => {
            let found = find_customer(connection, id).map_err(|error| unknown(error, "customer"))?;
            (NewHold { customer_id: Some(found), ..hold }, format!("customer {found}"))
        }
        "employee" => {
            let found = employees::find(connection, id)?;
            let found = found.ok_or_else(|| unknown(Error::not_found("employee"), "employee"))?.id;
            (NewHold { employee_id: Some(found), ..hold }, format!("employee {found}"))
        }
        "visits" => {
            let (from, to) = days(typed)?;
            (NewHold { from_on: Some(from), to_on: Some(to), ..hold }, format!("visits {from} to {to}"))
        }
        _ => return Err(Error::invalid_field("what", "Choose what is held.")),
    };
    holds::insert(connection, &hold)?;
    audit::record(connection, now, actor, "hold.placed", &subject, json!({ "hold": hold.id }))?;
    Ok(hold.id)
}

fn unknown(error: Error, thing: &str) -> Error {
    if error.kind == Kind::NotFound {
        return Error::invalid_field("id", format!("No {thing} has this id."));
    }
    error
}

fn days(typed: &Typed) -> Result<(NaiveDate, NaiveDate)> {
    let read = |text: &str| text.trim().parse::<NaiveDate>().ok();
    let days = read(&typed.from).zip(read(&typed.to)).filter(|(from, to)| from <= to);
    days.ok_or_else(|| {
        Error::invalid_field("from", "Write both days as 2026-01-31, the first not after the last.")
    })
}

/// Ends a hold; call it in a transaction.
///
/// # Errors
/// 422 without a reason; 409 when it ended before.
pub fn end(
    connection: &mut PgConnection,
    id: Uuid,
    why: &str,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let why = reason(why)?;
    if !holds::end(connection, id, (&actor.to_string(), why), now)? {
        return Err(Error::conflict("This hold has ended already. Open the page again."));
    }
    audit::record(connection, now, actor, "hold.ended", &format!("hold {id}"), json!({}))
}

/// Finds what keeps a person from being erased.
///
/// # Errors
/// When the database does not answer.
pub fn find(connection: &mut PgConnection, files: &[Uuid], visits: &[Uuid]) -> Result<Option<Hold>> {
    holds::find_about(connection, files, visits)
}

/// Refuses to touch what a hold names.
///
/// # Errors
/// 409 with what to do, when one does.
pub fn check_free(connection: &mut PgConnection, files: &[Uuid], visits: &[Uuid]) -> Result<()> {
    match find(connection, files, visits)? {
        None => Ok(()),
        Some(hold) => Err(Error::conflict(refusal(&hold))),
    }
}

/// Says why nothing is deleted, and what to do.
pub fn refusal(hold: &Hold) -> String {
    format!(
        "A legal hold of {} keeps this from being deleted. HR ends the hold first, on the page Retention.",
        hold.placed_at.date_naive()
    )
}
