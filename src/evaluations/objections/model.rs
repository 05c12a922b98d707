//! Reasons, effects and rows of objections.

use crate::evaluations::figures::Figures;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::Queryable;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Why an answer is contested: the stored word, and what people call it.
pub const REASONS: [(&str, &str, &str); 3] = [
    ("wrong_person", "Wrong person", "the visit was somebody else’s"),
    ("not_my_doing", "Not my doing", "what it is about could not be influenced"),
    ("abuse", "Abuse", "it insults, threatens or is not about the service"),
];

/// Returns what people call a reason.
pub fn reason(word: &str) -> &'static str {
    REASONS.iter().find(|(known, _, _)| *known == word).map_or("Contested", |(_, label, _)| label)
}

/// What a decision does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The answer counts for nobody.
    Exclude,
    /// The credit for the visit passes to a colleague.
    Reassign,
    /// Everything stays, with a note beside it.
    Annotate,
    /// The decision before is taken back.
    Undo,
}

impl Effect {
    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exclude => "exclude",
            Self::Reassign => "reassign",
            Self::Annotate => "annotate",
            Self::Undo => "undo",
        }
    }

    /// Reads a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Exclude, Self::Reassign, Self::Annotate, Self::Undo]
            .into_iter()
            .find(|one| one.as_str() == word)
    }

    /// Returns what people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Exclude => "Excluded",
            Self::Reassign => "Reassigned",
            Self::Annotate => "Stays, with a note",
            Self::Undo => "Decision taken back",
        }
    }
}

/// An objection.
#[derive(Debug, Clone, Queryable)]
pub struct Objection {
    /// Our id.
    pub id: Uuid,
    /// The response.
    pub response: Uuid,
    /// Its visit.
    pub visit: Uuid,
    /// Whose objection it is.
    pub employee: Uuid,
    /// Word of the reason.
    pub reason: String,
    /// In their words.
    pub words: String,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// Until when somebody decides.
    pub due_on: NaiveDate,
    /// Their name.
    pub employee_name: String,
    /// Their id in the system that sends visits.
    pub external_id: String,
    /// Day of the visit.
    pub visited_on: NaiveDate,
}

/// A decision.
#[derive(Debug, Clone, Queryable)]
pub struct Decision {
    /// Our id.
    pub id: Uuid,
    /// About which objection.
    pub objection: Uuid,
    /// Its place, from 1; the newest holds.
    pub number: i32,
    /// Word of the effect.
    pub effect: String,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Who.
    pub decided_by: String,
    /// Name of whoever got the credit.
    pub to_name: Option<String>,
    /// Credits of the visit before and after.
    pub credits: (Option<Value>, Option<Value>),
    /// Numbers of the employee before and after.
    pub numbers: (Option<Value>, Option<Value>),
}

impl Decision {
    /// Returns what it does.
    pub fn effect(&self) -> Option<Effect> {
        Effect::of(&self.effect)
    }
}

/// Tells which decision holds: the newest, unless it took back the one before.
pub fn in_force(decisions: &[Decision]) -> Option<&Decision> {
    decisions.iter().max_by_key(|one| one.number).filter(|one| one.effect() != Some(Effect::Undo))
}

/// The numbers of an employee that a decision moves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Numbers {
    /// Scored answers.
    pub n: i64,
    /// Best guess of the difference with its interval, in points.
    pub difference: Option<(f64, f64, f64)>,
    /// Plain mean with its interval, in points.
    pub mean: Option<(f64, f64, f64)>,
}

impl Numbers {
    /// Takes them from an evaluation.
    pub fn of(figures: &Figures) -> Self {
        let three = |one: crate::evaluations::figures::Estimate| (one.value, one.low, one.high);
        Self {
            n: figures.n,
            difference: figures.best().or_else(|| figures.alone()).map(three),
            mean: figures.plain().map(three),
        }
    }
}

/// Somebody's credit for a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Who.
    pub employee: Uuid,
    /// Their team on that day.
    pub team: Option<Uuid>,
    /// Their place among those who came.
    pub position: i32,
    /// Their part, in per-mille.
    pub share: i32,
}
