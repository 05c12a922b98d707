//! `/settings`: what an administrator can set, and `/settings/accounts`.

use super::guard::{SignedForm, shell_for, title};
use super::letters::{self, Matter};
use super::links::{self, Colleague};
use super::manage::{self, Duty};
use super::model::{Role, SignedIn};
use super::queries::manage::{AccountRow, find_row, list_accounts};
use super::views::settings::{AccountLine, AccountsPage, Invitation, OneAccountPage, SETTINGS, SettingsPage};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, FieldError, Kind, Result};
use crate::mail::{EmailAddress, clean_name};
use crate::people::queries as people;
use crate::web::format::moment;
use crate::web::list::{Asked, Choice};
use crate::web::{Fields, PageResult, html, page, redirect};
use actix_web::web;
use diesel::PgConnection;
use uuid::Uuid;

/// `GET /settings`: the list of what can be set.
pub async fn show(app: web::Data<App>, person: SignedIn) -> PageResult {
    let entries = SETTINGS.iter().copied().filter(|entry| entry.roles.contains(&person.role)).collect();
    html(&SettingsPage { shell: shell_for(&app, &person, "/settings"), entries })
}

fn line(app: &App, row: &AccountRow) -> AccountLine {
    let zone = app.config.organisation.time_zone;
    AccountLine {
        id: row.id,
        name: row.name.clone(),
        email: row.email.clone(),
        role: row.role.parse().map_or_else(|_| row.role.clone(), |role| title(role).to_owned()),
        about: row.team.clone().or_else(|| row.employee.clone()),
        seen: row.seen_at.map(|at| moment(at, zone)),
        has_second_factor: row.second_factor_at.is_some(),
        disabled: row.disabled_at.map(|at| moment(at, zone)),
        is_invited: !row.has_password,
    }
}

fn roles(chosen: Option<&str>) -> Vec<Choice> {
    Choice::all(chosen, Role::ALL.iter().map(|role| (role.as_str(), title(*role))))
}

fn teams(names: &[String], chosen: Option<&str>) -> Vec<Choice> {
    Choice::all(
        chosen,
        [("", "None")].into_iter().chain(names.iter().map(|name| (name.as_str(), name.as_str()))),
    )
}

async fn accounts_page(app: &App, person: &SignedIn, typed: &Fields) -> Result<AccountsPage> {
    let (rows, names) = app
        .db(|connection| Ok((list_accounts(connection)?, people::listing::list_teams(connection)?)))
        .await?;
    let text = |name: &str| typed.get(name).unwrap_or_default().to_owned();
    Ok(AccountsPage {
        shell: shell_for(app, person, "/settings"),
        rows: rows.iter().map(|row| line(app, row)).collect(),
        roles: roles(typed.text("role").or(Some("employee"))),
        teams: teams(&names, typed.text("team")),
        name: text("name"),
        email: text("email"),
        employee: text("employee"),
        can_mail: letters::reach_people(app),
        errors: Vec::new(),
        invitation: None,
    })
}

/// `GET /settings/accounts`: everybody who can sign in, and a form to invite somebody.
pub async fn list(app: web::Data<App>, person: SignedIn) -> PageResult {
    html(&accounts_page(&app, &person, &Fields::default()).await?)
}

/// `POST /settings/accounts`: invites somebody, and shows the one-time link once.
pub async fn invite(app: web::Data<App>, form: SignedForm) -> PageResult {
    let (now, actor, fields) = (app.clock.now(), Actor::User(form.person.user), form.fields.clone());
    let mails = fields.text("mail").is_some() && letters::reach_people(&app);
    let made = app
        .transaction(move |connection| {
            let colleague = colleague(connection, &fields)?;
            if super::queries::find_account(connection, &colleague.email)?.is_some() {
                let told = "has an account already; it stands in the list";
                return Err(Error::invalid_field("/email", told));
            }
            let (account, path) = links::invite_by(connection, &colleague, actor, now)?;
            if mails {
                letters::enqueue(connection, &Matter::Invited { account }, now)?;
            }
            Ok((colleague.name, path))
        })
        .await;
    match made {
        Ok((name, path)) => {
            let page = accounts_page(&app, &form.person, &Fields::default()).await?;
            let invitation = Invitation::new(name, app.config.http.link(&path), mails);
            html(&AccountsPage { invitation: Some(invitation), ..page })
        }
        Err(error) if error.kind == Kind::Invalid => {
            let page = accounts_page(&app, &form.person, &form.fields).await?;
            page::invalid(&AccountsPage { errors: error.fields, ..page })
        }
        Err(error) => Err(error.into()),
    }
}

fn colleague(connection: &mut PgConnection, fields: &Fields) -> Result<Colleague> {
    let mut wrong = Vec::new();
    let email = EmailAddress::parse(fields.text("email").unwrap_or_default());
    if let Err(error) = &email {
        wrong.push(FieldError::new("/email", format!("is no address: {error}")));
    }
    let name = fields.text("name").map(clean_name).filter(|name| !name.is_empty());
    if name.is_none() {
        wrong.push(FieldError::new("/name", "is missing"));
    }
    let duty = duty(connection, fields);
    wrong.extend(duty.as_ref().err().into_iter().flat_map(|error| error.fields.clone()));
    let (Ok(email), Some(name), Ok(duty)) = (email, name, duty) else { return Err(Error::invalid(wrong)) };
    let Duty { role, team, employee } = duty;
    Ok(Colleague { email: email.as_str().to_owned(), name, role, employee, team })
}

