//! The connection under a conversation: plain or encrypted, without the wait of Nagle's algorithm, with a limit
//! to what a relay may answer, and overheard by a recorder where one is wanted.
//!
//! lettre owns the stream that it talks over; clones share it, because the switch to TLS, the letter and its
//! final dot are ours.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::failure::Failure;
use super::tls::{Tls, version_of};
use super::transcript::{Recorder, Saying, Scribe};

/// No reply of an honest relay is longer; lettre alone would read an endless line into memory.
const MAX_REPLY: usize = 64 * 1024;

enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// A handshake took it and did not give it back.
    Gone,
}

struct Line {
    socket: Socket,
    peer: SocketAddr,
    /// What came since we last spoke.
    heard: Vec<u8>,
    /// The relay's, read already, to be read again.
    ahead: Vec<u8>,
    /// Ours, to be read before anything else.
    prompt: &'static [u8],
    has_spoken: bool,
    scribe: Option<Scribe>,
}

/// A shared connection to a relay.
#[derive(Clone)]
pub(super) struct Wire(Arc<Mutex<Line>>);

impl Wire {
    /// Takes over a connected socket.
    ///
    /// # Errors
    /// When the other side is gone already.
    pub(super) fn new(socket: TcpStream, recorder: Option<Recorder>) -> io::Result<Self> {
        // A command would wait for the delayed acknowledgement of the one before: 40 ms a letter.
        socket.set_nodelay(true)?;
        let peer = socket.peer_addr()?;
        let scribe = recorder.map(Scribe::new);
        let wire = Self(Arc::new(Mutex::new(Line {
            socket: Socket::Plain(socket),
            peer,
            heard: Vec::new(),
            ahead: Vec::new(),
            prompt: &[],
            has_spoken: false,
            scribe,
        })));
        wire.note(|| format!("connected to {peer}"));
        Ok(wire)
    }

    /// Encrypts from here on. What came in plain text and was not read yet is forgotten (RFC 3207 §4.2):
    /// the caller must begin a new lettre connection, whose buffer is empty.
    ///
    /// # Errors
    /// As [`Tls::encrypt`]; the connection is gone then.
    pub(super) async fn encrypt(&self, tls: &Tls, host: &str) -> Result<(), Failure> {
        let taken = std::mem::replace(&mut self.lock().socket, Socket::Gone);
        let Socket::Plain(socket) = taken else {
            return Err(Failure::NotReached("the connection cannot be encrypted".to_owned()));
        };
        let stream = tls.encrypt(host, socket).await?;
        self.note(|| format!("encrypted with {}", version_of(&stream)));
        let mut line = self.lock();
        line.socket = Socket::Tls(stream);
        line.heard.clear();
        line.ahead.clear();
        Ok(())
    }

    /// Makes the next read give these few bytes, which no relay sent.
    pub(super) fn prompt(&self, bytes: &'static [u8]) {
        self.lock().prompt = bytes;
    }

    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.lock().socket, Socket::Tls(_))
    }

    /// Tells whether we have said anything yet.
    pub(super) fn has_spoken(&self) -> bool {
        self.lock().has_spoken
    }

    /// Tells whether the reply to the last command has a line with this keyword (RFC 5321 §4.1.1.1).
    pub(super) fn heard_keyword(&self, keyword: &str) -> bool {
        let line = self.lock();
        let text = String::from_utf8_lossy(&line.heard);
        let mut words = text.lines().filter_map(|line| line.get(4..)?.split_whitespace().next());
        words.any(|word| word.eq_ignore_ascii_case(keyword))
    }

    /// Says what the next bytes of ours are, so that the recorder gets no password and no letter.
    pub(super) fn saying(&self, saying: Saying) {
        if let Some(scribe) = &mut self.lock().scribe {
            scribe.saying(saying);
        }
    }

    /// Tells the recorder in our words what we said.
    pub(super) fn told(&self, text: impl FnOnce() -> String) {
        if let Some(scribe) = &self.lock().scribe {
            scribe.told(text());
        }
    }

    fn note(&self, text: impl FnOnce() -> String) {
        if let Some(scribe) = &self.lock().scribe {
            scribe.note(text());
        }
    }

    /// Looks without waiting whether the relay spoke or went away while it should have listened. What it said
    /// stays to be read.
    ///
    /// # Errors
    /// When the connection is closed or broken.
    pub(super) async fn has_interrupted(&self) -> io::Result<bool> {
        std::future::poll_fn(|context| {
            let mut bytes = [0; 1024];
            let mut buffer = ReadBuf::new(&mut bytes);
            let mut line = self.lock();
            match line.poll_socket(context, &mut buffer) {
                Poll::Pending => Poll::Ready(Ok(false)),
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
                }
                Poll::Ready(Ok(())) => {
                    line.ahead.extend_from_slice(buffer.filled());
                    Poll::Ready(Ok(true))
                }
            }
        })
        .await
    }

    /// Nothing that panics runs under the lock.
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the connection is gone")
}

impl Line {
    fn poll_socket(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.socket {
            Socket::Plain(socket) => Pin::new(socket).poll_read(context, buffer),
            Socket::Tls(socket) => Pin::new(socket).poll_read(context, buffer),
            Socket::Gone => Poll::Ready(Err(gone())),
        }
    }

    fn read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.prompt.is_empty() {
            buffer.put_slice(std::mem::take(&mut self.prompt));
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        if self.ahead.is_empty() {
            ready!(self.poll_socket(context, buffer))?;
        } else {
            let part = self.ahead.len().min(buffer.remaining());
            let part: Vec<u8> = self.ahead.drain(..part).collect();
            buffer.put_slice(&part);
        }
        let new = buffer.filled().get(before..).unwrap_or_default();
        if self.heard.len() + new.len() > MAX_REPLY {
            return Poll::Ready(Err(io::Error::other("the reply is longer than 64 KiB")));
        }
        self.heard.extend_from_slice(new);
        if let Some(scribe) = &mut self.scribe {
            scribe.heard(new);
        }
        Poll::Ready(Ok(()))
    }

    fn write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let count = ready!(match &mut self.socket {
            Socket::Plain(socket) => Pin::new(socket).poll_write(context, bytes),
            Socket::Tls(socket) => Pin::new(socket).poll_write(context, bytes),
            Socket::Gone => Poll::Ready(Err(gone())),
        })?;
        self.has_spoken = true;
        self.heard.clear();
        if let Some(scribe) = &mut self.scribe {
            scribe.said(bytes.get(..count).unwrap_or_default());
        }
        Poll::Ready(Ok(count))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.lock().read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lock().write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.lock().socket {
            Socket::Plain(socket) => Pin::new(socket).poll_flush(context),
            Socket::Tls(socket) => Pin::new(socket).poll_flush(context),
            Socket::Gone => Poll::Ready(Err(gone())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.lock().socket {
            Socket::Plain(socket) => Pin::new(socket).poll_shutdown(context),
            Socket::Tls(socket) => Pin::new(socket).poll_shutdown(context),
            Socket::Gone => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.lock().peer)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wire({})", if self.is_encrypted() { "encrypted" } else { "plain" })
    }
}
