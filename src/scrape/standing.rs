//! How the queues stand, read from the database at most once in ten seconds however many ask.

use super::queries::{self, Queues};
use crate::app::App;
use crate::audit;
use crate::clock::Clock;
use crate::db;
use crate::delivery::queries as delivery;
use crate::delivery::queries::health::{self, Breaker, Fuse};
use crate::delivery::queries::staff;
use crate::error::Result;
use crate::metrics::Snapshot;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long a reading stands.
const KEPT_FOR: Duration = Duration::from_secs(10);

/// A database that takes longer than this counts as one that does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lost letters are counted up to this.
const MOST_LOST: i64 = 1_000;

/// The last reading. Whoever comes while one is made waits for it.
#[derive(Default)]
pub struct Standing(Mutex<Option<(Instant, String)>>);

impl Standing {
    /// Gives the figures in the text format.
    pub async fn text(&self, app: &App) -> String {
        let mut kept = self.0.lock().await;
        if let Some((at, text)) = kept.as_ref()
            && at.elapsed() < KEPT_FOR
        {
            return text.clone();
        }
        let text = look(app).await.text();
        *kept = Some((Instant::now(), text.clone()));
        text
    }
}

async fn look(app: &App) -> Snapshot {
    let snapshot = Snapshot::default();
    let (clock, always_on) = (app.clock.clone(), app.config.sending.always_on);
    let reading = app.db(move |connection| read(connection, &clock, always_on));
    let figures = tokio::time::timeout(PATIENCE, reading).await.ok().and_then(Result::ok);
    let up = f64::from(u8::from(figures.is_some()));
    snapshot.gauge("hearback_database_up", "1 when the database answered this process, else 0.", up);
    if let Some(figures) = figures {
        figures.tell(&snapshot);
    }
    let pool = app.pool.state();
    let connections = "Connections to the database that this process holds, by whether they are in use.";
    let in_use = pool.connections.saturating_sub(pool.idle_connections);
    for (state, count) in [("in_use", in_use), ("idle", pool.idle_connections)] {
        snapshot.labelled("hearback_pool_connections", connections, ("state", state), f64::from(count));
    }
    snapshot.gauge(
        "hearback_pool_max_connections",
        "Connections to the database that this process may hold.",
        f64::from(app.pool.max_size()),
    );
    snapshot
}

/// What was read at one moment.
struct Figures {
    now: DateTime<Utc>,
    is_on: bool,
    queue: staff::Queue,
    under_way: i64,
    lost: usize,
    fuse: Option<Fuse>,
    breaker: Breaker,
    queues: Queues,
    sealed: i64,
    unsealed_since: Option<DateTime<Utc>>,
    pending_migrations: usize,
}

fn read(connection: &mut PgConnection, clock: &Clock, always_on: bool) -> Result<Figures> {
    let pending_migrations = db::migrate::pending(connection)?.len();
    let now = clock.now();
    Ok(Figures {
        now,
        is_on: delivery::is_on(connection, always_on)?,
        queue: staff::count_queue(connection, now)?,
        under_way: staff::count_under_way(connection)?.sending,
        lost: staff::list_lost(connection, now, MOST_LOST)?.len(),
        fuse: health::find_fuse(connection)?,
        breaker: health::find_breaker(connection)?,
        queues: queries::count_queues(connection, now)?,
        sealed: audit::queries::find_head(connection)?.position,
        unsealed_since: audit::queries::list_unsealed(connection, 1)?.first().map(|entry| entry.at),
        pending_migrations,
    })
}

/// A count as the format has it; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no queue is that long")]
fn number(count: i64) -> f64 {
    count as f64
}

fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

impl Figures {
    /// Seconds since then, 0 when there is nothing that waits.
    fn age(&self, since: Option<DateTime<Utc>>) -> f64 {
        since.map_or(0.0, |since| number((self.now - since).num_seconds().max(0)))
    }

    fn tell(&self, snapshot: &Snapshot) {
        self.tell_sending(snapshot);
        self.tell_work(snapshot);
        snapshot.gauge(
            "hearback_migrations_pending",
            "Migrations that this program brings and the database lacks.",
            number(i64::try_from(self.pending_migrations).unwrap_or(i64::MAX)),
        );
        snapshot.gauge(
            "hearback_audit_sealed",
            "Entries of the audit log in the chain.",
            number(self.sealed),
        );
        snapshot.gauge(
            "hearback_audit_unsealed_seconds",
            "How long the oldest entry of the audit log waits to be chained.",
            self.age(self.unsealed_since),
        );
    }

    fn tell_sending(&self, snapshot: &Snapshot) {
        let queue = &self.queue;
        let lost = i64::try_from(self.lost).unwrap_or(i64::MAX);
        let invitations = "Invitations that are not settled, by where they stand: waiting for their time, due, to be \
                           tried again, being sent, and with a letter of unknown fate.";
        for (state, count) in [
            ("waiting", queue.planned - queue.due),
            ("due", queue.due + queue.again_due),
            ("again", queue.again - queue.again_due),
            ("sending", self.under_way),
            ("unknown", lost),
        ] {
            let label = ("state", state);
            snapshot.labelled("hearback_invitations", invitations, label, number(count));
        }
        let oldest = [queue.oldest_due, queue.again_at].into_iter().flatten().min();
        snapshot.gauge(
            "hearback_invitation_oldest_due_seconds",
            "How long the oldest invitation that is due waits.",
            self.age(oldest),
        );
        snapshot.gauge("hearback_sending_on", "1 when sending is switched on.", flag(self.is_on));
        let blown = self.fuse.as_ref().is_some_and(|fuse| fuse.blown_at.is_some());
        snapshot.gauge("hearback_fuse_blown", "1 when the fuse has blown: nothing is mailed.", flag(blown));
        if let Some(fuse) = &self.fuse {
            snapshot.gauge(
                "hearback_worker_seen_seconds",
                "How long ago a worker last looked; none looks while sending is off.",
                self.age(Some(fuse.beat_at)),
            );
        }
        let open = self.breaker.open_until.is_some();
        snapshot.gauge(
            "hearback_breaker_open",
            "1 when the breaker is open: the relay is left alone.",
            flag(open),
        );
        snapshot.gauge(
            "hearback_breaker_faults",
            "Faults of the relay one after the other.",
            f64::from(self.breaker.faults),
        );
    }

    fn tell_work(&self, snapshot: &Snapshot) {
        let queues = &self.queues;
        let jobs = "Jobs by state: due, running, and put aside after the last try.";
        for (state, count) in
            [("due", queues.jobs_due), ("running", queues.jobs_running), ("failed", queues.jobs_failed)]
        {
            snapshot.labelled("hearback_jobs", jobs, ("state", state), number(count));
        }
        snapshot.gauge(
            "hearback_job_oldest_due_seconds",
            "How long the oldest job that is due waits.",
            self.age(queues.job_oldest_due),
        );
        snapshot.gauge(
            "hearback_changed_visits",
            "Changes of visits that are not in the sums yet.",
            number(queues.changed_visits),
        );
        let callbacks =
            "Call-backs that are not done, by state: open, open and due now, and taken by a caller.";
        for (state, count) in [
            ("open", queues.callbacks_open),
            ("due", queues.callbacks_due),
            ("claimed", queues.callbacks_claimed),
        ] {
            snapshot.labelled("hearback_callbacks", callbacks, ("state", state), number(count));
        }
    }
}
