//! Taking in what comes back: bounces and complaints change a visit and stop an address, once; everything else
//! changes nothing.
//!
//! Only the return path is believed, and only with its signature ([`super::verp`]); what a report says about
//! letters and recipients can be written by anybody. Each message is one event, whichever way and however often it
//! comes. An answer is better evidence than a server's words: an answered visit stays answered.

use super::queries::bounces::{self as events, NewEvent};
use super::verdict::NO_SUCH_ADDRESS;
use super::{queries, verp};
use crate::error::Result;
use crate::ids::{self, Keyring};
use crate::mail::report::{self, FailedRecipient, Report, Says};
use crate::visits::store::{self, Change};
use crate::visits::{Outcome, queries as visits};
use crate::{audit, customers};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// Why an address is suppressed after a hard bounce.
pub const NO_ADDRESS: &str = "the address does not exist";

/// Why an address is suppressed after a complaint.
pub const COMPLAINED: &str = "complained at the provider";

/// A message and how it came.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    /// The message, with headers and any line ends.
    pub raw: &'a [u8],
    /// To whom it was delivered, where the mail server told it.
    pub recipient: Option<&'a str>,
    /// Which way.
    pub source: Source,
    /// Where it was there, for the record.
    pub key: &'a str,
}

/// The way of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Given to the command `bounce`.
    Pipe,
    /// Read from the mailbox.
    Mailbox,
}

/// What a message was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A letter of ours came back for good.
    Bounce,
    /// A report about a letter of ours that has not failed: delayed, delivered.
    NotFailed,
    /// The receiver of a letter of ours complained.
    Complaint,
    /// A program answered.
    AutoReply,
    /// Something else.
    Other,
    /// A report or an automatic answer whose return path is not one that we signed.
    NotOurs,
    /// It could not be read.
    Unreadable,
}

impl Kind {
    /// Returns the word as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::NotFailed => "not_failed",
            Self::Complaint => "complaint",
            Self::AutoReply => "auto_reply",
            Self::Other => "other",
            Self::NotOurs => "not_ours",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What taking a message in came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is stored as an event, with what it did: `none`, `bounced`, `failed`, `opted_out` or `suppressed`.
    New(Kind, &'static str),
    /// It came before; nothing was done.
    Known(Kind),
    /// A letter of this invitation is under way, perhaps the very one that came back. Nothing was stored; it must be
    /// brought again.
    TooEarly,
}

/// The letter behind a return path.
struct Mailed {
    invitation: Uuid,
    visit: Uuid,
    email: Option<String>,
}

/// Takes in a message; call it in a transaction and let go of the message only when that is committed.
///
/// # Errors
/// When the database does not answer.
pub fn take_in(
    connection: &mut PgConnection,
    keys: &Keyring,
    incoming: &Incoming<'_>,
    now: DateTime<Utc>,
) -> Result<Taken> {
    let report = report::read(incoming.raw, incoming.recipient);
    let mailed = find_mailed(connection, keys, &report)?;
    let kind = kind_of(&report.says, mailed.is_some());
    // The visit is locked before the event is written, as by everyone who changes both.
    let changes = matches!(kind, Kind::Bounce | Kind::Complaint);
    let mut outcome = None;
    if let Some(mailed) = mailed.as_ref().filter(|_| changes) {
        outcome = Some(visits::lock_outcome(connection, mailed.visit)?);
        if events::is_under_way(connection, mailed.invitation)? {
            return Ok(Taken::TooEarly);
        }
    }
    let failed = worst(&report.says, mailed.as_ref().and_then(|mailed| mailed.email.as_deref()));
    let id = ids::new_id();
    let event = NewEvent {
        id,
        source: match incoming.source {
            Source::Pipe => "pipe",
            Source::Mailbox => "mailbox",
        },
        source_key: incoming.key,
        message_hash: &identity(incoming.raw, mailed.as_ref()),
        kind: kind.as_str(),
        status: failed.and_then(|(failed, _)| failed.status.as_deref()),
        diagnostic: failed.and_then(|(failed, _)| failed.diagnostic.as_deref()),
        invitation: mailed.as_ref().map(|mailed| mailed.invitation),
    };
    if !events::insert(connection, &event, now)? {
        return Ok(Taken::Known(kind));
    }
    let Some(mailed) = mailed.filter(|_| changes) else { return Ok(Taken::New(kind, "none")) };
    let mut effects = Effects { connection, keys, mailed: &mailed, event: &event, now };
    let effect = match (kind, failed) {
        (Kind::Complaint, _) => effects.complained()?,
        (_, Some((_, true))) => effects.no_such_address(outcome != Some(Outcome::Answered))?,
        _ => effects.refused()?,
    };
    events::update_effect(connection, id, effect)?;
    Ok(Taken::New(kind, effect))
}

/// The same message about the same letter, whichever way it comes.
fn identity(raw: &[u8], mailed: Option<&Mailed>) -> Vec<u8> {
    let mut bytes = mailed.map_or(Uuid::nil(), |mailed| mailed.invitation).into_bytes().to_vec();
    bytes.extend(report::without_trace(raw));
    ids::sha256(&bytes)
}

fn find_mailed(connection: &mut PgConnection, keys: &Keyring, report: &Report) -> Result<Option<Mailed>> {
    let signed = report.return_paths.iter().find_map(|path| verp::read(keys, path));
    let Some(invitation) = signed else { return Ok(None) };
    let found = events::find_letter(connection, invitation)?;
    Ok(found.map(|(visit, email)| Mailed { invitation, visit, email }))
}

fn kind_of(says: &Says, is_ours: bool) -> Kind {
    match says {
        Says::Bounce(_) | Says::NotFailed | Says::Complaint | Says::AutoReply if !is_ours => Kind::NotOurs,
        Says::Bounce(_) => Kind::Bounce,
        Says::NotFailed => Kind::NotFailed,
        Says::Complaint => Kind::Complaint,
        Says::AutoReply => Kind::AutoReply,
        Says::Other => Kind::Other,
        Says::Unreadable => Kind::Unreadable,
    }
}

/// The failure that counts, and whether it says that the address to which we wrote does not exist. The failure of
/// an address to which ours forwards tells nothing about ours.
fn worst<'a>(says: &'a Says, email: Option<&str>) -> Option<(&'a FailedRecipient, bool)> {
    let Says::Bounce(all) = says else { return None };
    let is_gone = |failed: &&FailedRecipient| {
        let status = failed.status.as_deref().unwrap_or_default();
        NO_SUCH_ADDRESS.contains(&status) && email.is_some_and(|email| failed.is(email))
    };
    let gone = all.iter().find(is_gone).map(|failed| (failed, true));
    gone.or_else(|| all.first().map(|failed| (failed, false)))
}

