//! How far an import is, on one line of the terminal.

use std::io::{IsTerminal, Write};

/// Says how far it is: on a terminal only, for a log needs the result and not the way there.
#[derive(Debug)]
pub struct Progress {
    total_bytes: Option<u64>,
    is_shown: bool,
    last: String,
}

impl Progress {
    /// Begins with the size of the file in bytes, if it is known.
    pub fn new(total_bytes: Option<u64>) -> Self {
        Self { total_bytes, is_shown: std::io::stderr().is_terminal(), last: String::new() }
    }

    /// Says nothing at all.
    pub const fn silent() -> Self {
        Self { total_bytes: None, is_shown: false, last: String::new() }
    }

    /// Says how much of the file was read.
    pub fn read(&mut self, bytes: u64, rows: u64) {
        let share = self.total_bytes.map(|total| bar(bytes, total)).unwrap_or_default();
        self.show(format!("reading  {share}{rows} rows"));
    }

    /// Says how many rows are dealt with.
    pub fn done(&mut self, what: &str, rows: u64, of: u64) {
        self.show(format!("{what:<8} {}{rows} of {of} rows", bar(rows, of)));
    }

    /// Leaves the line as it is and goes to the next.
    pub fn end(&mut self) {
        if self.is_shown && !self.last.is_empty() {
            eprintln!();
        }
        self.last.clear();
    }

    fn show(&mut self, line: String) {
        if self.is_shown && line != self.last {
            eprint!("\r{line:<70}");
            drop(std::io::stderr().flush());
        }
        self.last = line;
    }
}

fn bar(done: u64, of: u64) -> String {
    let percent = (done.min(of) * 100).checked_div(of).unwrap_or(100);
    let filled = usize::try_from(percent / 5).unwrap_or(0);
    format!("[{}{}] {percent:>3} %  ", "#".repeat(filled), ".".repeat(20 - filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_empty_at_first_and_full_at_last() {
        assert_eq!(bar(0, 10), "[....................]   0 %  ");
        assert_eq!(bar(5, 10), "[##########..........]  50 %  ");
        assert_eq!(bar(12, 10), "[####################] 100 %  ");
        assert_eq!(bar(0, 0), "[####################] 100 %  ");
    }
}
