//! `HEARBACK_BOUNCE_MAILBOX`: the mailbox in which bounces arrive.

use super::mail_url::{Password, Security, credentials, percent_decode};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

const EXAMPLE: &str = "imaps://user:password@mail.example.com/INBOX";

/// Where a mailbox is. `Display` and `Debug` hide user and password.
#[derive(Clone, PartialEq, Eq)]
pub struct MailboxUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) user: String,
    pub(super) password: Password,
    pub(super) folder: String,
}

impl fmt::Display for MailboxUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.security == Security::Implicit { "imaps" } else { "imap" };
        write!(f, "{scheme}://***:***@{}:{}/{}", self.host, self.port, self.folder)
    }
}

impl fmt::Debug for MailboxUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MailboxUrl {
    type Err = String;

    /// Reads `imaps://user:password@host[:993][/folder]`, or the same with `imap://`, which asks for STARTTLS unless
    /// the host is this machine. The folder is INBOX when none is named. An error repeats nothing of the text.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |what: &str| format!("{what}; for example {EXAMPLE}");
        let url = url::Url::parse(text).map_err(|_| wrong("it is no address"))?;
        let implicit = match url.scheme() {
            "imaps" => true,
            "imap" => false,
            _ => return Err(wrong("it must begin with imaps:// or imap://")),
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("behind the host only a port and a folder may stand"));
        }
        let who = format!("{}:{}", url.username(), url.password().unwrap_or_default());
        let (user, password) = credentials(&who).map_err(|_| wrong("user and password are missing"))?;
        let folder = percent_decode(url.path().trim_matches('/')).unwrap_or_else(|| "\"".to_owned());
        if !folder.chars().all(|c| c.is_ascii_graphic() && !"\"\\%*&".contains(c) || c == ' ') {
            return Err(wrong("the folder has letters that cannot be used here"));
        }
        let folder = if folder.is_empty() { "INBOX".to_owned() } else { folder };
        let local =
            host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let (security, standard) = match (implicit, local) {
            (true, _) => (Security::Implicit, 993),
            (false, true) => (Security::None, 143),
            (false, false) => (Security::Required, 143),
        };
        Ok(Self { host, port: url.port().unwrap_or(standard), security, user, password, folder })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_mailbox_and_shows_no_password() {
        for (text, shown) in [
            ("imaps://u%40example.com:s%2Fp@mail.example.com", "imaps://***:***@mail.example.com:993/INBOX"),
            ("imaps://u:p@mail.example.com:9930/Bounces", "imaps://***:***@mail.example.com:9930/Bounces"),
            ("imap://u:p@127.0.0.1:1430/INBOX", "imap://***:***@127.0.0.1:1430/INBOX"),
        ] {
            let url: MailboxUrl = text.parse().unwrap();
            assert_eq!(format!("{url} {url:?}"), format!("{shown} {shown}"));
        }
        let url: MailboxUrl = "imaps://u%40example.com:s%2Fp@mail.example.com".parse().unwrap();
        assert_eq!((url.user.as_str(), url.password.reveal()), ("u@example.com", "s/p"));
    }

    #[test]
    fn plain_text_is_spoken_on_this_machine_alone() {
        let security = |text: &str| text.parse::<MailboxUrl>().unwrap().security;
        assert_eq!(security("imap://u:p@localhost"), Security::None);
        assert_eq!(security("imap://u:p@[::1]:143"), Security::None);
        assert_eq!(security("imap://u:p@mail.example.com"), Security::Required);
        assert_eq!(security("imap://u:p@192.0.2.1"), Security::Required);
    }

    #[test]
    fn a_wrong_mailbox_is_told_with_an_example_and_without_the_password() {
        for text in [
            "",
            "pop3://u:secret@mail.example.com",
            "imaps://mail.example.com",
            "imaps://u@mail.example.com",
            "imaps://u:secret@",
            "imaps://u:secret@mail.example.com/?x=1",
            "imaps://u:secret@mail.example.com/a%22b",
            "imaps://u:secret@mail.example.com/a%0d%0ab",
            "imaps://u:secret@mail.example.com/a*",
        ] {
            let error = text.parse::<MailboxUrl>().unwrap_err();
            assert!(error.contains("for example") && !error.contains("secret"), "{text}: {error}");
        }
    }
}
