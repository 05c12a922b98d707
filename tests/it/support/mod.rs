//! What the tests share.

pub mod app;
pub mod axe;
pub mod browser;
pub mod checker;
pub mod client;
pub mod database;
pub mod dovecot;
pub mod generated;
pub mod history;
pub mod lab;
pub mod letters_back;
pub mod make;
pub mod nginx;
pub mod pgbouncer;
pub mod postfix;
pub mod program;
pub mod provider;
pub mod queue;
pub mod receiver;
pub mod scripted;
pub mod smtp;
pub mod stub_provider;
pub mod sums;

pub use app::TestApp;
pub use client::{Answer, Client};
pub use database::environment;

use std::thread::park_timeout;
use std::time::{Duration, Instant};

/// Looks again and again until `look` finds something, and fails with `what` when the deadline is over.
#[track_caller]
pub fn wait_until<T>(what: &str, deadline: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + deadline;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not happen within {deadline:?}");
        // A pause between two looks, not a wait for the thing itself.
        park_timeout(Duration::from_millis(20));
    }
}

/// Finds a program in the search path or where system programs stand.
pub fn program(name: &str) -> Option<std::path::PathBuf> {
    let path = environment("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/sbin", "/usr/local/sbin"]);
    folders.map(|folder| std::path::Path::new(folder).join(name)).find(|file| file.is_file())
}

/// Finds every program, or says on one line which test is skipped and why. Where `HEARBACK_TESTS_MUST_RUN` is 1
/// a missing one fails the test.
pub fn programs_or_skip<const N: usize>(test: &str, names: [&str; N]) -> Option<[std::path::PathBuf; N]> {
    let missing: Vec<&str> = names.iter().copied().filter(|name| program(name).is_none()).collect();
    if missing.is_empty() {
        return Some(names.map(|name| program(name).unwrap()));
    }
    let line = format!("skipped {test}: needs {}, which is not installed", missing.join(" and "));
    assert!(environment("HEARBACK_TESTS_MUST_RUN").as_deref() != Some("1"), "{line}");
    say_past_the_harness(&line);
    None
}

/// Writes to the terminal's standard error itself, for the harness keeps what a passing test prints.
pub(crate) fn say_past_the_harness(line: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// Makes a fresh folder directly under the temporary one that every user may enter.
pub fn fresh_folder(purpose: &str) -> Folder {
    use std::os::unix::fs::PermissionsExt;
    let path =
        std::env::temp_dir().join(format!("hearback-test-{purpose}-{}", hearback::ids::new_id().simple()));
    std::fs::create_dir(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    Folder(path)
}

/// A folder that goes away with its test.
pub struct Folder(pub std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Gives a loopback port that is free now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
