//! From what is stored to what a page shows.

use super::EDITABLE;
use super::form::Step;
use super::queries::{Link, Stored};
use super::views::{self, Change, FormError, Given, QuestionView, Surroundings};
use crate::app::App;
use crate::config::zone_or;
use crate::delivery::letter;
use crate::delivery::model::About;
use crate::surveys::dates;
use crate::surveys::wording::{Wording, spoken, wording};
use crate::surveys::{Content, Question};
use crate::web::Fields;
use crate::web::assets;
use crate::web::shell::Frame;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Everything a page of a known link may show.
pub struct Page {
    /// The link's token, for addresses.
    pub token: String,
    /// What the visit was.
    pub about: About,
    /// What is asked.
    pub content: std::sync::Arc<Content>,
    /// What was answered so far.
    pub stored: Option<Stored>,
    /// Language of the page.
    pub language: &'static str,
}

/// Tells whether a link takes answers; the statement that stores says the same.
pub fn is_open(link: &Link, now: DateTime<Utc>) -> bool {
    let mailed = ["sending", "sent", "unknown", "bounced", "failed"].contains(&link.state.as_str());
    mailed && link.expires_at.is_none_or(|end| now < end) && link.outcome != "opted_out"
}

/// Chooses the language of a page: asked for, the customer's, the organisation's, English; the first that we
/// speak.
pub fn language(asked: Option<&str>, customer: Option<&str>, organisation: &str) -> &'static str {
    asked
        .and_then(spoken)
        .or_else(|| customer.and_then(spoken))
        .unwrap_or_else(|| wording(organisation))
        .language
}

/// Makes what surrounds every customer's page. `path` is the page's own address, for the language switch;
/// `token` is there where the customer is known.
pub fn frame(app: &App, words: &'static Wording, path: &str, token: Option<&str>) -> Frame {
    let organisation = &app.config.organisation;
    let separator = if path.contains('?') { '&' } else { '?' };
    let privacy = organisation.privacy_url.as_ref().map_or("/privacy".to_owned(), ToString::to_string);
    views::frame(
        words,
        Surroundings {
            css: assets::customer_css(),
            organisation: organisation.name.clone(),
            languages: views::languages(words.language, |code| format!("{path}{separator}lang={code}")),
            stop: token.map(|token| format!("/u/{token}?lang={}", words.language)),
            privacy: Some(format!(
                "{privacy}{}",
                if organisation.privacy_url.is_none() {
                    format!("?lang={}", words.language)
                } else {
                    String::new()
                }
            )),
            imprint_url: organisation.imprint_url.as_ref().map(ToString::to_string),
            imprint: organisation.imprint.clone(),
            why: token.is_some(),
        },
    )
}

