//! Starts real servers where PostgreSQL is installed, and says so where it is not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use super::folder::{Folder, token};
use super::locate::{self, Places};
use super::*;

/// Makes a folder of this test's own that every account may enter.
pub(super) fn scratch() -> PathBuf {
    let path = PathBuf::from(format!("/tmp/hearback-test-{}", token()));
    fs::create_dir(&path).expect("made");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("opened");
    path
}

#[expect(clippy::disallowed_methods, reason = "a test has no configuration")]
fn path() -> Option<std::ffi::OsString> {
    std::env::var_os("PATH")
}

/// Returns options for a throw-away server, `None` where running it would take a download.
fn options(dir: &Path) -> Option<Options> {
    let options = Options {
        dir: dir.to_path_buf(),
        throw_away: true,
        bin_dir: None,
        cache_dir: dir.join("no-cache"),
        path: path(),
    };
    let account = Account::current().expect("known");
    if locate::installed(&Places::usual(&options, &account), &account, None).is_err() {
        eprintln!("not run: no PostgreSQL is installed here");
        return None;
    }
    Some(options)
}

fn eventually(what: &str, check: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !check() {
        assert!(Instant::now() < until, "still not so: {what}");
        sleep(Duration::from_millis(20));
    }
}

fn server_pid(dir: &Path) -> Option<String> {
    fs::read_to_string(dir.join("data/postmaster.pid")).ok()?.lines().next().map(str::to_owned)
}

fn kill(signal: &str, pid: &str) {
    assert!(
        std::process::Command::new("sh")
            .args(["-c", "kill -s \"$0\" \"$1\"", signal, pid])
            .status()
            .is_ok_and(|status| status.success())
    );
}

fn answers(server: &Postgres) -> bool {
    std::os::unix::net::UnixStream::connect(server.socket_dir.join(".s.PGSQL.5432")).is_ok()
}

#[test]
fn an_address_survives_odd_folders_and_names() {
    let file = fs::File::open("/dev/null").expect("there");
    let server = Postgres { socket_dir: PathBuf::from("/data/a b&c"), users: file };
    assert_eq!(server.url("täst"), "postgresql:///t%C3%A4st?host=/data/a%20b%26c&port=5432&user=postgres");
}

#[test]
fn a_folder_with_other_files_is_left_alone() {
    let dir = scratch();
    fs::write(dir.join("letter"), "dear").expect("written");
    let error = Folder::join(&dir, &Account::current().expect("known")).expect_err("refused").to_string();
    assert!(error.contains("holds other files"), "{error}");
    assert_eq!(fs::read_dir(&dir).expect("readable").count(), 1);
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn several_users_share_a_server_and_the_last_one_takes_it_down() {
    let top = scratch();
    // As root the folder's parent belongs to root, so the folder stays behind, empty.
    let dir = top.join("pg");
    let Some(options) = options(&dir) else { return };
    let starters: Vec<_> = (0..3)
        .map(|_| {
            let options = options.clone();
            spawn(move || Postgres::start(&options).expect("started"))
        })
        .collect();
    let mut users: Vec<Postgres> =
        starters.into_iter().map(|starter| starter.join().expect("joined")).collect();
    let first = server_pid(&dir).expect("running");
    drop(users.split_off(1));
    assert!(users.iter().all(answers));

    // A server that died by itself is replaced while it still has users.
    kill("KILL", &first);
    let late = Postgres::start(&options).expect("started again");
    assert_ne!(server_pid(&dir), Some(first));
    drop(users);
    assert!(answers(&late));

    // One who comes while it goes down waits, and gets a new one.
    drop(late);
    let again = Postgres::start(&options).expect("started anew");
    assert!(answers(&again));
    drop(again);
    eventually("the folder is gone or empty", || {
        fs::read_dir(&dir).map_or(true, |mut left| left.next().is_none())
    });
    fs::remove_dir_all(top).expect("removed");
}

#[test]
fn data_outlives_its_server_and_a_broken_start_shows_the_log() {
    let top = scratch();
    // Too long for a socket, and with what a shell or a list could stumble over.
    let dir = top.join(format!("it's, a \"long\" $way {}", "x".repeat(100)));
    let Some(mut options) = options(&dir) else { return };
    options.throw_away = false;
    // Half an initdb, killed.
    let (folder, users) = Folder::join(&dir, &Account::current().expect("known")).expect("joined");
    fs::create_dir(folder.dir.join("data.tmp")).expect("made");
    if let Some((uid, gid)) = unprivileged_ids() {
        std::os::unix::fs::chown(folder.dir.join("data.tmp"), Some(uid), Some(gid)).expect("given");
    }
    drop(users);

    let server = Postgres::start(&options).expect("started");
    assert!(answers(&server) && server.socket_dir.starts_with("/tmp/"));
    let (socket_dir, data) = (server.socket_dir.clone(), dir.join("data"));
    drop(server);
    eventually("the server is gone", || !data.join("postmaster.pid").exists() && !socket_dir.exists());
    assert!(data.join("PG_VERSION").exists());

    fs::write(data.join("postgresql.conf"), "no_such_setting = 1\n").expect("written");
    let error = Postgres::start(&options).expect_err("refused").to_string();
    assert!(error.contains("did not start") && error.contains("no_such_setting"), "{error}");
    fs::write(data.join("PG_VERSION"), "9\n").expect("written");
    let error = Postgres::start(&options).expect_err("refused").to_string();
    assert!(error.contains("made by PostgreSQL 9"), "{error}");
    eventually("the socket folders are gone", || !dir.join("socket").exists());
    fs::remove_dir_all(top).expect("removed");
}
