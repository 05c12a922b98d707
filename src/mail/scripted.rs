//! A relay that does what a test tells it, for one connection.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::{JoinHandle, park_timeout, spawn};
use std::time::Duration;

use super::limits::Limits;
use super::{Connection, EmailAddress, MailUrl, PreparedLetter, SmtpRelay, Transport};

/// What the scripted relay does, in order; at the end it closes.
pub(super) enum Act {
    Say(&'static str),
    /// Reads one line.
    Line,
    /// Reads up to the final dot.
    Letter,
    /// Reads until the other side closes.
    Hang,
    /// Neither reads nor speaks for half a minute.
    Pause,
    /// Says the same again and again, after a pause, until the other side closes.
    Repeat(&'static str, Duration),
}
use Act::{Hang, Letter, Line, Pause, Repeat, Say};

pub(super) const HELLO: [Act; 3] = [Say("220 relay ready"), Line, Say("250-relay\r\n250 8BITMIME")];
pub(super) const ENVELOPE: [Act; 6] =
    [Line, Say("250 2.1.0 ok"), Line, Say("250 2.1.5 ok"), Line, Say("354 go on")];

/// Starts a relay for one connection; the handle gives the lines it read.
pub(super) fn relay(script: impl IntoIterator<Item = Act>) -> (u16, JoinHandle<Vec<String>>) {
    let script: Vec<Act> = script.into_iter().collect();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let handle = spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut writer = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        let mut read = Vec::new();
        let mut line = |read: &mut Vec<String>| {
            let mut text = String::new();
            let more = reader.read_line(&mut text).is_ok_and(|n| n > 0);
            read.push(text.trim_end_matches(['\r', '\n']).to_owned());
            more
        };
        for act in script {
            match act {
                Say(text) => writer.write_all(format!("{text}\r\n").as_bytes()).unwrap_or_default(),
                Line => _ = line(&mut read),
                Letter => while line(&mut read) && read.last().is_some_and(|l| l != ".") {},
                Hang => while line(&mut read) {},
                Pause => park_timeout(Duration::from_secs(30)),
                Repeat(text, pause) => {
                    while writer.write_all(text.as_bytes()).is_ok() {
                        park_timeout(pause);
                    }
                }
            }
        }
        read
    });
    (port, handle)
}

pub(super) fn to_port(port: u16) -> Transport {
    to(&format!("smtp://127.0.0.1:{port}"), Limits::default())
}

/// Any relay, with deadlines of the test's choice.
pub(super) fn to(url: &str, limits: Limits) -> Transport {
    let MailUrl::Smtp(url) = url.parse().unwrap() else { panic!("not a relay") };
    Transport::Smtp(Box::new(SmtpRelay::new(url, "hearback.example").with_limits(limits)))
}

pub(super) fn letter() -> PreparedLetter {
    PreparedLetter {
        envelope_from: EmailAddress::parse("b+1@bounce.example").unwrap(),
        envelope_to: EmailAddress::parse("carla@customers.example").unwrap(),
        message_id: "<1.1@example.com>".to_owned(),
        bytes: b"Subject: x\r\n\r\nhello\r\n.hidden dot\r\n".to_vec(),
    }
}

pub(super) async fn opened(script: impl IntoIterator<Item = Act>) -> (Connection, JoinHandle<Vec<String>>) {
    let (port, handle) = relay(script);
    (Connection::open(&to_port(port)).await.unwrap(), handle)
}
