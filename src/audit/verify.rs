//! Walking the chain from its beginning, and comparing it with what was anchored outside.

use super::queries;
use super::seal::{self, Head};
use crate::error::Result;
use crate::ids::{Keyring, same};
use diesel::PgConnection;

/// How many seals are read at once.
const AT_ONCE: i64 = 5_000;

/// How many faults are told at most; the first one says where to look.
const MOST: usize = 20;

/// An end of the chain that was kept outside of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Position of the seal.
    pub position: i64,
    /// Its hash (32 bytes).
    pub hash: Vec<u8>,
}

/// What the walk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many entries stand sealed.
    pub sealed: i64,
    /// How many anchors fit.
    pub anchors: usize,
    /// What is wrong, one sentence each; empty when nothing is.
    pub faults: Vec<String>,
}

impl Report {
    fn note(&mut self, fault: String) {
        if self.faults.len() < MOST {
            self.faults.push(fault);
        }
    }
}

/// Walks the chain. Call it in a snapshot, so that seals and end belong together.
///
/// # Errors
/// When the database does not answer.
pub fn verify(connection: &mut PgConnection, keys: &Keyring, anchors: &[Anchor]) -> Result<Report> {
    let mut report = Report::default();
    let mut at = Head { position: 0, hash: vec![0; 32] };
    loop {
        let sealed = queries::list_sealed(connection, at.position, AT_ONCE)?;
        if sealed.is_empty() {
            break;
        }
        for (seal, entry) in sealed {
            let position = at.position + 1;
            if seal.position != position {
                report.note(format!("The seals {position} to {} are missing.", seal.position - 1));
            }
            match entry {
                None => report.note(format!("Entry {} was deleted.", seal.entry_id)),
                Some(entry) => {
                    let made = seal::hash(keys, &seal.secret_id, &at.hash, seal.position, &entry);
                    match made {
                        None => report.note(format!(
                            "Entry {} cannot be checked: HEARBACK_SECRET has no secret with the id {}.",
                            entry.id, seal.secret_id
                        )),
                        Some(made) if same(&made, &seal.hash) => {}
                        Some(_) => report.note(format!(
                            "Entry {} is not as it was sealed: it, its seal or its place was changed.",
                            entry.id
                        )),
                    }
                }
            }
            check_anchors(&mut report, anchors, seal.position, &seal.hash);
            at = Head { position: seal.position, hash: seal.hash };
            report.sealed += 1;
        }
    }
    check_end(connection, &mut report, &at, anchors)?;
    Ok(report)
}

fn check_anchors(report: &mut Report, anchors: &[Anchor], position: i64, hash: &[u8]) {
    for anchor in anchors.iter().filter(|anchor| anchor.position == position) {
        if same(&anchor.hash, hash) {
            report.anchors += 1;
        } else {
            report
                .note(format!("Seal {position} is not the one that was anchored: the log was written anew."));
        }
    }
}

fn check_end(
    connection: &mut PgConnection,
    report: &mut Report,
    at: &Head,
    anchors: &[Anchor],
) -> Result<()> {
    let head = queries::find_head(connection)?;
    if head != *at {
        report.note(format!(
            "The log was cut off: it ended at seal {}, and now at {}.",
            head.position, at.position
        ));
    }
    if let Some(last) = anchors.iter().map(|anchor| anchor.position).max().filter(|last| *last > at.position)
    {
        report.note(format!(
            "The log was cut off: seal {last} was anchored, and the last one is {}.",
            at.position
        ));
    }
    for id in queries::list_slipped_in(connection, i64::try_from(MOST).unwrap_or(i64::MAX))? {
        report.note(format!("Entry {id} stands among sealed ones and was never sealed: it was slipped in."));
    }
    Ok(())
}
