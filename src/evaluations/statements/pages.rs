//! `/statements`, and making one on the page of an employee.

use super::freeze;
use super::model::{Content, Kept, Reply, Statement, label};
use super::queries::{self, Filter, Of};
use super::reply::reply;
use super::views::{Desk, ListPage, Row, StatementPage};
use crate::accounts::export::{self, Sheet};
use crate::accounts::{Role, SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::db::page::{Cursor, Meta, cut};
use crate::error::{Error, Kind, Result};
use crate::evaluations::employee::queries::find_team_on;
use crate::evaluations::employee::{Seen, address};
use crate::evaluations::pages::own_team;
use crate::evaluations::period::Period;
use crate::web::list::{Asked, Choice, Dates, Pages, ROWS};
use crate::web::shell::Link;
use crate::web::{PageResult, assets, html, page, redirect};
use actix_web::web;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// Reads an id of ours.
///
/// # Errors
/// 404 when it is none.
pub fn id_of(text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| Error::not_found("statement"))
}

/// Adds what was said and made after statements.
///
/// # Errors
/// When the database does not answer.
pub fn keep(connection: &mut PgConnection, statements: Vec<Statement>) -> Result<Vec<Kept>> {
    let ids: Vec<Uuid> = statements.iter().map(|statement| statement.id).collect();
    let replies = queries::list_replies(connection, &ids)?;
    let corrected: Vec<Uuid> = statements.iter().filter_map(|statement| statement.replaces).collect();
    let related = queries::list_related(connection, &ids, &corrected)?;
    let labelled = |(id, number, at, _): &queries::Related| (*id, label(*number, *at));
    statements
        .into_iter()
        .map(|statement| {
            let replaces = related.iter().find(|(id, ..)| Some(*id) == statement.replaces);
            let replaced_by = related.iter().find(|(.., replaces)| *replaces == Some(statement.id));
            let own = |reply: &&Reply| reply.statement == statement.id;
            Ok(Kept {
                content: serde_json::from_value::<Content>(statement.content.clone())
                    .map_err(Error::internal)?,
                replaces: replaces.map(labelled),
                replaced_by: replaced_by.map(labelled),
                replies: replies.iter().filter(own).cloned().collect(),
                statement,
            })
        })
        .collect()
}

/// Reads one statement.
///
/// # Errors
/// 404 when there is none.
pub fn keep_one(connection: &mut PgConnection, id: Uuid) -> Result<Kept> {
    let statement = queries::find(connection, id)?;
    keep(connection, vec![statement])?.pop().ok_or_else(|| Error::not_found("statement"))
}

