//! Sending what is due: claim, write, hand over up to the marker, commit the marker, hand over the rest, record.
//! Several letters are under way at once, one on each connection; their markers and ends are committed in groups.

use super::claim::{self, Look};
use super::end::{self, Attempted, End};
use super::fuse::Watch;

use super::mark;
use super::model::{Claimed, NOTHING_NOW, STOPPED};
use super::verdict::Verdict;
use super::{fuse, letter, queries};
use crate::app::{App, Kept};
use crate::db::group::Group;
use crate::error::{Error, Kind, Result};
use crate::ids;
use crate::mail::{Connection, Failure, PreparedLetter};
use chrono::TimeDelta;
use diesel::PgConnection;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Waits for the database grow up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A run ends after this time; the next round goes on.
const LONGEST_RUN: TimeDelta = TimeDelta::seconds(10);

/// One worker's sending: its id in leases, and its open connections.
#[derive(Clone)]
pub struct Sender {
    app: App,
    worker: Uuid,
    idle: Arc<Mutex<Vec<Connection>>>,
    watch: Arc<Watch>,
    stopping: Arc<AtomicBool>,
}

/// What every letter of one run shares.
#[derive(Clone)]
struct Run {
    sender: Sender,
    connections: Arc<Semaphore>,
    markers: Group<Arc<Claimed>, bool>,
    ends: Group<Arc<Attempted>, ()>,
    /// The breaker opened: what has not begun goes back.
    shut: Arc<AtomicBool>,
}

impl Sender {
    /// Makes a sender with an id of its own.
    pub fn new(app: App) -> Self {
        let (worker, watch) = (ids::new_id(), Arc::new(Watch::new(&app)));
        Self { app, worker, idle: Arc::default(), watch, stopping: Arc::default() }
    }

    /// Asks it to begin no further letter; letters under way are finished.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Tells whether other systems may be told of anything: as with letters, not when the database went back in time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn may_tell(&self) -> Result<bool> {
        let always_on = self.app.config.sending.always_on;
        if self.app.db(move |connection| queries::is_on(connection, always_on)).await? {
            return self.watch.allows(&self.app).await;
        }
        // Where no letters go out, letters that are overdue blow no fuse.
        self.app.db(fuse::is_whole).await
    }

    /// Sends everything that is due; returns how many letters were handled.
    ///
    /// # Errors
    /// When the database does not answer; what was claimed then comes back when its lease ends.
    pub async fn send_due(&self) -> Result<usize> {
        if self.is_stopping() || !self.may_send().await? {
            return Ok(0);
        }
        let most = self.app.config.sending.connections;
        let run = Run::start(self, most);
        let (mut under_way, mut handled, mut is_dry) = (JoinSet::new(), 0, false);
        let begun_at = self.app.clock.now();
        let mut first_error = None;
        loop {
            // Rescuing, closing and counting wait for the end of a run.
            is_dry |= self.app.clock.now() - begun_at > LONGEST_RUN;
            // Half of what may be claimed is written while the other half is on its way.
            if !is_dry && under_way.len() <= most {
                match run.claim(2 * most - under_way.len()).await {
                    Ok(Look::Claimed(batch)) => {
                        handled += batch.len();
                        for claimed in batch {
                            under_way.spawn(run.clone().send(Arc::new(claimed)));
                        }
                        continue;
                    }
                    Ok(Look::Nothing) => is_dry = true,
                    Err(error) => {
                        is_dry = true;
                        first_error = Some(error);
                    }
                }
            }
            let Some(ended) = under_way.join_next().await else { break };
            if let Err(error) = ended.map_err(Error::internal).and_then(|ended| ended) {
                is_dry = true;
                first_error.get_or_insert(error);
            }
        }
        self.hang_up().await;
        first_error.map_or(Ok(handled), Err)
    }

    async fn may_send(&self) -> Result<bool> {
        let always_on = self.app.config.sending.always_on;
        let is_on = self.app.db(move |connection| queries::is_on(connection, always_on)).await?;
        Ok(is_on && self.watch.allows(&self.app).await?)
    }

    fn kept(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
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
}

