//! From posted fields to checked answers, or to what the customer should correct: pure.

use super::views::FormError;
use crate::surveys::wording::Wording;
use crate::surveys::{Content, Question};
use crate::web::Fields;
use std::collections::BTreeMap;

/// The longest comment (characters).
pub const LONGEST_COMMENT: usize = 4000;

/// Which part of the form was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The opening question with its button.
    First,
    /// Everything.
    Second,
}

/// What a customer said, checked against the survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Which part of the form was sent.
    pub step: Step,
    /// Raw answers by key of the question.
    pub ratings: BTreeMap<String, i32>,
    /// The comment, if any.
    pub comment: Option<String>,
    /// Whether they want to be called.
    pub call_me: bool,
}

/// Fields that are not questions.
const OTHERS: [&str; 7] = ["nonce", "step", "comment", "call_me", "website", "lang", "score"];

/// Reads which part was sent.
pub fn step(fields: &Fields) -> Step {
    if fields.get("step") == Some("2") { Step::Second } else { Step::First }
}

/// Checks the fields against the survey.
///
/// # Errors
/// What to correct, in the customer's language.
pub fn check(fields: &Fields, content: &Content, words: &Wording) -> Result<Answers, Vec<FormError>> {
    let step = step(fields);
    let asked: &[Question] = match step {
        Step::First => content.questions.get(..1).unwrap_or_default(),
        Step::Second => &content.questions,
    };
    let mut errors = Vec::new();
    let mut ratings = BTreeMap::new();
    for question in asked {
        match rating(fields, question) {
            Ok(Some(value)) => {
                ratings.insert(question.key.clone(), value);
            }
            Ok(None) if is_opening(content, question) => errors.push(error(&question.key, &words.choose)),
            Ok(None) => {}
            Err(()) => {
                errors.push(error(&question.key, &words.choose_between(question.min, question.max)));
            }
        }
    }
    let is_foreign =
        |name: &str| !OTHERS.contains(&name) && !asked.iter().any(|question| question.key == name);
    if fields.names().any(is_foreign) {
        errors.push(error("", &words.form_changed));
    }
    let comment = match step {
        Step::First => None,
        Step::Second => clean_comment(fields.get("comment").unwrap_or_default()),
    };
    let length = comment.as_ref().map_or(0, |comment| comment.chars().count());
    if length > LONGEST_COMMENT {
        errors.push(error("comment", &words.comment_too_long(length, LONGEST_COMMENT)));
    }
    let call_me = step == Step::Second && fields.text("call_me").is_some();
    if errors.is_empty() { Ok(Answers { step, ratings, comment, call_me }) } else { Err(errors) }
}

fn error(field_id: &str, text: &str) -> FormError {
    FormError { field_id: field_id.to_owned(), text: text.to_owned() }
}

fn is_opening(content: &Content, question: &Question) -> bool {
    content.opening().is_some_and(|opening| opening.key == question.key)
}

/// None when nothing was chosen; an error for anything that is not a point of the scale.
fn rating(fields: &Fields, question: &Question) -> Result<Option<i32>, ()> {
    match fields.text(&question.key) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(value) if (question.min..=question.max).contains(&value) => Ok(Some(value)),
            _ => Err(()),
        },
    }
}

/// Keeps line breaks and tabs; other control characters go.
fn clean_comment(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let clean: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surveys::builtin;
    use crate::surveys::wording::wording;

    fn checked(body: &str) -> Result<Answers, Vec<String>> {
        check(&Fields::parse(body.as_bytes()), &builtin::content(), wording("en"))
            .map_err(|errors| errors.into_iter().map(|error| error.field_id).collect())
    }

    #[test]
    fn the_first_step_takes_the_opening_question_alone() {
        let answers = checked("nonce=x&step=1&overall=4&website=").unwrap();
        assert_eq!((answers.step, answers.ratings), (Step::First, BTreeMap::from([("overall".into(), 4)])));
    }

    #[test]
    fn the_second_step_takes_everything_and_lets_questions_be_skipped() {
        let answers =
            checked("step=2&overall=5&process=&value=2&comment=+Good%0D%0Awork%01+&call_me=yes").unwrap();
        assert_eq!(answers.ratings, BTreeMap::from([("overall".into(), 5), ("value".into(), 2)]));
        assert_eq!((answers.comment.as_deref(), answers.call_me), (Some("Good\nwork"), true));
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field() {
        assert_eq!(checked("step=1"), Err(vec!["overall".into()]));
        assert_eq!(checked("step=1&overall=6"), Err(vec!["overall".into()]));
        assert_eq!(checked("step=1&overall=4.5"), Err(vec!["overall".into()]));
        assert_eq!(checked("step=2&overall=4&skill=0"), Err(vec!["skill".into()]));
        assert_eq!(checked("step=1&overall=4&skill=4"), Err(vec![String::new()]));
        assert_eq!(checked("step=2&overall=4&foreign=4"), Err(vec![String::new()]));
        let long = format!("step=2&overall=4&comment={}", "x".repeat(1_000_000));
        assert_eq!(checked(&long), Err(vec!["comment".into()]));
    }
}
