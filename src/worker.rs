//! The worker: every second it takes back what died, closes what is over, sends what is due, and folds.
//! Every periodic job stands in one table.

use crate::accounts::{letters, oidc, queries as accounts};
use crate::after_answer;
use crate::answering;
use crate::api::idempotency;
use crate::app::App;
use crate::audit::{self, anchor};
use crate::callbacks::queries::wave::update_mode_effect;
use crate::callbacks::{due, settle};
use crate::cases::overdue;
use crate::db;
use crate::delivery::{self, Sender, close, collect, rescue};
use crate::error::{Error, Result};
use crate::evaluations::{Selection, evaluate};
use crate::ids;
use crate::imports;
use crate::jobs::{self, Job, backoff};
use crate::metrics;
use crate::retention::run as retention;
use crate::scores::{self, fold};
use crate::webhooks;
use chrono::{DateTime, Months, TimeDelta, Utc};
use diesel::PgConnection;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(1);

/// Time between two looks whether the mailbox is due.
const LOOK: Duration = Duration::from_secs(5);

/// A job and how often it comes round.
struct Periodic {
    name: &'static str,
    every: TimeDelta,
    work: fn(&mut PgConnection, DateTime<Utc>) -> Result<()>,
}

/// Every periodic job.
const PERIODIC: &[Periodic] = &[
    Periodic { name: "accounts.prune", every: TimeDelta::hours(1), work: accounts::prune },
    Periodic { name: "accounts.prune_provider", every: TimeDelta::hours(1), work: oidc::prune },
    Periodic { name: "answering.prune", every: TimeDelta::days(1), work: answering::prune },
    Periodic { name: "delivery.prune", every: TimeDelta::days(1), work: delivery::prune },
    Periodic { name: "cases.overdue", every: TimeDelta::minutes(5), work: overdue::note },
    Periodic { name: "callbacks.mode", every: TimeDelta::days(1), work: measure_mode },
    Periodic {
        name: "idempotency.prune",
        every: TimeDelta::hours(1),
        work: |connection, now| idempotency::prune(connection, now).map(drop),
    },
    Periodic { name: "imports.sweep", every: TimeDelta::days(1), work: imports::sweep },
    Periodic { name: "scores.prune", every: TimeDelta::days(1), work: scores::fold::prune },
    Periodic { name: "scores.recount", every: TimeDelta::days(1), work: scores::recount::sample },
    Periodic { name: "webhooks.prune", every: TimeDelta::days(1), work: webhooks::queries::work::prune },
];

/// Measures by how much answers on the phone are higher, over the last twelve months: while that is not known well, more
/// customers are phoned first (STATISTICS §6.7).
fn measure_mode(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    let to = now.date_naive();
    let from = to.checked_sub_months(Months::new(12)).unwrap_or(to);
    let selection = Selection { from, to, team: None, employee: None, all_estimates: false };
    let company = evaluate(connection, &selection, now)?.company;
    match company.mode_effect.zip(company.mode_effect_se) {
        Some((effect, error)) => update_mode_effect(connection, effect, error, now),
        None => Ok(()),
    }
}

/// Works until it is told to stop; letters under way are finished first.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let sender = Sender::new(app.clone());
    let stopper = sender.clone();
    let mut heard = stop.clone();
    let listening = tokio::spawn(async move {
        // The channel closes when the program ends, which is a stop too.
        drop(heard.wait_for(|stop| *stop).await);
        stopper.stop();
    });
    let reading = tokio::spawn(read_mailbox(app.clone(), stop.clone()));
    let watcher = sender.clone();
    let allows = move || {
        let watcher = watcher.clone();
        async move { watcher.may_tell().await }
    };
    let telling = tokio::spawn(webhooks::send::run(app.clone(), allows, stop.clone()));
    while !*stop.borrow() {
        let ended = round(&app, &sender).await;
        metrics::round_ended(ended.is_ok());
        if let Err(error) = ended {
            tracing::warn!(%error, "the worker goes on in the next round");
        }
        drop(tokio::time::timeout(ROUND, stop.wait_for(|stop| *stop)).await);
    }
    listening.abort();
    reading.abort();
    // What is under way to other systems is finished and recorded, so that it is not sent twice.
    drop(telling.await);
}

