//! `HEARBACK_MAIL_URL`: where letters go.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

const EXAMPLES: &str = "smtp://user:password@mail.example.com:587, smtps://user:password@mail.example.com:465, \
                        smtp://localhost:25 or file:./mail";
/// RFC 8314 §7.3: submission over implicit TLS.
const SUBMISSIONS_PORT: u16 = 465;

/// Where letters go: to a relay, or into a folder. `Display` and `Debug` hide the password.
#[derive(Clone, PartialEq, Eq)]
pub enum MailUrl {
    /// `smtp://…` and `smtps://…`.
    Smtp(SmtpUrl),
    /// `file:DIR`: each letter becomes an `.eml` file.
    File(PathBuf),
}

/// The address of a relay and how to speak to it.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    /// A host name or an IP address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// When the conversation is encrypted.
    pub security: Security,
    /// User and password, decoded.
    pub credentials: Option<(String, Password)>,
}

/// When the conversation with the relay is encrypted. A certificate is checked whenever there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314 §3.3).
    Implicit,
    /// STARTTLS (RFC 3207), or no mail.
    Required,
    /// STARTTLS where the relay offers it.
    Opportunistic,
    /// Plain text.
    None,
}

/// A password that does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Gives the real password.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Why a mail URL cannot be used. `Display` says what is wrong and shows how it looks when right; it repeats
/// nothing of the URL, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailUrlError {
    /// Neither `smtp://`, `smtps://` nor `file:`.
    Scheme,
    /// `file:` without a folder.
    Folder,
    /// No host, or one with characters that no host has.
    Host,
    /// No port behind `smtp://host`, or one that is no number from 1 to 65535.
    Port,
    /// A path, or an option other than `tls=required|opportunistic|none`; with `smtps://`, any option.
    Option,
    /// A user without a password, or a `%` that is no percent-encoding.
    Credentials,
    /// A password over plain text to another machine.
    PlainPassword,
}

impl fmt::Display for MailUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "it must begin with smtp://, smtps:// or file:",
            Self::Folder => "file: needs a folder",
            Self::Host => "the host is missing or malformed",
            Self::Port => "the port is missing or not a number from 1 to 65535",
            Self::Option => {
                "after host and port only ?tls=required, ?tls=opportunistic or ?tls=none may follow, and with \
                 smtps:// nothing"
            }
            Self::Credentials => {
                "user and password are written user:password@, with / ? # % in them as %2F %3F %23 %25"
            }
            Self::PlainPassword => {
                "tls=none would send the password in plain text to another machine; use tls=required"
            }
        })?;
        write!(f, "; for example {EXAMPLES}")
    }
}

impl std::error::Error for MailUrlError {}

impl FromStr for MailUrl {
    type Err = MailUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(folder) = text.strip_prefix("file:") {
            let folder = match folder.strip_prefix('/') {
                Some(below_root) => format!("/{}", below_root.trim_start_matches('/')),
                None => folder.to_owned(),
            };
            return if folder.is_empty() || folder == "/" {
                Err(MailUrlError::Folder)
            } else {
                Ok(Self::File(PathBuf::from(folder)))
            };
        }
        if let Some(rest) = text.strip_prefix("smtps://") {
            return SmtpUrl::parse(rest, true).map(Self::Smtp);
        }
        let rest = text.strip_prefix("smtp://").ok_or(MailUrlError::Scheme)?;
        SmtpUrl::parse(rest, false).map(Self::Smtp)
    }
}

impl SmtpUrl {
    /// Tells whether the relay runs on this machine, judged by the name alone: `localhost`, 127/8 or `::1`.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    fn parse(rest: &str, implicit: bool) -> Result<Self, MailUrlError> {
        // Whatever stands before the last @ is user and password: an @ in a password needs no encoding.
        let (user_info, rest) = match rest.rsplit_once('@') {
            Some((user_info, rest)) => (Some(user_info), rest),
            None => (None, rest),
        };
        if user_info.is_some_and(|user_info| user_info.contains(['/', '?', '#'])) {
            return Err(MailUrlError::Credentials);
        }
        let (place, option) = match rest.split_once('?') {
            Some((place, option)) => (place, Some(option)),
            None => (rest, None),
        };
        let place = place.strip_suffix('/').unwrap_or(place);
        if place.contains(['/', '#']) {
            return Err(MailUrlError::Option);
        }
        let (host, port) = host_and_port(place, implicit)?;
        let mut url = Self { host, port, security: Security::Implicit, credentials: None };
        url.security = match (implicit, option) {
            (true, None) => Security::Implicit,
            (false, None) if url.is_loopback() => Security::None,
            (false, None | Some("tls=required")) => Security::Required,
            (false, Some("tls=opportunistic")) => Security::Opportunistic,
            (false, Some("tls=none")) => Security::None,
            _ => return Err(MailUrlError::Option),
        };
        url.credentials = user_info.map(credentials).transpose()?;
        if url.credentials.is_some() && url.security == Security::None && !url.is_loopback() {
            return Err(MailUrlError::PlainPassword);
        }
        Ok(url)
    }
}

