//! `/settings/break-glass`.

use super::guard::{SignedForm, shell_for};
use super::model::SignedIn;
use super::queries::break_glass::list_break_glass;
use super::views::settings::{BreakGlassPage, GlassLine};
use super::{break_glass, letters};
use crate::app::App;
use crate::error::{Kind, Result};
use crate::web::format::moment;
use crate::web::{PageResult, html, page, redirect};
use actix_web::web;
use chrono::TimeDelta;

/// For how long the page shows earlier ones; the audit log has all.
const SHOWN: TimeDelta = TimeDelta::days(90);

async fn glass_page(app: &App, person: &SignedIn) -> Result<BreakGlassPage> {
    let (now, zone) = (app.clock.now(), app.config.organisation.time_zone);
    let rows = app.db(move |connection| list_break_glass(connection, now - SHOWN)).await?;
    let line = |row: super::queries::break_glass::BreakGlassRow| GlassLine {
        who: row.who.clone(),
        from: moment(row.opened_at, zone),
        to: moment(row.end(), zone),
        is_open: row.is_open(now),
        reason: row.reason,
    };
    Ok(BreakGlassPage {
        shell: shell_for(app, person, "/settings"),
        open: person.break_glass.as_ref().map(|open| moment(open.ends_at, zone)),
        can_mail: letters::reach_people(app),
        most: break_glass::LONGEST.num_minutes(),
        reason: (String::new(), None),
        minutes: ("30".to_owned(), None),
        rows: rows.into_iter().map(line).collect(),
    })
}

/// `GET /settings/break-glass`.
pub async fn show(app: web::Data<App>, person: SignedIn) -> PageResult {
    html(&glass_page(&app, &person).await?)
}

/// `POST /settings/break-glass`: begins it with a reason, or ends it.
pub async fn act(app: web::Data<App>, form: SignedForm) -> PageResult {
    let (now, person) = (app.clock.now(), form.person.clone());
    if form.fields.text("act") == Some("end") {
        app.transaction(move |connection| break_glass::end(connection, &person, now)).await?;
        return Ok(redirect("/settings/break-glass"));
    }
    let [reason, minutes] =
        ["reason", "minutes"].map(|name| form.fields.text(name).unwrap_or_default().to_owned());
    let (typed, wanted) = (reason.clone(), minutes.clone());
    let begun = app
        .transaction(move |connection| break_glass::begin(connection, &person, &typed, &wanted, now))
        .await;
    match begun {
        Ok(()) => Ok(redirect("/settings/break-glass")),
        Err(error) if error.kind == Kind::Invalid => {
            let page = glass_page(&app, &form.person).await?;
            let of = |name: &str| {
                let field = error.fields.iter().find(|field| field.field == name);
                field.map(|field| format!("This {}.", field.reason))
            };
            page::invalid(&BreakGlassPage {
                reason: (reason, of("/reason")),
                minutes: (minutes, of("/minutes")),
                ..page
            })
        }
        Err(error) => Err(error.into()),
    }
}
