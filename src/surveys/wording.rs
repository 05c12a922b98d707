//! Every word that a customer's page says of its own, by language. What a survey asks is data of its version.
//!
//! A text may name values in braces; [`fill`] puts them in. A further language is one more file below `wording/`.

mod english;
mod german;

pub use english::ENGLISH;
pub use german::GERMAN;

/// The languages the pages speak: BCP 47 code and own name, in the order of the switch.
pub const LANGUAGES: &[(&str, &str)] = &[("en", "English"), ("de", "Deutsch")];

/// One part of the privacy page; the texts may name `{organisation}`.
#[derive(Debug)]
pub struct Passage {
    /// What it is about.
    pub heading: &'static str,
    /// What there is to say.
    pub paragraphs: &'static [&'static str],
}

/// The words of one language.
#[derive(Debug)]
pub struct Wording {
    /// BCP 47 code.
    pub language: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// Name of the locale for dates, such as `en_GB`.
    pub locale: &'static str,
    /// A day with its time in strftime's letters.
    pub deadline_format: &'static str,
    /// The word for language.
    pub language_label: &'static str,

    /// Heading of the first step.
    pub answer_title: &'static str,
    /// Names the visit: `{service}`, `{date}`.
    pub about: &'static str,
    /// Names the visit and who came: `{service}`, `{date}`, `{people}`.
    pub about_with: &'static str,
    /// Joins the last two of several names, with its spaces.
    pub and: &'static str,
    /// How long the first step takes.
    pub duration: &'static str,
    /// Says that a number was chosen in the mail: `{score}`.
    pub preselected: &'static str,
    /// Button of the first step.
    pub send_answer: &'static str,
    /// Until when the answer can be changed: `{until}`.
    pub changeable_until: &'static str,
    /// Label of the field that people do not see.
    pub honeypot: &'static str,

    /// Heading of the second step.
    pub more_title: &'static str,
    /// What the second step is.
    pub more_lead: &'static str,
    /// The radio that takes an answer back.
    pub no_answer: &'static str,
    /// Label of the comment.
    pub comment: &'static str,
    /// What to leave out of the comment.
    pub comment_hint: &'static str,
    /// The wish to be called.
    pub call_me: &'static str,
    /// Button of the second step.
    pub send: &'static str,

    /// Heading above the list of errors.
    pub error_title: &'static str,
    /// Begins the page's title when something needs correcting.
    pub error_prefix: &'static str,
    /// No number was chosen where one is needed.
    pub choose: &'static str,
    /// A number outside the scale came: `{min}`, `{max}`.
    pub choose_between: &'static str,
    /// The comment is too long: `{max}`, `{count}` characters.
    pub comment_too_long: &'static str,
    /// The form was open for too long or came from elsewhere; nothing was stored.
    pub form_expired: &'static str,
    /// A form had a question that is not in this survey.
    pub form_changed: &'static str,

    /// Heading after sending.
    pub thanks_title: &'static str,
    /// What stands after sending.
    pub thanks_text: &'static str,
    /// What follows from the wish to be called.
    pub thanks_call: &'static str,
    /// Heading of what was sent.
    pub given: &'static str,
    /// An answer on its scale: `{value}`, `{max}`.
    pub of: &'static str,
    /// Opens a quotation.
    pub quote_open: &'static str,
    /// Closes a quotation.
    pub quote_close: &'static str,
    /// Link back to the form.
    pub change: &'static str,
    /// Until when the link back works: `{until}`.
    pub change_until: &'static str,
    /// The time for changes is over.
    pub stands: &'static str,

    /// Heading when it is too late.
    pub closed_title: &'static str,
    /// Why it is too late and what can be done.
    pub closed_text: &'static str,
    /// Heading when the link leads nowhere.
    pub unknown_title: &'static str,
    /// What the reader can do about it.
    pub unknown_text: &'static str,

    /// Heading of the question whether to stop.
    pub stop_title: &'static str,
    /// What stopping does: `{organisation}`.
    pub stop_text: &'static str,
    /// Says that opening the page changed nothing.
    pub stop_nothing_yet: &'static str,
    /// Button that stops the mails.
    pub stop_button: &'static str,
    /// Heading after stopping.
    pub stopped_title: &'static str,
    /// What holds from now on: `{organisation}`.
    pub stopped_text: &'static str,

    /// Why this person was asked and who reads the answer: `{organisation}`.
    pub why: &'static str,
    /// Link to the page that stops the mails.
    pub stop_link: &'static str,
    /// Link to the privacy page.
    pub privacy_link: &'static str,
    /// Link to the imprint.
    pub imprint_link: &'static str,

    /// Heading of the privacy page.
    pub privacy_title: &'static str,
    /// The privacy page's parts.
    pub privacy: &'static [Passage],
}

/// Returns the words for a language tag: the exact one, else its primary subtag, else English.
pub fn wording(language: &str) -> &'static Wording {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let known = [&ENGLISH, &GERMAN];
    let find = |tag: &str| known.into_iter().find(|words| words.language.eq_ignore_ascii_case(tag));
    find(language).or_else(|| find(primary)).unwrap_or(&ENGLISH)
}

/// Puts values into a text: every `{name}` that is in the list becomes its value. What a value contains is
/// never read as a name, so that a customer's words cannot change the sentence.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| {
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value, tail))
        });
        rest = if let Some((value, tail)) = value {
            filled.push_str(value);
            tail
        } else {
            filled.push('{');
            after
        };
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_exactly_or_by_its_first_part_or_is_english() {
        let found = ["de", "de-AT", "DE_ch", "en-GB", "pt-BR", ""].map(|tag| wording(tag).language);
        assert_eq!(found, ["de", "de", "de", "en", "en", "en"]);
        assert!(LANGUAGES.iter().all(|(code, _)| wording(code).language == *code));
    }

    #[test]
    fn values_are_put_in_once_and_unknown_names_stay() {
        let values = [("a", "{b}"), ("b", "2")];
        assert_eq!(fill("{a} and {b} and {c} and {", &values), "{b} and 2 and {c} and {");
    }

    #[test]
    fn no_text_shouts_or_is_empty() {
        for words in [&ENGLISH, &GERMAN] {
            let all = format!("{words:?}");
            assert!(!all.contains('!') && !all.contains("\"\""), "{}", words.language);
            assert!(words.about_with.contains("{people}") && words.of.contains("{max}"));
        }
    }
}
