//! Each rule of a draft once.

use super::*;
use crate::surveys::builtin;
use crate::surveys::model::When;

fn version(number: i32, content: Content) -> SurveyVersion {
    SurveyVersion { id: uuid::Uuid::nil(), survey: "post-service".into(), version: number, content }
}

/// Changes the built-in survey and gives its problems as `question/language/field`.
fn after(change: impl FnOnce(&mut Content)) -> Vec<String> {
    let published = [version(1, builtin::content())];
    let mut content = builtin::content();
    change(&mut content);
    let place = |problem: Problem| {
        assert!(!problem.reason.is_empty() && !problem.reason.ends_with('.'), "{problem:?}");
        format!("{}/{}/{}", problem.question, problem.language, problem.field)
    };
    check(&content, &published, "en").into_iter().map(place).collect()
}

fn question(content: &mut Content, key: &str) -> usize {
    content.questions.iter().position(|question| question.key == key).unwrap()
}

/// Adds a question with sound words in English alone.
fn add(content: &mut Content, question: Question) {
    let texts = QuestionTexts {
        text: "Asked".into(),
        low: "Low".into(),
        high: "High".into(),
        options: question.options.iter().map(|key| (key.clone(), key.clone())).collect(),
        ..QuestionTexts::default()
    };
    content.texts.retain(|language, _| language == "en");
    content.texts.get_mut("en").unwrap().insert(question.key.clone(), texts);
    content.questions.push(question);
}

fn asked(key: &str, kind: Kind, (min, max): (i32, i32)) -> Question {
    Question { key: key.into(), kind, min, max, ..Question::default() }
}

#[test]
fn the_built_in_survey_is_in_order() {
    assert!(after(|_| {}).is_empty());
}

#[test]
fn the_first_question_is_a_scale_that_everybody_is_asked() {
    let first = |key: &'static str| {
        after(move |content| {
            let at = question(content, key);
            content.questions.swap(0, at);
        })
    };
    assert!(first("skill").is_empty());
    assert_eq!(first("put_right"), ["put_right//kind", "put_right//when"]);
    assert_eq!(after(|content| content.questions.clear()), ["//"]);
}

#[test]
fn keys_are_small_words_that_the_form_does_not_use_itself() {
    for key in ["", "Speed", "1st", "a-b", "ä", "step", "call_number", "overall", &"a".repeat(41)] {
        let problems = after(|content| add(content, asked(key, Kind::YesNo, (0, 0))));
        assert!(problems.contains(&format!("{key}//key")), "{key}: {problems:?}");
    }
    assert!(after(|content| add(content, asked(&"a".repeat(40), Kind::YesNo, (0, 0)))).is_empty());
}

#[test]
fn each_kind_has_its_own_scale() {
    let sound = [
        (Kind::Rating, (1, 2)),
        (Kind::Rating, (0, 10)),
        (Kind::Rating, (1, 11)),
        (Kind::Nps, (0, 10)),
        (Kind::Effort, (1, 7)),
        (Kind::Text, (0, 0)),
        (Kind::YesNo, (0, 0)),
    ];
    let wrong = [
        (Kind::Rating, (1, 1)),
        (Kind::Rating, (0, 11)),
        (Kind::Rating, (-1, 3)),
        (Kind::Rating, (1, i32::MAX)),
        (Kind::Nps, (1, 10)),
        (Kind::Effort, (1, 5)),
        (Kind::Text, (0, 1)),
    ];
    let problems = |(kind, ends)| after(|content| add(content, asked("speed", kind, ends)));
    for each in sound {
        assert!(problems(each).is_empty(), "{each:?}");
    }
    for each in wrong {
        assert_eq!(problems(each), ["speed//scale"], "{each:?}");
    }
}

