//! Closing a case: what was behind it, and what was done.

use super::model::CAUSES;
use super::queries;
use crate::audit::{self, Actor};
use crate::error::{Error, FieldError, Kind, Result};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// The longest account of what was done (characters).
pub const LONGEST: usize = 1_000;

/// Closes a case. The words stay with the case; the audit log has the cause alone. Call it in a transaction.
///
/// # Errors
/// 422 naming the field for an unknown cause and for words that are missing or too long; 409 when it is closed already.
pub fn close(
    connection: &mut PgConnection,
    id: Uuid,
    (cause, resolution): (&str, &str),
    by: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    check(cause, resolution)?;
    if !queries::close(connection, id, (cause, resolution.trim()), &by.to_string(), now)? {
        return Err(Error::conflict("This case is closed already."));
    }
    audit::record(connection, now, by, "case.closed", &format!("case {id}"), json!({ "cause": cause }))
}

fn check(cause: &str, resolution: &str) -> Result<()> {
    let mut fields = Vec::new();
    let mut wrong = |field: &str, reason: &str| {
        fields.push(FieldError { field: field.to_owned(), reason: reason.to_owned() });
    };
    if !CAUSES.iter().any(|(word, _)| *word == cause) {
        wrong("cause", "Choose what was behind it.");
    }
    match resolution.trim().chars().count() {
        0 => wrong("resolution", "Write what was done for the customer, in a sentence."),
        letters if letters > LONGEST => wrong("resolution", "Write at most 1,000 characters."),
        _ => {}
    }
    if fields.is_empty() {
        return Ok(());
    }
    Err(Error { fields, ..Error::new(Kind::Invalid, "The case was not closed.") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cause_and_words_are_both_asked_for() {
        let fields = |cause: &str, words: &str| -> Vec<String> {
            check(cause, words)
                .err()
                .into_iter()
                .flat_map(|error| error.fields)
                .map(|one| one.field)
                .collect()
        };
        assert_eq!(fields("", "  "), ["cause", "resolution"]);
        assert_eq!(fields("parts", &"x".repeat(LONGEST + 1)), ["resolution"]);
        assert!(fields("parts", "Went back with the valve.").is_empty());
    }
}
