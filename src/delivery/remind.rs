//! Which letter follows a letter, and when.

use super::model::LetterKind;
use crate::app::App;
use crate::config::zone_or;
use chrono::{DateTime, Utc};

/// Returns the letter after this one and when it is due, in the customer's own hours; no date when none follows.
pub fn next(
    app: &App,
    letter: LetterKind,
    time_zone: Option<&str>,
    now: DateTime<Utc>,
) -> (LetterKind, Option<DateTime<Utc>>) {
    let sending = &app.config.sending;
    let zone = zone_or(app.config.organisation.time_zone, time_zone);
    match letter.next(sending.reminders) {
        None => (letter, None),
        Some(next) => (next, Some(sending.window.next(now + sending.remind_after, zone))),
    }
}
