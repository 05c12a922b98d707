//! What the pages of webhooks show.

use crate::web::badge::Badge;
use crate::web::list::{Choice, Pages};
use crate::web::secret::Shown;
use crate::web::shell::Shell;
use askama::Template;
use uuid::Uuid;

/// An endpoint in the list.
#[derive(Debug)]
pub(super) struct EndpointRow {
    /// Its id.
    pub id: Uuid,
    /// Its address.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What it hears of.
    pub events: String,
    /// How it stands.
    pub state: Badge,
    /// What else to know of that.
    pub note: Option<String>,
    /// What was delivered in the last seven days.
    pub delivered: String,
    /// What waits.
    pub waiting: String,
    /// What failed in the last seven days.
    pub failed: String,
}

/// An event to choose.
#[derive(Debug)]
pub(super) struct EventChoice {
    /// Its word.
    pub word: &'static str,
    /// When it happens.
    pub meaning: &'static str,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// `/settings/webhooks`.
#[derive(Template)]
#[template(path = "webhook_desk/pages/list.html")]
pub(super) struct ListPage {
    /// What stands around.
    pub shell: Shell,
    /// A new secret.
    pub shown: Option<Shown>,
    /// What was done.
    pub done: Option<&'static str>,
    /// The endpoints.
    pub rows: Vec<EndpointRow>,
    /// The address as typed, and what is wrong with it.
    pub url: (String, Option<String>),
    /// What it is for, as typed.
    pub description: String,
    /// The events, and what is wrong with them.
    pub events: (Vec<EventChoice>, Option<String>),
    /// What else may be reached, such as *10.20.0.0/16*.
    pub networks: Option<String>,
}

/// A try.
#[derive(Debug)]
pub(super) struct AttemptRow {
    /// Which.
    pub number: i32,
    /// When.
    pub when: String,
    /// What came of it.
    pub what: String,
}

/// A message.
#[derive(Debug)]
pub(super) struct MessageRow {
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub when: String,
    /// What happened.
    pub event: String,
    /// How it stands.
    pub state: Badge,
    /// What else to know of that.
    pub note: Option<String>,
    /// The tries, the newest first.
    pub attempts: Vec<AttemptRow>,
    /// What was sent.
    pub payload: String,
    /// Whether it can be sent again.
    pub is_resting: bool,
}

impl MessageRow {
    /// Says how often it was tried.
    pub fn tries(&self) -> String {
        crate::web::format::counted(i64::try_from(self.attempts.len()).unwrap_or(0), "try", "tries")
    }
}

/// `/settings/webhooks/{id}`.
#[derive(Template)]
#[template(path = "webhook_desk/pages/endpoint.html")]
pub(super) struct EndpointPage {
    /// What stands around.
    pub shell: Shell,
    /// A new secret.
    pub shown: Option<Shown>,
    /// What was done.
    pub done: Option<String>,
    /// The endpoint.
    pub row: EndpointRow,
    /// When it was made.
    pub made: String,
    /// Until when messages are signed with two secrets.
    pub both_until: Option<String>,
    /// Whether nothing is sent.
    pub is_disabled: bool,
    /// The choices of a state.
    pub states: Vec<Choice>,
    /// The choices of an event.
    pub kinds: Vec<Choice>,
    /// Whether the log is narrowed.
    pub is_narrowed: bool,
    /// The first day of the form that sends failed messages again.
    pub since: (String, Option<&'static str>),
    /// The messages of this page.
    pub messages: Vec<MessageRow>,
    /// The other pages.
    pub pages: Pages,
}
