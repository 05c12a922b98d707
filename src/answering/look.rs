//! What a link leads to.

use super::key::Key;
use super::queries;
use super::show::{self, Page};
use crate::app::App;
use crate::delivery::model::About;
use crate::error::Result;
use crate::ids;
use crate::surveys::frozen;
use chrono::{DateTime, Utc};
use diesel::PgConnection;

/// What a token leads to.
pub enum Found {
    /// Nothing, or nothing any more.
    Unknown,
    /// A survey that is over.
    Closed,
    /// A page.
    Open(Box<Page>),
}

/// A link as it came, with what decides about its page.
#[derive(Debug, Clone)]
pub struct Asked {
    key: Option<Key>,
    /// Hash of it, under which it is looked up.
    pub hash: Vec<u8>,
    /// Now.
    pub now: DateTime<Utc>,
    /// The language that is asked for.
    pub lang: Option<String>,
    /// Whether the reader is on the way to the second step.
    pub goes_on: bool,
    names_employees: bool,
    organisation: String,
}

impl Asked {
    /// Reads a link. One that cannot be a token is looked up like any other, so that it takes as long.
    pub fn new(app: &App, text: &str, lang: Option<&str>, goes_on: bool) -> Self {
        let key = Key::parse(text);
        Self {
            hash: key.as_ref().map_or_else(|| ids::sha256(text.as_bytes()), Key::hash),
            key,
            now: app.clock.now(),
            lang: lang.map(str::to_owned),
            goes_on,
            names_employees: app.config.organisation.names_employees,
            organisation: app.config.organisation.language.clone(),
        }
    }

    /// Whether it is the code of a card.
    pub fn is_card(&self) -> bool {
        self.key.as_ref().is_some_and(Key::is_card)
    }
}

/// Looks a link up; who came is not named yet ([`name`]).
///
/// # Errors
/// When the database does not answer.
pub fn look(connection: &mut PgConnection, asked: &Asked) -> Result<Found> {
    let find = if asked.is_card() { queries::cards::find_behind } else { queries::find_behind };
    let (Some(behind), Some(key)) = (find(connection, &asked.hash)?, &asked.key) else {
        return Ok(Found::Unknown);
    };
    if !show::is_open(&behind.link, asked.now) {
        return Ok(Found::Closed);
    }
    let content = frozen::content(connection, behind.survey_version)?;
    let language = show::language(asked.lang.as_deref(), behind.language.as_deref(), &asked.organisation);
    // What a machine left is no answer to whoever opens the link; who is on the way to the second step goes on.
    let stored = behind.stored.filter(|stored| stored.certainty == "confirmed" || asked.goes_on);
    let about = About {
        visited_at: behind.visited_at,
        service: behind.service,
        customer_name: None,
        customer_email: None,
        language: behind.language,
        time_zone: behind.time_zone,
        employees: Vec::new(),
        survey_version: behind.survey_version,
        content: content.clone(),
    };
    let (visit, token) = (behind.link.visit, key.text());
    Ok(Found::Open(Box::new(Page { visit, token, about, content, stored, language })))
}

/// Names those who came on a page that will be shown, where the organisation wants it.
///
/// # Errors
/// When the database does not answer.
pub fn name(connection: &mut PgConnection, asked: &Asked, page: &mut Page) -> Result<()> {
    if asked.names_employees {
        page.about.employees = queries::list_names(connection, page.visit)?;
    }
    Ok(())
}

/// Looks a link up, to show its page.
///
/// # Errors
/// When the database does not answer.
pub async fn find(app: &App, asked: Asked) -> Result<Found> {
    app.db(move |connection| {
        let mut found = look(connection, &asked)?;
        if let Found::Open(page) = &mut found {
            name(connection, &asked, page)?;
        }
        Ok(found)
    })
    .await
}
