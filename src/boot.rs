//! Putting an [`App`] together at the start of a command: settings, secret, database, letters, mail.

use crate::app::{App, Parts};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::db::postgres::{LaunchError, Options, Postgres};
use crate::db::roles;
use crate::delivery::verp;
use crate::error::Error;
use crate::ids::{self, Keyring};
use crate::mail::MailboxUrl;
use crate::surveys::builtin;
use crate::{accounts, customers, delivery, imports, visits, webhooks};
use crate::{db, mail, telemetry};
use std::fmt;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Name of the database in the embedded Postgres.
const DATABASE: &str = "hearback";

/// Role of the program in the embedded Postgres; the tables belong to its superuser.
const ROLE: &str = "hearback";

/// Why a command could not begin; shown as one sentence.
#[derive(Debug)]
pub struct BootError(String);

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BootError {}

impl From<ConfigError> for BootError {
    fn from(error: ConfigError) -> Self {
        Self(error.to_string())
    }
}

impl From<Error> for BootError {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

impl From<LaunchError> for BootError {
    fn from(error: LaunchError) -> Self {
        Self(error.to_string())
    }
}

/// A running program: its parts, and the embedded Postgres that it keeps alive.
pub struct Boot {
    /// The parts.
    pub app: App,
    /// Where the database is, with the role of the program.
    pub database_url: String,
    // Dropped last: while it lives, the embedded server has a user.
    _postgres: Option<Postgres>,
}

impl Boot {
    /// Starts with the database's clock, migrating when that is allowed.
    ///
    /// # Errors
    /// One sentence that says what is missing or wrong.
    pub fn start(config: Config) -> Result<Self, BootError> {
        telemetry::start(&config.log).map_err(|problem| ConfigError::new("HEARBACK_LOG", problem))?;
        let templates = App::templates(&config)?;
        let transport = App::transport(&config)?;
        check_sender(&config)?;
        let dkim = App::dkim(&config)?;
        let logo = App::logo(&config)?;
        check_bounces(&config)?;
        let keys = secret(&config)?;
        let (database_url, postgres) = open_database(&config)?;
        let database_url = bring_up_to_date(&config, database_url, postgres.as_ref())?;
        let mut connection = db::open(&database_url)?;
        check_secrets(&mut connection, &keys)?;
        let now = db::read_time(&mut connection)?;
        db::transaction(&mut connection, |connection| builtin::publish(connection, now))?;
        imports::sweep(&mut connection, now)?;
        let pool = db::connect_through(pooler(&config), &database_url, config.database.pool)?;
        let clock = Clock::running(now);
        let app = App::new(Parts { pool, clock, config, keys, templates, transport, dkim, logo });
        Ok(Self { app, database_url, _postgres: postgres })
    }

    /// The same parts with another clock, for the demo's simulated year.
    pub fn with_clock(&self, clock: Clock) -> App {
        self.with(clock, self.app.pool.clone())
    }

    /// The same parts with at least so many database connections, for work that uses several side by side.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn with_connections(&self, at_least: u32) -> Result<App, BootError> {
        if self.app.config.database.pool >= at_least {
            return Ok(self.app.clone());
        }
        let pool = db::connect_through(pooler(&self.app.config), &self.database_url, at_least)?;
        Ok(self.with(self.app.clock.clone(), pool))
    }

    fn with(&self, clock: Clock, pool: db::Pool) -> App {
        let app = &self.app;
        App::new(Parts {
            pool,
            clock,
            config: app.config.clone(),
            keys: app.keys.clone(),
            templates: std::sync::Arc::clone(&app.templates),
            transport: app.transport.clone(),
            dkim: app.dkim.clone(),
            logo: app.logo.clone(),
        })
    }
}

fn pooler(config: &Config) -> db::Pooler {
    if config.database.pooled { db::Pooler::Transaction } else { db::Pooler::None }
}

/// Migrates, grants the program's role what it needs, and returns the address with which the program goes on.
fn bring_up_to_date(config: &Config, url: String, postgres: Option<&Postgres>) -> Result<String, BootError> {
    let mut connection = db::open(&url)?;
    if let Some(postgres) = postgres {
        if !db::migrate::pending(&mut connection)?.is_empty() {
            db::migrate::run(&mut connection)?;
        }
        roles::provide(&mut connection, ROLE)?;
        return Ok(postgres.url_as(DATABASE, ROLE));
    }
    if roles::are_shut_out(&mut connection)? {
        let (name, _) = roles::who(&mut connection)?;
        return Err(BootError(format!(
            "The database user {name} may not use the tables. Run `hearback migrate` with the DATABASE_URL of their owner \
             and HEARBACK_DATABASE_ROLE={name}."
        )));
    }
    if db::migrate::pending(&mut connection)?.is_empty() {
        return Ok(url);
    }
    // A server of somebody else's is migrated by its owner; the sentence says how.
    let run = db::migrate::run(&mut connection).and_then(|_| grant(config, &mut connection));
    run.map_err(|error| {
        BootError(format!(
            "The database could not be brought up to date. Run `hearback migrate` with the DATABASE_URL of its owner. ({error})"
        ))
    })?;
    Ok(url)
}

