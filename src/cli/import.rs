//! `import people|visits|history`: files on their way in.

use crate::app::App;
use crate::audit::{self, Actor};
use crate::boot::{Boot, BootError};
use crate::error::{Error, Kind, Result};
use crate::history_import;
use crate::imports::{Progress, Rejects};
use crate::people::import as people_import;
use crate::surveys::past::Scale;
use crate::visits_import::{self, Forecast};
use crate::web::format::{counted, thousands};
use crate::{db, delivery};
use serde_json::json;
use std::fs::File;
use std::io::{Read, Write, stdin, stdout};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to import.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Employees, their teams with dates, who leads them, and sites.
    People(Options),
    /// Visits to ask about; says first what would be mailed.
    Visits(Options),
    /// Visits of the past with their answers and call-backs; nothing of it is ever mailed.
    History {
        /// The file and what to do with it.
        #[command(flatten)]
        options: Options,
        /// Lowest and highest answer of every question in the file.
        #[arg(long, default_value = "0..10", value_name = "MIN..MAX", allow_hyphen_values = true)]
        scale: Scale,
    },
}

/// Which file and what to do with it.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A CSV file: UTF-8, commas, a header row; - is standard input.
    file: PathBuf,
    /// Check everything and store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write the rows that cannot be stored to this file, with a column reason.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

impl Options {
    /// Opens the file and says how large it is, if that is known.
    fn open(&self) -> Result<(Box<dyn Read>, Progress)> {
        if self.rejects.as_deref().is_some_and(|rejects| is_same(rejects, &self.file)) {
            let detail = "--rejects would overwrite the file itself; name another one.";
            return Err(Error::new(Kind::Invalid, detail));
        }
        if self.file == Path::new("-") {
            return Ok((Box::new(stdin().lock()), Progress::new(None)));
        }
        let cannot = |error: std::io::Error| {
            Error::new(Kind::Invalid, format!("{} cannot be read: {error}.", self.file.display()))
        };
        let file = File::open(&self.file).map_err(cannot)?;
        let about = file.metadata().map_err(cannot)?;
        if about.is_dir() {
            let detail = format!("{} is a folder; name a CSV file.", self.file.display());
            return Err(Error::new(Kind::Invalid, detail));
        }
        Ok((Box::new(file), Progress::new(about.is_file().then_some(about.len()))))
    }
}

