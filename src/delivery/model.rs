//! Invitations and attempts as rows.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use serde_json::Value;
use uuid::Uuid;

/// How long a link can be answered after its mail.
pub const LINK_WORKS: chrono::TimeDelta = chrono::TimeDelta::days(30);

/// Visits older than this are never mailed.
pub const TOO_OLD: chrono::TimeDelta = chrono::TimeDelta::days(14);

/// After this time without an answer a visit counts as unanswered; its link goes on working.
pub const ANSWER_AWAITED: chrono::TimeDelta = chrono::TimeDelta::days(7);

/// An invitation to insert.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    /// Our id.
    pub id: Uuid,
    /// The visit it is about.
    pub visit: Uuid,
    /// The version to ask.
    pub survey_version: Uuid,
    /// Which secret derives its token.
    pub secret_id: &'a str,
    /// SHA-256 of the token.
    pub token_hash: &'a [u8],
    /// When it is to be mailed.
    pub send_at: DateTime<Utc>,
}

/// A claimed invitation with everything its letter needs.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Our id.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// The row of this attempt.
    pub attempt: Uuid,
    /// How many attempts there were, this one included.
    pub attempts: i32,
    /// Which secret derives its token.
    pub secret_id: String,
    /// Which version of the token is valid.
    pub token_version: i32,
    /// What the letter is about.
    pub about: About,
}

/// An invitation that is due, with what decides whether it goes out now.
#[derive(Debug, Clone, Queryable)]
pub struct Due {
    /// Our id.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// The customer's address.
    pub customer_email: Option<String>,
    /// The customer's zone.
    pub time_zone: Option<String>,
}

/// A visit as its letter and its page speak of it.
#[derive(Debug, Clone)]
pub struct About {
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// Kind of service.
    pub service: String,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The customer's address.
    pub customer_email: Option<String>,
    /// The customer's language.
    pub language: Option<String>,
    /// The customer's zone.
    pub time_zone: Option<String>,
    /// Names of those who came, in their order.
    pub employees: Vec<String>,
    /// The version to ask.
    pub survey_version: Uuid,
    /// Its frozen content.
    pub content: Value,
}
