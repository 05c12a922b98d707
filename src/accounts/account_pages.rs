//! `/account`: everybody's own account.

use super::guard::{SignedForm, shell_for};
use super::letters::{self, Matter};
use super::model::SignedIn;
use super::pages::{caller, with_session};
use super::views::account::{AccountPage, SessionLine};
use super::{password, queries, second_factor, sessions, sign_in};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::web::format::moment;
use crate::web::list::Asked;
use crate::web::{PageResult, html, page, redirect};
use actix_web::{HttpRequest, web};

async fn account_page(app: &App, person: &SignedIn) -> Result<AccountPage> {
    let (user, now, zone) = (person.user, app.clock.now(), app.config.organisation.time_zone);
    let (account, rows, codes_left) = app
        .db(move |connection| {
            let account = queries::find_account_by_id(connection, user)?;
            let account = account.ok_or_else(|| Error::not_found("account"))?;
            let rows = sessions::list(connection, user, now)?;
            Ok((account, rows, queries::second_factor::count_recovery_codes(connection, user)?))
        })
        .await?;
    let line = |row: &queries::sessions::SessionRow| SessionLine {
        handle: sessions::handle(&row.token_hash),
        agent: row.agent.clone().unwrap_or_else(|| "An unknown browser".to_owned()),
        opened: moment(row.created_at, zone),
        seen: moment(row.seen_at, zone),
        is_this: row.token_hash == person.session,
    };
    Ok(AccountPage {
        shell: shell_for(app, person, "/account"),
        done: None,
        email: account.email,
        has_second_factor: person.has_second_factor,
        is_forced: second_factor::is_forced(app.config.second_factor, person.role),
        codes_left,
        sessions: rows.iter().map(line).collect(),
        shortest: password::SHORTEST,
        old_error: None,
        new_error: None,
    })
}

fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "password" => "Your password was changed. Every other session has ended.",
        "session" => "The session has ended.",
        "sessions" => "Every other session has ended.",
        _ => return None,
    })
}

/// `GET /account`.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let page = account_page(&app, &person).await?;
    html(&AccountPage { done: asked.text("done").and_then(said), ..page })
}

/// `POST /account/password`: asks for the old one, and ends every other session.
pub async fn change_password(app: web::Data<App>, request: HttpRequest, form: SignedForm) -> PageResult {
    match changed(&app, &form, caller(&app, &request).agent).await {
        Ok(session) => Ok(with_session(&app, redirect("/account?done=password"), &session)),
        Err(error) if error.kind == Kind::Invalid => {
            let page = account_page(&app, &form.person).await?;
            let of = |name: &str| error.fields.iter().find(|field| field.field == name);
            page::invalid(&AccountPage {
                old_error: of("/old").map(|_| "This is not your password.".to_owned()),
                new_error: of("/password").map(|field| format!("The new password {}.", field.reason)),
                ..page
            })
        }
        Err(error) => Err(error.into()),
    }
}

async fn changed(app: &App, form: &SignedForm, agent: String) -> Result<String> {
    let (user, person) = (form.person.user, form.person.clone());
    let [old, new] = ["old", "password"].map(|name| form.fields.get(name).unwrap_or_default().to_owned());
    sign_in::confirm_password(app, &person, old).await?;
    let account = app.db(move |connection| queries::find_account_by_id(connection, user)).await?;
    let email = account.ok_or_else(|| Error::not_found("account"))?.email;
    let hash = password::new(app, new, email).await?;
    let now = app.clock.now();
    app.transaction(move |connection| {
        letters::enqueue(connection, &Matter::PasswordChanged { account: user }, now)?;
        sign_in::change_password(connection, &person, &hash, &agent, now)
    })
    .await
}

/// `POST /account/sessions`: ends one of one's own sessions, or all but this one.
pub async fn end_sessions(app: web::Data<App>, form: SignedForm) -> PageResult {
    let (now, person) = (app.clock.now(), form.person);
    let one = form.fields.text("session").map(str::to_owned);
    let Some(one) = one else {
        return Err(Error::invalid_field("session", "is missing: open the page again").into());
    };
    if one == "others" {
        app.transaction(move |connection| sessions::end_others(connection, &person, now)).await?;
        return Ok(redirect("/account?done=sessions"));
    }
    app.transaction(move |connection| sessions::end_one(connection, &person, &one, now)).await?;
    Ok(redirect("/account?done=session"))
}
