//! Surveys of the past: what another system asked, on its own scale.
//!
//! Each scale is a survey of its own, so that a key never gets another scale and scales never mix.

use super::builtin;
use super::model::{Content, Question, SurveyVersion};
use super::queries::{self, NewVersion};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::PgConnection;

/// The scale on which answers of the past were given: whole numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Lowest answer.
    pub min: i32,
    /// Highest answer.
    pub max: i32,
}

/// How the keys of these surveys begin; nobody edits them.
pub const PREFIX: &str = "history-";

/// The most points of a scale.
const MOST_POINTS: i32 = 101;

impl std::str::FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let ends = text.split_once("..").and_then(|(min, max)| Some((min.parse().ok()?, max.parse().ok()?)));
        match ends {
            Some((min, max)) if (-100..=100).contains(&min) && min < max && max - min < MOST_POINTS => {
                Ok(Self { min, max })
            }
            _ => Err(format!(
                "{text} is no scale; write the lowest and the highest answer, such as 0..10 or 1..5"
            )),
        }
    }
}

/// Returns the version in which these questions are asked on that scale, published if need be. Call it in a
/// transaction.
///
/// # Errors
/// When the database does not answer.
pub fn publish(
    connection: &mut PgConnection,
    keys: &[&str],
    scale: Scale,
    now: DateTime<Utc>,
) -> Result<SurveyVersion> {
    let content = content(keys, scale);
    let key = format!("{PREFIX}{}-{}", scale.min, scale.max);
    let survey = queries::upsert_survey(connection, &key, now)?;
    let versions = queries::list_versions(connection, &key)?;
    if let Some(same) = versions.iter().find(|version| version.content == content) {
        return Ok(same.clone());
    }
    let version = versions.first().map_or(1, |newest| newest.version + 1);
    let new = NewVersion { survey, key: &key, version, by: None };
    queries::insert_version(connection, new, content, now)
}

/// The words are ours where we ask the same, without those for single points: the scale is another.
fn content(keys: &[&str], scale: Scale) -> Content {
    let question = |key: &&str| Question {
        key: (*key).to_owned(),
        min: scale.min,
        max: scale.max,
        ..Question::default()
    };
    let mut texts = builtin::content().texts;
    for words in texts.values_mut() {
        words.retain(|key, _| keys.contains(&key.as_str()));
        for words in words.values_mut() {
            words.points.clear();
        }
    }
    Content { questions: keys.iter().map(question).collect(), texts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_read_from_both_its_ends() {
        assert_eq!("1..5".parse(), Ok(Scale { min: 1, max: 5 }));
        assert_eq!("-3..3".parse(), Ok(Scale { min: -3, max: 3 }));
        for wrong in ["5", "5..1", "1..1", "1-5", "a..b", "0..1000", "-2147483648..2147483647"] {
            assert!(wrong.parse::<Scale>().unwrap_err().contains("0..10"), "{wrong}");
        }
    }

    #[test]
    fn a_question_of_the_past_keeps_our_words_and_its_own_scale() {
        let content = content(&["overall", "speed"], Scale { min: 0, max: 10 });
        assert_eq!(
            content.questions[1],
            Question { key: "speed".into(), min: 0, max: 10, ..Question::default() }
        );
        let words = content.texts_of("overall", "en");
        assert!(!words.text.is_empty() && words.points.is_empty());
        assert_eq!(content.texts_of("speed", "en").text, "speed");
    }
}
