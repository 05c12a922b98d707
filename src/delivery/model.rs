//! Invitations and attempts as rows.

use crate::db::schema::{invitation, visit};
use crate::surveys::Content;
use chrono::{DateTime, Utc};
use diesel::{Queryable, Selectable};
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// How long a link can be answered after its mail.
pub const LINK_WORKS: chrono::TimeDelta = chrono::TimeDelta::days(30);

/// Visits older than this are never mailed.
pub const TOO_OLD: chrono::TimeDelta = chrono::TimeDelta::days(14);

/// After this time without an answer a visit counts as unanswered; its link goes on working.
pub const ANSWER_AWAITED: chrono::TimeDelta = chrono::TimeDelta::days(7);

/// The words of a try that was given back because nothing is sent for the moment.
pub const NOTHING_NOW: &str = "nothing is sent for the moment";

/// The words of a try that was given back because the customer or somebody else was faster.
pub const STOPPED: &str = "stopped before the letter had begun";

/// The words of a try whose worker died.
pub const WORKER_GONE: &str = "the worker was gone";

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

/// Which letter of an invitation: the request itself, or a reminder of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// The request.
    Invitation,
    /// The first reminder.
    Reminder,
    /// The second and last one.
    SecondReminder,
}

impl LetterKind {
    /// Returns the word as it is stored, and as it stands in the Message-ID.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reminder => "reminder",
            Self::SecondReminder => "second_reminder",
        }
    }

    /// Returns the letter after this one, if the organisation sends so many reminders.
    pub const fn next(self, reminders: u8) -> Option<Self> {
        match self {
            Self::Invitation if reminders >= 1 => Some(Self::Reminder),
            Self::Reminder if reminders >= 2 => Some(Self::SecondReminder),
            _ => None,
        }
    }
}

impl LetterKind {
    /// Returns how many reminders may follow this letter, when the organisation sends so many at most.
    pub const fn reminders_left(self, reminders: u8) -> u8 {
        match self {
            Self::Invitation => reminders,
            Self::Reminder => reminders.saturating_sub(1),
            Self::SecondReminder => 0,
        }
    }
}

impl FromStr for LetterKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Invitation, Self::Reminder, Self::SecondReminder];
        all.into_iter().find(|kind| kind.as_str() == text).ok_or(format!("{text} is no letter"))
    }
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
    /// How many attempts there were, this one included, over all letters.
    pub attempts: i32,
    /// Which letter it is.
    pub letter: LetterKind,
    /// Which copy of it; more than 1 only when an operator sent it again.
    pub copy: i32,
    /// When the visit was mailed first; nothing when this is the first letter.
    pub mailed_at: Option<DateTime<Utc>>,
    /// Which secret derives its token.
    pub secret_id: String,
    /// Which version of the token is valid.
    pub token_version: i32,
    /// What the letter is about.
    pub about: About,
}

impl Claimed {
    /// Tells whether it is the first letter to this customer about this visit, so that the visit itself is `sending`.
    pub const fn is_first(&self) -> bool {
        self.mailed_at.is_none()
    }
}

/// An invitation that is due, with what decides whether it goes out now.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Due {
    /// Our id.
    #[diesel(select_expression = invitation::id)]
    pub id: Uuid,
    /// The visit.
    #[diesel(select_expression = visit::id)]
    pub visit: Uuid,
    /// When the visit was mailed first, if this is a further letter.
    #[diesel(select_expression = invitation::sent_at)]
    pub mailed_at: Option<DateTime<Utc>>,
    /// The turn that a rate limit gave it.
    #[diesel(select_expression = invitation::slot_at)]
    pub slot_at: Option<DateTime<Utc>>,
    /// Where the visit stands.
    #[diesel(select_expression = visit::outcome)]
    pub outcome: String,
    /// The customer.
    #[diesel(select_expression = visit::customer_id)]
    pub customer: Option<Uuid>,
    /// The customer's address.
    #[diesel(select_expression = visit::customer_email)]
    pub email: Option<String>,
    /// The customer's zone.
    #[diesel(select_expression = visit::customer_time_zone)]
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
    pub content: Arc<Content>,
}

impl About {
    /// Returns the domain of the customer's address, in small letters.
    pub fn domain(&self) -> Option<String> {
        domain_of(self.customer_email.as_deref())
    }
}

/// Returns the domain of an address, in small letters.
pub fn domain_of(email: Option<&str>) -> Option<String> {
    email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain.to_lowercase())
}
