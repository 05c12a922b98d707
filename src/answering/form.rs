//! From posted fields to checked answers, or to what the customer should correct: pure.

use super::views::FormError;
use crate::surveys::wording::Wording;
use crate::surveys::{Content, Kind, Question};
use crate::web::Fields;
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest comment, and the longest answer in words (characters).
pub const LONGEST_COMMENT: usize = 4000;
/// The longest telephone number (characters).
const LONGEST_NUMBER: usize = 40;

/// When a customer likes to be called, in the order of the day.
pub const TIMES: [&str; 4] = ["morning", "midday", "afternoon", "evening"];

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
    /// Answers by key of the question, as [`Question`] says.
    pub values: BTreeMap<String, Value>,
    /// The comment, if any.
    pub comment: Option<String>,
    /// Whether they want to be called.
    pub call_me: bool,
    /// When: one of [`TIMES`].
    pub call_time: Option<String>,
    /// At which number, if at another than the one we know.
    pub call_number: Option<String>,
}

/// Fields that are not questions; no question may have such a key.
pub const OTHERS: [&str; 11] = [
    "csrf",
    "nonce",
    "step",
    "comment",
    "call_me",
    "call_time",
    "call_number",
    "website",
    "lang",
    "score",
    "code",
];

/// Reads which part was sent.
pub fn step(fields: &Fields) -> Step {
    if fields.get("step") == Some("2") { Step::Second } else { Step::First }
}

/// Checks the fields against the survey. Questions that are not asked after this opening answer are let be.
///
/// # Errors
/// What to correct, in the customer's language.
pub fn check(fields: &Fields, content: &Content, words: &Wording) -> Result<Answers, Vec<FormError>> {
    let step = step(fields);
    let mut form = Form { fields, words, errors: Vec::new() };
    let mut values = BTreeMap::new();
    let opening = content.opening().and_then(|question| {
        let value = form.opening(question)?;
        values.insert(question.key.clone(), Value::from(value));
        Some(value)
    });
    let further = if step == Step::Second { content.questions.get(1..).unwrap_or_default() } else { &[] };
    for question in further.iter().filter(|question| question.is_asked(opening)) {
        if let Some(value) = form.answer(question) {
            values.insert(question.key.clone(), value);
        }
    }
    let asked = content.opening().into_iter().chain(further);
    let known: Vec<&str> = asked.map(|question| question.key.as_str()).chain(OTHERS).collect();
    if fields.names().any(|name| !known.contains(&name)) {
        form.wrong("", &words.form_changed);
    }
    let is_second = step == Step::Second;
    let comment = if is_second { form.words("comment") } else { None };
    let call_me = is_second && fields.text("call_me").is_some();
    let call_time = if call_me { fields.text("call_time").filter(|time| TIMES.contains(time)) } else { None };
    let call_number = if call_me { form.number() } else { None };
    if !form.errors.is_empty() {
        return Err(form.errors);
    }
    Ok(Answers { step, values, comment, call_me, call_time: call_time.map(str::to_owned), call_number })
}

struct Form<'a> {
    fields: &'a Fields,
    words: &'a Wording,
    errors: Vec<FormError>,
}

impl Form<'_> {
    fn wrong(&mut self, field_id: &str, text: &str) {
        self.errors.push(FormError { field_id: field_id.to_owned(), text: text.to_owned() });
    }

    fn opening(&mut self, question: &Question) -> Option<i32> {
        let is_empty = self.fields.text(&question.key).is_none();
        let point = self.point(question);
        if is_empty {
            self.wrong(&question.key, &self.words.choose);
        }
        point
    }

    /// Nothing when nothing was said, or when it was wrong and is told.
    fn answer(&mut self, question: &Question) -> Option<Value> {
        match question.kind {
            Kind::Rating | Kind::Nps | Kind::Effort => self.point(question).map(Value::from),
            Kind::Choice => self.options(question, 1).pop().map(Value::from),
            Kind::Choices => {
                let chosen = self.options(question, question.options.len());
                (!chosen.is_empty()).then(|| Value::from(chosen))
            }
            Kind::Text => self.words(&question.key).map(Value::from),
            Kind::YesNo => match self.fields.text(&question.key)? {
                "yes" => Some(Value::from(true)),
                "no" => Some(Value::from(false)),
                _ => {
                    self.wrong(&question.key, &self.words.choose_shown);
                    None
                }
            },
        }
    }

    fn point(&mut self, question: &Question) -> Option<i32> {
        let text = self.fields.text(&question.key)?;
        let point = text.parse().ok().filter(|point| (question.min..=question.max).contains(point));
        if point.is_none() {
            self.wrong(&question.key, &self.words.choose_between(question.min, question.max));
        }
        point
    }

    /// The chosen options in the survey's order, each once.
    fn options(&mut self, question: &Question, most: usize) -> Vec<String> {
        let given: Vec<&str> = self.fields.all(&question.key).collect();
        let is_offered = |key: &&str| question.options.iter().any(|option| option == key);
        let chosen: Vec<String> =
            question.options.iter().filter(|option| given.contains(&option.as_str())).cloned().collect();
        if !given.iter().all(is_offered) || chosen.len() > most {
            self.wrong(&question.key, &self.words.choose_shown);
            return Vec::new();
        }
        chosen
    }

    fn words(&mut self, field: &str) -> Option<String> {
        let text = clean(self.fields.get(field).unwrap_or_default())?;
        let length = text.chars().count();
        if length > LONGEST_COMMENT {
            self.wrong(field, &self.words.comment_too_long(length, LONGEST_COMMENT));
        }
        Some(text)
    }

    fn number(&mut self) -> Option<String> {
        let number = self.fields.text("call_number")?;
        let may_stand = |c: char| c.is_numeric() || " +-/().".contains(c);
        let digits = number.chars().filter(|c| c.is_numeric()).count();
        if digits < 3 || number.chars().count() > LONGEST_NUMBER || !number.chars().all(may_stand) {
            self.wrong("call_number", &self.words.call_number_wrong);
        }
        Some(number.to_owned())
    }
}

