//! How long an import of history takes, as a ratio to `\copy` of the same file into a bare table in the same run.
//! The aim is 10.
//!
//! ```text
//! cargo bench --bench import                      # a generated file of 73,421 rows
//! HEARBACK_BENCH_FILE=history.csv HEARBACK_BENCH_SCALE=1..5 cargo bench --bench import
//! ```
//!
//! Needs `psql`. Both are timed as processes from start to end, three times each, by turns; the medians count. The
//! database is a Postgres of its own with everything safe on, or the one of `TEST_DATABASE_URL`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on has failed"
)]

#[allow(dead_code, reason = "the tests use the rest of it")]
#[path = "../tests/it/support/generated.rs"]
mod generated;

use hearback::db::postgres::{Options, Postgres};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// As many rows as the real file that the aim was set for.
const ROWS: usize = 73_421;

const ROUNDS: usize = 3;

#[expect(clippy::disallowed_methods, reason = "a measurement is told by its caller what to measure")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Runs a command and gives its time in seconds.
fn timed(command: &mut Command) -> f64 {
    let begun = Instant::now();
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    seconds
}

fn psql(url: &str, sql: &str) -> f64 {
    timed(Command::new("psql").args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", url, "-c", sql]))
}

fn in_database(url: &str, name: &str) -> String {
    let mut url = url::Url::parse(url).unwrap();
    url.set_path(name);
    url.to_string()
}

/// A table that holds the file as it is: every column text, nothing else.
fn bare(url: &str, file: &Path) -> f64 {
    let text = std::fs::read_to_string(file).unwrap();
    let header = text.lines().next().unwrap().trim_start_matches('\u{feff}');
    let columns: Vec<String> = header.split(',').map(|name| format!("\"{}\" text", name.trim())).collect();
    psql(url, &format!("DROP TABLE IF EXISTS bare; CREATE TABLE bare ({})", columns.join(", ")));
    psql(url, &format!("\\copy bare FROM '{}' CSV HEADER", file.display()))
}

fn import(url: &str, file: &Path, scale: &str, data: &Path) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearback"));
    command.env("DATABASE_URL", url).env("HEARBACK_DATA", data).env("HEARBACK_LOG", "error");
    timed(command.args(["import", "history", "--scale", scale]).arg(file))
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn main() {
    let folder = std::env::temp_dir().join(format!("hearback-bench-{}", hearback::ids::new_id().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    let given = environment("HEARBACK_BENCH_FILE").map(PathBuf::from);
    let scale = environment("HEARBACK_BENCH_SCALE").unwrap_or_else(|| "0..10".to_owned());
    let file = given.unwrap_or_else(|| {
        let file = folder.join("history.csv");
        std::fs::write(&file, generated::company(ROWS)).unwrap();
        file
    });
    let own = environment("TEST_DATABASE_URL").is_none().then(|| {
        let options = Options {
            dir: folder.join("postgres"),
            throw_away: false,
            bin_dir: environment("PG_BIN_DIR").map(PathBuf::from),
            cache_dir: folder.join("cache"),
            path: environment("PATH").map(Into::into),
        };
        Postgres::start(&options).unwrap()
    });
    let admin =
        own.as_ref().map_or_else(|| environment("TEST_DATABASE_URL").unwrap(), |own| own.url("postgres"));
    let (mut copies, mut imports) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let name = format!("hearback_bench_{}_{round}", std::process::id());
        psql(&admin, &format!("CREATE DATABASE {name}"));
        let url = in_database(&admin, &name);
        timed(
            Command::new(env!("CARGO_BIN_EXE_hearback"))
                .env("DATABASE_URL", &url)
                .env("HEARBACK_DATA", &folder)
                .arg("migrate"),
        );
        psql(&url, "CHECKPOINT");
        copies.push(bare(&url, &file));
        imports.push(import(&url, &file, &scale, &folder));
        psql(&admin, &format!("DROP DATABASE {name} WITH (FORCE)"));
    }
    let (copy, import) = (median(copies), median(imports));
    println!("\\copy into a bare table   {copy:>7.3} s");
    println!("import history            {import:>7.3} s");
    println!("ratio                     {:>7.1}   (aim 10)", import / copy);
    drop(own);
    drop(std::fs::remove_dir_all(folder));
}
