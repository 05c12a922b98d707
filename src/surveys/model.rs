//! A survey version as it is frozen.

use serde::{Deserialize, Serialize};
use serde_json::Value;
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

/// How a question is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One of 2 to 11 points.
    #[default]
    Rating,
    /// How likely somebody is to recommend us, 0 to 10 (net promoter score).
    Nps,
    /// How easy it was, 1 to 7 (customer effort score).
    Effort,
    /// One of several options.
    Choice,
    /// Any of several options.
    Choices,
    /// Words.
    Text,
    /// Yes or no.
    YesNo,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Rating, Self::Nps, Self::Effort, Self::Choice, Self::Choices, Self::Text, Self::YesNo];

    /// Its word in tables, files and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rating => "rating",
            Self::Nps => "nps",
            Self::Effort => "effort",
            Self::Choice => "choice",
            Self::Choices => "choices",
            Self::Text => "text",
            Self::YesNo => "yes_no",
        }
    }

    /// Whether answers are whole numbers on a scale, which scores can be made of.
    pub const fn is_scale(self) -> bool {
        matches!(self, Self::Rating | Self::Nps | Self::Effort)
    }
}

/// When a question is asked: if the answer to the opening question lies between both ends, which are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// The lowest answer with which it is asked.
    pub from: i32,
    /// The highest.
    pub to: i32,
}

/// A question. Its answer is a whole number (scales), the key of an option, a list of such keys, words, or true or
/// false.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its key; it never gets another meaning or scale.
    pub key: String,
    /// How it is answered.
    #[serde(default, skip_serializing_if = "is_rating")]
    pub kind: Kind,
    /// Lowest answer of a scale; 0 for other kinds.
    #[serde(default)]
    pub min: i32,
    /// Highest answer of a scale; 0 for other kinds.
    #[serde(default)]
    pub max: i32,
    /// Keys of the options, of a choice or choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// When it is asked; always if there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
const fn is_rating(kind: &Kind) -> bool {
    matches!(kind, Kind::Rating)
}

impl Question {
    /// Whether it is asked of somebody who gave that answer to the opening question.
    pub fn is_asked(&self, opening: Option<i32>) -> bool {
        self.when.is_none_or(|when| opening.is_some_and(|answer| (when.from..=when.to).contains(&answer)))
    }
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
    /// Word for the lowest answer of a scale.
    #[serde(default)]
    pub low: String,
    /// Word for the highest answer of a scale.
    #[serde(default)]
    pub high: String,
    /// A word for every answer from the lowest to the highest, or none.
    #[serde(default)]
    pub points: Vec<String>,
    /// Words of the options by their keys.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
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
    /// Returns the words of an option.
    pub fn option<'a>(&'a self, key: &'a str) -> &'a str {
        self.options.get(key).map_or(key, String::as_str)
    }

    /// Returns a stored answer that is no point of a scale in words: the chosen options, or what was written.
    pub fn words_of(&self, answer: &Value) -> Option<String> {
        match answer {
            Value::String(text) => Some(self.option(text).to_owned()),
            Value::Array(keys) if !keys.is_empty() => {
                let words: Vec<&str> =
                    keys.iter().filter_map(Value::as_str).map(|key| self.option(key)).collect();
                Some(words.join(", "))
            }
            _ => None,
        }
    }

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
