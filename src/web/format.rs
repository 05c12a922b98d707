//! Numbers as people read them (design/README.md, principle 5): English, tabular, minus as U+2212.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// The minus sign; a hyphen is too short beside digits.
const MINUS: char = '\u{2212}';

/// Writes a number with one decimal: `70.1`, `−1.4`; a rounded zero has no sign.
pub fn one(value: f64) -> String {
    let digits = format!("{:.1}", value.abs());
    if value < 0.0 && digits != "0.0" { format!("{MINUS}{digits}") } else { digits }
}

/// Writes a difference with its sign and one decimal: `+3.1`, `−1.4`, `0.0`.
pub fn signed(value: f64) -> String {
    let text = one(value);
    if value > 0.0 && text != "0.0" { format!("+{text}") } else { text }
}

/// Writes a share between 0 and 1 as `36 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", whole_percent(share))
}

/// Writes two shares between 0 and 1 as `51 to 70 %`.
pub fn percent_range(low: f64, high: f64) -> String {
    format!("{} to {} %", whole_percent(low), whole_percent(high))
}

/// Writes two numbers as `65.2 to 75.0`.
pub fn range(low: f64, high: f64) -> String {
    format!("{} to {}", one(low), one(high))
}

/// Writes a count with commas: `1,916`.
pub fn thousands(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 3);
    if count < 0 {
        text.push(MINUS);
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a count with the right word: `1 visit`, `1,916 visits`.
pub fn counted(count: i64, singular: &str, plural: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { singular } else { plural })
}

/// Returns where a value lies between two ends, as an SVG percentage; beyond an end it is cut there.
pub fn position(value: f64, low: f64, high: f64) -> String {
    let share = (value - low) / (high - low);
    format!("{:.2}%", if share.is_finite() { share.clamp(0.0, 1.0) * 100.0 } else { 0.0 })
}

/// Writes a part of a whole in per-mille as a share: `60 %`, `33.3 %`.
pub fn permille(part: i32) -> String {
    if part % 10 == 0 { format!("{} %", part / 10) } else { format!("{}.{} %", part / 10, part % 10) }
}

/// Writes a date for a table: `17 Nov 2026`.
pub fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// Writes a date for a heading: `17 November 2026`.
pub fn full_day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// Writes a date for a sentence: `Tuesday 17 November 2026`.
pub fn long_day(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}

/// Writes a moment in a zone: `17 Nov 2026 14:05`.
pub fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%-d %b %Y %H:%M").to_string()
}

/// Leaves the first letter and the domain of a mail address.
pub fn masked_email(email: &str) -> String {
    let Some((person, domain)) = email.rsplit_once('@') else { return "…".to_owned() };
    format!("{}…@{domain}", person.chars().next().map(String::from).unwrap_or_default())
}

fn whole_percent(share: f64) -> String {
    let digits = format!("{:.0}", (share * 100.0).abs());
    if share < 0.0 && digits != "0" { format!("{MINUS}{digits}") } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_decimal_and_a_real_minus() {
        assert_eq!(
            (one(70.14).as_str(), one(-1.44).as_str(), one(-0.04).as_str()),
            ("70.1", "\u{2212}1.4", "0.0")
        );
        assert_eq!(
            (signed(3.12).as_str(), signed(-1.4).as_str(), signed(0.04).as_str()),
            ("+3.1", "\u{2212}1.4", "0.0")
        );
        assert_eq!(range(65.2, 75.0), "65.2 to 75.0");
    }

    #[test]
    fn shares_have_a_space_before_the_sign() {
        assert_eq!((percent(0.359), percent(1.0)), ("36 %".to_owned(), "100 %".to_owned()));
        assert_eq!(percent_range(0.508, 0.702), "51 to 70 %");
    }

    #[test]
    fn days_and_moments_are_those_of_the_zone() {
        let at = "2026-11-17T23:30:00Z".parse().unwrap();
        assert_eq!(moment(at, chrono_tz::Europe::Berlin), "18 Nov 2026 00:30");
        let date = NaiveDate::from_ymd_opt(2026, 11, 7).unwrap();
        assert_eq!((day(date).as_str(), long_day(date).as_str()), ("7 Nov 2026", "Saturday 7 November 2026"));
        assert_eq!((permille(600).as_str(), permille(333).as_str()), ("60 %", "33.3 %"));
    }

    #[test]
    fn a_masked_address_tells_two_apart_and_reaches_neither() {
        for (email, masked) in [
            ("ada.ash@example.com", "a…@example.com"),
            ("Örn@example.com", "Ö…@example.com"),
            ("\"a@b\"@example.com", "\"…@example.com"),
            ("@example.com", "…@example.com"),
            ("ada", "…"),
        ] {
            assert_eq!(masked_email(email), masked);
        }
    }

    #[test]
    fn counts_have_commas_every_three_digits() {
        let written: Vec<String> = [0, 999, 1_000, 41_743, 1_234_567, -1_916].map(thousands).into();
        assert_eq!(written, ["0", "999", "1,000", "41,743", "1,234,567", "\u{2212}1,916"]);
        assert_eq!(
            (counted(1, "visit", "visits").as_str(), counted(1916, "visit", "visits").as_str()),
            ("1 visit", "1,916 visits")
        );
    }

    #[test]
    fn a_position_stays_on_its_scale() {
        let placed: Vec<String> = [(70.1, 0.0, 100.0), (-4.0, 0.0, 100.0), (9.0, 0.0, 0.0)]
            .map(|(value, low, high)| position(value, low, high))
            .into();
        assert_eq!(placed, ["70.10%", "0.00%", "0.00%"]);
    }
}
