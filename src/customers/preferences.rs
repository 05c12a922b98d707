//! What a customer told us about how to deal with them. It goes before what a visit brings: the customer said it.

use super::Contact;
use super::queries::{self, preferences as table};
use crate::audit::{self, Actor};
use crate::error::{Error, FieldError, Result};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

pub use table::Preferences;

/// When a customer may like to be called, by the word that is stored, and in a person's words.
pub const CALL_TIMES: [(&str, &str); 4] = [
    ("morning", "in the morning"),
    ("midday", "around midday"),
    ("afternoon", "in the afternoon"),
    ("evening", "in the evening"),
];

/// What is known on arrival of whoever a visit names.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The customer's file, if there is one.
    pub customer: Option<Uuid>,
    /// Language that they told us.
    pub language: Option<String>,
    /// Zone that they told us.
    pub time_zone: Option<Tz>,
}

/// Finds what is known of whoever a contact names.
///
/// # Errors
/// When the database does not answer.
pub fn known(connection: &mut PgConnection, contact: &Contact) -> Result<Known> {
    let Some(named) = queries::find(connection, contact)? else { return Ok(Known::default()) };
    let told = table::find_kept(connection, named)?;
    Ok(Known {
        customer: Some(named),
        time_zone: told.time_zone.and_then(|name| name.parse().ok()),
        language: told.language,
    })
}

/// Writes down what a customer told us; call it in a transaction.
///
/// # Errors
/// 422 for a language, zone or time of day that is none.
pub fn write(
    connection: &mut PgConnection,
    customer: Uuid,
    told: &Preferences,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut wrong = Vec::new();
    let mut check = |field: &str, text: &Option<String>, is_right: &dyn Fn(&str) -> bool, reason: &str| {
        if text.as_deref().is_some_and(|text| !is_right(text)) {
            wrong.push(FieldError::new(field, reason));
        }
    };
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_language = |text: &str| (2..=35).contains(&text.len()) && text.chars().all(letters);
    let is_zone = |text: &str| text.parse::<Tz>().is_ok();
    let is_time = |text: &str| CALL_TIMES.iter().any(|(word, _)| *word == text);
    check("language", &told.language, &is_language, "Choose a language.");
    check("time_zone", &told.time_zone, &is_zone, "Write a zone such as Europe/London.");
    check("call_time", &told.call_time, &is_time, "Choose a time of day.");
    if !wrong.is_empty() {
        return Err(Error::invalid(wrong));
    }
    table::update(connection, customer, told)?;
    audit::record(connection, now, actor, "customer.told", &format!("customer {customer}"), json!({}))
}
