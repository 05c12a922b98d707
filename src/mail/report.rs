//! What a message at the return path says: a bounce (RFC 3464), a complaint (RFC 5965), an automatic reply
//! (RFC 3834) or something else. Pure; it believes nothing, that is for the caller.
//!
//! Only the form of a report counts: the outermost part is `multipart/report`, and the part that machines read is
//! its direct child. A report that somebody quotes, forwards or attaches is text like any other.

use super::address::mask_addresses;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longer messages are not read (bytes). What we send is small, and so is what comes back.
pub const LONGEST: usize = 1 << 20;

/// Longer words of a server are cut (characters).
const LONGEST_DIAGNOSTIC: usize = 500;

/// More addresses or recipients than this are not looked at; a letter goes to one person.
const MOST: usize = 50;

/// Headers in which servers write down to whom they delivered.
const DELIVERED_TO: [&str; 5] = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to"];

/// Headers of a letter that name its return path.
const RETURN_PATH: [&str; 2] = ["return-path", "to"];

/// Kinds of feedback (RFC 5965 §7.3) by which a person says that a letter is not wanted. The others tell of a
/// virus, of failed authentication (RFC 6591), or that it is no spam after all (RFC 6430).
const UNWANTED: [&str; 4] = ["abuse", "fraud", "opt-out", "opt-out-list"];

/// Headers that the last servers add on the way in.
const TRACE: [&str; 7] = [
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "delivery-date",
    "received",
];

/// A message as far as it concerns us. `Debug` hides the addresses.
pub struct Report {
    /// What it says.
    pub says: Says,
    /// Where the return path may stand, the likeliest first.
    pub return_paths: Vec<String>,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// Delivery failed for good (`Action: failed`) to these recipients, at least one.
    Bounce(Vec<FailedRecipient>),
    /// A delivery report of which nothing failed: delayed, delivered, relayed, expanded.
    NotFailed,
    /// The receiver told the provider that the letter is not wanted.
    Complaint,
    /// A program answered, an out-of-office notice for example.
    AutoReply,
    /// Anything else.
    Other,
    /// Too long, no message, or a report without the part that matters.
    Unreadable,
}

/// One recipient to whom delivery failed.
#[derive(Clone, PartialEq, Eq)]
pub struct FailedRecipient {
    /// Enhanced status (RFC 3463), 5.1.1 for example.
    pub status: Option<String>,
    /// The server's words, on one line, without addresses.
    pub diagnostic: Option<String>,
    /// The recipient, as it was named to the failing server and as we named it, lower-cased.
    addresses: Vec<String>,
}

impl FailedRecipient {
    /// Tells whether the address stands in the report as the one that failed, or as the one it was sent to.
    pub fn is(&self, address: &str) -> bool {
        self.addresses.contains(&address.to_lowercase())
    }
}

impl fmt::Debug for FailedRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedRecipient").field("status", &self.status).finish_non_exhaustive()
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report").field("says", &self.says).finish_non_exhaustive()
    }
}

/// Reads a message. `recipient` is the address to which it was delivered, where the mail server told it; without
/// one the headers of delivery are looked at. Never fails and never panics.
pub fn read(raw: &[u8], recipient: Option<&str>) -> Report {
    let nothing = || Report { says: Says::Unreadable, return_paths: Vec::new() };
    if raw.len() > LONGEST {
        return nothing();
    }
    // What strangers write is read by a parser that is not ours; its panic must not lose the messages behind.
    catch_unwind(AssertUnwindSafe(|| read_message(raw, recipient))).ok().flatten().unwrap_or_else(nothing)
}

fn read_message(raw: &[u8], recipient: Option<&str>) -> Option<Report> {
    let message = MessageParser::default().parse(raw)?;
    let mut return_paths = match recipient {
        Some(recipient) => vec![recipient.to_owned()],
        None => addresses_in(&message, &DELIVERED_TO),
    };
    let (status, feedback) = (child(&message, is_delivery_status), child(&message, is_feedback));
    let says = if let Some(part) = status {
        of_groups(&groups(&text_of(part)))
    } else if let Some(part) = feedback {
        let fields: Fields = groups(&text_of(part)).into_iter().flatten().collect();
        return_paths.extend(words_in(&values(&fields, "original-mail-from").collect::<Vec<_>>().join(" ")));
        return_paths.extend(child(&message, is_returned).map(returned_paths).unwrap_or_default());
        let kind = values(&fields, "feedback-type").next().map(str::to_lowercase);
        match kind.as_deref().map(str::trim) {
            Some(kind) if UNWANTED.contains(&kind) => Says::Complaint,
            Some(_) => Says::Other,
            None => Says::Unreadable,
        }
    } else if claims_report(&message) {
        Says::Unreadable
    } else if is_automatic(&message) {
        Says::AutoReply
    } else {
        Says::Other
    };
    Some(Report { says, return_paths })
}

