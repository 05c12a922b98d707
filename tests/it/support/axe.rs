//! axe-core, the accessibility checker, fetched once with the npm client and checked against its checksum.

use super::browser::Browser;
use super::{environment, programs_or_skip};
use base64::Engine;
use serde_json::Value;
use sha2::{Digest, Sha512};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

const PACKAGE: &str = "axe-core@4.14.1";

/// SHA-512 of the archive in base64, as the registry names it (`dist.integrity`).
const SHA512: &str =
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==";

/// The rules: WCAG 2.0 to 2.2, A and AA, and what axe calls best practice.
///
/// First everything has arrived and no colour is on its way from one theme to the other.
const RUN: &str = "const done = arguments[arguments.length - 1]; \
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']; \
    const arrived = document.readyState === 'complete' ? Promise.resolve() \
        : new Promise(go => addEventListener('load', go)); \
    arrived.then(() => Promise.allSettled(document.getAnimations().map(one => one.finished))) \
    .then(() => axe.run(document, { runOnly: rules })) \
    .then(found => done(found.violations.map(rule => rule.id + ': ' + rule.nodes.map(node => \
        node.target.join(' ') + ' ' + node.any.concat(node.all, node.none).map(one => one.message).join('; ')\
    ).join(' | '))), error => done(['axe failed: ' + error]));";

static SOURCE: LazyLock<Result<String, String>> = LazyLock::new(source);

/// The source of axe-core, or one line that says why the test is skipped.
pub fn source_or_skip(test: &str) -> Option<&'static str> {
    programs_or_skip(test, ["npm"])?;
    match &*SOURCE {
        Ok(source) => Some(source),
        Err(why) => {
            let line = format!("skipped {test}: {PACKAGE} cannot be fetched: {why}");
            assert!(environment("HEARBACK_TESTS_MUST_RUN").as_deref() != Some("1"), "{line}");
            super::say_past_the_harness(&line);
            None
        }
    }
}

fn source() -> Result<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(PACKAGE);
    let kept = folder.join("axe-core.tgz");
    if !kept.exists() {
        // A folder of its own, so that two runs at once do not step on each other; the last one wins.
        let work = super::fresh_folder("axe");
        let packed = pack(&work.0)?;
        fs::create_dir_all(&folder)
            .and_then(|()| fs::copy(packed, work.0.join("axe-core.tgz")))
            .map_err(said)?;
        fs::copy(work.0.join("axe-core.tgz"), folder.join("axe-core.part")).map_err(said)?;
        fs::rename(folder.join("axe-core.part"), &kept).map_err(said)?;
    }
    let archive = fs::read(&kept).map_err(said)?;
    let found = base64::engine::general_purpose::STANDARD.encode(Sha512::digest(&archive));
    if found != SHA512 {
        drop(fs::remove_file(&kept));
        return Err(format!("the checksum is not the expected one (SHA-512 {found})"));
    }
    let mut files = tar::Archive::new(flate2::read::GzDecoder::new(archive.as_slice()));
    for file in files.entries().map_err(said)? {
        let mut file = file.map_err(said)?;
        if file.path().map_err(said)?.ends_with("package/axe.min.js") {
            let mut text = String::new();
            file.read_to_string(&mut text).map_err(said)?;
            return Ok(text);
        }
    }
    Err("axe.min.js is not in the archive".to_owned())
}

fn pack(folder: &Path) -> Result<PathBuf, String> {
    let output = Command::new("npm")
        .args(["pack", PACKAGE, "--ignore-scripts", "--no-update-notifier", "--loglevel=error"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(said)?;
    let files = fs::read_dir(folder).map_err(said)?.flatten().map(|entry| entry.path());
    let archive = files.into_iter().find(|file| file.extension().is_some_and(|ending| ending == "tgz"));
    archive
        .filter(|_| output.status.success())
        .ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn said(error: std::io::Error) -> String {
    error.to_string()
}

/// What axe finds on the page as it is shown now.
#[track_caller]
pub fn found(browser: &Browser, axe: &str) -> Vec<String> {
    browser.run(axe);
    let found = browser.run_async(RUN);
    found.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Fails when axe finds anything on the page that the browser shows, on a phone or a desk, light or dark.
#[track_caller]
pub fn finds_nothing(browser: &Browser, axe: &str) {
    for size in [(360, 740), (1280, 900)] {
        finds_nothing_at(browser, axe, size);
    }
}

/// The same for one size of the window.
#[track_caller]
pub fn finds_nothing_at(browser: &Browser, axe: &str, (width, height): (u32, u32)) {
    for scheme in ["light", "dark"] {
        browser.view(width, height, scheme);
        let found = found(browser, axe);
        assert!(found.is_empty(), "{} at {width} {scheme}: {found:#?}", browser.title());
        let wide = browser.run("return document.documentElement.scrollWidth > innerWidth");
        assert_eq!(wide, false, "{} at {width} is wider than its window", browser.title());
    }
}
