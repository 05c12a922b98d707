//! What follows from an answer: one table of effects, applied once, in the order in which answers were stored.
//!
//! The worker follows the answers behind the customer's back, so that nobody waits for it and nothing is lost when the
//! program stops. Answers that were put aside, imported or given days ago have no effect.

mod alert;
mod queries;
mod thanks;

use crate::answering::queries::follow::{self, Followed};
use crate::app::App;
use crate::callbacks::service::{self, Why};
use crate::db::page::Cursor;
use crate::error::{Error, Kind, Result};
use crate::jobs::{self, Job};
use crate::surveys::{Content, frozen};
use crate::visits::queries::bulk::list_external_ids;
use crate::webhooks::{self, Event};
use crate::{cases, delivery};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

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
    Effect { follows: |_, _, _| true, act: tell_received },
    Effect { follows: is_low, act: open_case_and_alert },
    // Before the other, so that a wish is what is known of the call.
    Effect { follows: |_, answer, _| answer.call_me, act: call_as_asked },
    Effect { follows: is_low, act: call_for_service },
    Effect { follows: thanks::is_wished, act: thanks::plan },
];

/// Tells whether a job is one of these mails.
pub fn is_mail(job: &Job) -> bool {
    [alert::JOB, thanks::JOB].contains(&job.name.as_str())
}

/// Sends the mail of a job.
///
/// # Errors
/// When sending is off, when the database or the relay does not answer, or refuses a letter; it is tried again.
pub async fn send(app: &App, job: &Job) -> Result<()> {
    if job.name == thanks::JOB { thanks::send(app, job).await } else { alert::send(app, job).await }
}

/// Reads an id from a job's payload.
fn id_in(job: &Job, name: &str) -> Result<Uuid> {
    let id = job.payload.get(name).and_then(|id| id.as_str()?.parse().ok());
    id.ok_or_else(|| Error::internal(format_args!("a job {} without its {name}", job.name)))
}

/// Tells whether mails may go out.
fn check_sending(connection: &mut PgConnection, app: &App) -> Result<()> {
    if delivery::is_sending(connection, app.config.sending.always_on)? {
        return Ok(());
    }
    Err(Error::new(Kind::Unavailable, "sending is off; the mail waits"))
}

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
        jobs::enqueue(
            connection,
            alert::JOB,
            json!({"response": answer.id, "visit": answer.visit}),
            now,
            now,
        )?;
        let event = |visit| Event::ScoreLow { visit, response: answer.id };
        tell(connection, webhooks::Kind::ScoreLow, answer, event, now)?;
    }
    Ok(())
}

fn tell_received(connection: &mut PgConnection, answer: &Followed, now: DateTime<Utc>) -> Result<()> {
    let event = |visit| Event::AnswerReceived { visit, response: answer.id };
    tell(connection, webhooks::Kind::AnswerReceived, answer, event, now)
}

/// Tells other systems, where any wants to hear of it.
fn tell(
    connection: &mut PgConnection,
    kind: webhooks::Kind,
    answer: &Followed,
    event: impl FnOnce(String) -> Event,
    now: DateTime<Utc>,
) -> Result<()> {
    if !webhooks::is_wanted(connection, kind)? {
        return Ok(());
    }
    match list_external_ids(connection, &[answer.visit])?.remove(&answer.visit) {
        Some(visit) => webhooks::queue(connection, &[event(visit)], now),
        None => Ok(()),
    }
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
