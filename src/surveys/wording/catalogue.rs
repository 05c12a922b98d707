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
        // Refused only when the name is taken.
        let _ = bundle.add_function("BEGINS-WITH-I", |values, _| match values {
            [FluentValue::String(name)] if begins_with_i(name) => "yes".into(),
            _ => "no".into(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spanish_hears_an_i_at_the_beginning_or_behind_a_silent_h() {
        assert!(["Inés", "Íñigo", "hilda", "Isabel Roca"].iter().all(|name| begins_with_i(name)));
        assert!(["Ada", "Iago", "Hielo", "Yolanda", "", "H"].iter().all(|name| !begins_with_i(name)));
    }
}
