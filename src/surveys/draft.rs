//! What a draft must be before it is published. Pure: contents in, problems out.

use super::model::{Content, Kind, Question, QuestionTexts, SurveyVersion};
use super::wording::LANGUAGES;
use std::collections::BTreeSet;

/// The longest question and hint (characters).
pub const LONGEST_TEXT: usize = 200;
/// The longest word for an end, a point or an option (characters).
pub const LONGEST_LABEL: usize = 60;
/// The most questions of a survey.
pub const MOST_QUESTIONS: usize = 30;
/// The most options of a question.
pub const MOST_OPTIONS: usize = 12;
/// Stands for the names of those who came.
pub const EMPLOYEES: &str = "{employees}";

/// Names that the customer's form and the caller's use themselves.
pub const RESERVED: [&str; 16] = [
    "sent",
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
    "csrf",
    "no_answer",
    "disposition",
    "appointment",
    "claim",
];

/// Something to correct in a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problem {
    /// Key of the question; empty when it is about the survey.
    pub question: String,
    /// Code of the language; empty when it is about all of them.
    pub language: String,
    /// Name of the field on the question's form; empty when there is none.
    pub field: String,
    /// What to do, in words that follow the name of the field.
    pub reason: String,
}

impl Problem {
    /// Makes a problem of a question's field that is the same in all languages.
    pub fn of(question: &str, field: &str, reason: impl Into<String>) -> Self {
        Self {
            question: question.to_owned(),
            field: field.to_owned(),
            reason: reason.into(),
            ..Self::default()
        }
    }
}

/// Returns the language that a survey must be complete in: the organisation's, or English where nobody writes
/// letters in that.
pub fn own_language(organisation: &str) -> &'static str {
    let primary = organisation.split(['-', '_']).next().unwrap_or_default();
    LANGUAGES.iter().find(|(code, _)| code.eq_ignore_ascii_case(primary)).map_or("en", |(code, _)| code)
}

/// Returns the own name of a language.
pub fn language_name(code: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// Tells whether a word can be the key of a question or an option: `[a-z][a-z0-9_]{0,39}`.
pub fn is_key(word: &str) -> bool {
    word.len() <= 40
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Lists everything that keeps a draft from being published; `published` are all versions there were.
pub fn check(content: &Content, published: &[SurveyVersion], own: &str) -> Vec<Problem> {
    let mut found = Vec::new();
    if content.questions.is_empty() {
        found.push(Problem::of("", "", "needs a question"));
    }
    if content.questions.len() > MOST_QUESTIONS {
        found.push(Problem::of("", "", format!("has more than {MOST_QUESTIONS} questions")));
    }
    for question in &content.questions {
        found.extend(check_question(content, question, published));
    }
    let languages = std::iter::once(own).chain(content.texts.keys().map(String::as_str));
    for language in languages.collect::<BTreeSet<_>>() {
        let is_begun = content.texts.get(language).is_some_and(|texts| texts.values().any(is_written));
        if language == own || is_begun {
            let texts = |key: &str| content.texts.get(language).and_then(|texts| texts.get(key));
            for question in &content.questions {
                let texts = texts(&question.key).cloned().unwrap_or_default();
                found.extend(check_texts(question, &texts, language));
            }
        }
    }
    found
}

/// Tells whether anything stands in a language.
pub fn is_written(texts: &QuestionTexts) -> bool {
    let QuestionTexts { text, text_without_name, hint, low, high, points, options } = texts;
    let all = [text, low, high].into_iter().chain(text_without_name).chain(hint).chain(points);
    all.chain(options.values()).any(|words| !words.trim().is_empty())
}

/// Lists what is wrong with a question, its words apart.
pub fn check_question(content: &Content, question: &Question, published: &[SurveyVersion]) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut say = |field: &str, reason: String| found.push(Problem::of(&question.key, field, reason));
    if !is_key(&question.key) {
        let form = "must be up to 40 small letters, digits and _, and begin with a letter";
        say("key", form.to_owned());
    } else if RESERVED.contains(&question.key.as_str()) {
        say("key", format!("must not be {}, which the form uses itself", question.key));
    } else if content.questions.iter().filter(|other| other.key == question.key).count() > 1 {
        say("key", format!("is taken: there is a question {} already", question.key));
    }
    let is_opening = content.opening().is_some_and(|opening| opening.key == question.key);
    if is_opening && !question.kind.is_scale() {
        let why =
            "must be a rating, a recommendation or an effort: the mail asks the first question on its scale";
        say("kind", why.to_owned());
    }
    if let Some(reason) = wrong_scale(question) {
        say("scale", reason.to_owned());
    }
    if let Some(reason) = wrong_options(question) {
        say("options", reason);
    }
    if let Some(reason) = wrong_when(content, question, is_opening) {
        say("when", reason);
    }
    if let Some(reason) = wrong_meaning(question, published) {
        say("key", reason);
    }
    found
}

fn wrong_scale(question: &Question) -> Option<&'static str> {
    let Question { min, max, .. } = *question;
    match question.kind {
        // i64, for the ends may be anything that was typed.
        Kind::Rating
            if !(0..=1).contains(&min) || !(2..=11).contains(&(i64::from(max) - i64::from(min) + 1)) =>
        {
            Some("must begin at 0 or 1 and have from 2 to 11 points")
        }
        Kind::Nps if (min, max) != (0, 10) => Some("must be from 0 to 10"),
        Kind::Effort if (min, max) != (1, 7) => Some("must be from 1 to 7"),
        kind if !kind.is_scale() && (min, max) != (0, 0) => Some("must not be there: this kind has none"),
        _ => None,
    }
}

