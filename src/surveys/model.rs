//! A survey version as it is frozen.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The questions of a version and their texts by language (BCP 47 primary subtag).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The questions in their order; the first is asked in the mail and on the first page.
    pub questions: Vec<Question>,
    /// Texts by language, then by key of the question.
    pub texts: BTreeMap<String, BTreeMap<String, QuestionTexts>>,
}

/// A question on a scale of whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its key; it never gets another meaning.
    pub key: String,
    /// Lowest answer.
    pub min: i32,
    /// Highest answer.
    pub max: i32,
}

/// The words of a question in one language. `{employees}` stands for the names of those who came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionTexts {
    /// The question itself.
    pub text: String,
    /// The question when nobody is named.
    #[serde(default)]
    pub text_without_name: Option<String>,
    /// What is meant, in a few words.
    #[serde(default)]
    pub hint: Option<String>,
    /// Word for the lowest answer.
    pub low: String,
    /// Word for the highest answer.
    pub high: String,
    /// A word for every answer from the lowest to the highest, or none.
    #[serde(default)]
    pub points: Vec<String>,
}

impl Content {
    /// Returns the question that opens the survey.
    pub fn opening(&self) -> Option<&Question> {
        self.questions.first()
    }

    /// Returns the words of a question in a language: exact, then its primary subtag, then English, then any.
    pub fn texts_of(&self, key: &str, language: &str) -> QuestionTexts {
        let primary = language.split('-').next().unwrap_or(language);
        [language, primary, "en"]
            .iter()
            .find_map(|language| self.texts.get(*language))
            .or_else(|| self.texts.values().next())
            .and_then(|texts| texts.get(key))
            .cloned()
            .unwrap_or_else(|| QuestionTexts { text: key.to_owned(), ..QuestionTexts::default() })
    }
}

impl QuestionTexts {
    /// Returns the question with the names of those who came, or the form without a name.
    pub fn text_with(&self, employees: &str) -> String {
        match &self.text_without_name {
            Some(without) if employees.is_empty() => without.clone(),
            _ => self.text.replace("{employees}", employees),
        }
    }
}

/// A published version of a survey.
#[derive(Debug, Clone)]
pub struct SurveyVersion {
    /// Our id.
    pub id: Uuid,
    /// Key of the survey.
    pub survey: String,
    /// Number of the version, from 1.
    pub version: i32,
    /// What is frozen in it.
    pub content: Content,
}
