//! Walking the chain from its beginning, and comparing it with what was anchored outside.

use super::cut::place;
use super::seal::{self, Head, Seal};
use super::{Entry, forgotten, queries};
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
    /// Of how many of them the details went with the erasure of a person.
    pub forgotten: i64,
    /// The last position that went because its time was over; 0 when nothing did.
    pub cut_at: i64,
    /// How many anchors fit.
    pub anchors: usize,
    /// How many anchors name a seal that went.
    pub anchors_gone: usize,
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
    let mut at = begin(connection, &mut report)?;
    report.anchors_gone = anchors.iter().filter(|anchor| anchor.position < at.position).count();
    check_anchors(&mut report, anchors, at.position, &at.hash);
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
                Some(entry) => check_entry(&mut report, keys, &at, &seal, &entry),
            }
            check_anchors(&mut report, anchors, seal.position, &seal.hash);
            at = Head { position: seal.position, hash: seal.hash };
            report.sealed += 1;
        }
    }
    check_end(connection, &mut report, &at, anchors)?;
    Ok(report)
}

/// Returns where the chain begins: at its first seal, or where a sealed entry says that it was cut. That entry stands in
/// the chain behind the cut, so the walk checks it like any other.
///
/// # Errors
/// When the database does not answer.
pub(super) fn begin(connection: &mut PgConnection, report: &mut Report) -> Result<Head> {
    let beginning = Head { position: 0, hash: vec![0; 32] };
    let before = queries::find_first_position(connection)?.map_or(0, |first| first - 1);
    if before == 0 {
        return Ok(beginning);
    }
    let cut = queries::list_cuts(connection, before)?.iter().find_map(place);
    Ok(cut.filter(|cut| cut.position == before).map_or(beginning, |cut| {
        report.cut_at = before;
        cut
    }))
}

pub(super) fn check_entry(report: &mut Report, keys: &Keyring, before: &Head, seal: &Seal, entry: &Entry) {
    let id = entry.id;
    let before = Head { position: seal.position - 1, hash: before.hash.clone() };
    let Some((hash, detail)) = seal::hash(keys, &seal.secret_id, &before, entry, &seal.detail_hash)
        .zip(seal::detail_hash(keys, &seal.secret_id, entry))
    else {
        let lost = &seal.secret_id;
        return report.note(format!(
            "Entry {id} cannot be checked: HEARBACK_SECRET has no secret with the id {lost}."
        ));
    };
    let is_forgotten = entry.detail == forgotten();
    report.forgotten += i64::from(is_forgotten);
    if !same(&hash, &seal.hash) {
        report.note(format!("Entry {id} is not as it was sealed: it, its seal or its place was changed."));
    } else if !is_forgotten && !same(&detail, &seal.detail_hash) {
        report.note(format!("Entry {id} is not as it was sealed: its details were changed."));
    }
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
