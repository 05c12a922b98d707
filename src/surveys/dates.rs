//! Dates as people read them, in their language.

use chrono::{Datelike, Locale, NaiveDate};

/// How each language that letters are written in puts a date, in strftime's letters.
const FORMS: [(&str, Locale, &str); 5] = [
    ("en", Locale::en_GB, "%A %-d %B"),
    ("de", Locale::de_DE, "%A, %-d. %B"),
    ("fr", Locale::fr_FR, "%A %-d %B"),
    ("es", Locale::es_ES, "%A %-d de %B"),
    // The names of the Gregorian months that Egypt and the Gulf use, which readers elsewhere know too.
    ("ar", Locale::ar_EG, "%A %-d %B"),
];

/// On the first of a month French says the ordinal.
const FRENCH_FIRST: &str = "%A 1er %B";

/// Writes a date with its weekday and month, without the year: `Tuesday 17 November`. A language is known by
/// the first part of its tag; one we do not write in gets English.
pub fn long(date: NaiveDate, language: &str) -> String {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let known = FORMS.iter().find(|(code, ..)| code.eq_ignore_ascii_case(primary));
    let (code, locale, form) = known.copied().unwrap_or(("en", Locale::en_GB, "%A %-d %B"));
    let form = if code == "fr" && date.day() == 1 { FRENCH_FIRST } else { form };
    date.format_localized(form, locale).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(month: u32, day: u32, language: &str) -> String {
        long(NaiveDate::from_ymd_opt(2026, month, day).unwrap(), language)
    }

    #[test]
    fn a_date_reads_as_its_language_writes_it() {
        for (language, written) in [
            ("en", "Tuesday 17 November"),
            ("de-AT", "Dienstag, 17. November"),
            ("fr-CA", "mardi 17 novembre"),
            ("es_MX", "martes 17 de noviembre"),
            ("AR-eg", "الثلاثاء 17 نوفمبر"),
            ("pt", "Tuesday 17 November"),
            ("", "Tuesday 17 November"),
        ] {
            assert_eq!(on(11, 17, language), written, "{language}");
        }
    }

    #[test]
    fn every_month_and_day_has_the_name_that_people_use() {
        let months = |language: &str| -> Vec<String> {
            let last = |month| on(month, 9, language).rsplit(' ').next().unwrap_or_default().to_owned();
            (1..=12).map(last).collect()
        };
        assert_eq!(
            months("fr").join(" "),
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
        );
        assert_eq!(
            months("es").join(" "),
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
        );
        assert_eq!(
            months("ar").join(" "),
            "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
        );
        let days = |language: &str| -> Vec<String> {
            let first = |day| on(6, day, language).split(' ').next().unwrap_or_default().to_owned();
            (2..=8).map(first).collect()
        };
        assert_eq!(days("fr").join(" "), "mardi mercredi jeudi vendredi samedi dimanche lundi");
        assert_eq!(days("es").join(" "), "martes miércoles jueves viernes sábado domingo lunes");
        assert_eq!(days("ar").join(" "), "الثلاثاء الأربعاء الخميس الجمعة السبت الأحد الاثنين");
    }

    #[test]
    fn the_first_of_a_month_is_an_ordinal_in_french() {
        assert_eq!(on(12, 1, "fr"), "mardi 1er décembre");
        assert_eq!(on(12, 1, "es"), "martes 1 de diciembre");
    }
}
