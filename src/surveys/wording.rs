//! Every word that a customer's page says of its own, by language. What a survey asks is data of its version.
//!
//! The texts stand in `locales/*/customer.ftl`. A new one is a line in `words!` and a line in each of the
//! files; a test names the language and the id of what is missing, unknown or uses other values.

mod catalogue;
#[cfg(test)]
mod files_tests;

use catalogue::Catalogue;
use fluent_bundle::FluentArgs;
use std::sync::LazyLock;

/// The languages the pages speak: BCP 47 code and own name, in the order of the switch.
pub const LANGUAGES: &[(&str, &str)] =
    &[("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")];

/// Declares [`Wording`]: each text is a field, each sentence with values a method. `answer_title` is the id
/// `answer-title` in the files, and the values have the same names there.
macro_rules! words {
    (
        texts { $($text:ident = $text_is:literal;)* }
        sentences { $($sentence:ident($($value:ident: $kind:ty),+) = $sentence_is:literal;)* }
    ) => {
        /// The words of one language.
        pub struct Wording {
            /// BCP 47 code.
            pub language: &'static str,
            /// `ltr` or `rtl`.
            pub direction: &'static str,
            $(#[doc = $text_is] pub $text: String,)*
            catalogue: Catalogue,
        }

        impl Wording {
            fn read(language: &'static str, direction: &'static str, source: &str) -> Self {
                let catalogue = Catalogue::read(language, direction, source);
                Self {
                    language,
                    direction,
                    $($text: catalogue.text(stringify!($text), None),)*
                    catalogue,
                }
            }

            $(#[doc = $sentence_is]
            pub fn $sentence(&self, $($value: $kind),+) -> String {
                let mut values = FluentArgs::new();
                $(values.set(stringify!($value), $value);)+
                self.catalogue.text(stringify!($sentence), Some(&values))
            })*
        }

        /// Every text with the names of its values.
        #[cfg(test)]
        const DECLARED: &[(&str, &[&str])] = &[
            $((stringify!($text), &[]),)*
            $((stringify!($sentence), &[$(stringify!($value)),+]),)*
        ];
    };
}

words! {
    texts {
        language_label = "The word for language.";
        answer_title = "Heading of the first step.";
        duration = "How long the first step takes.";
        send_answer = "Button of the first step.";
        honeypot = "Label of the field that people do not see.";
        more_title = "Heading of the second step.";
        more_lead = "What the second step is.";
        no_answer = "The radio that takes an answer back.";
        comment = "Label of the comment.";
        comment_hint = "What to leave out of the comment.";
        call_me = "The wish to be called; the mails quote it.";
        send = "Button of the second step.";
        choose_shown = "An answer came that was not offered.";
        yes = "Yes.";
        no = "No.";
        call_when = "When the customer likes to be called.";
        call_morning = "A time of the day.";
        call_midday = "A time of the day.";
        call_afternoon = "A time of the day.";
        call_evening = "A time of the day.";
        call_number = "Label of the number.";
        call_number_wrong = "The number cannot be one.";
        error_title = "Heading above the list of errors.";
        error_prefix = "Begins the page's title when something needs correcting.";
        choose = "No number was chosen where one is needed.";
        form_expired = "The form was open for too long or came from elsewhere; nothing was stored.";
        form_changed = "A form had a question that is not in this survey.";
        thanks_title = "Heading after sending.";
        thanks_text = "What stands after sending.";
        thanks_call = "What follows from the wish to be called.";
        given = "Heading of what was sent.";
        change = "Link back to the form.";
        tell_others = "Link to where they may tell others, shown to everybody.";
        stands = "The time for changes is over.";
        kept_title = "Heading when an answer could not be stored just now.";
        kept_text = "Says that nothing is lost and what to do.";
        kept_again = "Button that sends the same again.";
        closed_title = "Heading when it is too late.";
        closed_text = "Why it is too late and what can be done.";
        unknown_title = "Heading when the link leads nowhere.";
        unknown_text = "What the reader can do about it.";
        code_title = "Heading of the page that asks for the code of a card.";
        code_lead = "Where the code stands.";
        code_label = "Label of the code.";
        code_wrong = "The code is not known.";
        code_go = "Button behind the code.";
        card_title = "Heading of a printed card.";
        stop_title = "Heading of the question whether to stop.";
        stop_nothing_yet = "Says that opening the page changed nothing.";
        stop_button = "Button that stops the mails.";
        stopped_title = "Heading after stopping.";
        stop_link = "Link to the page that stops the mails.";
        privacy_link = "Link to the privacy page.";
        imprint_link = "Link to the imprint.";
        privacy_title = "Heading of the privacy page.";
        privacy_responsible_title = "Heading: who is responsible.";
        privacy_stored_title = "Heading: what is stored.";
        privacy_use_title = "Heading: what it is used for.";
        privacy_use = "What it is used for.";
        privacy_readers_title = "Heading: who sees it.";
        privacy_time_title = "Heading: how long.";
        privacy_rights_title = "Heading: the customer's rights.";
        phone_ask = "Said on the phone: whether we may ask.";
        phone_service = "Said on the phone: that we want to put something right.";
    }
    sentences {
        about(service: &str, date: &str) = "Names the visit.";
        about_with(service: &str, date: &str, people: &str) = "Names the visit and who came.";
        names_next(names: &str, name: &str) = "Puts a name behind others when more follow.";
        names_last(names: &str, name: &str) = "Puts the last name behind others.";
        preselected(score: i32) = "Says that a number was chosen in the mail.";
        changeable_until(until: &str) = "Until when the answer can be changed.";
        choose_between(min: i32, max: i32) = "A number outside the scale came.";
        comment_too_long(count: usize, max: usize) = "The comment is too long (characters).";
        of(value: i32, max: i32) = "An answer on its scale.";
        quoted(text: &str) = "A quotation.";
        change_until(until: &str) = "Until when the link back works.";
        stop_text(organisation: &str) = "What stopping does.";
        stopped_text(organisation: &str) = "What holds after stopping.";
        card_how(address: &str) = "What to do with a printed card.";
        card_until(date: &str) = "Until when a printed card works.";
        phone_hello(customer: &str, organisation: &str) = "Said on the phone: the greeting.";
        phone_hello_unnamed(organisation: &str) = "Said on the phone: the greeting of somebody without a name.";
        why(organisation: &str) = "Why this person was asked and who reads the answer.";
        privacy_responsible(organisation: &str) = "Who is responsible.";
        privacy_stored(organisation: &str) = "What is stored.";
        privacy_readers(organisation: &str) = "Who sees it.";
        privacy_time(days: i64, organisation: &str) = "How long the link works (days) and the answer is kept.";
        privacy_rights(organisation: &str) = "The customer's rights.";
    }
}

/// One part of the privacy page.
#[derive(Debug, PartialEq, Eq)]
pub struct Passage {
    /// What it is about.
    pub heading: &'static str,
    /// What there is to say.
    pub paragraphs: Vec<String>,
}

impl Wording {
    /// Lists names as the language does: `Ada, Ben and Cy`.
    pub fn names(&self, names: &[String]) -> String {
        let Some((first, further)) = names.split_first() else { return String::new() };
        let Some((last, between)) = further.split_last() else { return first.clone() };
        let listed = between.iter().fold(first.clone(), |names, name| self.names_next(&names, name));
        self.names_last(&listed, last)
    }

    /// Makes the parts of the privacy page; `days` is how long a link works.
    pub fn privacy(&'static self, organisation: &str, days: i64) -> Vec<Passage> {
        let passage = |heading: &'static str, text: String| Passage {
            heading,
            paragraphs: text.split("\n\n").map(str::to_owned).collect(),
        };
        vec![
            passage(&self.privacy_responsible_title, self.privacy_responsible(organisation)),
            passage(&self.privacy_stored_title, self.privacy_stored(organisation)),
            passage(&self.privacy_use_title, self.privacy_use.clone()),
            passage(&self.privacy_readers_title, self.privacy_readers(organisation)),
            passage(&self.privacy_time_title, self.privacy_time(days, organisation)),
            passage(&self.privacy_rights_title, self.privacy_rights(organisation)),
        ]
    }
}

