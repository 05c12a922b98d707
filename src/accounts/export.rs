//! A list as a file: the same rows as on its page, for no more people, and a line in the audit log.
//!
//! The route has the page's own right, and the rows come through the page's own filter: whoever sees a part of a list
//! exports that part (CVE-2026-62361 was an export that skipped the check).

use super::SignedIn;
use crate::app::App;
use crate::audit::{self, Actor};
use crate::db::page::{Cursor, Meta};
use crate::error::{Error, Kind, Result};
use crate::web::PageResult;
use crate::web::csv;
use crate::web::list::Asked;
use diesel::PgConnection;
use serde_json::{Map, Value, json};

/// The most rows of a file; more would be a copy of the database.
pub const MOST: usize = 100_000;

/// How many rows are read at once.
pub const AT_ONCE: i64 = 1_000;

/// Which list it is.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    /// Its name, such as `visits`: of the file and in the audit log.
    pub name: &'static str,
    /// The columns, those of the page.
    pub columns: &'static [&'static str],
    /// Parameters of the page that are noted with the export. What was typed about a customer is not among them.
    pub noted: &'static [&'static str],
}

/// Hands out a list as CSV and notes who did so, for what and how many rows; nothing is handed out without the note.
///
/// # Errors
/// 422 when there are more than [`MOST`] rows or a date cannot be read; when the database does not answer.
pub async fn export(
    app: &App,
    person: &SignedIn,
    asked: &Asked,
    sheet: Sheet,
    read: impl FnOnce(&mut PgConnection) -> Result<Vec<Vec<String>>> + Send + 'static,
) -> PageResult {
    if let Some(error) = asked.dates().error {
        return Err(Error::new(Kind::Invalid, error).into());
    }
    let (now, by) = (app.clock.now(), Actor::User(person.user));
    let today = now.with_timezone(&app.config.organisation.time_zone).date_naive();
    let noted = |name: &&str| asked.text(name).map(|text| ((*name).to_owned(), json!(text)));
    let filter: Map<String, Value> = sheet.noted.iter().filter_map(noted).collect();
    let rows = app
        .transaction(move |connection| {
            let rows = read(connection)?;
            let detail = json!({ "rows": rows.len(), "filter": filter });
            audit::record(connection, now, by, &format!("{}.exported", sheet.name), sheet.name, detail)?;
            Ok(rows)
        })
        .await?;
    let file = format!("{}-{today}.csv", sheet.name);
    Ok(csv::attachment(csv::KIND, &file, csv::write(sheet.columns, &rows)?))
}

/// Reads a list page after page to its end.
///
/// # Errors
/// 422 when there are more than [`MOST`] rows; those of `read`.
pub fn all<T>(mut read: impl FnMut(Option<Cursor>) -> Result<(Vec<T>, Meta)>) -> Result<Vec<T>> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let (page, meta) = read(after)?;
        rows.extend(page);
        if rows.len() > MOST {
            let detail =
                "More than 100,000 rows fit. Narrow the list, such as by its dates, and export the parts.";
            return Err(Error::new(Kind::Invalid, detail));
        }
        match meta.next {
            None => return Ok(rows),
            Some(next) => after = Some(Cursor::decode("after", &next)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_list_is_read_to_its_end_and_a_copy_of_the_database_is_refused() {
        let page = |place: i64| Meta { next: Some(Cursor { place, id: Uuid::nil() }.encode()) };
        let read = all(|after| match after {
            None => Ok((vec![1, 2], page(7))),
            Some(cursor) => Ok((vec![cursor.place], Meta { next: None })),
        });
        assert_eq!(read, Ok(vec![1, 2, 7]));
        let endless = all(|_| Ok((vec![0; 40_000], page(1))));
        assert_eq!(endless.map_err(|error| error.kind).err(), Some(Kind::Invalid));
    }
}