fn host_and_port(place: &str, implicit: bool) -> Result<(String, u16), MailUrlError> {
    let (host, port) = if let Some(inner) = place.strip_prefix('[') {
        let (host, after) = inner.split_once(']').ok_or(MailUrlError::Host)?;
        host.parse::<std::net::Ipv6Addr>().map_err(|_| MailUrlError::Host)?;
        (host, after.strip_prefix(':'))
    } else {
        match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        }
    };
    let named = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if host.is_empty() || !(host.chars().all(named) || place.starts_with('[')) {
        return Err(MailUrlError::Host);
    }
    let port = match port {
        None if implicit => SUBMISSIONS_PORT,
        None => return Err(MailUrlError::Port),
        Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or(MailUrlError::Port)?,
    };
    Ok((host.to_owned(), port))
}

pub(super) fn credentials(user_info: &str) -> Result<(String, Password), MailUrlError> {
    let (user, password) = user_info.split_once(':').ok_or(MailUrlError::Credentials)?;
    let (user, password) = (percent_decode(user), percent_decode(password));
    match (user, password) {
        (Some(user), Some(password)) if !user.is_empty() && !password.is_empty() => {
            Ok((user, Password(password)))
        }
        _ => Err(MailUrlError::Credentials),
    }
}

/// RFC 3986 §2.1; `None` for a `%` without two hex digits, for bytes that are not UTF-8 and for control characters.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let value = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(value).ok()?);
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

impl fmt::Display for MailUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(folder) => write!(f, "file:{}", folder.display()),
            Self::Smtp(url) => url.fmt(f),
        }
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, option) = match self.security {
            Security::Implicit => ("smtps", ""),
            Security::Required => ("smtp", "?tls=required"),
            Security::Opportunistic => ("smtp", "?tls=opportunistic"),
            Security::None => ("smtp", "?tls=none"),
        };
        // A user name is often a mail address.
        let who = if self.credentials.is_some() { "***:***@" } else { "" };
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "{scheme}://{who}{open}{}{close}:{}{option}", self.host, self.port)
    }
}

impl fmt::Debug for MailUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows_good_urls() {
        for (text, shown) in [
            ("smtp://localhost:25", "smtp://localhost:25?tls=none"),
            ("smtp://127.4.5.6:2525/", "smtp://127.4.5.6:2525?tls=none"),
            ("smtp://[::1]:25", "smtp://[::1]:25?tls=none"),
            ("smtp://localhost:25?tls=required", "smtp://localhost:25?tls=required"),
            ("smtp://mail.example.com:587", "smtp://mail.example.com:587?tls=required"),
            ("smtp://mail.example.com:25?tls=none", "smtp://mail.example.com:25?tls=none"),
            ("smtp://10.0.0.7:25?tls=opportunistic", "smtp://10.0.0.7:25?tls=opportunistic"),
            ("smtps://mail.example.com", "smtps://mail.example.com:465"),
            ("smtps://me@example.com:p@ss%2F@mail.example.com:4650", "smtps://***:***@mail.example.com:4650"),
            ("smtp://u:p@localhost:25", "smtp://***:***@localhost:25?tls=none"),
            ("file:./mail", "file:./mail"),
            ("file:/var/mail/out", "file:/var/mail/out"),
            ("file:///var/mail/out", "file:/var/mail/out"),
        ] {
            let url: MailUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown, "{text}");
            assert_eq!(format!("{url:?}"), shown);
        }
        let MailUrl::Smtp(url) = "smtps://me@example.com:p@s%2Fs@h:1".parse().unwrap() else { panic!() };
        let (user, password) = url.credentials.unwrap();
        // The first colon ends the user, the last @ ends the password.
        assert_eq!((user.as_str(), password.reveal()), ("me@example.com", "p@s/s"));
        assert_eq!(format!("{password:?}"), "***");
    }

    #[test]
    fn says_what_is_wrong_and_shows_an_example() {
        use MailUrlError as E;
        for (text, error) in [
            ("", E::Scheme),
            ("mail.example.com:25", E::Scheme),
            ("http://mail.example.com", E::Scheme),
            ("file:", E::Folder),
            ("file:///", E::Folder),
            ("smtp://", E::Host),
            ("smtp://:25", E::Host),
            ("smtp://a b:25", E::Host),
            ("smtp://[::1:25", E::Host),
            ("smtp://mail.example.com", E::Port),
            ("smtp://mail.example.com:0", E::Port),
            ("smtp://mail.example.com:smtp", E::Port),
            ("smtp://mail.example.com:99999", E::Port),
            ("smtp://mail.example.com:25?tls=maybe", E::Option),
            ("smtp://mail.example.com:25/x", E::Option),
            ("smtps://mail.example.com:465?tls=none", E::Option),
            ("smtp://secret@mail.example.com:25", E::Credentials),
            ("smtp://u:@mail.example.com:25", E::Credentials),
            ("smtp://u:secret%zz@mail.example.com:25", E::Credentials),
            ("smtp://u:sec%0d%0aret@mail.example.com:25", E::Credentials),
            ("smtp://u:sec/ret@mail.example.com:25", E::Credentials),
            ("smtp://u:secret@mail.example.com:25?tls=none", E::PlainPassword),
        ] {
            let found = text.parse::<MailUrl>().unwrap_err();
            assert_eq!(found, error, "{text}");
            assert!(found.to_string().contains("for example") && !found.to_string().contains("secret"));
        }
    }
}
