//! One file of texts, read once (Fluent, <https://projectfluent.org>).

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// The texts of one language by their ids.
pub(super) struct Catalogue(FluentBundle<FluentResource>);

impl Catalogue {
    /// Reads a file. What cannot be read in it is left out; a test sees to it that nothing is.
    pub(super) fn read(language: &str, direction: &str, source: &str) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.parse().unwrap_or_default()]);
        // A Latin name would turn a sentence that runs to the left around; elsewhere the marks help nobody.
        bundle.set_use_isolating(direction == "rtl");
        // Refused only when a name is taken.
        let _ = bundle.add_function("BEGINS-WITH-I", |values, _| match values {
            [FluentValue::String(name)] if begins_with_i(name) => "yes".into(),
            _ => "no".into(),
        });
        let _ = bundle.add_function("ARABIC-FORM", |values, _| match values {
            [FluentValue::Number(number)] => {
                arabic_form(number.as_string().parse().unwrap_or_default()).into()
            }
            _ => "other".into(),
        });
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
        Self(bundle)
    }

    /// Returns the text that belongs to a name of the code; one that is missing shows its id.
    pub(super) fn text(&self, name: &str, values: Option<&FluentArgs>) -> String {
        let id = id_of(name);
        let Some(pattern) = self.0.get_message(&id).and_then(|message| message.value()) else { return id };
        self.0.format_pattern(pattern, values, &mut Vec::new()).into_owned()
    }
}

/// The id of a text in the files: `answer_title` is `answer-title` there.
pub(super) fn id_of(name: &str) -> String {
    name.replace('_', "-")
}

/// Tells whether a Spanish ear hears an i first: `Inés`, `Hilda`, not `Hielo` or `Iago`.
fn begins_with_i(name: &str) -> bool {
    let name = name.to_lowercase();
    let sound = name.strip_prefix('h').unwrap_or(&name);
    let mut letters = sound.chars();
    matches!(letters.next(), Some('i' | 'í'))
        && !matches!(letters.next(), Some('a' | 'e' | 'o' | 'á' | 'é' | 'ó'))
}

/// The form that a counted thing takes in Arabic (CLDR 48, cardinal). `intl_pluralrules` 7.0.2 forgets the
/// remainder: it takes 103 for `other`, which is `few`.
fn arabic_form(number: u64) -> &'static str {
    match (number, number % 100) {
        (0, _) => "zero",
        (1, _) => "one",
        (2, _) => "two",
        (_, 3..=10) => "few",
        (_, 11..=99) => "many",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arabic_number_takes_the_form_of_its_last_two_digits() {
        let form = |numbers: &[u64]| -> Vec<&str> {
            let mut forms: Vec<&str> = numbers.iter().map(|number| arabic_form(*number)).collect();
            forms.dedup();
            forms
        };
        assert_eq!(form(&[0, 1, 2]), ["zero", "one", "two"]);
        assert_eq!(form(&[3, 10, 103, 110, 4003]), ["few"]);
        assert_eq!(form(&[11, 26, 99, 111, 1011, 4099]), ["many"]);
        assert_eq!(form(&[100, 101, 102, 200, 4000, 4102]), ["other"]);
    }

    #[test]
    fn spanish_hears_an_i_at_the_beginning_or_behind_a_silent_h() {
        assert!(["Inés", "Íñigo", "hilda", "Isabel Roca"].iter().all(|name| begins_with_i(name)));
        assert!(["Ada", "Iago", "Hielo", "Yolanda", "", "H"].iter().all(|name| !begins_with_i(name)));
    }
}
