//! Sending what is due: claim, write, hand over up to the marker, commit the marker, hand over the rest, record.

use super::model::{Claimed, LINK_WORKS, TOO_OLD};
use super::verdict::{self, Verdict};
use super::{letter, queries};
use crate::app::App;
use crate::config::zone_or;
use crate::customers;
use crate::error::Result;
use crate::ids;
use crate::jobs::backoff;
use crate::mail::{Connection, Failure, PreparedLetter};
use crate::visits::store::{self, Change};
use crate::visits::{Outcome, queries as visits};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use futures_util::{StreamExt, stream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// One worker's sending: its id in leases, and its open connections.
#[derive(Clone)]
pub struct Sender {
    app: App,
    worker: Uuid,
    idle: Arc<Mutex<Vec<Connection>>>,
    stopping: Arc<AtomicBool>,
}

/// The reply to the final dot may take ten minutes (RFC 5321 §4.5.3.2.6); the lease must outlast it.
const LONGEST_BODY: TimeDelta = TimeDelta::minutes(11);

/// How an attempt ended, and in whose words.
struct End {
    verdict: Verdict,
    words: String,
}

impl Sender {
    /// Makes a sender with an id of its own.
    pub fn new(app: App) -> Self {
        let worker = ids::new_id();
        Self { app, worker, idle: Arc::default(), stopping: Arc::default() }
    }

    /// Asks it to begin no further letter; letters under way are finished.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Sends everything that is due, in batches; returns how many letters were handled.
    ///
    /// # Errors
    /// When the database does not answer; what was claimed then comes back when its lease ends.
    pub async fn send_due(&self) -> Result<usize> {
        let mut handled = 0;
        while !self.is_stopping() && self.may_send().await? {
            let Some(batch) = self.claim().await? else { break };
            handled += batch.len();
            let connections = self.app.config.sending.connections;
            let ends: Vec<Result<()>> = stream::iter(batch)
                .map(|claimed| self.send(claimed))
                .buffer_unordered(connections)
                .collect()
                .await;
            ends.into_iter().collect::<Result<Vec<()>>>()?;
        }
        self.hang_up().await;
        Ok(handled)
    }

    async fn may_send(&self) -> Result<bool> {
        Ok(self.app.config.sending.always_on || self.app.db(queries::is_switched_on).await?)
    }

    /// None when nothing is due any more; an empty batch when all that was due is held back.
    async fn claim(&self) -> Result<Option<Vec<Claimed>>> {
        let (worker, app) = (self.worker, self.app.clone());
        self.app.transaction(move |connection| claim(connection, &app, worker)).await
    }

    async fn send(&self, claimed: Claimed) -> Result<()> {
        let end = if self.is_stopping() {
            End { verdict: Verdict::Retry, words: "the worker was stopped before the letter".to_owned() }
        } else {
            match letter::write(&self.app, &claimed, self.app.clock.now()) {
                Ok(letter) => match self.hand_over(&claimed, &letter).await? {
                    Some(end) => end,
                    // Somebody else holds it now, or the customer said stop in this moment.
                    None => return self.let_go(claimed).await,
                },
                Err(words) => End { verdict: Verdict::Failed, words },
            }
        };
        self.record(claimed, end).await
    }

    /// None when the marker could not be set, because the invitation is not ours any more.
    async fn hand_over(&self, claimed: &Claimed, letter: &PreparedLetter) -> Result<Option<End>> {
        let mut connection = match self.connect().await {
            Ok(connection) => connection,
            Err(failure) => return Ok(Some(failed(&failure))),
        };
        if let Err(failure) = connection.envelope(letter).await {
            self.keep(connection);
            return Ok(Some(failed(&failure)));
        }
        let (held, app, worker) = (claimed.clone(), self.app.clone(), self.worker);
        let marked = self.app.transaction(move |database| mark(database, &app, worker, &held)).await?;
        if !marked {
            return Ok(None);
        }
        let end = match connection.body(letter).await {
            Ok(reply) => End { verdict: Verdict::Accepted, words: format!("{} {}", reply.code, reply.text) },
            Err(failure) => failed(&failure),
        };
        self.keep(connection);
        Ok(Some(end))
    }

    async fn connect(&self) -> std::result::Result<Connection, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(connection) => Ok(connection),
            None => Connection::open(&self.app.transport).await,
        }
    }

    fn keep(&self, connection: Connection) {
        if connection.is_usable() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }

    async fn hang_up(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in idle {
            connection.quit().await;
        }
    }

    /// Ends an attempt that stopped before the marker, and gives the invitation back if it is still ours.
    async fn let_go(&self, claimed: Claimed) -> Result<()> {
        let (now, worker) = (self.app.clock.now(), self.worker);
        let work = move |connection: &mut PgConnection| {
            let reason = "stopped before the letter had begun";
            visits::lock_outcome(connection, claimed.visit)?;
            queries::end_attempt(connection, claimed.attempt, "refused", reason, now)?;
            if queries::plan_again(connection, claimed.id, worker, now)? {
                let change = Change { to: Outcome::Planned, by: "worker", reason, send_at: Some(now) };
                store::change(connection, claimed.visit, &change, now)?;
            }
            Ok(())
        };
        self.app.transaction(work).await
    }

    async fn record(&self, claimed: Claimed, end: End) -> Result<()> {
        let (app, worker) = (self.app.clone(), self.worker);
        tracing::info!(visit = %claimed.visit, attempt = claimed.attempts, verdict = ?end.verdict, "letter");
        self.app.transaction(move |connection| record(connection, &app, worker, &claimed, &end)).await
    }
}

