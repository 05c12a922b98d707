//! The audit log: who did or saw what about whom. Append-only, and chained so that a change is noticed. Only its oldest
//! part goes, when its time is over ([`cut`]).
//!
//! An entry names things by id; it holds no address, no text of a customer and no secret. A reason that one of ours
//! typed may hold more than it should: it goes with the erasure of the person, everything else of the entry stays, and
//! so does the chain, which holds a keyed hash of the details in their place.

pub mod anchor;
pub mod cut;
pub mod queries;
pub mod seal;
pub mod verify;

pub use seal::seal;

use crate::db::schema::audit_entry;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{PgConnection, Queryable, Selectable};
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

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = audit_entry, check_for_backend(diesel::pg::Pg))]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, as [`Actor`] writes it.
    pub actor: String,
    /// What was done, such as `visit.cancelled`.
    pub action: String,
    /// To what, such as `visit <id>`.
    pub subject: String,
    /// Details.
    pub detail: Value,
}

/// Stands for details that went with the erasure of a person.
pub fn forgotten() -> Value {
    serde_json::json!({ "forgotten": true })
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
    queries::insert(connection, now, &actor.to_string(), action, subject, detail)
}
