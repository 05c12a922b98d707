//! Which fields of a row an answer shows: by words and numbers that were planted for it alone.

use super::world::Row;
use crate::support::Answer;
use std::io::Read;

/// The fields of a row that an answer shows.
pub fn seen(answer: &Answer, row: &Row) -> Vec<&'static str> {
    let text = readable(answer);
    // As a number is written, and as it is dialled.
    let dense: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let is_shown = |mark: &String| text.contains(mark.as_str()) || dense.contains(mark.as_str());
    row.marks.iter().filter(|(_, marks)| marks.iter().any(is_shown)).map(|(field, _)| *field).collect()
}

/// The text of an answer, of a workbook that of its sheets.
fn readable(answer: &Answer) -> String {
    if answer.bytes.starts_with(b"PK\x03\x04") { unpacked(&answer.bytes) } else { answer.body.clone() }
}

/// Every file of an archive, one after the other (APPNOTE 4.3.7, written as a stream or not).
fn unpacked(archive: &[u8]) -> String {
    let mut all = String::new();
    let mut rest = archive;
    while let Some(at) = rest.windows(4).position(|four| four == b"PK\x03\x04") {
        let head = &rest[at..];
        let number = |from: usize| usize::from(u16::from_le_bytes([head[from], head[from + 1]]));
        let body = &head[30 + number(26) + number(28)..];
        let mut text = Vec::new();
        if number(8) == 8 {
            flate2::read::DeflateDecoder::new(body).read_to_end(&mut text).unwrap();
        }
        all.push_str(&String::from_utf8_lossy(&text));
        rest = &head[30..];
    }
    assert!(all.contains("<worksheet"), "a workbook without a sheet");
    all
}
