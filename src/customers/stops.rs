//! What a customer does not want: no mails, no calls. Written on the file with who, when and why, and for the address
//! and the number as keyed hashes too, so that a second file, or one that comes after an erasure, is spared as well.

use super::queries::merges::files_of;
use super::queries::stops as queries;
use super::{PURPOSE, lift as lift_address, queries as tables, suppress, suppressed};
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use crate::ids::Keyring;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The longest reason (characters).
pub const LONGEST: usize = 200;

/// The last digits of a number tell it from others; before them national and international writing differ.
const DIGITS: usize = 9;

/// A way to reach a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// By mail.
    Email,
    /// By phone.
    Phone,
}

impl Channel {
    /// Returns the word as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Email, Self::Phone].into_iter().find(|channel| channel.as_str() == word)
    }
}

/// Who stops or lifts something, and why.
#[derive(Debug, Clone, Copy)]
pub struct Because<'a> {
    /// Who.
    pub actor: Actor,
    /// Why, in a person's words.
    pub reason: &'a str,
}

/// Stops a channel for a customer; one that is stopped stays as it is. Call it in a transaction.
///
/// # Errors
/// 422 without a reason.
pub fn stop(
    connection: &mut PgConnection,
    keys: &Keyring,
    customer: Uuid,
    channel: Channel,
    because: Because<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = checked(because.reason)?;
    let by = because.actor.to_string();
    if !queries::insert(connection, customer, channel.as_str(), (reason, &by), now)? {
        return Ok(());
    }
    // The hashes outlive the person's data, so they carry no words of a person.
    let files = files_of(connection, customer)?;
    for (email, phone) in queries::list_reach(connection, &files)? {
        match channel {
            Channel::Email => {
                if let Some(email) = email {
                    suppress(connection, keys, &email, BY_STAFF, now)?;
                }
            }
            Channel::Phone => {
                if let Some(phone) = phone {
                    stop_number(connection, keys, &phone, now)?;
                }
            }
        }
    }
    let detail = json!({ "channel": channel.as_str() });
    audit::record(connection, now, because.actor, "customer.stopped", &format!("customer {customer}"), detail)
}

/// Stops calls to a number, whoever's file it stands on; one that is stopped stays as it is.
///
/// # Errors
/// When the database does not answer.
pub fn stop_number(
    connection: &mut PgConnection,
    keys: &Keyring,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(hash) = number(phone).map(|number| keys.pseudonym(PURPOSE, &number)) else { return Ok(()) };
    tables::insert_suppression(connection, (&hash, "phone"), keys.signing_id(), BY_STAFF, now)
}

/// Returns which of several numbers must not be called.
///
/// # Errors
/// When the database does not answer.
pub fn numbers_stopped_among(
    connection: &mut PgConnection,
    keys: &Keyring,
    phones: &[&str],
) -> Result<HashSet<String>> {
    let of_phones: Vec<(Vec<u8>, &str)> = phones
        .iter()
        .flat_map(|phone| number_hashes(keys, phone).into_iter().map(|hash| (hash, *phone)))
        .collect();
    let hashes: Vec<&[u8]> = of_phones.iter().map(|(hash, _)| hash.as_slice()).collect();
    let found = tables::list_suppressions(connection, &hashes)?;
    let stopped: HashSet<&[u8]> = found.iter().map(|(hash, _)| hash.as_slice()).collect();
    let is_stopped =
        |(hash, phone): &(Vec<u8>, &str)| stopped.contains(hash.as_slice()).then(|| (*phone).to_owned());
    Ok(of_phones.iter().filter_map(is_stopped).collect())
}

/// Why an address or number is stopped that staff stopped on the customer's file.
pub const BY_STAFF: &str = "the customer told us";

