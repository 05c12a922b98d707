//! The conversation with a relay, over lettre's connection but command by command: its own `send` cannot say
//! whether a failure came before or after the letter was handed over, and its pool stalls 44 ms a message.
//! Every step has a deadline of its own, since lettre's covers the connect only.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension};
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::letter::PreparedLetter;
use super::mail_url::{Password, Security, SmtpUrl};
use super::transport::{Failure, Reply, Stage, kept};

/// RFC 5321 sets no limit for the connect.
const CONNECT: Duration = Duration::from_secs(30);
/// RFC 5321 §4.5.3.2.1, and the same for each step from EHLO to the sign-in.
const GREETING: Duration = Duration::from_mins(5);
/// RFC 5321 §4.5.3.2.2.
const MAIL: Duration = Duration::from_mins(5);
/// RFC 5321 §4.5.3.2.3.
const RCPT: Duration = Duration::from_mins(5);
/// RFC 5321 §4.5.3.2.4.
const DATA: Duration = Duration::from_mins(2);
/// RFC 5321 §4.5.3.2.6: giving up earlier on the reply to the final dot is how mail gets doubled.
const BODY: Duration = Duration::from_mins(10);
/// Nothing depends on a goodbye.
const QUIT: Duration = Duration::from_secs(10);

/// A relay and everything needed to open conversations with it.
#[derive(Clone)]
pub struct SmtpRelay {
    url: SmtpUrl,
    hello: ClientId,
    /// Reading the machine's certificates takes milliseconds: once, when first needed.
    tls: Arc<OnceLock<Result<TlsParameters, String>>>,
    body_limit: Duration,
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
        Self { url, hello, tls: Arc::default(), body_limit: BODY }
    }

    #[cfg(test)]
    pub(super) fn with_body_limit(mut self, limit: Duration) -> Self {
        self.body_limit = limit;
        self
    }

    fn tls(&self) -> Result<TlsParameters, Failure> {
        let make = || TlsParameters::new(self.url.host.clone()).map_err(|error| kept(&error.to_string()));
        self.tls
            .get_or_init(make)
            .clone()
            .map_err(|why| Failure::NotReached(format!("TLS cannot be set up: {why}")))
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
    state: State,
    body_limit: Duration,
}

/// Why a step got no positive reply.
enum Trouble {
    Reply { code: u16, text: String },
    Broken(String),
}

impl Trouble {
    fn before_letter(self, what: &str, stage: Stage) -> Failure {
        match self {
            Self::Reply { code, text } => Failure::from_reply(code, &text, stage),
            Self::Broken(why) => Failure::NotReached(format!("{what}: {why}")),
        }
    }

    fn on_opening(self, what: &str) -> Failure {
        Failure::NotReached(match self {
            Self::Reply { code, text } => format!("{what}: {code} {}", kept(&text)),
            Self::Broken(why) => format!("{what}: {why}"),
        })
    }
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
async fn step<T>(limit: Duration, work: impl Future<Output = Result<T, SmtpError>>) -> Result<T, Trouble> {
    match timeout(limit, work).await {
        Ok(result) => result.map_err(Trouble::from),
        Err(_) => Err(Trouble::Broken(format!("no answer within {} s", limit.as_secs()))),
    }
}

impl SmtpConversation {
    /// Connects, encrypts as the URL says, signs in.
    ///
    /// # Errors
    /// [`Failure::NotReached`] for whatever goes wrong.
    pub(super) async fn open(relay: &SmtpRelay) -> Result<Self, Failure> {
        let mut connection = match relay.url.security {
            Security::Implicit => connect_implicit(relay).await?,
            _ => connect_plain(relay).await?,
        };
        secure(&mut connection, relay).await?;
        if let Some((user, password)) = &relay.url.credentials {
            sign_in(&mut connection, relay, user, password).await?;
        }
        Ok(Self { connection, state: State::Free, body_limit: relay.body_limit })
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
        // An EmailAddress has no character that could end the command or the path.
        let mail = format!("MAIL FROM:<{}>\r\n", letter.envelope_from.as_str());
        let rcpt = format!("RCPT TO:<{}>\r\n", letter.envelope_to.as_str());
        for (command, limit, stage) in [(mail, MAIL, Stage::Sender), (rcpt, RCPT, Stage::Recipient)] {
            if let Err(failure) = self.command(command, limit, stage, 200..300).await {
                self.reset_after(&failure).await;
                return Err(failure);
            }
        }
        let data = self.command(Data.to_string(), DATA, Stage::Data, 354..355).await;
        self.state = match &data {
            Ok(()) => State::Data,
            Err(Failure::Deferred { .. } | Failure::Refused { .. }) => State::Spent,
            Err(_) => State::Broken,
        };
        data
    }