/// Reads one statement for somebody, which is noted: HR sees all, an employee the own, a manager those about whoever was
/// in the own team at the end of the period.
///
/// # Errors
/// 404 when there is none that they may see.
pub fn keep_seen(
    connection: &mut PgConnection,
    reader: &SignedIn,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Kept> {
    let kept = keep_one(connection, id)?;
    let statement = &kept.statement;
    let is_seen = match reader.role {
        Role::Hr => true,
        _ if reader.employee == Some(statement.employee) => true,
        Role::Manager => {
            let team = find_team_on(connection, statement.employee, statement.to)?;
            team.is_some() && team == own_team(connection, reader)?
        }
        _ => false,
    };
    if !is_seen {
        return Err(Error::not_found("statement"));
    }
    let subject = format!("employee {}", statement.employee);
    let detail = json!({ "statement": id });
    audit::record(connection, now, Actor::User(reader.user), "statement.read", &subject, detail)?;
    Ok(kept)
}

/// Which statements somebody sees in a list: all for HR, the own ones for everybody else.
fn of(person: &SignedIn) -> Of {
    match (person.role, person.employee) {
        (Role::Hr, _) => Of::Everybody,
        (_, Some(employee)) => Of::Employee(employee),
        (_, None) => Of::Employee(Uuid::nil()),
    }
}

/// What a list of statements is narrowed to.
const STATES: [(&str, &str); 5] = [
    ("", "All"),
    ("open", "No reply yet"),
    ("acknowledged", "Acknowledged"),
    ("contested", "Contested"),
    ("replaced", "Replaced"),
];

const SHEET: Sheet = Sheet {
    name: "statements",
    columns: &["number", "employee", "period", "frozen", "state"],
    noted: &["state", "q"],
};

/// Reads what a list is narrowed to; an employee's own list is short.
fn filter_of(asked: &Asked, person: &SignedIn) -> Filter {
    let known = |text: &&str| STATES.iter().any(|(word, _)| word == text);
    Filter {
        of: of(person),
        state: asked.text("state").filter(known).map(str::to_owned),
        name: asked.text("q").map(str::to_owned),
    }
}

fn read_list(
    connection: &mut PgConnection,
    filter: &Filter,
    after: Option<Cursor>,
    (limit, zone): (i64, Tz),
) -> Result<(Vec<Row>, Meta)> {
    let statements = queries::list(connection, filter, after.map(|cursor| cursor.place), limit)?;
    let cut_at = usize::try_from(limit).unwrap_or(usize::MAX);
    let (statements, meta) =
        cut(statements, cut_at, |statement| Cursor { place: statement.number, id: statement.id });
    let kept = keep(connection, statements)?;
    Ok((kept.iter().map(|kept| Row::new(kept, zone)).collect(), meta))
}

/// Gives the list as a file.
pub async fn file(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let (filter, zone) = (filter_of(&asked, &person), app.config.organisation.time_zone);
    export::export(&app, &person, &asked, SHEET, move |connection| {
        let page = |after| read_list(connection, &filter, after, (export::AT_ONCE, zone));
        Ok(export::all(page)?.into_iter().map(Row::cells).collect())
    })
    .await
}

/// Lists statements: all for HR, the own ones for an employee.
pub async fn list(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let filter = filter_of(&asked, &person);
    let of = filter.of;
    let lead = match of {
        Of::Everybody => {
            "Frozen evaluations. Each never changes; a correction is a new one that names the old."
        }
        Of::Employee(_) => "Frozen evaluations of your work. Each never changes; a correction is a new one.",
    };
    let (after, zone) = (asked.after()?, app.config.organisation.time_zone);
    let (rows, meta) = app.db(move |connection| read_list(connection, &filter, after, (ROWS, zone))).await?;
    html(&ListPage {
        shell: shell_for(&app, &person, "/statements"),
        lead,
        of_everybody: of == Of::Everybody,
        q: asked.typed("q"),
        states: Choice::all(asked.text("state"), STATES),
        is_narrowed: asked.is_narrowed(),
        pages: asked.pages(meta, Pages::BY_TIME).with_file(asked.address_at("/statements.csv")),
        rows,
    })
}

/// Lays out a statement for somebody who is signed in.
pub fn laid_out(app: &App, person: &SignedIn, kept: &Kept) -> StatementPage {
    let id = kept.statement.id;
    let period = Period { from: kept.statement.from, to: kept.statement.to };
    let figures = &kept.content.employee;
    let is_own = person.employee == Some(kept.statement.employee);
    let file = |ending: &str, label: &str| Link {
        href: format!("/statements/{id}.{ending}"),
        label: label.to_owned(),
    };
    let desk = Desk {
        back: Link {
            href: address(&figures.employee_id, period),
            label: if is_own {
                "Back to your page".to_owned()
            } else {
                format!("Back to {}", figures.employee_name)
            },
        },
        files: vec![file("csv", "CSV"), file("xlsx", "XLSX")],
        reply: is_own.then(|| (format!("/statements/{id}"), person.csrf.clone())),
        typed: (String::new(), String::new()),
        errors: Vec::new(),
    };
    StatementPage::new(kept, app.config.organisation.time_zone, assets::staff_css(), Some(desk))
}

/// Makes a statement of somebody for a period.
pub async fn make(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let dates = Dates::of(form.fields.text("from"), form.fields.text("to"));
    let span = dates.from.zip(dates.to).filter(|_| dates.error.is_none());
    let Some((from, to)) = span else {
        return Err(Error::new(
            Kind::Invalid,
            "Write both dates as 2026-01-31, the first not after the last.",
        )
        .into());
    };
    let (parts, person, now) = (app.get_ref().clone(), form.person.clone(), app.clock.now());
    let made = app
        .db(move |connection| {
            let seen = Seen::find(connection, &person, &id, (Period { from, to }, now.date_naive()))?;
            if let Some(standing) = freeze::unchanged(connection, &parts, &seen, now)? {
                return Ok(standing.id);
            }
            freeze::freeze(connection, &parts, &seen, Actor::User(person.user), now)
        })
        .await?;
    Ok(redirect(&format!("/statements/{made}")))
}

/// Stores what the employee says to a statement.
pub async fn answer(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id)?;
    let text = |name: &str| form.fields.get(name).unwrap_or_default().to_owned();
    let (kind, words) = (text("kind"), text("words"));
    let (reader, typed, now) = (form.person.clone(), (kind.clone(), words.clone()), app.clock.now());
    let kept = app
        .db(move |connection| {
            let kept = keep_seen(connection, &reader, id, now)?;
            if reader.employee != Some(kept.statement.employee) {
                let detail = "Only whom a statement is about can acknowledge or contest it.";
                return Err(Error::new(Kind::Forbidden, detail));
            }
            Ok(kept)
        })
        .await?;
    let by = Actor::User(form.person.user);
    let stored = app.transaction(move |connection| reply(connection, id, (&kind, &words), by, now)).await;
    match stored {
        Err(error) if error.kind == Kind::Invalid => {
            let mut again = laid_out(&app, &form.person, &kept);
            if let Some(desk) = &mut again.desk {
                desk.typed = typed;
                desk.errors = error.fields.into_iter().map(|field| (field.field, field.reason)).collect();
            }
            page::invalid(&again)
        }
        Err(error) => Err(error.into()),
        Ok(()) => Ok(redirect(&format!("/statements/{id}"))),
    }
}
