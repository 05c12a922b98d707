//! `POST /callbacks/next`, `GET|POST /callbacks/{id}`: one call, with everything that is needed for it and no more.

use super::claim::{self, IDLE, is_theirs};
use super::file;
use super::model::{Caller, Disposition};
use super::queries::{attempts, whom, work};
use super::record::{Ended, record};
use super::talk::Talk;
use super::typed::Draft;
use super::work_views::{CallPage, Try};
use crate::accounts::queries::list_names;
use crate::accounts::{Role, SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, Kind, Result};
use crate::web::{Fields, PageResult, html, page, redirect};
use actix_web::web;
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use uuid::Uuid;

fn id_of(text: &web::Path<String>) -> Result<Uuid> {
    text.parse().map_err(|_| Error::not_found("call-back"))
}

/// Finds out whose visits somebody must not phone about.
///
/// # Errors
/// When the database does not answer.
pub fn caller(connection: &mut PgConnection, person: &SignedIn) -> Result<Caller> {
    let team = if person.role == Role::Manager { person.team } else { None };
    Ok(Caller {
        actor: Actor::User(person.user),
        employee: whom::find_employee(connection, person.user)?,
        team,
    })
}

/// `POST /callbacks/next`: claims the next call-back, or leads back to the one that is claimed already.
pub async fn next(app: web::Data<App>, form: SignedForm) -> PageResult {
    let parts = app.clone();
    let id = app
        .transaction_again(move |connection| {
            let caller = caller(connection, &form.person)?;
            let held = work::find_held(connection, &caller.actor.to_string(), parts.clock.now())?;
            held.map_or_else(|| claim::next(connection, &parts, &caller), |id| Ok(Some(id)))
        })
        .await?;
    Ok(redirect(&id.map_or_else(|| "/callbacks?due=none".to_owned(), |id| format!("/callbacks/{id}"))))
}

/// Everything that the page of a call shows.
struct Shown {
    call: Talk,
    draft: Draft,
    tries: Vec<Try>,
}

fn read(connection: &mut PgConnection, app: &App, person: &SignedIn, id: Uuid) -> Result<Shown> {
    let task = work::find(connection, id)?;
    let caller = caller(connection, person)?;
    is_theirs(&task, &caller, None, app.clock.now())?;
    let made = attempts::list(connection, id)?;
    let ids: Vec<Uuid> = made.iter().filter_map(|(_, by, _)| id_in(by)).collect();
    let names = list_names(connection, &ids)?;
    let zone = app.config.organisation.time_zone;
    let told = |(at, by, word): &(DateTime<Utc>, String, String)| {
        let name = if *by == caller.actor.to_string() { Some("you") } else { None };
        let name = name.or_else(|| id_in(by).and_then(|id| names.get(&id)).map(String::as_str));
        Try::new(*at, zone, name.unwrap_or("another program"), word)
    };
    let tries = made.iter().map(told).collect();
    let draft = Draft::read(task.draft.as_ref());
    Ok(Shown { call: Talk::read(connection, app, task)?, draft, tries })
}

/// The account or key in the words of the audit log.
fn id_in(by: &str) -> Option<Uuid> {
    by.split_once(' ').and_then(|(_, id)| id.parse().ok())
}

/// `GET /callbacks/{id}`: the call that somebody has claimed.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    let (id, parts, reader) = (id_of(&id)?, app.clone(), person.clone());
    let shown = app.db(move |connection| read(connection, &parts, &reader, id)).await?;
    html(&view(&app, &person, &shown, &[]))
}

fn view(app: &App, person: &SignedIn, shown: &Shown, errors: &[crate::error::FieldError]) -> CallPage {
    let shell = shell_for(app, person, "/callbacks");
    CallPage::new(app, shell, &shown.call, &shown.draft, shown.tries.clone(), errors)
}

/// What became of the form of a call.
enum Done {
    Saved,
    Over,
    Wrong(Box<Shown>, Error),
}

