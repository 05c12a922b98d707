//! Reading records as a stream, in bounded memory, whatever the bytes are.

use super::layout::{Header, Layout, REASON};
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

/// How many bytes of each cell of a record that is too long go to the rejects.
const SHOWN_OF_LONG: usize = 200;

/// How many texts of a row whose visit cannot be told are taken for the id of the one it may belong to.
const MOST_SUSPECTS: usize = 5_000;

/// Records of a file.
pub struct Records<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    is_over: bool,
    /// How many line breaks were consumed: LF, CR, or both together.
    breaks: i64,
    after_cr: bool,
    /// How many records were read.
    ordinal: i64,
    /// The first cells of a record that is too long.
    head: Cells,
    bytes_read: u64,
    parser: csv_core::Reader,
    output: Vec<u8>,
    ends: Vec<usize>,
}

/// A row of a file.
#[derive(Debug)]
pub struct Row {
    /// The visit or employee it belongs to, if that can be told.
    pub key: Option<String>,
    /// Otherwise what may be the key; whatever has one of these cannot be stored without this row.
    pub suspects: Vec<String>,
    /// The row itself.
    pub staged: Staged,
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
            after_cr: false,
            ordinal: 0,
            head: Cells::default(),
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
    pub fn row(&mut self, header: &Header, layout: &Layout) -> Result<Option<Row>> {
        loop {
            let Some(raw) = self.read()? else { return Ok(None) };
            if !raw.is_cut && self.cells(raw.cells).all(<[u8]>::is_empty) {
                continue;
            }
            self.ordinal += 1;
            let (cells, problems) = if raw.is_cut {
                (std::mem::take(&mut self.head), vec![too_long(raw.line)])
            } else {
                let cells = self.mended(raw.cells, header);
                let problems = problems(raw.line, &cells, header);
                (cells, problems)
            };
            let is_whole = !raw.is_cut && cells.iter().count() == header.names().len();
            let key = header.place(layout.key).and_then(|at| cells.iter().nth(at)).filter(|_| is_whole);
            let key = key.and_then(|key| std::str::from_utf8(key).ok()).map(str::trim);
            let key = key.filter(|key| !key.is_empty() && !key.contains('\0')).map(str::to_owned);
            let suspects = if key.is_none() { suspects(&cells) } else { Vec::new() };
            let problem = (!problems.is_empty()).then(|| Problem::join(&problems));
            let staged = Staged { ordinal: self.ordinal, line: raw.line, cells, problem, is_shadow: false };
            return Ok(Some(Row { key, suspects, staged }));
        }
    }

    /// In a mended file of rejects the quote that was put before a formula goes again, so that the cell is judged by
    /// what it says.
    fn mended(&self, count: usize, header: &Header) -> Cells {
        let is_mended = header.place(REASON).is_some();
        Cells::pack(self.cells(count).map(|cell| match cell {
            [b'\'', rest @ ..] if is_mended && matches!(rest.first(), Some(b'=' | b'@' | b'+' | b'-')) => {
                rest
            }
            cell => cell,
        }))
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
            count_breaks(consumed, &mut self.breaks, &mut self.after_cr);
            self.start += read;
            length += written;
            cells += ended;
            match step {
                Step::InputEmpty => {}
                // What does not fit is read on over what was there, and thrown away.
                Step::OutputFull | Step::OutputEndsFull => {
                    if !is_cut {
                        let head = self.cells(cells).map(|cell| cell.get(..SHOWN_OF_LONG).unwrap_or(cell));
                        self.head = Cells::pack(head);
                    }
                    is_cut = true;
                    (length, cells) = (0, 0);
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
                    Some(byte @ (b'\n' | b'\r')) => {
                        count_breaks(&[*byte], &mut self.breaks, &mut self.after_cr);
                    }
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

fn count_breaks(bytes: &[u8], breaks: &mut i64, after_cr: &mut bool) {
    for byte in bytes {
        match byte {
            b'\r' => *breaks += 1,
            b'\n' if !*after_cr => *breaks += 1,
            _ => {}
        }
        *after_cr = *byte == b'\r';
    }
}

fn too_long(line: i64) -> Problem {
    let reason = format!(
        "the row is longer than {LONGEST_RECORD} bytes or has more than {MOST_CELLS} cells; is a quote (\") never \
         closed?"
    );
    Problem::in_row(line, reason)
}

/// What may be the id of the visit to which a row belongs that does not say so where it should: every cell, and what
/// a quote that was never closed has swallowed. A text in an older encoding is read as Latin-1.
fn suspects(cells: &Cells) -> Vec<String> {
    let texts = cells.iter().map(|cell| {
        std::str::from_utf8(cell)
            .map_or_else(|_| cell.iter().copied().map(char::from).collect(), str::to_owned)
    });
    let pieces = texts.flat_map(|text| {
        let pieces = text.split(['\n', '\r', ',', '"']).map(|piece| piece.trim().to_owned());
        let pieces: Vec<String> = pieces.collect();
        std::iter::once(text.trim().to_owned()).chain(pieces)
    });
    let usable = |piece: &String| !piece.is_empty() && piece.len() <= 800 && !piece.contains('\0');
    let mut suspects: Vec<String> = pieces.filter(usable).take(MOST_SUSPECTS).collect();
    suspects.sort_unstable();
    suspects.dedup();
    suspects
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
pub fn is_formula(text: &str) -> bool {
    let text = text.trim_start();
    match text.chars().next() {
        Some('=' | '@') => true,
        Some('+' | '-') => text.contains(['(', '!', '|', '=']),
        _ => false,
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
