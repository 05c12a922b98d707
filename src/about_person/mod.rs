//! A person's rights: everything we hold about one customer or one employee as a file, and a customer's erasure. An edge, because both touch
//! every slice; each one's own function does its part. A new table with something about customers gets its part in
//! [`export`] and in [`erase`], and a test looks through all tables.
//!
//! Erasing takes out what names a person: contact data, words, links, hashes of content. Visits stay without them, and
//! answers on scales, because statistics are made of those; the id of a visit becomes a keyed hash, so that bringing it
//! again creates and mails nothing. Taking a single answer back is another thing ([`crate::answering::withdraw`]): it
//! changes the sums by exactly that answer.

pub mod employee;
pub mod erase;
pub mod export;
pub mod pages;

use crate::customers::queries::merges;
use crate::customers::queries::person::{self as customers, File};
use crate::error::{Error, Result};
use crate::visits::queries::person::{self as visits, Held};
use diesel::PgConnection;
use uuid::Uuid;

/// A person: all files that a human said are one, and their visits.
#[derive(Debug, Clone)]
pub struct Person {
    /// The files, the oldest first.
    pub files: Vec<File>,
    /// The visits, the oldest first.
    pub visits: Vec<Held>,
}

impl Person {
    /// Finds the person behind a customer's file.
    ///
    /// # Errors
    /// 404 when there is no such file.
    pub fn find(connection: &mut PgConnection, customer: Uuid) -> Result<Self> {
        let ids = merges::files_of(connection, customer)?;
        let files = customers::list_files(connection, &ids)?;
        if files.is_empty() {
            return Err(Error::not_found("customer"));
        }
        Ok(Self { files, visits: visits::list_held(connection, &ids)? })
    }

    fn file_keys(&self) -> Vec<Uuid> {
        self.files.iter().map(|file| file.key).collect()
    }

    fn visit_keys(&self) -> Vec<Uuid> {
        self.visits.iter().map(|visit| visit.key).collect()
    }

    /// What the audit log calls everything that is about this person.
    fn subjects(&self, responses: &[Uuid]) -> Vec<String> {
        let files = self.files.iter().map(|file| format!("customer {}", file.key));
        let visits = self.visits.iter().map(|visit| format!("visit {}", visit.key));
        files.chain(visits).chain(responses.iter().map(|id| format!("response {id}"))).collect()
    }

    /// Ids, addresses and numbers, by which a copy of something of theirs is known.
    fn identifiers(&self) -> Vec<String> {
        let of_files = self.files.iter().flat_map(|file| [&file.id, &file.email, &file.phone]);
        let of_visits = self.visits.iter().flat_map(|visit| [&visit.email, &visit.phone]);
        let mut all: Vec<String> = of_files.chain(of_visits).flatten().cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Finds a customer's file by the id in the system that sends visits, or by our own as it stands in the address of the
/// page.
///
/// # Errors
/// 404 when there is none.
pub fn find_customer(connection: &mut PgConnection, id: &str) -> Result<Uuid> {
    let mut found = customers::find_by_id(connection, id)?;
    if let (true, Ok(own)) = (found.is_empty(), id.parse::<Uuid>()) {
        found.extend(customers::list_files(connection, &[own])?.iter().map(|file| file.key));
    }
    found.first().copied().ok_or_else(|| Error::not_found("customer"))
}
