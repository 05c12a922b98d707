//! `GET /audit`: who did or saw what about whom.

use super::history;
use super::views::audit::{AuditPage, EntryRow};
use crate::accounts::export::{self, Sheet};
use crate::accounts::queries as accounts;
use crate::accounts::{SignedIn, shell_for};
use crate::app::App;
use crate::audit::Entry;
use crate::audit::queries::{self, Filter};
use crate::db::page::{self, Cursor, Meta};
use crate::error::Result;
use crate::web::format::moment;
use crate::web::list::{Asked, Choice, Pages, ROWS};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono_tz::Tz;
use diesel::PgConnection;
use uuid::Uuid;

/// How actions begin, and what they are about.
const AREAS: [(&str, &str); 16] = [
    ("", "Everything"),
    ("evaluation", "Evaluations"),
    ("response", "Responses"),
    ("visit", "Visits"),
    ("customer", "Customers"),
    ("callback", "Call-backs"),
    ("case", "Cases"),
    ("objection", "Objections"),
    ("statement", "Statements"),
    ("user", "Accounts"),
    ("session", "Sign-ins"),
    ("break_glass", "Break-glass"),
    ("key", "Keys"),
    ("webhook", "Webhooks"),
    ("sending", "Sending"),
    ("import", "Imports"),
];

const SHEET: Sheet = Sheet {
    name: "audit",
    columns: &["when", "what", "who", "about", "subject", "details", "chained"],
    noted: &["area", "about", "from", "to"],
};

/// What the log is narrowed to.
fn filter_of(asked: &Asked, zone: Tz) -> Filter {
    let (from, before) = asked.dates().moments(zone);
    let area = asked.text("area").filter(|area| AREAS.iter().any(|(word, _)| word == area));
    Filter {
        action: area.map(str::to_owned),
        subject: asked.text("about").map(str::to_owned),
        from,
        before,
        oldest_first: asked.by_time().is_oldest,
        ..Filter::default()
    }
}

/// Gives the log as a file.
pub async fn file(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let zone = app.config.organisation.time_zone;
    let filter = filter_of(&asked, zone);
    export::export(&app, &person, &asked, SHEET, move |connection| {
        let page = |after: Option<Cursor>| {
            let filter = Filter { after: after.map(|cursor| cursor.place), ..filter.clone() };
            read(connection, &filter, export::AT_ONCE, zone)
        };
        Ok(export::all(page)?.into_iter().map(EntryRow::cells).collect())
    })
    .await
}

/// Shows the log.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let zone = app.config.organisation.time_zone;
    let dates = asked.dates();
    let filter = Filter { after: asked.after()?.map(|cursor| cursor.place), ..filter_of(&asked, zone) };
    let (rows, meta) = if dates.error.is_some() {
        (Vec::new(), Meta { next: None })
    } else {
        app.db(move |connection| read(connection, &filter, ROWS, zone)).await?
    };
    html(&AuditPage {
        shell: shell_for(&app, &person, "/audit"),
        areas: Choice::all(asked.text("area"), AREAS),
        about: asked.typed("about"),
        is_narrowed: asked.is_narrowed(),
        pages: asked.pages(meta, Pages::BY_TIME).with_file(asked.address_at("/audit.csv")),
        sort: asked.by_time(),
        dates,
        rows,
    })
}

fn read(
    connection: &mut PgConnection,
    filter: &Filter,
    limit: i64,
    zone: Tz,
) -> Result<(Vec<EntryRow>, Meta)> {
    let entries = queries::list(connection, filter, limit + 1)?;
    let cut_at = usize::try_from(limit).unwrap_or(usize::MAX);
    let (entries, meta) =
        page::cut(entries, cut_at, |(entry, _)| Cursor { place: entry.id, id: Uuid::nil() });
    let ids: Vec<Uuid> = entries
        .iter()
        .flat_map(|(entry, _)| [history::named(&entry.actor), history::named(&entry.subject)])
        .flatten()
        .collect();
    let names = accounts::list_names(connection, &ids)?;
    let row = |(entry, position): (Entry, Option<i64>)| EntryRow {
        when: moment(entry.at, zone),
        who: history::actor(&entry.actor, &names),
        what: entry.action.replace(['.', '_'], " "),
        about: history::named(&entry.subject).and_then(|id| names.get(&id).cloned()),
        subject: entry.subject,
        detail: detail(&entry.detail),
        is_sealed: position.is_some(),
    };
    Ok((entries.into_iter().map(row).collect(), meta))
}

/// Writes details as `name: value`, without the signs of JSON.
fn detail(value: &serde_json::Value) -> String {
    let Some(fields) = value.as_object() else { return String::new() };
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let parts = fields.iter().map(|(name, value)| format!("{}: {}", name.replace('_', " "), text(value)));
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn details_are_written_in_words() {
        assert_eq!(
            detail(&json!({"all_estimates": true, "from": "2026-01-01"})),
            "all estimates: true, from: 2026-01-01"
        );
        assert_eq!(detail(&json!({})), "");
    }
}