fn wrong_options(question: &Question) -> Option<String> {
    let options = &question.options;
    if !matches!(question.kind, Kind::Choice | Kind::Choices) {
        return (!options.is_empty()).then(|| "must not be there: this kind has none".to_owned());
    }
    if !(2..=MOST_OPTIONS).contains(&options.len()) {
        return Some(format!("must be from 2 to {MOST_OPTIONS}"));
    }
    if let Some(wrong) = options.iter().find(|key| !is_key(key)) {
        let wrong = if wrong.is_empty() { "an empty one" } else { wrong };
        return Some(format!(
            "need keys of up to 40 small letters, digits and _, beginning with a letter; {wrong} is none"
        ));
    }
    let mut seen = BTreeSet::new();
    options.iter().find(|key| !seen.insert(*key)).map(|twice| format!("must differ; {twice} stands twice"))
}

fn wrong_when(content: &Content, question: &Question, is_opening: bool) -> Option<String> {
    let when = question.when?;
    if is_opening {
        return Some("must be empty: everybody is asked the first question".to_owned());
    }
    let opening = content.opening().filter(|opening| opening.kind.is_scale())?;
    let fits = opening.min <= when.from && when.from <= when.to && when.to <= opening.max;
    (!fits).then(|| {
        format!(
            "must lie within the scale of the first question, {} to {}, the first not after the last",
            opening.min, opening.max
        )
    })
}

fn wrong_meaning(question: &Question, published: &[SurveyVersion]) -> Option<String> {
    let was = published.iter().find_map(|version| {
        let before = version.content.questions.iter().find(|before| before.key == question.key)?;
        let same = (before.kind, before.min, before.max) == (question.kind, question.min, question.max);
        (!same).then_some((version.version, before))
    });
    was.map(|(version, before)| {
        format!(
            "keeps what it meant: version {version} asks {} as {}, and answers of two kinds or scales never mix. \
             Take a new key for the new question",
            before.key,
            describe(before)
        )
    })
}

/// Says how a question is answered: `rating from 1 to 5`.
pub fn describe(question: &Question) -> String {
    let Question { min, max, .. } = question;
    match question.kind {
        Kind::Rating => format!("rating from {min} to {max}"),
        Kind::Nps => format!("recommendation from {min} to {max}"),
        Kind::Effort => format!("effort from {min} to {max}"),
        Kind::Choice => "one choice".to_owned(),
        Kind::Choices => "several choices".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::YesNo => "yes or no".to_owned(),
    }
}

/// Lists what is wrong with the words of a question in a language that it must be complete in.
pub fn check_texts(question: &Question, texts: &QuestionTexts, language: &str) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut say = |field: &str, reason: Option<String>| {
        let language = language.to_owned();
        found.extend(reason.map(|reason| Problem { language, ..Problem::of(&question.key, field, reason) }));
    };
    say("text", wrong_words(&texts.text, LONGEST_TEXT, true).or_else(|| wrong_names(&texts.text)));
    let without = texts.text_without_name.as_deref().unwrap_or_default();
    let names = texts.text.contains(EMPLOYEES);
    let missing = (names && without.trim().is_empty())
        .then(|| "is missing: it is asked when nobody is named".to_owned());
    say("text_without_name", missing.or_else(|| wrong_plain(without, LONGEST_TEXT, false)));
    say("hint", wrong_plain(texts.hint.as_deref().unwrap_or_default(), LONGEST_TEXT, false));
    if question.kind.is_scale() {
        say("low", wrong_plain(&texts.low, LONGEST_LABEL, true));
        say("high", wrong_plain(&texts.high, LONGEST_LABEL, true));
        let points = i64::from(question.max) - i64::from(question.min) + 1;
        let fits =
            texts.points.is_empty() || i64::try_from(texts.points.len()).is_ok_and(|many| many == points);
        let many = (!fits).then(|| format!("must be {points}, one for each point, or none"));
        let each = || texts.points.iter().find_map(|point| wrong_plain(point, LONGEST_LABEL, true));
        say("points", many.or_else(each));
    }
    for option in &question.options {
        let label = texts.options.get(option).map(String::as_str).unwrap_or_default();
        let reason = wrong_plain(label, LONGEST_LABEL, true);
        say("options", reason.map(|reason| format!("need words for {option}; they are wrong: it {reason}")));
    }
    found
}

fn wrong_plain(words: &str, longest: usize, needed: bool) -> Option<String> {
    wrong_words(words, longest, needed).or_else(|| {
        words
            .contains(['{', '}'])
            .then(|| "must not have braces: names stand in the question only".to_owned())
    })
}

fn wrong_words(words: &str, longest: usize, needed: bool) -> Option<String> {
    let length = words.chars().count();
    if needed && words.trim().is_empty() {
        Some("is missing".to_owned())
    } else if length > longest {
        Some(format!("must have at most {longest} characters; it has {length}"))
    } else if words.chars().any(char::is_control) {
        Some("must stand on one line, without control characters".to_owned())
    } else {
        None
    }
}

fn wrong_names(text: &str) -> Option<String> {
    let rest = text.replace(EMPLOYEES, "");
    rest.contains(['{', '}']).then(|| format!("knows one name in braces only: {EMPLOYEES}"))
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
