//! What a statement holds, and its rows.

use crate::evaluations::figures::{Company, Figures, Frame};
use crate::ids;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::Queryable;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Everything that a statement froze.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// Name of the organisation.
    pub organisation: String,
    /// Period, basis and method.
    pub frame: Frame,
    /// The company's numbers.
    pub company: Company,
    /// The employee's numbers.
    pub employee: Figures,
    /// Name of the site.
    pub site: Option<String>,
    /// All visits of the employee by outcome.
    pub outcomes: BTreeMap<String, i64>,
    /// Those that were answered, by how.
    pub answered: BTreeMap<String, i64>,
    /// Answers that do not count, by why.
    pub put_aside: BTreeMap<String, i64>,
    /// What the employee contested, and what was decided.
    pub objections: Vec<FrozenObjection>,
}

/// An objection as it stood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FrozenObjection {
    /// What and what of it, such as `Wrong person: Reassigned to Rui Teixeira`.
    pub what: String,
    /// Who decided, when and why; empty while nobody has.
    pub decided: String,
    /// The difference, or the mean, before the decision, in words.
    pub before: String,
}

/// A statement.
#[derive(Debug, Clone, Queryable)]
pub struct Statement {
    /// Our id.
    pub id: Uuid,
    /// Its number, without gaps.
    pub number: i64,
    /// Whom it is about.
    pub employee: Uuid,
    /// First visit date, included.
    pub from: NaiveDate,
    /// Last visit date, included.
    pub to: NaiveDate,
    /// What it froze.
    pub content: Value,
    /// SHA-256 of the inputs.
    pub checksum: Vec<u8>,
    /// When it was frozen.
    pub made_at: DateTime<Utc>,
    /// Who made it.
    pub made_by: String,
    /// The statement that it corrects.
    pub replaces: Option<Uuid>,
}

impl Statement {
    /// Returns the number as people write it: `2026-0147`.
    pub fn label(&self) -> String {
        label(self.number, self.made_at)
    }
}

/// Writes the number of a statement as people do.
pub fn label(number: i64, made_at: DateTime<Utc>) -> String {
    format!("{}-{number:04}", made_at.year())
}

/// What an employee said to a statement.
#[derive(Debug, Clone, Queryable)]
pub struct Reply {
    /// The statement.
    pub statement: Uuid,
    /// `acknowledged` or `contested`.
    pub kind: String,
    /// In their words.
    pub words: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A statement as the API tells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementJson {
    /// Our id.
    pub id: String,
    /// Its number, such as `2026-0147`.
    pub number: String,
    /// Id of the employee in the system that sends visits.
    pub employee_id: String,
    /// First visit date, included.
    pub from: NaiveDate,
    /// Last visit date, included.
    pub to: NaiveDate,
    /// When it was frozen (UTC).
    pub frozen_at: DateTime<Utc>,
    /// Id of the statement that it corrects, or null.
    pub replaces: Option<String>,
    /// Id of the statement that corrects it, or null.
    pub replaced_by: Option<String>,
    /// SHA-256 of the inputs, in hex.
    pub checksum: String,
    /// What it froze: method, company, employee with all numbers, outcomes, objections.
    #[schema(value_type = Object)]
    pub content: Value,
    /// What the employee said to it last, or null.
    pub reply: Option<ReplyJson>,
}

/// What an employee said to a statement.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyJson {
    /// `acknowledged` or `contested`.
    pub kind: String,
    /// In their words.
    pub words: String,
    /// When (UTC).
    pub at: DateTime<Utc>,
}

/// A statement with what was said and made after it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The statement.
    pub statement: Statement,
    /// What it froze.
    pub content: Content,
    /// The one that it corrects.
    pub replaces: Option<(Uuid, String)>,
    /// The one that corrects it.
    pub replaced_by: Option<(Uuid, String)>,
    /// What the employee said, the newest first.
    pub replies: Vec<Reply>,
}

impl Kept {
    /// Tells it as JSON.
    pub fn json(&self) -> StatementJson {
        let statement = &self.statement;
        StatementJson {
            id: statement.id.to_string(),
            number: statement.label(),
            employee_id: self.content.employee.employee_id.clone(),
            from: statement.from,
            to: statement.to,
            frozen_at: statement.made_at,
            replaces: self.replaces.as_ref().map(|(id, _)| id.to_string()),
            replaced_by: self.replaced_by.as_ref().map(|(id, _)| id.to_string()),
            checksum: ids::hex(&statement.checksum),
            content: statement.content.clone(),
            reply: self.replies.first().map(|reply| ReplyJson {
                kind: reply.kind.clone(),
                words: reply.words.clone(),
                at: reply.at,
            }),
        }
    }
}
