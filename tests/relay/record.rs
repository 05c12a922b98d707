//! The server's own record: one line an event, appended in one write, so that nobody's death tears it.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

pub struct Record {
    started: Instant,
    /// How many lines there are, and where they go.
    lines: Mutex<(u64, File)>,
}

/// What an event is about.
#[derive(Default, Clone)]
pub struct About {
    pub connection: u64,
    pub recipient: String,
    pub message_id: String,
}

impl Record {
    pub fn open(path: &Path) -> Self {
        let file = OpenOptions::new().append(true).create(true).open(path).unwrap();
        Self { started: Instant::now(), lines: Mutex::new((0, file)) }
    }

    /// Writes `number, microseconds since the start, connection, event, stage, recipient, Message-ID, detail`,
    /// separated by tabs.
    pub fn write(&self, about: &About, event: &str, stage: &str, detail: &str) {
        let mut lines = self.lines.lock().unwrap();
        lines.0 += 1;
        let (number, micros) = (lines.0, self.started.elapsed().as_micros());
        let About { connection, recipient, message_id } = about;
        let detail = detail.replace(['\t', '\n', '\r'], " ");
        let line = format!(
            "{number}\t{micros}\t{connection}\t{event}\t{stage}\t{recipient}\t{message_id}\t{detail}\n"
        );
        lines.1.write_all(line.as_bytes()).unwrap();
    }
}
