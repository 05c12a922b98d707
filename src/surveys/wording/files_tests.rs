//! The files of texts against each other and against the code.

use super::catalogue::id_of;
use super::{DECLARED, LANGUAGES, wording};
use fluent_bundle::FluentResource;
use std::collections::{BTreeMap, BTreeSet};

fn source(language: &str) -> String {
    let file = format!("{}/locales/{language}/customer.ftl", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The ids of a file with the names of the values that each text uses. A text begins in the first column.
fn used(language: &str, source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut id = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            line.split_once(" =").unwrap().0.clone_into(&mut id);
            let before = used.insert(id.clone(), BTreeSet::new());
            assert!(before.is_none(), "{language}: {id} is there twice");
        }
        for value in line.split('$').skip(1) {
            let end = value.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
            used.get_mut(&id).unwrap().insert(value[..end.unwrap_or(value.len())].to_owned());
        }
    }
    used
}

/// What is wrong with a file, a line each.
fn faults(language: &str, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
        faults.extend(errors.iter().map(|error| format!("{language}: {error}")));
    }
    let mut found = used(language, source);
    for (name, values) in DECLARED {
        let id = id_of(name);
        let wanted: BTreeSet<String> = values.iter().map(|value| (*value).to_owned()).collect();
        match found.remove(&id) {
            None => faults.push(format!("{language}: {id} is missing")),
            Some(values) if values != wanted => {
                faults.push(format!("{language}: {id} uses {values:?} and not {wanted:?}"));
            }
            Some(_) => {}
        }
    }
    faults.extend(found.keys().map(|id| format!("{language}: {id} is unknown")));
    faults
}

#[test]
fn every_text_is_there_in_every_language_with_the_same_values() {
    let faults: Vec<String> = LANGUAGES.iter().flat_map(|(code, _)| faults(code, &source(code))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_text_that_is_missing_unknown_bent_or_uses_other_values_is_named() {
    let german = source("de");
    let told = |from: &str, to: &str| {
        assert!(german.contains(from));
        faults("de", &german.replacen(from, to, 1))
    };
    assert_eq!(told("send = Senden\n", ""), ["de: send is missing"]);
    assert_eq!(told("send = Senden", "send = Senden\nsended = Senden"), ["de: sended is unknown"]);
    assert_eq!(
        told("of = { $value }", "of = { $wert }"),
        [r#"de: of uses {"max", "wert"} and not {"max", "value"}"#]
    );
    assert!(told("of = { $value }", "of = { $value")[0].starts_with("de: "));
}

#[test]
fn every_form_of_every_text_can_be_put_into_words() {
    for (language, _) in LANGUAGES {
        let words = wording(language);
        for number in 0..=120 {
            for said in [
                words.comment_too_long(number, number),
                words.privacy_time(i64::try_from(number).unwrap(), "Northwind"),
            ] {
                assert!(!said.contains(['{', '}', '$']), "{language}: {said}");
                // A number that is not said as such is one or two.
                assert!(number < 3 || said.contains(&number.to_string()), "{language}: {said}");
            }
        }
    }
}

#[test]
fn arabic_asks_for_the_form_of_a_number_and_has_all_six() {
    let arabic = source("ar");
    assert!(!arabic.lines().any(|line| line.contains("{ $") && line.ends_with("->")));
    let asked = arabic.matches("ARABIC-FORM($").count();
    for form in ["[zero]", "[one]", "[two]", "[few]", "[many]", "*[other]"] {
        assert_eq!(arabic.matches(form).count(), asked, "{form}");
    }
}

#[test]
fn no_text_shouts_or_is_empty() {
    for (language, _) in LANGUAGES {
        for line in source(language).lines().filter(|line| !line.starts_with('#')) {
            assert!(!line.contains(['!', '¡', '\t']), "{language}: {line}");
            assert!(line.trim_end() == line, "{language}: {line}");
        }
    }
}

#[test]
fn french_signs_do_not_lose_the_word_before_them() {
    for line in source("fr").lines().filter(|line| !line.starts_with('#')) {
        assert!(![" ?", " :", " ;", " »", "« "].iter().any(|bad| line.contains(bad)), "{line}");
        assert!(!line.contains('\''), "{line}");
    }
}

#[test]
fn the_mails_quote_the_label_that_the_page_has() {
    for (language, _) in LANGUAGES {
        let file = format!("{}/email_templates/{language}.words.txt", env!("CARGO_MANIFEST_DIR"));
        let mail = std::fs::read_to_string(file).unwrap();
        assert!(mail.contains(&wording(language).call_me), "{language}");
    }
}
