//! Reading records as a stream, in bounded memory, whatever the bytes are.

use super::layout::{Header, Layout};
use super::problem::Problem;
use super::row::{Cells, Staged};
use crate::error::{Error, Kind, Result};
use csv_core::ReadRecordResult as Step;
use std::io::Read;

/// The longest record in bytes; one that is longer is refused and skipped without being kept.
pub const LONGEST_RECORD: usize = 128 * 1024;

/// The most cells of a record.
const MOST_CELLS: usize = 512;

/// How many bytes are read at a time.
const READ_AT_ONCE: usize = 64 * 1024;

/// How many leading characters of a record that is too long go to the rejects.
const SHOWN_OF_LONG: usize = 200;

/// Records of a file.
pub struct Records<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    is_over: bool,
    /// How many line breaks were consumed.
    breaks: i64,
    bytes_read: u64,
    parser: csv_core::Reader,
    output: Vec<u8>,
    ends: Vec<usize>,
}

/// A record as it was read: where it begins, where its cells end in the output, and whether it was cut.
struct Raw {
    line: i64,
    cells: usize,
    is_cut: bool,
}

impl<R: Read> Records<R> {
    /// Opens a file: skips a byte order mark and refuses what is no text.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or is a workbook, a compressed file or UTF-16.
    pub fn open(input: R) -> Result<Self> {
        let mut records = Self {
            input,
            buffer: vec![0; READ_AT_ONCE],
            start: 0,
            end: 0,
            is_over: false,
            breaks: 0,
            bytes_read: 0,
            parser: csv_core::ReaderBuilder::new().build(),
            output: vec![0; LONGEST_RECORD],
            ends: vec![0; MOST_CELLS],
        };
        while records.end < 8 && !records.is_over {
            records.fill()?;
        }
        let head = records.buffer.get(..records.end).unwrap_or_default();
        if let Some(what) = not_text(head) {
            return Err(Error::new(Kind::Invalid, what));
        }
        if head.starts_with(b"\xef\xbb\xbf") {
            records.start = 3;
        }
        Ok(records)
    }

    /// Reads the header row.
    ///
    /// # Errors
    /// When there is none, or its columns are not those of the layout.
    pub fn header(&mut self, layout: &Layout) -> Result<Header> {
        let Some(raw) = self.read()? else {
            return Err(Error::new(Kind::Invalid, "The file is empty; a header row is expected."));
        };
        if raw.is_cut {
            let detail = "line 1: the header row is too long to be one; is this a CSV file?";
            return Err(Error::new(Kind::Invalid, detail));
        }
        Header::read(self.cells(raw.cells), layout)
    }

    /// Returns how many bytes were read so far.
    pub const fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Reads the next row, with the problems that its bytes have; rows of which every cell is empty are skipped.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn row(&mut self, header: &Header, layout: &Layout) -> Result<Option<(Option<String>, Staged)>> {
        loop {
            let Some(raw) = self.read()? else { return Ok(None) };
            if raw.is_cut {
                return Ok(Some((None, self.cut(raw.line))));
            }
            if self.cells(raw.cells).all(<[u8]>::is_empty) {
                continue;
            }
            let cells = Cells::pack(self.cells(raw.cells));
            let problems = problems(raw.line, &cells, header);
            let problem = (!problems.is_empty()).then(|| Problem::join(&problems));
            let key = header.place(layout.key).and_then(|at| cells.iter().nth(at));
            let key = key.and_then(|key| std::str::from_utf8(key).ok()).map(str::trim);
            let key = key.filter(|key| !key.is_empty() && !key.contains('\0')).map(str::to_owned);
            return Ok(Some((key, Staged { line: raw.line, cells, problem })));
        }
    }

    fn cut(&self, line: i64) -> Staged {
        let head = self.output.get(..SHOWN_OF_LONG).unwrap_or_default();
        let problem = Problem::in_row(
            line,
            format!(
                "the row is longer than {LONGEST_RECORD} bytes or has more than {MOST_CELLS} cells; is a quote (\") \
                 never closed?"
            ),
        );
        Staged { line, cells: Cells::pack(std::iter::once(head)), problem: Some(problem.to_string()) }
    }

