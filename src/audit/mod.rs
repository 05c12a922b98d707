//! The audit log: who did or saw what about whom. Append-only.
//!
//! An entry names things by id; it holds no address, no text of a customer and no secret. A reason that one of ours
//! typed may hold more than it should: it goes with the erasure of the person, everything else of the entry stays.

use crate::db::schema::audit_entry;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use serde_json::Value;
use std::fmt;
use uuid::Uuid;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person who is signed in.
    User(Uuid),
    /// A program with a key.
    Key(Uuid),
    /// Someone at the shell of the server.
    Shell,
    /// The customer, by a link.
    Customer,
    /// The program by its own rules.
    Rule,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user {id}"),
            Self::Key(id) => write!(f, "key {id}"),
            Self::Shell => f.write_str("shell"),
            Self::Customer => f.write_str("customer"),
            Self::Rule => f.write_str("rule"),
        }
    }
}

/// Appends one entry: the actor, what was done (`visit.cancelled`), to what (`visit <id>`), and details.
///
/// # Errors
/// When the database does not answer; then the deed must fail too, so call it in the same transaction.
pub fn record(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    actor: Actor,
    action: &str,
    subject: &str,
    detail: Value,
) -> Result<()> {
    diesel::insert_into(audit_entry::table)
        .values((
            audit_entry::at.eq(now),
            audit_entry::actor.eq(actor.to_string()),
            audit_entry::action.eq(action),
            audit_entry::subject.eq(subject),
            audit_entry::detail.eq(detail),
        ))
        .execute(connection)?;
    Ok(())
}

/// An entry: when, who, what was done, to what.
pub type Entry = (DateTime<Utc>, String, String, String);

/// Lists the entries about any of several subjects, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_about(connection: &mut PgConnection, subjects: &[String]) -> Result<Vec<Entry>> {
    Ok(audit_entry::table
        .filter(audit_entry::subject.eq_any(subjects))
        .order(audit_entry::id)
        .select((audit_entry::at, audit_entry::actor, audit_entry::action, audit_entry::subject))
        .load(connection)?)
}

/// Takes the details out of the entries about subjects whose person was erased: that, when and by whom something was
/// done stays.
///
/// # Errors
/// When the database does not answer.
pub fn forget_details(connection: &mut PgConnection, subjects: &[String]) -> Result<()> {
    diesel::update(audit_entry::table.filter(audit_entry::subject.eq_any(subjects)))
        .set(audit_entry::detail.eq(Value::Object(serde_json::Map::new())))
        .execute(connection)?;
    Ok(())
}
