//! Evaluations that were worked out already, kept until a sum changes: whoever opens one employee's page after another
//! waits for the company once.

use super::model::Evaluation;
use chrono::NaiveDate;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// How many are kept; one of five thousand employees is some megabytes.
const KEPT: usize = 4;

/// What an evaluation was worked out from. The stamp is another after each change of the sums, and no database has that of
/// another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Mark of the sums.
    pub stamp: Uuid,
    /// First visit date.
    pub from: NaiveDate,
    /// Last visit date.
    pub to: NaiveDate,
    /// Whether everything is shown.
    pub all_estimates: bool,
}

static EVALUATIONS: Mutex<Vec<(Key, Arc<Evaluation>)>> = Mutex::new(Vec::new());

/// Finds one.
pub fn find(key: Key) -> Option<Arc<Evaluation>> {
    let kept = EVALUATIONS.lock().unwrap_or_else(PoisonError::into_inner);
    kept.iter().find(|(known, _)| *known == key).map(|(_, evaluation)| evaluation.clone())
}

/// Keeps one, and lets go of the oldest.
pub fn keep(key: Key, evaluation: Arc<Evaluation>) {
    let mut kept = EVALUATIONS.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|(known, _)| *known != key);
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push((key, evaluation));
}
