//! A private PostgreSQL that runs for as long as somebody uses it.
//!
//! Every process that wants the database starts a [`Postgres`] on the same folder. The first one launches the
//! server, the last one to go takes it down, and neither has to end politely for that: who uses the server is
//! told by file locks, which the kernel releases whatever became of their holder. `supervise.sh` is the other
//! half of the protocol:
//!
//! * `users.lock`: each user holds it shared. The supervisor waits to hold it exclusively, which it can once
//!   nobody uses the server, and keeps it until the server is gone; a newcomer waits at this lock for that
//!   moment.
//! * `start.lock`: held exclusively while finding out whether a server runs and launching one, so only one is
//!   launched.
//! * `server.lock`: inherited by the server and all its children. Free means: not one process of it is left.

mod account;
mod fetch;
mod folder;
mod locate;
mod server;

use std::ffi::OsString;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use account::Account;
use folder::Folder;
use server::Server;

pub use account::unprivileged_ids;

/// Says where a private PostgreSQL lives and which program runs it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Holds everything: data, socket, log and locks. A new or empty folder, or one used for this before.
    pub dir: PathBuf,
    /// Trades safety for speed (no fsync) and removes `dir` when the last user is gone. The first user
    /// decides for all. An unprivileged server started by root can empty `dir` but removes it only below a
    /// folder like `/tmp`.
    pub throw_away: bool,
    /// Holds the programs `initdb` and `postgres`; nothing else is tried then. `None` looks in the usual
    /// places.
    pub bin_dir: Option<PathBuf>,
    /// Receives a fetched PostgreSQL. Root uses `/var/cache/hearback` when the server's account cannot reach
    /// this folder.
    pub cache_dir: PathBuf,
    /// Names the folders to look for programs in, as `PATH` does.
    pub path: Option<OsString>,
}

/// Keeps the server of one folder running; dropping the last one anywhere stops it.
#[derive(Debug)]
pub struct Postgres {
    socket_dir: PathBuf,
    users: File,
}

impl Postgres {
    /// Joins the server of a folder, launching it (and making its data, and fetching PostgreSQL) where there
    /// is none.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be used, no PostgreSQL of a fitting version can be had, or the server
    /// does not get ready within a minute. The error is a sentence for the administrator, with the end of the
    /// server's log.
    pub fn start(options: &Options) -> Result<Self, LaunchError> {
        let account = Account::current()?;
        let (folder, users) = Folder::join(&options.dir, &account)?;
        let socket_dir = Server { folder: &folder, account: &account, options }.ensure()?;
        Ok(Self { socket_dir, users })
    }

    /// Returns the libpq address of one database of this server, with the superuser `postgres`.
    pub fn url(&self, database: &str) -> String {
        self.url_as(database, "postgres")
    }

    /// The same with another role.
    pub fn url_as(&self, database: &str, role: &str) -> String {
        // The port is part of the socket's name, and a PGPORT in the environment must not change it.
        format!(
            "postgresql:///{}?host={}&port={}&user={}",
            percent_encoded(database.as_bytes(), b""),
            percent_encoded(self.socket_dir.as_os_str().as_bytes(), b"/"),
            folder::PORT,
            percent_encoded(role.as_bytes(), b""),
        )
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Closing is not enough at once: a process just being forked by another thread may hold a copy of the
        // handle. A failure leaves the lock to that close, so there is nothing to do about it.
        let _ = self.users.unlock();
    }
}

fn percent_encoded(bytes: &[u8], kept: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || kept.contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// Tells an administrator in plain words why the private PostgreSQL could not be launched.
#[derive(Debug)]
pub struct LaunchError(String);

impl LaunchError {
    fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Returns a mapper that says what could not be done to which file.
    fn at(what: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let start = format!("cannot {what} {}", path.display());
        move |error| Self(format!("{start}: {error}"))
    }
}

impl fmt::Display for LaunchError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for LaunchError {}

#[cfg(test)]
mod tests;
