//! The conversation as it goes, for an operator to read: never a password, and of a letter only its size.

use std::sync::Arc;

/// One line of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spoken {
    /// What happened on the connection.
    Note(String),
    /// A command of ours; credentials are `***`, a letter is `(letter, N bytes)`.
    Us(String),
    /// A line of the relay's reply.
    Relay(String),
}

/// Gets each line at the moment at which it passes. It is called in the middle of the conversation and must be
/// quick.
pub type Recorder = Arc<dyn Fn(Spoken) + Send + Sync>;

/// What we are saying.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Saying {
    Commands,
    Credentials,
    Letter,
}

/// Cuts what passes into lines and tells them to the recorder.
pub(super) struct Scribe {
    recorder: Recorder,
    saying: Saying,
    said: Vec<u8>,
    heard: Vec<u8>,
}

impl Scribe {
    pub(super) fn new(recorder: Recorder) -> Self {
        Self { recorder, saying: Saying::Commands, said: Vec::new(), heard: Vec::new() }
    }

    pub(super) fn saying(&mut self, saying: Saying) {
        self.saying = saying;
    }

    pub(super) fn note(&self, text: String) {
        (self.recorder)(Spoken::Note(text));
    }

    pub(super) fn told(&self, text: String) {
        (self.recorder)(Spoken::Us(text));
    }

    pub(super) fn said(&mut self, bytes: &[u8]) {
        if self.saying == Saying::Letter {
            return;
        }
        self.said.extend_from_slice(bytes);
        for line in lines(&mut self.said) {
            let line = if self.saying == Saying::Credentials { hidden(&line) } else { line };
            (self.recorder)(Spoken::Us(line));
        }
    }

    pub(super) fn heard(&mut self, bytes: &[u8]) {
        self.heard.extend_from_slice(bytes);
        for line in lines(&mut self.heard) {
            (self.recorder)(Spoken::Relay(line));
        }
    }
}

/// Takes the whole lines out, fit for a terminal.
fn lines(buffer: &mut Vec<u8>) -> Vec<String> {
    let Some(end) = buffer.iter().rposition(|byte| *byte == b'\n') else { return Vec::new() };
    let rest = buffer.split_off(end + 1);
    let whole = std::mem::replace(buffer, rest);
    let shown = |line: &str| line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    String::from_utf8_lossy(&whole).lines().map(|line| shown(line).trim_end().to_owned()).collect()
}

/// Keeps the mechanism of `AUTH PLAIN dGVzdA==` and nothing of an answer to a challenge.
fn hidden(line: &str) -> String {
    match line.split(' ').collect::<Vec<_>>().as_slice() {
        ["AUTH", mechanism] => format!("AUTH {mechanism}"),
        ["AUTH", mechanism, ..] => format!("AUTH {mechanism} ***"),
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn lines_are_whole_and_passwords_are_not_in_them() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let hear = Arc::clone(&told);
        let mut scribe = Scribe::new(Arc::new(move |spoken| hear.lock().unwrap().push(spoken)));
        scribe.said(b"EHLO exa");
        scribe.said(b"mple.com\r\n");
        scribe.heard(b"250-relay\r\n250 AU");
        scribe.heard(b"TH \x1b[31mPLAIN\r\n");
        scribe.saying(Saying::Credentials);
        scribe.said(b"AUTH PLAIN AHVzZXIAc2Vj");
        scribe.said(b"cmV0\r\n");
        scribe.said(b"AUTH LOGIN\r\n");
        scribe.said(b"c2VjcmV0\r\n");
        scribe.saying(Saying::Letter);
        scribe.said(b"Subject: x\r\n\r\nhello\r\n");
        let us = |text: &str| Spoken::Us(text.to_owned());
        let relay = |text: &str| Spoken::Relay(text.to_owned());
        assert_eq!(
            *told.lock().unwrap(),
            [
                us("EHLO example.com"),
                relay("250-relay"),
                relay("250 AUTH  [31mPLAIN"),
                us("AUTH PLAIN ***"),
                us("AUTH LOGIN"),
                us("***"),
            ]
        );
    }
}
