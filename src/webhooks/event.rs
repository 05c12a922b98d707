//! What may happen, and the message about it.

use crate::error::{Error, Result};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A message is smaller than this (bytes); Standard Webhooks asks for 20 kB at most.
const LARGEST: usize = 20 * 1024;

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A customer answered, or changed an answer.
    AnswerReceived,
    /// An answer was so low that a case was opened.
    ScoreLow,
    /// A call-back came onto the list.
    CallbackDue,
    /// A case has been open for too long.
    CaseOverdue,
    /// A statement was made.
    StatementIssued,
    /// Somebody tries whether messages arrive.
    Test,
}

impl Kind {
    /// What an endpoint may ask for, in the order of the handbook.
    pub const ALL: &'static [Self] =
        &[Self::AnswerReceived, Self::ScoreLow, Self::CallbackDue, Self::CaseOverdue, Self::StatementIssued];

    /// Returns the word as it stands in a message.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnswerReceived => "answer.received",
            Self::ScoreLow => "score.low",
            Self::CallbackDue => "callback.due",
            Self::CaseOverdue => "case.overdue",
            Self::StatementIssued => "statement.issued",
            Self::Test => "webhook.test",
        }
    }

    /// Says when it happens.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::AnswerReceived => "a customer answered, or changed an answer",
            Self::ScoreLow => "an answer was so low that a case was opened",
            Self::CallbackDue => "a call-back came onto the list",
            Self::CaseOverdue => "a case has been open for two days",
            Self::StatementIssued => "a statement was made",
            Self::Test => "somebody tries whether messages arrive",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("{text} is none of {}", known.join(", "))
        })
    }
}

/// Something that happened. Visits go by the id of the system that sent them, as everywhere in the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// See [`Kind::AnswerReceived`].
    AnswerReceived {
        /// The visit.
        visit: String,
        /// The response.
        response: Uuid,
    },
    /// See [`Kind::ScoreLow`].
    ScoreLow {
        /// The visit.
        visit: String,
        /// The response.
        response: Uuid,
    },
    /// See [`Kind::CallbackDue`].
    CallbackDue {
        /// The call-back.
        callback: Uuid,
        /// The visit.
        visit: String,
    },
    /// See [`Kind::CaseOverdue`].
    CaseOverdue {
        /// The case.
        case: Uuid,
        /// The visit.
        visit: String,
    },
    /// See [`Kind::StatementIssued`].
    StatementIssued {
        /// The statement.
        statement: Uuid,
    },
    /// See [`Kind::Test`].
    Test {
        /// The endpoint.
        endpoint: Uuid,
    },
}

impl Event {
    /// Returns its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::AnswerReceived { .. } => Kind::AnswerReceived,
            Self::ScoreLow { .. } => Kind::ScoreLow,
            Self::CallbackDue { .. } => Kind::CallbackDue,
            Self::CaseOverdue { .. } => Kind::CaseOverdue,
            Self::StatementIssued { .. } => Kind::StatementIssued,
            Self::Test { .. } => Kind::Test,
        }
    }

    fn data(&self) -> Value {
        match self {
            Self::AnswerReceived { visit, response } | Self::ScoreLow { visit, response } => {
                json!({ "visit": visit, "response": response })
            }
            Self::CallbackDue { callback, visit } => json!({ "callback": callback, "visit": visit }),
            Self::CaseOverdue { case, visit } => json!({ "case": case, "visit": visit }),
            Self::StatementIssued { statement } => json!({ "statement": statement }),
            Self::Test { endpoint } => json!({ "endpoint": endpoint }),
        }
    }

    /// Writes the message: the bytes that are signed and sent.
    ///
    /// # Errors
    /// 500 when it would be too large, which ids never make it.
    pub fn payload(&self, now: DateTime<Utc>) -> Result<String> {
        let timestamp = now.to_rfc3339_opts(SecondsFormat::Millis, true);
        let message = json!({ "type": self.kind().as_str(), "timestamp": timestamp, "data": self.data() });
        let text = message.to_string();
        if text.len() >= LARGEST {
            return Err(Error::internal(format_args!("a webhook's message has {} bytes", text.len())));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_what_happened_by_ids() {
        let event = Event::ScoreLow { visit: "WO-1".to_owned(), response: Uuid::nil() };
        let now = "2026-11-20T15:00:00Z".parse().unwrap();
        let message: Value = serde_json::from_str(&event.payload(now).unwrap()).unwrap();
        let data = json!({"visit": "WO-1", "response": Uuid::nil()});
        let expected = json!({"type": "score.low", "timestamp": "2026-11-20T15:00:00.000Z", "data": data});
        assert_eq!(message, expected);
    }

    #[test]
    fn a_test_is_no_event_to_ask_for() {
        assert!("webhook.test".parse::<Kind>().unwrap_err().contains("answer.received, score.low"));
    }
}