/// What a message does to the letter's visit and address, each deed with its line in the audit log.
struct Effects<'a> {
    connection: &'a mut PgConnection,
    keys: &'a Keyring,
    mailed: &'a Mailed,
    event: &'a NewEvent<'a>,
    now: DateTime<Utc>,
}

impl Effects<'_> {
    fn no_such_address(&mut self, is_unanswered: bool) -> Result<&'static str> {
        let came_back = self.come_back(Outcome::Bounced)?;
        let suppressed = is_unanswered && self.suppress(NO_ADDRESS)?;
        Ok(match (came_back, suppressed) {
            (true, _) => "bounced",
            (false, true) => "suppressed",
            (false, false) => "none",
        })
    }

    fn refused(&mut self) -> Result<&'static str> {
        // The return path names no letter; the failure of a reminder does not undo the letter before it.
        if events::was_reminded(self.connection, self.mailed.invitation)? {
            return Ok("none");
        }
        Ok(if self.come_back(Outcome::Failed)? { "failed" } else { "none" })
    }

    fn complained(&mut self) -> Result<&'static str> {
        let suppressed = self.suppress(COMPLAINED)?;
        let change = Change { to: Outcome::OptedOut, by: "customer", reason: COMPLAINED, send_at: None };
        if store::change(self.connection, self.mailed.visit, &change, self.now)? {
            queries::close(self.connection, self.mailed.invitation)?;
            self.audit("customer.complained")?;
            return Ok("opted_out");
        }
        Ok(if suppressed { "suppressed" } else { "none" })
    }

    fn come_back(&mut self, to: Outcome) -> Result<bool> {
        let reason = match (to, self.event.status) {
            (Outcome::Bounced, Some(status)) => format!("the mail came back: no such address ({status})"),
            (_, Some(status)) => format!("the mail came back ({status})"),
            (_, None) => "the mail came back".to_owned(),
        };
        let change = Change { to, by: "rule", reason: &reason, send_at: None };
        let changed = store::change(self.connection, self.mailed.visit, &change, self.now)?;
        if changed {
            events::end_mailed(self.connection, self.mailed.invitation, to.as_str())?;
            // Nobody was asked.
            queries::asked::release(self.connection, self.mailed.visit)?;
            self.audit(if to == Outcome::Bounced { "visit.bounced" } else { "visit.failed" })?;
        }
        Ok(changed)
    }

    /// False when there is no address any more.
    fn suppress(&mut self, reason: &str) -> Result<bool> {
        let Some(email) = &self.mailed.email else { return Ok(false) };
        customers::suppress(self.connection, self.keys, email, reason, self.now)?;
        self.audit("address.suppressed")?;
        Ok(true)
    }

    fn audit(&mut self, action: &str) -> Result<()> {
        let subject = format!("visit {}", self.mailed.visit);
        let detail = json!({ "event": self.event.id, "kind": self.event.kind, "status": self.event.status });
        audit::record(self.connection, self.now, audit::Actor::Rule, action, &subject, detail)
    }
}
