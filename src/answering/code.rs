//! `GET|POST /s/`: where a customer types the code from a card.

use super::door::Door;
use super::key::Key;
use super::pages::plain_words;
use super::queries;
use super::show::frame;
use crate::app::App;
use crate::error::Result;
use crate::surveys::wording::Wording;
use crate::web::shell::Frame;
use crate::web::{Fields, PageResult, html, page, redirect};
use actix_web::{HttpRequest, web};
use askama::Template;
use serde::Deserialize;

/// What is shown of a code that was typed (characters).
const SHOWN: usize = 60;

/// Asks for the code.
#[derive(Template)]
#[template(path = "answering/pages/code.html")]
pub struct CodePage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
    /// What was typed before.
    pub typed: String,
    /// Whether that leads nowhere.
    pub is_wrong: bool,
}

/// The language asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Parameters {
    lang: Option<String>,
}

/// Makes the page that says that a code is not known, with the code to look at.
pub(super) fn again(app: &App, w: &'static Wording, typed: &str) -> CodePage {
    CodePage {
        frame: frame(app, w, "/s/", None),
        w,
        typed: typed.chars().take(SHOWN).collect(),
        is_wrong: true,
    }
}

/// `GET /s/`: asks for the code.
pub async fn ask(app: web::Data<App>, asked: web::Query<Parameters>) -> PageResult {
    let w = plain_words(&app, asked.lang.as_deref());
    html(&CodePage { frame: frame(&app, w, "/s/", None), w, typed: String::new(), is_wrong: false })
}

/// `POST /s/`: leads to the survey of a card. A code that is not known counts as a try of a stranger.
pub async fn open(
    app: web::Data<App>,
    door: web::Data<Door>,
    request: HttpRequest,
    asked: web::Query<Parameters>,
    fields: Fields,
) -> PageResult {
    let typed = fields.text("code").unwrap_or_default();
    let key = Key::parse(typed);
    let is_known = match key.clone() {
        Some(key) => app.db(move |connection| is_known(connection, &key)).await?,
        None => false,
    };
    let lang = asked.lang.as_deref();
    if let Some(key) = key.filter(|_| is_known) {
        let lang = lang.map_or(String::new(), |_| format!("?lang={}", plain_words(&app, lang).language));
        return Ok(redirect(&format!("/s/{}{lang}", key.text())));
    }
    if !typed.is_empty() {
        door.stranger(&app, &request)?;
    }
    page::invalid(&again(&app, plain_words(&app, lang), typed))
}

fn is_known(connection: &mut diesel::PgConnection, key: &Key) -> Result<bool> {
    let find = if key.is_card() { queries::cards::find_behind } else { queries::find_behind };
    Ok(find(connection, &key.hash())?.is_some())
}
