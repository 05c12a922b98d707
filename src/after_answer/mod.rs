//! What follows from an answer: one table of effects, applied once, in the order in which answers were stored.
//!
//! The worker follows the answers behind the customer's back, so that nobody waits for it and nothing is lost when the
//! program stops. Answers that were put aside, imported or given days ago have no effect.

mod alert;
mod queries;

pub use alert::{ALERT, send};

use crate::answering::queries::follow::{self, Followed};
use crate::app::App;
use crate::callbacks::service::{self, Why};
use crate::cases;
use crate::db::page::Cursor;
use crate::error::Result;
use crate::jobs;
use crate::surveys::{Content, frozen};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;

/// Answers followed in one transaction.
const AT_ONCE: i64 = 500;

/// Older answers have no effect any more: whoever was away that long looks at the pages.
const FRESH: TimeDelta = TimeDelta::days(3);

/// What happens after an answer.
struct Effect {
    /// Which answers it follows from.
    follows: fn(&App, &Followed, &Content) -> bool,
    /// What is done, in the transaction that follows the answer.
    act: fn(&mut PgConnection, &Followed, DateTime<Utc>) -> Result<()>,
}

/// Every effect. The page after the answer, with its link to tell others, is the same for everybody and stands in
/// `answering`: whoever is asked to praise us only when they are content makes our scores a lie.
const EFFECTS: &[Effect] = &[
    Effect { follows: is_low, act: open_case_and_alert },
    // Before the other, so that a wish is what is known of the call.
    Effect { follows: |_, answer, _| answer.call_me, act: call_as_asked },
    Effect { follows: is_low, act: call_for_service },
];

/// Follows answers that were stored since the last time, a part of them; returns how many. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn follow(connection: &mut PgConnection, app: &App) -> Result<usize> {
    // Another worker is at it.
    let Some(after) = queries::lock_place(connection)? else { return Ok(0) };
    let answers = follow::list_after(connection, after, AT_ONCE)?;
    let Some(last) = answers.last() else { return Ok(0) };
    queries::update_place(connection, Cursor { place: last.changed_in, id: last.id })?;
    let now = app.clock.now();
    for answer in answers.iter().filter(|answer| answer.is_given && answer.answered_at > now - FRESH) {
        let content = frozen::content(connection, answer.survey_version)?;
        for effect in EFFECTS.iter().filter(|effect| (effect.follows)(app, answer, &content)) {
            (effect.act)(connection, answer, now)?;
        }
    }
    Ok(answers.len())
}

/// Whether the opening answer is as low as the organisation wants to hear of, in points from 0 to 100.
fn is_low(app: &App, answer: &Followed, content: &Content) -> bool {
    let points = content.opening().and_then(|opening| {
        let value = i32::try_from(answer.answers.get(&opening.key)?.as_i64()?).ok()?;
        Some(100.0 * f64::from(value - opening.min) / f64::from(opening.max - opening.min))
    });
    let alert_at = app.config.organisation.alert_at;
    points.is_some_and(|points| alert_at.is_some_and(|alert_at| points <= f64::from(alert_at)))
}

fn open_case_and_alert(connection: &mut PgConnection, answer: &Followed, now: DateTime<Utc>) -> Result<()> {
    // A changed answer opens no second case and alerts nobody twice.
    if cases::queries::open(connection, answer.visit, answer.id, "low_score", now)? {
        jobs::enqueue(connection, ALERT, json!({"response": answer.id, "visit": answer.visit}), now, now)?;
    }
    Ok(())
}

fn call_as_asked(connection: &mut PgConnection, answer: &Followed, now: DateTime<Utc>) -> Result<()> {
    service::open(connection, answer.visit, Why::AskedFor(answer.call_time.as_deref()), now).map(drop)
}

fn call_for_service(connection: &mut PgConnection, answer: &Followed, now: DateTime<Utc>) -> Result<()> {
    // Whoever has just said it on the phone is not called again for it.
    if answer.mode == "phone" {
        return Ok(());
    }
    service::open(connection, answer.visit, Why::LowScore, now).map(drop)
}
