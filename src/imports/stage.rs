//! Bringing a whole file into the stage.

use super::layout::{Header, Layout};
use super::progress::Progress;
use super::queries;
use super::reader::{Records, Row};
use super::row::Staged;
use crate::error::Result;
use crate::{db, ids};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::Read;
use uuid::Uuid;

/// After how long without a sign of life the rows of an import are thrown away. A pipe may pause for hours.
const DEAD_AFTER: TimeDelta = TimeDelta::hours(24);

/// How many rows are copied at once, at most.
const ROWS_AT_ONCE: usize = 4_000;

/// How many bytes of rows are copied at once, at most; one record more may come on top.
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

/// For how many groups it is remembered that they were there; eight bytes and some each.
const GROUPS_REMEMBERED: usize = 1_000_000;

/// Notices whether the rows of each group stand one after the other, as they do in most files: then the stage need
/// not be sorted. Keys are remembered by their hash; two that share one are taken for a group that is torn.
#[derive(Debug, Default)]
struct Order {
    seen: HashSet<u64>,
    last: u64,
    is_torn: bool,
}

impl Order {
    fn note(&mut self, key: &str) {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        if self.is_torn || hash == self.last {
            return;
        }
        self.last = hash;
        self.is_torn = !self.seen.insert(hash) || self.seen.len() > GROUPS_REMEMBERED;
    }
}

/// A file that stands in the stage.
#[derive(Debug)]
pub struct Import {
    /// The run that its rows belong to.
    pub run: Uuid,
    /// Its header row.
    pub header: Header,
    /// How many rows it has.
    pub rows: u64,
    /// Whether rows of one group stand apart from each other.
    pub is_torn: bool,
}

impl Import {
    /// Reads a file into the stage.
    ///
    /// # Errors
    /// When it is no such file, cannot be read, or the database does not answer; nothing is left in the stage then.
    pub fn stage(
        connection: &mut PgConnection,
        input: impl Read,
        layout: &Layout,
        now: DateTime<Utc>,
        progress: &mut Progress,
    ) -> Result<Self> {
        let mut records = Records::open(input)?;
        let header = records.header(layout)?;
        sweep(connection, now)?;
        let mut import = Self { run: ids::new_id(), header, rows: 0, is_torn: false };
        queries::insert_run(connection, import.run, layout.kind, now)?;
        match import.fill(connection, &mut records, layout, progress) {
            Ok(()) => Ok(import),
            failed => import.finish_after(connection, failed).map(|()| import),
        }
    }

    fn fill(
        &mut self,
        connection: &mut PgConnection,
        records: &mut Records<impl Read>,
        layout: &Layout,
        progress: &mut Progress,
    ) -> Result<()> {
        let mut batch: Vec<(String, Staged)> = Vec::with_capacity(ROWS_AT_ONCE);
        let (mut bytes, mut next, mut order) = (0, 0, Order::default());
        while let Some(Row { key, suspects, mut staged }) = records.row(&self.header, layout)? {
            self.rows += 1;
            let shadow = staged.shadow();
            // A row whose key cannot be read stands alone; no key begins with a control character otherwise.
            let key = key.unwrap_or_else(|| format!("\u{1}{}", staged.ordinal));
            bytes += staged.cells.as_packed().len();
            order.note(&key);
            next += 1;
            staged.ordinal = next;
            batch.push((key, staged));
            for suspect in suspects {
                order.note(&suspect);
                next += 1;
                bytes += suspect.len() + 200;
                batch.push((suspect, Staged { ordinal: next, ..shadow.clone() }));
            }
            if batch.len() >= ROWS_AT_ONCE || bytes > BYTES_AT_ONCE {
                queries::copy_rows(connection, self.run, &batch)?;
                self.live_on(connection)?;
                progress.read(records.bytes_read(), self.rows);
                batch.clear();
                bytes = 0;
            }
        }
        if !batch.is_empty() {
            queries::copy_rows(connection, self.run, &batch)?;
        }
        progress.read(records.bytes_read(), self.rows);
        self.is_torn = order.is_torn;
        Ok(())
    }

    /// Says that this import is still at work, so that nobody sweeps its rows away.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn live_on(&self, connection: &mut PgConnection) -> Result<()> {
        db::relaxed_transaction(connection, |connection| queries::touch_run(connection, self.run))
    }

    /// Empties the stage of this file, however the work on it ended.
    ///
    /// # Errors
    /// What the work ended with: it is the cause of what may fail here too. Else when the database does not answer.
    pub fn finish_after(&self, connection: &mut PgConnection, work: Result<()>) -> Result<()> {
        let emptied = queries::delete_run(connection, self.run);
        work.and(emptied)
    }
}

/// Throws away what imports that died have left in the stage.
///
/// # Errors
/// When the database does not answer.
pub fn sweep(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    for dead in queries::list_dead(connection, now - DEAD_AFTER)? {
        queries::delete_run(connection, dead)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_torn(keys: &[&str]) -> bool {
        let mut order = Order::default();
        for key in keys {
            order.note(key);
        }
        order.is_torn
    }

    #[test]
    fn a_group_is_torn_when_another_stands_between_its_rows() {
        assert!(!is_torn(&["a", "a", "b", "c", "c"]));
        assert!(is_torn(&["a", "b", "a"]));
    }
}