#[test]
fn a_choice_has_two_to_twelve_different_options_with_words() {
    let with = |options: Vec<String>| {
        after(move |content| {
            add(content, Question { options, ..asked("why", Kind::Choice, (0, 0)) });
        })
    };
    let named = |many: usize| (0..many).map(|n| format!("o{n}")).collect::<Vec<_>>();
    assert!(with(named(2)).is_empty() && with(named(12)).is_empty());
    for wrong in [named(1), named(13), vec!["a".into(), "a".into()], vec!["a".into(), "B".into()]] {
        assert_eq!(with(wrong), ["why//options"]);
    }
    let no_words = after(|content| {
        add(content, Question { options: named(2), ..asked("why", Kind::Choices, (0, 0)) });
        content.texts.get_mut("en").unwrap().get_mut("why").unwrap().options.remove("o1");
    });
    assert_eq!(no_words, ["why/en/options"]);
}

#[test]
fn a_condition_lies_within_the_first_scale() {
    for (from, to, sound) in [(1, 5, true), (3, 3, true), (0, 3, false), (4, 6, false), (4, 3, false)] {
        let problems = after(|content| {
            let at = question(content, "value");
            content.questions[at].when = Some(When { from, to });
        });
        assert_eq!(problems.is_empty(), sound, "{from} {to}: {problems:?}");
    }
}

#[test]
fn a_key_never_gets_another_kind_or_scale_and_the_message_says_what_to_do() {
    let published = [version(2, builtin::content())];
    let mut content = builtin::content();
    let at = question(&mut content, "value");
    content.questions[at].max = 4;
    let problems = check(&content, &published, "en");
    assert_eq!((problems.len(), problems[0].field.as_str()), (1, "key"));
    for words in ["version 2 asks value as rating from 1 to 5", "Take a new key"] {
        assert!(problems[0].reason.contains(words), "{}", problems[0].reason);
    }
    // What was taken out once comes back only as what it was.
    let mut without = builtin::content();
    without.questions.remove(at);
    let published = [version(2, without), version(1, builtin::content())];
    assert_eq!(check(&content, &published, "en").len(), 1);
}

#[test]
fn options_may_be_added_and_retired() {
    let problems = after(|content| {
        let at = question(content, "wrong");
        content.questions[at].options = vec!["process".into(), "price".into()];
        for texts in content.texts.values_mut() {
            texts.get_mut("wrong").unwrap().options.insert("price".into(), "Price".into());
        }
    });
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn a_language_is_complete_or_absent_and_our_own_is_there() {
    let gone = |code: &'static str| {
        after(move |content| {
            content.texts.remove(code);
        })
    };
    assert!(gone("de").is_empty());
    assert!(gone("en").contains(&"overall/en/text".to_owned()));
    let half = after(|content| {
        content.texts.get_mut("de").unwrap().remove("skill");
        content.texts.get_mut("fr").unwrap().get_mut("value").unwrap().high.clear();
    });
    assert_eq!(half, ["skill/de/text", "skill/de/low", "skill/de/high", "value/fr/high"]);
}

#[test]
fn words_are_short_on_one_line_and_know_one_name() {
    let with = |change: fn(&mut QuestionTexts)| {
        after(move |content| change(content.texts.get_mut("en").unwrap().get_mut("skill").unwrap()))
    };
    assert_eq!(with(|texts| texts.text = "x".repeat(201)), ["skill/en/text"]);
    assert!(with(|texts| texts.text = "ö".repeat(200)).is_empty());
    assert_eq!(with(|texts| texts.text = "a\u{7}b".into()), ["skill/en/text"]);
    assert_eq!(with(|texts| texts.text = "Hello {name}".into()), ["skill/en/text"]);
    assert_eq!(with(|texts| texts.text_without_name = None), ["skill/en/text_without_name"]);
    assert_eq!(with(|texts| texts.hint = Some("{employees}".into())), ["skill/en/hint"]);
    assert_eq!(with(|texts| texts.low = "x".repeat(61)), ["skill/en/low"]);
    assert_eq!(with(|texts| texts.points = vec!["one".into()]), ["skill/en/points"]);
}

#[test]
fn the_language_to_be_complete_in_is_one_that_letters_are_written_in() {
    assert_eq!(["de-AT", "FR", "pt", ""].map(own_language), ["de", "fr", "en", "en"]);
    assert_eq!((language_name("de"), language_name("xx")), ("Deutsch", "xx"));
}
