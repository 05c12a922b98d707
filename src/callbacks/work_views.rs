//! What the page of one call shows: no score, and nothing that the customer answered before.

use super::talk::Talk;
use super::typed::Draft;
use super::views::kind;
use crate::answering::show::{Page, Typed};
use crate::answering::views::QuestionView;
use crate::app::App;
use crate::customers::notes::PURPOSES;
use crate::error::FieldError;
use crate::surveys::wording::LANGUAGES;
use crate::web::format::long_day;
use crate::web::shell::Shell;
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// An attempt before this one.
#[derive(Debug, Clone)]
pub struct Try {
    /// How it ended.
    pub what: String,
    /// When, for machines.
    pub at: String,
    /// When, and by whom.
    pub when: String,
}

impl Try {
    /// Puts an attempt into words.
    pub fn new(at: DateTime<Utc>, zone: Tz, by: &str, word: &str) -> Self {
        let local = at.with_timezone(&zone);
        Self {
            what: disposition(word).to_owned(),
            at: at.to_rfc3339(),
            when: format!("{}, {by}", local.format("%A %-d %B %H:%M")),
        }
    }
}

/// Says how a call ended.
pub fn disposition(word: &str) -> &'static str {
    match word {
        "complete" => "Complete",
        "partial" => "Answered in part",
        "refused" => "Refused",
        "no_answer" => "No answer",
        "busy" => "Busy",
        "wrong_number" => "Wrong number",
        "language_barrier" => "Another language",
        "do_not_call" => "Never call again",
        "appointment" => "Call again, agreed time",
        "answered" => "Answered by mail first",
        "answered_late" => "Answered by mail after a call",
        "opted_out" => "Said stop by mail",
        "wave_closed" => "The wave was closed",
        _ => "Other",
    }
}

/// A question of the survey, and whether it is the one to ask now.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The question with what was answered.
    pub view: QuestionView,
    /// Whether it is asked now: its points have keys.
    pub is_now: bool,
}

impl Asked {
    fn pressed(&self) -> Option<i32> {
        self.view.points.iter().find(|point| point.checked).map(|point| point.value)
    }

    fn is_scale(&self) -> bool {
        !self.view.points.is_empty()
    }

    fn is_long(&self) -> bool {
        self.view.points.len() >= 8
    }
}

/// The page of one call.
#[derive(Template)]
#[template(path = "callbacks/pages/call.html")]
pub struct CallPage {
    /// What stands around.
    pub shell: Shell,
    /// Where the form goes.
    pub action: String,
    /// Number of the claim.
    pub claim: i32,
    /// Whom to call.
    pub name: String,
    /// The visit in one sentence.
    pub lead: String,
    /// Why they are called.
    pub kind: &'static str,
    /// Until when the call is the caller's.
    pub until: String,
    /// The number to read.
    pub phone: String,
    /// The address that dials it.
    pub dial: String,
    /// What time it is there.
    pub local_time: String,
    /// Name of the customer's language.
    pub language: &'static str,
    /// Its code.
    pub code: &'static str,
    /// Its direction.
    pub direction: &'static str,
    /// What is worth remembering.
    pub notes: Vec<String>,
    /// What a note may be for, where there is a file to write it in.
    pub purposes: &'static [(&'static str, &'static str)],
    /// What to say.
    pub script: String,
    /// Whether a survey is asked.
    pub is_survey: bool,
    /// The questions, in the order of the survey.
    pub questions: Vec<Asked>,
    /// Whether everything with a number was answered.
    pub is_answered: bool,
    /// What they said.
    pub comment: String,
    /// Whether somebody is to come back to them.
    pub call_me: bool,
    /// Attempts before this one.
    pub tries: Vec<Try>,
    /// The number of this attempt.
    pub attempt: i32,
    /// What to correct.
    pub errors: Vec<String>,
}