/// Finds a direct child of an outermost `multipart/report`.
fn child<'a>(message: &'a Message<'_>, fits: fn(&str, &str) -> bool) -> Option<&'a MessagePart<'a>> {
    let root = message.parts.first()?;
    if !is_type(root, |kind, subtype| (kind, subtype) == ("multipart", "report")) {
        return None;
    }
    let children = root.sub_parts()?.iter().take(MOST);
    children.filter_map(|at| message.part(*at)).find(|part| is_type(part, fits))
}

fn is_type(part: &MessagePart<'_>, fits: fn(&str, &str) -> bool) -> bool {
    part.content_type().is_some_and(|told| {
        fits(&told.ctype().to_lowercase(), &told.subtype().unwrap_or_default().to_lowercase())
    })
}

fn is_delivery_status(kind: &str, subtype: &str) -> bool {
    kind == "message" && matches!(subtype, "delivery-status" | "global-delivery-status")
}

fn is_feedback(kind: &str, subtype: &str) -> bool {
    (kind, subtype) == ("message", "feedback-report")
}

fn is_returned(kind: &str, subtype: &str) -> bool {
    matches!((kind, subtype), ("message", "rfc822" | "global") | ("text", "rfc822-headers"))
}

/// Tells whether the message promises a delivery or a feedback report in its own header.
fn claims_report(message: &Message<'_>) -> bool {
    message.parts.first().and_then(|root| root.content_type()).is_some_and(|told| {
        let kind = told.attribute("report-type").map(str::to_lowercase);
        told.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
            && matches!(kind.as_deref(), Some("delivery-status" | "feedback-report"))
    })
}

/// RFC 3834 §5, and a null return path, which no person has.
fn is_automatic(message: &Message<'_>) -> bool {
    message.headers_raw().any(|(name, value)| match name.to_lowercase().as_str() {
        "auto-submitted" => !first_word(value).eq_ignore_ascii_case("no"),
        "return-path" => value.trim() == "<>",
        _ => false,
    })
}

fn text_of(part: &MessagePart<'_>) -> String {
    String::from_utf8_lossy(part.contents()).into_owned()
}

fn addresses_in(message: &Message<'_>, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for wanted in names {
        let headers = message.headers_raw().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.extend(headers.flat_map(|(_, value)| words_in(value)));
    }
    found.truncate(MOST);
    found
}

/// The return paths that the letter names which a complaint brings back.
fn returned_paths(part: &MessagePart<'_>) -> Vec<String> {
    if let PartType::Message(letter) = &part.body {
        return addresses_in(letter, &RETURN_PATH);
    }
    let head = groups(&text_of(part)).into_iter().next().unwrap_or_default();
    RETURN_PATH.iter().flat_map(|name| values(&head, name).flat_map(words_in).collect::<Vec<_>>()).collect()
}

fn words_in(value: &str) -> Vec<String> {
    let border = |c: char| c.is_whitespace() || c.is_control() || "<>()\",;:".contains(c);
    value.split(border).filter(|word| word.contains('@')).take(MOST).map(str::to_owned).collect()
}

/// Fields with lower-cased names and unfolded values.
type Fields = Vec<(String, String)>;

