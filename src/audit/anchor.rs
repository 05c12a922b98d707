//! The end of the chain, kept outside of the database: a file to which one line a day is appended. On a disk that the
//! database's owner cannot write, it shows a log that was cut off or written anew from its beginning.

use super::seal::Head;
use super::verify::Anchor;
use crate::ids;
use chrono::{DateTime, Utc};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// Appends the end of the chain: position, hash in hex, time.
///
/// # Errors
/// When the file cannot be written.
pub fn append(file: &Path, head: &Head, now: DateTime<Utc>) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    writeln!(file, "{} {} {}", head.position, ids::hex(&head.hash), now.to_rfc3339())
}

/// Reads the anchors of a file; a file that is not there yet has none.
///
/// # Errors
/// When the file cannot be read, or a line of it is no anchor.
pub fn read(file: &Path) -> io::Result<Vec<Anchor>> {
    let text = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    let wrong = |line: &str| io::Error::new(io::ErrorKind::InvalidData, format!("no anchor: {line}"));
    text.lines().map(|line| parse(line).ok_or_else(|| wrong(line))).collect()
}

fn parse(line: &str) -> Option<Anchor> {
    let (position, rest) = line.split_once(' ')?;
    let hex = rest.split(' ').next()?;
    let hash = ids::from_hex(hex)?;
    Some(Anchor { position: position.parse().ok()?, hash }).filter(|anchor| anchor.hash.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_as_it_was_written_and_anything_else_is_refused() {
        let line = format!("17 {} 2026-11-28T00:00:00+00:00", "0a".repeat(32));
        assert_eq!(parse(&line), Some(Anchor { position: 17, hash: vec![10; 32] }));
        for wrong in ["", "17", "x 0a now", "17 0a now", "17 zz now"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
