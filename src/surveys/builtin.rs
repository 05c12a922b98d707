//! The survey that comes with the program: `post-service`.
//!
//! `overall` first, then what went wrong or well by what was answered there, then the four places where service goes
//! wrong or right. Changing a word here publishes a new version at the next start, unless people published one of their
//! own; a key never gets another meaning or scale.

use super::model::{Content, Kind, Question, QuestionTexts, SurveyVersion, When};
use super::queries::{self, NewVersion, drafts};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::collections::BTreeMap;

/// Key of the built-in survey.
pub const POST_SERVICE: &str = "post-service";

const KEYS: [&str; 5] = ["overall", "process", "communication", "value", "skill"];

/// Returns what the built-in survey asks.
pub fn content() -> Content {
    let rating = |key: &&str| Question { key: (*key).to_owned(), min: 1, max: 5, ..Question::default() };
    let texts = [("en", english()), ("de", german()), ("fr", french()), ("es", spanish()), ("ar", arabic())];
    let texts = texts.into_iter().map(|(language, mut words)| {
        let reasons = words.iter().filter(|(key, _)| REASONS.contains(&key.as_str()));
        let reasons: BTreeMap<String, String> = reasons
            .map(|(key, texts)| {
                (key.clone(), texts.text_without_name.as_ref().unwrap_or(&texts.text).clone())
            })
            .collect();
        words.extend(branches(language).into_iter().map(|(key, mut asked)| {
            if key != "put_right" {
                asked.options.clone_from(&reasons);
            }
            (key.to_owned(), asked)
        }));
        (language.to_owned(), words)
    });
    let (first, others) = KEYS.split_at(1);
    let mut questions: Vec<Question> = first.iter().map(rating).collect();
    questions.extend(branching());
    questions.extend(others.iter().map(rating));
    Content { questions, texts: texts.collect() }
}

/// Where service goes wrong or right.
const REASONS: [&str; 4] = ["process", "communication", "value", "skill"];

/// What is asked by how satisfied the customer is.
fn branching() -> [Question; 3] {
    let asked = |key: &str, kind: Kind, (from, to): (i32, i32)| Question {
        key: key.to_owned(),
        kind,
        options: if kind == Kind::Choices { REASONS.map(str::to_owned).to_vec() } else { Vec::new() },
        when: Some(When { from, to }),
        ..Question::default()
    };
    [
        asked("wrong", Kind::Choices, (1, 3)),
        asked("put_right", Kind::Text, (1, 3)),
        asked("well", Kind::Choices, (4, 5)),
    ]
}

