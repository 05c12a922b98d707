//! The pool of connections.

use super::{PgConnection, open};
use crate::error::{Error, Result};
use crate::metrics;
use diesel::connection::{CacheSize, Connection};
use diesel::r2d2::event::{CheckoutEvent, TimeoutEvent};
use diesel::r2d2::{self, ConnectionManager, HandleEvent, ManageConnection};
use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

/// A pool of connections.
pub type Pool = r2d2::Pool<Manager>;

/// A connection of the pool, which goes back to it when it is dropped.
pub type PooledConnection = r2d2::PooledConnection<Manager>;

/// How long a request waits for a connection before it gets 503.
const POOL_WAIT: Duration = Duration::from_secs(2);

/// A connection that was tried within this time is taken to be alive: trying it costs as much as a short query.
const FRESH: Duration = Duration::from_secs(1);

/// A connection, and when it was last tried.
pub struct Tried {
    connection: PgConnection,
    at: Instant,
}

impl Deref for Tried {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Tried {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// Opens connections and tries them once a second when they are used.
#[derive(Debug)]
pub struct Manager {
    inner: ConnectionManager<PgConnection>,
    pooler: Pooler,
}

/// What stands between the program and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooler {
    /// Nothing, or one that gives each client a session of its own.
    None,
    /// One that gives out a session for each transaction (`pgbouncer` with `pool_mode = transaction`): a statement
    /// that was prepared is not there the next time, or is another client's.
    Transaction,
}

/// Tells the metrics how the pool does.
#[derive(Debug)]
struct Meter;

impl HandleEvent for Meter {
    fn handle_checkout(&self, event: CheckoutEvent) {
        metrics::pool_waited(event.duration());
    }

    fn handle_timeout(&self, _: TimeoutEvent) {
        metrics::pool_timed_out();
    }
}

impl ManageConnection for Manager {
    type Connection = Tried;
    type Error = r2d2::Error;

    fn connect(&self) -> std::result::Result<Tried, r2d2::Error> {
        let mut connection = self.inner.connect()?;
        if self.pooler == Pooler::Transaction {
            connection.set_prepared_statement_cache_size(CacheSize::Disabled);
        }
        Ok(Tried { connection, at: Instant::now() })
    }

    fn is_valid(&self, tried: &mut Tried) -> std::result::Result<(), r2d2::Error> {
        if tried.at.elapsed() < FRESH {
            return Ok(());
        }
        self.inner.is_valid(&mut tried.connection)?;
        tried.at = Instant::now();
        Ok(())
    }

    fn has_broken(&self, tried: &mut Tried) -> bool {
        self.inner.has_broken(&mut tried.connection)
    }
}

/// Waits for a connection of the pool.
///
/// # Errors
/// 503 when none comes free within two seconds.
pub fn checkout(pool: &Pool) -> Result<PooledConnection> {
    let waiting = metrics::waiting();
    let got = pool.get().map_err(Error::unavailable);
    drop(waiting);
    got
}

/// Opens a pool of at most `size` connections; none is opened before it is needed.
///
/// # Errors
/// When the URL cannot be used or the database does not answer.
pub fn connect(url: &str, size: u32) -> Result<Pool> {
    connect_through(Pooler::None, url, size)
}

/// The same through a pooler.
///
/// # Errors
/// As [`connect`].
pub fn connect_through(pooler: Pooler, url: &str, size: u32) -> Result<Pool> {
    // The probe gives the true cause at once, where the pool would only say that it timed out.
    drop(open(url)?);
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(POOL_WAIT)
        .event_handler(Box::new(Meter))
        .build(Manager { inner: ConnectionManager::new(url), pooler })
        .map_err(Error::unavailable)
}
