//! From what is stored to what a page shows.

use super::EDITABLE;
use super::cards::ANSWERS_FROM;
use super::form::{Step, TIMES};
use super::queries::{Link, Stored};
use super::theme;
use super::views::{self, CallView, Change, FormError, Given, OptionView, QuestionView, Surroundings};
use crate::app::App;
use crate::config::zone_or;
use crate::delivery::letter;
use crate::delivery::model::About;
use crate::ids::LinkToken;
use crate::surveys::dates;
use crate::surveys::wording::{Wording, spoken, wording};
use crate::surveys::{Content, Kind, Question, QuestionTexts};
use crate::web::Fields;
use crate::web::assets;
use crate::web::shell::Frame;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Everything a page of a known link may show.
pub struct Page {
    /// The visit.
    pub visit: Uuid,
    /// The link's token or the card's code, for addresses.
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
    if link.state == "card" {
        let takes = link.outcome.parse().is_ok_and(|outcome| ANSWERS_FROM.contains(&outcome));
        return takes && link.expires_at.is_some_and(|end| now < end);
    }
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
            theme: theme::css(organisation),
            logo: theme::logo(app),
            organisation: organisation.name.clone(),
            languages: views::languages(words.language, |code| format!("{path}{separator}lang={code}")),
            // Who has a card gets no mails.
            stop: token
                .and_then(LinkToken::parse)
                .map(|token| format!("/u/{}?lang={}", token.as_str(), words.language)),
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

    /// Returns until when the answer can be changed, in words; nothing when that is over, or when it was given on the
    /// phone: then it stands.
    pub fn until(&self, organisation: Tz, now: DateTime<Utc>) -> Option<String> {
        if self.stored.as_ref().is_some_and(|stored| stored.mode == "phone") {
            return None;
        }
        let end = self.stored.as_ref().map_or(now, |stored| stored.answered_at) + EDITABLE;
        let local = end.with_timezone(&self.zone(organisation)).naive_local();
        (now < end).then(|| dates::with_time(local, self.language))
    }

    /// Returns a stored answer.
    pub fn answer(&self, key: &str) -> Option<&Value> {
        self.stored.as_ref()?.answers.get(key).filter(|answer| !answer.is_null())
    }

    /// Returns the answer to the opening question.
    pub fn opening_answer(&self, values: &BTreeMap<String, Value>) -> Option<i32> {
        let value = values.get(&self.content.opening()?.key)?.as_i64()?;
        i32::try_from(value).ok()
    }

    /// Makes the view of a question with what is chosen in it.
    pub fn question(&self, question: &Question, typed: &Typed, optional: bool) -> QuestionView {
        let texts = self.content.texts_of(&question.key, self.language);
        let chosen = typed.values.get(&question.key);
        QuestionView {
            key: question.key.clone(),
            text: texts.text_with(&self.names()),
            hint: texts.hint.clone(),
            low: texts.low.clone(),
            high: texts.high.clone(),
            points: if question.kind.is_scale() { points(question, &texts, chosen) } else { Vec::new() },
            options: self.options(question, &texts, chosen),
            several: question.kind == Kind::Choices,
            written: (question.kind == Kind::Text)
                .then(|| chosen.and_then(Value::as_str).unwrap_or_default().to_owned()),
            note: None,
            optional,
            when: question.when.map_or_else(Vec::new, |when| (when.from..=when.to).collect()),
            is_asked: question.is_asked(self.opening_answer(&typed.values)),
        }
    }

    fn options(&self, question: &Question, texts: &QuestionTexts, chosen: Option<&Value>) -> Vec<OptionView> {
        let words = self.words();
        if question.kind == Kind::YesNo {
            let option = |key: &str, text: &str, value: bool| OptionView {
                key: key.to_owned(),
                text: text.to_owned(),
                checked: chosen.and_then(Value::as_bool) == Some(value),
            };
            return vec![option("yes", &words.yes, true), option("no", &words.no, false)];
        }
        let is_chosen = |key: &String| match chosen {
            Some(Value::Array(keys)) => keys.iter().any(|one| one.as_str() == Some(key)),
            Some(one) => one.as_str() == Some(key),
            None => false,
        };
        let option = |key: &String| OptionView {
            key: key.clone(),
            text: texts.option(key).to_owned(),
            checked: is_chosen(key),
        };
        question.options.iter().map(option).collect()
    }

    fn names(&self) -> String {
        self.about.employees.join(", ")
    }

