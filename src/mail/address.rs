//! Mail addresses and mailboxes: strict on the way in, masked wherever they are printed.

use std::fmt;
use std::str::FromStr;

use super::letter::clean_name;

/// RFC 5321 §4.5.3.1.3: a path holds 256 octets, of which two are the angle brackets.
const MAX_ADDRESS_BYTES: usize = 254;
/// RFC 5321 §4.5.3.1.1.
const MAX_LOCAL_BYTES: usize = 64;
/// RFC 1035 §2.3.4.
const MAX_LABEL_BYTES: usize = 63;

/// Stands where a mail address was removed from a text.
pub const MASKED_ADDRESS: &str = "…@…";

/// A well-formed address of one person: an ASCII dot-atom, `@`, a domain with a dot.
///
/// `Debug` and `Display` print a masked form, so that an address cannot slip into a log;
/// [`EmailAddress::as_str`] gives the real one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    text: String,
    at: usize,
}

/// Why a text is not an address that mail can be sent to; `Display` says what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressError {
    /// Nothing but white space.
    Empty,
    /// More than 254 bytes, or more than 64 before the `@` (RFC 5321 §4.5.3.1).
    TooLong,
    /// A line break, a NUL or another control character.
    ControlCharacter,
    /// Not of the form `name@domain` (RFC 5321 §4.1.2, without quoted names and address literals).
    Malformed,
    /// Letters beyond ASCII before the `@`, which needs SMTPUTF8 (RFC 6531).
    NonAsciiLocal,
    /// Letters beyond ASCII in the domain.
    NonAsciiDomain,
    /// A domain without a dot, or with a label that DNS does not allow.
    Domain,
}

impl AddressError {
    /// Gives the stable word under which the reason is stored and counted.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::ControlCharacter => "control_character",
            Self::Malformed => "malformed",
            Self::NonAsciiLocal => "non_ascii_name",
            Self::NonAsciiDomain => "non_ascii_domain",
            Self::Domain => "bad_domain",
        }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the mail address is empty",
            Self::TooLong => {
                "the mail address is too long: at most 254 bytes, and 64 before the @ (RFC 5321)"
            }
            Self::ControlCharacter => "the mail address holds a line break or a control character",
            Self::Malformed => "not a mail address: write it like anna@example.com",
            Self::NonAsciiLocal => {
                "the part before the @ holds letters beyond ASCII, which many mail servers refuse"
            }
            Self::NonAsciiDomain => {
                "the domain holds letters beyond ASCII: write it in its ASCII form, like xn--mnchen-3ya.example"
            }
            Self::Domain => {
                "the domain of the mail address is not one that mail reaches: write it like example.com"
            }
        })
    }
}

impl std::error::Error for AddressError {}

impl EmailAddress {
    /// Reads an address, without the white space around it.
    ///
    /// # Errors
    /// [`AddressError`] names the first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches([' ', '\t', '\u{a0}']);
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(AddressError::ControlCharacter);
        }
        if text.len() > MAX_ADDRESS_BYTES {
            return Err(AddressError::TooLong);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Malformed)?;
        check_local(local)?;
        check_domain(domain)?;
        Ok(Self { text: text.to_owned(), at: local.len() })
    }

    /// Gives the real address, as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Gives what follows the `@`, as it was written.
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// Gives the lower-cased address: the form for identity, stop lists and hashes, never for sending,
    /// since a server may tell `Anna` from `anna` (RFC 5321 §2.4).
    pub fn normalised(&self) -> String {
        self.text.to_ascii_lowercase()
    }

    /// Gives `c…@e…`: enough to tell two addresses apart on a screen, too little to write to.
    pub fn masked(&self) -> String {
        let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        format!("{}…@{}…", first(&self.text), first(self.domain()))
    }
}

impl FromStr for EmailAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

fn check_local(local: &str) -> Result<(), AddressError> {
    if !local.is_ascii() {
        return Err(AddressError::NonAsciiLocal);
    }
    if local.len() > MAX_LOCAL_BYTES {
        return Err(AddressError::TooLong);
    }
    // RFC 5322 §3.2.3: dot-atom.
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let well_formed = local.split('.').all(|part| !part.is_empty() && part.chars().all(atom));
    if well_formed { Ok(()) } else { Err(AddressError::Malformed) }
}

fn check_domain(domain: &str) -> Result<(), AddressError> {
    if domain.is_empty() {
        return Err(AddressError::Malformed);
    }
    if !domain.is_ascii() {
        return Err(AddressError::NonAsciiDomain);
    }
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= MAX_LABEL_BYTES
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let (_, top) = domain.rsplit_once('.').ok_or(AddressError::Domain)?;
    // An all-digit top label is an IP address written without its brackets.
    let named = top.chars().any(|c| c.is_ascii_alphabetic());
    if named && domain.split('.').all(label) { Ok(()) } else { Err(AddressError::Domain) }
}

