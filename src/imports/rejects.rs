//! The rows that could not be stored, with the reason beside each.

use super::layout::{Header, REASON};
use super::problem::Problem;
use super::row::Staged;
use crate::error::{Error, Kind, Result};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// How many reasons are kept to be shown on the terminal.
const SHOWN: usize = 20;

/// Rejected rows: counted, the first ones shown, all of them written when a file is given.
#[derive(Debug, Default)]
pub struct Rejects {
    writer: Option<csv::Writer<File>>,
    has_reason: Option<usize>,
    /// How many groups – visits or employees – were refused.
    pub groups: u64,
    /// How many rows that were.
    pub rows: u64,
    /// The first reasons.
    pub shown: Vec<String>,
}

impl Rejects {
    /// Opens the file, which only its owner may read, for it holds personal data; without one only counts.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn open(path: Option<&Path>, header: &Header) -> Result<Self> {
        let has_reason = header.place(REASON);
        let Some(path) = path else { return Ok(Self { has_reason, ..Self::default() }) };
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        let file = file.map_err(|error| cannot_write(&error))?;
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
        let own = header.names().iter().map(String::as_str).filter(|name| *name != REASON);
        writer.write_record(own.chain([REASON])).map_err(|error| cannot_write(&error))?;
        Ok(Self { writer: Some(writer), has_reason, ..Self::default() })
    }

    /// Refuses all rows of a group. A row with a problem of its own says so; the others name all of them.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn refuse(&mut self, rows: &[Staged], problems: &[Problem]) -> Result<()> {
        self.groups += 1;
        self.rows += rows.len() as u64;
        let own = rows.iter().filter_map(|row| row.problem.clone());
        let told: Vec<String> = own.chain(problems.iter().map(ToString::to_string)).collect();
        let free = SHOWN.saturating_sub(self.shown.len());
        self.shown.extend(told.iter().take(free).cloned());
        let Some(writer) = &mut self.writer else { return Ok(()) };
        for row in rows {
            let reason = match &row.problem {
                Some(problem) => problem.clone(),
                None => told.join("; "),
            };
            let cells = row.cells.iter().enumerate().filter(|(at, _)| Some(*at) != self.has_reason);
            let cells = cells.map(|(_, cell)| guarded(cell));
            let all = cells.chain([reason.into_bytes()]);
            writer.write_record(all).map_err(|error| cannot_write(&error))?;
        }
        Ok(())
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(&mut self) -> Result<()> {
        self.writer.as_mut().map_or(Ok(()), csv::Writer::flush).map_err(|error| cannot_write(&error))
    }
}

fn cannot_write(error: &dyn std::fmt::Display) -> Error {
    Error::new(Kind::Invalid, format!("The file of --rejects cannot be written: {error}."))
}

/// Somebody will open the file in a spreadsheet: what would run there gets a quote before it (OWASP ASVS 5.0,
/// 1.2.10).
fn guarded(cell: &[u8]) -> Vec<u8> {
    if matches!(cell.first(), Some(b'=' | b'@' | b'\t' | b'\r')) {
        return [b"'", cell].concat();
    }
    cell.to_vec()
}