fn branches(language: &str) -> [(&'static str, QuestionTexts); 3] {
    let (wrong, put_right, well) = match language {
        "de" => ("Was ist schiefgegangen?", "Was würde es wieder gutmachen?", "Was war gut?"),
        "fr" => (
            "Qu’est-ce qui n’a pas été\u{a0}?",
            "Comment pourrions-nous y remédier\u{a0}?",
            "Qu’est-ce qui a été bien fait\u{a0}?",
        ),
        "es" => ("¿Qué salió mal?", "¿Qué lo arreglaría?", "¿Qué se hizo bien?"),
        "ar" => ("ما الذي لم يكن على ما يرام؟", "ما الذي يمكن أن يصلح الأمر؟", "ما الذي كان جيدًا؟"),
        _ => ("What went wrong?", "What would put it right?", "What was done well?"),
    };
    [
        ("wrong", texts(wrong, "", "", "")),
        ("put_right", texts(put_right, "", "", "")),
        ("well", texts(well, "", "", "")),
    ]
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

fn french() -> BTreeMap<String, QuestionTexts> {
    let points =
        ["Très insatisfait", "Insatisfait", "Ni satisfait ni insatisfait", "Satisfait", "Très satisfait"];
    by_key([
        QuestionTexts {
            points: points.map(str::to_owned).to_vec(),
            ..texts("Dans l’ensemble, à quel point êtes-vous satisfait\u{a0}?", "", points[0], points[4])
        },
        texts("L’organisation", "Prise de rendez-vous, ponctualité, documents", "Mauvaise", "Excellente"),
        texts(
            "L’information que vous avez reçue",
            "Avant, pendant et après la visite",
            "Mauvaise",
            "Excellente",
        ),
        texts("Ce que vous avez obtenu pour le prix", "", "Mauvais", "Excellent"),
        QuestionTexts {
            text_without_name: Some("Compétence et attitude de la personne venue".to_owned()),
            ..texts("Compétence et attitude\u{a0}: {employees}", "", "Mauvaises", "Excellentes")
        },
    ])
}

fn spanish() -> BTreeMap<String, QuestionTexts> {
    let points =
        ["Muy insatisfecho", "Insatisfecho", "Ni satisfecho ni insatisfecho", "Satisfecho", "Muy satisfecho"];
    by_key([
        QuestionTexts {
            points: points.map(str::to_owned).to_vec(),
            ..texts("En general, ¿hasta qué punto está satisfecho?", "", points[0], points[4])
        },
        texts("La organización", "Cita, puntualidad, documentos", "Mala", "Excelente"),
        texts("La información que recibió", "Antes, durante y después de la visita", "Mala", "Excelente"),
        texts("Lo que recibió por el precio", "", "Malo", "Excelente"),
        QuestionTexts {
            text_without_name: Some("Competencia y trato de la persona que le atendió".to_owned()),
            ..texts("Competencia y trato de {employees}", "", "Malos", "Excelentes")
        },
    ])
}

fn arabic() -> BTreeMap<String, QuestionTexts> {
    let points = ["غير راضٍ إطلاقًا", "غير راضٍ", "لا هذا ولا ذاك", "راضٍ", "راضٍ جدًا"];
    by_key([
        QuestionTexts {
            points: points.map(str::to_owned).to_vec(),
            ..texts("ما مدى رضاك بوجه عام؟", "", points[0], points[4])
        },
        texts("كيف جرى الترتيب", "الحجز، والوصول في الموعد، والأوراق", "ضعيف", "ممتاز"),
        texts("كيف أبقيناك على علم", "قبل الزيارة وأثناءها وبعدها", "ضعيف", "ممتاز"),
        texts("القيمة مقابل السعر", "", "ضعيفة", "ممتازة"),
        QuestionTexts {
            text_without_name: Some("مهارة الشخص الذي زارك وتعامله".to_owned()),
            ..texts("المهارة والتعامل: {employees}", "", "ضعيف", "ممتاز")
        },
    ])
}

/// Publishes what is written here when the survey has no version, or when the newest one is the program's own and
/// another; what people published stays. Returns the newest version. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn publish(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<SurveyVersion> {
    let content = content();
    let survey = queries::upsert_survey(connection, POST_SERVICE, now)?;
    let newest = queries::find_newest(connection, POST_SERVICE)?;
    if let Some(newest) = &newest
        && (newest.content == content || drafts::find_publisher(connection, newest.id)?.is_some())
    {
        return Ok(newest.clone());
    }
    let version = newest.map_or(1, |newest| newest.version + 1);
    let new = NewVersion { survey, key: POST_SERVICE, version, by: None };
    queries::insert_version(connection, new, content, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_words_in_every_language() {
        let content = content();
        let languages: Vec<&str> = content.texts.keys().map(String::as_str).collect();
        assert_eq!(languages, ["ar", "de", "en", "es", "fr"]);
        for (language, texts) in &content.texts {
            let hints = |words: &BTreeMap<String, QuestionTexts>| {
                words.values().map(|words| words.hint.is_some()).collect::<Vec<_>>()
            };
            assert_eq!(hints(texts), hints(&content.texts["en"]), "{language}");
            assert_eq!(texts["overall"].points.len(), 5, "{language}");
            assert!(texts["skill"].text.contains("{employees}"), "{language}");
            for question in &content.questions {
                let words = texts.get(&question.key).unwrap();
                assert!(!words.text.is_empty(), "{language} {}", question.key);
                assert_eq!(words.low.is_empty(), !question.kind.is_scale(), "{language} {}", question.key);
                assert!(
                    question.options.iter().all(|key| words.option(key) != key),
                    "{language} {}",
                    question.key
                );
                let points = i32::try_from(words.points.len()).unwrap();
                assert!(points == 0 || points == question.max - question.min + 1);
            }
        }
    }

    #[test]
    fn nobody_named_leaves_no_hole_in_the_question() {
        assert_eq!(content().texts_of("skill", "de-AT").text_with("Jonas"), "Können und Auftreten von Jonas");
        for (language, texts) in content().texts {
            let alone = texts["skill"].text_with("");
            assert!(!alone.contains(['{', ':']) && !alone.contains("  "), "{language}: {alone}");
        }
    }
}
