//! Dates as people read them, in their language.

use super::wording::wording;
use chrono::{Locale, NaiveDate};

/// Writes a date with its weekday and month, without the year: `Tuesday 17 November`.
pub fn long(date: NaiveDate, language: &str) -> String {
    let words = wording(language);
    let locale = Locale::try_from(words.locale).unwrap_or(Locale::en_GB);
    date.format_localized(words.date_format, locale).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_reads_as_its_language_writes_it() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 17).unwrap();
        assert_eq!(long(date, "en"), "Tuesday 17 November");
        assert_eq!(long(date, "de-AT"), "Dienstag, 17. November");
    }
}
