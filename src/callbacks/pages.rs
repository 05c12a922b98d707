//! `GET /callbacks`: who may be phoned because no confirmed answer came; for a manager, after visits of the own team.

use super::model::State;
use super::queries::{self, Filter};
use super::views::{CallbacksPage, Desk, Row};
use crate::accounts::{Role, SignedIn, shell_for};
use crate::app::App;
use crate::db::page::{self, Cursor, Meta};
use crate::web::list::{Asked, Pages, ROWS};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono::Days;

/// How far back the list looks when nothing is asked for.
const SHOWN: Days = Days::new(30);

/// Shows the list.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let zone = app.config.organisation.time_zone;
    let today = app.clock.now().with_timezone(&zone).date_naive();
    let is_drawn = app.db(queries::is_there_work).await?;
    // Whoever was drawn is on the list however long ago the visit was.
    let recent = today.checked_sub_days(SHOWN).unwrap_or(today);
    let dates = if is_drawn { asked.dates() } else { asked.dates().or(recent, today) };
    let shell = shell_for(&app, &person, "/callbacks");
    let desk = Desk { works: works(&person), leads: leads(&person) };
    let notice = notice(asked.text("due"));
    if dates.error.is_some() {
        let rows = Vec::new();
        return html(&CallbacksPage { shell, dates, rows, pages: Pages::none(), desk, is_drawn, notice });
    }
    let after = asked.after()?;
    let filter = Filter { state: State::Open, from: dates.from, to: dates.to, sees: person.sees() };
    // Callers have no page of a visit; the others see those alone that they may open.
    let may_open = person.reads_answers();
    let (rows, next) = app
        .db(move |connection| {
            let rows = queries::list(connection, &filter, after, ROWS)?;
            let cut_at = usize::try_from(ROWS).unwrap_or(usize::MAX);
            let (rows, meta) = page::cut(rows, cut_at, |row| Cursor { place: row.position, id: row.id });
            let href = |id| may_open.then(|| format!("/visits/{id}"));
            let rows: Vec<Row> = rows.iter().map(|row| Row::new(row, href(row.visit), today, zone)).collect();
            Ok((rows, meta.next))
        })
        .await?;
    let pages = asked.pages(Meta { next }, Pages::IN_ORDER);
    html(&CallbacksPage { shell, dates, rows, pages, desk, is_drawn, notice })
}

/// Whether somebody calls: not those who see what customers of everybody said.
const fn works(person: &SignedIn) -> bool {
    matches!(person.role, Role::Caller | Role::Manager)
}

/// Whether somebody sees how calling goes.
const fn leads(person: &SignedIn) -> bool {
    matches!(person.role, Role::Hr | Role::Manager)
}

/// What happened before.
fn notice(word: Option<&str>) -> Option<&'static str> {
    match word {
        Some("none") => {
            Some("Nobody is due now. Whoever is left waits for their hours, or for another time of day.")
        }
        Some("more") => Some("That is done."),
        _ => None,
    }
}
