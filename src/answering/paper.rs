//! Typing in what a customer wrote on paper: the form of the second step, sent by somebody who is signed in.
//!
//! The same checks and the same statement as for the customer's own answer. What the customer said in another way
//! is never written over.

use super::cards::{self, Wish};
use super::form::{self, Step};
use super::key::Key;
use super::pages::further;
use super::queries::{self, cards::Card};
use super::show::{self, Page, Typed, frame};
use super::submit::{self, Hand, Posted, Submitted};
use super::views::{FormError, MorePage, Typist};
use super::{nonce, views};
use crate::app::App;
use crate::audit;
use crate::delivery;
use crate::error::{Error, Result};
use crate::ids::Keyring;
use crate::web::{Fields, page};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A visit whose answer is typed in.
pub struct Paper {
    page: Page,
}

impl Paper {
    /// Reads it; nothing is stored yet.
    ///
    /// # Errors
    /// 409 when the visit takes no answer from paper.
    pub fn read(connection: &mut PgConnection, app: &App, wish: &Wish, lang: Option<&str>) -> Result<Self> {
        let now = app.clock.now();
        let known = cards::find(connection, wish.visit)?.filter(|card| cards::is_valid(&app.keys, card, now));
        let stored =
            queries::find_response(connection, wish.visit)?.filter(|one| one.certainty == "confirmed");
        if stored.as_ref().is_some_and(|stored| stored.mode != "paper") {
            return Err(Error::conflict("The customer has answered already, and not on paper."));
        }
        let outcome = crate::visits::queries::lock_outcome(connection, wish.visit)?;
        let takes = cards::ANSWERS_FROM.contains(&outcome);
        if let Some(why) = cards::refusal(outcome).filter(|_| known.is_none() || !takes) {
            return Err(Error::conflict(format!("No answer is typed in for this visit. {why}")));
        }
        let card = cards::next(connection, &app.keys, wish, now)?;
        let version = BTreeMap::from([(wish.visit, card.survey_version)]);
        let about = delivery::queries::load_about_asking(connection, &version)?.remove(&wish.visit);
        let mut about = about.ok_or_else(|| Error::not_found("visit"))?;
        if !app.config.organisation.names_employees {
            about.employees.clear();
        }
        let language = show::language(lang, about.language.as_deref(), &app.config.organisation.language);
        let token = key_of(&app.keys, &card)?.text();
        let content = about.content.clone();
        Ok(Self { page: Page { visit: wish.visit, token, about, content, stored, language } })
    }

    /// Checks what was typed in.
    ///
    /// # Errors
    /// What to correct.
    pub fn check(&self, app: &App, fields: &Fields) -> std::result::Result<Checked, Vec<FormError>> {
        let w = self.page.words();
        let answers = form::check(fields, &self.page.content, w)?;
        let expired = || vec![FormError { field_id: String::new(), text: w.form_expired.clone() }];
        let key = Key::parse(&self.page.token).ok_or_else(expired)?;
        let nonce = fields.get("nonce").unwrap_or_default();
        let opened = nonce::check(&app.keys, &key.hash(), nonce, app.clock.now()).ok_or_else(expired)?;
        if answers.step == Step::First {
            return Err(vec![FormError { field_id: String::new(), text: w.form_changed.clone() }]);
        }
        Ok(Checked { opened, answers, language: self.page.language })
    }

    /// Renders the form; with what was typed where something needs correcting.
    ///
    /// # Errors
    /// 500 when the template fails.
    pub fn render(
        &self,
        app: &App,
        typist: Typist,
        again: Option<(&Fields, Vec<FormError>)>,
    ) -> Result<String> {
        let (found, now) = (&self.page, app.clock.now());
        let w = found.words();
        let typed = match again {
            Some((fields, errors)) => Typed::posted(fields, &found.content, errors),
            None if found.stored.is_some() => Typed::stored(found, None),
            None => Typed::default(),
        };
        let key = Key::parse(&found.token).ok_or_else(|| Error::internal("a card without a code"))?;
        let opening = found.content.opening();
        let opening = opening.ok_or_else(|| Error::internal("a survey without questions"))?;
        let first = found.question(opening, &typed, false);
        let path = format!("/visits/{}/paper", found.visit);
        page::render(&MorePage {
            frame: frame(app, w, &path, None),
            w,
            action: format!("{path}?lang={}", found.language),
            nonce: nonce::issue(&app.keys, &key.hash(), now),
            questions: further(found, first, &typed),
            call: typed.call(w),
            comment: typed.comment,
            until: found.until(app.config.organisation.time_zone, now).unwrap_or_default(),
            errors: typed.errors,
            typist: Some(typist),
        })
    }

    /// Names the visit in a sentence.
    pub fn sentence(&self, app: &App) -> String {
        let (zone, about) = (app.config.organisation.time_zone, &self.page.about);
        let day = delivery::letter::date(about, zone, "en");
        views::about(crate::surveys::wording::wording("en"), &about.service, &day, &about.employees)
    }
}

/// What was typed in, checked.
pub struct Checked {
    opened: nonce::Opened,
    answers: form::Answers,
    language: &'static str,
}

fn key_of(keys: &Keyring, card: &Card) -> Result<Key> {
    cards::code(keys, card).map(Key::Card).ok_or_else(|| Error::internal("a card without a code"))
}

/// Stores what was typed in, under the visit's card, which is made where there is none; call it in a transaction.
///
/// # Errors
/// 409 when the visit takes no answer any more.
pub fn store(
    connection: &mut PgConnection,
    keys: &Keyring,
    wish: &Wish,
    user: Uuid,
    checked: Checked,
    now: DateTime<Utc>,
) -> Result<()> {
    let card = cards::for_typing(connection, keys, wish, now)?;
    let posted = Posted {
        hand: Hand::Typist(user),
        token_hash: key_of(keys, &card)?.hash(),
        visit: wish.visit,
        opened: checked.opened,
        network: Vec::new(),
        trap_filled: false,
        is_unpressed: false,
        answers: checked.answers,
        language: checked.language,
    };
    if submit::store(connection, &posted, now)? == Submitted::Closed {
        return Err(Error::conflict("The time for changes is over. The answer stands as it is."));
    }
    audit::record(connection, now, wish.by, "response.typed", &format!("visit {}", wish.visit), json!({}))
}
