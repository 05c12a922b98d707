//! Reads Rust source as words, marks and string literals, without comments and test code.

use std::iter::Peekable;
use std::str::Chars;

/// What stands at one place of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword.
    Word(String),
    /// The content of a string literal, with escapes resolved.
    Text(String),
    /// `::`
    Join,
    /// Any other single character.
    Mark(char),
    /// A number, a character or a lifetime.
    Other,
}

/// One token and the line it begins on.
#[derive(Clone, Debug)]
pub struct Token {
    pub kind: Kind,
    pub line: usize,
}

/// One source file: its path under `src/`, with `/`, and its tokens without test code.
pub struct Source {
    pub path: String,
    pub tokens: Vec<Token>,
}

impl Source {
    /// Reads Rust, or the whole file as one string literal if it is SQL.
    pub fn read(path: &str, text: &str) -> Self {
        let tokens = if has_ending(path, "sql") {
            vec![Token { kind: Kind::Text(text.to_owned()), line: 1 }]
        } else if is_test_file(path) {
            Vec::new()
        } else {
            without_tests(&Lexer::new(text).tokens())
        };
        Self { path: path.to_owned(), tokens }
    }

    /// The folder or file directly under `src/`, which has the floor.
    pub fn unit(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    pub fn kind(&self, at: usize) -> Option<&Kind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    pub fn word(&self, at: usize) -> Option<&str> {
        match self.kind(at) {
            Some(Kind::Word(word)) => Some(word),
            _ => None,
        }
    }

    pub fn is_mark(&self, at: usize, mark: char) -> bool {
        self.kind(at) == Some(&Kind::Mark(mark))
    }

    pub fn is_join(&self, at: usize) -> bool {
        self.kind(at) == Some(&Kind::Join)
    }

    /// `path:line`, to begin a complaint with.
    pub fn place(&self, at: usize) -> String {
        format!("src/{}:{}", self.path, self.tokens.get(at).map_or(0, |token| token.line))
    }
}

/// Whether a file's name ends in a point and `ending`.
pub fn has_ending(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found == ending)
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.ends_with("_tests.rs") || path.contains("/tests/")
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
    found: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.chars().peekable(), line: 1, found: Vec::new() }
    }

    fn tokens(mut self) -> Vec<Token> {
        while let Some(next) = self.bump() {
            let line = self.line;
            let kind = match next {
                '/' if self.eat('/') => self.line_comment(),
                '/' if self.eat('*') => self.block_comment(),
                '"' => Some(Kind::Text(self.text())),
                '\'' => Some(self.character_or_lifetime()),
                ':' if self.eat(':') => Some(Kind::Join),
                c if c.is_ascii_digit() => {
                    self.word(c);
                    Some(Kind::Other)
                }
                c if is_word(c) => Some(self.word_or_literal(c)),
                c if c.is_whitespace() => None,
                c => Some(Kind::Mark(c)),
            };
            self.found.extend(kind.map(|kind| Token { kind, line }));
        }
        self.found
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn eat(&mut self, wanted: char) -> bool {
        let there = self.rest.peek() == Some(&wanted);
        if there {
            self.bump();
        }
        there
    }

    fn line_comment(&mut self) -> Option<Kind> {
        while self.bump().is_some_and(|c| c != '\n') {}
        None
    }

    fn block_comment(&mut self) -> Option<Kind> {
        let mut depth = 1;
        while depth > 0 {
            match self.bump()? {
                '*' if self.eat('/') => depth -= 1,
                '/' if self.eat('*') => depth += 1,
                _ => {}
            }
        }
        None
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.bump() {
            match c {
                '"' => break,
                '\\' => match self.bump() {
                    Some('\n') => {
                        while self.rest.peek().is_some_and(|c| c.is_whitespace()) {
                            self.bump();
                        }
                    }
                    Some('n' | 'r' | 't') => text.push('\n'),
                    Some(escaped) => text.push(escaped),
                    None => break,
                },
                c => text.push(c),
            }
        }
        text
    }

    fn raw_text(&mut self, hashes: usize) -> String {
        let end = format!("\"{}", "#".repeat(hashes));
        let mut text = String::new();
        while let Some(c) = self.bump() {
            text.push(c);
            if text.ends_with(&end) {
                text.truncate(text.len() - end.len());
                break;
            }
        }
        text
    }

    fn character_or_lifetime(&mut self) -> Kind {
        let first = self.bump();
        if first == Some('\\') {
            self.bump();
            while self.bump().is_some_and(|c| c != '\'') {}
        } else if !self.eat('\'') {
            self.word('\'');
        }
        Kind::Other
    }

    fn word(&mut self, first: char) -> String {
        let mut word = String::from(first);
        while let Some(&c) = self.rest.peek().filter(|c| is_word(**c)) {
            word.push(c);
            self.bump();
        }
        word
    }

    fn word_or_literal(&mut self, first: char) -> Kind {
        let word = self.word(first);
        match (word.as_str(), self.rest.peek()) {
            ("b" | "c", Some('"')) => {
                self.bump();
                Kind::Text(self.text())
            }
            ("b", Some('\'')) => {
                self.bump();
                self.character_or_lifetime()
            }
            ("r" | "br" | "cr", Some('"' | '#')) => self.raw(),
            _ => Kind::Word(word),
        }
    }

    fn raw(&mut self) -> Kind {
        let mut hashes = 0;
        while self.eat('#') {
            hashes += 1;
        }
        if self.eat('"') { Kind::Text(self.raw_text(hashes)) } else { Kind::Word(self.raw_word()) }
    }

    fn raw_word(&mut self) -> String {
        self.bump().map(|first| self.word(first)).unwrap_or_default()
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Drops each item under `#[cfg(test)]`; under `#![cfg(test)]` the rest of the file.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let inner = is(tokens, at + 1, '!');
        if is(tokens, at, '#') && is(tokens, at + 1 + usize::from(inner), '[') {
            let end = group_end(tokens, at + 1 + usize::from(inner));
            if is_for_tests(tokens.get(at..end).unwrap_or_default()) {
                if inner {
                    break;
                }
                at = item_end(tokens, end);
                continue;
            }
        }
        kept.push(token.clone());
        at += 1;
    }
    kept
}

fn is_for_tests(attribute: &[Token]) -> bool {
    let has = |wanted: &str| attribute.iter().any(|token| token.kind == Kind::Word(wanted.to_owned()));
    has("cfg") && has("test") && !has("not")
}

fn is(tokens: &[Token], at: usize, mark: char) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == Kind::Mark(mark))
}

/// The place after the bracket that closes the one at `at`.
fn group_end(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// The place after the item that begins at `at`: after its `;` or its body.
fn item_end(tokens: &[Token], mut at: usize) -> usize {
    let mut is_use = false;
    while let Some(token) = tokens.get(at) {
        match &token.kind {
            Kind::Mark(';') => return at + 1,
            Kind::Mark('{') if !is_use => return group_end(tokens, at),
            Kind::Mark('(' | '[' | '{') => at = group_end(tokens, at),
            Kind::Word(word) => {
                is_use |= matches!(word.as_str(), "use" | "const" | "static" | "let");
                at += 1;
            }
            _ => at += 1,
        }
    }
    tokens.len()
}
