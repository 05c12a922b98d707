//! `GET /customers`: for the day a customer calls in. What customers said is never shown here, so that callers may look
//! too. Files that were put together are one hit, whichever of them fits.

use super::views::customers::{CustomersPage, Hit, masked_phone};
use crate::accounts::export::{self, Sheet};
use crate::accounts::{Role, SignedIn, shell_for};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::customers::queries::find::{self, CustomerRow};
use crate::customers::queries::merges;
use crate::customers::search::Search;
use crate::error::Result;
use crate::visits::queries::staff;
use crate::web::format::{day, masked_email};
use crate::web::list::{Asked, Pages};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono_tz::Tz;
use diesel::PgConnection;
use serde_json::json;
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
        erased: asked.text("done") == Some("erased"),
        q: asked.typed("q"),
        // `routes.rs` says the same.
        pages: if person.role == Role::Hr {
            Pages::none().with_file(asked.address_at("/customers.csv"))
        } else {
            Pages::none()
        },
        hits,
        most: MOST,
        has_more,
    })
}

const SHEET: Sheet = Sheet {
    name: "customers",
    columns: &["name", "number", "mail_address", "id", "last_visit", "service"],
    // What is looked for is a name or a number of a customer.
    noted: &[],
};

/// Gives what a search finds as a file, as masked as it is shown. Without a search there is nothing on the page, and
/// nothing in the file.
pub async fn file(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let zone = app.config.organisation.time_zone;
    let wanted = asked.text("q").and_then(Search::read);
    export::export(&app, &person, &asked, SHEET, move |connection| {
        let found = wanted.map(|wanted| search(connection, &wanted, zone)).transpose()?;
        Ok(found.into_iter().flat_map(|(hits, _)| hits).map(Hit::cells).collect())
    })
    .await
}

pub(super) fn search(connection: &mut PgConnection, wanted: &Search, zone: Tz) -> Result<(Vec<Hit>, bool)> {
    let of_visit = staff::find_customer(connection, &wanted.id)?;
    let mut found = find::search(connection, wanted, of_visit, MOST + 1)?;
    let has_more = found.len() > MOST;
    found.truncate(MOST);
    let found = as_kept(connection, found)?;
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let files = merges::list_files(connection, &ids)?;
    let all: Vec<Uuid> = files.values().flatten().copied().collect();
    let newest = staff::list_newest(connection, &all)?;
    let hits = found.into_iter().map(|row| {
        let files = files.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let theirs = newest.iter().filter(|visit| visit.customer.is_some_and(|id| files.contains(&id)));
        let last = theirs.max_by_key(|visit| visit.visited_at);
        let last = last
            .map(|visit| (day(visit.visited_at.with_timezone(&zone).date_naive()), visit.service.clone()));
        hit(row, last)
    });
    Ok((hits.collect(), has_more))
}

/// Puts the file that stands for a person in the place of one that was merged into it.
fn as_kept(connection: &mut PgConnection, found: Vec<CustomerRow>) -> Result<Vec<CustomerRow>> {
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let kept = merges::kept_files(connection, &ids)?;
    let mut shown: Vec<CustomerRow> = Vec::with_capacity(found.len());
    for row in found {
        let row = match kept.get(&row.id) {
            Some(id) => find::find_file(connection, *id)?,
            None => row,
        };
        if !shown.contains(&row) {
            shown.push(row);
        }
    }
    Ok(shown)
}

fn hit(row: CustomerRow, last: Option<(String, String)>) -> Hit {
    let CustomerRow { id, external_id, name, email, phone } = row;
    Hit {
        file: id.to_string(),
        href: format!("/customers/{id}"),
        name,
        phone: phone.as_deref().map(masked_phone),
        email: email.as_deref().map(masked_email),
        id: external_id,
        last,
    }
}
