//! Which columns a file may have, and where they stand in the one at hand.

use crate::error::{Error, Kind, Result};

/// A column of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header row.
    pub name: &'static str,
    /// Whether a file must have it and a row must fill it.
    pub required: bool,
    /// Whether it may hold anything, even what a spreadsheet would take for a formula: a comment, a phone number.
    pub free: bool,
}

impl Column {
    /// A column that must be there and filled.
    pub const fn required(name: &'static str) -> Self {
        Self { name, required: true, free: false }
    }

    /// A column that may be missing or empty.
    pub const fn optional(name: &'static str) -> Self {
        Self { name, required: false, free: false }
    }

    /// An optional column with free text.
    pub const fn free(name: &'static str) -> Self {
        Self { name, required: false, free: true }
    }
}

/// The column that the rejects have beside those of the file; a mended rejects file may keep it.
pub const REASON: &str = "reason";

/// What a kind of file looks like.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Word of the kind: `people`, `visits`, `history`.
    pub kind: &'static str,
    /// The column whose value ties rows together.
    pub key: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Further columns that this installation knows: keys of questions.
    pub more: Vec<String>,
}

impl Layout {
    fn knows(&self, name: &str) -> bool {
        name == REASON
            || self.columns.iter().any(|column| column.name == name)
            || self.more.iter().any(|more| more == name)
    }

    fn names(&self) -> String {
        let own = self.columns.iter().map(|column| column.name);
        own.chain(self.more.iter().map(String::as_str)).collect::<Vec<_>>().join(", ")
    }
}

/// The header row of a file: which column stands where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    names: Vec<String>,
    /// Names with their places, in the order of the names.
    places: Vec<(String, usize)>,
    /// What each column must hold, in the order of the file; None for questions.
    columns: Vec<Option<Column>>,
}

impl Header {
    /// Reads the header row and checks it against the layout.
    ///
    /// # Errors
    /// One text that names every unknown, missing and repeated column, and what was expected.
    pub fn read<'a>(cells: impl Iterator<Item = &'a [u8]>, layout: &Layout) -> Result<Self> {
        let names: Vec<String> = cells.map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let mut wrong = Vec::new();
        if names.iter().any(|name| name.contains('\0')) {
            let detail = "line 1: this is no UTF-8 text; it seems to be UTF-16. Save the file as CSV UTF-8.";
            return Err(Error::new(Kind::Invalid, detail));
        }
        if let [only] = names.as_slice()
            && let Some(other) = only.chars().find(|letter| [';', '\t', '|'].contains(letter))
        {
            let name = match other {
                ';' => "semicolons",
                '\t' => "tabs",
                _ => "vertical bars",
            };
            let detail = format!(
                "line 1: the columns are divided by {name}; commas are expected. Save the file as CSV with commas \
                 (in a spreadsheet: CSV UTF-8, comma delimited)."
            );
            return Err(Error::new(Kind::Invalid, detail));
        }
        for (at, name) in names.iter().enumerate() {
            if name.is_empty() {
                wrong.push(format!("column {} has no name", at + 1));
            } else if names.iter().take(at).any(|earlier| earlier == name) {
                wrong.push(format!("column {} stands there twice", super::problem::quoted(name)));
            } else if !layout.knows(name) {
                wrong.push(format!("column {} is unknown", super::problem::quoted(name)));
            }
        }
        let missing = layout.columns.iter().filter(|column| column.required);
        wrong.extend(
            missing
                .filter(|column| names.iter().all(|name| name != column.name))
                .map(|column| format!("column {} is missing", column.name)),
        );
        if wrong.is_empty() {
            let mut places: Vec<(String, usize)> = names.iter().cloned().zip(0..).collect();
            places.sort_unstable();
            let column = |name: &String| layout.columns.iter().find(|column| column.name == name).copied();
            let columns = names.iter().map(column).collect();
            return Ok(Self { names, places, columns });
        }
        wrong.truncate(20);
        let detail = format!("line 1: {}. Expected are the columns {}.", wrong.join("; "), layout.names());
        Err(Error::new(Kind::Invalid, detail))
    }

    /// Returns the names in the order of the file.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns where a column stands.
    pub fn place(&self, name: &str) -> Option<usize> {
        let found = self.places.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.places.get(found).map(|(_, place)| *place)
    }

    /// Returns what each column must hold, in the order of the file; None for questions.
    pub fn columns(&self) -> &[Option<Column>] {
        &self.columns
    }

    /// Returns the text of a column in an unpacked row; None when there is no such column or nothing in it.
    pub fn text<'a>(&self, cells: &[&'a str], name: &str) -> Option<&'a str> {
        cells.get(self.place(name)?).copied().filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout {
            kind: "visits",
            key: "visit_id",
            columns: vec![Column::required("visit_id"), Column::optional("service")],
            more: vec!["overall".to_owned()],
        }
    }

    fn read(header: &str) -> Result<Header> {
        Header::read(header.split(',').map(str::as_bytes), &layout())
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let header = read("overall, visit_id ,reason").unwrap();
        assert_eq!(header.text(&["5", "V1", "x"], "visit_id"), Some("V1"));
        assert_eq!(header.text(&["5", "", "x"], "visit_id"), None);
        assert_eq!(header.text(&["5", "V1", "x"], "service"), None);
    }

    #[test]
    fn every_wrong_column_is_named_with_what_was_expected() {
        let told = read("service,service,visitd,").unwrap_err().detail;
        for part in ["column “service” stands there twice", "“visitd” is unknown", "column 4 has no name"]
        {
            assert!(told.contains(part), "{told}");
        }
        assert!(told.contains("visit_id is missing") && told.contains("visit_id, service, overall"));
    }

    #[test]
    fn semicolons_are_named_as_what_they_are() {
        assert!(read("visit_id;service").unwrap_err().detail.contains("semicolons"));
        assert!(read("visit_id\tservice").unwrap_err().detail.contains("tabs"));
    }
}
