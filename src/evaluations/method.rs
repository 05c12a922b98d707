//! `GET /evaluations/method`: how the numbers are made, with formulas and sources, for whoever they are about.

use crate::accounts::{Role, SignedIn, shell_for};
use crate::app::App;
use crate::web::shell::Shell;
use crate::web::{PageResult, html};
use actix_web::web;
use askama::Template;

#[derive(Template)]
#[template(path = "evaluations/pages/method.html")]
struct MethodPage {
    shell: Shell,
    /// Whether the page on fairness may be opened.
    sees_fairness: bool,
}

/// Shows it.
pub async fn show(app: web::Data<App>, person: SignedIn) -> PageResult {
    let here = super::employee::pages::here(&person);
    html(&MethodPage { shell: shell_for(&app, &person, here), sees_fairness: person.role == Role::Hr })
}
