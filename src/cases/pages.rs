//! `/cases` and `/cases/{id}`: what is to be put right; for a manager after visits of the own team as of their day.

use super::close;
use super::model::{CAUSES, Case};
use super::queries;
use super::views::{CasePage, CasesPage, Row, Typed};
use crate::accounts::export::{self, Sheet};
use crate::accounts::queries::list_names;
use crate::accounts::{Sees, SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::db::page::{self, Cursor, Meta};
use crate::error::{Error, FieldError, Kind, Result};
use crate::visits::queries::staff;
use crate::web::list::{Asked, Choice, Pages, ROWS};
use crate::web::{PageResult, html, page as pages, redirect};
use actix_web::web;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

const SHEET: Sheet = Sheet {
    name: "cases",
    columns: &[
        "opened",
        "state",
        "service",
        "visit",
        "customer",
        "employees",
        "cause",
        "closed",
        "resolution",
    ],
    noted: &["state"],
};

const STATES: [(&str, &str); 2] = [("", "Open"), ("closed", "Closed")];

/// What is read for a list.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    is_open: bool,
    sees: Sees,
    now: DateTime<Utc>,
    zone: Tz,
}

impl Wanted {
    fn new(app: &App, person: &SignedIn, asked: &Asked) -> Self {
        Self {
            is_open: asked.text("state") != Some("closed"),
            sees: person.sees(),
            now: app.clock.now(),
            zone: app.config.organisation.time_zone,
        }
    }

    fn read(
        self,
        connection: &mut PgConnection,
        after: Option<Cursor>,
        limit: i64,
    ) -> Result<(Vec<Row>, Meta)> {
        let cases = queries::list(connection, self.is_open, self.sees, after, limit)?;
        let place = |case: &Case| case.closed_at.filter(|_| !self.is_open).unwrap_or(case.opened_at);
        let cut_at = usize::try_from(limit).unwrap_or(usize::MAX);
        let (cases, meta) = page::cut(cases, cut_at, |case| Cursor::by_time(place(case), case.id));
        let visits: Vec<Uuid> = cases.iter().map(|case| case.visit).collect();
        let credited = staff::list_credited(connection, &visits)?;
        let row = |case: &Case| Row::new(case, credited.get(&case.visit), self.now, self.zone);
        Ok((cases.iter().map(row).collect(), meta))
    }
}

/// `GET /cases`.
pub async fn list(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let (wanted, after) = (Wanted::new(&app, &person, &asked), asked.after()?);
    let (rows, meta) = app.db(move |connection| wanted.read(connection, after, ROWS)).await?;
    html(&CasesPage {
        shell: shell_for(&app, &person, "/cases"),
        own_team: matches!(person.sees(), Sees::Team(_)),
        is_open: wanted.is_open,
        closed: asked.text("done") == Some("closed"),
        states: Choice::all(asked.text("state"), STATES),
        pages: asked.pages(meta, Pages::IN_ORDER).with_file(asked.address_at("/cases.csv")),
        rows,
    })
}

/// `GET /cases.csv`.
pub async fn file(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let wanted = Wanted::new(&app, &person, &asked);
    export::export(&app, &person, &asked, SHEET, move |connection| {
        let rows = export::all(|after| wanted.read(connection, after, export::AT_ONCE))?;
        Ok(rows.into_iter().map(Row::cells).collect())
    })
    .await
}

fn id_of(text: &web::Path<String>) -> Result<Uuid> {
    text.parse().map_err(|_| Error::not_found("case"))
}

/// Finds a case that this reader may know of.
fn find_seen(connection: &mut PgConnection, id: Uuid, sees: Sees) -> Result<Case> {
    let case = queries::find(connection, id)?;
    if staff::list_seen(connection, &[case.visit], sees)?.is_empty() {
        return Err(Error::not_found("case"));
    }
    Ok(case)
}

/// `GET /cases/{id}`.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    html(&read_page(&app, &person, id_of(&id)?, Typed::default(), Vec::new()).await?)
}

async fn read_page(
    app: &App,
    person: &SignedIn,
    id: Uuid,
    typed: Typed,
    errors: Vec<FieldError>,
) -> Result<CasePage> {
    let (sees, now, zone) = (person.sees(), app.clock.now(), app.config.organisation.time_zone);
    let (case, credited, names) = app
        .db(move |connection| {
            let case = find_seen(connection, id, sees)?;
            let credited = staff::list_credited(connection, &[case.visit])?.remove(&case.visit);
            let who = case.closed_by.as_deref().and_then(|by| by.split_once(' ')?.1.parse::<Uuid>().ok());
            let names: HashMap<Uuid, String> = list_names(connection, who.as_slice())?;
            Ok((case, credited, names))
        })
        .await?;
    Ok(CasePage {
        shell: shell_for(app, person, "/cases"),
        causes: Choice::all(Some(&typed.cause), [("", "Choose")].into_iter().chain(CAUSES)),
        errors: errors.into_iter().map(|error| (error.field, error.reason)).collect(),
        typed,
        closed_by: names.into_values().next(),
        ..CasePage::of(&case, credited.as_ref(), now, zone)
    })
}

/// `POST /cases/{id}`: closes the case.
pub async fn store(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id)?;
    let text = |name: &str| form.fields.get(name).unwrap_or_default().to_owned();
    let typed = Typed { cause: text("cause"), resolution: text("resolution") };
    let (sees, now, by) = (form.person.sees(), app.clock.now(), Actor::User(form.person.user));
    let words = typed.clone();
    let done = app
        .transaction(move |connection| {
            find_seen(connection, id, sees)?;
            close::close(connection, id, (&words.cause, &words.resolution), by, now)
        })
        .await;
    match done {
        Ok(()) => Ok(redirect("/cases?done=closed")),
        Err(error) if error.kind == Kind::Invalid => {
            pages::invalid(&read_page(&app, &form.person, id, typed, error.fields).await?)
        }
        Err(error) => Err(error.into()),
    }
}
