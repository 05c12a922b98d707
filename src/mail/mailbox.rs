//! Reading an IMAP mailbox (RFC 3501): list, fetch, remove, put aside. Bounded in time and memory, whatever the
//! server sends, and silent about passwords and messages; this is why it is not a general client.

use super::address::mask_addresses;
use super::failure::Failure;
use super::mail_url::Security;
use super::mailbox_url::MailboxUrl;
use super::report::LONGEST;
use super::tls::{Authorities, Tls};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Where messages go that nobody but a person can understand.
pub const ASIDE: &str = "Hearback-unread";

/// How long the server may take for one command (a body of 1 MiB included).
const DEADLINE: Duration = Duration::from_secs(30);
/// The longest line of a response, without literals (bytes).
const LONGEST_LINE: usize = 64 << 10;
/// The most lines in answer to one command.
const MOST_LINES: usize = 2_000;

/// Why a mailbox could not be read. `Display` holds no address and no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailboxError {
    /// It could not be reached, or the connection broke.
    Broken(String),
    /// It did not answer in time.
    Late,
    /// It refused a command, with its words.
    Refused(&'static str, String),
    /// It sent something that is no IMAP, or more than is taken.
    Nonsense,
    /// It offers no encryption, and is not on this machine.
    Plain,
}

impl fmt::Display for MailboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(why) => write!(f, "no connection: {why}"),
            Self::Late => f.write_str("no reply in time"),
            Self::Refused(what, words) => write!(f, "{what} was refused: {words}"),
            Self::Nonsense => f.write_str("the server does not speak IMAP, or sends too much"),
            Self::Plain => f.write_str("the server offers no STARTTLS; use imaps://"),
        }
    }
}

impl std::error::Error for MailboxError {}

impl From<std::io::Error> for MailboxError {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

type Result<T> = std::result::Result<T, MailboxError>;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// One line of a response with the literal in it.
#[derive(Default)]
struct Line {
    text: String,
    literal: Option<Vec<u8>>,
}

/// An open mailbox.
pub struct Inbox {
    stream: BufReader<Box<dyn Stream>>,
    tag: u32,
    folder: String,
    validity: u32,
    removes_by_uid: bool,
}

impl Inbox {
    /// Connects, encrypts unless the server is on this machine, signs in and opens the folder. Certificates are checked
    /// against what the machine trusts and the further authorities.
    ///
    /// # Errors
    /// [`MailboxError`]; nothing was changed.
    pub async fn open(url: &MailboxUrl, authorities: Authorities) -> Result<Self> {
        let (tls, place) = (Tls::trusting(authorities), (url.host.as_str(), url.port));
        let mut stream: Box<dyn Stream> =
            in_time(async { Ok(Box::new(TcpStream::connect(place).await?) as Box<dyn Stream>) }).await?;
        if url.security == Security::Implicit {
            stream = encrypt(&tls, &url.host, stream).await?;
        }
        let mut inbox = Self {
            stream: BufReader::new(stream),
            tag: 0,
            folder: url.folder.clone(),
            validity: 0,
            removes_by_uid: false,
        };
        if !in_time(inbox.line()).await?.text.starts_with("* OK") {
            return Err(MailboxError::Nonsense);
        }
        if !matches!(url.security, Security::Implicit | Security::None) {
            inbox = inbox.start_tls(&tls, &url.host).await?;
        }
        inbox.sign_in(url).await?;
        let able = inbox.command("CAPABILITY", "CAPABILITY").await?;
        inbox.removes_by_uid = able.iter().any(|line| line.text.contains("UIDPLUS"));
        Ok(inbox)
    }

    async fn start_tls(mut self, tls: &Tls, host: &str) -> Result<Self> {
        match self.command("STARTTLS", "STARTTLS").await {
            Err(MailboxError::Refused(..)) => return Err(MailboxError::Plain),
            done => done?,
        };
        // What came in plain text behind the reply may be anybody's.
        if !self.stream.buffer().is_empty() {
            return Err(MailboxError::Nonsense);
        }
        let stream = encrypt(tls, host, self.stream.into_inner()).await?;
        Ok(Self { stream: BufReader::new(stream), ..self })
    }