/// Reads the mailbox beside the rounds, so that a slow server holds up no letter. It may be cut off anywhere: what
/// is stored and not removed yet is recognised the next time.
async fn read_mailbox(app: App, mut stop: watch::Receiver<bool>) {
    if app.config.mail.bounce_mailbox.is_none() {
        return;
    }
    while !*stop.borrow() {
        tokio::select! {
            read = collect::if_due(&app) => if let Err(error) = read {
                tracing::warn!(%error, "the bounce mailbox is read again later");
            },
            _ = stop.wait_for(|stop| *stop) => return,
        }
        drop(tokio::time::timeout(LOOK, stop.wait_for(|stop| *stop)).await);
    }
}

/// One round: everything that is due now is done when it returns. Tests and the demo call it instead of waiting.
///
/// # Errors
/// When the database does not answer; the next round goes on.
pub async fn round(app: &App, sender: &Sender) -> Result<()> {
    app.set_clock().await?;
    let now = app.clock.now();
    let parts = app.clone();
    repeat(app, move |connection| rescue::due(connection, &parts, now)).await?;
    repeat(app, move |connection| close::due(connection, now)).await?;
    repeat(app, move |connection| settle::due(connection, now)).await?;
    sender.send_due().await?;
    app.db(move |connection| fold(connection, now)).await?;
    let parts = app.clone();
    repeat(app, move |connection| after_answer::follow(connection, &parts)).await?;
    seal_audit(app).await?;
    run_jobs(app).await
}

/// Seals the new entries of the audit log, and once a day writes its end where the database cannot reach.
async fn seal_audit(app: &App) -> Result<()> {
    let (keys, now) = (app.keys.clone(), app.clock.now());
    repeat(app, move |connection| audit::seal(connection, &keys)).await?;
    let Some(file) = app.config.audit_anchor.clone() else { return Ok(()) };
    app.db(move |connection| {
        if !jobs::is_due(connection, "audit.anchor", TimeDelta::days(1), now)? {
            return Ok(());
        }
        let head = audit::queries::find_head(connection)?;
        anchor::append(&file, &head, now)
            .map_err(|error| Error::internal(format_args!("the audit log could not be anchored: {error}")))
    })
    .await
}

async fn repeat(
    app: &App,
    work: impl Fn(&mut PgConnection) -> Result<usize> + Clone + Send + 'static,
) -> Result<()> {
    while app.transaction(work.clone()).await? > 0 {}
    Ok(())
}

async fn run_jobs(app: &App) -> Result<()> {
    let (worker, now, lease) = (ids::new_id(), app.clock.now(), app.config.sending.lease);
    app.transaction(move |connection| {
        let known = PERIODIC.iter().map(|periodic| (periodic.name, periodic.every));
        for (name, every) in known.chain([(retention::JOB, retention::EVERY)]) {
            if jobs::is_due(connection, name, every, now)? {
                jobs::enqueue(connection, name, serde_json::json!({}), now, now)?;
            }
        }
        Ok(())
    })
    .await?;
    while let Some(job) =
        app.transaction(move |connection| jobs::claim(connection, worker, now, lease)).await?
    {
        if after_answer::is_mail(&job) {
            let sent = after_answer::send(app, &job).await;
            app.db(move |connection| end_job(connection, &job, sent, worker, now)).await?;
        } else if letters::is_mail(&job) {
            let sent = letters::send(app, &job).await;
            app.db(move |connection| end_job(connection, &job, sent, worker, now)).await?;
        } else {
            let parts = app.clone();
            app.db(move |connection| run_job(connection, &parts, &job, worker, now)).await?;
        }
    }
    Ok(())
}

fn run_job(
    connection: &mut PgConnection,
    app: &App,
    job: &Job,
    worker: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let known = PERIODIC.iter().find(|periodic| periodic.name == job.name);
    let done = match known {
        _ if job.name == retention::JOB => retention::due(connection, app),
        Some(periodic) => (periodic.work)(connection, now),
        None if job.name == due::JOB => {
            db::transaction(connection, |connection| due::come(connection, job, now))
        }
        None => Err(Error::internal(format_args!("no job is called {}", job.name))),
    };
    end_job(connection, job, done, worker, now)
}

fn end_job(
    connection: &mut PgConnection,
    job: &Job,
    done: Result<()>,
    worker: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    match done {
        Ok(()) => jobs::finish(connection, job.id, worker),
        Err(error) if job.attempts >= jobs::MAX_ATTEMPTS => {
            jobs::fail(connection, job.id, worker, &error.detail)
        }
        Err(error) => {
            let tries = u32::try_from(job.attempts).unwrap_or(1);
            let wait = backoff::wait(TimeDelta::minutes(1), tries, ids::chance());
            jobs::retry_at(connection, job.id, worker, now + wait, &error.detail)
        }
    }
}
