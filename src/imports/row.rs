//! The cells of a row, packed into one byte string so that they can be staged and unpacked without copying.

/// The cells of a row in the order of the file: before each its length as four bytes, little-endian.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells(Vec<u8>);

impl Cells {
    /// Packs cells.
    pub fn pack<'a>(cells: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut packed = Vec::with_capacity(256);
        for cell in cells {
            // A record is far shorter than 4 GiB; see reader::LONGEST_RECORD.
            let Ok(length) = u32::try_from(cell.len()) else { continue };
            packed.extend_from_slice(&length.to_le_bytes());
            packed.extend_from_slice(cell);
        }
        Self(packed)
    }

    /// Takes what was packed before.
    pub const fn packed(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns the packed form.
    pub fn as_packed(&self) -> &[u8] {
        &self.0
    }

    /// Unpacks the cells.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first_chunk::<4>()?;
            let (cell, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = after;
            Some(cell)
        })
    }

    /// Unpacks the cells as text without the space around them; a cell that is not UTF-8 is shown as empty, for
    /// a row that has one is refused before anybody reads it.
    pub fn texts(&self) -> Vec<&str> {
        self.iter().map(|cell| std::str::from_utf8(cell).unwrap_or_default().trim()).collect()
    }
}

/// A row that waits in the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// Which record of the file it is, from 1.
    pub ordinal: i64,
    /// Line of the file on which it begins, from 1.
    pub line: i64,
    /// Its cells in the order of the file.
    pub cells: Cells,
    /// What was wrong with it when it was read, if anything.
    pub problem: Option<String>,
    /// Whether it only stands for a row elsewhere that may belong here: what has one cannot be stored.
    pub is_shadow: bool,
}

impl Staged {
    /// Makes what stands for this row in the group of a suspect.
    #[must_use]
    pub fn shadow(&self) -> Self {
        let problem = self.problem.clone().map(|problem| format!("{problem}; that row may belong here"));
        Self { cells: Cells::default(), problem, is_shadow: true, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were_packed() {
        let cells: [&[u8]; 4] = [b"V-1", b"", " Müller, \"A\"\n".as_bytes(), b"\xff\0"];
        let packed = Cells::pack(cells.into_iter());
        assert_eq!(packed.iter().collect::<Vec<_>>(), cells);
        assert_eq!(packed.texts(), ["V-1", "", "Müller, \"A\"", ""]);
        assert_eq!(Cells::packed(packed.as_packed().to_vec()), packed);
    }

    #[test]
    fn damaged_bytes_give_fewer_cells_and_no_panic() {
        assert_eq!(Cells::packed(vec![9, 0, 0, 0, 1]).iter().count(), 0);
        assert_eq!(Cells::packed(vec![1]).iter().count(), 0);
    }
}