/// Reads role, team and employee of a form.
fn duty(connection: &mut PgConnection, fields: &Fields) -> Result<Duty> {
    let role: Role = fields
        .text("role")
        .unwrap_or_default()
        .parse()
        .map_err(|_| Error::invalid_field("/role", "is missing: choose one"))?;
    // What a role does not use is not kept, or it would come to life with the next change of the role.
    let team = match fields.text("team").filter(|_| role == Role::Manager) {
        Some(name) => {
            let unknown = || Error::invalid_field("/team", "is not known; choose one of the list");
            Some(people::find_team(connection, name)?.ok_or_else(unknown)?)
        }
        None => None,
    };
    // A caller or manager who is an employee too must not phone about themselves.
    let employee = match fields.text("employee") {
        Some(id) => {
            let unknown = || Error::invalid_field("/employee", "is not known; People lists the ids");
            Some(people::find_employee(connection, id)?.ok_or_else(unknown)?)
        }
        None => None,
    };
    let duty = Duty { role, team, employee };
    duty.check().map(|()| duty)
}

fn id_of(text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| Error::not_found("account"))
}

async fn one_page(app: &App, person: &SignedIn, id: Uuid) -> Result<OneAccountPage> {
    let (row, names) = app
        .db(move |connection| {
            let row = find_row(connection, id)?.ok_or_else(|| Error::not_found("account"))?;
            Ok((row, people::listing::list_teams(connection)?))
        })
        .await?;
    Ok(OneAccountPage {
        shell: shell_for(app, person, "/settings"),
        roles: roles(Some(&row.role)),
        teams: teams(&names, row.team.as_deref()),
        employee: row.employee.clone().unwrap_or_default(),
        is_own: id == person.user,
        account: line(app, &row),
        can_mail: letters::reach_people(app),
        done: None,
        refused: None,
        errors: Vec::new(),
        invitation: None,
    })
}

fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "duty" => "The role was changed, and every session of the account has ended.",
        "disable" => "The account is disabled; every session has ended.",
        "enable" => "The account is enabled again.",
        "second-factor" => "The second factor was taken off, and the person was told by mail.",
        "none" => "Nothing was changed: there is no second factor.",
        "sessions" => "Every session has ended.",
        _ => return None,
    })
}

/// `GET /settings/accounts/{id}`: one account, and what can be done with it.
pub async fn show_one(
    app: web::Data<App>,
    person: SignedIn,
    id: web::Path<String>,
    asked: Asked,
) -> PageResult {
    let page = one_page(&app, &person, id_of(&id)?).await?;
    html(&OneAccountPage { done: asked.text("done").and_then(said), ..page })
}

/// `POST /settings/accounts/{id}`: does one of these things.
pub async fn act(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id)?;
    if form.fields.text("act") == Some("link") {
        return new_link(&app, &form, id).await;
    }
    let (now, actor, fields) = (app.clock.now(), Actor::User(form.person.user), form.fields.clone());
    let done = app
        .transaction(move |connection| match fields.text("act") {
            Some("duty") => {
                let duty = duty(connection, &fields)?;
                manage::change_duty(connection, id, duty, actor, now).map(|()| "duty")
            }
            Some("disable") => manage::disable(connection, id, actor, now).map(|()| "disable"),
            Some("enable") => manage::enable(connection, id, actor, now).map(|()| "enable"),
            Some("second-factor") => manage::reset_second_factor(connection, id, actor, now)
                .map(|had| if had { "second-factor" } else { "none" }),
            Some("sessions") => manage::end_sessions(connection, id, actor, now).map(|()| "sessions"),
            _ => Err(Error::invalid_field("/act", "is missing: open the page again")),
        })
        .await;
    match done {
        Ok(done) => Ok(redirect(&format!("/settings/accounts/{id}?done={done}"))),
        Err(error) if matches!(error.kind, Kind::Invalid | Kind::Conflict) => {
            let page = one_page(&app, &form.person, id).await?;
            let refused = (error.kind == Kind::Conflict).then(|| error.detail.clone());
            let page = OneAccountPage { refused, errors: error.fields.clone(), ..page };
            let body = page::render(&page)?;
            Ok(error.response().content_type("text/html; charset=utf-8").body(body))
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes a new one-time link and shows it once.
async fn new_link(app: &App, form: &SignedForm, id: Uuid) -> PageResult {
    let (now, actor) = (app.clock.now(), Actor::User(form.person.user));
    let mails = form.fields.text("mail").is_some() && letters::reach_people(app);
    let path = app
        .transaction(move |connection| {
            let path = manage::new_link(connection, id, actor, now)?;
            if mails {
                letters::enqueue(connection, &Matter::Invited { account: id }, now)?;
            }
            Ok(path)
        })
        .await?;
    let page = one_page(app, &form.person, id).await?;
    let invitation = Invitation::new(page.account.name.clone(), app.config.http.link(&path), mails);
    html(&OneAccountPage { invitation: Some(invitation), ..page })
}
