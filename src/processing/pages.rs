//! `GET /settings/processing` and `GET /settings/works-council`: the sheets, to read and to print on A4.

use super::sheet::Sheet;
use super::{Facts, council, records};
use crate::accounts::{Role, SignedIn, shell_for};
use crate::app::App;
use crate::error::Result;
use crate::web::shell::Shell;
use crate::web::{PageResult, html};
use actix_web::web;
use askama::Template;

/// Where the two sheets are.
const RECORDS: &str = "/settings/processing";
const COUNCIL: &str = "/settings/works-council";

#[derive(Template)]
#[template(path = "processing/pages/page.html")]
struct SheetPage {
    shell: Shell,
    sheet: Sheet,
    here: &'static str,
    /// Whether the other pages of data protection may be opened.
    sees_all: bool,
}

async fn facts(app: &App) -> Result<Facts> {
    let parts = app.clone();
    app.db(move |connection| Facts::read(connection, &parts)).await
}

fn page(app: &App, person: &SignedIn, sheet: Sheet, here: &'static str) -> PageResult {
    let sees_all = matches!(person.role, Role::Hr | Role::Admin);
    html(&SheetPage { shell: shell_for(app, person, "/settings"), sheet, here, sees_all })
}

/// Shows the records of processing.
pub async fn show_records(app: web::Data<App>, person: SignedIn) -> PageResult {
    let facts = facts(&app).await?;
    page(&app, &person, records(&app, &facts), RECORDS)
}

/// Shows the sheet for works councils.
pub async fn show_council(app: web::Data<App>, person: SignedIn) -> PageResult {
    let facts = facts(&app).await?;
    page(&app, &person, council(&app, &facts), COUNCIL)
}
