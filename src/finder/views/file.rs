//! What the page of a customer shows beside their visits: notes, preferences, what they do not want, what they told us.

use crate::answering::queries::staff::ResponseLine;
use crate::customers::notes::{KEPT_MONTHS, PURPOSES, Typed};
use crate::customers::preferences::{CALL_TIMES, Preferences};
use crate::web::badge::Badge;
use crate::web::format::{day, moment};
use crate::web::list::Choice;
use chrono_tz::Tz;

/// A note.
#[derive(Debug, Clone)]
pub struct NoteLine {
    /// Our id.
    pub id: String,
    /// One line.
    pub words: String,
    /// What it is for, who wrote it when, until when it is kept.
    pub about: String,
    /// Whether the reader may remove it.
    pub removable: bool,
}

/// Something that the customer does not want.
#[derive(Debug, Clone)]
pub struct StopLine {
    /// What.
    pub what: &'static str,
    /// Why.
    pub reason: String,
    /// Who wrote it down and when; empty where nobody of ours did.
    pub about: String,
}

/// What the customer does not want.
#[derive(Debug, Clone)]
pub struct Stopped {
    /// Whether mails are stopped.
    pub mails: bool,
    /// Whether calls are stopped.
    pub calls: bool,
    /// What is stopped and why.
    pub lines: Vec<StopLine>,
}

/// Something that the customer told us.
#[derive(Debug, Clone)]
pub struct SaidLine {
    /// Page of the response.
    pub href: String,
    /// The opening answer.
    pub overall: Option<String>,
    /// The comment.
    pub comment: Option<String>,
    /// How, when and about which visit.
    pub about: String,
}

impl SaidLine {
    /// Makes one of a response.
    pub fn new(response: &ResponseLine, zone: Tz) -> Self {
        let aside = match response.certainty.as_str() {
            "suspect" => ", put aside",
            "withdrawn" => ", taken back",
            _ => "",
        };
        Self {
            href: format!("/responses/{}", response.id),
            overall: response.overall().map(|answer| super::responses::of_scale(answer, response.scale)),
            comment: response.comment.clone(),
            about: format!(
                "{}, visit {}, {}{aside}",
                moment(response.answered_at, zone),
                response.external_id,
                super::responses::mode(&response.mode)
            ),
        }
    }
}

/// What is put right for the customer.
#[derive(Debug, Clone)]
pub struct CaseLine {
    /// Page of the case.
    pub href: String,
    /// Id of the visit.
    pub visit: String,
    /// Since when.
    pub since: String,
    /// Where it stands.
    pub badge: Badge,
}

/// Another file of the same person.
#[derive(Debug, Clone)]
pub struct OtherFile {
    /// The merge, to take the two apart again.
    pub merge: String,
    /// Name, number, address and id, those that are known.
    pub facts: String,
    /// Who put them together and when.
    pub about: String,
}

/// The forms of the page, as they were typed.
#[derive(Debug, Clone)]
pub struct Forms {
    /// The note's one line.
    pub words: String,
    /// What a note may be for.
    pub purposes: Vec<Choice>,
    /// How long it may be kept.
    pub months: Vec<Choice>,
    /// What is wrong with the note.
    pub note_error: Option<String>,
    /// Languages to choose from.
    pub languages: Vec<Choice>,
    /// The zone that they told us.
    pub time_zone: String,
    /// Times of day to choose from.
    pub call_times: Vec<Choice>,
    /// What is wrong with the preferences.
    pub told_error: Option<String>,
    /// Why something is stopped or lifted.
    pub reason: String,
    /// What is wrong with that.
    pub stop_error: Option<String>,
}

/// Languages that can be chosen.
const LANGUAGES: [&str; 12] = ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "tr", "ar", "ru", "uk"];

impl Forms {
    /// Makes the forms with what is known and a note to begin.
    pub fn new(told: &Preferences, note: &Typed) -> Self {
        let months = KEPT_MONTHS.map(|months| (months.to_string(), kept(months)));
        let months = months.iter().map(|(value, label)| (value.as_str(), label.as_str()));
        let usual = KEPT_MONTHS.last().map(u32::to_string).unwrap_or_default();
        let chosen = if note.months.is_empty() { &usual } else { &note.months };
        let language = told.language.as_deref();
        let own = language.filter(|code| !LANGUAGES.contains(code));
        let names: Vec<(&str, String)> = LANGUAGES
            .iter()
            .copied()
            .chain(own)
            .map(|code| (code, super::customers::language(code)))
            .collect();
        let names = names.iter().map(|(code, name)| (*code, name.as_str()));
        Self {
            words: note.words.clone(),
            purposes: Choice::all(Some(&note.purpose), PURPOSES),
            months: Choice::all(Some(chosen), months),
            note_error: None,
            languages: Choice::all(language, [("", "Not told")].into_iter().chain(names)),
            time_zone: told.time_zone.clone().unwrap_or_default(),
            call_times: Choice::all(
                told.call_time.as_deref(),
                [("", "Not told")].into_iter().chain(CALL_TIMES),
            ),
            told_error: None,
            reason: String::new(),
            stop_error: None,
        }
    }
}

fn kept(months: u32) -> String {
    match months {
        1 => "A month".to_owned(),
        12 => "A year".to_owned(),
        months if months % 12 == 0 => format!("{} years", months / 12),
        months => format!("{months} months"),
    }
}

/// Says what a note is for.
pub fn purpose(word: &str) -> &str {
    PURPOSES.iter().find(|(known, _)| *known == word).map_or(word, |(_, label)| label)
}

/// Says since when something stands, and who wrote it down.
pub fn written(by: &str, at: chrono::DateTime<chrono::Utc>, zone: Tz) -> String {
    format!("{by}, {}", day(at.with_timezone(&zone).date_naive()))
}

/// The words for what was done, by the code in the address.
pub fn done(code: &str) -> Option<&'static str> {
    Some(match code {
        "noted" => "The note is kept.",
        "removed" => "The note is gone.",
        "told" => "It is written down.",
        "stopped" => "It is stopped.",
        "lifted" => "It is lifted.",
        "merged" => "Both files are shown as one now.",
        "apart" => "The two files are apart again.",
        _ => return None,
    })
}