/// Claims what is due and may go out now. What may not is suppressed or planned for the customer's next hours.
fn claim(connection: &mut PgConnection, app: &App, worker: Uuid) -> Result<Option<Vec<Claimed>>> {
    let (now, sending) = (app.clock.now(), &app.config.sending);
    let limit = i64::try_from(sending.connections * 2).unwrap_or(8);
    let due = queries::lock_due(connection, now, now - TOO_OLD, limit)?;
    if due.is_empty() {
        return Ok(None);
    }
    let mut ready = Vec::with_capacity(due.len());
    for one in due {
        if is_stopped(connection, app, one.visit, one.id, one.customer_email.as_deref(), now)? {
            continue;
        }
        let zone = zone_or(app.config.organisation.time_zone, one.time_zone.as_deref());
        let opens = sending.window.next(now, zone);
        if opens > now {
            queries::postpone(connection, one.id, opens)?;
            visits::update_send_at(connection, one.visit, opens)?;
        } else {
            ready.push(one);
        }
    }
    for one in &ready {
        let change = Change { to: Outcome::Sending, by: "worker", reason: "claimed", send_at: None };
        store::change(connection, one.visit, &change, now)?;
    }
    let ids: Vec<Uuid> = ready.iter().map(|one| one.id).collect();
    queries::claim(connection, &ids, worker, now, sending.lease).map(Some)
}

/// Tells whether an address was stopped since its visit came, and closes the visit then.
fn is_stopped(
    connection: &mut PgConnection,
    app: &App,
    visit: Uuid,
    invitation: Uuid,
    email: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Some(reason) = customers::suppressed(connection, &app.keys, email.unwrap_or_default())? else {
        return Ok(false);
    };
    let change = Change { to: Outcome::Suppressed, by: "rule", reason: &reason, send_at: None };
    store::change(connection, visit, &change, now)?;
    queries::close(connection, invitation)?;
    Ok(true)
}

/// Sets the marker, unless the invitation is not ours any more or the customer has said stop meanwhile.
fn mark(connection: &mut PgConnection, app: &App, worker: Uuid, claimed: &Claimed) -> Result<bool> {
    let now = app.clock.now();
    if visits::lock_outcome(connection, claimed.visit)? != Outcome::Sending {
        return Ok(false);
    }
    let email = claimed.about.customer_email.as_deref();
    if is_stopped(connection, app, claimed.visit, claimed.id, email, now)? {
        return Ok(false);
    }
    queries::mark_past(connection, claimed, worker, now + app.config.sending.lease.max(LONGEST_BODY))
}

fn failed(failure: &Failure) -> End {
    End { verdict: verdict::of_failure(failure), words: failure.to_string() }
}

fn record(
    connection: &mut PgConnection,
    app: &App,
    worker: Uuid,
    claimed: &Claimed,
    end: &End,
) -> Result<()> {
    let now = app.clock.now();
    visits::lock_outcome(connection, claimed.visit)?;
    let mailed = Some((now, now + LINK_WORKS));
    let words = end.words.as_str();
    let (attempt, invitation, to, dates) = match end.verdict {
        Verdict::Accepted => ("accepted", "sent", Outcome::Sent, mailed),
        Verdict::Unknown => ("unknown", "unknown", Outcome::Unknown, mailed),
        // A mail that was refused may have arrived all the same; its link works as long as any other.
        Verdict::Bounced => ("refused", "bounced", Outcome::Bounced, mailed),
        Verdict::Failed => ("refused", "failed", Outcome::Failed, mailed),
        Verdict::Retry => return retry(connection, app, worker, claimed, words),
    };
    queries::end_attempt(connection, claimed.attempt, attempt, words, now)?;
    if queries::end_sending(connection, claimed.id, worker, invitation, dates)? {
        store::change(
            connection,
            claimed.visit,
            &Change { to, by: "worker", reason: words, send_at: None },
            now,
        )?;
    }
    Ok(())
}

/// Plans another try, or lets the visit expire when that would come too late.
fn retry(
    connection: &mut PgConnection,
    app: &App,
    worker: Uuid,
    claimed: &Claimed,
    words: &str,
) -> Result<()> {
    let now = app.clock.now();
    queries::end_attempt(connection, claimed.attempt, "refused", words, now)?;
    let tries = u32::try_from(claimed.attempts).unwrap_or(1);
    let wait = backoff::wait(app.config.sending.retry_first, tries, ids::chance());
    let zone = zone_or(app.config.organisation.time_zone, claimed.about.time_zone.as_deref());
    let at = app.config.sending.window.next(now + wait, zone);
    if !queries::plan_again(connection, claimed.id, worker, at)? {
        return Ok(());
    }
    let again = Change { to: Outcome::Planned, by: "worker", reason: words, send_at: Some(at) };
    store::change(connection, claimed.visit, &again, now)?;
    if at > claimed.about.visited_at + TOO_OLD {
        let reason = "another try would come later than 14 days after the visit";
        let change = Change { to: Outcome::Expired, by: "rule", reason, send_at: None };
        store::change(connection, claimed.visit, &change, now)?;
        queries::close(connection, claimed.id)?;
    }
    Ok(())
}
