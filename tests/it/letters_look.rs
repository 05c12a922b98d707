//! How the letters look: each in each language, on a phone and a desk, light and dark, in a real browser.

use crate::support::axe;
use crate::support::browser::{Browser, Scripts};
use crate::support::programs_or_skip;
use chrono::NaiveDate;
use hearback::mail::{Rendered, Templates};
use hearback::surveys::{builtin, dates};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Language, what was done, for whom, by whom.
const VISITS: [(&str, &str, &str, &str); 5] = [
    ("en", "boiler service", "Mrs Ashdown", "Jonas Feld"),
    ("de", "Wartung der Heizung", "Frau Ashdown", "Jonas Feld"),
    ("fr", "entretien de la chaudière", "Mme Ashdown", "Jonas Feld"),
    ("es", "revisión de la caldera", "Sra. Ashdown", "Jonas Feld"),
    ("ar", "صيانة الغلاية", "السيدة آشداون", "يوناس فيلد"),
];

/// What axe asks of a page and a mail cannot give: the landmarks around it are those of the mail program.
const OF_PAGES: [&str; 2] = ["landmark-one-main", "region"];

fn sample(letter: &str) -> Value {
    let text = match letter {
        "invitation" => include_str!("../../email_templates/invitation/sample.json"),
        "thanks" => include_str!("../../email_templates/thanks/sample.json"),
        _ => include_str!("../../email_templates/reminder/sample.json"),
    };
    serde_json::from_str(text).unwrap()
}

/// A letter of the built-in survey in a language; nobody is named where `named` is false.
fn write(letter: &str, language: &str, named: bool) -> Rendered {
    let (_, service, customer, employee) = VISITS.iter().find(|(code, ..)| *code == language).unwrap();
    let day = |day| dates::long(NaiveDate::from_ymd_opt(2026, 11, day).unwrap(), language);
    let texts = builtin::content().texts_of("overall", language);
    let mut context = sample(letter);
    for (key, value) in [
        ("question", texts.text.as_str()),
        ("low", &texts.low),
        ("high", &texts.high),
        ("service", service),
        ("date", &day(17)),
        ("asked_on", &day(20)),
        ("customer_name", if named { customer } else { "" }),
        ("employee", if named { employee } else { "" }),
    ] {
        context[key] = value.into();
    }
    Templates::load(None).unwrap().render(letter, language, &context).unwrap()
}

/// Keeps the parts of a letter where a person can look at them, and gives the address of its HTML.
fn keep(name: &str, rendered: &Rendered) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("letters");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.txt")), format!("{}\n\n{}", rendered.subject, rendered.text))
        .unwrap();
    let file = folder.join(format!("{name}.html"));
    std::fs::write(&file, &rendered.html).unwrap();
    format!("file://{}", file.display())
}

const MEASURE: &str = "const taps = [...document.querySelectorAll('a.hb-tap')].map(tap => {
        const cell = tap.closest('td').getBoundingClientRect(), box = tap.getBoundingClientRect();
        return { height: box.height, width: box.width, left: cell.left, right: cell.right, top: cell.top };
    });
    const colour = css => getComputedStyle(document.querySelector(css)).backgroundColor.match(/\\d+/g)
        .slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
    const beside = document.querySelector('.hb-card').getBoundingClientRect();
    return {
        taps, wide: document.documentElement.scrollWidth > innerWidth, inner: innerWidth,
        dir: document.documentElement.dir, lang: document.documentElement.lang,
        card: colour('.hb-card'), beside: beside.left - (document.documentElement.clientWidth - beside.right), cell: colour('.hb-cell'), page: colour('body'),
        heading: getComputedStyle(document.querySelector('h1')).textAlign,
        links: [...document.querySelectorAll('a')].map(link => link.href),
    };";

/// Fails unless there are five targets in one row, each large enough for a thumb and none outside the window.
fn five_large_targets(measured: &Value, right_to_left: bool, which: &str) {
    let taps = measured["taps"].as_array().unwrap();
    assert_eq!(taps.len(), 5, "{which}");
    let of = |tap: &Value, key: &str| tap[key].as_f64().unwrap();
    for tap in taps {
        assert!(of(tap, "height") >= 44.0 && of(tap, "width") >= 44.0, "{which}: {tap}");
        assert!(of(tap, "left") >= 0.0 && of(tap, "right") <= of(measured, "inner"), "{which}: {tap}");
        assert!((of(tap, "top") - of(&taps[0], "top")).abs() < 1.0, "{which}: not in one row");
    }
    for pair in taps.windows(2) {
        let rises = of(&pair[0], "right") <= of(&pair[1], "left");
        let falls = of(&pair[0], "left") >= of(&pair[1], "right");
        assert!(if right_to_left { falls } else { rises }, "{which}: not in reading direction");
    }
}

