//! What customers wrote, without what would tell who they are: pure. It hides what can be recognised; a person can still
//! write something that only they could.

/// What stands where something was taken out.
const HIDDEN: &str = "(…)";

/// Digits from which on a word may be a number to call or the number of an order.
const LONG_NUMBER: usize = 5;

/// Letters from which on a part of a name is looked for.
const SHORTEST_NAME: usize = 3;

/// Takes mail addresses, links, long numbers and the words of the customer's own name out of what they wrote.
pub fn veiled(text: &str, customer: Option<&str>) -> String {
    let names: Vec<String> = customer
        .unwrap_or_default()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.chars().count() >= SHORTEST_NAME)
        .map(str::to_lowercase)
        .collect();
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let bare = word.trim_end();
        let gap = word.get(bare.len()..).unwrap_or_default();
        if tells(bare, &names) { format!("{HIDDEN}{gap}") } else { word.to_owned() }
    });
    words.collect()
}

fn tells(word: &str, names: &[String]) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let lower = word.to_lowercase();
    let parts = lower.split(|letter: char| !letter.is_alphanumeric());
    word.contains('@')
        || lower.contains("://")
        || lower.starts_with("www.")
        || digits >= LONG_NUMBER
        || parts.into_iter().any(|part| names.iter().any(|name| name == part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_names_nor_numbers_nor_addresses_are_left() {
        let text =
            "Call me: +44(0)1632/960114 or ann.sample@example.com.\nRegards, Ann Sample, order WO-12345";
        let veiled = veiled(text, Some("Ann Sample"));
        assert_eq!(veiled, "Call me: (…) or (…)\nRegards, (…) (…) order (…)");
    }

    #[test]
    fn everything_else_stays_as_it_was_written() {
        let text = "He came at 9:30, in 2 hours.\n\nVery  tidy: “thank you”";
        assert_eq!(veiled(text, None), text);
        assert_eq!(
            veiled("Jo was kind", Some("Jo Li")),
            "Jo was kind",
            "two letters are too few to look for"
        );
    }
}