/// Reads groups of fields that empty lines part (RFC 3464 §2.1); a line that is none belongs to the one above.
fn groups(text: &str) -> Vec<Fields> {
    let mut groups: Vec<Fields> = vec![Vec::new()];
    for line in text.lines().map(|line| line.trim_end_matches('\r')) {
        let Some(group) = groups.last_mut() else { break };
        let field = line.split_once(':').filter(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic()) && !line.starts_with([' ', '\t'])
        });
        if line.trim().is_empty() {
            groups.push(Vec::new());
        } else if let Some((name, value)) = field {
            group.push((name.to_lowercase(), value.trim().to_owned()));
        } else if let Some((_, value)) = group.last_mut() {
            value.push(' ');
            value.push_str(line.trim());
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

fn values<'a>(fields: &'a Fields, wanted: &str) -> impl Iterator<Item = &'a str> {
    let wanted = wanted.to_owned();
    fields.iter().filter(move |(name, _)| *name == wanted).map(|(_, value)| value.as_str())
}

fn of_groups(groups: &[Fields]) -> Says {
    let action =
        |group: &Fields| values(group, "action").next().map(|value| first_word(value).to_lowercase());
    let actions: Vec<String> = groups.iter().filter_map(action).collect();
    let failed: Vec<FailedRecipient> = groups
        .iter()
        .filter(|group| action(group).as_deref() == Some("failed"))
        .take(MOST)
        .map(failed_recipient)
        .collect();
    if !failed.is_empty() {
        return Says::Bounce(failed);
    }
    let known = ["delayed", "delivered", "relayed", "expanded"];
    if actions.iter().any(|action| known.contains(&action.as_str())) {
        Says::NotFailed
    } else {
        Says::Unreadable
    }
}

fn failed_recipient(group: &Fields) -> FailedRecipient {
    let diagnostic = values(group, "diagnostic-code").next();
    let stated = values(group, "status").next().and_then(|value| status(first_word(value)));
    let said = diagnostic.and_then(smtp_status);
    // x.0.0 says nothing but the class; several servers write it and leave the rest to the reply they quote.
    let status = match stated {
        Some(stated) if stated.ends_with(".0.0") => said.or(Some(stated)),
        other => other.or(said),
    };
    let addresses = ["final-recipient", "original-recipient"].iter().flat_map(|name| values(group, name));
    let addresses = addresses.map(|value| value.split_once(';').map_or(value, |(_, address)| address));
    let addresses = addresses.map(|text| text.trim().trim_matches(['<', '>']).to_lowercase());
    FailedRecipient { status, diagnostic: diagnostic.map(one_line), addresses: addresses.collect() }
}

/// The enhanced status at the head of a quoted reply: `smtp; 550 5.1.1 …` or `smtp;550-5.1.1 …`.
fn smtp_status(diagnostic: &str) -> Option<String> {
    let (kind, reply) = diagnostic.split_once(';')?;
    let (code, rest) = reply.trim_start().split_at_checked(3)?;
    let is_reply = kind.trim().eq_ignore_ascii_case("smtp") && code.bytes().all(|byte| byte.is_ascii_digit());
    is_reply.then(|| status(first_word(rest.strip_prefix([' ', '-'])?))).flatten()
}

/// A status of RFC 3463 §2 that says failure: class 4 or 5.
fn status(word: &str) -> Option<String> {
    let parts: Vec<&str> = word.split('.').collect();
    let number =
        |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = parts.len() == 3 && matches!(parts.first(), Some(&"4" | &"5")) && parts.iter().all(number);
    fits.then(|| word.to_owned())
}

fn first_word(value: &str) -> &str {
    value.trim_start().split(|c: char| c.is_whitespace() || "(;".contains(c)).next().unwrap_or_default()
}

fn one_line(words: &str) -> String {
    let plain: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    mask_addresses(&plain).chars().take(LONGEST_DIAGNOSTIC).collect()
}

/// Returns the message without what the last servers add and without the difference between line ends, so that
/// one message is the same bytes whichever way it comes.
pub fn without_trace(raw: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(raw.len());
    let (mut in_head, mut dropping) = (true, false);
    for (at, line) in raw.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        in_head = in_head && !line.is_empty();
        if in_head {
            let folded = matches!(line.first(), Some(b' ' | b'\t'));
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            let is_trace = TRACE.iter().any(|trace| name.eq_ignore_ascii_case(trace.as_bytes()));
            dropping = if folded { dropping } else { is_trace || (at == 0 && line.starts_with(b"From ")) };
            if dropping {
                continue;
            }
        }
        kept.extend_from_slice(line);
        kept.push(b'\n');
    }
    kept.truncate(kept.trim_ascii_end().len());
    kept
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