#[test]
fn every_letter_is_easy_to_read_and_to_tap_at_every_width_and_in_the_dark() {
    let Some([chromium, driver]) = programs_or_skip("letters", ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip("letters") else { return };
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    for (language, letter) in VISITS.iter().flat_map(|(l, ..)| [(*l, "invitation"), (*l, "reminder")]) {
        let address = keep(&format!("{letter}-{language}"), &write(letter, language, true));
        browser.open(&address);
        for (width, scheme) in [(360, "light"), (360, "dark"), (800, "light"), (800, "dark")] {
            let which = format!("{letter} {language} at {width} {scheme}");
            browser.view(width, 900, scheme);
            let mut faults = axe::found(&browser, axe);
            faults.retain(|fault| !OF_PAGES.iter().any(|rule| fault.starts_with(rule)));
            assert!(faults.is_empty(), "{which}: {faults:#?}");
            let measured = browser.run(MEASURE);
            assert_eq!(measured["inner"], width, "{which}");
            assert_eq!(measured["wide"], false, "{which} is wider than its window");
            assert_eq!(measured["lang"], language, "{which}");
            let right_to_left = language == "ar";
            assert_eq!(measured["dir"], if right_to_left { "rtl" } else { "ltr" }, "{which}");
            assert_eq!(measured["heading"], if right_to_left { "right" } else { "left" }, "{which}");
            let beside = measured["beside"].as_f64().unwrap();
            assert!(beside.abs() < 1.0, "{which} is {beside} px off the middle");
            five_large_targets(&measured, right_to_left, &which);
            for surface in ["page", "card", "cell"] {
                let bright = measured[surface].as_i64().unwrap() > 384;
                assert_eq!(bright, scheme == "light", "{which}: {surface} {}", measured[surface]);
            }
        }
    }
}

#[test]
fn a_word_that_never_ends_does_not_widen_a_letter() {
    let Some([chromium, driver]) = programs_or_skip("letters", ["chromium", "chromedriver"]) else { return };
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    let mut context = sample("invitation");
    for key in ["question", "service", "organisation", "employee", "low", "high", "imprint"] {
        context[key] = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter".into();
    }
    let rendered = Templates::load(None).unwrap().render("invitation", "de", &context).unwrap();
    browser.open(&keep("long-word", &rendered));
    browser.view(360, 900, "light");
    let measured = browser.run(MEASURE);
    assert_eq!(measured["wide"], false, "{measured}");
    five_large_targets(&measured, false, "a long word");
}

#[test]
fn the_text_of_a_letter_has_the_links_of_its_html_and_is_not_too_wide() {
    for (language, letter) in VISITS.iter().flat_map(|(l, ..)| [(*l, "invitation"), (*l, "reminder")]) {
        for named in [true, false] {
            let rendered = write(letter, language, named);
            let in_text: BTreeSet<&str> =
                rendered.text.split_whitespace().filter(|word| word.starts_with("https://")).collect();
            let in_html: BTreeSet<&str> =
                rendered.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert_eq!(in_text, in_html, "{letter} {language}");
            assert_eq!(in_text.len(), 9, "{letter} {language}");
            let wide = rendered.text.lines().find(|line| line.chars().count() > 78);
            assert_eq!(wide, None, "{letter} {language}");
            let named_in = |part: &str| part.contains("Feld") || part.contains("فيلد");
            assert_eq!(
                [named_in(&rendered.text), named_in(&rendered.html)],
                [named; 2],
                "{letter} {language}"
            );
        }
    }
}

#[test]
fn the_letter_that_thanks_asks_nothing_and_reads_well_in_every_language() {
    let Some([chromium, driver]) = programs_or_skip("letters", ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip("letters") else { return };
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    let mut subjects = BTreeSet::new();
    for (language, ..) in VISITS {
        let rendered = write("thanks", language, true);
        assert!(!rendered.html.contains("score=") && !rendered.html.contains("hb-cell\""), "{language} asks");
        for link in ["/s/sample", "/u/sample", "/privacy", "www.example.com/reviews"] {
            assert!(rendered.text.contains(link) && rendered.html.contains(link), "{language} lacks {link}");
        }
        browser.open(&keep(&format!("thanks-{language}"), &rendered));
        for scheme in ["light", "dark"] {
            browser.view(360, 900, scheme);
            let mut faults = axe::found(&browser, axe);
            faults.retain(|fault| !OF_PAGES.iter().any(|rule| fault.starts_with(rule)));
            assert!(faults.is_empty(), "{language} {scheme}: {faults:#?}");
        }
        subjects.insert(rendered.subject);
    }
    assert_eq!(subjects.len(), VISITS.len(), "{subjects:?}");
}

#[test]
fn each_language_has_words_of_its_own() {
    let subjects: BTreeSet<String> = VISITS
        .iter()
        .flat_map(|(l, ..)| ["invitation", "reminder"].map(|letter| write(letter, l, true).subject))
        .collect();
    assert_eq!(subjects.len(), 10, "{subjects:?}");
    assert_eq!(json!(sample("reminder")["reminds"]), false);
}
