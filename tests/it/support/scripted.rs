//! The scripted mail server of `tests/relay` as a child process, and what it wrote down.

use super::{Folder, fresh_folder, wait_until};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

/// How long anything may take that needs no deadline of the program to pass.
pub const SOON: Duration = Duration::from_secs(30);

/// One line of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Which conversation, from 1.
    pub connection: u64,
    /// `reached`, `fault`, `paused`, `hangs`, `poured`, `kept`, `accepted`, `refused` or `ended`.
    pub what: String,
    /// The stage of the conversation.
    pub stage: String,
    /// The recipient's address, if it was named.
    pub recipient: String,
    /// The letter's Message-ID, if it came.
    pub message_id: String,
    /// The rule, the answer, or why it ended.
    pub detail: String,
}

impl Event {
    fn read(line: &str) -> Self {
        let cells: Vec<&str> = line.split('\t').collect();
        let [_, _, connection, what, stage, recipient, message_id, detail] = cells[..] else {
            panic!("a torn line: {line}")
        };
        Self {
            connection: connection.parse().unwrap(),
            what: what.to_owned(),
            stage: stage.to_owned(),
            recipient: recipient.to_owned(),
            message_id: message_id.to_owned(),
            detail: detail.to_owned(),
        }
    }

    /// Tells whether it is this event at this stage for the address that [`super::make::visit`] gives a visit.
    pub fn is(&self, what: &str, stage: &str, visit: &str) -> bool {
        let recipient = format!("{}@example.com", visit.to_lowercase());
        self.what == what && self.stage == stage && (visit == "*" || self.recipient == recipient)
    }
}

/// The running server.
pub struct Scripted {
    /// Where it listens on loopback.
    pub port: u16,
    child: Mutex<(Child, BufReader<ChildStdout>)>,
    folder: Folder,
}

impl Scripted {
    /// Starts it with rules; how they are written stands in `tests/relay/rules.rs`.
    #[track_caller]
    pub fn start(rules: &[&str]) -> Self {
        let test = std::env::current_exe().unwrap();
        let program: PathBuf = test.ancestors().nth(2).unwrap().join("examples/relay");
        assert!(program.exists(), "the mail server is not built; run `cargo build --example relay`");
        let folder = fresh_folder("relay");
        let mut child = Command::new(program)
            .arg(&folder.0)
            .args(rules)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("port ").expect("a port").parse().unwrap();
        Self { port, child: Mutex::new((child, said)), folder }
    }

    /// The setting that leads letters here.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.port)
    }

    #[track_caller]
    fn tell(&self, line: &str) {
        let mut child = self.child.lock().unwrap();
        writeln!(child.0.stdin.as_mut().unwrap(), "{line}").unwrap();
        let mut done = String::new();
        child.1.read_line(&mut done).unwrap();
        assert_eq!(done.trim(), "done", "{line}");
    }

    /// Takes all rules back.
    #[track_caller]
    pub fn clear(&self) {
        self.tell("clear");
    }

    /// Lets all go on that wait now.
    #[track_caller]
    pub fn go(&self) {
        self.tell("go");
    }

    /// Lets one conversation go on.
    #[track_caller]
    pub fn go_on(&self, connection: u64) {
        self.tell(&format!("go {connection}"));
    }

    /// Everything it wrote down so far.
    pub fn events(&self) -> Vec<Event> {
        self.tail().news()
    }

    /// Reads its record on and on, from the beginning.
    pub fn tail(&self) -> Tail {
        Tail { file: std::fs::File::open(self.folder.0.join("log")).unwrap(), at: 0 }
    }

    /// How often an event came; `*` stands for every visit.
    pub fn count(&self, what: &str, stage: &str, visit: &str) -> usize {
        self.events().iter().filter(|event| event.is(what, stage, visit)).count()
    }

    /// How many letters it took for a visit, by its own word.
    pub fn taken(&self, visit: &str) -> usize {
        self.count("accepted", "dot", visit)
    }

    /// Waits for an event, and gives the last such.
    #[track_caller]
    pub fn wait(&self, what: &str, stage: &str, visit: &str) -> Event {
        self.wait_times(1, what, stage, visit)
    }

    /// Waits until an event came so many times, and gives the last such.
    #[track_caller]
    pub fn wait_times(&self, times: usize, what: &str, stage: &str, visit: &str) -> Event {
        let wanted = format!("`{what}` at {stage} for {visit}, {times} times,");
        wait_until(&wanted, SOON, || {
            let found: Vec<Event> =
                self.events().into_iter().filter(|event| event.is(what, stage, visit)).collect();
            found.get(times - 1).cloned()
        })
    }

    /// Every letter that came with its dot, in that order, whatever was answered.
    pub fn letters(&self) -> Vec<String> {
        let kept = self.events().into_iter().filter(|event| event.what == "kept");
        kept.map(|event| {
            let bytes = std::fs::read(self.folder.0.join(event.detail)).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        })
        .collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        let child = &mut self.child.get_mut().unwrap().0;
        drop(child.kill());
        drop(child.wait());
    }
}

/// Reads what was added since the last look.
pub struct Tail {
    file: std::fs::File,
    at: u64,
}

impl Tail {
    /// Whole lines only; half of one comes with the next look.
    pub fn news(&mut self) -> Vec<Event> {
        self.file.seek(SeekFrom::Start(self.at)).unwrap();
        let mut text = String::new();
        self.file.read_to_string(&mut text).unwrap();
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        self.at += u64::try_from(whole).unwrap();
        text[..whole].lines().map(Event::read).collect()
    }
}