impl Page {
    /// Returns the words of the page.
    pub fn words(&self) -> &'static Wording {
        wording(self.language)
    }

    /// Returns the address of the page with parameters, which keeps its language.
    pub fn address(&self, parameters: &str) -> String {
        format!("/s/{}?lang={}{parameters}", self.token, self.language)
    }

    /// Names the visit in one sentence.
    pub fn sentence(&self, zone: Tz) -> String {
        let about = &self.about;
        let day = letter::date(about, zone, self.language);
        views::about(self.words(), &about.service, &day, &about.employees)
    }

    fn zone(&self, organisation: Tz) -> Tz {
        zone_or(organisation, self.about.time_zone.as_deref())
    }

    /// Returns until when the answer can be changed, in words; nothing when that is over.
    pub fn until(&self, organisation: Tz, now: DateTime<Utc>) -> Option<String> {
        let end = self.stored.as_ref().map_or(now, |stored| stored.answered_at) + EDITABLE;
        let local = end.with_timezone(&self.zone(organisation)).naive_local();
        (now < end).then(|| dates::with_time(local, self.language))
    }

    /// Returns a stored answer.
    pub fn answer(&self, key: &str) -> Option<i32> {
        let value = self.stored.as_ref()?.answers.get(key)?.as_i64()?;
        i32::try_from(value).ok()
    }

    /// Makes the view of a question with what is chosen in it.
    pub fn question(&self, question: &Question, chosen: Option<i32>, optional: bool) -> QuestionView {
        let texts = self.content.texts_of(&question.key, self.language);
        let labels: Vec<(i32, String)> = if texts.points.is_empty() {
            vec![(question.min, texts.low.clone()), (question.max, texts.high.clone())]
        } else {
            (question.min..).zip(texts.points.iter().cloned()).collect()
        };
        QuestionView {
            key: question.key.clone(),
            text: texts.text_with(&self.names()),
            hint: texts.hint.clone(),
            note: None,
            low: texts.low.clone(),
            high: texts.high.clone(),
            points: views::points(question.min, question.max, &labels, chosen),
            optional,
        }
    }

    fn names(&self) -> String {
        self.about.employees.join(", ")
    }

    /// Makes the answers as they stand, in the order of the survey.
    pub fn given(&self) -> Vec<Given> {
        let asked = self.content.questions.iter();
        asked
            .filter_map(|question| {
                let value = self.answer(&question.key)?;
                let texts = self.content.texts_of(&question.key, self.language);
                Some(Given::new(self.words(), texts.text_with(&self.names()), question.max, value))
            })
            .collect()
    }

    /// Makes the way back to the form, while there is one.
    pub fn change(&self, zone: Tz, now: DateTime<Utc>, parameters: &str) -> Option<Change> {
        let until = self.until(zone, now)?;
        Some(Change { href: self.address(&format!("&step=2{parameters}")), until })
    }
}

/// What a form shows: what was typed before, what is stored, or what was chosen in the mail.
#[derive(Debug, Default)]
pub struct Typed {
    /// Chosen points by key of the question.
    pub ratings: BTreeMap<String, i32>,
    /// The comment as typed.
    pub comment: String,
    /// Whether the box is ticked.
    pub call_me: bool,
    /// What to correct.
    pub errors: Vec<FormError>,
}

impl Typed {
    /// Takes what was posted, so that nothing typed is lost.
    pub fn posted(fields: &Fields, content: &Content, errors: Vec<FormError>) -> Self {
        let chosen =
            |question: &Question| Some((question.key.clone(), fields.text(&question.key)?.parse().ok()?));
        Self {
            ratings: content.questions.iter().filter_map(chosen).collect(),
            comment: fields.get("comment").unwrap_or_default().to_owned(),
            call_me: fields.text("call_me").is_some(),
            errors,
        }
    }

    /// Takes what is stored, and over it what was chosen in the mail.
    pub fn stored(page: &Page, score: Option<i32>) -> Self {
        let questions = page.content.questions.iter();
        let mut ratings: BTreeMap<String, i32> = questions
            .filter_map(|question| Some((question.key.clone(), page.answer(&question.key)?)))
            .collect();
        if let (Some(opening), Some(score)) = (page.content.opening(), score) {
            ratings.insert(opening.key.clone(), score);
        }
        let stored = page.stored.as_ref();
        Self {
            ratings,
            comment: stored.and_then(|stored| stored.comment.clone()).unwrap_or_default(),
            call_me: stored.is_some_and(|stored| stored.call_me),
            errors: Vec::new(),
        }
    }

    /// Tells which part of the form to show.
    pub fn step(page: &Page, asked: Option<&str>) -> Step {
        if asked == Some("2") && page.stored.is_some() { Step::Second } else { Step::First }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_that_we_speak_of_asked_for_customers_and_organisations() {
        assert_eq!(language(Some("fr"), Some("es"), "de"), "fr");
        assert_eq!(language(Some("pl"), Some("es-MX"), "de"), "es");
        assert_eq!(language(None, Some("ar_EG"), "de"), "ar");
        assert_eq!(language(None, Some("pl"), "de-AT"), "de");
        assert_eq!(language(Some(""), None, "pl"), "en");
    }
}
