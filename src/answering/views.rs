//! What the customer's pages show. Every page has its [`Frame`] and the words of its language.

mod questions;

pub use questions::{OptionView, Point, QuestionView, points};

use crate::delivery::model::LINK_WORKS;
use crate::surveys::wording::{LANGUAGES, Passage, Wording};
use crate::web::shell::{Frame, LanguageLink, Link};
use askama::Template;

/// The longest scale whose answers are drawn as pips (points).
const MOST_PIPS: i32 = 7;

/// Something to correct.
#[derive(Debug, Clone)]
pub struct FormError {
    /// Id of the field: a question's key or `comment`; empty when it is about the whole form.
    pub field_id: String,
    /// What to do, in the customer's language.
    pub text: String,
}

/// Returns what is wrong with a field.
fn error_of<'a>(errors: &'a [FormError], field_id: &str) -> Option<&'a str> {
    errors.iter().find(|error| error.field_id == field_id).map(|error| error.text.as_str())
}

/// Says that a point was chosen in the mail and can be changed; for [`QuestionView::note`].
pub fn preselected(w: &Wording, score: i32) -> String {
    w.preselected(score)
}

/// Makes the language switch; `href` returns the address of the same page in a language.
pub fn languages(current: &str, href: impl Fn(&str) -> String) -> Vec<LanguageLink> {
    let link = |(code, name): &(&'static str, &'static str)| LanguageLink {
        code,
        name,
        href: href(code),
        current: *code == current,
    };
    LANGUAGES.iter().map(link).collect()
}

/// What surrounds a customer's page, before it is put into words.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Path of the customers' style sheet.
    pub css: &'static str,
    /// Path of the organisation's colours.
    pub theme: Option<String>,
    /// Path of its logo.
    pub logo: Option<String>,
    /// Name of the organisation.
    pub organisation: String,
    /// The language switch.
    pub languages: Vec<LanguageLink>,
    /// Address of the page that stops the mails; only where the customer is known.
    pub stop: Option<String>,
    /// Address of the page about privacy.
    pub privacy: Option<String>,
    /// Address of the imprint.
    pub imprint_url: Option<String>,
    /// Postal address of the organisation.
    pub imprint: Option<String>,
    /// Whether to say why this person was asked: only where the customer is known.
    pub why: bool,
}

/// Puts the surroundings into words.
pub fn frame(w: &'static Wording, around: Surroundings) -> Frame {
    let link = |href: Option<String>, label: &str| href.map(|href| Link { href, label: label.to_owned() });
    let links = [
        link(around.stop, &w.stop_link),
        link(around.privacy, &w.privacy_link),
        link(around.imprint_url, &w.imprint_link),
    ];
    Frame {
        css: around.css,
        theme: around.theme,
        logo: around.logo,
        language: w.language,
        direction: w.direction,
        why: around.why.then(|| w.why(&around.organisation)),
        organisation: around.organisation,
        language_label: &w.language_label,
        languages: around.languages,
        links: links.into_iter().flatten().collect(),
        imprint: around.imprint,
    }
}

/// Names the visit in one sentence; `date` is already in the page's language, `people` may be empty.
pub fn about(w: &Wording, service: &str, date: &str, people: &[String]) -> String {
    let mut letters = service.chars();
    let service = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    let service = service.unwrap_or_default();
    if people.is_empty() { w.about(&service, date) } else { w.about_with(&service, date, &w.names(people)) }
}

/// Step 1: the one question that matters most.
#[derive(Template)]
#[template(path = "answering/pages/answer.html")]
pub struct AnswerPage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
    /// Where the form goes.
    pub action: String,
    /// Signed nonce of the form.
    pub nonce: String,
    /// A link that people do not see.
    pub trap: String,
    /// Names the visit; see [`about`].
    pub about: String,
    /// The overall question, its chosen point marked.
    pub question: QuestionView,
    /// What needs correcting.
    pub errors: Vec<FormError>,
}

/// The wish to be called, as chosen so far.
#[derive(Debug, Clone, Default)]
pub struct CallView {
    /// Whether the customer wants to be called.
    pub wished: bool,
    /// The times of the day: key, words, whether chosen.
    pub times: Vec<OptionView>,
    /// Another number than the one we know.
    pub number: String,
}

/// Step 2: everything else, all of it optional.
#[derive(Template)]
#[template(path = "answering/pages/more.html")]
pub struct MorePage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
    /// Where the form goes.
    pub action: String,
    /// Signed nonce of the form.
    pub nonce: String,
    /// All questions in order: the overall one (not optional) first, stored answers marked.
    pub questions: Vec<QuestionView>,
    /// The comment as stored or as typed.
    pub comment: String,
    /// The wish to be called.
    pub call: CallView,
    /// Until when the answer can be changed, in the page's language.
    pub until: String,
    /// What needs correcting.
    pub errors: Vec<FormError>,
    /// Somebody of ours who types in what stands on paper.
    pub typist: Option<Typist>,
}

