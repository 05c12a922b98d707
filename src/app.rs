//! What a request or a job may use: the pool, the clock, the settings, the letters, the way mail leaves and
//! the secrets.

use crate::clock::Clock;
use crate::config::{Config, ConfigError, Logo};
use crate::db::{self, Pool, PooledConnection};
use crate::error::{Error, Result};
use crate::ids::Keyring;
use crate::mail::{Authorities, Dkim, MailUrl, Mailbox, Templates, Transport};
use diesel::PgConnection;
use std::sync::{Arc, Mutex, PoisonError};

/// Shared by all threads; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// Database connections.
    pub pool: Pool,
    /// The time.
    pub clock: Clock,
    /// The settings.
    pub config: Config,
    /// The organisation's secrets.
    pub keys: Keyring,
    /// The letters.
    pub templates: Arc<Templates>,
    /// The way mail leaves.
    pub transport: Transport,
    /// What letters are signed with, if we sign them.
    pub dkim: Option<Dkim>,
    /// Picture before the organisation's name on the customers' pages.
    pub logo: Option<Logo>,
}

/// From a pool of this size on, tasks may keep connections for themselves.
const SPARE: u32 = 6;

/// A connection that a task keeps; it goes back to the pool with the last clone.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Option<PooledConnection>>>);

fn again<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    let mut tries = 1;
    loop {
        match work() {
            Err(error) if error.again && tries < 3 => tries += 1,
            done => return done,
        }
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Reads the letters that the settings name.
    ///
    /// # Errors
    /// When a letter cannot be read; the message names the file and the line.
    pub fn templates(config: &Config) -> std::result::Result<Arc<Templates>, ConfigError> {
        let wrong = |problem: String| ConfigError::new("HEARBACK_MAIL_TEMPLATES", problem);
        let templates = Templates::load(config.mail.templates.as_deref())
            .map_err(|error| wrong(format!("holds a letter that cannot be read: {error}")))?;
        templates.check().map_err(|errors| {
            let list: Vec<String> = errors.iter().map(ToString::to_string).collect();
            wrong(format!("holds a letter that cannot be rendered: {}", list.join("; ")))
        })?;
        Ok(Arc::new(templates))
    }

    /// Reads the way mail leaves from the settings.
    ///
    /// # Errors
    /// When `HEARBACK_MAIL_URL` or the file of `HEARBACK_MAIL_CA` is wrong.
    pub fn transport(config: &Config) -> std::result::Result<Transport, ConfigError> {
        let url: MailUrl = config
            .mail
            .url
            .parse()
            .map_err(|error| ConfigError::new("HEARBACK_MAIL_URL", format!("is wrong: {error}")))?;
        let hello = config.http.public_url.host_str().unwrap_or("localhost").to_owned();
        Ok(Transport::new(&url, &hello).trusting(Self::authorities(config)?))
    }

    /// Reads which certificate authorities mail servers may have beside those of the machine.
    ///
    /// # Errors
    /// When the file of `HEARBACK_MAIL_CA` is wrong.
    pub fn authorities(config: &Config) -> std::result::Result<Authorities, ConfigError> {
        let Some(file) = &config.mail.authorities else { return Ok(Authorities::default()) };
        Authorities::read(file).map_err(|problem| {
            ConfigError::new("HEARBACK_MAIL_CA", format!("names {}, which {problem}", file.display()))
        })
    }

    /// Reads the key that letters are signed with, if the settings name one.
    ///
    /// # Errors
    /// When the file of `HEARBACK_DKIM_KEY` is wrong, or the sender whose domain signs.
    pub fn dkim(config: &Config) -> std::result::Result<Option<Dkim>, ConfigError> {
        let Some(dkim) = &config.mail.dkim else { return Ok(None) };
        let from: Mailbox = config
            .mail
            .from
            .parse()
            .map_err(|error| ConfigError::new("HEARBACK_MAIL_FROM", format!("is no sender: {error}")))?;
        let domain = dkim.domain.as_deref().unwrap_or(from.address.domain());
        Dkim::read(&dkim.key, &dkim.selector, domain).map(Some).map_err(|problem| {
            ConfigError::new("HEARBACK_DKIM_KEY", format!("names {}, which {problem}", dkim.key.display()))
        })
    }

    /// Reads the organisation's logo, if the settings name one.
    ///
    /// # Errors
    /// When the file of `HEARBACK_LOGO` is wrong.
    pub fn logo(config: &Config) -> std::result::Result<Option<Logo>, ConfigError> {
        let Some(file) = &config.organisation.logo else { return Ok(None) };
        Logo::read(file).map(Some).map_err(|problem| {
            ConfigError::new("HEARBACK_LOGO", format!("names {}, which {problem}", file.display()))
        })
    }

    /// Runs database work on a thread that may block.
    ///
    /// # Errors
    /// 503 when no connection comes free within two seconds; else what `work` returns.
    pub async fn db<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = self.pool.clone();
        self.blocking(move || {
            let mut connection = db::checkout(&pool)?;
            work(&mut connection)
        })
        .await
    }

    /// Runs database work on a connection that its caller keeps from one call to the next: for a task that has
    /// something to do all the time, which would else ask the pool for one each time.
    ///
    /// # Errors
    /// As [`App::db`]; a connection that gave an error is not kept.
    pub async fn db_on<T: Send + 'static>(
        &self,
        kept: &Kept,
        work: impl FnOnce(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (pool, kept) = (self.pool.clone(), kept.clone());
        // A small pool has none to spare.
        let may_keep = self.config.database.pool >= SPARE;
        self.blocking(move || {
            let held = kept.0.lock().unwrap_or_else(PoisonError::into_inner).take();
            let mut connection = match held {
                Some(connection) => connection,
                None => db::checkout(&pool)?,
            };
            let done = work(&mut connection);
            if done.is_ok() && may_keep {
                *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
            }
            done
        })
        .await
    }

    /// Runs database work in one transaction on a thread that may block.
    ///
    /// # Errors
    /// As [`App::db`]; nothing is stored then.
    pub async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.db(move |connection| db::transaction(connection, work)).await
    }

    /// Runs database work in one transaction whose commit does not wait for the disk ([`db::relaxed_transaction`]), up
    /// to three times when another one stood in its way.
    ///
    /// # Errors
    /// As [`App::transaction`].
    pub async fn relaxed_transaction<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.db(move |connection| again(|| db::relaxed_transaction(connection, &work))).await
    }

    /// Runs database work in one transaction, up to three times when another one stood in its way.
    ///
    /// # Errors
    /// As [`App::transaction`].
    pub async fn transaction_again<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.db(move |connection| again(|| db::transaction(connection, &work))).await
    }

    /// Runs slow work (password hashing) off the threads that answer requests.
    ///
    /// # Errors
    /// What `work` returns, or 500 when it panicked.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }

    /// Sets the clock by the database, unless it is frozen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_clock(&self) -> Result<()> {
        if !self.clock.is_frozen() {
            let now = self.db(db::read_time).await?;
            self.clock.set(now);
        }
        Ok(())
    }
}
