//! A relay that speaks SMTP over a real connection and waits at one moment of it until it is told to go on.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// When the relay waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Before it lets the letter begin.
    BeforeLetter,
    /// After the final dot, before its reply.
    BeforeReply,
}

/// The relay and its one conversation.
pub struct Relay {
    /// Where it listens on loopback.
    pub port: u16,
    reached: Receiver<()>,
    go_on: Sender<()>,
    letter: Receiver<bool>,
}

impl Relay {
    /// Begins to listen.
    pub fn start(hold: Hold) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ((reach, reached), (go_on, wait), (told, letter)) = (channel(), channel(), channel());
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            // The other side may hang up at any point; then there was no letter.
            let taken = converse(&stream, hold, &reach, &wait).unwrap_or(false);
            let _ = told.send(taken);
        });
        Self { port, reached, go_on, letter }
    }

    /// Waits until that moment.
    #[track_caller]
    pub fn wait_for_moment(&self) {
        self.reached.recv_timeout(Duration::from_secs(20)).expect("no letter came");
    }

    /// Goes on, and tells whether a whole letter came.
    #[track_caller]
    pub fn go_on(&self) -> bool {
        self.go_on.send(()).unwrap();
        self.letter.recv_timeout(Duration::from_secs(20)).expect("the conversation did not end")
    }
}

fn converse(
    stream: &TcpStream,
    hold: Hold,
    reach: &Sender<()>,
    wait: &Receiver<()>,
) -> std::io::Result<bool> {
    let at = |moment: Hold| {
        if moment == hold {
            let _ = reach.send(());
            let _ = wait.recv_timeout(Duration::from_secs(20));
        }
    };
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut say = stream.try_clone()?;
    say.write_all(b"220 relay.example.com ESMTP\r\n")?;
    while let Some(line) = lines.next() {
        let command = line?.to_uppercase();
        if !command.starts_with("DATA") {
            say.write_all(b"250 2.0.0 fine\r\n")?;
            continue;
        }
        at(Hold::BeforeLetter);
        say.write_all(b"354 go on\r\n")?;
        for line in lines.by_ref() {
            if line? == "." {
                at(Hold::BeforeReply);
                say.write_all(b"250 2.0.0 taken\r\n")?;
                return Ok(true);
            }
        }
    }
    Ok(false)
}
