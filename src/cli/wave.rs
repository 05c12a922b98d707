//! `wave list|export|import`: waves for firms that phone with another system.

use crate::boot::{Boot, BootError};
use crate::callbacks::queries::wave as waves;
use crate::callbacks::sheet;
use crate::db;
use crate::error::{Error, Kind, Result};
use crate::web::format::counted;
use std::fs;
use std::io::{Read, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use uuid::Uuid;

/// The largest sheet that is read (bytes).
const LARGEST: u64 = 64 * 1024 * 1024;

/// How many waves are listed.
const LISTED: i64 = 50;

/// What to do with waves.
#[derive(Debug, clap::Subcommand)]
pub enum WaveAction {
    /// List the newest waves with their ids.
    List,
    /// Write the open call-backs of a wave as CSV and keep them for the firm for some days. It holds names and numbers.
    Export {
        /// Id of the wave.
        wave: Uuid,
        /// Where to write it; - is standard output.
        #[arg(long, default_value = "-", value_name = "FILE")]
        out: PathBuf,
        /// For how many days nobody else calls them.
        #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(i64).range(1..=60))]
        days: i64,
    },
    /// Take in the results of such a sheet, under the rules of every call.
    Import {
        /// The sheet; - is standard input.
        file: PathBuf,
    },
}

/// Runs it. Exit 2: some rows were refused.
///
/// # Errors
/// When nothing could be done.
pub fn run(boot: &Boot, action: WaveAction) -> std::result::Result<ExitCode, BootError> {
    let app = &boot.app;
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    match action {
        WaveAction::List => {
            for wave in waves::list(&mut connection, LISTED)? {
                let line = format!(
                    "{} {} {} {:<6} {:.2}",
                    wave.id, wave.from_on, wave.to_on, wave.state, wave.share
                );
                drop(writeln!(stdout(), "{line}"));
            }
        }
        WaveAction::Export { wave, out, days } => {
            let text = db::transaction(&mut connection, |inner| sheet::export(inner, app, wave, days))?;
            if out == Path::new("-") {
                drop(stdout().write_all(text.as_bytes()));
            } else {
                fs::write(&out, text).map_err(|error| cannot(&out, "written", &error))?;
            }
        }
        WaveAction::Import { file } => return Ok(import(boot, &mut connection, &file)?),
    }
    Ok(ExitCode::SUCCESS)
}

fn cannot(file: &Path, what: &str, error: &std::io::Error) -> Error {
    Error::new(Kind::Invalid, format!("{} cannot be {what}: {error}.", file.display()))
}

fn import(boot: &Boot, connection: &mut diesel::PgConnection, file: &Path) -> Result<ExitCode> {
    let source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(stdin().lock())
    } else {
        Box::new(fs::File::open(file).map_err(|error| cannot(file, "read", &error))?)
    };
    let mut text = Vec::new();
    source.take(LARGEST).read_to_end(&mut text).map_err(|error| cannot(file, "read", &error))?;
    let taken = sheet::import(connection, &boot.app, &text)?;
    for (name, count) in
        [("recorded", taken.recorded), ("repeated", taken.repeated), ("without result", taken.empty)]
    {
        drop(writeln!(stdout(), "{name:<18} {count:>9}"));
    }
    for (line, reason) in &taken.refused {
        eprintln!("hearback: line {line}: {reason}");
    }
    if taken.refused.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let refused = i64::try_from(taken.refused.len()).unwrap_or(i64::MAX);
    eprintln!("hearback: {} refused", counted(refused, "row was", "rows were"));
    Ok(ExitCode::from(2))
}
