//! Finds statements in the text of a string literal.

use std::collections::BTreeSet;

/// The tables that a text writes, by the names it gives them.
pub fn written_tables(text: &str) -> Vec<String> {
    let words = words(text);
    let private = temporary_tables(&words);
    let mut found: Vec<String> = (0..words.len()).flat_map(|at| written_at(&words, at)).collect();
    found.retain(|table| !private.contains(table));
    found
}

/// Whether a text is a statement rather than prose.
pub fn is_statement(text: &str) -> bool {
    let words = words(text);
    let first = words.first().map(String::as_str);
    let reads = match first {
        Some("SELECT") => words.len() > 1,
        Some("WITH") => (2..4).any(|at| is(&words, at, "as")) || is(&words, 1, "recursive"),
        _ => false,
    };
    reads || !written_tables(text).is_empty()
}

/// Names, keywords and single marks; quotes around names and comments are left out.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for line in text.lines() {
        let code = line.split("--").next().unwrap_or_default();
        let mut word = String::new();
        for c in code.chars() {
            // A point joins a schema to its table, a quote surrounds a name.
            if c == '_' || c == '.' || c.is_alphanumeric() {
                word.push(c);
            } else if c != '"' {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
                words.extend((!c.is_whitespace()).then(|| c.to_string()));
            }
        }
        words.extend(Some(word).filter(|word| !word.is_empty()));
    }
    words
}

fn is(words: &[String], at: usize, keyword: &str) -> bool {
    words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(keyword))
}

/// `at`, or the place after the optional `keyword` there.
fn past(words: &[String], at: usize, keyword: &str) -> usize {
    at + usize::from(is(words, at, keyword))
}

fn table_at(words: &[String], at: usize) -> Option<String> {
    let name = words.get(at)?.rsplit('.').next()?.to_lowercase();
    name.starts_with(|c: char| c == '_' || c.is_alphabetic()).then_some(name)
}

fn written_at(words: &[String], at: usize) -> Vec<String> {
    let Some(keyword) = words.get(at) else {
        return Vec::new();
    };
    match keyword.to_ascii_lowercase().as_str() {
        "insert" | "merge" if is(words, at + 1, "into") => table_at(words, at + 2).into_iter().collect(),
        "delete" if is(words, at + 1, "from") => {
            table_at(words, past(words, at + 2, "only")).into_iter().collect()
        }
        "update" => updated(words, at).into_iter().collect(),
        "copy" => copied(words, at + 1).into_iter().collect(),
        "truncate" => truncated(words, at),
        _ => Vec::new(),
    }
}

/// `UPDATE x [[AS] y] SET`, but neither `FOR UPDATE OF x` nor `DO UPDATE SET`, nor a button's
/// "Update team".
fn updated(words: &[String], at: usize) -> Option<String> {
    let before = at.checked_sub(1).and_then(|before| words.get(before)).map(|word| word.to_ascii_lowercase());
    if matches!(before.as_deref(), Some("for" | "key" | "do" | "on")) || is(words, at + 1, "set") {
        return None;
    }
    let table = past(words, at + 1, "only");
    let sets = (table + 1..table + 4).any(|at| is(words, at, "set"));
    let goes_on_elsewhere = words.len() == table + 1 && words.get(at).is_some_and(|word| word == "UPDATE");
    (sets || goes_on_elsewhere).then(|| table_at(words, table))?
}

/// `COPY x [(…)] FROM`; `COPY x TO` reads.
fn copied(words: &[String], at: usize) -> Option<String> {
    let mut next = at + 1;
    if is(words, next, "(") {
        next += words.iter().skip(next).position(|word| word == ")")? + 1;
    }
    is(words, next, "from").then(|| table_at(words, at))?
}

fn truncated(words: &[String], at: usize) -> Vec<String> {
    let shouted = words.get(at).is_some_and(|word| word == "TRUNCATE");
    if !shouted && !is(words, at + 1, "table") {
        return Vec::new();
    }
    let mut next = past(words, past(words, at + 1, "table"), "only");
    let mut tables: Vec<String> = table_at(words, next).into_iter().collect();
    while is(words, next + 1, ",") {
        next += 2;
        tables.extend(table_at(words, next));
    }
    tables
}

/// Tables of one session belong to nobody.
fn temporary_tables(words: &[String]) -> BTreeSet<String> {
    (0..words.len())
        .filter(|&at| {
            is(words, at, "create") && (is(words, at + 1, "temp") || is(words, at + 1, "temporary"))
        })
        .filter_map(|at| {
            let name = past(words, past(words, past(words, at + 3, "if"), "not"), "exists");
            table_at(words, name)
        })
        .collect()
}
