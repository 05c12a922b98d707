//! What came of a visit of the past, as its rows tell: pure.

use crate::callbacks::Kind;
use crate::imports::{Column, Header};
use crate::surveys::past::Scale;
use crate::visits::Outcome;
use crate::visits::import::{Rows, truth};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// The columns that a history has beside those of visits; the keys of questions come on top.
pub const COLUMNS: [Column; 7] = [
    Column::optional("first_contact"),
    Column::optional("answered_by"),
    Column::optional("answered_at"),
    Column::free("comment"),
    Column::optional("call_priority"),
    Column::optional("call_probability"),
    Column::optional("called"),
];

/// The longest comment (characters); other systems allow more than our page does.
const LONGEST_COMMENT: usize = 10_000;

/// The least probability of a call; what is smaller is a slip, and its weight in an estimate would be absurd.
const LEAST_PROBABILITY: f64 = 0.000_001;

/// How a customer was spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// By mail.
    Email,
    /// By phone.
    Phone,
}

impl By {
    /// Returns the word as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "email" => Some(Self::Email),
            "phone" => Some(Self::Phone),
            _ => None,
        }
    }
}

/// An answer of the past.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// How it was given.
    pub by: By,
    /// When.
    pub at: DateTime<Utc>,
    /// Raw answers by question.
    pub answers: BTreeMap<String, i32>,
    /// The comment.
    pub comment: Option<String>,
}

/// What came of a visit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Came {
    /// How the customer was first spoken to.
    pub first_contact: By,
    /// The answer, if there is one.
    pub answer: Option<Answer>,
    /// The permanent random number in [0, 1), if the file has one.
    pub call_priority: Option<f64>,
    /// Probability of having been called, in (0, 1]; None when it was never drawn.
    pub probability: Option<f64>,
    /// Whether it was called; None with a probability is a call that is still open.
    pub called: Option<bool>,
}

/// Which columns hold answers, and on which scale.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Names of the columns, `overall` first.
    pub keys: Vec<&'a str>,
    /// The scale of all of them.
    pub scale: Scale,
}

impl<'a> Asked<'a> {
    /// Finds the questions among the columns of a file.
    pub fn of(header: &'a Header, questions: &[String], scale: Scale) -> Self {
        let is_question = |name: &&str| questions.iter().any(|known| known == name);
        let mut keys: Vec<&str> = header.names().iter().map(String::as_str).filter(is_question).collect();
        keys.sort_by_key(|key| *key != "overall");
        Self { keys, scale }
    }
}

impl Came {
    /// Reads what came of a visit; what is wrong is among the problems of the rows.
    pub fn read(rows: &mut Rows<'_>, asked: &Asked<'_>, now: DateTime<Utc>) -> Self {
        let either = "must be email or phone";
        let first_contact = rows.parsed("first_contact", either, By::parse).unwrap_or(By::Email);
        let number = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        Self {
            first_contact,
            answer: answer(rows, asked, now),
            call_priority: rows.parsed("call_priority", "must be a number from 0 to below 1", |text| {
                number(text).filter(|number| (0.0..1.0).contains(number))
            }),
            probability: rows.parsed(
                "call_probability",
                "must be a number from 0.000001 to 1, or empty when it was never drawn",
                |text| number(text).filter(|number| (LEAST_PROBABILITY..=1.0).contains(number)),
            ),
            called: rows.parsed("called", "must be true or false, or empty while the call is open", truth),
        }
    }

    /// Says what single cells cannot tell: whether they contradict each other.
    pub fn check(&self, rows: &mut Rows<'_>, visited_at: DateTime<Utc>) {
        let Some(answer) = &self.answer else { return };
        if answer.at < visited_at {
            rows.wrong("answered_at", "lies before visited_at");
        }
        match (self.first_contact, answer.by) {
            (By::Phone, By::Email) => {
                let reason = "cannot be email when first_contact is phone: nobody was written to";
                rows.wrong("answered_by", reason);
            }
            (_, By::Phone) if self.called == Some(false) => {
                rows.wrong("called", "cannot be false when answered_by is phone");
            }
            _ => {}
        }
    }