    async fn sign_in(&mut self, url: &MailboxUrl) -> Result<()> {
        // RFC 4616; the reply must not travel before the server asks for it (RFC 3501 §6.2.2).
        let secret = STANDARD.encode(format!("\0{}\0{}", url.user, url.password.reveal()));
        let tag = self.send("AUTHENTICATE PLAIN").await?;
        loop {
            let line = in_time(self.line()).await?;
            if line.text.starts_with('+') {
                break;
            }
            if let Some(ended) = ended(&tag, &line.text, "sign-in") {
                return ended.and(Err(MailboxError::Nonsense));
            }
        }
        in_time(async { Ok(self.stream.write_all(format!("{secret}\r\n").as_bytes()).await?) }).await?;
        self.replies(&tag, "sign-in").await.map(drop)
    }

    /// The folder's UIDVALIDITY: with another one all UIDs mean other messages. Known after the first list.
    pub fn validity(&self) -> u32 {
        self.validity
    }

    /// Lists the UIDs of at most `most` messages behind the first `skip`, the oldest first.
    ///
    /// # Errors
    /// [`MailboxError`]
    pub async fn list(&mut self, skip: u32, most: u32) -> Result<Vec<u32>> {
        let open = "SELECT";
        let opened = self.command(open, &format!("{open} \"{}\"", self.folder)).await?;
        let mut exist = 0;
        for line in &opened {
            exist = before(&line.text, " EXISTS").unwrap_or(exist);
            self.validity = behind(&line.text, "[UIDVALIDITY ").unwrap_or(self.validity);
        }
        if exist <= skip {
            return Ok(Vec::new());
        }
        let (first, last) = (skip + 1, exist.min(skip.saturating_add(most)));
        let lines = self.command("FETCH", &format!("FETCH {first}:{last} (UID)")).await?;
        Ok(lines.iter().filter_map(|line| behind(&line.text, "UID ")).collect())
    }

    /// Fetches a message without marking it as read; of a longer one than [`LONGEST`] one byte more than that.
    /// None when it is not there any more.
    ///
    /// # Errors
    /// [`MailboxError`]
    pub async fn fetch(&mut self, uid: u32) -> Result<Option<Vec<u8>>> {
        let wanted = format!("UID FETCH {uid} (BODY.PEEK[]<0.{}>)", LONGEST + 1);
        let lines = self.command("FETCH", &wanted).await?;
        let found = lines.into_iter().find(|line| behind(&line.text, "UID ") == Some(uid));
        // An empty message is no literal.
        Ok(found.map(|line| line.literal.unwrap_or_default()))
    }

    /// Deletes messages for good.
    ///
    /// # Errors
    /// [`MailboxError`]; they may be there still.
    pub async fn remove(&mut self, uids: &[u32]) -> Result<()> {
        if uids.is_empty() {
            return Ok(());
        }
        let set = set_of(uids);
        self.command("STORE", &format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)")).await?;
        let expunge = if self.removes_by_uid { format!("UID EXPUNGE {set}") } else { "EXPUNGE".to_owned() };
        self.command("EXPUNGE", &expunge).await.map(drop)
    }

    /// Moves messages to the folder [`ASIDE`], which is made when it is not there.
    ///
    /// # Errors
    /// [`MailboxError`]; they are in one of the folders, or after a broken connection in both.
    pub async fn put_aside(&mut self, uids: &[u32]) -> Result<()> {
        if uids.is_empty() {
            return Ok(());
        }
        let copy = format!("UID COPY {} \"{ASIDE}\"", set_of(uids));
        if let Err(MailboxError::Refused(..)) = self.command("COPY", &copy).await {
            self.command("CREATE", &format!("CREATE \"{ASIDE}\"")).await?;
            self.command("COPY", &copy).await?;
        }
        self.remove(uids).await
    }

    /// Says goodbye; it does not matter whether the server hears it.
    pub async fn close(mut self) {
        drop(self.command("LOGOUT", "LOGOUT").await);
    }

    async fn command(&mut self, name: &'static str, text: &str) -> Result<Vec<Line>> {
        let tag = self.send(text).await?;
        self.replies(&tag, name).await
    }

