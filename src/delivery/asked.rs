//! One request per customer in a time, across all surveys. A customer is known by their file, by those that were put
//! together with it, and by their address: two files with one address are read by the same person.

use super::model::Due;
use super::queries::asked as queries;
use crate::customers::queries::merges::list_files;
use crate::error::{Error, Kind, Result};
use crate::ids::Keyring;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What the keys are hashed for.
const PURPOSE: &str = "asked";

/// Who is behind a visit: one thing for each file of the customer, one for the address.
fn things(files: &[Uuid], email: Option<&str>) -> Vec<String> {
    let files = files.iter().map(|id| format!("customer {id}"));
    files.chain(email.map(|email| format!("address {}", email.to_lowercase()))).collect()
}

/// Returns when whoever reads an address was asked last within `every`.
///
/// # Errors
/// When the database does not answer.
pub fn last(
    connection: &mut PgConnection,
    keys: &Keyring,
    email: &str,
    every: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let known: Vec<Vec<u8>> =
        things(&[], Some(email)).iter().flat_map(|thing| keys.pseudonyms(PURPOSE, thing)).collect();
    Ok(queries::list(connection, &known, now - every)?.into_iter().map(|(_, at, _)| at).max())
}

/// Writes down that the customers behind due first letters are asked now. Returns those whose customer was asked
/// within `every` about another visit, with when: they have to wait. Call it in a transaction that is tried again.
///
/// # Errors
/// When the database does not answer, or another worker asks one of them in this moment.
pub fn take(
    connection: &mut PgConnection,
    keys: &Keyring,
    due: &[Due],
    every: TimeDelta,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, DateTime<Utc>>> {
    let mut held = HashMap::new();
    if every <= TimeDelta::zero() {
        return Ok(held);
    }
    let customers: Vec<Uuid> = due.iter().filter_map(|one| one.customer).collect();
    let files = list_files(connection, &customers)?;
    let of = |one: &Due| {
        let files = one.customer.and_then(|id| files.get(&id)).map(Vec::as_slice);
        things(files.unwrap_or_default(), one.email.as_deref())
    };
    let all: Vec<Vec<u8>> =
        due.iter().flat_map(of).flat_map(|thing| keys.pseudonyms(PURPOSE, &thing)).collect();
    let mut asked: HashMap<Vec<u8>, (DateTime<Utc>, Uuid)> = HashMap::new();
    for (key, at, visit) in queries::list(connection, &all, now - every)? {
        asked.insert(key, (at, visit));
    }
    // In the order of the keys, so that two workers cannot wait for each other.
    let mut wanted: BTreeMap<Vec<u8>, Uuid> = BTreeMap::new();
    for one in due {
        let things = of(one);
        let known = things.iter().flat_map(|thing| keys.pseudonyms(PURPOSE, thing));
        let last = known.filter_map(|key| asked.get(&key)).filter(|(_, visit)| *visit != one.visit);
        if let Some((at, _)) = last.max_by_key(|(at, _)| *at) {
            held.insert(one.id, *at);
            continue;
        }
        for thing in things {
            let key = keys.pseudonym(PURPOSE, &thing);
            asked.insert(key.clone(), (now, one.visit));
            wanted.insert(key, one.visit);
        }
    }
    let (keys, visits): (Vec<Vec<u8>>, Vec<Uuid>) = wanted.into_iter().unzip();
    if queries::take(connection, &keys, &visits, now, now - every)? < keys.len() {
        let detail = "another worker asks one of these customers in this moment";
        return Err(Error { again: true, ..Error::new(Kind::Unavailable, detail) });
    }
    Ok(held)
}
