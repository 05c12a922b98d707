//! Dates as people read them, in their language.

use chrono::{Datelike, Locale, NaiveDate, NaiveDateTime, Timelike};

/// How a language that we write in puts a date, and the time behind it, in strftime's letters.
#[derive(Clone, Copy)]
struct Form {
    code: &'static str,
    locale: Locale,
    date: &'static str,
    time: &'static str,
}

const ENGLISH: Form = Form { code: "en", locale: Locale::en_GB, date: "%A %-d %B", time: ", %H:%M" };

const FORMS: [Form; 5] = [
    ENGLISH,
    Form { code: "de", locale: Locale::de_DE, date: "%A, %-d. %B", time: ", %H:%M Uhr" },
    Form { code: "fr", locale: Locale::fr_FR, date: "%A %-d %B", time: " à %-H\u{a0}h\u{a0}%M" },
    Form { code: "es", locale: Locale::es_ES, date: "%A %-d de %B", time: " a las %-H:%M" },
    // The names of the Gregorian months that Egypt and the Gulf use, which readers elsewhere know too.
    Form { code: "ar", locale: Locale::ar_EG, date: "%A %-d %B", time: "، الساعة %H:%M" },
];

/// On the first of a month French says the ordinal.
const FRENCH_FIRST: &str = "%A 1er %B";

/// In Spanish one o'clock is singular.
const SPANISH_ONE: &str = " a la %-H:%M";

/// A language is known by the first part of its tag; one we do not write in gets English.
fn form(language: &str) -> Form {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    FORMS.into_iter().find(|form| form.code.eq_ignore_ascii_case(primary)).unwrap_or(ENGLISH)
}

/// Writes a date with its weekday and month, without the year: `Tuesday 17 November`. A language is known by
/// the first part of its tag; one we do not write in gets English.
pub fn long(date: NaiveDate, language: &str) -> String {
    let form = form(language);
    let written = if form.code == "fr" && date.day() == 1 { FRENCH_FIRST } else { form.date };
    date.format_localized(written, form.locale).to_string()
}

/// Writes a moment of the reader's clock to the minute, on 24 hours: `Friday 20 November, 14:05`.
pub fn with_time(local: NaiveDateTime, language: &str) -> String {
    let form = form(language);
    let time = if form.code == "es" && local.hour() == 1 { SPANISH_ONE } else { form.time };
    format!("{}{}", long(local.date(), language), local.format(time))
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
    fn a_moment_reads_as_its_language_writes_it() {
        let at = |hour, language| {
            with_time(
                NaiveDate::from_ymd_opt(2026, 11, 20).unwrap().and_hms_opt(hour, 5, 59).unwrap(),
                language,
            )
        };
        for (language, written) in [
            ("en", "Friday 20 November, 14:05"),
            ("de-CH", "Freitag, 20. November, 14:05 Uhr"),
            ("fr", "vendredi 20 novembre à 14\u{a0}h\u{a0}05"),
            ("es", "viernes 20 de noviembre a las 14:05"),
            ("ar", "الجمعة 20 نوفمبر، الساعة 14:05"),
            ("pl", "Friday 20 November, 14:05"),
        ] {
            assert_eq!(at(14, language), written, "{language}");
        }
        assert!(at(0, "en").ends_with(", 00:05") && at(9, "fr").ends_with(" à 9\u{a0}h\u{a0}05"));
        assert!(at(1, "es").ends_with(" a la 1:05") && at(13, "es").ends_with(" a las 13:05"));
    }

    #[test]
    fn the_first_of_a_month_is_an_ordinal_in_french() {
        assert_eq!(on(12, 1, "fr"), "mardi 1er décembre");
        assert_eq!(on(12, 1, "es"), "martes 1 de diciembre");
    }
}
