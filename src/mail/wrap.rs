//! Lines of plain text, short enough for every mail program.

/// The longest line that a mail should have, in characters (RFC 5322 §2.1.1).
const COLUMNS: usize = 78;

/// Breaks longer lines at their spaces. A word that is longer, such as a link, stays whole on a line of its own,
/// and a no-break space holds.
pub(super) fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + 32);
    for line in text.split_inclusive('\n') {
        if line.trim_end_matches('\n').chars().count() <= COLUMNS {
            wrapped.push_str(line);
        } else {
            fill(&mut wrapped, line);
        }
    }
    wrapped
}

fn fill(wrapped: &mut String, line: &str) {
    let mut columns = 0;
    for word in line.trim_end_matches('\n').split(' ').filter(|word| !word.is_empty()) {
        let wide = word.chars().count();
        if columns > 0 && columns + 1 + wide > COLUMNS {
            wrapped.push('\n');
            columns = 0;
        } else if columns > 0 {
            wrapped.push(' ');
            columns += 1;
        }
        wrapped.push_str(word);
        columns += wide;
    }
    if line.ends_with('\n') {
        wrapped.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break_at_spaces_and_short_ones_stay() {
        let words = "wort ".repeat(40);
        let wrapped = wrap(&format!("a  b\n\n{}\nc", words.trim()));
        assert!(wrapped.lines().all(|line| line.chars().count() <= COLUMNS), "{wrapped}");
        assert!(wrapped.starts_with("a  b\n\nwort wort") && wrapped.ends_with("wort\nc"), "{wrapped}");
        assert_eq!(wrapped.split_whitespace().count(), 43);
        assert_eq!(wrapped.lines().nth(2).unwrap().len(), 74, "a line is filled");
    }

    #[test]
    fn a_link_stays_whole_and_letters_count_not_bytes() {
        let link = format!("https://feedback.example.com/{}", "x".repeat(90));
        assert_eq!(wrap(&format!("See {link} there")), format!("See\n{link}\nthere"));
        let arabic = "ع".repeat(78);
        assert_eq!(wrap(&arabic), arabic);
        let held = format!("{} b\u{a0}:", "a".repeat(75));
        assert_eq!(wrap(&held), format!("{}\nb\u{a0}:", "a".repeat(75)));
    }
}
