//! The survey that comes with the program: `post-service`.
//!
//! `overall` first, then the four places where service goes wrong or right. Changing a word here publishes a
//! new version at the next start; a key never gets another meaning or scale.

use super::model::{Content, Question, QuestionTexts, SurveyVersion};
use super::queries;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::collections::BTreeMap;

/// Key of the built-in survey.
pub const POST_SERVICE: &str = "post-service";

const KEYS: [&str; 5] = ["overall", "process", "communication", "value", "skill"];

/// Returns what the built-in survey asks.
pub fn content() -> Content {
    let question = |key: &str| Question { key: key.to_owned(), min: 1, max: 5 };
    let texts = BTreeMap::from([("en".to_owned(), english()), ("de".to_owned(), german())]);
    Content { questions: KEYS.iter().map(|key| question(key)).collect(), texts }
}

fn texts(text: &str, hint: &str, low: &str, high: &str) -> QuestionTexts {
    QuestionTexts {
        text: text.to_owned(),
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
        low: low.to_owned(),
        high: high.to_owned(),
        ..QuestionTexts::default()
    }
}

fn by_key(all: [QuestionTexts; 5]) -> BTreeMap<String, QuestionTexts> {
    KEYS.iter().map(|key| (*key).to_owned()).zip(all).collect()
}

fn english() -> BTreeMap<String, QuestionTexts> {
    let points = ["Very dissatisfied", "Dissatisfied", "Neither", "Satisfied", "Very satisfied"];
    by_key([
        QuestionTexts {
            points: points.map(str::to_owned).to_vec(),
            ..texts("Overall, how satisfied are you?", "", "Very dissatisfied", "Very satisfied")
        },
        texts("How it was arranged", "Booking, arriving on time, paperwork", "Poor", "Excellent"),
        texts("How we kept you informed", "Before, during and after the visit", "Poor", "Excellent"),
        texts("What you got for the price", "", "Poor", "Excellent"),
        QuestionTexts {
            text_without_name: Some("Skill and manner of the person who came".to_owned()),
            ..texts("Skill and manner of {employees}", "", "Poor", "Excellent")
        },
    ])
}

fn german() -> BTreeMap<String, QuestionTexts> {
    let points = ["Sehr unzufrieden", "Unzufrieden", "Weder noch", "Zufrieden", "Sehr zufrieden"];
    by_key([
        QuestionTexts {
            points: points.map(str::to_owned).to_vec(),
            ..texts("Wie zufrieden sind Sie insgesamt?", "", "Sehr unzufrieden", "Sehr zufrieden")
        },
        texts("Wie es organisiert war", "Termin, Pünktlichkeit, Papiere", "Schlecht", "Ausgezeichnet"),
        texts(
            "Wie wir Sie informiert haben",
            "Vor, während und nach dem Besuch",
            "Schlecht",
            "Ausgezeichnet",
        ),
        texts("Was Sie für den Preis bekommen haben", "", "Schlecht", "Ausgezeichnet"),
        QuestionTexts {
            text_without_name: Some("Können und Auftreten der Person, die bei Ihnen war".to_owned()),
            ..texts("Können und Auftreten von {employees}", "", "Schlecht", "Ausgezeichnet")
        },
    ])
}

/// Makes sure that the newest version of the built-in survey is the one written here, and returns it.
/// Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn publish(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<SurveyVersion> {
    let content = content();
    let survey = queries::upsert_survey(connection, POST_SERVICE, now)?;
    let newest = queries::find_newest(connection, POST_SERVICE)?;
    if let Some(newest) = newest.as_ref().filter(|newest| newest.content == content) {
        return Ok(newest.clone());
    }
    let version = newest.map_or(1, |newest| newest.version + 1);
    queries::insert_version(connection, survey, POST_SERVICE, version, content, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_words_in_every_language() {
        let content = content();
        for (language, texts) in &content.texts {
            for question in &content.questions {
                let words = texts.get(&question.key).unwrap();
                assert!(!words.text.is_empty() && !words.low.is_empty(), "{language} {}", question.key);
                let points = i32::try_from(words.points.len()).unwrap();
                assert!(points == 0 || points == question.max - question.min + 1);
            }
        }
    }

    #[test]
    fn nobody_named_leaves_no_hole_in_the_question() {
        assert_eq!(content().texts_of("skill", "de-AT").text_with("Jonas"), "Können und Auftreten von Jonas");
        assert!(!content().texts_of("skill", "fr").text_with("").contains('{'));
    }
}
