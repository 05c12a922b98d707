//! What somebody at the phone may mean by what they typed: one field, every way of finding that fits. Pure.

/// The fewest digits that are taken for the end of a number.
const FEWEST_DIGITS: usize = 3;

/// The end of a number that is compared at most. National and international writing differ before it.
const MOST_DIGITS: usize = 9;

/// The most words of a name that are looked for.
const MOST_WORDS: usize = 8;

/// The longest text that is looked for (characters).
const LONGEST: usize = 200;

/// Ways to look for a customer; what does not fit the text is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// A text-search query: every word begins a word of the name.
    pub words: Option<String>,
    /// The last digits of the number, the very last first, as the beginning of a LIKE pattern.
    pub tail: Option<String>,
    /// The beginning of the mail address, as a LIKE pattern in lower case.
    pub head: Option<String>,
    /// Exactly the customer's own id, or that of a visit.
    pub id: String,
}

impl Search {
    /// Reads what was typed; nothing when there is nothing to look for.
    pub fn read(typed: &str) -> Option<Self> {
        let text: String = typed.trim().chars().take(LONGEST).collect();
        (!text.is_empty()).then(|| Self {
            words: words(&text),
            tail: tail(&text),
            head: head(&text),
            id: text,
        })
    }
}

/// Quotes each word for `to_tsquery`, which then reads it by the same rules as the names: `'o''brien':*`.
fn words(text: &str) -> Option<String> {
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric));
    let quoted: Vec<String> = words
        .take(MOST_WORDS)
        .map(|word| format!("'{}':*", word.replace('\\', "\\\\").replace('\'', "''")))
        .collect();
    (!quoted.is_empty()).then(|| quoted.join(" & "))
}

/// A number as people write it: digits and what stands between them.
fn tail(text: &str) -> Option<String> {
    if !text.chars().all(|c| c.is_ascii_digit() || " +-–/().".contains(c)) {
        return None;
    }
    let digits: String = text.chars().rev().filter(char::is_ascii_digit).take(MOST_DIGITS).collect();
    (digits.len() >= FEWEST_DIGITS).then(|| format!("{digits}%"))
}

fn head(text: &str) -> Option<String> {
    if text.contains(char::is_whitespace) {
        return None;
    }
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Some(format!("{escaped}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Search {
        Search::read(text).unwrap()
    }

    #[test]
    fn every_way_that_fits_is_tried() {
        let all = read(" 0114 ");
        assert_eq!(all.words.as_deref(), Some("'0114':*"));
        assert_eq!((all.tail.as_deref(), all.head.as_deref()), (Some("4110%"), Some("0114%")));
        assert_eq!(all.id, "0114");
        let name = read("ada ash");
        assert_eq!(name.words.as_deref(), Some("'ada':* & 'ash':*"));
        assert_eq!((name.tail, name.head), (None, None));
        assert_eq!(Search::read("  "), None);
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let tails = ["+44 (0)163 296-0114", "01632960114", "0163/2960114"].map(|text| read(text).tail);
        assert!(tails.iter().all(|tail| tail.as_deref() == Some("411069236%")), "{tails:?}");
        assert_eq!(read("14").tail, None);
        assert_eq!(read("WO-1001").tail, None);
    }

    #[test]
    fn marks_of_the_query_languages_mean_themselves() {
        assert_eq!(read("o'brien:* a\\b").words.as_deref(), Some("'o''brien:*':* & 'a\\\\b':*"));
        assert_eq!(read("A_b%\\").head.as_deref(), Some("a\\_b\\%\\\\%"));
        assert_eq!(read("%").words, None);
    }
}