impl Run {
    fn start(sender: &Sender, connections: usize) -> Self {
        let (worker, shut) = (sender.worker, Arc::new(AtomicBool::default()));
        let (app, kept) = (sender.app.clone(), Kept::default());
        let markers = Group::start(connections, move |claimed: Arc<[Arc<Claimed>]>| {
            let (app, kept, parts) = (app.clone(), kept.clone(), app.clone());
            let work = move |connection: &mut PgConnection| mark::mark(connection, &parts, worker, &claimed);
            async move { app.db_on(&kept, work).await }
        });
        let (app, kept, closed) = (sender.app.clone(), Kept::default(), shut.clone());
        let ends = Group::start(2 * connections, move |ended: Arc<[Arc<Attempted>]>| {
            let (app, kept, parts, closed) = (app.clone(), kept.clone(), app.clone(), closed.clone());
            let work = move |connection: &mut PgConnection| {
                let open = end::record(connection, &parts, worker, &ended)?;
                closed.fetch_or(open, Ordering::SeqCst);
                Ok(vec![(); ended.len()])
            };
            async move { app.db_on(&kept, work).await }
        });
        let connections = Arc::new(Semaphore::new(connections));
        Self { sender: sender.clone(), connections, markers, ends, shut }
    }

    fn is_shut(&self) -> bool {
        self.sender.is_stopping() || self.shut.load(Ordering::SeqCst)
    }

    async fn claim(&self, most: usize) -> Result<Look> {
        if self.is_shut() {
            return Ok(Look::Nothing);
        }
        let (worker, app) = (self.sender.worker, self.sender.app.clone());
        let most = i64::try_from(most).unwrap_or(1);
        let work = move |connection: &mut PgConnection| claim::claim(connection, &app, worker, most);
        // A claim that a crash of the database forgets is planned again, and the marker that follows makes it lasting.
        self.sender.app.relaxed_transaction(work).await
    }

    async fn send(self, claimed: Arc<Claimed>) -> Result<()> {
        let app = &self.sender.app;
        let written = letter::write(app, &claimed, app.clock.now());
        let turn = self.connections.acquire().await.map_err(Error::internal)?;
        let end = match written {
            Ok(_) if self.is_shut() => Some(End::not_begun(NOTHING_NOW)),
            Ok(letter) => self.hand_over(&claimed, &letter).await?,
            Err(words) => Some(End::unwritten(words)),
        };
        // Somebody else holds it now, or the customer said stop in this moment.
        let end = end.unwrap_or_else(|| End::not_begun(STOPPED));
        tracing::info!(visit = %claimed.visit, letter = claimed.letter.as_str(), attempt = claimed.attempts,
            verdict = ?end.verdict, "letter");
        let is_fault = matches!(end.verdict, Verdict::RelayFault | Verdict::OurFault | Verdict::Unknown);
        // After a fault the next letter on this connection waits until the breaker has heard of it.
        let turn = is_fault.then_some(turn);
        let recorded = self.record(Arc::new(Attempted { claimed, end })).await;
        drop(turn);
        recorded
    }

    /// Gives a connection on which the relay waits for the body. One that was kept open may have been closed by the
    /// relay meanwhile, which is no fault: then a new one is tried.
    async fn ready(&self, letter: &PreparedLetter) -> std::result::Result<Connection, Failure> {
        if let Some(mut kept) = self.sender.kept() {
            match kept.envelope(letter).await {
                Ok(()) => return Ok(kept),
                Err(Failure::NotReached(_)) => {}
                Err(failure) => {
                    self.sender.keep(kept);
                    return Err(failure);
                }
            }
        }
        let mut connection = Connection::open(&self.sender.app.transport).await?;
        match connection.envelope(letter).await {
            Ok(()) => Ok(connection),
            Err(failure) => {
                self.sender.keep(connection);
                Err(failure)
            }
        }
    }

    /// None when the marker could not be set, because the invitation is not ours any more.
    async fn hand_over(&self, claimed: &Arc<Claimed>, letter: &PreparedLetter) -> Result<Option<End>> {
        let mut connection = match self.ready(letter).await {
            Ok(connection) => connection,
            Err(failure) => return Ok(Some(End::failed(&failure))),
        };
        if !self.markers.call(claimed.clone()).await? {
            return Ok(None);
        }
        let end = match connection.body(letter).await {
            Ok(reply) => End::accepted(&reply),
            Err(failure) => End::failed(&failure),
        };
        self.sender.keep(connection);
        Ok(Some(end))
    }

    /// Records an end, also when the database is away for half a minute: what the relay said is known only here.
    async fn record(&self, ended: Arc<Attempted>) -> Result<()> {
        let mut wait = Duration::from_millis(100);
        loop {
            match self.ends.call(ended.clone()).await {
                Err(error) if error.kind == Kind::Unavailable && wait < LONGEST_WAIT => {
                    tracing::warn!(%error, "what the relay said is not recorded yet");
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                ended => return ended,
            }
        }
    }
}
