//! A certified OpenID provider (`oidc-provider`), fetched once with the npm client by the checksums of
//! `tests/oidc/package-lock.json`.

use super::program::Program;
use super::{environment, free_port, programs_or_skip, wait_until};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

const FILES: [&str; 3] = ["package.json", "package-lock.json", "provider.mjs"];

/// Our secret there.
pub const SECRET: &str = "only-the-tests-know-this-client-secret";

static FOLDER: LazyLock<Result<PathBuf, String>> = LazyLock::new(install);

/// A provider at work.
pub struct Provider {
    /// How it names itself.
    pub issuer: String,
    _program: Program,
}

impl Provider {
    /// Starts it, or says on one line why the test is skipped.
    pub fn start_or_skip(test: &str, callback: &str) -> Option<Self> {
        let [node, _] = programs_or_skip(test, ["node", "npm"])?;
        let folder = match &*FOLDER {
            Ok(folder) => folder,
            Err(why) => {
                let line = format!("skipped {test}: oidc-provider cannot be fetched: {why}");
                assert!(environment("HEARBACK_TESTS_MUST_RUN").as_deref() != Some("1"), "{line}");
                super::say_past_the_harness(&line);
                return None;
            }
        };
        let port = free_port();
        let mut command = Command::new(node);
        command.arg(folder.join("provider.mjs")).args([&port.to_string(), callback, SECRET]);
        let mut program = Program::start_command(&mut command);
        wait_until("the provider listening", Duration::from_secs(30), || {
            assert!(!program.has_ended(), "{}", program.words());
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Some(Self { issuer: format!("http://localhost:{port}"), _program: program })
    }
}

/// Installs what the lock names into a folder named after the files, so that other files are another folder.
fn install() -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
    let mut hash = Sha256::new();
    for file in FILES {
        hash.update(fs::read(source.join(file)).map_err(said)?);
    }
    let name = URL_SAFE_NO_PAD.encode(hash.finalize());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("oidc-provider-{name}"));
    if folder.exists() {
        return Ok(folder);
    }
    // A folder of its own until it is whole; of two that are made at once the first one stays.
    let part = folder.with_extension(hearback::ids::random_name());
    fs::create_dir_all(&part).map_err(said)?;
    for file in FILES {
        fs::copy(source.join(file), part.join(file)).map_err(said)?;
    }
    let output = Command::new("npm")
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            "--loglevel=error",
        ])
        .current_dir(&part)
        .stdin(Stdio::null())
        .output()
        .map_err(said)?;
    if !output.status.success() {
        drop(fs::remove_dir_all(&part));
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    if fs::rename(&part, &folder).is_err() {
        drop(fs::remove_dir_all(&part));
    }
    Ok(folder)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn said(error: std::io::Error) -> String {
    error.to_string()
}
