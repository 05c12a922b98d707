//! Bringing a whole file into the stage.

use super::layout::{Header, Layout};
use super::progress::Progress;
use super::queries;
use super::reader::Records;
use super::row::Staged;
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use std::io::Read;
use uuid::Uuid;

/// After how long without a sign of life the rows of an import are thrown away.
const DEAD_AFTER: TimeDelta = TimeDelta::hours(1);

/// How many rows are copied at once, at most.
const ROWS_AT_ONCE: usize = 4_000;

/// How many bytes of rows are copied at once, at most; one record more may come on top.
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

/// A file that stands in the stage.
#[derive(Debug)]
pub struct Import {
    /// The run that its rows belong to.
    pub run: Uuid,
    /// Its header row.
    pub header: Header,
    /// How many rows it has.
    pub rows: u64,
}

impl Import {
    /// Reads a file into the stage and throws away what imports that died have left there.
    ///
    /// # Errors
    /// When it is no such file, cannot be read, or the database does not answer.
    pub fn stage(
        connection: &mut PgConnection,
        input: impl Read,
        layout: &Layout,
        now: DateTime<Utc>,
        progress: &mut Progress,
    ) -> Result<Self> {
        let mut records = Records::open(input)?;
        let header = records.header(layout)?;
        for dead in queries::list_dead(connection, now - DEAD_AFTER)? {
            queries::delete_run(connection, dead)?;
        }
        let mut import = Self { run: ids::new_id(), header, rows: 0 };
        queries::insert_run(connection, import.run, layout.kind, now)?;
        let mut batch: Vec<(String, Staged)> = Vec::with_capacity(ROWS_AT_ONCE);
        let mut bytes = 0;
        while let Some((key, row)) = records.row(&import.header, layout)? {
            import.rows += 1;
            bytes += row.cells.as_packed().len();
            // A row whose key cannot be read stands alone; no key begins with a control character otherwise.
            let key = key.unwrap_or_else(|| format!("\u{1}{}", row.line));
            batch.push((key, row));
            if batch.len() == ROWS_AT_ONCE || bytes > BYTES_AT_ONCE {
                queries::copy_rows(connection, import.run, &batch)?;
                queries::touch_run(connection, import.run)?;
                progress.read(records.bytes_read(), import.rows);
                batch.clear();
                bytes = 0;
            }
        }
        if !batch.is_empty() {
            queries::copy_rows(connection, import.run, &batch)?;
        }
        progress.read(records.bytes_read(), import.rows);
        Ok(import)
    }

    /// Empties the stage of this file.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn finish(self, connection: &mut PgConnection) -> Result<()> {
        queries::delete_run(connection, self.run)
    }
}
