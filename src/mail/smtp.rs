//! The conversation with a relay, over lettre's connection but command by command: its own `send` cannot say
//! whether a failure came before or after the letter was handed over, and its pool stalls 44 ms a message.
//! Every step has a deadline of its own ([`Limits`]).

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::failure::{Failure, Reply, Stage, kept};
use super::letter::PreparedLetter;
use super::limits::Limits;
use super::mail_url::SmtpUrl;
use super::smtp_open::{Opened, open};
use super::stream::Wire;
use super::tls::{Authorities, Tls};
use super::transcript::{Recorder, Saying};

/// RFC 3461 §4.4.
const MAX_ENVID: usize = 100;

/// A relay and everything needed to open conversations with it.
#[derive(Clone)]
pub struct SmtpRelay {
    pub(super) url: SmtpUrl,
    pub(super) hello: ClientId,
    pub(super) tls: Tls,
    pub(super) limits: Limits,
    pub(super) recorder: Option<Recorder>,
}

impl SmtpRelay {
    /// Names a relay; nothing is connected. A `hello` that is no host name is replaced by `localhost`.
    pub fn new(url: SmtpUrl, hello: &str) -> Self {
        let named = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        let hello = match hello.parse::<IpAddr>() {
            Ok(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
            Ok(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
            Err(_) if !hello.is_empty() && hello.chars().all(named) => ClientId::Domain(hello.to_owned()),
            Err(_) => ClientId::Domain("localhost".to_owned()),
        };
        Self { url, hello, tls: Tls::default(), limits: Limits::default(), recorder: None }
    }

    /// Trusts further certificate authorities.
    #[must_use]
    pub fn trusting(mut self, authorities: Authorities) -> Self {
        self.tls = Tls::trusting(authorities);
        self
    }

    /// Tells each line of its conversations to a recorder.
    #[must_use]
    pub fn recorded(mut self, recorder: Recorder) -> Self {
        self.recorder = Some(recorder);
        self
    }

    #[cfg(test)]
    pub(super) fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl fmt::Debug for SmtpRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.url, f)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Ready for the next envelope.
    Free,
    /// The relay waits for a letter.
    Data,
    /// In order, but good for nothing but a goodbye.
    Spent,
    /// In the middle of a step or out of step: not a word more.
    Broken,
}

/// One open conversation.
pub(super) struct SmtpConversation {
    connection: AsyncSmtpConnection,
    wire: Wire,
    /// The relay reports what it cannot deliver the way it is asked to (RFC 3461).
    takes_dsn: bool,
    state: State,
    limits: Limits,
}

/// Why a step got no positive reply.
pub(super) enum Trouble {
    Reply { code: u16, text: String },
    Broken(String),
}

impl From<SmtpError> for Trouble {
    fn from(error: SmtpError) -> Self {
        match error.status() {
            Some(code) => {
                let text = std::error::Error::source(&error).map(ToString::to_string);
                Self::Reply { code: code.into(), text: text.unwrap_or_default() }
            }
            None => Self::Broken(kept(&error.to_string())),
        }
    }
}

/// Runs one step under its deadline.
pub(super) async fn step<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, Trouble> {
    match timeout(limit, work).await {
        Ok(result) => result.map_err(Trouble::from),
        Err(_) => Err(Trouble::Broken(format!("no answer within {} s", limit.as_secs()))),
    }
}

impl SmtpConversation {
    /// Connects, encrypts as the URL says, signs in.
    ///
    /// # Errors
    /// [`Failure::NotReached`] and [`Failure::Misconfigured`].
    pub(super) async fn open(relay: &SmtpRelay) -> Result<Self, Failure> {
        let Opened { connection, wire, takes_dsn } = open(relay).await?;
        Ok(Self { connection, wire, takes_dsn, state: State::Free, limits: relay.limits })
    }

    pub(super) fn is_usable(&self) -> bool {
        self.state == State::Free && !self.connection.has_broken()
    }

    pub(super) async fn envelope(&mut self, letter: &PreparedLetter) -> Result<(), Failure> {
        if !self.is_usable() {
            return Err(Failure::NotReached("the connection is not free for a letter".to_owned()));
        }
        // Stays so when this future is dropped half-way.
        self.state = State::Broken;
        let limits = self.limits;
        let (mail, rcpt) = commands(letter, self.takes_dsn);
        for (command, limit, stage) in
            [(mail, limits.mail, Stage::Sender), (rcpt, limits.rcpt, Stage::Recipient)]
        {
            if let Err(failure) = self.command(command, limit, stage, 200..300).await {
                self.reset_after(&failure).await;
                return Err(failure);
            }
        }
        let data = self.command(Data.to_string(), limits.data, Stage::Data, 354..355).await;
        self.state = match &data {
            Ok(()) => State::Data,
            Err(failure) if is_reply(failure) => State::Spent,
            Err(_) => State::Broken,
        };
        data
    }

