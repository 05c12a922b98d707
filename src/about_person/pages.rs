//! `GET /customers/{id}/export`, `GET /employees/{id}/export`, `GET` and `POST /customers/{id}/erase`, `GET` and `POST /responses/{id}/withdraw`: what
//! HR does when a customer asks for it. What cannot be undone is asked once more on a page of its own.

use super::{Person, employee, erase, export};
use crate::accounts::{Role, SignedForm, SignedIn, shell_for};
use crate::answering::queries::decide::visit_of;
use crate::answering::withdraw;
use crate::app::App;
use crate::audit::Actor;
use crate::customers::queries::find::{self, CustomerRow};
use crate::customers::queries::person::File;
use crate::customers::search::Search;
use crate::error::{Error, Kind, Result};
use crate::evaluations::employee::Seen;
use crate::evaluations::period::Period;
use crate::retention::hold;
use crate::visits::queries::staff;
use crate::web::format::counted;
use crate::web::shell::{Link, Shell};
use crate::web::{PageResult, html, page, redirect};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::PgConnection;
use serde_json::Value;
use uuid::Uuid;

fn id_of(text: &web::Path<String>, thing: &str) -> Result<Uuid> {
    text.parse().map_err(|_| Error::not_found(thing))
}

/// Gives everything about a person as a file.
pub async fn download(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "customer")?;
    let (parts, actor) = (app.get_ref().clone(), Actor::User(person.user));
    let everything = app.transaction(move |connection| export::export(connection, &parts, id, actor)).await?;
    attachment(&everything, "person.json")
}

/// Gives an employee everything about themselves as a file; HR gives it to them too.
pub async fn download_own(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    let (parts, reader, today) = (app.get_ref().clone(), person.clone(), app.clock.now().date_naive());
    let everything = app
        .db(move |connection| {
            let seen = Seen::find(connection, &reader, &id, (Period::usual(today), today))?;
            if !seen.is_own && reader.role != Role::Hr {
                return Err(Error::not_found("page"));
            }
            employee::export(connection, &parts, seen.employee.id, Actor::User(reader.user))
        })
        .await?;
    attachment(&everything, "employee.json")
}

fn attachment(everything: &Value, name: &str) -> PageResult {
    let body = serde_json::to_vec_pretty(everything).map_err(Error::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .content_type("application/json")
        .body(body))
}

/// What is erased, before it is.
#[derive(Template)]
#[template(path = "about_person/pages/erase.html")]
struct ErasePage {
    shell: Shell,
    action: String,
    name: String,
    files: Vec<String>,
    /// Other files with one of their addresses or numbers: page and facts.
    alike: Vec<(String, String)>,
    visits: String,
    /// Why nothing may be erased.
    held: Option<Link>,
    error: Option<&'static str>,
}

/// How many files with the same address or number are shown at most.
const ALIKE: usize = 10;

/// Finds files that may be the same person's, because they have an address or a number in common.
fn list_alike(connection: &mut PgConnection, person: &Person) -> Result<Vec<CustomerRow>> {
    let own = person.file_keys();
    let mut alike: Vec<CustomerRow> = Vec::new();
    let reach = person.files.iter().flat_map(|file| [&file.email, &file.phone]).flatten();
    for wanted in reach.filter_map(|text| Search::read(text)) {
        let wanted = Search { words: None, id: String::new(), ..wanted };
        let found = find::search(connection, &wanted, None, ALIKE)?;
        for row in found.into_iter().filter(|row| !own.contains(&row.id)) {
            if !alike.contains(&row) {
                alike.push(row);
            }
        }
    }
    Ok(alike)
}

/// Name, number, address and id, those that are known.
fn facts(known: [&Option<String>; 4]) -> String {
    known.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ")
}

async fn erase_page(
    app: &App,
    person: &SignedIn,
    id: Uuid,
    error: Option<&'static str>,
) -> Result<ErasePage> {
    let (found, alike, held) = app
        .db(move |connection| {
            let person = Person::find(connection, id)?;
            let alike = list_alike(connection, &person)?;
            let held = hold::find(connection, &person.file_keys(), &person.visit_keys())?;
            Ok((person, alike, held))
        })
        .await?;
    let of_file = |file: &File| facts([&file.name, &file.phone, &file.email, &file.id]);
    let other = |row: &CustomerRow| {
        let known = facts([&row.name, &row.phone, &row.email, &row.external_id]);
        (format!("/customers/{}", row.id), known)
    };
    let name = found.files.iter().find(|file| file.key == id).and_then(|file| file.name.clone());
    Ok(ErasePage {
        shell: shell_for(app, person, "/customers"),
        action: format!("/customers/{id}"),
        name: name.unwrap_or_else(|| "A customer without a name".to_owned()),
        files: found.files.iter().map(of_file).collect(),
        alike: alike.iter().map(other).collect(),
        visits: counted(i64::try_from(found.visits.len()).unwrap_or(i64::MAX), "visit", "visits"),
        held: held.map(|hold| Link { href: "/settings/retention".to_owned(), label: hold::refusal(&hold) }),
        error,
    })
}

/// Asks once more.
pub async fn ask_to_erase(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    html(&erase_page(&app, &person, id_of(&id, "customer")?, None).await?)
}

/// Erases a person.
pub async fn erase_person(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "customer")?;
    if form.fields.text("sure") != Some("yes") {
        let error = Some("Tick that you have checked who this is: it cannot be undone.");
        return page::invalid(&erase_page(&app, &form.person, id, error).await?);
    }
    let (parts, actor) = (app.get_ref().clone(), Actor::User(form.person.user));
    app.transaction_again(move |connection| erase::erase(connection, &parts, id, actor)).await?;
    Ok(redirect("/customers?done=erased"))
}

/// What it means to take an answer back, before it is done.
#[derive(Template)]
#[template(path = "about_person/pages/withdraw.html")]
struct WithdrawPage {
    shell: Shell,
    action: String,
    visit: String,
    reason: String,
    error: Option<String>,
}

async fn withdraw_page(app: &App, person: &SignedIn, id: Uuid) -> Result<WithdrawPage> {
    let sees = person.sees();
    let visit = app
        .db(move |connection| {
            let visit = visit_of(connection, id)?;
            staff::find_facts(connection, visit, sees)
        })
        .await?;
    Ok(WithdrawPage {
        shell: shell_for(app, person, "/responses"),
        action: format!("/responses/{id}"),
        visit: visit.external_id,
        reason: String::new(),
        error: None,
    })
}

/// Asks once more.
pub async fn ask_to_withdraw(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    html(&withdraw_page(&app, &person, id_of(&id, "response")?).await?)
}

/// Takes an answer back for the customer.
pub async fn withdraw_answer(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id, "response")?;
    let reason = form.fields.get("reason").unwrap_or_default().to_owned();
    let (actor, now, typed) = (Actor::User(form.person.user), app.clock.now(), reason.clone());
    let done = app
        .transaction(move |connection| {
            let visit = visit_of(connection, id)?;
            hold::check_free(connection, &[], &[visit])?;
            withdraw::withdraw(connection, id, &reason, actor, now)
        })
        .await;
    match done {
        Ok(()) => Ok(redirect(&format!("/responses/{id}"))),
        Err(error) if error.kind == Kind::Invalid => {
            let why = error.fields.into_iter().next().map(|field| field.reason);
            let again = withdraw_page(&app, &form.person, id).await?;
            page::invalid(&WithdrawPage { reason: typed, error: why, ..again })
        }
        Err(error) => Err(error.into()),
    }
}
