//! One line worth remembering about a customer, with what it is for and until when it is kept.
//!
//! Nothing about health, beliefs, origin or the like (GDPR art. 9): the field says so, no list of words pretends to
//! check it. The customer may read every note.

use super::queries::notes::{self as queries, NewNote};
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use crate::ids;
use chrono::{DateTime, Months, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// The longest note (characters).
pub const LONGEST: usize = 200;

/// For how many months a note may be kept; the last is usual.
pub const KEPT_MONTHS: [u32; 4] = [1, 6, 12, 24];

/// What a note is for, by the word that is stored, and in a person's words.
pub const PURPOSES: [(&str, &str); 4] = [
    ("greeting", "How to greet"),
    ("access", "Getting there and in"),
    ("preference", "How they like it"),
    ("follow_up", "To ask about"),
];

/// A note as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// What it is for.
    pub purpose: String,
    /// One line.
    pub words: String,
    /// For how many months.
    pub months: String,
}

/// Writes a note about a customer; call it in a transaction. The audit log names the note and not its words.
///
/// # Errors
/// 422 when it is empty, too long, for nothing that is known, or to be kept for another time.
pub fn add(
    connection: &mut PgConnection,
    customer: Uuid,
    typed: &Typed,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let words = one_line(&typed.words);
    if words.is_empty() || words.chars().count() > LONGEST {
        return Err(Error::invalid_field("words", format!("Write one line of 1 to {LONGEST} characters.")));
    }
    if !PURPOSES.iter().any(|(word, _)| *word == typed.purpose) {
        return Err(Error::invalid_field("purpose", "Choose what the note is for."));
    }
    let months = typed.months.parse().ok().filter(|months| KEPT_MONTHS.contains(months));
    let expires_at = months.and_then(|months| now.checked_add_months(Months::new(months)));
    let Some(expires_at) = expires_at else {
        return Err(Error::invalid_field("months", "Choose how long the note is kept."));
    };
    let (id, by) = (ids::new_id(), actor.to_string());
    let note = NewNote {
        id,
        customer_id: customer,
        purpose: &typed.purpose,
        words: &words,
        written_by: &by,
        written_at: now,
        expires_at,
    };
    queries::insert(connection, &note)?;
    let detail = json!({ "note": id });
    audit::record(connection, now, actor, "customer.note_added", &format!("customer {customer}"), detail)
}

/// Letters that cannot be seen, or turn the direction of a line, are left out.
fn one_line(text: &str) -> String {
    let seen = |c: &char| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let words = text.split_whitespace().map(|word| word.chars().filter(seen).collect::<String>());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Removes a note; call it in a transaction. `any` is whether the actor may remove those of others too.
///
/// # Errors
/// 403 for somebody else's note; 409 when it is gone already.
pub fn remove(
    connection: &mut PgConnection,
    note: Uuid,
    any: bool,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let found = queries::find_author(connection, note)?;
    let (customer, author) =
        found.ok_or_else(|| Error::conflict("This note is gone already. Open the page again."))?;
    if !any && author != actor.to_string() {
        return Err(Error::new(Kind::Forbidden, "Only whoever wrote a note, or HR, may remove it."));
    }
    queries::delete(connection, note)?;
    let detail = json!({ "note": note });
    audit::record(connection, now, actor, "customer.note_removed", &format!("customer {customer}"), detail)
}
