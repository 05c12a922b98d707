//! The folder of one private server: whose it is, who uses it, and what is in it.

use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::hash::BuildHasher;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown, fchown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf, absolute};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::LaunchError;
use super::account::Account;

/// Is part of the socket's name; nothing listens on a network.
pub(super) const PORT: u16 = 5432;
/// Bounds each wait for a server: for its start as for its end.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
/// Separates two looks at something waited for.
pub(super) const POLL: Duration = Duration::from_millis(20);
/// Is how long the path of a socket may be where it may be shortest (macOS).
const SOCKET_PATH_LIMIT: usize = 103;
/// Asks a server whether it speaks TLS, the shortest question it answers before anyone logs in.
const TLS_QUESTION: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Is a folder made ready for a server of one account.
#[derive(Debug)]
pub(super) struct Folder {
    pub dir: PathBuf,
    account: Account,
}

impl Folder {
    /// Makes the folder where needed and becomes one of its users, for as long as the returned file stays
    /// open.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be made, belongs to another account, cannot be reached by the server's
    /// account, holds other files, or an earlier server in it does not end.
    pub fn join(dir: &Path, account: &Account) -> Result<(Self, File), LaunchError> {
        let until = Instant::now() + PATIENCE;
        let dir = absolute(dir).map_err(LaunchError::at("find", dir))?;
        loop {
            make(&dir, account)?;
            match Self::take_over(&dir, account)? {
                Some((folder, users)) => {
                    folder.check_data_owner()?;
                    return Ok((folder, users));
                }
                None if Instant::now() > until => {
                    return Err(LaunchError::new(format!(
                        "the PostgreSQL last used in {} has not ended within {} seconds",
                        dir.display(),
                        PATIENCE.as_secs()
                    )));
                }
                None => sleep(POLL),
            }
        }
    }

