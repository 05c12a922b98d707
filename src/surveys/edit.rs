//! What an editor does to a draft. Pure: each step takes contents and leaves contents.

use super::draft::{describe, language_name};
use super::model::{Content, Kind, Question, QuestionTexts};
use std::collections::BTreeSet;

/// Which way a question goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// One place towards the beginning.
    Up,
    /// One place towards the end.
    Down,
}

/// Moves a question by one place; at its end of the list it stays.
pub fn shift(content: &mut Content, key: &str, way: Way) {
    let Some(at) = content.questions.iter().position(|question| question.key == key) else { return };
    let other = match way {
        Way::Up => at.checked_sub(1),
        Way::Down => Some(at + 1).filter(|next| *next < content.questions.len()),
    };
    if let Some(other) = other {
        content.questions.swap(at, other);
    }
}

/// Takes a question out, with its words.
pub fn remove(content: &mut Content, key: &str) {
    content.questions.retain(|question| question.key != key);
    settle(content);
}

/// Takes a language out.
pub fn drop_language(content: &mut Content, language: &str) {
    content.texts.remove(language);
}

/// Puts a question in: over the one whose key is `old`, else at the end; with its words in one language.
pub fn put(
    content: &mut Content,
    old: Option<&str>,
    question: Question,
    language: &str,
    texts: QuestionTexts,
) {
    let words = content.texts.entry(language.to_owned()).or_default();
    words.insert(question.key.clone(), texts);
    let known = old.and_then(|old| content.questions.iter_mut().find(|known| known.key == old));
    match known {
        Some(known) => *known = question,
        None => content.questions.push(question),
    }
}

/// Leaves out what says nothing: white space around words, words of no question, of no option or of no kind, and
/// languages without words.
pub fn settle(content: &mut Content) {
    let questions = &content.questions;
    for texts in content.texts.values_mut() {
        texts.retain(|key, words| {
            let question = questions.iter().find(|question| question.key == *key);
            question.is_some_and(|question| {
                settle_texts(question, words);
                *words != QuestionTexts::default()
            })
        });
    }
    content.texts.retain(|_, texts| !texts.is_empty());
}

fn settle_texts(question: &Question, words: &mut QuestionTexts) {
    let trimmed = |text: &str| text.trim().to_owned();
    let filled = |text: Option<String>| text.map(|text| trimmed(&text)).filter(|text| !text.is_empty());
    words.text = trimmed(&words.text);
    words.text_without_name = filled(words.text_without_name.take());
    words.hint = filled(words.hint.take());
    if question.kind.is_scale() {
        words.low = trimmed(&words.low);
        words.high = trimmed(&words.high);
        words.points = words.points.iter().map(|point| trimmed(point)).collect();
    } else {
        words.low.clear();
        words.high.clear();
        words.points.clear();
    }
    words.options.retain(|key, label| {
        *label = trimmed(label);
        question.options.contains(key) && !label.is_empty()
    });
}

/// Says in sentences how a draft differs from the version before; nothing when it does not.
pub fn changes(before: Option<&Content>, after: &Content) -> Vec<String> {
    let none = Content { questions: Vec::new(), texts: std::collections::BTreeMap::new() };
    let before = before.unwrap_or(&none);
    let find =
        |content: &Content, key: &str| content.questions.iter().find(|asked| asked.key == key).cloned();
    let mut said = Vec::new();
    for question in &after.questions {
        match find(before, &question.key) {
            None => said.push(format!("New: {}, {}.", question.key, describe(question))),
            Some(was) => said.extend(changes_of(&was, question)),
        }
    }
    let gone = before.questions.iter().filter(|was| find(after, &was.key).is_none());
    said.extend(gone.map(|was| format!("No longer asked: {}.", was.key)));
    let order = |content: &Content, other: &Content| -> Vec<String> {
        let keys = content.questions.iter().map(|question| question.key.clone());
        keys.filter(|key| find(other, key).is_some()).collect()
    };
    if order(before, after) != order(after, before) {
        said.push("The questions stand in another order.".to_owned());
    }
    said.extend(changed_words(before, after));
    said
}

