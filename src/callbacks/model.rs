//! A call-back as it is listed and as it is stored.

use crate::db::schema::callback;
use chrono::{DateTime, Utc};
use diesel::Insertable;
use std::str::FromStr;
use uuid::Uuid;

/// Which call-backs a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Whoever may be phoned.
    Open,
    /// Those somebody is working on.
    Claimed,
    /// Those that ended.
    Done,
}

impl State {
    /// Returns the word as it is stored and written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Claimed => "claimed",
            Self::Done => "done",
        }
    }
}

impl FromStr for State {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "open" => Ok(Self::Open),
            "claimed" => Ok(Self::Claimed),
            "done" => Ok(Self::Done),
            _ => Err("must be open, claimed or done"),
        }
    }
}

/// A call-back to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = callback, treat_none_as_default_value = false)]
pub struct NewCallback {
    /// Our id.
    pub id: Uuid,
    /// The visit to ask about.
    pub visit_id: Uuid,
    /// `priority`, `random`, `phone_first` or `service`.
    pub kind: &'static str,
    /// `open`, `claimed` or `done`.
    pub state: &'static str,
    /// Probability of being called when the list was drawn; None for a call that is service, not data.
    pub probability: Option<f64>,
    /// Whether the customer was called; None while it is open.
    pub called: Option<bool>,
    /// When it came.
    pub created_at: DateTime<Utc>,
}

/// A place on the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Callback {
    /// Id of the call-back, or of its visit while no list was drawn.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// Its id in the system that sent it.
    pub external_id: String,
    /// Its place in the list, from 1.
    pub position: i64,
    /// `priority`, `random`, `phone_first` or `service`.
    pub kind: String,
    /// When the service was finished.
    pub visited_at: DateTime<Utc>,
    /// Kind of service.
    pub service: String,
    /// Word of the visit's outcome.
    pub outcome: String,
    /// Whether a number is known.
    pub has_phone: bool,
}