    /// Returns nothing where an earlier server is still ending, or took its throw-away folder along just now.
    fn take_over(dir: &Path, account: &Account) -> Result<Option<(Self, File)>, LaunchError> {
        let attempt = || -> io::Result<Result<_, LaunchError>> {
            let folder = Self { dir: dir.canonicalize()?, account: *account };
            if let Some(refusal) = folder.give_away()? {
                return Ok(Err(refusal));
            }
            Ok(Ok(folder.try_join()?.map(|users| (folder, users))))
        };
        match attempt() {
            Ok(outcome) => outcome,
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LaunchError::at("use the folder", dir)(error)),
        }
    }

    /// Gives a new folder to the server's account, but never one that holds something else: it could be
    /// anybody's home.
    fn give_away(&self) -> io::Result<Option<LaunchError>> {
        let found = fs::metadata(&self.dir)?;
        let ours = found.uid() == self.account.uid;
        let roots = found.uid() == 0 && self.account.dropped.is_some();
        if !(ours || roots) {
            return Ok(Some(self.foreign(&self.dir, found.uid())));
        }
        if ours && found.mode() & 0o777 == 0o700 {
            return Ok(None);
        }
        if fs::read_dir(&self.dir)?.next().is_some() && !self.dir.join("users.lock").exists() {
            return Ok(Some(LaunchError::new(format!(
                "the folder {} holds other files; choose an empty or new one for PostgreSQL",
                self.dir.display()
            ))));
        }
        fs::set_permissions(&self.dir, Permissions::from_mode(0o700))?;
        if let Some((uid, gid)) = self.account.dropped {
            chown(&self.dir, Some(uid), Some(gid))?;
        }
        Ok(None)
    }

    fn try_join(&self) -> io::Result<Option<File>> {
        let users = self.lock_file("users.lock")?;
        match users.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // A throw-away folder may have been removed in between; a lock on what is no longer there protects
        // nothing.
        let (held, there) = (users.metadata()?, fs::metadata(self.dir.join("users.lock"))?);
        Ok((held.ino() == there.ino() && held.dev() == there.dev()).then_some(users))
    }

    /// Opens a file to lock, made for the server's account where it is missing.
    pub fn lock_file(&self, name: &str) -> io::Result<File> {
        let path = self.dir.join(name);
        // Root gives away only what it has made itself: an existing name could be a link to somebody else's
        // file.
        match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => {
                if let Some((uid, gid)) = self.account.dropped {
                    fchown(&file, Some(uid), Some(gid))?;
                }
                Ok(file)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                OpenOptions::new().read(true).write(true).open(&path)
            }
            Err(error) => Err(error),
        }
    }

    fn check_data_owner(&self) -> Result<(), LaunchError> {
        let data = self.dir.join("data");
        match fs::metadata(&data) {
            Ok(found) if found.uid() != self.account.uid => Err(self.foreign(&data, found.uid())),
            _ => Ok(()),
        }
    }

    fn foreign(&self, path: &Path, owner: u32) -> LaunchError {
        let (path, own) = (path.display(), self.account.uid);
        LaunchError::new(format!(
            "{path} belongs to user {owner}, but PostgreSQL would run as user {own} here; start this program as \
             the user it was started as before, or give the folder over with `chown -R {own} {}`",
            self.dir.display()
        ))
    }

    /// Returns the major version that made the data, `None` where there is no data yet.
    ///
    /// # Errors
    ///
    /// Fails when the data folder is there but is not PostgreSQL's.
    pub fn data_major(&self) -> Result<Option<u32>, LaunchError> {
        let data = self.dir.join("data");
        if !data.exists() {
            return Ok(None);
        }
        let version =
            fs::read_to_string(data.join("PG_VERSION")).ok().and_then(|text| text.trim().parse().ok());
        version.map(Some).ok_or_else(|| {
            LaunchError::new(format!(
                "{} does not hold PostgreSQL's data (no PG_VERSION); move it away",
                data.display()
            ))
        })
    }

    /// Tells whether a server accepts connections at this socket folder.
    pub fn is_ready(&self, socket_dir: &Path) -> bool {
        let status = fs::read_to_string(self.dir.join("data/postmaster.pid")).unwrap_or_default();
        // The file of a crashed server may still say so, hence the question.
        status.lines().nth(7).is_some_and(|line| line.trim() == "ready")
            && answers(socket_dir).is_ok_and(|answered| answered)
    }

    /// Returns the folder of the socket: this one, unless its path is longer than a socket's may be.
    pub fn socket_dir(&self) -> Option<PathBuf> {
        let path = self.dir.as_os_str().as_bytes();
        // A quote would need escaping in the server's list of such folders.
        if path.len() + format!("/.s.PGSQL.{PORT}").len() <= SOCKET_PATH_LIMIT && !path.contains(&b'"') {
            return Some(self.dir.clone());
        }
        let recorded = PathBuf::from(fs::read_to_string(self.dir.join("socket")).ok()?);
        let found = fs::symlink_metadata(&recorded).ok()?;
        (found.is_dir() && found.uid() == self.account.uid && found.mode() & 0o777 == 0o700)
            .then_some(recorded)
    }

    /// Makes a socket folder with a short path and records it for the other users.
    ///
    /// # Errors
    ///
    /// Fails when either cannot be written.
    pub fn make_short_socket_dir(&self) -> Result<PathBuf, LaunchError> {
        let short = PathBuf::from(format!("/tmp/hearback-{}", token()));
        DirBuilder::new().mode(0o700).create(&short).map_err(LaunchError::at("make the folder", &short))?;
        if let Some((uid, gid)) = self.account.dropped {
            chown(&short, Some(uid), Some(gid)).map_err(LaunchError::at("give away", &short))?;
        }
        let record = self.dir.join("socket");
        let fresh = self.dir.join("socket.new");
        // Renamed into place, so that no reader sees half of it and no link planted there is followed.
        let _ = fs::remove_file(&fresh);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&fresh)
            .and_then(|mut file| file.write_all(short.as_os_str().as_bytes()))
            .and_then(|()| fs::rename(&fresh, &record))
            .map_err(LaunchError::at("write", &record))?;
        Ok(short)
    }
}

fn make(dir: &Path, account: &Account) -> Result<(), LaunchError> {
    let parent = dir.parent().unwrap_or(dir);
    check_reachable(parent, account)?;
    fs::create_dir_all(parent).map_err(LaunchError::at("make the folder", parent))?;
    // Again, for what was just made under a strict umask.
    check_reachable(parent, account)?;
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(LaunchError::at("make the folder", dir)(error))
        }
        _ => Ok(()),
    }
}

fn answers(socket_dir: &Path) -> io::Result<bool> {
    let mut stream = UnixStream::connect(socket_dir.join(format!(".s.PGSQL.{PORT}")))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.set_write_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(&TLS_QUESTION)?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    Ok(matches!(answer, [b'N' | b'S']))
}

fn check_reachable(path: &Path, account: &Account) -> Result<(), LaunchError> {
    let Some(closed) = account.blocked_at(path) else { return Ok(()) };
    Err(LaunchError::new(format!(
        "PostgreSQL does not run as root but as user {}, who may not enter {}; choose a data folder elsewhere, for \
         example /var/lib/hearback",
        account.uid,
        closed.display()
    )))
}

/// Returns a name that nobody else has and nobody can foresee.
pub(super) fn token() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}