static WORDINGS: LazyLock<[Wording; 5]> = LazyLock::new(|| {
    [
        Wording::read("en", "ltr", include_str!("../../locales/en/customer.ftl")),
        Wording::read("de", "ltr", include_str!("../../locales/de/customer.ftl")),
        Wording::read("fr", "ltr", include_str!("../../locales/fr/customer.ftl")),
        Wording::read("es", "ltr", include_str!("../../locales/es/customer.ftl")),
        Wording::read("ar", "rtl", include_str!("../../locales/ar/customer.ftl")),
    ]
});

/// Returns the words for a language tag, by its exact or its first part; None for a language we do not speak.
pub fn spoken(language: &str) -> Option<&'static Wording> {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let find = |tag: &str| WORDINGS.iter().find(|words| words.language.eq_ignore_ascii_case(tag));
    find(language).or_else(|| find(primary))
}

/// Returns the words for a language tag: the exact one, else its primary subtag, else English.
pub fn wording(language: &str) -> &'static Wording {
    let [english, ..] = &*WORDINGS;
    spoken(language).unwrap_or(english)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_exactly_or_by_its_first_part_or_is_english() {
        let found = ["de", "de-AT", "DE_ch", "en-GB", "fr_CA", "pt-BR", ""].map(|tag| wording(tag).language);
        assert_eq!(found, ["de", "de", "de", "en", "fr", "en", "en"]);
        assert!(LANGUAGES.iter().all(|(code, _)| wording(code).language == *code));
        assert_eq!(spoken("pl").map(|words| words.language), None);
    }

    #[test]
    fn what_is_put_in_is_never_read_as_a_text() {
        let said = wording("en").about("{ $date } { -brand }", "today");
        assert_eq!(said, "{ $date } { -brand } on today.");
    }

    #[test]
    fn what_is_put_in_keeps_its_own_direction_in_arabic_alone() {
        assert_eq!(wording("ar").of(4, 5), "\u{2068}4\u{2069} من \u{2068}5\u{2069}");
        for (language, said) in [("en", "4 of 5"), ("de", "4 von 5"), ("fr", "4 sur 5"), ("es", "4 de 5")] {
            assert_eq!(wording(language).of(4, 5), said);
        }
    }

    fn plain(text: &str) -> String {
        text.replace(['\u{2068}', '\u{2069}'], "")
    }

    #[test]
    fn numbers_bend_the_words_beside_them() {
        let too_long = |language, count, max| plain(&wording(language).comment_too_long(count, max));
        assert!(too_long("en", 2, 1).contains("to 1 character. It has 2 now"));
        assert!(too_long("fr", 4001, 4000).contains("à 4000 caractères."));
        assert!(too_long("es", 2, 1).contains("a 1 carácter."));
        for (count, said) in [
            (0, "0 حرف."),
            (1, "حرف واحد."),
            (2, "حرفان."),
            (4003, "4003 أحرف."),
            (4011, "4011 حرفًا."),
            (4100, "4100 حرف."),
        ] {
            assert!(too_long("ar", count, 4000).ends_with(&format!("الآن {said}")), "{count}");
        }
        let time = |language, days| plain(&wording(language).privacy_time(days, "X"));
        assert!(time("de", 1).contains("gilt einen Tag.") && time("de", 30).contains("gilt 30 Tage."));
        assert!(time("ar", 2).contains("لمدة يومين.") && time("ar", 30).contains("لمدة 30 يومًا."));
    }

    #[test]
    fn names_are_listed_as_the_language_does() {
        let list = |language, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            plain(&wording(language).names(&names))
        };
        assert_eq!(list("en", &["Ada", "Ben", "Cy"]), "Ada, Ben and Cy");
        assert_eq!(list("de", &["Ada", "Ben"]), "Ada und Ben");
        assert_eq!(list("fr", &["Ada"]), "Ada");
        assert_eq!(list("es", &["Ada", "Ben", "Inés"]), "Ada, Ben e Inés");
        assert_eq!(list("es", &["Inés", "Ada"]), "Inés y Ada");
        assert_eq!(list("ar", &["آدا", "بن", "سي"]), "آدا، بن وسي");
        assert_eq!(list("ar", &[]), "");
    }

    #[test]
    fn the_privacy_page_says_as_much_in_every_language() {
        let parts = |language| -> Vec<usize> {
            wording(language).privacy("X", 30).iter().map(|passage| passage.paragraphs.len()).collect()
        };
        for (language, _) in LANGUAGES {
            assert_eq!(parts(language), [1, 3, 2, 2, 2, 3], "{language}");
        }
    }
}