/// Keeps line breaks and tabs; other control characters go.
fn clean(text: &str) -> Option<String> {
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
    use serde_json::json;

    fn checked_with(body: &str, content: &Content) -> Result<Answers, Vec<String>> {
        check(&Fields::parse(body.as_bytes()), content, wording("en"))
            .map_err(|errors| errors.into_iter().map(|error| error.field_id).collect())
    }

    fn checked(body: &str) -> Result<Answers, Vec<String>> {
        checked_with(body, &builtin::content())
    }

    fn values(answers: &Answers) -> Value {
        serde_json::to_value(&answers.values).unwrap()
    }

    #[test]
    fn the_first_step_takes_the_opening_question_alone() {
        let answers = checked("nonce=x&step=1&overall=4&website=").unwrap();
        assert_eq!((answers.step, values(&answers)), (Step::First, json!({"overall": 4})));
    }

    #[test]
    fn the_second_step_takes_everything_and_lets_questions_be_skipped() {
        let answers =
            checked("step=2&overall=5&process=&value=2&comment=+Good%0D%0Awork%01+&call_me=yes").unwrap();
        assert_eq!(values(&answers), json!({"overall": 5, "value": 2}));
        assert_eq!((answers.comment.as_deref(), answers.call_me), (Some("Good\nwork"), true));
    }

    #[test]
    fn only_what_is_asked_after_this_answer_is_taken() {
        let low =
            checked("step=2&overall=2&wrong=skill&wrong=process&put_right=Come+again&well=value").unwrap();
        assert_eq!(
            values(&low),
            json!({"overall": 2, "wrong": ["process", "skill"], "put_right": "Come again"})
        );
        let high = checked("step=2&overall=5&wrong=skill&put_right=x&well=value").unwrap();
        assert_eq!(values(&high), json!({"overall": 5, "well": ["value"]}));
    }

    #[test]
    fn each_kind_takes_its_answers_and_nothing_else() {
        let question = |kind, min, max| Question { key: "q".into(), kind, min, max, ..Question::default() };
        let with = |asked: Question| {
            let mut content = builtin::content();
            content.questions.push(asked);
            move |given: &str| {
                checked_with(&format!("step=2&overall=3&q={given}"), &content)
                    .map(|answers| answers.values.get("q").cloned())
            }
        };
        let wrong = Err(vec!["q".to_owned()]);
        let nps = with(question(Kind::Nps, 0, 10));
        assert_eq!((nps("0"), nps("11")), (Ok(Some(json!(0))), wrong.clone()));
        let yes_no = with(question(Kind::YesNo, 0, 0));
        assert_eq!((yes_no("yes"), yes_no("no")), (Ok(Some(json!(true))), Ok(Some(json!(false)))));
        assert_eq!((yes_no("maybe"), yes_no("")), (wrong.clone(), Ok(None)));
        let options = vec!["a".to_owned(), "b".to_owned()];
        let choice = with(Question { options: options.clone(), ..question(Kind::Choice, 0, 0) });
        assert_eq!((choice("b"), choice("c"), choice("a&q=b")), (Ok(Some(json!("b"))), wrong.clone(), wrong));
        let choices = with(Question { options, ..question(Kind::Choices, 0, 0) });
        assert_eq!(choices("b&q=a&q=b"), Ok(Some(json!(["a", "b"]))));
    }

    #[test]
    fn a_call_has_a_time_and_a_number_only_if_it_is_wished() {
        let wished =
            checked("step=2&overall=2&call_me=yes&call_time=evening&call_number=020+7946+0114").unwrap();
        assert_eq!(wished.call_time.as_deref(), Some("evening"));
        assert_eq!(wished.call_number.as_deref(), Some("020 7946 0114"));
        let not = checked("step=2&overall=2&call_time=evening&call_number=020+7946+0114").unwrap();
        assert_eq!((not.call_time, not.call_number), (None, None));
        assert_eq!(
            checked("step=2&overall=2&call_me=yes&call_number=call+me"),
            Err(vec!["call_number".into()])
        );
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
