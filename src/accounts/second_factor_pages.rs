//! `/account/second-factor` and `/account/recovery-codes`.

use super::guard::{SET_UP, SignedForm};
use super::model::SignedIn;
use super::pages::{caller, with_session};
use super::views::{CodesPage, RemoveFactorPage, SetUpPage};
use super::{queries, second_factor, sessions, sign_in, totp};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, Kind, Result};
use crate::web::{PageResult, assets, html, page, qr, redirect};
use actix_web::{HttpRequest, web};

async fn set_up_page(app: &App, person: &SignedIn, error: Option<String>) -> Result<SetUpPage> {
    let user = person.user;
    let account = app.db(move |connection| queries::find_account_by_id(connection, user)).await?;
    let account = account.ok_or_else(|| Error::not_found("account"))?;
    let organisation = app.config.organisation.name.clone();
    let secret = second_factor::offer(&app.keys, person)?;
    let uri = totp::uri(&secret, &organisation, &account.email);
    let letters: Vec<char> = totp::base32(&secret).chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Ok(SetUpPage {
        css: assets::staff_css(),
        organisation,
        csrf: person.csrf.clone(),
        email: account.email,
        is_forced: second_factor::is_forced(app.config.second_factor, person.role),
        picture: qr::svg(&uri)?,
        uri,
        secret: groups.join(" "),
        error,
    })
}

async fn remove_page(app: &App, person: &SignedIn, error: Option<String>) -> Result<RemoveFactorPage> {
    let user = person.user;
    let count = move |connection: &mut _| queries::second_factor::count_recovery_codes(connection, user);
    Ok(RemoveFactorPage {
        css: assets::staff_css(),
        organisation: app.config.organisation.name.clone(),
        csrf: person.csrf.clone(),
        name: person.name.clone(),
        codes_left: app.db(count).await?,
        is_forced: second_factor::is_forced(app.config.second_factor, person.role),
        error,
    })
}

/// `GET /account/second-factor`: shows the secret to put into an app, or what can be done with the one that is there.
pub async fn show(app: web::Data<App>, person: SignedIn) -> PageResult {
    if person.has_second_factor {
        return html(&remove_page(&app, &person, None).await?);
    }
    html(&set_up_page(&app, &person, None).await?)
}

fn codes_page(app: &App, codes: Vec<String>) -> CodesPage {
    CodesPage { css: assets::staff_css(), organisation: app.config.organisation.name.clone(), codes }
}

/// `POST /account/second-factor`: sets it up with a first code, and shows the recovery codes once.
pub async fn set_up(app: web::Data<App>, request: HttpRequest, form: SignedForm) -> PageResult {
    let typed = form.fields.text("code").unwrap_or_default().to_owned();
    let (parts, now, agent) = (app.clone(), app.clock.now(), caller(&app, &request).agent);
    let person = form.person.clone();
    let made = app
        .transaction(move |connection| {
            second_factor::set_up(connection, &parts.keys, &person, &typed, &agent, now)
        })
        .await;
    match made {
        Ok((session, codes)) => Ok(with_session(&app, html(&codes_page(&app, codes))?, &session)),
        Err(error) if error.kind == Kind::Conflict => Ok(redirect(SET_UP)),
        Err(error) if error.kind == Kind::Invalid => {
            let reason = error.fields.first().map(|field| format!("The code {}.", field.reason));
            page::invalid(&set_up_page(&app, &form.person, reason).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks for the password once more and says on the page when it is wrong.
async fn confirmed(app: &App, form: &SignedForm) -> Result<Option<String>> {
    let typed = form.fields.get("old").unwrap_or_default().to_owned();
    match sign_in::confirm_password(app, &form.person, typed).await {
        Ok(()) => Ok(None),
        Err(error) if error.kind == Kind::Invalid => Ok(Some("This is not your password.".to_owned())),
        Err(error) => Err(error),
    }
}

/// `POST /account/second-factor/remove`: takes it off, to set up another or none.
pub async fn remove(app: web::Data<App>, request: HttpRequest, form: SignedForm) -> PageResult {
    if !form.person.has_second_factor {
        return Ok(redirect(SET_UP));
    }
    if let Some(wrong) = confirmed(&app, &form).await? {
        return page::invalid(&remove_page(&app, &form.person, Some(wrong)).await?);
    }
    let (now, agent, person) = (app.clock.now(), caller(&app, &request).agent, form.person);
    let session = app
        .transaction(move |connection| {
            second_factor::take_off(connection, person.user, Actor::User(person.user), now)?;
            sessions::renew(connection, &person, &agent, false, now)
        })
        .await?;
    Ok(with_session(&app, redirect(SET_UP), &session))
}

/// `POST /account/recovery-codes`: makes ten new ones and shows them once.
pub async fn renew_codes(app: web::Data<App>, form: SignedForm) -> PageResult {
    if !form.person.has_second_factor {
        return Ok(redirect(SET_UP));
    }
    if let Some(wrong) = confirmed(&app, &form).await? {
        return page::invalid(&remove_page(&app, &form.person, Some(wrong)).await?);
    }
    let (parts, now, person) = (app.clone(), app.clock.now(), form.person);
    let codes = app
        .transaction(move |connection| second_factor::renew_codes(connection, &parts.keys, &person, now))
        .await?;
    html(&codes_page(&app, codes))
}
