//! An employee contests an answer about a visit of theirs.

use super::model::REASONS;
use super::queries::{self, NewObjection};
use super::{DECIDED_WITHIN, LONGEST};
use crate::audit::{self, Actor};
use crate::error::{Error, FieldError, Result};
use crate::evaluations::employee::queries::AnswerRow;
use crate::ids::{self, Keyring};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// Below so many answers single ones are not listed for the person whom they are about: one could guess whose they are.
pub const FEWEST: usize = 5;

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The handle of the answer.
    pub answer: String,
    /// Word of the reason.
    pub reason: String,
    /// In their words.
    pub words: String,
}

/// Returns what names an answer to the person whom it is about: an id of ours would tell when it was given.
pub fn handle(keys: &Keyring, employee: Uuid, response: Uuid) -> String {
    let signed = keys.sign("contest", &[employee.as_bytes(), response.as_bytes()]);
    ids::hex(&signed).chars().take(16).collect()
}

/// Stores an objection against one of the answers; call it in a transaction.
///
/// # Errors
/// 422 naming what is missing; 409 when this answer was contested before.
pub fn open(
    connection: &mut PgConnection,
    (employee, by): (Uuid, Actor),
    answer: Option<&AnswerRow>,
    typed: &Typed,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Result<Uuid> {
    let (words, mut wrong) = (typed.words.trim(), Vec::new());
    if answer.is_none() {
        wrong.push(FieldError::new("answer", "Choose the answer that you contest."));
    }
    if !REASONS.iter().any(|(word, _, _)| *word == typed.reason) {
        wrong.push(FieldError::new("reason", "Choose what is wrong with it."));
    }
    if words.is_empty() || words.chars().count() > LONGEST {
        wrong.push(FieldError::new("words", format!("Say what happened, in 1 to {LONGEST} characters.")));
    }
    let Some(answer) = answer.filter(|_| wrong.is_empty()) else { return Err(Error::invalid(wrong)) };
    let id = ids::new_id();
    let row = NewObjection {
        id,
        response_id: answer.response,
        visit_id: answer.visit,
        employee_id: employee,
        reason: &typed.reason,
        words,
        opened_at: now,
        opened_by: &by.to_string(),
        due_on: today.checked_add_days(DECIDED_WITHIN).unwrap_or(today),
    };
    if !queries::insert(connection, &row)? {
        return Err(Error::conflict(
            "You contested this answer before. What was decided stands on your page.",
        ));
    }
    let detail = json!({"reason": typed.reason, "response": answer.response});
    audit::record(connection, now, by, "objection.opened", &format!("objection {id}"), detail)?;
    Ok(id)
}
