//! One field of an editor's form.

use super::wording::LANGUAGES;
use crate::error::FieldError;

/// One field of a form with its words.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// Name and id.
    pub id: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What is meant.
    pub hint: String,
    /// What stands in it.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// BCP 47 code of what stands in it; empty when that is the page's own.
    pub lang: &'static str,
    /// Whether several lines can be written.
    pub is_long: bool,
    /// Whether it is short: a number.
    pub is_number: bool,
}

impl Field {
    /// Makes a field that is in order.
    pub fn new(id: &'static str, label: &'static str, value: &str, hint: impl Into<String>) -> Self {
        Self { id, label, hint: hint.into(), value: value.to_owned(), ..Self::default() }
    }

    /// The same with what is wrong, if anything is.
    #[must_use]
    pub fn wrong(mut self, errors: &[FieldError]) -> Self {
        self.error = error_of(errors, self.id).map(|reason| format!("{} {reason}", self.label));
        self
    }

    /// The same for words in a language.
    #[must_use]
    pub fn written_in(mut self, language: &str) -> Self {
        self.lang = LANGUAGES.iter().find(|(code, _)| *code == language).map_or("", |(code, _)| code);
        self
    }

    /// The same for a number.
    #[must_use]
    pub const fn number(mut self) -> Self {
        self.is_number = true;
        self
    }

    /// The same with several lines.
    #[must_use]
    pub const fn long(mut self) -> Self {
        self.is_long = true;
        self
    }

    /// Returns the ids of its hint and its error.
    pub fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// Returns what is wrong with a field.
pub fn error_of<'a>(errors: &'a [FieldError], id: &str) -> Option<&'a str> {
    errors.iter().find(|error| error.field == id).map(|error| error.reason.as_str())
}
