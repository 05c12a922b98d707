//! `GET /employees/{id}/looks`: who looked at the page of somebody, for HR and for themself.

use super::pages::{here, look, period_of};
use super::queries;
use super::views::LooksPage;
use crate::accounts::queries as accounts;
use crate::accounts::{Role, SignedIn, shell_for};
use crate::app::App;
use crate::error::Error;
use crate::evaluations::objections::views::account;
use crate::web::format::moment;
use crate::web::list::Asked;
use crate::web::shell::Link;
use crate::web::{PageResult, html};
use actix_web::web;
use std::collections::HashMap;
use uuid::Uuid;

/// How many looks are listed.
const MOST: i64 = 200;

/// Lists them.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>, asked: Asked) -> PageResult {
    let (period, _, _) = period_of(&app, &asked);
    let (reader, now, zone) = (person.clone(), app.clock.now(), app.config.organisation.time_zone);
    let (seen, rows, names) = app
        .db(move |connection| {
            let seen = look(connection, &reader, &id, period, now)?;
            if !seen.is_own && reader.role != Role::Hr {
                return Err(Error::not_found("page"));
            }
            let rows = queries::list_looks(connection, seen.employee.id, MOST)?;
            let who: Vec<Uuid> = rows.iter().filter_map(|(_, actor, _)| account_of(actor)).collect();
            Ok((seen, rows, accounts::list_names(connection, &who)?))
        })
        .await?;
    html(&LooksPage {
        shell: shell_for(&app, &person, here(&person)),
        crumb: Link {
            href: super::address(&seen.employee.external_id, seen.period),
            label: seen.employee.name.clone(),
        },
        looks: rows
            .into_iter()
            .map(|(at, actor, action)| [moment(at, zone), who(&actor, &names), what(&action).to_owned()])
            .collect(),
        most: MOST,
        export: format!("{}/export", super::path(&seen.employee.external_id)),
    })
}

fn account_of(actor: &str) -> Option<Uuid> {
    account(actor).or_else(|| actor.strip_prefix("key ").and_then(|id| id.parse().ok()))
}

fn who(actor: &str, names: &HashMap<Uuid, String>) -> String {
    let name = account_of(actor).and_then(|id| names.get(&id)).cloned();
    match (name, actor.split(' ').next()) {
        (Some(name), Some("key")) => format!("the key {name}"),
        (Some(name), _) => name,
        (None, _) => "somebody at the server".to_owned(),
    }
}

fn what(action: &str) -> &'static str {
    match action {
        "statement.read" => "a statement",
        "employee.exported" => "a copy of everything",
        _ => "this page",
    }
}
