//! The pool of connections.

use super::{PgConnection, open};
use crate::error::{Error, Result};
use diesel::r2d2::{self, ConnectionManager, ManageConnection};
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
pub struct Manager(ConnectionManager<PgConnection>);

impl ManageConnection for Manager {
    type Connection = Tried;
    type Error = r2d2::Error;

    fn connect(&self) -> std::result::Result<Tried, r2d2::Error> {
        Ok(Tried { connection: self.0.connect()?, at: Instant::now() })
    }

    fn is_valid(&self, tried: &mut Tried) -> std::result::Result<(), r2d2::Error> {
        if tried.at.elapsed() < FRESH {
            return Ok(());
        }
        self.0.is_valid(&mut tried.connection)?;
        tried.at = Instant::now();
        Ok(())
    }

    fn has_broken(&self, tried: &mut Tried) -> bool {
        self.0.has_broken(&mut tried.connection)
    }
}

/// Opens a pool of at most `size` connections; none is opened before it is needed.
///
/// # Errors
/// When the URL cannot be used or the database does not answer.
pub fn connect(url: &str, size: u32) -> Result<Pool> {
    // The probe gives the true cause at once, where the pool would only say that it timed out.
    drop(open(url)?);
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(POOL_WAIT)
        .build(Manager(ConnectionManager::new(url)))
        .map_err(Error::unavailable)
}
