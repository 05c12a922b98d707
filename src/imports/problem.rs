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
        joined(&problems.iter().map(ToString::to_string).collect::<Vec<_>>())
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

/// How many things that are wrong are named at once.
const MOST_NAMED: usize = 5;

/// Joins sentences; of many, the first few.
pub fn joined(told: &[String]) -> String {
    let named = told.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    match told.len().checked_sub(MOST_NAMED) {
        Some(more @ 1..) => format!("{named}; and {more} more"),
        _ => named,
    }
}

/// Shows what stood in a cell, cut to a length that fits into a sentence, without what would steer a terminal or
/// turn the direction of the text.
pub fn quoted(text: &str) -> String {
    let unseen = |letter: &char| {
        letter.is_control()
            || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let shown: String = text.chars().take(40).filter(|letter| !unseen(letter)).collect();
    let rest = if text.chars().count() > 40 { "…" } else { "" };
    format!("“{shown}{rest}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_not_repeated() {
        assert_eq!(quoted("fax\u{1b}]0;x\u{7}\u{202e}y"), "“fax]0;xy”");
        assert_eq!(quoted(&"a".repeat(41)), format!("“{}…”", "a".repeat(40)));
    }

    #[test]
    fn of_many_sentences_the_first_are_named() {
        let told: Vec<String> = (1..=7).map(|at| at.to_string()).collect();
        assert_eq!(joined(&told), "1; 2; 3; 4; 5; and 2 more");
        assert_eq!(joined(&told[..5]), "1; 2; 3; 4; 5");
    }
}
