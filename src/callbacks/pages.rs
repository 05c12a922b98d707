//! `GET /callbacks`: who may be phoned because no confirmed answer came; for a manager, after visits of the own team.

use super::model::State;
use super::queries::{self, Filter};
use super::views::{CallbacksPage, Desk, Row};
use crate::accounts::export::{self, Sheet};
use crate::accounts::{Role, SignedIn, shell_for};
use crate::app::App;
use crate::db::page::{self, Cursor, Meta};
use crate::error::Result;
use crate::web::list::{Asked, Dates, Pages, ROWS};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use diesel::PgConnection;

/// How far back the list looks when nothing is asked for.
const SHOWN: Days = Days::new(30);

/// Shows the list.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let today = app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive();
    let is_drawn = app.db(queries::is_there_work).await?;
    let dates = dates_of(&asked, is_drawn, today);
    let shell = shell_for(&app, &person, "/callbacks");
    let desk = Desk { works: works(&person), leads: leads(&person) };
    let notice = notice(asked.text("due"));
    if dates.error.is_some() {
        let rows = Vec::new();
        return html(&CallbacksPage { shell, dates, rows, pages: Pages::none(), desk, is_drawn, notice });
    }
    let after = asked.after()?;
    let wanted = Wanted::new(&app, &person, &dates);
    let (rows, meta) = app.db(move |connection| wanted.read(connection, after, ROWS)).await?;
    let pages = asked.pages(meta, Pages::IN_ORDER);
    // `routes.rs` says the same.
    let pages = if desk.leads { pages.with_file(asked.address_at("/callbacks.csv")) } else { pages };
    html(&CallbacksPage { shell, dates, rows, pages, desk, is_drawn, notice })
}

const SHEET: Sheet = Sheet {
    name: "callbacks",
    columns: &["place", "visit", "day", "service", "kind", "tries", "why", "number_known"],
    noted: &["from", "to"],
};

/// Gives the list as a file, for those who lead calling.
pub async fn file(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let today = app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive();
    let is_drawn = app.db(queries::is_there_work).await?;
    let wanted = Wanted::new(&app, &person, &dates_of(&asked, is_drawn, today));
    export::export(&app, &person, &asked, SHEET, move |connection| {
        let page = |after| wanted.read(connection, after, export::AT_ONCE);
        Ok(export::all(page)?.into_iter().map(Row::cells).collect())
    })
    .await
}

/// Whoever was drawn is on the list however long ago the visit was.
fn dates_of(asked: &Asked, is_drawn: bool, today: NaiveDate) -> Dates {
    let recent = today.checked_sub_days(SHOWN).unwrap_or(today);
    if is_drawn { asked.dates() } else { asked.dates().or(recent, today) }
}

/// What is read for the list.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    filter: Filter,
    /// Callers have no page of a visit; the others see those alone that they may open.
    may_open: bool,
    today: NaiveDate,
    zone: Tz,
}

impl Wanted {
    fn new(app: &App, person: &SignedIn, dates: &Dates) -> Self {
        let zone = app.config.organisation.time_zone;
        Self {
            filter: Filter { state: State::Open, from: dates.from, to: dates.to, sees: person.sees() },
            may_open: person.reads_answers(),
            today: app.clock.now().with_timezone(&zone).date_naive(),
            zone,
        }
    }

    fn read(
        self,
        connection: &mut PgConnection,
        after: Option<Cursor>,
        limit: i64,
    ) -> Result<(Vec<Row>, Meta)> {
        let rows = queries::list(connection, &self.filter, after, limit)?;
        let cut_at = usize::try_from(limit).unwrap_or(usize::MAX);
        let (rows, meta) = page::cut(rows, cut_at, |row| Cursor { place: row.position, id: row.id });
        let href = |id| self.may_open.then(|| format!("/visits/{id}"));
        Ok((rows.iter().map(|row| Row::new(row, href(row.visit), self.today, self.zone)).collect(), meta))
    }
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
