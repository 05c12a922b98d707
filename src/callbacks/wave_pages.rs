//! `/callbacks/waves`: drawing and closing waves, and how calling goes; for those who lead it, not for callers.

use super::draw::{Draw, draw};
use super::queries::watch;
use super::queries::wave as waves;
use super::wave_views::{Bar, CallerRow, EmployeeRow, NextCall, WaveRow, WavesPage};
use super::{close, mode};
use crate::accounts::queries::list_names;
use crate::accounts::{Role, SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, FieldError, Kind, Result};
use crate::web::{Fields, PageResult, html, page, redirect};
use actix_web::web;
use chrono::{Days, NaiveDate, TimeDelta};
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// How many waves are shown.
const WAVES: i64 = 20;

/// How many appointments are shown.
const APPOINTMENTS: i64 = 20;

/// How far the figures look back.
const SINCE: TimeDelta = TimeDelta::days(90);

/// How far back answers count towards what an employee needs (STATISTICS §7: the usual window).
const YEAR: Days = Days::new(365);

/// `GET /callbacks/waves`.
pub async fn show(app: web::Data<App>, person: SignedIn) -> PageResult {
    html(&read_page(&app, &person, None, Vec::new()).await?)
}

/// Reads the page, with what was typed into the form where it needs correcting.
async fn read_page(
    app: &App,
    person: &SignedIn,
    typed: Option<&Fields>,
    errors: Vec<FieldError>,
) -> Result<WavesPage> {
    let (parts, reader) = (app.clone(), person.clone());
    let mut shown = app.db(move |connection| read(connection, &parts, &reader)).await?;
    let today = app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive();
    let ago = |days| today.checked_sub_days(Days::new(days)).unwrap_or(today).to_string();
    let field =
        |name: &str, default: String| typed.and_then(|typed| typed.get(name)).map_or(default, str::to_owned);
    shown.from = field("from", ago(21));
    shown.to = field("to", ago(7));
    shown.share = field("share", "35".to_owned());
    shown.errors = errors.into_iter().map(|error| error.reason).collect();
    shown.shell = shell_for(app, person, "/callbacks");
    Ok(shown)
}

fn read(connection: &mut PgConnection, app: &App, person: &SignedIn) -> Result<WavesPage> {
    let (now, zone) = (app.clock.now(), app.config.organisation.time_zone);
    let (today, since) = (now.with_timezone(&zone).date_naive(), now - SINCE);
    let drawn = waves::list(connection, WAVES)?;
    let ids: Vec<Uuid> = drawn.iter().map(|wave| wave.id).collect();
    let strata = waves::list_strata(connection, &ids)?;
    let progress = watch::list_progress(connection, &ids, now)?;
    let progress: HashMap<Uuid, watch::Progress> = progress.into_iter().map(|one| (one.wave, one)).collect();
    let none = Vec::new();
    let row = |wave: &waves::Wave| {
        WaveRow::new(wave, strata.get(&wave.id).unwrap_or(&none), progress.get(&wave.id), today)
    };
    let from = today.checked_sub_days(YEAR).unwrap_or(today);
    let rates = watch::list_rates(connection, from, today, person.sees())?;
    Ok(WavesPage {
        draws: person.role == Role::Hr,
        own_team: person.role == Role::Manager,
        waves: drawn.iter().map(row).collect(),
        hours: Bar::of_hours(&watch::list_reach_by_hour(connection, since)?),
        tries: Bar::of_tries(&watch::list_reach_by_attempt(connection, since)?),
        ended: watch::count_dispositions(connection, since)?,
        appointments: watch::list_next_appointments(connection, APPOINTMENTS)?
            .into_iter()
            .map(|(at, visit)| NextCall::new(at, visit, zone))
            .collect(),
        employees: rates.iter().map(EmployeeRow::new).collect(),
        callers: if person.role == Role::Hr { callers(connection, since)? } else { Vec::new() },
        phone_first: mode::phone_first_share(connection)?,
        ..WavesPage::default()
    })
}

fn callers(connection: &mut PgConnection, since: chrono::DateTime<chrono::Utc>) -> Result<Vec<CallerRow>> {
    let effects = watch::list_callers(connection, since)?;
    let id_of = |by: &str| by.split_once(' ').and_then(|(_, id)| id.parse::<Uuid>().ok());
    let ids: Vec<Uuid> = effects.iter().filter_map(|one| id_of(&one.by)).collect();
    let names = list_names(connection, &ids)?;
    let name = |by: &str| id_of(by).and_then(|id| names.get(&id)).cloned().unwrap_or_else(|| by.to_owned());
    Ok(effects.iter().map(|one| CallerRow::new(name(&one.by), one)).collect())
}

/// `POST /callbacks/waves`: draws a wave.
pub async fn draw_one(app: web::Data<App>, form: SignedForm) -> PageResult {
    let drawn = match wish(&form.fields) {
        Err(error) => Err(error),
        Ok(wish) => {
            let (parts, now, actor) = (app.clone(), app.clock.now(), Actor::User(form.person.user));
            app.transaction(move |connection| draw(connection, &parts.keys, wish, actor, now)).await
        }
    };
    match drawn {
        Ok(_) => Ok(redirect("/callbacks/waves")),
        Err(error) if error.kind == Kind::Invalid => {
            page::invalid(&read_page(&app, &form.person, Some(&form.fields), error.fields).await?)
        }
        Err(error) => Err(error.into()),
    }
}

fn wish(fields: &Fields) -> Result<Draw> {
    let date = |name: &str| {
        let date: Option<NaiveDate> = fields.text(name).and_then(|text| text.parse().ok());
        date.ok_or_else(|| Error::invalid_field(format!("/{name}"), "Write dates as 2026-01-31."))
    };
    let percent: Option<f64> =
        fields.text("share").and_then(|text| text.trim_end_matches('%').trim().parse().ok());
    let percent = percent.filter(|percent| *percent > 0.0 && *percent <= 100.0);
    let wrong = || Error::invalid_field("/share", "Write the share as a percentage above 0 up to 100.");
    Ok(Draw { from: date("from")?, to: date("to")?, share: percent.ok_or_else(wrong)? / 100.0 })
}

/// `POST /callbacks/waves/{id}/close`: closes a wave.
pub async fn close_one(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id: Uuid = id.parse().map_err(|_| Error::not_found("wave"))?;
    let (now, actor) = (app.clock.now(), Actor::User(form.person.user));
    app.transaction(move |connection| close::close(connection, id, actor, now)).await?;
    Ok(redirect("/callbacks/waves"))
}
