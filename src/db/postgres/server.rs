//! Finding the server of a folder running, or launching it.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Instant;

use super::account::Account;
use super::folder::{Folder, PATIENCE, POLL, PORT, token};
use super::locate::{self, Places};
use super::{LaunchError, Options};

const SUPERVISOR: &str = include_str!("supervise.sh");
const LOG_LINES: usize = 20;
/// Is where a log is put aside at the next launch; a healthy server writes a few lines a day.
const LOG_LIMIT: u64 = 10 << 20;
const SETTINGS: [&str; 3] = ["max_connections=200", "shared_buffers=64MB", "log_checkpoints=off"];
const UNSAFE_SETTINGS: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// Is the server of a folder, seen by one of its users.
pub(super) struct Server<'a> {
    pub folder: &'a Folder,
    pub account: &'a Account,
    pub options: &'a Options,
}

impl Server<'_> {
    /// Returns the folder of the running server's socket, after launching the server where none runs.
    ///
    /// # Errors
    ///
    /// Fails when no fitting PostgreSQL can be had or the server does not get ready.
    pub fn ensure(&self) -> Result<PathBuf, LaunchError> {
        let path = self.folder.dir.join("start.lock");
        let start = self.folder.lock_file("start.lock").map_err(LaunchError::at("open", &path))?;
        // Held until the end of this function: whoever comes next finds the server ready, or launches one
        // itself.
        while let Err(error) = start.lock() {
            if error.kind() != ErrorKind::Interrupted {
                return Err(LaunchError::at("lock", &path)(error));
            }
        }
        let until = Instant::now() + PATIENCE;
        while !self.is_gone()? {
            match self.folder.socket_dir() {
                Some(socket_dir) if self.folder.is_ready(&socket_dir) => return Ok(socket_dir),
                _ if Instant::now() > until => return Err(self.not_ready("neither gets ready nor ends", 0)),
                // It is starting for somebody who was killed, or being stopped by an administrator.
                _ => sleep(POLL),
            }
        }
        self.launch()
    }

    /// Tells whether not one process of a server is left.
    fn is_gone(&self) -> Result<bool, LaunchError> {
        let path = self.folder.dir.join("server.lock");
        let lock = self.folder.lock_file("server.lock").map_err(LaunchError::at("open", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => Ok(false),
            Err(TryLockError::Error(error)) => Err(LaunchError::at("lock", &path)(error)),
        }
    }

    fn launch(&self) -> Result<PathBuf, LaunchError> {
        let places = Places::usual(self.options, self.account);
        let bin = locate::programs(&places, self.account, self.folder.data_major()?)?;
        let locker = self.locker()?;
        self.forget_reused_pid();
        let socket_dir = match self.folder.socket_dir() {
            Some(socket_dir) => socket_dir,
            None => self.folder.make_short_socket_dir()?,
        };
        let log_start = self.rotate_log();
        let token = token();
        self.spawn(&[bin.as_os_str(), socket_dir.as_os_str(), locker.as_os_str()], &token)?;
        self.wait_ready(&socket_dir, &token, log_start)?;
        Ok(socket_dir)
    }

    /// Finds a program that takes the same locks as we do: util-linux has one, and where it is missing
    /// (macOS) there is Perl.
    fn locker(&self) -> Result<PathBuf, LaunchError> {
        ["flock", "perl"]
            .iter()
            .find_map(|name| locate::program(name, self.options.path.as_deref()))
            .ok_or_else(|| {
                LaunchError::new(
                    "a private PostgreSQL needs the program flock (util-linux) or perl; install one of them",
                )
            })
    }

    /// Removes a crashed server's pid file if that number now belongs to some other program, as happens in
    /// containers, where a restart gives the same few numbers again: PostgreSQL would take the other program
    /// for itself.
    fn forget_reused_pid(&self) {
        let file = self.folder.dir.join("data/postmaster.pid");
        let Ok(text) = fs::read_to_string(&file) else { return };
        let pid: Option<u32> = text.lines().next().and_then(|line| line.trim().parse().ok());
        let Some(command) = pid.and_then(|pid| fs::read(format!("/proc/{pid}/cmdline")).ok()) else { return };
        // Empty for one that has ended and was not waited for.
        let program = command.split(|byte| *byte == 0).next().unwrap_or_default();
        if !program.ends_with(b"postgres") && !program.ends_with(b"postmaster") {
            // Where this fails PostgreSQL refuses to start and says why.
            let _ = fs::remove_file(&file);
            let _ = fs::remove_file(self.folder.dir.join(format!(".s.PGSQL.{PORT}.lock")));
        }
    }

    fn rotate_log(&self) -> u64 {
        let log = self.folder.dir.join("log");
        let length = fs::metadata(&log).map_or(0, |found| found.len());
        let aside = length > LOG_LIMIT && fs::rename(&log, self.folder.dir.join("log.old")).is_ok();
        if aside { 0 } else { length }
    }

    fn spawn(&self, programs: &[&OsStr; 3], token: &str) -> Result<(), LaunchError> {
        let throw_away = self.options.throw_away;
        let port = format!("port={PORT}");
        let unsafe_settings: &[&str] = if throw_away { &UNSAFE_SETTINGS } else { &[] };
        let settings =
            SETTINGS.iter().chain(unsafe_settings).copied().chain(["listen_addresses=", port.as_str()]);
        let mut command = self.account.command(Path::new("/bin/sh"));
        // Read from its input, the script does not fill the system's list of processes.
        command.arg("-s").arg("--").arg(&self.folder.dir).args(programs);
        command.arg(if throw_away { "throw-away" } else { "durable" }).arg(token);
        command.args(settings.flat_map(|setting| ["-c", setting]));
        // Of its own, so that Ctrl-C in a terminal reaches the users and not the server under them.
        command.process_group(0);
        let said = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .and_then(|mut child| {
                if let Some(mut input) = child.stdin.take() {
                    input.write_all(SUPERVISOR.as_bytes())?;
                }
                child.wait_with_output()
            })
            .map_err(LaunchError::at("run", Path::new("/bin/sh")))?;
        if said.status.success() && said.stderr.is_empty() {
            return Ok(());
        }
        Err(LaunchError::new(format!(
            "cannot launch PostgreSQL: {}",
            String::from_utf8_lossy(&said.stderr).trim()
        )))
    }

    fn wait_ready(&self, socket_dir: &Path, token: &str, log_start: u64) -> Result<(), LaunchError> {
        let until = Instant::now() + PATIENCE;
        let supervisor = self.folder.dir.join("supervisor");
        while !self.folder.is_ready(socket_dir) {
            // In this order: the lock is taken before the token is written, so a free one then is one given
            // back.
            let begun = fs::read_to_string(&supervisor).is_ok_and(|text| text.trim() == token);
            if begun && self.is_gone()? {
                return Err(self.not_ready("did not start", log_start));
            }
            if Instant::now() > until {
                return Err(
                    self.not_ready(&format!("is not ready after {} seconds", PATIENCE.as_secs()), log_start)
                );
            }
            sleep(POLL);
        }
        Ok(())
    }

    fn not_ready(&self, what: &str, log_start: u64) -> LaunchError {
        let path = self.folder.dir.join("log");
        let log = read_from(&path, log_start).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default().join("\n");
        LaunchError::new(format!(
            "PostgreSQL in {} {what}. The end of {}:\n{end}",
            self.folder.dir.display(),
            path.display()
        ))
    }
}

fn read_from(path: &Path, start: u64) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    // More than the lines that are shown can hold is not worth reading.
    let start = start.max(file.metadata()?.len().saturating_sub(64 << 10));
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
