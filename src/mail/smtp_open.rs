//! The opening of a conversation: connect, greeting, encryption, sign-in.

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Starttls;
use lettre::transport::smtp::extension::Extension;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::failure::{Failure, kept};
use super::mail_url::{Password, Security};
use super::smtp::{SmtpRelay, Trouble, step};
use super::stream::Wire;
use super::transcript::Saying;

/// A relay that waits for the first envelope.
pub(super) struct Opened {
    pub(super) connection: AsyncSmtpConnection,
    pub(super) wire: Wire,
    pub(super) takes_dsn: bool,
}

/// Connects, encrypts as the URL says, signs in.
///
/// # Errors
/// [`Failure::NotReached`] when the relay is at fault, [`Failure::Misconfigured`] when the settings are.
pub(super) async fn open(relay: &SmtpRelay) -> Result<Opened, Failure> {
    let wire = connect(relay).await?;
    if relay.url.security == Security::Implicit {
        encrypt(relay, &wire).await?;
    }
    let mut connection = introduce(relay, &wire).await?;
    if wants_starttls(relay, &connection)? {
        starttls(relay, &wire, connection).await?;
        connection = introduce(relay, &wire).await?;
    }
    let takes_dsn = wire.heard_keyword("DSN");
    if let Some((user, password)) = &relay.url.credentials {
        sign_in(relay, &wire, &mut connection, user, password).await?;
    }
    Ok(Opened { connection, wire, takes_dsn })
}

async fn connect(relay: &SmtpRelay) -> Result<Wire, Failure> {
    let place = (relay.url.host.as_str(), relay.url.port);
    let limit = relay.limits.connect;
    let not_reached = |error: std::io::Error| Failure::NotReached(kept(&format!("connect: {error}")));
    let socket = timeout(limit, TcpStream::connect(place))
        .await
        .map_err(|_| Failure::NotReached(format!("connect: no answer within {} s", limit.as_secs())))?
        .map_err(not_reached)?;
    Wire::new(socket, relay.recorder.clone()).map_err(not_reached)
}

async fn encrypt(relay: &SmtpRelay, wire: &Wire) -> Result<(), Failure> {
    let limit = relay.limits.handshake;
    let late = |_| Failure::NotReached(format!("TLS: no answer within {} s", limit.as_secs()));
    timeout(limit, wire.encrypt(&relay.tls, &relay.url.host)).await.map_err(late)?
}

/// Reads the greeting and says EHLO. A relay that does not greet us is in trouble; one that greets us and refuses
/// our name wants another one.
async fn introduce(relay: &SmtpRelay, wire: &Wire) -> Result<AsyncSmtpConnection, Failure> {
    let connect = AsyncSmtpConnection::connect_with_transport(Box::new(wire.clone()), &relay.hello);
    step(relay.limits.greeting, connect).await.map_err(|trouble| {
        if wire.has_spoken() { refused("EHLO", trouble) } else { not_reached("greeting", trouble) }
    })
}

/// Tells whether STARTTLS comes next.
fn wants_starttls(relay: &SmtpRelay, connection: &AsyncSmtpConnection) -> Result<bool, Failure> {
    let offered = connection.server_info().supports_feature(Extension::StartTls);
    match relay.url.security {
        Security::Required if !offered => {
            let why = "the relay offers no encryption (STARTTLS), and tls=required asks for it";
            Err(Failure::Misconfigured(why.to_owned()))
        }
        Security::Required => Ok(true),
        Security::Opportunistic => Ok(offered),
        Security::Implicit | Security::None => Ok(false),
    }
}

/// Switches to TLS (RFC 3207). The lettre connection ends here with whatever else it read in plain text; what
/// somebody slipped in behind the reply is never taken for a part of the encrypted conversation.
async fn starttls(relay: &SmtpRelay, wire: &Wire, connection: AsyncSmtpConnection) -> Result<(), Failure> {
    let mut plain = connection;
    let reply = step(relay.limits.greeting, plain.command(Starttls)).await;
    reply.map_err(|trouble| refused("STARTTLS", trouble))?;
    drop(plain);
    encrypt(relay, wire).await?;
    // A new lettre connection waits for a greeting, and a relay does not greet twice.
    wire.prompt(b"220 encrypted\r\n");
    Ok(())
}

async fn sign_in(
    relay: &SmtpRelay,
    wire: &Wire,
    connection: &mut AsyncSmtpConnection,
    user: &str,
    password: &Password,
) -> Result<(), Failure> {
    if !wire.is_encrypted() && !relay.url.is_loopback() {
        let why = "the relay offers no encryption (STARTTLS), so the password was not sent";
        return Err(Failure::Misconfigured(why.to_owned()));
    }
    let ways = [Mechanism::Plain, Mechanism::Login];
    if connection.server_info().get_auth_mechanism(&ways).is_none() {
        let why = "the relay offers no sign-in by PLAIN or LOGIN, so the password was not sent";
        return Err(Failure::Misconfigured(why.to_owned()));
    }
    let credentials = Credentials::new(user.to_owned(), password.reveal().to_owned());
    wire.saying(Saying::Credentials);
    let signed_in = step(relay.limits.greeting, connection.auth(&ways, &credentials)).await;
    wire.saying(Saying::Commands);
    signed_in.map(drop).map_err(|trouble| refused("sign-in", trouble))
}

/// A 5xx says that it will not do, however often we ask.
fn refused(what: &str, trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Reply { code: 500.., .. } => Failure::Misconfigured(words(what, trouble)),
        _ => not_reached(what, trouble),
    }
}

fn not_reached(what: &str, trouble: Trouble) -> Failure {
    Failure::NotReached(words(what, trouble))
}

fn words(what: &str, trouble: Trouble) -> String {
    match trouble {
        Trouble::Reply { code, text } => format!("{what}: {code} {}", kept(&text)),
        Trouble::Broken(why) => format!("{what}: {why}"),
    }
}
