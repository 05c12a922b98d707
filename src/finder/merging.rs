//! `GET` and `POST /customers/{id}/merge`, `POST /customers/{id}/apart`: HR puts two files of one person together, and
//! takes them apart again.

use super::views::customers::{Hit, MergePage};
use super::{customer, customers, id_of};
use crate::accounts::{SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::customers::merges;
use crate::customers::queries::find;
use crate::customers::search::Search;
use crate::error::{Error, Kind, Result};
use crate::web::list::Asked;
use crate::web::{PageResult, html, page, redirect};
use actix_web::web;
use uuid::Uuid;

/// Shows the search for the other file.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>, asked: Asked) -> PageResult {
    html(&read(&app, &person, id_of(&id, "customer")?, &asked.typed("q")).await?)
}

async fn read(app: &App, person: &SignedIn, id: Uuid, typed: &str) -> Result<MergePage> {
    let (zone, wanted) = (app.config.organisation.time_zone, Search::read(typed));
    let (row, hits) = app
        .db(move |connection| {
            let id = customer::kept(connection, id)?;
            let row = find::find_file(connection, id)?;
            let hits = wanted.map(|wanted| customers::search(connection, &wanted, zone)).transpose()?;
            Ok((row, hits.map(|(hits, _)| hits)))
        })
        .await?;
    let itself = format!("/customers/{}", row.id);
    let others = |hits: Vec<Hit>| hits.into_iter().filter(|hit| hit.href != itself).collect();
    Ok(MergePage {
        shell: shell_for(app, person, "/customers"),
        facts: customer::facts(&row),
        name: row.name.unwrap_or_else(|| "A customer without a name".to_owned()),
        q: typed.to_owned(),
        hits: hits.map(others),
        error: None,
        action: itself,
    })
}

/// Puts another file together with this one, which stands for both.
pub async fn merge(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "customer")?;
    let with = form.fields.text("with").and_then(|text| text.parse::<Uuid>().ok());
    let (actor, now) = (Actor::User(form.person.user), app.clock.now());
    let done = app
        .transaction(move |connection| {
            let with = with.ok_or_else(|| Error::invalid_field("with", "Choose the other file."))?;
            merges::merge(connection, id, with, actor, now)
        })
        .await;
    match done {
        Ok(()) => Ok(redirect(&format!("/customers/{id}?done=merged"))),
        Err(error) if error.kind == Kind::Invalid => {
            let why = error.fields.into_iter().next().map(|field| field.reason);
            let typed = form.fields.text("q").unwrap_or_default();
            page::invalid(&MergePage { error: why, ..read(&app, &form.person, id, typed).await? })
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes two files apart again.
pub async fn take_apart(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "customer")?;
    let merge = form.fields.text("merge").and_then(|text| text.parse().ok());
    let merge = merge.ok_or_else(|| Error::not_found("merge"))?;
    let (actor, now) = (Actor::User(form.person.user), app.clock.now());
    app.transaction(move |connection| merges::undo(connection, merge, actor, now)).await?;
    Ok(redirect(&format!("/customers/{id}?done=apart")))
}