    /// Reads one record into `output` and `ends`.
    fn read(&mut self) -> Result<Option<Raw>> {
        self.skip_breaks()?;
        let line = self.breaks + 1;
        let (mut length, mut cells, mut is_cut) = (0, 0, false);
        loop {
            if self.start == self.end && !self.is_over {
                self.fill()?;
            }
            let input = self.buffer.get(self.start..self.end).unwrap_or_default();
            let output = self.output.get_mut(length..).unwrap_or_default();
            let ends = self.ends.get_mut(cells..).unwrap_or_default();
            let (step, read, written, ended) = self.parser.read_record(input, output, ends);
            let consumed = input.get(..read).unwrap_or_default();
            self.breaks += count_breaks(consumed);
            self.start += read;
            length += written;
            cells += ended;
            match step {
                Step::InputEmpty => {}
                // What does not fit is read on over what was there, and thrown away.
                Step::OutputFull | Step::OutputEndsFull => {
                    is_cut = true;
                    (length, cells) = (SHOWN_OF_LONG, 0);
                }
                Step::Record => return Ok(Some(Raw { line, cells, is_cut })),
                Step::End => return Ok(None),
            }
        }
    }

    /// Skips line breaks between records, so that a record's line is that of its first character.
    fn skip_breaks(&mut self) -> Result<()> {
        loop {
            while self.start < self.end {
                match self.buffer.get(self.start) {
                    Some(b'\n') => self.breaks += 1,
                    Some(b'\r') => {}
                    _ => return Ok(()),
                }
                self.start += 1;
            }
            if self.is_over {
                return Ok(());
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<()> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let read = self
            .input
            .read(room)
            .map_err(|error| Error::new(Kind::Invalid, format!("The file cannot be read: {error}.")))?;
        self.is_over = read == 0;
        self.end += read;
        self.bytes_read += read as u64;
        Ok(())
    }

    fn cells(&self, count: usize) -> impl Iterator<Item = &[u8]> {
        let ends = self.ends.get(..count).unwrap_or_default();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).map(|(start, end)| self.output.get(start..*end).unwrap_or_default())
    }
}

#[expect(clippy::naive_bytecount, reason = "the compiler makes vector instructions of it")]
fn count_breaks(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0)
}

/// What a file is by its first bytes, if it is no text.
fn not_text(head: &[u8]) -> Option<&'static str> {
    let signs: [(&[u8], &str); 6] = [
        (
            b"PK\x03\x04",
            "This is an Excel workbook (XLSX) or another ZIP file, not CSV. Open it and save it as CSV UTF-8.",
        ),
        (
            b"\xd0\xcf\x11\xe0",
            "This is an old Excel workbook (XLS), not CSV. Open it and save it as CSV UTF-8.",
        ),
        (b"\xff\xfe", "This file is UTF-16. Save it as CSV UTF-8."),
        (b"\xfe\xff", "This file is UTF-16. Save it as CSV UTF-8."),
        (b"\x1f\x8b", "This file is compressed (gzip). Unpack it first: zcat FILE | hearback import … -"),
        (b"%PDF", "This is a PDF, not CSV. Export the table itself as CSV UTF-8."),
    ];
    signs.iter().find(|(sign, _)| head.starts_with(sign)).map(|(_, what)| *what)
}

/// What is wrong with the bytes of a row: the number of cells, text that is none, formulas, cells left empty.
fn problems(line: i64, cells: &Cells, header: &Header) -> Vec<Problem> {
    let (found, expected) = (cells.iter().count(), header.names().len());
    if found != expected {
        let breaks = cells.iter().any(|cell| cell.contains(&b'\n'));
        let hint = if breaks { "; is a quote (\") in it never closed?" } else { "" };
        return vec![Problem::in_row(
            line,
            format!("has {found} cells, the header row has {expected}{hint}"),
        )];
    }
    let mut wrong = Vec::new();
    for ((cell, name), column) in cells.iter().zip(header.names()).zip(header.columns()) {
        let reason = match std::str::from_utf8(cell) {
            Err(_) => Some("holds bytes that are not UTF-8; save the file as CSV UTF-8".to_owned()),
            Ok(text) if text.contains('\0') => Some("contains a NUL character".to_owned()),
            Ok(text) if text.trim().is_empty() => {
                column.is_some_and(|column| column.required).then(|| "must not be empty".to_owned())
            }
            Ok(text) => (is_formula(text) && !column.is_some_and(|column| column.free)).then(|| {
                "looks like the formula of a spreadsheet; write the text or number itself".to_owned()
            }),
        };
        wrong.extend(reason.map(|reason| Problem::in_column(line, name, reason)));
    }
    wrong
}

/// Tells whether a spreadsheet would run a text as a formula (OWASP, CSV injection): `=…`, `@…`, or `+` and `-`
/// before something that calls or refers; a plain number or a dash is none.
fn is_formula(text: &str) -> bool {
    match text.chars().next() {
        Some('=' | '@') => true,
        Some('+' | '-') => text.contains(['(', '!', '|', '=']),
        _ => false,
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
