//! An SMTP server for tests that speaks, stalls, drips, lies and closes on command, as a process of its own.
//!
//! ```text
//! relay FOLDER [seed=N] [RULE…]
//! ```
//!
//! It says `port N` on standard output. `FOLDER/log` gets one line for each event, `FOLDER/N.eml` each letter that
//! came with its dot, whatever was answered. What it reads line by line from standard input changes it while it runs:
//! `rule RULE`, `clear` (no rules any more), `go` (whoever waits goes on), `go N` (connection N alone goes on). It
//! ends with its input. How a rule is written stands in `rules.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod hold;
mod record;
mod rules;
mod talk;

use record::{About, Record};
use rules::Rules;
use std::io::{Write, stdin, stdout};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};

/// What the conversations share.
pub struct Server {
    folder: PathBuf,
    record: Record,
    rules: Mutex<Rules>,
    held: Mutex<hold::Held>,
    let_go: Condvar,
    letters: Mutex<u64>,
}

impl Server {
    /// Keeps a letter; its name follows the order in which the dots came.
    fn keep(&self, about: &About, letter: &[u8]) {
        let mut count = self.letters.lock().unwrap();
        *count += 1;
        let name = format!("{count}.eml");
        std::fs::write(self.folder.join(&name), letter).unwrap();
        self.record.write(about, "kept", "dot", &name);
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let mut rules = Rules::default();
    for argument in arguments {
        match argument.strip_prefix("seed=") {
            Some(seed) => rules.seed = seed.parse().expect("a seed"),
            None => rules.add(&argument).unwrap(),
        }
    }
    let server = Arc::new(Server {
        record: Record::open(&folder.join("log")),
        folder,
        rules: Mutex::new(rules),
        held: Mutex::default(),
        let_go: Condvar::new(),
        letters: Mutex::default(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("port {}", listener.local_addr().unwrap().port());
    stdout().flush().unwrap();
    let accepting = Arc::clone(&server);
    std::thread::spawn(move || {
        for (stream, connection) in listener.incoming().zip(1..) {
            let server = Arc::clone(&accepting);
            // Whoever hangs up has said enough: the record tells it.
            std::thread::spawn(move || drop(talk::run(&server, connection, stream.unwrap())));
        }
    });
    for line in stdin().lines() {
        let line = line.unwrap();
        match line.split_once(' ') {
            None if line == "go" => hold::go(&server, None),
            None if line == "clear" => server.rules.lock().unwrap().clear(),
            Some(("go", connection)) => hold::go(&server, Some(connection.parse().unwrap())),
            Some(("rule", rule)) => server.rules.lock().unwrap().add(rule).unwrap(),
            _ => panic!("not understood: {line}"),
        }
        println!("done");
        stdout().flush().unwrap();
    }
}
