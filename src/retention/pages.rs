//! `GET /settings/retention`, `POST /settings/retention/holds`, `POST /settings/retention/holds/{id}/end`: what is deleted
//! when, and what must not be.

use super::hold::{self, Typed};
use super::plan::{self, Planned};
use super::queries;
use super::queries::holds;
use super::views::{HoldRow, KindRow, RetentionPage, held};
use crate::accounts::{Role, SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::db;
use crate::error::{Error, Kind, Result};
use crate::web::format::{moment, thousands};
use crate::web::{PageResult, html, page, redirect};
use actix_web::web;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Where the page is.
const PATH: &str = "/settings/retention";

struct Found {
    planned: Vec<Planned>,
    notes: [i64; 3],
    begin: Option<DateTime<Utc>>,
    holds: Vec<HoldRow>,
}

async fn read(app: &App, person: &SignedIn) -> Result<RetentionPage> {
    let (parts, zone) = (app.clone(), app.config.organisation.time_zone);
    let found = app
        .db(move |connection| {
            db::snapshot(connection, |connection| {
                let standing = holds::list_standing(connection)?;
                let holds = standing.iter().map(|hold| HoldRow::read(connection, hold, zone));
                Ok(Found {
                    holds: holds.collect::<Result<_>>()?,
                    planned: plan::plan(connection, &parts)?,
                    notes: plan::notes(connection, &parts)?,
                    begin: queries::find_begin(connection)?,
                })
            })
        })
        .await?;
    let begin = found.begin.filter(|begin| *begin > app.clock.now());
    Ok(RetentionPage {
        shell: shell_for(app, person, "/settings"),
        kinds: found.planned.iter().map(|planned| KindRow::of(planned, zone)).collect(),
        notes: found.notes.map(thousands),
        begins: begin.map(|begin| moment(begin, zone)),
        held: held(found.holds.len()),
        is_held: !found.holds.is_empty(),
        // Whom a hold is about is nothing for those who run the server.
        holds: (person.role == Role::Hr).then_some(found.holds),
        typed: Typed { what: "customer".to_owned(), ..Typed::default() },
        error: None,
        end_error: None,
    })
}

/// Shows the plan and the holds.
pub async fn show(app: web::Data<App>, person: SignedIn) -> PageResult {
    html(&read(&app, &person).await?)
}

/// Places a hold.
pub async fn place(app: web::Data<App>, form: SignedForm) -> PageResult {
    let get = |name: &str| form.fields.get(name).unwrap_or_default().to_owned();
    let typed =
        Typed { what: get("what"), id: get("id"), from: get("from"), to: get("to"), reason: get("reason") };
    let (actor, now, wanted) = (Actor::User(form.person.user), app.clock.now(), typed.clone());
    match app.transaction(move |connection| hold::place(connection, &wanted, actor, now)).await {
        Ok(_) => Ok(redirect(PATH)),
        Err(error) if error.kind == Kind::Invalid => {
            let error = error.fields.into_iter().next().map(|field| (field.field, field.reason));
            page::invalid(&RetentionPage { typed, error, ..read(&app, &form.person).await? })
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends a hold.
pub async fn end(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id: Uuid = id.parse().map_err(|_| Error::not_found("hold"))?;
    let why = form.fields.get("reason").unwrap_or_default().to_owned();
    let (actor, now) = (Actor::User(form.person.user), app.clock.now());
    match app.transaction(move |connection| hold::end(connection, id, &why, actor, now)).await {
        Ok(()) => Ok(redirect(PATH)),
        Err(error) if error.kind == Kind::Invalid => {
            let end_error = error.fields.into_iter().next().map(|field| field.reason);
            page::invalid(&RetentionPage { end_error, ..read(&app, &form.person).await? })
        }
        Err(error) => Err(error.into()),
    }
}
