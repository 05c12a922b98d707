//! Endpoints, messages and the log of what was sent.

use super::event::Kind;
use crate::db::schema::webhook_endpoint;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{Queryable, QueryableByName, Selectable};
use uuid::Uuid;

/// Why nothing is sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disabled {
    /// Somebody of ours paused it; its messages wait.
    Paused,
    /// It said that there is nothing any more (410).
    Gone,
    /// It failed for five days.
    Failing,
}

impl Disabled {
    /// Returns the word as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }
}

/// Where messages go.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = webhook_endpoint, check_for_backend(diesel::pg::Pg))]
pub struct Endpoint {
    /// Our id.
    pub id: Uuid,
    /// Its address.
    pub url: String,
    /// What it is for.
    pub description: String,
    events: Vec<Option<String>>,
    /// Id of the secret from which its own is derived.
    pub secret_id: String,
    /// How often it got a new one.
    pub secret_version: i32,
    /// The same of the one before.
    pub old_secret_id: Option<String>,
    /// Until when messages are signed with both.
    pub old_until: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when nothing arrived there.
    pub failing_since: Option<DateTime<Utc>>,
    /// Since when nothing is sent.
    pub disabled_at: Option<DateTime<Utc>>,
    disabled_why: Option<String>,
}

impl Endpoint {
    /// What it wants to hear of.
    pub fn events(&self) -> Vec<Kind> {
        self.events.iter().flatten().filter_map(|word| word.parse().ok()).collect()
    }

    /// Why nothing is sent; None while it works.
    pub fn disabled(&self) -> Option<Disabled> {
        self.disabled_at?;
        match self.disabled_why.as_deref() {
            Some("gone") => Some(Disabled::Gone),
            Some("failing") => Some(Disabled::Failing),
            _ => Some(Disabled::Paused),
        }
    }
}

/// A message that a worker has taken to send.
#[derive(Debug, Clone, QueryableByName)]
pub struct Claimed {
    /// Its id, the `webhook-id`.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Where it goes.
    #[diesel(sql_type = SqlUuid)]
    pub endpoint: Uuid,
    /// The bytes to sign and send.
    #[diesel(sql_type = Text)]
    pub payload: String,
    /// How often it was tried since it was queued or replayed, this time included.
    #[diesel(sql_type = Integer)]
    pub tries: i32,
    /// How often it was ever taken: the number of this attempt. Who has an older one may record nothing.
    #[diesel(sql_type = Integer)]
    pub claims: i32,
    /// The endpoint's address.
    #[diesel(sql_type = Text)]
    pub url: String,
    /// See [`Endpoint::secret_id`].
    #[diesel(sql_type = Text)]
    pub secret_id: String,
    /// See [`Endpoint::secret_version`].
    #[diesel(sql_type = Integer)]
    pub secret_version: i32,
    /// See [`Endpoint::old_secret_id`].
    #[diesel(sql_type = Nullable<Text>)]
    pub old_secret_id: Option<String>,
    /// See [`Endpoint::old_until`].
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub old_until: Option<DateTime<Utc>>,
}

/// A message as the log shows it.
#[derive(Debug, Clone, Queryable)]
pub struct Logged {
    /// Its id, the `webhook-id`.
    pub id: Uuid,
    /// What happened.
    pub event: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// `waiting`, `sending`, `delivered` or `failed`.
    pub state: String,
    /// When it is sent next, while it waits.
    pub due_at: DateTime<Utc>,
    /// How often it was taken.
    pub claims: i32,
    /// What was sent.
    pub payload: String,
}

/// One try. No word of the answer is kept.
#[derive(Debug, Clone, Queryable)]
pub struct Attempt {
    /// The message.
    pub message: Uuid,
    /// Which try it was.
    pub number: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// The receiver's status code.
    pub status: Option<i32>,
    /// `status`, `redirect`, `timeout`, `connection`, `no_host`, `private`, `tls`, `protocol` or `secret`.
    pub error: Option<String>,
    /// How long it took; None while it is under way, or when the program stopped meanwhile.
    pub duration_ms: Option<i32>,
}