/// Tells whether two names are of one file; - is whatever standard input was made of.
fn is_same(rejects: &Path, input: &Path) -> bool {
    let input = if input == Path::new("-") { Path::new("/dev/stdin") } else { input };
    match (rejects.metadata(), input.metadata()) {
        (Ok(one), Ok(other)) => one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// How many database connections an import uses: one reads the stage, one prepares, two write.
const CONNECTIONS: u32 = 4;

/// Imports a file. Exit 0: everything is in; 2: some rows were refused.
///
/// # Errors
/// When nothing could be done.
pub fn run(boot: &Boot, what: &What) -> std::result::Result<ExitCode, BootError> {
    let app = &boot.with_connections(CONNECTIONS)?;
    let (kind, options, done) = match what {
        What::People(options) => ("people", options, people(app, options)),
        What::Visits(options) => ("visits", options, visits(app, options)),
        What::History { options, scale } => ("history", options, history(app, options, *scale)),
    };
    if !options.dry_run {
        let lines = done.as_ref().map_or_else(|_| vec![("failed", 1)], |(lines, _)| lines.clone());
        let recorded = record(app, kind, &lines);
        // Why the import failed matters more than why that could not be written down.
        if done.is_ok() {
            recorded?;
        }
    }
    let (lines, rejects) = done?;
    for (name, count) in &lines {
        let count = thousands(i64::try_from(*count).unwrap_or(i64::MAX));
        // Whoever reads this may have gone; what was imported stays imported.
        drop(writeln!(stdout(), "{name:<18} {count:>9}"));
    }
    tell(options, &rejects);
    if options.dry_run {
        eprintln!("hearback: a dry run; nothing was stored");
    }
    Ok(if rejects.groups == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// What came in is audited by counts; the rows themselves say the rest.
fn record(app: &App, kind: &str, lines: &[(&'static str, u64)]) -> Result<()> {
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    let detail: serde_json::Map<String, serde_json::Value> =
        lines.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
    db::transaction(&mut connection, |connection| {
        audit::record(connection, app.clock.now(), Actor::Shell, "imported", kind, detail.into())
    })
}

/// Counts by name, for standard output, and what was refused.
type Told = (Vec<(&'static str, u64)>, Rejects);

fn tell(options: &Options, rejects: &Rejects) {
    for reason in &rejects.shown {
        eprintln!("hearback: {reason}");
    }
    if rejects.groups == 0 {
        return;
    }
    let rows = counted(i64::try_from(rejects.rows).unwrap_or(i64::MAX), "row", "rows");
    match &options.rejects {
        Some(path) => eprintln!("hearback: {rows} refused; they stand in {} with the reason", path.display()),
        None => eprintln!(
            "hearback: {rows} refused; --rejects FILE writes them with the reason, to mend and import"
        ),
    }
}

fn history(app: &App, options: &Options, scale: Scale) -> Result<Told> {
    let (input, mut progress) = options.open()?;
    let how =
        history_import::Options { scale, dry_run: options.dry_run, rejects: options.rejects.as_deref() };
    eprintln!("hearback: history is stored and never mailed");
    let summary = history_import::run(app, input, &how, &mut progress)?;
    let mut lines = vec![
        ("rows", summary.rows),
        ("visits new", summary.new),
        ("visits repeated", summary.repeated),
        ("visits rejected", summary.rejects.groups),
    ];
    lines.extend(summary.outcomes.into_iter().filter(|(_, count)| *count > 0));
    if let Some(survey) = &summary.survey {
        eprintln!("hearback: the answers belong to the survey {survey}");
    }
    Ok((lines, summary.rejects))
}

fn visits(app: &App, options: &Options) -> Result<Told> {
    let (input, mut progress) = options.open()?;
    let rejects = options.rejects.as_deref();
    let say = |forecast: &Forecast| announce(app, forecast);
    let summary = visits_import::run(app, input, rejects, options.dry_run, &mut progress, say)?;
    let mut lines = vec![
        ("rows", summary.rows),
        ("visits new", summary.new),
        ("visits repeated", summary.repeated),
        ("visits rejected", summary.rejects.groups),
    ];
    lines.extend(summary.outcomes);
    Ok((lines, summary.rejects))
}

/// Says what an import of visits would mail, before it does.
fn announce(app: &App, forecast: &Forecast) {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let zone = app.config.organisation.time_zone;
    let day = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M");
    match (forecast.first_send_at, forecast.last_send_at) {
        (Some(first), Some(last)) => eprintln!(
            "hearback: {} will be mailed, the first on {}, the last on {}",
            counted(count(forecast.planned()), "survey", "surveys"),
            day(first),
            day(last)
        ),
        _ => eprintln!("hearback: no survey will be mailed"),
    }
    if forecast.planned() > 0 && !is_sending(app) {
        eprintln!("hearback: sending is off; nothing goes out until it is switched on: hearback sending on");
    }
    for (outcome, number) in forecast.outcomes.iter().filter(|(outcome, _)| **outcome != "planned") {
        let why = match *outcome {
            "expired" => "older than 14 days, never mailed",
            "no_basis" => "without a lawful basis for mail, not mailed",
            "no_address" => "without a mail address that works, not mailed",
            "suppressed" => "to addresses that must not be mailed",
            "internal" => "to our own people, not mailed",
            other => other,
        };
        eprintln!("hearback: {} {why}", counted(count(*number), "visit", "visits"));
    }
}

fn is_sending(app: &App) -> bool {
    let always_on = app.config.sending.always_on;
    let switch = || -> Result<bool> {
        let mut connection = app.pool.get().map_err(Error::unavailable)?;
        delivery::queries::is_on(&mut connection, always_on)
    };
    switch().unwrap_or(always_on)
}

fn people(app: &App, options: &Options) -> Result<Told> {
    let (input, mut progress) = options.open()?;
    let how = people_import::Options { dry_run: options.dry_run, rejects: options.rejects.as_deref() };
    let summary = people_import::run(app, input, &how, &mut progress)?;
    let lines = vec![
        ("rows", summary.rows),
        ("employees new", summary.new),
        ("employees changed", summary.changed),
        ("employees repeated", summary.repeated),
        ("employees rejected", summary.rejects.groups),
    ];
    Ok((lines, summary.rejects))
}
