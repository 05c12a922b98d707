//! Where it is measured: a folder, a database server with everything safe on, and the program's settings.

use diesel::{Connection, PgConnection, RunQueryDsl};
use hearback::db::postgres::{Options, Postgres};
use hearback::surveys::builtin;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::Uuid;

/// A folder and a server.
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    own: Option<Postgres>,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

#[expect(clippy::disallowed_methods, reason = "a measurement is told by its caller what to measure")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Place {
    /// Starts a server, unless one is given.
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("hearback-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let own = environment("TEST_DATABASE_URL").is_none().then(|| {
            let options = Options {
                dir: folder.join("postgres"),
                throw_away: false,
                bin_dir: environment("PG_BIN_DIR").map(PathBuf::from),
                cache_dir: folder.join("cache"),
                path: environment("PATH").map(Into::into),
            };
            Postgres::start(&options).unwrap()
        });
        Self { folder, own }
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        if let Some(own) = &self.own {
            return own.url(database);
        }
        let mut url = url::Url::parse(&environment("TEST_DATABASE_URL").unwrap()).unwrap();
        url.set_path(database);
        url.to_string()
    }

    /// Makes an empty database, and gives its address.
    pub fn empty(&self) -> String {
        let name = format!("hearback_bench_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        execute(&self.url("postgres"), &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// Makes a database with our tables, and gives its address and the survey's version.
    pub fn migrated(&self) -> (String, Uuid) {
        let url = self.empty();
        let mut connection = PgConnection::establish(&url).unwrap();
        hearback::db::migrate::run(&mut connection).unwrap();
        let now = hearback::db::read_time(&mut connection).unwrap();
        let survey = builtin::publish(&mut connection, now).unwrap();
        (url, survey.id)
    }

    /// Removes a database.
    pub fn drop(&self, url: &str) {
        let name = url::Url::parse(url).unwrap().path().trim_start_matches('/').to_owned();
        execute(&self.url("postgres"), &format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.own = None;
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Runs statements, one after the other.
pub fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::establish(url).unwrap();
    for statement in sql.split(";\n").filter(|statement| !statement.trim().is_empty()) {
        diesel::sql_query(statement).execute(&mut connection).unwrap();
    }
}

/// The secret that the links are derived from.
pub const SECRET: &str = "bench:0123456789abcdef0123456789abcdef";

/// The settings of the program.
pub fn settings(url: &str, relay: &str, data: &str) -> Vec<(String, String)> {
    [
        ("DATABASE_URL", url),
        ("HEARBACK_DATA", data),
        ("HEARBACK_SECRET", SECRET),
        ("HEARBACK_MAIL_URL", relay),
        ("HEARBACK_MAIL_FROM", "Northwind Boilers <feedback@example.com>"),
        ("HEARBACK_ORGANISATION", "Northwind Boilers"),
        ("HEARBACK_PUBLIC_URL", "https://feedback.example.com"),
        ("HEARBACK_MAIL_CONNECTIONS", "10"),
        ("HEARBACK_SENDING", "on"),
        ("HEARBACK_SEND_WINDOW", "always"),
        ("HEARBACK_LOG", "error"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// A running program that ends with its owner.
pub struct Running(pub Child);

impl Running {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
