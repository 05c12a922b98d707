//! The customer's pages in every language that they speak, in a real browser.

use crate::support::axe;
use crate::support::browser::{Browser, Scripts};
use crate::support::{TestApp, make, programs_or_skip};
use hearback::surveys::wording::LANGUAGES;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What is done is said in the customer's language by the system that sends the visit.
const SERVICES: [(&str, &str); 5] = [
    ("en", "boiler repair"),
    ("de", "Reparatur der Heizung"),
    ("fr", "réparation de la chaudière"),
    ("es", "reparación de la caldera"),
    ("ar", "إصلاح الغلاية"),
];

/// The texts of a language as the pages show them: the parts between what is put in, long enough to be told
/// from those of other languages.
fn sentences(language: &str) -> BTreeSet<String> {
    let file = format!("{}/locales/{language}/customer.ftl", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(file).unwrap();
    let lines = source.lines().filter(|line| !line.starts_with('#'));
    let texts = lines.map(|line| line.split_once(" = ").map_or(line, |(_, text)| text));
    let parts = texts.flat_map(|text| text.split(['{', '}', '[', ']']));
    let parts = parts.flat_map(|part| part.split(". ")).map(|part| part.trim_matches([' ', '.', ',']));
    parts.filter(|part| part.chars().count() >= 12 && !part.starts_with('$')).map(str::to_owned).collect()
}

/// What a person reads and hears on the page, without the switch, which is in all languages.
const READ: &str = "const page = document.body.cloneNode(true);
    page.querySelectorAll('.languages li').forEach(one => one.remove());
    return document.title + ' ' + page.textContent.replace(/[\\u2068\\u2069]/g, '');";

/// Goes from the first step to thanks and then to the pages beside, and calls `look` on each.
pub fn visit_all(browser: &Browser, app: &TestApp, path: &str, language: &str, look: impl Fn(&str)) {
    let open = |path: &str, name: &str| {
        browser.open(&format!("{}{path}", app.base));
        look(name);
    };
    open(&format!("{path}?score=4"), "first step");
    browser.press("button[type=submit]");
    browser.wait_for_address("&step=2");
    look("second step");
    // Too long: the page comes back with what is to be corrected.
    browser.run("document.querySelector('#comment').value = 'x'.repeat(4003)");
    browser.press("button[type=submit]");
    wait_for(browser, "[aria-invalid]");
    look("correction");
    browser.run("document.querySelector('#comment').value = 'A tidy job (no. 5).'");
    browser.press("input[name=call_me]");
    browser.press("button[type=submit]");
    wait_for(browser, ".given");
    look("thanks");
    open(&format!("/u/{}?lang={language}", "0".repeat(26)), "stop");
    browser.press("button[type=submit]");
    wait_for(browser, ".thanks:only-child");
    look("stopped");
    open(&format!("/privacy?lang={language}"), "privacy");
    open(&format!("/s/x?lang={language}"), "unknown");
}

#[track_caller]
fn wait_for(browser: &Browser, css: &str) {
    crate::support::wait_until(css, std::time::Duration::from_secs(10), || {
        let script = format!("return document.querySelector('main')?.querySelector('{css}') !== null");
        (browser.run(&script) == true).then_some(())
    });
}

/// A visit of a customer who speaks the language, already asked by mail.
pub fn asked(app: &TestApp, language: &str) -> String {
    let id = format!("W-{language}");
    let service = SERVICES.iter().find(|(code, _)| *code == language).unwrap().1;
    let change = json!({"service": service, "customer": {"language": language}});
    app.bring(&make::with(make::visit(&id), change));
    app.mail_out(&id)
}

#[test]
fn every_page_speaks_the_customers_language_and_no_other() {
    let Some([chromium, driver]) = programs_or_skip("languages", ["chromium", "chromedriver"]) else {
        return;
    };
    let app = TestApp::with(&[("HEARBACK_NAME_EMPLOYEES", "on")]);
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    let axe = axe::source_or_skip("languages");
    for (language, _) in LANGUAGES {
        let path = asked(&app, language);
        let own = sentences(language);
        let others: BTreeSet<String> = LANGUAGES.iter().flat_map(|(code, _)| sentences(code)).collect();
        visit_all(&browser, &app, &path, language, |name| {
            // Again for each page, for axe looks at several widths.
            browser.view(390, 844, "light");
            let page = browser.run(READ).as_str().unwrap().to_owned();
            let strange: Vec<&String> =
                others.difference(&own).filter(|text| page.contains(text.as_str())).collect();
            assert!(strange.is_empty(), "{language}, {name}: {strange:?}");
            assert!(own.iter().any(|text| page.contains(text.as_str())), "{language}, {name}: {page}");
            let way = browser.run("return [document.documentElement.lang, document.documentElement.dir]");
            assert_eq!(way, json!([language, if *language == "ar" { "rtl" } else { "ltr" }]), "{name}");
            let wide = browser.run("return document.documentElement.scrollWidth > innerWidth");
            assert_eq!(wide, false, "{language}, {name} is wider than a phone");
            keep(&browser, &format!("{language}-{}", name.replace(' ', "-")));
            match axe {
                // What differs with the direction may differ with the width as well.
                Some(axe) if *language == "ar" => axe::finds_nothing(&browser, axe),
                Some(axe) => axe::finds_nothing_at(&browser, axe, (360, 740)),
                None => {}
            }
        });
    }
}

#[test]
fn the_links_of_a_letter_lead_to_pages_in_its_language() {
    let app = TestApp::start();
    for (language, _) in LANGUAGES {
        asked(&app, language);
        let letter = make::decoded(&app.only_letter_to(&format!("w-{language}@example.com")));
        let stop = format!("/u/{}?lang={language}", app.token(&format!("W-{language}")));
        for path in [stop, format!("/privacy?lang={language}")] {
            assert!(letter.contains(&path), "{path}: {letter}");
            let page = app.anonymous().get(&path).expect(200).body;
            assert!(page.contains(&format!("<html lang=\"{language}\"")), "{page}");
        }
    }
}

/// Keeps the page where a person can look at it.
fn keep(browser: &Browser, name: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("languages");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.png")), browser.picture()).unwrap();
}

#[test]
fn the_switch_leads_to_the_same_page_in_each_language() {
    let Some([chromium, driver]) = programs_or_skip("switch", ["chromium", "chromedriver"]) else { return };
    let app = TestApp::start();
    let path = asked(&app, "en");
    let browser = Browser::start(&chromium, &driver, Scripts::Off);
    browser.open(&format!("{}{path}", app.base));
    for (language, name) in LANGUAGES.iter().rev() {
        browser.press(".languages summary");
        browser.press(&format!(".languages a[hreflang={language}]"));
        browser.wait_for_address(&format!("lang={language}"));
        let page = browser.source();
        assert!(page.contains(&format!("<html lang=\"{language}\"")), "{page}");
        assert!(page.contains(&format!("aria-current=\"true\">{name}</a>")), "{page}");
        assert_eq!(page.contains("dir=\"rtl\""), *language == "ar");
        assert!(page.contains("name=\"overall\""));
    }
}

#[test]
fn in_arabic_the_scale_and_the_page_run_to_the_left_and_numbers_to_the_right() {
    let Some([chromium, driver]) = programs_or_skip("rtl", ["chromium", "chromedriver"]) else { return };
    let app = TestApp::start();
    let path = asked(&app, "ar");
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    browser.open(&format!("{}{path}", app.base));
    browser.view(390, 844, "light");
    let seen = browser.run(
        "const x = css => document.querySelector(css).getBoundingClientRect();
         return [x('input[value=\"1\"]').left > x('input[value=\"5\"]').left,
                 x('.company b').left > x('.languages').left,
                 getComputedStyle(document.querySelector('h1')).textAlign,
                 getComputedStyle(document.querySelector('h1')).letterSpacing,
                 x('.w-low').left > x('.w-high').left]",
    );
    assert_eq!(seen, json!([true, true, "start", "normal", true]));
    browser.press("input[name=overall][value='4']");
    browser.press("button[type=submit]");
    browser.wait_for_address("&step=2");
    let page = browser.source();
    assert!(page.contains("حتى يوم") && page.contains("، الساعة "), "{page}");
}
