//! The mail that thanks for an answer, where the organisation wishes it: one for each visit, the same to everybody,
//! whatever was answered. As with surveys, a marker is committed before the body goes out, so that nobody gets it twice.

use super::queries;
use crate::answering::queries::follow::Followed;
use crate::app::App;
use crate::customers;
use crate::delivery::letter;
use crate::delivery::model::Claimed;
use crate::delivery::queries::find_answered;
use crate::error::{Error, Result};
use crate::jobs::{self, Job};
use crate::mail::{Connection, Failure, Stage};
use crate::surveys::Content;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// Name of the job.
pub(super) const JOB: &str = "answer.thanks";

/// Time for the second step, before the mail interrupts it.
const WAIT: TimeDelta = TimeDelta::minutes(10);

/// Whoever answered on a card or on the phone was not written to, and is not written to now.
pub(super) fn is_wished(app: &App, answer: &Followed, _: &Content) -> bool {
    app.config.organisation.thanks && answer.mode == "email"
}

pub(super) fn plan(connection: &mut PgConnection, answer: &Followed, now: DateTime<Utc>) -> Result<()> {
    if queries::plan_thanks(connection, answer.visit, now)? {
        jobs::enqueue(connection, JOB, json!({"visit": answer.visit}), now + WAIT, now)?;
    }
    Ok(())
}

/// Sends the mail of a job; nothing where the customer said stop or the answer was put aside meanwhile.
pub(super) async fn send(app: &App, job: &Job) -> Result<()> {
    let (visit, now) = (super::id_in(job, "visit")?, app.clock.now());
    let parts = app.clone();
    let Some(claimed) = app.db(move |connection| find(connection, &parts, visit)).await? else {
        return Ok(());
    };
    let prepared = letter::write_thanks(app, &claimed, now).map_err(Error::internal)?;
    let mut connection = Connection::open(&app.transport).await.map_err(Error::internal)?;
    match connection.envelope(&prepared).await {
        Ok(()) => {}
        // The address is refused for good; the survey's own letters tell what that means for it.
        Err(Failure::Refused { stage: Stage::Recipient, .. }) => return Ok(()),
        Err(failure) => return Err(Error::internal(failure)),
    }
    if app.transaction(move |connection| queries::mark_thanks(connection, visit, now)).await? {
        connection.body(&prepared).await.map_err(Error::internal)?;
    }
    connection.quit().await;
    Ok(())
}

fn find(connection: &mut PgConnection, app: &App, visit: Uuid) -> Result<Option<Claimed>> {
    super::check_sending(connection, app)?;
    let Some(claimed) = find_answered(connection, visit)? else { return Ok(None) };
    let Some(address) = claimed.about.customer_email.as_deref() else { return Ok(None) };
    let stopped = customers::suppressed(connection, &app.keys, address)?;
    Ok(stopped.is_none().then_some(claimed))
}
