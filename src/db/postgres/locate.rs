//! Finding the programs of a PostgreSQL that is recent enough and fits the data.

use std::env::split_paths;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use super::fetch;
use super::{LaunchError, Options};

/// Is the oldest major version whose SQL this program speaks.
const OLDEST: u32 = 15;
/// Are folders that hold one folder per version, named by a prefix and the version.
const VERSIONED: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/usr/libexec", "postgresql"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
];
/// Are looked through after those of the path: services are often started with a very short one.
const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin";

/// Lists where to look for PostgreSQL.
#[derive(Debug)]
pub(super) struct Places {
    bin_dir: Option<PathBuf>,
    versioned: Vec<(PathBuf, &'static str)>,
    path: OsString,
    cache: PathBuf,
}

impl Places {
    /// Lists the places of this system.
    pub fn usual(options: &Options, account: &Account) -> Self {
        Self {
            bin_dir: options.bin_dir.clone(),
            versioned: VERSIONED.iter().map(|(parent, prefix)| (PathBuf::from(parent), *prefix)).collect(),
            path: with_system_path(options.path.as_deref()),
            cache: fetch::cache_for(&options.cache_dir, account),
        }
    }

    /// Lists the folders that hold PostgreSQL's programs, the preferred ones first.
    fn candidates(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> =
            self.versioned.iter().flat_map(|(parent, prefix)| newest_first(parent, prefix)).collect();
        let asked = find_program("pg_config", &self.path)
            .and_then(|program| {
                Command::new(program).arg("--bindir").stderr(std::process::Stdio::null()).output().ok()
            })
            .map(|answer| PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim()));
        found.extend(asked);
        found.extend(split_paths(&self.path));
        found.extend(fetch::unpacked(&self.cache));
        found.retain(|folder| folder.is_absolute() && has_programs(folder));
        found
    }

    fn in_words(&self) -> String {
        let versioned = self
            .versioned
            .iter()
            .map(|(parent, prefix)| parent.join(format!("{prefix}*/bin")).display().to_string());
        let places: Vec<String> = versioned.chain([format!("the PATH, {}", self.cache.display())]).collect();
        places.join(", ")
    }
}

/// Returns the folder of programs that fit: of the data's major version where there is data, else recent
/// enough.
///
/// # Errors
///
/// Fails when there are none and none can be fetched, or when the folder that was asked for does not fit.
pub(super) fn programs(
    places: &Places,
    account: &Account,
    data_major: Option<u32>,
) -> Result<PathBuf, LaunchError> {
    if let Some(folder) = &places.bin_dir {
        return asked_for(folder, account, data_major);
    }
    let seen = match installed(places, account, data_major) {
        Ok(folder) => return Ok(folder),
        Err(seen) => seen,
    };
    if let Some(wanted) = data_major.filter(|wanted| *wanted != fetch::MAJOR) {
        return Err(LaunchError::new(format!(
            "the data was made by PostgreSQL {wanted}, which was not found (found: {}); install PostgreSQL {wanted} or \
             set PG_BIN_DIR to its programs",
            if seen.is_empty() { "none".to_owned() } else { seen.join(", ") }
        )));
    }
    fetch::fetch(&places.cache, &places.path).map_err(|cause| {
        let too_old = if seen.is_empty() { String::new() } else { format!(" Does not fit: {}.", seen.join(", ")) };
        LaunchError::new(format!(
            "PostgreSQL {} was not found. Looked in {}.{too_old} Install it (Debian: apt install postgresql), or set \
             PG_BIN_DIR or DATABASE_URL; fetching it with npm failed: {cause}",
            data_major.map_or_else(|| format!("{OLDEST} or newer"), |wanted| wanted.to_string()),
            places.in_words()
        ))
    })
}

/// Returns the first folder that fits without fetching anything, else what there was and does not fit.
pub(super) fn installed(
    places: &Places,
    account: &Account,
    data_major: Option<u32>,
) -> Result<PathBuf, Vec<String>> {
    let mut seen = Vec::new();
    for folder in places.candidates() {
        match major_version(&folder, account) {
            Some(major) if data_major.map_or(major >= OLDEST, |wanted| major == wanted) => return Ok(folder),
            Some(major) => seen.push(format!("{major} in {}", folder.display())),
            None => {}
        }
    }
    Err(seen)
}

