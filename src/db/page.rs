//! Keyset pages: a list goes on after the last row seen, so that a new row never shifts a page.

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// The years 1 to 9999 in microseconds since 1970: a forged cursor must not hold a time that Postgres refuses.
const EARLIEST: i64 = -62_135_596_800_000_000;
const LATEST: i64 = 253_402_300_799_000_000;

/// The place after which a page begins: a number by which the list is ordered and, among equals, an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Of the last row seen: its time (microseconds since 1970), or the number of its transaction.
    pub place: i64,
    /// Id of the last row seen.
    pub id: Uuid,
}

impl Cursor {
    /// Makes the place of a row in a list that is ordered by time.
    pub fn by_time(at: DateTime<Utc>, id: Uuid) -> Self {
        Self { place: at.timestamp_micros(), id }
    }

    /// Returns the time of a place in a list that is ordered by time.
    pub fn time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.place.clamp(EARLIEST, LATEST)).unwrap_or_default()
    }

    /// Writes the cursor as an opaque word.
    pub fn encode(self) -> String {
        let mut bytes = self.place.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor that [`Cursor::encode`] wrote.
    ///
    /// # Errors
    /// 422 naming the parameter when it is not one of ours.
    pub fn decode(parameter: &str, text: &str) -> Result<Self> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let (place, id) = bytes.split_at_checked(8)?;
            Some(Self { place: i64::from_be_bytes(place.try_into().ok()?), id: Uuid::from_slice(id).ok()? })
        };
        read().ok_or_else(|| Self::foreign(parameter))
    }

    /// Says that a cursor is not one of this list.
    pub fn foreign(parameter: &str) -> Error {
        Error::invalid_field(format!("/{parameter}"), "is no cursor of this list; take it from meta.next")
    }
}

/// The foot of a list: where it goes on, or null at its end.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Meta {
    /// The cursor for `after`, or null.
    pub next: Option<String>,
}

/// Cuts rows that were read with one more than the limit, and says where the list goes on.
pub fn cut<T>(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> (Vec<T>, Meta) {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = more.then(|| rows.last().map(|row| cursor(row).encode())).flatten();
    (rows, Meta { next })
}

/// Reads a limit of a list.
///
/// # Errors
/// 422 when it is not from 1 to 1000.
pub fn limit(asked: Option<i64>) -> Result<i64> {
    match asked {
        None => Ok(100),
        Some(n) if (1..=1000).contains(&n) => Ok(n),
        Some(_) => Err(Error::invalid_field("/limit", "must be from 1 to 1000")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was_and_a_foreign_one_is_refused() {
        let cursor = Cursor { place: 1_700_000_000_123_456, id: Uuid::max() };
        assert_eq!(Cursor::decode("after", &cursor.encode()), Ok(cursor));
        assert!(Cursor::decode("after", "nonsense").is_err());
        for place in [i64::MIN, i64::MAX] {
            let year = Cursor { place, id: Uuid::nil() }.time().format("%Y").to_string();
            assert!(["0001", "9999"].contains(&year.as_str()), "{year}");
        }
    }
}