/// An address with the name shown beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name shown, already clean; `None` shows the bare address.
    pub name: Option<String>,
    /// The address.
    pub address: EmailAddress,
}

impl Mailbox {
    /// Puts a name before an address; a name of which nothing is left after cleaning becomes `None`.
    pub fn new(name: Option<&str>, address: EmailAddress) -> Self {
        let name = name.map(clean_name).filter(|name| !name.is_empty());
        Self { name, address }
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;

    /// Reads `Northwind Boilers <office@example.com>`, the same with the name in quotes, or a bare address.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let Some(inner) = text.strip_suffix('>') else {
            return Ok(Self::new(None, EmailAddress::parse(text)?));
        };
        let (name, address) = inner.rsplit_once('<').ok_or(AddressError::Malformed)?;
        let name = name.trim().trim_matches('"');
        Ok(Self::new(Some(name), EmailAddress::parse(address)?))
    }
}

/// Replaces everything in a text that looks like a mail address with [`MASKED_ADDRESS`].
///
/// Replies of a relay often quote the recipient; they are stored and shown, the address is not.
pub fn mask_addresses(text: &str) -> String {
    let border = |c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c);
    let mut masked = String::with_capacity(text.len());
    let mut word = String::new();
    let close = |word: &mut String, masked: &mut String| {
        masked.push_str(if word.contains('@') { MASKED_ADDRESS } else { word });
        word.clear();
    };
    for c in text.chars() {
        if border(c) {
            close(&mut word, &mut masked);
            masked.push(c);
        } else {
            word.push(c);
        }
    }
    close(&mut word, &mut masked);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_people_have() {
        for good in [
            "anna@example.com",
            "Anna.O'Neil+visits@Mail.Example.co.uk",
            "x@xn--mnchen-3ya.example",
            "1@1.example",
        ] {
            assert_eq!(EmailAddress::parse(good).map(|a| a.as_str().to_owned()), Ok(good.into()));
        }
        let address = EmailAddress::parse("  Anna@Example.COM\t").unwrap();
        assert_eq!(address.as_str(), "Anna@Example.COM");
        assert_eq!(address.domain(), "Example.COM");
        assert_eq!(address.normalised(), "anna@example.com");
    }

    #[test]
    fn rejects_with_a_reason() {
        let long = format!("{}@{}.example", "a".repeat(60), "b.".repeat(120));
        for (bad, why) in [
            ("", AddressError::Empty),
            ("  ", AddressError::Empty),
            ("anna", AddressError::Malformed),
            ("@example.com", AddressError::Malformed),
            ("anna@", AddressError::Malformed),
            ("a b@example.com", AddressError::Malformed),
            ("a..b@example.com", AddressError::Malformed),
            ("anna@b@example.com", AddressError::Malformed),
            ("Anna <anna@example.com>", AddressError::Malformed),
            ("anna@example.com\r\nBcc: x@example.com", AddressError::ControlCharacter),
            ("an\0na@example.com", AddressError::ControlCharacter),
            ("anna@example.com\n", AddressError::ControlCharacter),
            ("jürgen@example.com", AddressError::NonAsciiLocal),
            ("anna@münchen.example", AddressError::NonAsciiDomain),
            ("anna@localhost", AddressError::Domain),
            ("anna@-x.example", AddressError::Domain),
            ("anna@x..example", AddressError::Domain),
            ("anna@example.com.", AddressError::Domain),
            ("anna@127.0.0.1", AddressError::Domain),
            ("anna@[127.0.0.1]", AddressError::Domain),
            (long.as_str(), AddressError::TooLong),
        ] {
            assert_eq!(EmailAddress::parse(bad).err(), Some(why), "{bad:?}");
        }
    }

    #[test]
    fn prints_no_address() {
        let address = EmailAddress::parse("carla@example.com").unwrap();
        assert_eq!(format!("{address} {address:?}"), "c…@e… c…@e…");
        let mailbox = Mailbox::new(Some("Carla"), address);
        assert!(!format!("{mailbox:?}").contains("example"));
    }

    #[test]
    fn reads_a_mailbox() {
        let named: Mailbox = "\"Northwind, Boilers\" <office@example.com>".parse().unwrap();
        assert_eq!(named.name.as_deref(), Some("Northwind, Boilers"));
        assert_eq!(named.address.as_str(), "office@example.com");
        let bare: Mailbox = " office@example.com ".parse().unwrap();
        assert_eq!(bare.name, None);
        assert_eq!("Office office@example.com>".parse::<Mailbox>(), Err(AddressError::Malformed));
    }

    #[test]
    fn masks_addresses_in_a_text() {
        assert_eq!(
            mask_addresses("5.1.1 <carla@example.com>: no such user (to=carla@example.com), sorry"),
            "5.1.1 <…@…>: no such user (…@…), sorry"
        );
        assert_eq!(mask_addresses("2.0.0 queued as 4F"), "2.0.0 queued as 4F");
    }
}
