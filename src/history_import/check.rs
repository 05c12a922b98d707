//! Checking a visit of the past: pure.

use super::came::{Asked, Came};
use crate::imports::{Group, Header, Problem};
use crate::visits::import::Rows;
use crate::visits::intake;
use crate::visits::model::CheckedVisit;
use chrono::{DateTime, Utc};

/// A visit whose rows are in order.
#[derive(Debug)]
pub struct Sound {
    /// What the rows say of it.
    pub visit: CheckedVisit,
    /// What came of it.
    pub came: Came,
    /// The rows.
    pub group: Group,
}

/// Checks the rows of a visit: one bad row refuses it whole.
///
/// # Errors
/// The rows as they came and everything that is wrong with them; nothing beside what the rows themselves say.
pub fn check(
    header: &Header,
    asked: &Asked<'_>,
    now: DateTime<Utc>,
    group: Group,
) -> Result<Sound, (Group, Vec<Problem>)> {
    if group.rows.iter().any(|row| row.problem.is_some()) {
        return Err((group, Vec::new()));
    }
    let mut rows = Rows::of(header, &group);
    let message = rows.message();
    let came = Came::read(&mut rows, asked, now);
    let mut content = Vec::with_capacity(1024);
    // Writing plain structs into memory cannot fail.
    let _ = serde_json::to_writer(&mut content, &message);
    let _ = serde_json::to_writer(&mut content, &came);
    // The same number on another scale is another answer.
    if came.answer.is_some() {
        content.extend_from_slice(format!("{}..{}", asked.scale.min, asked.scale.max).as_bytes());
    }
    let checked = intake::check_content(&message, &content, now);
    match &checked {
        Ok(visit) => came.check(&mut rows, visit.visited_at),
        Err(fields) => rows.refused(fields),
    }
    let problems = std::mem::take(&mut rows.problems);
    match checked {
        Ok(visit) if problems.is_empty() => Ok(Sound { visit, came, group }),
        _ => Err((group, problems)),
    }
}
