//! What is logged and how: one line an event on standard error, without personal data.
//!
//! Callers log ids, never addresses, names, tokens or texts.

use std::io::{self, Write};
use tracing_subscriber::{EnvFilter, fmt};

/// The HTTP client would write every byte of a request, our secrets among them.
const SEES_SECRETS: [&str; 2] = ["ureq=warn", "ureq_proto=warn"];
/// Keeps an event on its line: what steers a terminal, breaks a line or turns the direction of writing is written as
/// an escape (ASVS 5.0, 16.4.1). Each event comes as one piece that ends its line.
struct OneLine<W>(W);

fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn on_one_line(event: &str) -> String {
    let words = event.strip_suffix('\n').unwrap_or(event);
    let mut line = String::with_capacity(event.len());
    for c in words.chars() {
        if steers(c) { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line.push('\n');
    line
}

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(on_one_line(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Checks a filter.
///
/// # Errors
/// Says what is wrong with it.
pub fn check(filter: &str) -> Result<(), String> {
    EnvFilter::try_new(filter).map(drop).map_err(|error| format!("HEARBACK_LOG is wrong: {error}"))
}

/// Starts logging with tracing's filter syntax (`info`, `info,hearback=debug`). A second start does nothing.
///
/// # Errors
/// Says what is wrong with the filter.
pub fn start(filter: &str) -> Result<(), String> {
    let mut filter = EnvFilter::try_new(filter).map_err(|error| error.to_string())?;
    for quiet in SEES_SECRETS {
        filter = filter.add_directive(quiet.parse().map_err(|error| format!("{quiet}: {error}"))?);
    }
    // Tests start several servers in one process; the first one's subscriber serves all.
    drop(
        fmt()
            .with_env_filter(filter)
            .with_writer(|| OneLine(io::stderr()))
            .with_target(false)
            .with_ansi(false)
            .try_init(),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_stands_in_it() {
        let cause = "away\n\tIs it running?\r\n2026-11-20T15:00:00Z  INFO forged \u{1b}[31m\u{9b}1m \u{202e}drow\u{2028}";
        let mut written = Vec::new();
        OneLine(&mut written).write_all(b"database not available\n").unwrap();
        OneLine(&mut written).write_all(format!("cause={cause}\n").as_bytes()).unwrap();
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.ends_with('\n') && !text.replace('\n', "").chars().any(steers), "{text}");
        assert!(text.contains("away\\n\\tIs it running?\\r\\n2026"), "{text}");
    }
}