impl CallPage {
    /// Makes the page of a claimed call.
    pub fn new(
        app: &App,
        shell: Shell,
        call: &Talk,
        draft: &Draft,
        tries: Vec<Try>,
        errors: &[FieldError],
    ) -> Self {
        let zone = app.config.organisation.time_zone;
        let (typed, w) = (draft.fields(), call.words());
        let typed = Typed::posted(&typed, &call.about.content, Vec::new());
        let questions = if call.is_survey { questions(call, draft, &typed) } else { Vec::new() };
        let until =
            call.task.claimed_until.map(|until| until.with_timezone(&zone).format("%H:%M").to_string());
        let phone = call.whom.phone().unwrap_or_default().to_owned();
        Self {
            shell,
            action: format!("/callbacks/{}", call.task.id),
            claim: call.task.claim,
            name: call.about.customer_name.clone().unwrap_or_else(|| "A customer without a name".to_owned()),
            lead: lead(call, zone),
            kind: kind(&call.task.kind),
            until: until.unwrap_or_default(),
            dial: dial(&app.config.calling.dial_url, &phone),
            phone,
            local_time: app.clock.now().with_timezone(&call.zone).format("%A %H:%M").to_string(),
            language: LANGUAGES
                .iter()
                .find(|(code, _)| *code == call.language)
                .map_or(call.language, |(_, name)| name),
            code: w.language,
            direction: w.direction,
            notes: call.notes.clone(),
            purposes: if call.whom.customer.is_some() { &PURPOSES } else { &[] },
            script: call.script(app),
            is_survey: call.is_survey,
            is_answered: questions.iter().all(|one| !one.is_scale() || one.pressed().is_some()),
            questions,
            comment: typed.comment,
            call_me: typed.call_me,
            tries,
            attempt: call.task.attempts + 1,
            errors: errors.iter().map(|error| error_text(call, error)).collect(),
        }
    }
}

/// The questions that are asked after the opening answer; the one to ask now is the first without an answer behind the
/// last one that was answered, else the first without an answer.
fn questions(call: &Talk, draft: &Draft, typed: &Typed) -> Vec<Asked> {
    let page = Page {
        visit: call.task.visit,
        token: String::new(),
        about: call.about.clone(),
        content: call.about.content.clone(),
        stored: None,
        language: call.language,
    };
    let views = call.about.content.questions.iter().map(|question| page.question(question, typed, true));
    let mut asked: Vec<Asked> =
        views.filter(|view| view.is_asked).map(|view| Asked { view, is_now: false }).collect();
    let behind = draft.last.as_ref().and_then(|last| asked.iter().position(|one| one.view.key == *last));
    let behind = behind.map_or(0, |at| at + 1);
    let open = |one: &Asked| one.is_scale() && one.pressed().is_none();
    let now = (behind..asked.len()).chain(0..behind).find(|at| asked.get(*at).is_some_and(open));
    if let Some(one) = now.and_then(|at| asked.get_mut(at)) {
        one.is_now = true;
    }
    asked
}

fn lead(call: &Talk, zone: Tz) -> String {
    let local = call.about.visited_at.with_timezone(&zone);
    let by = if call.about.employees.is_empty() {
        String::new()
    } else {
        format!(", by {}", call.about.employees.join(", "))
    };
    let about =
        format!("{} on {}, {}{by}.", call.about.service, long_day(local.date_naive()), local.format("%H:%M"));
    match call.task.reason.as_deref() {
        Some("call_me") => match call.task.best_time.as_deref() {
            Some(time) => format!("{about} They asked to be called, best {}.", at_time(time)),
            None => format!("{about} They asked to be called."),
        },
        Some("low_score") => format!("{about} They were not satisfied."),
        _ => about,
    }
}

fn at_time(word: &str) -> &'static str {
    match word {
        "morning" => "in the morning",
        "midday" => "around midday",
        "afternoon" => "in the afternoon",
        _ => "in the evening",
    }
}

/// Puts a number into the address that dials: digits and what softphones understand.
fn dial(pattern: &str, phone: &str) -> String {
    let number: String = phone.chars().filter(|c| c.is_ascii_digit() || "+*#".contains(*c)).collect();
    pattern.replace("{number}", &number.replace('#', "%23"))
}

fn error_text(call: &Talk, error: &FieldError) -> String {
    let key = error.field.trim_start_matches("/answers/");
    let is_question = call.about.content.questions.iter().any(|question| question.key == key);
    if is_question {
        let text = call.about.content.texts_of(key, "en").text_with(&call.about.employees.join(", "));
        return format!("{text}: {}", error.reason);
    }
    error.reason.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_dialled_without_what_people_write_between_its_digits() {
        assert_eq!(dial("tel:{number}", "020 7946-0114"), "tel:02079460114");
        assert_eq!(
            dial("sip:{number}@pbx.example.com", "+44 (1632) 960114"),
            "sip:+441632960114@pbx.example.com"
        );
        assert_eq!(dial("tel:{number}", "\"><script>*12#"), "tel:*12%23");
    }
}
