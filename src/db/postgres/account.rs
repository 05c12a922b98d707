//! The account the server runs under: PostgreSQL refuses to run as root.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::LaunchError;

/// Returns the user and group that root hands the server to: `postgres`, else `nobody`. `None` when not root.
pub fn unprivileged_ids() -> Option<(u32, u32)> {
    Account::current().ok().and_then(|account| account.dropped)
}

/// Tells whose files and processes the server's are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    /// The user that owns the server's files and processes.
    pub uid: u32,
    /// User and group that its processes have to change to; `None` when they start as the right one.
    pub dropped: Option<(u32, u32)>,
}

impl Account {
    /// Finds out who this process is and whom the server runs as.
    ///
    /// # Errors
    ///
    /// Fails when the system does not tell the user of this process.
    pub fn current() -> Result<Self, LaunchError> {
        let uid = effective_uid()
            .ok_or_else(|| LaunchError::new("cannot find out which user runs this program"))?;
        if uid != 0 {
            return Ok(Self { uid, dropped: None });
        }
        let ids = unprivileged_in(&fs::read_to_string("/etc/passwd").unwrap_or_default());
        Ok(Self { uid: ids.0, dropped: Some(ids) })
    }

    /// Prepares to run a program as this account, away from folders it might not be allowed to enter.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        // A server's messages are read by people and quoted in errors: one language, and a locale that exists
        // everywhere.
        command.env("LC_ALL", "C");
        if let Some((uid, gid)) = self.dropped {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Returns the outermost folder on the way to `path` that this account may not enter.
    pub fn blocked_at(&self, path: &Path) -> Option<PathBuf> {
        let (uid, gid) = self.dropped?;
        let existing = path.ancestors().find_map(|folder| folder.canonicalize().ok())?;
        let mut folders: Vec<&Path> = existing.ancestors().collect();
        folders.reverse();
        folders.into_iter().find(|folder| !may_enter(folder, uid, gid)).map(Path::to_path_buf)
    }
}

/// Groups beyond the first are given up with root, and access lists are not looked at.
fn may_enter(folder: &Path, uid: u32, gid: u32) -> bool {
    fs::metadata(folder).is_ok_and(|found| {
        let bit = if found.uid() == uid {
            0o100
        } else if found.gid() == gid {
            0o010
        } else {
            0o001
        };
        found.mode() & bit != 0
    })
}

fn effective_uid() -> Option<u32> {
    // The owner of /proc/self would lie for a process that may not be traced; its status does not.
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        return status
            .lines()
            .find_map(|line| line.strip_prefix("Uid:"))?
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok();
    }
    let answer = Command::new("/usr/bin/id").arg("-u").output().ok()?;
    String::from_utf8(answer.stdout).ok()?.trim().parse().ok()
}

fn unprivileged_in(passwd: &str) -> (u32, u32) {
    let ids = |name: &str| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(name)).then_some(())?;
            let uid: u32 = fields.nth(1)?.parse().ok()?;
            let gid: u32 = fields.next()?.parse().ok()?;
            // An account of that name that is root again would not help.
            (uid != 0).then_some((uid, gid))
        })
    };
    ids("postgres").or_else(|| ids("nobody")).unwrap_or((65534, 65534))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_drops_to_postgres_then_nobody_then_the_last_id() {
        let both = "root:x:0:0::/root:/bin/sh\nnobody:x:65533:65532:::\npostgres:x:101:104:::\n";
        assert_eq!(unprivileged_in(both), (101, 104));
        assert_eq!(unprivileged_in("nobody:x:65533:65532:::"), (65533, 65532));
        assert_eq!(unprivileged_in("postgres:x:0:0:::\nbroken"), (65534, 65534));
    }

    #[test]
    fn who_we_are_agrees_with_id() {
        let told = Command::new("id").arg("-u").output().expect("id runs");
        assert_eq!(
            effective_uid().map(|uid| uid.to_string()).as_deref(),
            String::from_utf8_lossy(&told.stdout).lines().next()
        );
    }

    #[test]
    fn a_closed_folder_on_the_way_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let top = super::super::tests::scratch();
        let closed = top.join("closed");
        fs::create_dir_all(closed.join("inner")).expect("made");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("closed");
        let stranger = Account { uid: 4242, dropped: Some((4242, 4242)) };
        assert_eq!(
            stranger.blocked_at(&closed.join("inner/not/yet/made")),
            Some(closed.canonicalize().expect("there"))
        );
        assert_eq!(stranger.blocked_at(&top), None);
        let unchanged = Account { uid: 4242, dropped: None };
        assert_eq!(unchanged.blocked_at(&closed), None);
        fs::remove_dir_all(top).expect("removed");
    }
}
