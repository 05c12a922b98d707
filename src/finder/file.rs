//! What staff write on the page of a customer: notes, what the customer told us, what they do not want.

use super::customer::{self, MayFile};
use super::id_of;
use crate::accounts::SignedForm;
use crate::app::App;
use crate::audit::Actor;
use crate::customers::notes::{self, Typed};
use crate::customers::preferences::{self, Preferences};
use crate::customers::stops::{self, Because, Channel};
use crate::error::{Error, Kind, Result};
use crate::finder::views::customers::CustomerPage;
use crate::web::{PageResult, page, redirect};
use actix_web::web;
use diesel::PgConnection;
use uuid::Uuid;

/// Leads back to the page of the customer, or shows it again with what is wrong.
async fn end(
    app: &App,
    form: &SignedForm,
    (customer, code): (Uuid, &str),
    done: Result<()>,
    wrong: impl FnOnce(&mut CustomerPage, String),
) -> PageResult {
    match done {
        Ok(()) => Ok(redirect(&format!("/customers/{customer}?done={code}"))),
        Err(error) if error.kind == Kind::Invalid => {
            let mut again = customer::read_page(app, &form.person, customer).await?;
            let reasons: Vec<String> = error.fields.into_iter().map(|field| field.reason).collect();
            wrong(&mut again, reasons.join(" "));
            page::invalid(&again)
        }
        Err(error) => Err(error.into()),
    }
}

fn typed(form: &SignedForm, name: &str) -> String {
    form.fields.text(name).unwrap_or_default().to_owned()
}

/// `POST /customers/{id}/notes`: writes a note.
pub async fn add_note(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "customer")?;
    let note = Typed {
        purpose: typed(&form, "purpose"),
        words: typed(&form, "words"),
        months: typed(&form, "months"),
    };
    let (actor, now, typed) = (Actor::User(form.person.user), app.clock.now(), note.clone());
    let done = app
        .transaction(move |connection| {
            let customer = customer::kept(connection, id)?;
            notes::add(connection, customer, &note, actor, now)
        })
        .await;
    end(&app, &form, (id, "noted"), done, |again, why| again.refuse_note(&typed, why)).await
}

/// `POST /customers/{id}/notes/remove`: removes a note; its author may, and HR.
pub async fn remove_note(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "customer")?;
    let note = form.fields.text("note").and_then(|text| text.parse().ok());
    let note = note.ok_or_else(|| Error::not_found("note"))?;
    let (actor, now, any) = (Actor::User(form.person.user), app.clock.now(), form.person.may_file());
    app.transaction(move |connection| notes::remove(connection, note, any, actor, now)).await?;
    Ok(redirect(&format!("/customers/{id}?done=removed")))
}

/// `POST /customers/{id}/preferences`: writes down what the customer told us.
pub async fn write_preferences(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "customer")?;
    let text = |name: &str| form.fields.text(name).map(str::to_owned);
    let told = Preferences {
        language: text("language"),
        time_zone: text("time_zone"),
        call_time: text("call_time"),
    };
    let (actor, now, typed) = (Actor::User(form.person.user), app.clock.now(), told.clone());
    let done = app
        .transaction(move |connection| {
            let customer = customer::kept(connection, id)?;
            preferences::write(connection, customer, &told, actor, now)
        })
        .await;
    end(&app, &form, (id, "told"), done, |again, why| again.refuse_told(&typed, why)).await
}

fn channels(form: &SignedForm) -> Result<Vec<Channel>> {
    match form.fields.text("channel") {
        Some("both") => Ok(vec![Channel::Email, Channel::Phone]),
        word => {
            let channel = word.and_then(Channel::parse);
            Ok(vec![channel.ok_or_else(|| Error::invalid_field("channel", "Choose mails, calls or both."))?])
        }
    }
}

/// `POST /customers/{id}/stop`: stops mails, calls or both.
pub async fn stop(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let work: Change = |connection, app, customer, channel, because| {
        stops::stop(connection, &app.keys, customer, channel, because, app.clock.now())
    };
    change(app, form, &id, "stopped", work).await
}

/// `POST /customers/{id}/lift`: lifts a stop, with a reason.
pub async fn lift(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let work: Change = |connection, app, customer, channel, because| {
        stops::lift(connection, &app.keys, customer, channel, because, app.clock.now())
    };
    change(app, form, &id, "lifted", work).await
}

type Change = fn(&mut PgConnection, &App, Uuid, Channel, Because<'_>) -> Result<()>;

async fn change(
    app: web::Data<App>,
    form: SignedForm,
    id: &web::Path<String>,
    code: &str,
    work: Change,
) -> PageResult {
    let id = id_of(id, "customer")?;
    let reason = typed(&form, "reason");
    let (parts, actor, typed) = (app.get_ref().clone(), Actor::User(form.person.user), reason.clone());
    let done = match channels(&form) {
        Err(error) => Err(error),
        Ok(channels) => {
            app.transaction(move |connection| {
                let customer = customer::kept(connection, id)?;
                for channel in channels {
                    work(connection, &parts, customer, channel, Because { actor, reason: &reason })?;
                }
                Ok(())
            })
            .await
        }
    };
    end(&app, &form, (id, code), done, |again, why| again.refuse_stop(&typed, why)).await
}
