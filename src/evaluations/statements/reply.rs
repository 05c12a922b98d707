//! The employee acknowledges a statement or contests it.

use super::model::Reply;
use super::queries;
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// The longest comment (characters).
pub const LONGEST: usize = 2_000;

/// Stores what an employee says to a statement about them; call it in a transaction.
///
/// # Errors
/// 422 when nothing was chosen, or a statement is contested without words.
pub fn reply(
    connection: &mut PgConnection,
    statement: Uuid,
    (kind, words): (&str, &str),
    by: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let words = words.trim();
    match kind {
        "contested" if words.is_empty() => {
            return Err(Error::invalid_field("words", "Say what you contest."));
        }
        "acknowledged" | "contested" => {}
        _ => return Err(Error::invalid_field("kind", "Choose whether you acknowledge or contest it.")),
    }
    if words.chars().count() > LONGEST {
        return Err(Error::invalid_field("words", format!("Say it in at most {LONGEST} characters.")));
    }
    let said = Reply { statement, kind: kind.to_owned(), words: words.to_owned(), at: now };
    queries::insert_reply(connection, ids::new_id(), &said, &by.to_string())?;
    let subject = format!("statement {statement}");
    audit::record(connection, now, by, &format!("statement.{kind}"), &subject, json!({}))
}