/// `POST /callbacks/{id}`: keeps what was typed so far, records how the call ended, or gives it back.
pub async fn store(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id)?;
    let (parts, person) = (app.clone(), form.person.clone());
    let done = app.transaction_again(move |connection| take(connection, &parts, &form, id)).await?;
    match done {
        Done::Saved => Ok(redirect(&format!("/callbacks/{id}"))),
        Done::Over => Ok(redirect("/callbacks?due=more")),
        Done::Wrong(shown, error) => page::invalid(&view(&app, &person, &shown, &error.fields)),
    }
}

fn take(connection: &mut PgConnection, app: &App, form: &SignedForm, id: Uuid) -> Result<Done> {
    let (caller, now) = (caller(connection, &form.person)?, app.clock.now());
    if form.fields.text("release").is_some() {
        return claim::release(connection, id, &caller, now).map(|()| Done::Over);
    }
    let task = work::find(connection, id)?;
    let claim = form.fields.text("claim").and_then(|claim| claim.parse().ok());
    is_theirs(&task, &caller, claim, now)?;
    let call = Talk::read(connection, app, task)?;
    let draft = Draft::typed(&form.fields, &call.about.content);
    if let Err(error) = note(connection, form, &call, &caller, now) {
        return wrong(connection, app, (id, form, &draft), error);
    }
    let Some(word) = form.fields.text("disposition") else {
        work::keep(connection, id, Some(&draft.stored()), now + IDLE)?;
        return Ok(Done::Saved);
    };
    let recorded = ended(word, &form.fields, &draft, call.zone, claim).and_then(|ended| {
        crate::db::transaction(connection, |inner| record(inner, app, id, &caller, &ended))
    });
    match recorded {
        Ok(()) => Ok(Done::Over),
        Err(error) => wrong(connection, app, (id, form, &draft), error),
    }
}

/// Shows the call again where the form needs correcting, with what was typed.
fn wrong(
    connection: &mut PgConnection,
    app: &App,
    (id, form, draft): (Uuid, &SignedForm, &Draft),
    error: Error,
) -> Result<Done> {
    if error.kind != Kind::Invalid {
        return Err(error);
    }
    work::keep(connection, id, Some(&draft.stored()), app.clock.now() + IDLE)?;
    Ok(Done::Wrong(Box::new(read(connection, app, &form.person, id)?), error))
}

/// Keeps a note about the customer, where one was typed; whatever button was pressed, no typed word gets lost.
fn note(
    connection: &mut PgConnection,
    form: &SignedForm,
    call: &Talk,
    caller: &Caller,
    now: DateTime<Utc>,
) -> Result<()> {
    let is_meant = ["note.words", "note.keep"].iter().any(|name| form.fields.text(name).is_some());
    let Some(customer) = call.whom.customer.filter(|_| is_meant) else { return Ok(()) };
    let typed = |name: &str| form.fields.text(name).unwrap_or_default();
    file::add_note(connection, customer, (typed("note.purpose"), typed("note.words")), caller.actor, now)
}

fn ended(word: &str, typed: &Fields, draft: &Draft, zone: Tz, claim: Option<i32>) -> Result<Ended> {
    let disposition: Disposition =
        word.parse().map_err(|reason: &str| Error::invalid_field("/disposition", reason))?;
    let appointment = match typed.text("appointment").filter(|_| disposition == Disposition::Appointment) {
        None => None,
        Some(text) => Some(moment(text, zone).ok_or_else(|| {
            Error::invalid_field(
                "/appointment",
                "Write day and time as 2026-11-23 16:30, on the customer’s clock.",
            )
        })?),
    };
    // What was typed before it turned out that nothing is answered belongs to nobody.
    let fields = if disposition.has_answers() { draft.fields() } else { Fields::default() };
    Ok(Ended { disposition, appointment, fields, claim, at: None })
}

/// Reads a day and time on the customer's clock.
fn moment(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    let text = text.replace('T', " ");
    let local = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M").ok()?;
    zone.from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
}