/// What the form says to whoever types in an answer from paper.
#[derive(Debug, Clone)]
pub struct Typist {
    /// Token of the session's forms.
    pub csrf: String,
    /// Which visit it is about.
    pub lead: String,
    /// The page of the visit.
    pub back: String,
}

impl MorePage {
    fn until_text(&self) -> String {
        self.w.changeable_until(&self.until)
    }

    fn comment_error(&self) -> Option<&str> {
        error_of(&self.errors, "comment")
    }

    fn number_error(&self) -> Option<&str> {
        error_of(&self.errors, "call_number")
    }
}

/// One answer as it stands.
#[derive(Debug, Clone)]
pub struct Given {
    /// What was asked.
    pub label: String,
    /// The answer on its scale, such as *4 of 5*, or in words.
    pub value: String,
    /// One pip a point, filled up to the answer; empty for long scales.
    pub pips: Vec<bool>,
}

impl Given {
    /// Puts an answer into words and pips.
    pub fn new(w: &Wording, label: impl Into<String>, max: i32, value: i32) -> Self {
        let text = w.of(value, max);
        let pips = if (1..=MOST_PIPS).contains(&max) {
            (1..=max).map(|pip| pip <= value).collect()
        } else {
            Vec::new()
        };
        Self { label: label.into(), value: text, pips }
    }

    /// An answer in words.
    pub fn said(label: impl Into<String>, words: &str) -> Self {
        Self { label: label.into(), value: words.to_owned(), pips: Vec::new() }
    }
}

/// The way back to the form.
#[derive(Debug, Clone)]
pub struct Change {
    /// Address of the form.
    pub href: String,
    /// Until when it works, in the page's language.
    pub until: String,
}

/// What stands after sending.
#[derive(Template)]
#[template(path = "answering/pages/thanks.html")]
pub struct ThanksPage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
    /// The answers in the order of the survey.
    pub given: Vec<Given>,
    /// The comment, if there is one.
    pub comment: Option<String>,
    /// Whether the customer wants to be called.
    pub call_me: bool,
    /// The way back; None when the time for changes is over.
    pub change: Option<Change>,
    /// Where to tell others, whatever was answered.
    pub tell_others: Option<String>,
}

impl ThanksPage {
    fn until_text(&self, until: &str) -> String {
        self.w.change_until(until)
    }
}

/// The answer could not be stored just now; what was typed is kept and can be sent again.
#[derive(Template)]
#[template(path = "answering/pages/kept.html")]
pub struct KeptPage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
    /// Where the form goes.
    pub action: String,
    /// The fields as they came: name and value.
    pub fields: Vec<(String, String)>,
    /// The comment as it was typed, which can be read and changed.
    pub comment: Option<String>,
}

/// The link is valid, the time is over; nothing about the visit is shown.
#[derive(Template)]
#[template(path = "answering/pages/closed.html")]
pub struct ClosedPage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
}

/// One page for a link that is unknown, malformed or revoked.
#[derive(Template)]
#[template(path = "answering/pages/unknown.html")]
pub struct UnknownPage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
}

/// Asks whether to stop the mails; opening it changes nothing.
#[derive(Template)]
#[template(path = "answering/pages/stop.html")]
pub struct StopPage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
    /// Where the form goes.
    pub action: String,
}

/// The mails are stopped.
#[derive(Template)]
#[template(path = "answering/pages/stopped.html")]
pub struct StoppedPage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
}

/// What is stored, why, who sees it, how long, and the customer's rights.
#[derive(Template)]
#[template(path = "answering/pages/privacy.html")]
pub struct PrivacyPage {
    /// What stands around.
    pub frame: Frame,
    /// The words.
    pub w: &'static Wording,
}

impl StopPage {
    fn text(&self) -> String {
        self.w.stop_text(&self.frame.organisation)
    }
}

impl StoppedPage {
    fn text(&self) -> String {
        self.w.stopped_text(&self.frame.organisation)
    }
}

impl PrivacyPage {
    fn passages(&self) -> Vec<Passage> {
        self.w.privacy(&self.frame.organisation, LINK_WORKS.num_days())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surveys::wording::wording;

    #[test]
    fn the_visit_is_named_with_whoever_came() {
        let people = ["Ada".to_owned(), "Ben".to_owned(), "Cy".to_owned()];
        assert_eq!(
            about(wording("en"), "boiler repair", "Tuesday 17 November", &[]),
            "Boiler repair on Tuesday 17 November."
        );
        assert_eq!(about(wording("en"), "x", "d", &people), "X on d, with Ada, Ben and Cy.");
        assert_eq!(
            about(wording("de"), "wartung", "Dienstag", &people[..1]),
            "Wartung am Dienstag, mit Ada."
        );
    }

    #[test]
    fn pips_are_drawn_for_short_scales_only() {
        assert_eq!(Given::new(wording("en"), "Overall", 5, 4).pips, [true, true, true, true, false]);
        assert!(Given::new(wording("en"), "Overall", 10, 4).pips.is_empty());
    }
}