/// Lifts a stop on all files of a customer, and on their addresses or numbers whoever stopped those. Call it in a
/// transaction. The audit log says why.
///
/// # Errors
/// 422 without a reason; 409 when nothing was stopped.
pub fn lift(
    connection: &mut PgConnection,
    keys: &Keyring,
    customer: Uuid,
    channel: Channel,
    because: Because<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = checked(because.reason)?;
    let files = files_of(connection, customer)?;
    let mut lifted = queries::delete(connection, &files, channel.as_str())?;
    for (email, phone) in queries::list_reach(connection, &files)? {
        lifted += match channel {
            Channel::Email => {
                email.map_or(Ok(0), |email| lift_address(connection, keys, &email).map(|it| it.len()))?
            }
            Channel::Phone => {
                let hashes = phone.as_deref().map(|phone| number_hashes(keys, phone)).unwrap_or_default();
                tables::delete_suppressions(connection, &hashes)?.len()
            }
        };
    }
    if lifted == 0 {
        return Err(Error::conflict("Nothing was stopped any more. Open the page again."));
    }
    let detail = json!({ "channel": channel.as_str(), "reason": crate::mail::mask_addresses(reason) });
    audit::record(connection, now, because.actor, "customer.lifted", &format!("customer {customer}"), detail)
}

fn checked(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST {
        return Err(Error::invalid_field("reason", format!("Say why, in 1 to {LONGEST} characters.")));
    }
    Ok(reason)
}

/// Tells whether a customer may be phoned at a number as far as they have not said no: on any of their files, or under
/// this number. Who has no file has none to say it on.
///
/// # Errors
/// When the database does not answer.
pub fn may_be_phoned(
    connection: &mut PgConnection,
    keys: &Keyring,
    customer: Option<Uuid>,
    phone: &str,
) -> Result<bool> {
    let customers: Vec<Uuid> = customer.into_iter().collect();
    if !queries::list_unwilling(connection, &customers, Channel::Phone.as_str())?.is_empty() {
        return Ok(false);
    }
    Ok(queries::list_hashed(connection, &number_hashes(keys, phone), "phone")?.is_empty())
}

/// Returns those of several customers who do not want a channel, each with the reason, as a visit's history says it.
///
/// # Errors
/// When the database does not answer.
pub fn stopped_among(
    connection: &mut PgConnection,
    customers: &[Uuid],
    channel: Channel,
) -> Result<HashMap<Uuid, String>> {
    let unwilling = queries::list_unwilling(connection, customers, channel.as_str())?;
    // The words stay on the file: a visit's history is read by more people.
    Ok(unwilling.into_iter().map(|customer| (customer, BY_STAFF.to_owned())).collect())
}

/// What a customer does not want, as their page shows it.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// What staff wrote down, the oldest first.
    pub stops: Vec<queries::Stop>,
    /// Why the address must not be mailed, if so.
    pub address: Option<String>,
    /// Why the number must not be called, if so.
    pub number: Option<String>,
}

impl Standing {
    /// Tells whether a channel is stopped.
    pub fn is_stopped(&self, channel: Channel) -> bool {
        let hashed = match channel {
            Channel::Email => &self.address,
            Channel::Phone => &self.number,
        };
        hashed.is_some() || self.stops.iter().any(|stop| stop.channel == channel.as_str())
    }
}

/// Reads what a customer does not want, over all their files.
///
/// # Errors
/// When the database does not answer.
pub fn standing(connection: &mut PgConnection, keys: &Keyring, files: &[Uuid]) -> Result<Standing> {
    let mut standing = Standing { stops: queries::list(connection, files)?, ..Standing::default() };
    for (email, phone) in queries::list_reach(connection, files)? {
        if let Some(email) = email.filter(|_| standing.address.is_none()) {
            standing.address = suppressed(connection, keys, &email)?;
        }
        if let Some(phone) = phone.filter(|_| standing.number.is_none()) {
            let why = queries::list_hashed(connection, &number_hashes(keys, &phone), "phone")?;
            standing.number = why.into_iter().next();
        }
    }
    Ok(standing)
}

/// What of a number is hashed; nothing for one without digits.
fn number(phone: &str) -> Option<String> {
    let tail: String = phone.chars().rev().filter(char::is_ascii_digit).take(DIGITS).collect();
    (!tail.is_empty()).then(|| format!("phone {tail}"))
}

fn number_hashes(keys: &Keyring, phone: &str) -> Vec<Vec<u8>> {
    number(phone).map(|number| keys.pseudonyms(PURPOSE, &number)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        assert_eq!(number("+44 1632 960114"), number("01632/960114"));
        assert_ne!(number("+44 1632 960114"), number("+44 1632 960115"));
        assert_eq!(number("ask Ann"), None);
    }
}
