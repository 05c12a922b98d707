//! One conversation (RFC 5321), with rules looked up at each stage of it.

use super::record::About;
use super::rules::{Act, Found};
use super::{Server, hold};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::thread::sleep;
use std::time::Duration;

/// How much an endless answer has at most.
const ENDLESS: usize = 64 << 20;

/// Whether the answer was positive; an error ends the conversation.
type Said = io::Result<bool>;

pub struct Talk<'a> {
    server: &'a Server,
    about: About,
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

fn over() -> io::Error {
    io::Error::new(ErrorKind::ConnectionAborted, "closed by a rule")
}

pub fn run(server: &Server, connection: u64, stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let reader = BufReader::new(stream.try_clone()?);
    let about = About { connection, ..About::default() };
    let mut talk = Talk { server, about, reader, writer: stream };
    let end = talk.converse();
    let why = end.as_ref().err().map_or_else(|| "in order".to_owned(), ToString::to_string);
    server.record.write(&talk.about, "ended", "", &why);
    end
}

impl Talk<'_> {
    fn note(&self, event: &str, stage: &str, detail: &str) {
        self.server.record.write(&self.about, event, stage, detail);
    }

    fn find(&self, stage: &str, bytes: Range<usize>, from: usize) -> Option<Found> {
        self.server.rules.lock().unwrap().find(stage, &self.about.recipient, bytes, from)
    }

    /// Answers at a stage as the rules say, else with `usual`; true when the answer was positive.
    fn answer(&mut self, stage: &str, usual: &str) -> Said {
        self.note("reached", stage, "");
        let mut from = 0;
        while let Some(found) = self.find(stage, 0..1, from) {
            self.note("fault", stage, &found.rule);
            from = found.next;
            if let Some(said) = self.act(stage, usual, found.act)? {
                return Ok(said);
            }
        }
        self.say(stage, usual)
    }

    /// None when the conversation goes on as if nothing had happened.
    fn act(&mut self, stage: &str, usual: &str, act: Act) -> io::Result<Option<bool>> {
        match act {
            Act::Say(text) => {
                let said = self.say(stage, &text)?;
                if text.starts_with("421") { Err(over()) } else { Ok(Some(said)) }
            }
            Act::Close => Err(over()),
            Act::Hang => self.hang(stage),
            Act::Pause => {
                hold::wait(self.server, self.about.connection, || self.note("paused", stage, ""));
                Ok(None)
            }
            Act::Drip(every) => self.drip(stage, usual, every).map(Some),
            Act::Endless => self.endless(stage, usual),
            Act::Lose => {
                self.note("accepted", stage, "and says nothing");
                Err(over())
            }
        }
    }

    fn say(&mut self, stage: &str, text: &str) -> Said {
        let positive = text.starts_with(['2', '3']);
        // Its own word comes before the client can have heard of it.
        match (stage, text.starts_with('2')) {
            ("dot", true) => self.note("accepted", stage, text),
            ("dot", false) => self.note("refused", stage, text),
            _ => {}
        }
        if !text.is_empty() {
            let lines = text.replace("\\n", "\r\n");
            self.writer.write_all(format!("{lines}\r\n").as_bytes())?;
        }
        Ok(positive)
    }

    /// Reads whatever comes and says nothing, until it is let go or the other side goes.
    fn hang(&mut self, stage: &str) -> io::Result<Option<bool>> {
        self.writer.set_read_timeout(Some(Duration::from_millis(20)))?;
        let connection = self.about.connection;
        hold::begin(self.server, connection);
        self.note("hangs", stage, "");
        let mut bytes = [0; 4096];
        while !hold::is_over(self.server, connection) {
            match self.reader.read(&mut bytes) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error),
            }
        }
        Err(over())
    }

    fn drip(&mut self, stage: &str, text: &str, every: Duration) -> Said {
        if stage == "dot" {
            self.note("accepted", stage, text);
        }
        for byte in format!("{}\r\n", text.replace("\\n", "\r\n")).bytes() {
            self.writer.write_all(&[byte])?;
            sleep(every);
        }
        Ok(true)
    }

    fn endless(&mut self, stage: &str, usual: &str) -> io::Result<Option<bool>> {
        let line = format!("{}-{}\r\n", usual.get(..3).unwrap_or("250"), "x".repeat(500));
        let mut written = 0;
        while written < ENDLESS {
            if self.writer.write_all(line.as_bytes()).is_err() {
                break;
            }
            written += line.len();
        }
        self.note("poured", stage, &written.to_string());
        Err(over())
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        if self.reader.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn converse(&mut self) -> io::Result<()> {
        self.answer("connect", "")?;
        if !self.answer("banner", "220 relay.example.com ESMTP")? {
            return Ok(());
        }
        while let Some(line) = self.line()? {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            match word.as_str() {
                "EHLO" | "HELO" => {
                    let offers = self.server.rules.lock().unwrap().offers.clone();
                    let mut usual = "250-relay.example.com".to_owned();
                    for offer in &offers {
                        usual.push_str("\\n250-");
                        usual.push_str(offer);
                    }
                    usual.push_str("\\n250 8BITMIME");
                    self.answer("ehlo", &usual)?;
                }
                "STARTTLS" => {
                    // What comes now is no conversation that it could have.
                    self.answer("starttls", "220 2.0.0 go on")?;
                    return Ok(());
                }
                "AUTH" => self.auth(&line)?,
                "MAIL" => {
                    self.about.recipient.clear();
                    self.about.message_id.clear();
                    self.answer("mail", "250 2.1.0 fine")?;
                }
                "RCPT" => {
                    self.about.recipient = between(&line, '<', '>').to_lowercase();
                    self.answer("rcpt", "250 2.1.5 fine")?;
                }
                "DATA" => self.data()?,
                "RSET" => _ = self.answer("rset", "250 2.0.0 fine")?,
                "QUIT" => {
                    self.answer("quit", "221 2.0.0 bye")?;
                    return Ok(());
                }
                _ => _ = self.say("", "250 2.0.0 fine")?,
            }
        }
        Err(io::Error::new(ErrorKind::UnexpectedEof, "the client went"))
    }

    fn auth(&mut self, line: &str) -> io::Result<()> {
        if line.to_uppercase().starts_with("AUTH LOGIN") {
            for asked in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                self.say("", asked)?;
                self.line()?;
            }
        }
        self.answer("auth", "235 2.7.0 welcome").map(drop)
    }

    fn data(&mut self) -> io::Result<()> {
        if !self.answer("data", "354 go on")? {
            return Ok(());
        }
        let (mut letter, mut is_head, mut began) = (Vec::new(), true, false);
        loop {
            let mut line = Vec::new();
            if self.reader.read_until(b'\n', &mut line)? == 0 {
                return Err(io::Error::new(ErrorKind::UnexpectedEof, "the client went before the dot"));
            }
            if line == b".\r\n" {
                break;
            }
            let before = letter.len();
            letter.extend_from_slice(&line);
            is_head &= line != b"\r\n";
            if is_head && let Some(id) = message_id(&line) {
                self.about.message_id = id;
            }
            if !began {
                self.note("reached", "body", "");
                began = true;
            }
            let mut from = 0;
            while let Some(found) = self.find("body", before..letter.len(), from) {
                self.note("fault", "body", &found.rule);
                from = found.next;
                self.act("body", "", found.act)?;
            }
        }
        self.server.keep(&self.about, &letter);
        let taken = self.answer("dot", "250 2.0.0 taken")?;
        if taken {
            self.answer("accepted", "")?;
        }
        Ok(())
    }
}

fn message_id(line: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(line);
    // Folded, the value stands alone on the next line.
    let is_it = text.to_lowercase().starts_with("message-id:") || text.starts_with(" <");
    (is_it && text.contains('<')).then(|| format!("<{}>", between(&text, '<', '>')))
}

fn between(text: &str, from: char, to: char) -> &str {
    let after = text.split_once(from).map_or("", |(_, after)| after);
    after.split_once(to).map_or("", |(within, _)| within)
}