fn changes_of(was: &Question, is: &Question) -> Vec<String> {
    let mut said = Vec::new();
    let key = &is.key;
    if (was.kind, was.min, was.max) != (is.kind, is.min, is.max) {
        said.push(format!("{key} is asked as {}, before as {}.", describe(is), describe(was)));
    }
    let list = |keys: Vec<&String>| keys.into_iter().cloned().collect::<Vec<_>>().join(", ");
    let new: Vec<&String> = is.options.iter().filter(|option| !was.options.contains(option)).collect();
    let gone: Vec<&String> = was.options.iter().filter(|option| !is.options.contains(option)).collect();
    if !new.is_empty() {
        said.push(format!("{key} has more options: {}.", list(new)));
    }
    if !gone.is_empty() {
        said.push(format!("{key} no longer has: {}.", list(gone)));
    }
    if said.is_empty() && was.options != is.options {
        said.push(format!("The options of {key} stand in another order."));
    }
    if was.when != is.when {
        said.push(match is.when {
            None => format!("{key} is asked of everybody."),
            Some(when) => {
                format!("{key} is asked of those who answered {} to {} first.", when.from, when.to)
            }
        });
    }
    said
}

fn changed_words(before: &Content, after: &Content) -> Vec<String> {
    let mut said = Vec::new();
    let languages: BTreeSet<&String> = before.texts.keys().chain(after.texts.keys()).collect();
    for language in languages {
        let name = language_name(language);
        match (before.texts.get(language), after.texts.get(language)) {
            (None, Some(_)) => said.push(format!("New language: {name}.")),
            (Some(_), None) => said.push(format!("No longer in {name}.")),
            (Some(was), Some(is)) => {
                let asked_before = |key: &&String| before.questions.iter().any(|was| was.key == **key);
                let changed: Vec<&str> = is
                    .keys()
                    .filter(asked_before)
                    .filter(|key| was.get(*key) != is.get(*key))
                    .map(String::as_str)
                    .collect();
                if !changed.is_empty() {
                    said.push(format!("Other words in {name}: {}.", changed.join(", ")));
                }
            }
            (None, None) => {}
        }
    }
    said
}

/// Makes a question of a kind as it begins.
pub fn fresh(kind: Kind) -> Question {
    let (min, max) = match kind {
        Kind::Rating => (1, 5),
        Kind::Nps => (0, 10),
        Kind::Effort => (1, 7),
        _ => (0, 0),
    };
    Question { kind, min, max, ..Question::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surveys::builtin;

    fn keys(content: &Content) -> Vec<&str> {
        content.questions.iter().map(|question| question.key.as_str()).collect()
    }

    #[test]
    fn what_nobody_touched_is_what_was_published() {
        let mut content = builtin::content();
        settle(&mut content);
        assert_eq!(content, builtin::content());
        assert!(changes(Some(&content), &content).is_empty());
    }

    #[test]
    fn a_question_moves_by_one_place_and_stays_at_the_end() {
        let mut content = builtin::content();
        let first = keys(&content).join(" ");
        shift(&mut content, "overall", Way::Up);
        shift(&mut content, "skill", Way::Down);
        shift(&mut content, "nobody", Way::Down);
        assert_eq!(keys(&content).join(" "), first);
        shift(&mut content, "skill", Way::Up);
        assert_eq!(keys(&content).last(), Some(&"value"));
        assert_eq!(changes(Some(&builtin::content()), &content), ["The questions stand in another order."]);
    }

    #[test]
    fn a_removed_question_leaves_no_words_behind() {
        let mut content = builtin::content();
        remove(&mut content, "value");
        assert!(content.texts.values().all(|texts| !texts.contains_key("value")));
        assert_eq!(changes(Some(&builtin::content()), &content), ["No longer asked: value."]);
    }

    #[test]
    fn each_change_is_told_in_one_sentence() {
        let mut content = builtin::content();
        drop_language(&mut content, "ar");
        let speed = Question { key: "speed".into(), ..fresh(Kind::Effort) };
        let words = QuestionTexts { text: " How easy was it? ".into(), ..QuestionTexts::default() };
        put(&mut content, None, speed, "en", words);
        let mut wrong = content.questions[1].clone();
        wrong.options.push("price".into());
        wrong.when = None;
        let old = wrong.key.clone();
        let words = QuestionTexts { text: "What was wrong?".into(), ..QuestionTexts::default() };
        put(&mut content, Some(&old), wrong, "de", words);
        settle(&mut content);
        assert_eq!(content.texts["en"]["speed"].text, "How easy was it?");
        assert_eq!(
            changes(Some(&builtin::content()), &content),
            [
                "wrong has more options: price.",
                "wrong is asked of everybody.",
                "New: speed, effort from 1 to 7.",
                "No longer in العربية.",
                "Other words in Deutsch: wrong."
            ]
        );
    }
}
