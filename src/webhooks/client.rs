//! One POST to an endpoint. The resolver of the connection itself refuses addresses that are none of ours to reach, so
//! that no name can lead elsewhere between a check and the connection (DNS rebinding).

use super::model::Claimed;
use super::retry::{self, Answer};
use super::target;
use crate::config::Network;
use chrono::{DateTime, Utc};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls;
use ureq::config::Config;
use ureq::http::{Response, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body, Error};

/// Time for everything, from the name to the head of the answer.
pub const LONGEST: Duration = Duration::from_secs(20);

/// The largest head of an answer that is read (bytes); its body is not read at all.
const LARGEST_HEAD: usize = 16 * 1024;

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What it means for the message.
    pub answer: Answer,
    /// The receiver's status code.
    pub status: Option<u16>,
    /// What went wrong, as one of the words of [`super::model::Attempt::error`].
    pub error: Option<&'static str>,
}

impl Tried {
    /// A try that ended without an answer.
    pub const fn without(error: &'static str) -> Self {
        Self { answer: Answer::Refused(None), status: None, error: Some(error) }
    }
}

/// Makes connections to where webhooks may go. A connection is used once: what was checked yesterday is checked today.
#[derive(Debug, Clone)]
pub struct Client(Agent);

impl Client {
    /// Makes one that may also reach these private networks.
    pub fn new(allowed: &[Network]) -> Self {
        Self::with(allowed, DefaultResolver::default())
    }

    fn with(allowed: &[Network], resolver: impl Resolver) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider);
        let config = Agent::config_builder()
            .tls_config(tls.build())
            // A proxy from the environment would connect to addresses that nobody checked.
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .max_response_header_size(LARGEST_HEAD)
            .timeout_global(Some(LONGEST))
            .timeout_connect(Some(LONGEST / 2))
            .user_agent(concat!("Hearback/", env!("CARGO_PKG_VERSION")));
        let checked = Checked { allowed: allowed.to_vec(), inner: resolver };
        Self(Agent::with_parts(config.build(), DefaultConnector::default(), checked))
    }

    /// Sends a message with its signatures; blocks until the head of the answer is there, or its time is over.
    pub fn post(&self, message: &Claimed, signatures: &str, at: DateTime<Utc>) -> Tried {
        let sent = self
            .0
            .post(&message.url)
            .header("content-type", "application/json")
            .header("webhook-id", message.id.to_string())
            .header("webhook-timestamp", at.timestamp().to_string())
            .header("webhook-signature", signatures)
            .send(&message.payload);
        match sent {
            Ok(response) => read(&response, at),
            Err(error) => Tried::without(word(&error)),
        }
    }
}

fn read(response: &Response<Body>, at: DateTime<Utc>) -> Tried {
    let status = response.status().as_u16();
    let asked = || {
        let text = response.headers().get("retry-after")?.to_str().ok()?;
        retry::read_retry_after(text, at)
    };
    let (answer, error) = match status {
        200..=299 => (Answer::Accepted, None),
        300..=399 => (Answer::Refused(None), Some("redirect")),
        410 => (Answer::Gone, Some("status")),
        429 | 502..=504 => (Answer::Refused(asked()), Some("status")),
        _ => (Answer::Refused(None), Some("status")),
    };
    Tried { answer, status: Some(status), error }
}

fn word(error: &Error) -> &'static str {
    match error {
        Error::Other(inner) if inner.is::<Private>() => "private",
        Error::Timeout(_) => "timeout",
        Error::HostNotFound => "no_host",
        Error::Tls(_) | Error::Rustls(_) => "tls",
        Error::Io(inner) if inner.get_ref().is_some_and(is_tls) => "tls",
        Error::Io(_) | Error::ConnectionFailed => "connection",
        _ => "protocol",
    }
}

fn is_tls(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error.is::<rustls::Error>()
}

