//! What is wrong with a row, as one sentence.

use std::fmt;

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line of the file on which the row begins, from 1.
    pub line: i64,
    /// The column it is about, if it is about one.
    pub column: Option<String>,
    /// What is wrong and what was expected.
    pub reason: String,
}

impl Problem {
    /// Says what is wrong with a cell.
    pub fn in_column(line: i64, column: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { line, column: Some(column.into()), reason: reason.into() }
    }

    /// Says what is wrong with a row as a whole.
    pub fn in_row(line: i64, reason: impl Into<String>) -> Self {
        Self { line, column: None, reason: reason.into() }
    }

    /// Joins several into one text.
    pub fn join(problems: &[Self]) -> String {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Shows what stood in a cell, cut to a length that fits into a sentence.
pub fn quoted(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    let rest = if start.len() < text.len() { "…" } else { "" };
    format!("“{start}{rest}”")
}