    async fn send(&mut self, text: &str) -> Result<String> {
        self.tag += 1;
        let tag = format!("a{}", self.tag);
        let line = format!("{tag} {text}\r\n");
        in_time(async {
            self.stream.write_all(line.as_bytes()).await?;
            Ok(self.stream.flush().await?)
        })
        .await?;
        Ok(tag)
    }

    async fn replies(&mut self, tag: &str, name: &'static str) -> Result<Vec<Line>> {
        in_time(async {
            let mut lines = Vec::new();
            while lines.len() < MOST_LINES {
                let line = self.line().await?;
                if let Some(ended) = ended(tag, &line.text, name) {
                    return ended.map(|()| lines);
                }
                lines.push(line);
            }
            Err(MailboxError::Nonsense)
        })
        .await
    }

    /// Reads a line; a literal in it (`{123}` before the line's end, RFC 3501 §4.3) is taken out.
    async fn line(&mut self) -> Result<Line> {
        let (mut line, mut literals) = (Line::default(), 0);
        loop {
            let mut bytes = Vec::new();
            let room = LONGEST_LINE.saturating_sub(line.text.len());
            let most = u64::try_from(room).unwrap_or_default();
            (&mut self.stream).take(most).read_until(b'\n', &mut bytes).await?;
            if bytes.is_empty() && room > 0 {
                return Err(MailboxError::Broken("the server hung up".to_owned()));
            }
            let Some(text) = bytes.strip_suffix(b"\n") else { return Err(MailboxError::Nonsense) };
            line.text.push_str(String::from_utf8_lossy(text).trim_end_matches('\r'));
            let Some(length) = literal_length(&line.text) else { return Ok(line) };
            literals += 1;
            if length > LONGEST + 1 || literals > 4 {
                return Err(MailboxError::Nonsense);
            }
            let mut literal = vec![0; length];
            self.stream.read_exact(&mut literal).await?;
            line.literal = Some(literal);
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(DEADLINE, work).await.unwrap_or(Err(MailboxError::Late))
}

async fn encrypt(tls: &Tls, host: &str, plain: Box<dyn Stream>) -> Result<Box<dyn Stream>> {
    let broken = |failure: Failure| MailboxError::Broken(failure.to_string());
    in_time(async { Ok(tls.encrypt(host, plain).await.map_err(broken)? as Box<dyn Stream>) }).await
}

/// How a command ended, if this line says so.
fn ended(tag: &str, line: &str, name: &'static str) -> Option<Result<()>> {
    let words = line.strip_prefix(tag)?.strip_prefix(' ')?;
    if words == "OK" || words.starts_with("OK ") {
        return Some(Ok(()));
    }
    let words: String = mask_addresses(words).chars().filter(|c| !c.is_control()).take(200).collect();
    Some(Err(MailboxError::Refused(name, words)))
}

fn literal_length(line: &str) -> Option<usize> {
    line.strip_suffix('}')?.rsplit_once('{')?.1.parse().ok()
}

fn behind(line: &str, mark: &str) -> Option<u32> {
    let rest = line.split_once(mark)?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn before(line: &str, mark: &str) -> Option<u32> {
    line.strip_prefix("* ")?.strip_suffix(mark)?.parse().ok()
}

fn set_of(uids: &[u32]) -> String {
    uids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_the_standard_writes_them() {
        assert_eq!(literal_length("* 1 FETCH (UID 7 BODY[]<0> {12}"), Some(12));
        assert_eq!(literal_length("* OK {x}"), None);
        assert_eq!(before("* 23 EXISTS", " EXISTS"), Some(23));
        assert_eq!(behind("* OK [UIDVALIDITY 1795186803] UIDs valid", "[UIDVALIDITY "), Some(1_795_186_803));
        assert_eq!(ended("a1", "a1 OK done", "FETCH"), Some(Ok(())));
        assert_eq!(ended("a1", "a10 OK done", "FETCH"), None);
        let refused = ended("a1", "a1 NO no u@example.com", "sign-in").unwrap().unwrap_err().to_string();
        assert_eq!(refused, "sign-in was refused: NO no …@…");
    }
}