/// Checks the folder an administrator chose, which is used or refused but never replaced by another.
fn asked_for(folder: &Path, account: &Account, data_major: Option<u32>) -> Result<PathBuf, LaunchError> {
    let refused =
        |why: String| Err(LaunchError::new(format!("PG_BIN_DIR is {}, but {why}", folder.display())));
    let folder = match folder.canonicalize() {
        Ok(folder) if has_programs(&folder) => folder,
        _ => return refused("that folder does not hold both initdb and postgres".to_owned()),
    };
    match (major_version(&folder, account), data_major) {
        (None, _) => refused(format!("its postgres cannot be run by user {}", account.uid)),
        (Some(major), Some(wanted)) if major != wanted => {
            refused(format!("that is PostgreSQL {major} and the data was made by PostgreSQL {wanted}"))
        }
        (Some(major), None) if major < OLDEST => {
            refused(format!("that is PostgreSQL {major}; {OLDEST} or newer is needed"))
        }
        _ => Ok(folder),
    }
}

/// Returns the full path of a program found along a path or in the system's usual folders.
pub(super) fn program(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    find_program(name, &with_system_path(path))
}

/// Returns the full path of a program found along exactly this path.
pub(super) fn find_program(name: &str, path: &OsStr) -> Option<PathBuf> {
    split_paths(path).map(|folder| folder.join(name)).find(|file| file.is_absolute() && file.is_file())
}

fn with_system_path(path: Option<&OsStr>) -> OsString {
    let mut all = path.unwrap_or_default().to_owned();
    if !all.is_empty() {
        all.push(":");
    }
    all.push(SYSTEM_PATH);
    all
}

fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, folder)| folder).collect()
}

fn has_programs(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file())
}

/// Asks as the account that will run it: root may read what that one may not.
fn major_version(folder: &Path, account: &Account) -> Option<u32> {
    let answer = account.command(&folder.join("postgres")).arg("--version").output().ok()?;
    if answer.status.success() { major_in(&String::from_utf8_lossy(&answer.stdout)) } else { None }
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, and `18beta2` as well.
fn major_in(text: &str) -> Option<u32> {
    let version =
        text.split_whitespace().find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))?;
    version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::tests::scratch;
    use super::*;

    /// Makes an installation whose postgres only tells its version.
    fn install(folder: &Path, version: &str) {
        fs::create_dir_all(folder).expect("made");
        for (name, text) in [
            ("initdb", "#!/bin/sh\n".to_owned()),
            ("postgres", format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")),
        ] {
            fs::write(folder.join(name), text).expect("written");
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).expect("runnable");
        }
    }

    fn places(top: &Path) -> Places {
        Places {
            bin_dir: None,
            versioned: vec![(top.join("lib"), "")],
            path: top.join("path").into_os_string(),
            cache: top.join("cache"),
        }
    }

    #[test]
    fn versions_are_read_and_sorted_as_numbers() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major_in("nothing"), None);
        let top = scratch();
        for version in ["9", "15", "100"] {
            install(&top.join("lib").join(version).join("bin"), version);
        }
        let account = Account::current().expect("known");
        assert_eq!(programs(&places(&top), &account, None).expect("found"), top.join("lib/100/bin"));
        assert_eq!(programs(&places(&top), &account, Some(15)).expect("found"), top.join("lib/15/bin"));
        let error = programs(&places(&top), &account, Some(16)).expect_err("no such version").to_string();
        assert!(error.contains("made by PostgreSQL 16") && error.contains("100 in "), "{error}");
        fs::remove_dir_all(top).expect("removed");
    }

    #[test]
    fn nothing_found_and_no_npm_is_one_sentence_with_the_remedies() {
        let top = scratch();
        install(&top.join("path"), "14.1");
        let error = programs(&places(&top), &Account::current().expect("known"), None)
            .expect_err("too old")
            .to_string();
        for part in [
            "15 or newer was not found",
            "Looked in ",
            "14 in ",
            "apt install postgresql",
            "DATABASE_URL",
            "npm was not found",
        ] {
            assert!(error.contains(part), "{part} is missing: {error}");
        }
        fs::remove_dir_all(top).expect("removed");
    }

    #[test]
    fn a_chosen_folder_is_used_or_refused() {
        let top = scratch();
        let account = Account::current().expect("known");
        let chosen = |name: &str| Places { bin_dir: Some(top.join(name)), ..places(&top) };
        install(&top.join("new"), "16.2");
        install(&top.join("old"), "13.2");
        assert_eq!(
            programs(&chosen("new"), &account, None).expect("fits"),
            top.join("new").canonicalize().expect("there")
        );
        for (name, data, why) in [
            ("old", None, "15 or newer"),
            ("new", Some(17), "made by PostgreSQL 17"),
            ("none", None, "both initdb"),
        ] {
            let error = programs(&chosen(name), &account, data).expect_err(why).to_string();
            assert!(error.contains(why), "{error}");
        }
        fs::remove_dir_all(top).expect("removed");
    }
}
