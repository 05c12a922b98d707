//! The rows that could not be stored, with the reason beside each.

use super::layout::{Header, REASON};
use super::problem::{Problem, joined};
use super::reader::is_formula;
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
    reason_place: Option<usize>,
    /// How many groups – visits or employees – were refused.
    pub groups: u64,
    /// How many rows that were.
    pub rows: u64,
    /// The first reasons.
    pub shown: Vec<String>,
}

impl Rejects {
    /// Opens the file, before anything else is done, for only its owner to read: it holds personal data. Without one
    /// rows are only counted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        let file = file.map_err(|error| cannot_write(&error))?;
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
        Ok(Self { writer: Some(writer), ..Self::default() })
    }

    /// Writes the columns of the file, and one for the reason.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(&mut self, header: &Header) -> Result<()> {
        self.reason_place = header.place(REASON);
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let own = header.names().iter().map(String::as_str).filter(|name| *name != REASON);
        writer.write_record(own.chain([REASON])).map_err(|error| cannot_write(&error))
    }

    /// Refuses all rows of a group. A row with a problem of its own says so; the others name all of them.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn refuse(&mut self, rows: &[Staged], problems: &[Problem]) -> Result<()> {
        self.groups += 1;
        self.rows += rows.iter().filter(|row| !row.is_shadow).count() as u64;
        let own = rows.iter().filter_map(|row| row.problem.clone());
        let told: Vec<String> = own.chain(problems.iter().map(ToString::to_string)).collect();
        let free = SHOWN.saturating_sub(self.shown.len());
        self.shown.extend(told.iter().take(free).cloned());
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let all_told = joined(&told);
        for row in rows.iter().filter(|row| !row.is_shadow) {
            let reason = row.problem.as_ref().unwrap_or(&all_told);
            let cells = row.cells.iter().enumerate().filter(|(at, _)| Some(*at) != self.reason_place);
            let cells = cells.map(|(_, cell)| guarded(cell));
            let all = cells.chain([reason.as_bytes().to_vec()]);
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
/// 1.2.10). A telephone number with its plus stays as it is.
fn guarded(cell: &[u8]) -> Vec<u8> {
    let runs = matches!(cell.first(), Some(b'\t' | b'\r')) || is_formula(&String::from_utf8_lossy(cell));
    if runs { [b"'", cell].concat() } else { cell.to_vec() }
}
