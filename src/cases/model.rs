//! Causes, and a case as it is read.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::Queryable;
use uuid::Uuid;

/// What may be behind a case: the stored word, and what people call it.
pub const CAUSES: [(&str, &str); 8] = [
    ("workmanship", "The work itself"),
    ("parts", "Parts or material missing"),
    ("waiting", "Waiting, or a missed appointment"),
    ("information", "Not told what would happen"),
    ("price", "Price or bill"),
    ("conduct", "How somebody behaved"),
    ("not_ours", "Nothing that we could change"),
    ("other", "Something else"),
];

/// Returns what people call a cause.
pub fn cause(word: &str) -> &'static str {
    CAUSES.iter().find(|(known, _)| *known == word).map_or("Something else", |(_, label)| label)
}

/// Returns what people call the reason of a case.
pub const fn reason(_: &str) -> &'static str {
    "A low answer"
}

/// A case with its visit.
#[derive(Debug, Clone, Queryable)]
pub struct Case {
    /// Our id.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// Its id in the system that sent it.
    pub external_id: String,
    /// Kind of service.
    pub service: String,
    /// Day of the visit.
    pub visited_on: NaiveDate,
    /// The customer's file.
    pub customer: Option<Uuid>,
    /// Name of the customer on the visit.
    pub customer_name: Option<String>,
    /// The response that opened it.
    pub response: Uuid,
    /// Word of the reason.
    pub reason: String,
    /// `open` or `closed`.
    pub state: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom, as the audit log names them.
    pub closed_by: Option<String>,
    /// Word of the cause.
    pub cause: Option<String>,
    /// What was done.
    pub resolution: Option<String>,
}

impl Case {
    /// Tells whether it is open.
    pub fn is_open(&self) -> bool {
        self.state == "open"
    }

    /// Tells since when it is late, if it is.
    pub fn late_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(self.opened_at + super::LATE_AFTER).filter(|due| self.is_open() && *due < now)
    }
}
