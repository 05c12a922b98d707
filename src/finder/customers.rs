//! `GET /customers` and `GET /customers/{id}`: for the day a customer calls in. What customers said is never shown
//! here, so that callers may look too.

use super::views::customers::{CustomerPage, CustomersPage, Hit, VisitLine, language, masked_phone};
use super::{id_of, names, note_reader};
use crate::accounts::{SignedIn, shell_for};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::customers::queries::find::{self, CustomerRow};
use crate::customers::search::Search;
use crate::customers::suppressed;
use crate::db::page::{self, Cursor, Meta};
use crate::error::Result;
use crate::visits::queries::staff::{self, NewestVisit};
use crate::visits::views::badge_of;
use crate::web::format::{day, masked_email, moment};
use crate::web::list::{Asked, Pages, ROWS};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono_tz::Tz;
use diesel::PgConnection;
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// How many customers are listed at most.
const MOST: usize = 50;

/// Shows the search and what it finds.
pub async fn list(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let zone = app.config.organisation.time_zone;
    let hits = match asked.text("q").and_then(Search::read) {
        None => None,
        Some(wanted) => {
            let (now, reader) = (app.clock.now(), person.user);
            let found = app.transaction(move |connection| {
                let found = search(connection, &wanted, zone)?;
                // What was typed is about a customer, so it is not kept.
                let detail = json!({"hits": found.0.len()});
                audit::record(
                    connection,
                    now,
                    Actor::User(reader),
                    "customers.searched",
                    "customers",
                    detail,
                )?;
                Ok(found)
            });
            Some(found.await?)
        }
    };
    let (hits, has_more) = hits.map_or((None, false), |(hits, has_more)| (Some(hits), has_more));
    html(&CustomersPage {
        shell: shell_for(&app, &person, "/customers"),
        q: asked.typed("q"),
        hits,
        most: MOST,
        has_more,
    })
}

fn search(connection: &mut PgConnection, wanted: &Search, zone: Tz) -> Result<(Vec<Hit>, bool)> {
    let of_visit = staff::find_customer(connection, &wanted.id)?;
    let mut found = find::search(connection, wanted, of_visit, MOST + 1)?;
    let has_more = found.len() > MOST;
    found.truncate(MOST);
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let newest = staff::list_newest(connection, &ids)?;
    let mut newest: HashMap<Uuid, NewestVisit> =
        newest.into_iter().filter_map(|visit| Some((visit.customer?, visit))).collect();
    let hits = found.into_iter().map(|row| {
        let last = newest.remove(&row.id);
        let last = last.map(|visit| (day(visit.visited_at.with_timezone(&zone).date_naive()), visit.service));
        hit(row, last)
    });
    Ok((hits.collect(), has_more))
}

fn hit(row: CustomerRow, last: Option<(String, String)>) -> Hit {
    let CustomerRow { id, external_id, name, email, phone } = row;
    Hit {
        href: format!("/customers/{id}"),
        name,
        phone: phone.as_deref().map(masked_phone),
        email: email.as_deref().map(masked_email),
        id: external_id,
        last,
    }
}

/// Shows one customer.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>, asked: Asked) -> PageResult {
    let id = id_of(&id, "customer")?;
    let after = asked.after()?;
    let (now, reader, parts) = (app.clock.now(), person.clone(), app.clone());
    let found = app
        .transaction(move |connection| {
            let found = read(connection, &parts, id, after, &reader)?;
            note_reader(connection, &reader, "customer", id, now)?;
            Ok(found)
        })
        .await?;
    let Found { row, newest, stopped, visits, meta } = found;
    html(&CustomerPage {
        shell: shell_for(&app, &person, "/customers"),
        name: row.name.unwrap_or_else(|| "A customer without a name".to_owned()),
        dial: row.phone.as_deref().and_then(dial),
        phone: row.phone,
        email: row.email,
        id: row.external_id,
        language: newest.as_ref().and_then(|visit| visit.language.as_deref()).map(language),
        time_zone: newest.and_then(|visit| visit.time_zone),
        stopped,
        pages: asked.pages(meta, Pages::BY_TIME),
        visits,
    })
}

/// Everything that the page of a customer tells.
struct Found {
    row: CustomerRow,
    newest: Option<NewestVisit>,
    stopped: Option<String>,
    visits: Vec<VisitLine>,
    meta: Meta,
}

fn read(
    connection: &mut PgConnection,
    app: &App,
    id: Uuid,
    after: Option<Cursor>,
    reader: &SignedIn,
) -> Result<Found> {
    let row = find::find_file(connection, id)?;
    let lines = staff::list_of_customer(connection, id, after, ROWS)?;
    let cut_at = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let (lines, meta) = page::cut(lines, cut_at, |line| Cursor::by_time(line.visited_at, line.id));
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    let credited = staff::list_credited(connection, &ids)?;
    let seen =
        if reader.reads_answers() { staff::list_seen(connection, &ids, reader.sees())? } else { Vec::new() };
    let zone = app.config.organisation.time_zone;
    let stopped = row.email.as_deref().map(|email| suppressed(connection, &app.keys, email));
    Ok(Found {
        stopped: stopped.transpose()?.flatten(),
        newest: staff::list_newest(connection, &[id])?.pop(),
        visits: lines
            .into_iter()
            .map(|line| VisitLine {
                href: seen.contains(&line.id).then(|| format!("/visits/{}", line.id)),
                employees: names(credited.get(&line.id)),
                visit: line.external_id,
                when: moment(line.visited_at, zone),
                service: line.service,
                outcome: badge_of(&line.outcome),
            })
            .collect(),
        row,
        meta,
    })
}

/// Writes a number for a `tel:` link (RFC 3966): digits and a leading plus. A number without digits cannot be dialled.
fn dial(phone: &str) -> Option<String> {
    let plus = if phone.trim_start().starts_with('+') { "+" } else { "" };
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("{plus}{digits}"))
}
