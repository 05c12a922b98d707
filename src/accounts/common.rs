//! Passwords that are guessed first (ASVS 5.0, 6.2.4): pure. With twelve characters at least, hardly one of the commonest
//! is long enough, so those that are put together of them are refused too.

use std::collections::HashSet;
use std::sync::LazyLock;

const LIST: &str = include_str!("words/common_passwords.txt");

static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| LIST.lines().filter(|line| !line.starts_with('#')).collect());

/// The shortest name (letters and digits) whose part in a password makes it easier to guess.
const SHORTEST_NAME: usize = 4;

/// Tells whether a password is one of the commonest, or two of them, or some of them again and again, whatever the case
/// and with signs around it.
pub fn is_common(password: &str) -> bool {
    let small = password.to_lowercase();
    let bare = small.trim_matches(|c: char| !c.is_alphanumeric());
    let splits = bare.char_indices().map(|(at, _)| bare.split_at(at));
    bare.is_empty() || splits.into_iter().any(|(first, last)| is_piece(first) && is_piece(last))
}

/// Nothing, a common word, a run such as `23456` or `aaaa`, a short number, or a repetition of one of these.
fn is_piece(text: &str) -> bool {
    let is_number = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if text.is_empty() || is_number || COMMON.contains(text) || is_run(text) {
        return true;
    }
    (1..=text.len() / 2)
        .filter(|length| text.len().is_multiple_of(*length) && text.is_char_boundary(*length))
        .any(|length| {
            let (unit, _) = text.split_at(length);
            text == unit.repeat(text.len() / length) && (length < 4 || COMMON.contains(unit) || is_run(unit))
        })
}

/// Each sign follows the one before by the same step of one, up or down, or is the same; 0 follows 9.
fn is_run(text: &str) -> bool {
    let bytes = text.as_bytes();
    let step = |step: i16| {
        bytes.windows(2).all(|pair| match pair {
            [b'9', b'0'] => step == 1,
            [b'0', b'9'] => step == -1,
            [one, next] => i16::from(*next) - i16::from(*one) == step,
            _ => false,
        })
    };
    bytes.len() > 2 && text.is_ascii() && [-1, 0, 1].into_iter().any(step)
}

/// Tells whether a password contains a name, whatever the case and the signs between.
pub fn contains_name(password: &str, name: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let name = bare(name);
    name.chars().count() >= SHORTEST_NAME && bare(password).contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_refused() {
        assert!(COMMON.len() > 3_000 && COMMON.contains("letmein"));
        for password in [
            "leavemealone",
            "123456789012",
            "Password2026!",
            "passwordpassword",
            "qwertyqwertyqwerty",
            "DragonMonkey",
            "letmein123123",
            "abcdefghijklm",
            "aaaaaaaaaaaaaaa",
            "xyxyxyxyxyxyxy",
            "987654321098",
            "!!!sunshine123!!!",
            "............",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn a_few_words_in_a_row_are_good() {
        for password in [
            "correct horse battery",
            "a new password",
            "correcthorsebattery staple",
            "Grün-ist die Heide 7",
            "9fK2-mmQ4-7xPz",
            "пароль от склада",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn a_name_is_found_in_any_writing() {
        assert!(contains_name("my NORTHWIND-boilers pass", "Northwind Boilers"));
        assert!(!contains_name("north and wind boilers", "Northwind Boilers"));
        assert!(!contains_name("shrimp hr hr hr", "hr"));
    }
}
