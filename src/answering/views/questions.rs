//! Questions as the page asks them.

use super::{FormError, error_of};

/// From so many points on a scale breaks into two rows (points).
const LONG_SCALE: usize = 8;

/// One point of a scale.
#[derive(Debug, Clone)]
pub struct Point {
    /// The raw answer.
    pub value: i32,
    /// Its words in the survey; empty when it has none.
    pub label: String,
    /// Whether it is chosen.
    pub checked: bool,
}

/// An option of a choice.
#[derive(Debug, Clone)]
pub struct OptionView {
    /// Its key.
    pub key: String,
    /// Its words.
    pub text: String,
    /// Whether it is chosen.
    pub checked: bool,
}

/// One question as the page asks it; its texts come from the survey version.
#[derive(Debug, Clone, Default)]
pub struct QuestionView {
    /// The question's key: name of its field.
    pub key: String,
    /// What is asked.
    pub text: String,
    /// What it means.
    pub hint: Option<String>,
    /// Said above the scale, such as [`super::preselected`].
    pub note: Option<String>,
    /// Words of the lower end; empty when it has none.
    pub low: String,
    /// Words of the upper end; empty when it has none.
    pub high: String,
    /// The points of a scale in order; empty for other kinds.
    pub points: Vec<Point>,
    /// The options of a choice; empty for other kinds.
    pub options: Vec<OptionView>,
    /// Whether several options can be chosen.
    pub several: bool,
    /// What was written, if it is answered in words.
    pub written: Option<String>,
    /// Whether it may stay unanswered: adds a radio that takes an answer back.
    pub optional: bool,
    /// The opening answers with which it is asked; none if it is always asked.
    pub when: Vec<i32>,
    /// Whether it is asked after the opening answer as it stands.
    pub is_asked: bool,
}

impl QuestionView {
    /// Tells whether the scale needs two rows.
    pub(super) fn is_long(&self) -> bool {
        self.points.len() >= LONG_SCALE
    }

    /// Classes of a question that depends on the opening answer; the style sheet follows that answer as it is changed.
    pub(super) fn classes(&self) -> String {
        if self.when.is_empty() {
            return String::new();
        }
        let asked = if self.is_asked { "" } else { " unasked" };
        let values = self.when.iter().fold(String::new(), |all, value| format!("{all} when{value}"));
        format!(" when{asked}{values}")
    }

    /// Returns the ids of the hint and the error that belong to the field.
    pub(super) fn described_by(&self, errors: &[FormError]) -> String {
        let hint = (self.hint.is_some() || self.note.is_some()).then(|| format!("{}-hint", self.key));
        let error = error_of(errors, &self.key).map(|_| format!("{}-error", self.key));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn error<'a>(&self, errors: &'a [FormError]) -> Option<&'a str> {
        error_of(errors, &self.key)
    }
}

/// Makes the points of a scale from its ends and the words that the survey has for some of them.
pub fn points(min: i32, max: i32, labels: &[(i32, String)], chosen: Option<i32>) -> Vec<Point> {
    let label = |value| labels.iter().find(|(known, _)| *known == value).map(|(_, text)| text.clone());
    (min..=max)
        .map(|value| Point { value, label: label(value).unwrap_or_default(), checked: chosen == Some(value) })
        .collect()
}