    /// Makes the answers as they stand, in the order of the survey.
    pub fn given(&self) -> Vec<Given> {
        let words = self.words();
        let given = |question: &Question| {
            let texts = self.content.texts_of(&question.key, self.language);
            let label = texts.text_with(&self.names());
            match self.answer(&question.key)? {
                Value::Bool(yes) => Some(Given::said(label, if *yes { &words.yes } else { &words.no })),
                Value::Number(point) => {
                    let point = i32::try_from(point.as_i64()?).ok()?;
                    Some(Given::new(words, label, question.max, point))
                }
                other => Some(Given::said(label, &texts.words_of(other)?)),
            }
        };
        self.content.questions.iter().filter_map(given).collect()
    }

    /// Makes the way back to the form, while there is one.
    pub fn change(&self, zone: Tz, now: DateTime<Utc>, parameters: &str) -> Option<Change> {
        let until = self.until(zone, now)?;
        Some(Change { href: self.address(&format!("&step=2{parameters}")), until })
    }
}

fn points(question: &Question, texts: &QuestionTexts, chosen: Option<&Value>) -> Vec<views::Point> {
    let labels: Vec<(i32, String)> = if texts.points.is_empty() {
        vec![(question.min, texts.low.clone()), (question.max, texts.high.clone())]
    } else {
        (question.min..).zip(texts.points.iter().cloned()).collect()
    };
    let chosen = chosen.and_then(Value::as_i64).and_then(|value| i32::try_from(value).ok());
    views::points(question.min, question.max, &labels, chosen)
}

/// What a form shows: what was typed before, what is stored, or what was chosen in the mail.
#[derive(Debug, Default)]
pub struct Typed {
    /// Answers by key of the question.
    pub values: BTreeMap<String, Value>,
    /// The comment as typed.
    pub comment: String,
    /// Whether the box is ticked.
    pub call_me: bool,
    /// When to call.
    pub call_time: String,
    /// At which number.
    pub call_number: String,
    /// What to correct.
    pub errors: Vec<FormError>,
}

impl Typed {
    /// Takes what was posted, so that nothing typed is lost.
    pub fn posted(fields: &Fields, content: &Content, errors: Vec<FormError>) -> Self {
        let typed = |question: &Question| {
            let text = fields.text(&question.key)?;
            let value = match question.kind {
                Kind::Rating | Kind::Nps | Kind::Effort => Value::from(text.parse::<i32>().ok()?),
                Kind::Choice => Value::from(text),
                Kind::Choices => Value::from(fields.all(&question.key).collect::<Vec<_>>()),
                Kind::Text => Value::from(fields.get(&question.key)?),
                Kind::YesNo => Value::from(text == "yes"),
            };
            Some((question.key.clone(), value))
        };
        let field = |name: &str| fields.get(name).unwrap_or_default().to_owned();
        Self {
            values: content.questions.iter().filter_map(typed).collect(),
            comment: field("comment"),
            call_me: fields.text("call_me").is_some(),
            call_time: field("call_time"),
            call_number: field("call_number"),
            errors,
        }
    }

    /// Takes what is stored, and over it what was chosen in the mail.
    pub fn stored(page: &Page, score: Option<i32>) -> Self {
        let questions = page.content.questions.iter();
        let mut values: BTreeMap<String, Value> = questions
            .filter_map(|question| Some((question.key.clone(), page.answer(&question.key)?.clone())))
            .collect();
        if let (Some(opening), Some(score)) = (page.content.opening(), score) {
            values.insert(opening.key.clone(), Value::from(score));
        }
        let Some(stored) = page.stored.as_ref() else { return Self { values, ..Self::default() } };
        Self {
            values,
            comment: stored.comment.clone().unwrap_or_default(),
            call_me: stored.call_me,
            call_time: stored.call_time.clone().unwrap_or_default(),
            call_number: stored.call_number.clone().unwrap_or_default(),
            errors: Vec::new(),
        }
    }

    /// Makes the view of the wish to be called.
    pub fn call(&self, words: &Wording) -> CallView {
        let texts = [&words.call_morning, &words.call_midday, &words.call_afternoon, &words.call_evening];
        let time = |(key, text): (&str, &String)| OptionView {
            key: key.to_owned(),
            text: text.clone(),
            checked: self.call_time == key,
        };
        CallView {
            wished: self.call_me,
            times: TIMES.into_iter().zip(texts).map(time).collect(),
            number: self.call_number.clone(),
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