    pub(super) async fn body(&mut self, letter: &PreparedLetter) -> Result<Reply, Failure> {
        if self.state != State::Data {
            return Err(Failure::NotReached("the relay was not asked to take a letter".to_owned()));
        }
        self.state = State::Broken;
        self.wire.saying(Saying::Letter);
        let given = self.give(letter).await;
        self.wire.saying(Saying::Commands);
        given?;
        match step(self.limits.reply, self.connection.read_response()).await {
            Ok(response) if is_in(&response, 200..300) => {
                self.state = State::Free;
                Ok(Reply { code: response.code().into(), text: kept(&text_of(&response)) })
            }
            Ok(response) => Err(Failure::NoReply(format!("out of turn: {}", kept(&text_of(&response))))),
            Err(Trouble::Reply { code, text }) => {
                self.state = State::Spent;
                Err(Failure::from_reply(code, &text, Stage::Body))
            }
            Err(Trouble::Broken(why)) => Err(Failure::NoReply(why)),
        }
    }

    /// Sends the letter and, if the relay is still listening, the final dot. Without the dot no relay has a
    /// letter (RFC 5321 §4.1.1.4), so whatever fails here may be tried again.
    async fn give(&mut self, letter: &PreparedLetter) -> Result<(), Failure> {
        let limit = self.limits.body;
        let late = |_| Failure::NotReached(format!("letter: not taken within {} s", limit.as_secs()));
        let broken = |error: std::io::Error| Failure::NotReached(kept(&format!("letter: {error}")));
        let (text, dot) = stuffed(&letter.bytes);
        timeout(limit, write(&mut self.wire, &text)).await.map_err(late)?.map_err(broken)?;
        if self.wire.has_interrupted().await.map_err(broken)? {
            return Err(match step(limit, self.connection.read_response()).await {
                Err(Trouble::Reply { code, text }) => Failure::from_reply(code, &text, Stage::Data),
                _ => Failure::NotReached("letter: the relay spoke out of turn".to_owned()),
            });
        }
        timeout(limit, write(&mut self.wire, dot)).await.map_err(late)?.map_err(broken)?;
        self.wire.told(|| format!("(letter, {} bytes)", letter.bytes.len()));
        Ok(())
    }

    pub(super) async fn quit(mut self) {
        if self.state == State::Free || self.state == State::Spent {
            // Whatever it answers, the connection goes away.
            let _ = timeout(self.limits.quit, self.connection.quit()).await;
        }
    }

    async fn command(
        &mut self,
        command: String,
        limit: Duration,
        stage: Stage,
        expected: Range<u16>,
    ) -> Result<(), Failure> {
        let what = match stage {
            Stage::Sender => "MAIL",
            Stage::Recipient => "RCPT",
            Stage::Data | Stage::Body => "DATA",
        };
        match step(limit, self.connection.command(command)).await {
            Ok(response) if is_in(&response, expected) => Ok(()),
            Ok(response) => {
                let code = u16::from(response.code());
                Err(Failure::NotReached(format!("{what}: out of turn with {code}")))
            }
            Err(Trouble::Reply { code, text }) => Err(Failure::from_reply(code, &text, stage)),
            Err(Trouble::Broken(why)) => Err(Failure::NotReached(format!("{what}: {why}"))),
        }
    }

    /// A plain no to MAIL or RCPT leaves the conversation in order: RSET (RFC 5321 §4.1.1.5) saves a reconnect
    /// for each bad address.
    async fn reset_after(&mut self, failure: &Failure) {
        if is_reply(failure) && step(self.limits.mail, self.connection.command(Rset)).await.is_ok() {
            self.state = State::Free;
        }
    }
}

/// Within an envelope these three are a no in good order.
fn is_reply(failure: &Failure) -> bool {
    matches!(failure, Failure::Deferred { .. } | Failure::Refused { .. } | Failure::Misconfigured(_))
}

/// Writes MAIL and RCPT. An `EmailAddress` has no character that could end the command or the path.
fn commands(letter: &PreparedLetter, with_dsn: bool) -> (String, String) {
    let (from, to) = (letter.envelope_from.as_str(), letter.envelope_to.as_str());
    if !with_dsn {
        return (format!("MAIL FROM:<{from}>\r\n"), format!("RCPT TO:<{to}>\r\n"));
    }
    let id = xtext(letter.message_id.trim_matches(['<', '>']));
    let id = if id.len() <= MAX_ENVID { format!(" ENVID={id}") } else { String::new() };
    (
        format!("MAIL FROM:<{from}> RET=HDRS{id}\r\n"),
        // No word of success, which would be a mail for each letter.
        format!("RCPT TO:<{to}> NOTIFY=FAILURE,DELAY\r\n"),
    )
}

/// RFC 3461 §4.
fn xtext(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'+' && byte != b'=';
    let one = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("+{byte:02X}") };
    text.bytes().map(one).collect()
}

/// Doubles each dot at the start of a line (RFC 5321 §4.5.2), and gives the end of the letter apart.
fn stuffed(letter: &[u8]) -> (Vec<u8>, &'static [u8]) {
    let mut out = Vec::with_capacity(letter.len() + 16);
    for (number, line) in letter.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let begins_line = number == 0 || out.ends_with(b"\r\n");
        if begins_line && line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    let dot: &[u8] = if out.ends_with(b"\r\n") { b".\r\n" } else { b"\r\n.\r\n" };
    (out, dot)
}

async fn write(wire: &mut Wire, bytes: &[u8]) -> std::io::Result<()> {
    wire.write_all(bytes).await?;
    wire.flush().await
}

fn is_in(response: &Response, codes: Range<u16>) -> bool {
    codes.contains(&u16::from(response.code()))
}

fn text_of(response: &Response) -> String {
    response.message().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