    /// Returns in which outcome such a visit stands, and why. Whoever was drawn and not called, for the list was
    /// closed before, stands where they stood before the draw.
    pub fn outcome(&self) -> (Outcome, &'static str) {
        let open = self.probability.is_some() && self.called.is_none();
        match (&self.answer, self.first_contact) {
            (Some(Answer { by: By::Email, .. }), _) => (Outcome::Answered, "history: answered by mail"),
            (Some(_), By::Email) => (Outcome::Answered, "history: answered when called back"),
            (Some(_), By::Phone) => (Outcome::Answered, "history: answered when phoned first"),
            (None, _) if open => (Outcome::ToCall, "history: drawn, and not called yet"),
            (None, _) if self.called == Some(true) => {
                (Outcome::Unreachable, "history: called, and not reached")
            }
            (None, By::Phone) => (Outcome::PhoneFirst, "history: to be phoned first, and not called"),
            (None, By::Email) => (Outcome::Unanswered, "history: no answer"),
        }
    }

    /// Returns whether the customer was called; None while the call is open.
    pub fn was_called(&self) -> Option<bool> {
        let by_phone = self.answer.as_ref().is_some_and(|answer| answer.by == By::Phone);
        if by_phone { Some(true) } else { self.called.or(self.answer.as_ref().map(|_| false)) }
    }

    /// Returns of which kind the call-back is, if there is one.
    pub fn callback_kind(&self, priority: bool) -> Option<Kind> {
        match (self.first_contact, self.probability) {
            (By::Phone, Some(_)) => Some(Kind::PhoneFirst),
            (By::Email, Some(_)) if priority => Some(Kind::Priority),
            (By::Email, Some(_)) => Some(Kind::Random),
            // Without a probability a call is service, not data.
            (_, None) if self.was_called() == Some(true) => Some(Kind::Service),
            (_, None) => None,
        }
    }
}

fn answer(rows: &mut Rows<'_>, asked: &Asked<'_>, now: DateTime<Utc>) -> Option<Answer> {
    let Scale { min, max } = asked.scale;
    let expected = format!("must be a whole number from {min} to {max}");
    let mut answers = BTreeMap::new();
    for key in &asked.keys {
        if let Some(answer) =
            rows.parsed(key, &expected, |text| whole(text).filter(|answer| (min..=max).contains(answer)))
        {
            answers.insert((*key).to_owned(), answer);
        }
    }
    let comment = rows.agreed("comment").map(str::to_owned);
    if comment.as_ref().is_some_and(|comment| comment.chars().count() > LONGEST_COMMENT) {
        rows.wrong("comment", format!("is longer than {LONGEST_COMMENT} characters"));
    }
    let by = rows.parsed("answered_by", "must be email, phone or empty", By::parse);
    let time = "must be a date and time with a zone, such as 2026-11-20T14:05:00Z";
    let at = rows.parsed("answered_at", time, |text| {
        DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc))
    });
    if at.is_some_and(|at| at > now + chrono::TimeDelta::days(1)) {
        rows.wrong("answered_at", "lies in the future");
    }
    let is_given = by.is_some() || rows.agreed("answered_by").is_some();
    if is_given && answers.is_empty() && asked.keys.iter().all(|key| rows.agreed(key).is_none()) {
        rows.wrong("answered_by", "says that there is an answer, but no question has one");
    }
    if is_given && at.is_none() && rows.agreed("answered_at").is_none() {
        rows.wrong("answered_at", "must not be empty when answered_by is given");
    }
    if !is_given && (!answers.is_empty() || comment.is_some() || at.is_some()) {
        rows.wrong("answered_by", "must be email or phone where there is an answer, its time or a comment");
    }
    Some(Answer { by: by?, at: at?, answers, comment })
}

/// Reads a whole number, also as `5.0`, which is how some programs write a column that has gaps.
fn whole(text: &str) -> Option<i32> {
    let digits = text.split_once('.').map_or(Some(text), |(whole, rest)| {
        (!rest.is_empty() && rest.chars().all(|digit| digit == '0')).then_some(whole)
    })?;
    digits.parse().ok()
}

#[cfg(test)]
#[path = "came_tests.rs"]
mod tests;