/// The name leads to an address that may not be reached.
#[derive(Debug)]
struct Private;

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads into a private network")
    }
}

impl std::error::Error for Private {}

/// A resolver that lets nothing through which may not be reached.
#[derive(Debug)]
struct Checked<R> {
    allowed: Vec<Network>,
    inner: R,
}

impl<R: Resolver> Resolver for Checked<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout).map_err(|error| match error {
            Error::Timeout(_) => error,
            // The system tells of unknown names in as many ways as there are systems.
            _ => Error::HostNotFound,
        })?;
        let is_https = uri.scheme_str() == Some("https");
        // One that may not be reached is enough: an honest name leads to public addresses alone.
        if found.iter().all(|address| target::may_reach(*address, is_https, &self.allowed)) {
            return Ok(found);
        }
        Err(Error::Other(Box::new(Private)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use uuid::Uuid;

    /// A name server that changes its mind: each question gets the next answer.
    #[derive(Debug)]
    struct Rebinding(Vec<Vec<SocketAddr>>, Arc<AtomicUsize>);

    impl Resolver for Rebinding {
        fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
            let asked = self.1.fetch_add(1, Ordering::SeqCst);
            let mut found = self.empty();
            self.0[asked.min(self.0.len() - 1)].iter().for_each(|address| found.push(*address));
            Ok(found)
        }
    }

    fn message(url: &str) -> Claimed {
        Claimed {
            id: Uuid::nil(),
            endpoint: Uuid::nil(),
            payload: "{}".to_owned(),
            tries: 1,
            claims: 1,
            url: url.to_owned(),
            secret_id: "a".to_owned(),
            secret_version: 1,
            old_secret_id: None,
            old_until: None,
        }
    }

    /// A receiver that counts who connects and answers 204.
    fn receiver(address: &str) -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind(address).unwrap();
        let (at, seen) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                drop(stream.read(&mut [0; 4096]));
                drop(stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"));
            }
        });
        (at, seen)
    }

    #[test]
    fn a_name_that_turns_private_after_it_was_checked_is_not_followed() {
        // 127.0.0.1 stands for the public address, for the test may leave the machine as little as the program.
        let ((public, welcome), (private, victim)) = (receiver("127.0.0.1:0"), receiver("127.0.0.2:0"));
        let asked = Arc::new(AtomicUsize::new(0));
        let answers = vec![vec![public], vec![private], vec![public, private]];
        let client = Client::with(&["127.0.0.1".parse().unwrap()], Rebinding(answers, Arc::clone(&asked)));
        let now = "2026-11-20T15:00:00Z".parse().unwrap();
        let post = || client.post(&message("http://hooks.example.com/"), "v1,x", now);
        assert_eq!(post().status, Some(204));
        assert_eq!(post(), Tried::without("private"));
        assert_eq!(post(), Tried::without("private"), "one private address among others is enough");
        let (asked, welcome) = (asked.load(Ordering::SeqCst), welcome.load(Ordering::SeqCst));
        assert_eq!((asked, welcome, victim.load(Ordering::SeqCst)), (3, 1, 0), "asked at each connection");
    }

    #[test]
    fn nothing_private_is_reached_in_any_notation() {
        let (at, victim) = receiver("127.0.0.1:0");
        let client = Client::new(&[]);
        let now = "2026-11-20T15:00:00Z".parse().unwrap();
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "localhost",
            "[::ffff:127.0.0.1]",
            "[::1]",
        ] {
            for scheme in ["http", "https"] {
                let tried = client.post(&message(&format!("{scheme}://{host}:{}/", at.port())), "v1,x", now);
                assert_eq!(tried.status, None, "{scheme} {host}");
                // A resolver may not know an odd notation at all.
                assert!(matches!(tried.error, Some("private" | "no_host")), "{scheme} {host}: {tried:?}");
            }
        }
        assert_eq!(victim.load(Ordering::SeqCst), 0);
    }
}
