//! Giving staged rows back group by group, in chunks of bounded size.

use super::queries;
use super::row::Staged;
use super::stage::Import;
use crate::error::Result;
use diesel::PgConnection;

/// The most rows of a group.
pub const MOST_ROWS: usize = 1_000;

/// The most bytes of a group's rows.
const MOST_BYTES: usize = 1024 * 1024;

/// How many bytes of groups are given at once, at most; one group more may come on top.
const BYTES_AT_ONCE: usize = 2 * 1024 * 1024;

/// All rows with the same key.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The key.
    pub key: String,
    /// Its rows in the order of the file.
    pub rows: Vec<Staged>,
    /// Whether there are more rows with this key than one thing can have; the others come in groups of their
    /// own, which say the same.
    pub too_many: bool,
}

impl Group {
    fn bytes(&self) -> usize {
        self.rows.iter().map(|row| row.cells.as_packed().len()).sum()
    }
}

/// Gathers rows into groups and groups into chunks.
struct Gatherer<F> {
    chunk: Vec<Group>,
    chunk_bytes: usize,
    most: usize,
    open: Option<(Group, usize)>,
    each: F,
}

impl<F: FnMut(Vec<Group>) -> Result<()>> Gatherer<F> {
    fn row(&mut self, key: String, row: Staged) -> Result<()> {
        let size = row.cells.as_packed().len();
        match &mut self.open {
            Some((group, bytes)) if group.key == key => {
                if group.rows.len() < MOST_ROWS && *bytes + size <= MOST_BYTES {
                    group.rows.push(row);
                    *bytes += size;
                    return Ok(());
                }
                group.too_many = true;
                self.close()?;
                self.open = Some((Group { key, rows: vec![row], too_many: true }, size));
            }
            _ => {
                self.close()?;
                self.open = Some((Group { key, rows: vec![row], too_many: false }, size));
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        // A group of shadows alone is none: no visit of the file has that id.
        let open = self.open.take().filter(|(group, _)| group.rows.iter().any(|row| !row.is_shadow));
        if let Some((group, _)) = open {
            self.chunk_bytes += group.bytes();
            self.chunk.push(group);
        }
        if self.chunk.len() >= self.most || self.chunk_bytes > BYTES_AT_ONCE {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.chunk_bytes = 0;
        let chunk = std::mem::take(&mut self.chunk);
        if chunk.is_empty() { Ok(()) } else { (self.each)(chunk) }
    }
}

/// Calls `each` with chunks of at most `most` groups, in the order of the file.
///
/// # Errors
/// When the database does not answer, or what `each` returns.
pub fn each_chunk(
    connection: &mut PgConnection,
    import: &Import,
    most: usize,
    each: impl FnMut(Vec<Group>) -> Result<()>,
) -> Result<()> {
    let mut gatherer = Gatherer { chunk: Vec::new(), chunk_bytes: 0, most, open: None, each };
    queries::each_row(connection, import.run, import.is_torn, |key, row| gatherer.row(key, row))?;
    gatherer.close()?;
    gatherer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::row::Cells;

    fn gather(rows: &[(&str, usize)], most: usize) -> Vec<Vec<(String, usize, bool)>> {
        let mut chunks = Vec::new();
        let mut gatherer = Gatherer {
            chunk: Vec::new(),
            chunk_bytes: 0,
            most,
            open: None,
            each: |chunk: Vec<Group>| {
                let told = chunk.into_iter().map(|group| (group.key, group.rows.len(), group.too_many));
                chunks.push(told.collect());
                Ok(())
            },
        };
        for (key, size) in rows {
            let cells = Cells::pack(std::iter::once("x".repeat(*size).as_bytes()));
            gatherer
                .row(
                    (*key).to_owned(),
                    Staged { ordinal: 1, line: 2, cells, problem: None, is_shadow: false },
                )
                .unwrap();
        }
        gatherer.close().unwrap();
        gatherer.flush().unwrap();
        chunks
    }

    #[test]
    fn rows_of_a_key_stay_together_and_chunks_are_full() {
        let told = gather(&[("a", 1), ("a", 1), ("b", 1), ("c", 1)], 2);
        assert_eq!(
            told,
            [vec![("a".to_owned(), 2, false), ("b".to_owned(), 1, false)], vec![("c".to_owned(), 1, false)]]
        );
    }

    #[test]
    fn a_key_with_too_many_rows_is_marked_in_every_part() {
        let rows: Vec<(&str, usize)> = (0..=MOST_ROWS * 2).map(|_| ("a", 1)).collect();
        let told: Vec<(String, usize, bool)> = gather(&rows, 100).concat();
        assert!(told.iter().all(|(_, _, too_many)| *too_many));
        assert_eq!(told.iter().map(|(_, rows, _)| rows).sum::<usize>(), rows.len());
    }

    #[test]
    fn chunks_are_cut_by_their_size_too() {
        let rows: Vec<(String, usize)> = (0..40).map(|at| (at.to_string(), 120_000)).collect();
        let rows: Vec<(&str, usize)> = rows.iter().map(|(key, size)| (key.as_str(), *size)).collect();
        assert!(gather(&rows, 1000).len() > 1);
    }
}