    pub(super) async fn body(&mut self, letter: &PreparedLetter) -> Result<Reply, Failure> {
        if self.state != State::Data {
            return Err(Failure::NotReached("the relay was not asked to take a letter".to_owned()));
        }
        self.state = State::Broken;
        match step(self.body_limit, self.connection.message(&letter.bytes)).await {
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

    pub(super) async fn quit(mut self) {
        if self.state == State::Free || self.state == State::Spent {
            // Whatever it answers, the connection goes away.
            let _ = timeout(QUIT, self.connection.quit()).await;
        }
    }

    async fn command(
        &mut self,
        command: String,
        limit: Duration,
        stage: Stage,
        expected: std::ops::Range<u16>,
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
            Err(trouble) => Err(trouble.before_letter(what, stage)),
        }
    }

    /// A plain no to MAIL or RCPT leaves the conversation in order: RSET (RFC 5321 §4.1.1.5) saves a reconnect
    /// for each bad address.
    async fn reset_after(&mut self, failure: &Failure) {
        if matches!(failure, Failure::Deferred { .. } | Failure::Refused { .. })
            && step(MAIL, self.connection.command(Rset)).await.is_ok()
        {
            self.state = State::Free;
        }
    }
}

fn is_in(response: &Response, codes: std::ops::Range<u16>) -> bool {
    codes.contains(&u16::from(response.code()))
}

fn text_of(response: &Response) -> String {
    response.message().collect::<Vec<_>>().join(" ")
}

async fn connect_plain(relay: &SmtpRelay) -> Result<AsyncSmtpConnection, Failure> {
    let place = (relay.url.host.as_str(), relay.url.port);
    let not_reached = |error: std::io::Error| Failure::NotReached(kept(&format!("connect: {error}")));
    let stream = timeout(CONNECT, TcpStream::connect(place))
        .await
        .map_err(|_| Failure::NotReached("connect: no answer within 30 s".to_owned()))?
        .map_err(not_reached)?;
    // lettre sends body and final dot apart and never sets this: each letter would wait for a delayed ACK.
    stream.set_nodelay(true).map_err(not_reached)?;
    step(GREETING, AsyncSmtpConnection::connect_with_transport(Box::new(stream), &relay.hello))
        .await
        .map_err(|trouble| trouble.on_opening("greeting"))
}

/// lettre 0.11.23 takes TLS from the first byte only over a socket of its own, so without `TCP_NODELAY`.
async fn connect_implicit(relay: &SmtpRelay) -> Result<AsyncSmtpConnection, Failure> {
    let place = (relay.url.host.as_str(), relay.url.port);
    let tls = Some(relay.tls()?);
    let connect = AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), &relay.hello, tls, None);
    step(GREETING, connect).await.map_err(|trouble| trouble.on_opening("connect"))
}

async fn secure(connection: &mut AsyncSmtpConnection, relay: &SmtpRelay) -> Result<(), Failure> {
    let offered = connection.server_info().supports_feature(Extension::StartTls);
    let wanted = match relay.url.security {
        Security::Required => true,
        Security::Opportunistic => offered,
        Security::Implicit | Security::None => false,
    };
    if !wanted {
        return Ok(());
    }
    if !offered {
        let why = "the relay offers no encryption (STARTTLS), and tls=required asks for it";
        return Err(Failure::NotReached(why.to_owned()));
    }
    let tls = relay.tls()?;
    step(GREETING, connection.starttls(tls, &relay.hello))
        .await
        .map_err(|trouble| trouble.on_opening("STARTTLS"))
}

async fn sign_in(
    connection: &mut AsyncSmtpConnection,
    relay: &SmtpRelay,
    user: &str,
    password: &Password,
) -> Result<(), Failure> {
    if !connection.is_encrypted() && !relay.url.is_loopback() {
        let why = "the relay offers no encryption (STARTTLS), so the password was not sent";
        return Err(Failure::NotReached(why.to_owned()));
    }
    let credentials = Credentials::new(user.to_owned(), password.reveal().to_owned());
    step(GREETING, connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials))
        .await
        .map(|_| ())
        .map_err(|trouble| trouble.on_opening("sign-in"))
}