/// Grants the role that the settings name what the program needs, if they name one.
///
/// # Errors
/// When that role cannot be used, or when we are not the owner of the tables.
pub fn grant(config: &Config, connection: &mut diesel::PgConnection) -> Result<(), Error> {
    config.database.role.as_ref().map_or(Ok(()), |role| roles::grant(connection, role))
}

/// A secret that is gone would make stopped addresses look like new ones, and planned mails impossible.
fn check_secrets(connection: &mut diesel::PgConnection, keys: &Keyring) -> Result<(), BootError> {
    let mut needed = customers::queries::list_secret_ids(connection)?;
    needed.extend(accounts::queries::second_factor::list_secret_ids(connection)?);
    needed.extend(delivery::queries::list_secret_ids(connection)?);
    needed.extend(visits::queries::person::list_secret_ids(connection)?);
    needed.extend(webhooks::queries::endpoints::list_secret_ids(connection)?);
    match needed.into_iter().find(|id| keys.ids().all(|known| known != id)) {
        None => Ok(()),
        Some(id) => {
            let problem = format!(
                "lacks the secret with the id {id}, with which stopped addresses, planned links, second factors, the ids \
                 of erased visits or secrets of webhooks were made; put it back behind the new one"
            );
            Err(ConfigError::new("HEARBACK_SECRET", problem).into())
        }
    }
}

/// Returns where the database is, the embedded one with its superuser, and starts that one if no other is set.
///
/// # Errors
/// One sentence that says what is missing.
pub fn open_database(config: &Config) -> Result<(String, Option<Postgres>), BootError> {
    if let Some(url) = &config.database.url {
        return Ok((url.clone(), None));
    }
    make_folder(&config.data)?;
    let postgres = Postgres::start(&Options {
        dir: config.data.join("postgres"),
        throw_away: false,
        bin_dir: config.database.bin_dir.clone(),
        cache_dir: config.database.cache_dir.clone(),
        path: config.database.path.clone(),
    })?;
    let mut connection = db::open(&postgres.url("postgres"))?;
    db::create_database(&mut connection, DATABASE)?;
    Ok((postgres.url(DATABASE), Some(postgres)))
}

fn make_folder(folder: &Path) -> Result<(), BootError> {
    std::fs::create_dir_all(folder).map_err(|error| {
        ConfigError::new("HEARBACK_DATA", format!("{} cannot be made: {error}", folder.display())).into()
    })
}

/// Checks the addresses that letters come from and are answered to.
///
/// # Errors
/// Names the setting that is wrong.
pub fn check_sender(config: &Config) -> Result<(), ConfigError> {
    for (name, value) in [
        ("HEARBACK_MAIL_FROM", Some(&config.mail.from)),
        ("HEARBACK_REPLY_TO", config.mail.reply_to.as_ref()),
    ] {
        let Some(value) = value else { continue };
        value
            .parse::<mail::Mailbox>()
            .map_err(|error| ConfigError::new(name, format!("is no sender: {error}")))?;
    }
    Ok(())
}

/// Checks the address to which mails come back, and reads the mailbox in which they arrive.
///
/// # Errors
/// Names the setting that is wrong.
pub fn check_bounces(config: &Config) -> Result<Option<MailboxUrl>, ConfigError> {
    if let Some(address) = &config.mail.bounce_address {
        let wrong = |problem: String| ConfigError::new("HEARBACK_BOUNCE_ADDRESS", problem);
        mail::EmailAddress::parse(address).map_err(|error| wrong(format!("is no address: {error}")))?;
        let (name, most) = (address.split('@').next().unwrap_or_default(), verp::MAX_NAME_BYTES);
        if name.len() > most {
            return Err(wrong(format!("has more than {most} letters before the @, which leaves no room")));
        }
    }
    delivery::collect::mailbox(config)
}

/// Returns the secrets of the settings, or the one that is kept in the data folder and made on the first start.
/// Its id is drawn, so that a second machine which made another one is told so by [`check_secrets`].
fn secret(config: &Config) -> Result<Keyring, BootError> {
    if let Some(keys) = &config.secret {
        return Ok(keys.clone());
    }
    make_folder(&config.data)?;
    let path = config.data.join("secret");
    let told = |error: &dyn fmt::Display| {
        BootError(format!("The secret in {} cannot be used: {error}", path.display()))
    };
    if !path.exists() {
        // Written whole beside it and then given its name: another command never reads half of it.
        let draft = config.data.join(format!("secret.{}", ids::new_id().simple()));
        let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
        let mut file = made.map_err(|error| told(&error))?;
        writeln!(file, "{}:{}", ids::random_name(), ids::random_secret())
            .and_then(|()| file.sync_all())
            .map_err(|error| told(&error))?;
        match std::fs::hard_link(&draft, &path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(told(&error)),
            _ => std::fs::remove_file(&draft).map_err(|error| told(&error))?,
        }
    }
    let text = std::fs::read_to_string(&path).map_err(|error| told(&error))?;
    Keyring::parse(text.trim()).map_err(|error| told(&error))
}
