use std::path::PathBuf;

use super::*;

const LANGUAGES: [&str; 5] = ["ar", "de", "en", "es", "fr"];

/// A folder of templates that goes away with its test.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("hearback-templates-{}", uuid::Uuid::now_v7()));
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn load(&self) -> Result<Templates, TemplateError> {
        Templates::load(Some(&self.0))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

fn sample() -> serde_json::Value {
    Templates::load(None).unwrap().samples["invitation"].clone()
}

/// Every built-in letter in every language with its sample.
fn every_letter() -> Vec<(&'static str, &'static str, serde_json::Value)> {
    let templates = Templates::load(None).unwrap();
    let languages = |letter| LANGUAGES.map(|language| (letter, language, templates.samples[letter].clone()));
    ["invitation", "reminder"].into_iter().flat_map(languages).collect()
}

/// A text as if it were on one line.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn mjml(inner: &str) -> String {
    format!(
        "<mjml>\n<mj-body>\n<mj-section><mj-column>\n{inner}\n</mj-column></mj-section></mj-body>\n</mjml>"
    )
}

#[test]
fn the_built_in_letters_are_in_order() {
    let templates = Templates::load(None).unwrap();
    assert_eq!(templates.check(), Ok(()));
    for letter in ["invitation", "reminder"] {
        assert_eq!(templates.languages(letter), LANGUAGES);
    }
    assert!(templates.languages("nothing").is_empty());
}

#[test]
fn both_parts_hold_every_link_and_ask_nothing_of_anybody() {
    let templates = Templates::load(None).unwrap();
    for (letter, language, sample) in every_letter() {
        let rendered = templates.render(letter, language, &sample).unwrap();
        let scale = sample["scale"].as_array().unwrap();
        let links = scale.iter().map(|point| &point["link"]);
        let others = ["answer_link", "stop_link", "privacy_link", "imprint_link"].map(|key| &sample[key]);
        for link in links.chain(others) {
            let link = link.as_str().unwrap();
            assert!(rendered.text.contains(link), "{letter} {language} text: {link}");
            assert!(rendered.html.contains(&format!("href=\"{link}\"")), "{letter} {language} html: {link}");
        }
        for fetched in ["<img", "src=", "url(", "@import", "<link", "<script", "googleapis"] {
            assert!(!rendered.html.contains(fetched), "{letter} {language}: {fetched}");
        }
        let direction = if language == "ar" { "rtl" } else { "ltr" };
        let root = format!("<html lang=\"{language}\" dir=\"{direction}\"");
        assert!(rendered.html.contains(&root), "{}", rendered.html);
        assert!(!rendered.html.contains("{{") && !rendered.html.contains("{%"));
        assert!(rendered.html.len() < 40_000 && !rendered.subject.contains('\n'));
        assert!(!rendered.text.contains('!') && !rendered.text.contains("\n\n\n\n"), "{}", rendered.text);
        let long = |line: &&str| line.chars().count() > 78;
        assert_eq!(rendered.text.lines().find(long), None, "{letter} {language}");
    }
}

#[test]
fn every_letter_says_why_it_came_how_often_and_of_which_day() {
    let templates = Templates::load(None).unwrap();
    for (letter, language, mut sample) in every_letter() {
        sample["every_days"] = 17.into();
        let rendered = templates.render(letter, language, &sample).unwrap();
        for part in [&rendered.html, &rendered.text] {
            // Once where it says what this is about, once where it says why it came.
            assert!(
                unwrapped(part).matches("Tuesday 17 November").count() >= 2,
                "{letter} {language}: {part}"
            );
            assert!(part.contains("17 "), "{letter} {language}");
        }
        assert!(rendered.subject.contains("Tuesday 17 November"), "{}", rendered.subject);
        let asked = unwrapped(&rendered.text).contains("Friday 20 November");
        assert_eq!(asked, letter == "reminder", "{letter} {language}");
    }
}

#[test]
fn a_reminder_is_promised_only_where_one_may_come_and_the_last_one_says_so() {
    let templates = Templates::load(None).unwrap();
    let english = |letter: &str, key: &str, value: serde_json::Value| {
        let mut sample = sample();
        sample[key] = value;
        unwrapped(&templates.render(letter, "en", &sample).unwrap().text)
    };
    let asks = "We ask after a visit, at most once in 30 days, and remind you once. You can";
    assert!(english("invitation", "reminds", true.into()).contains(asks));
    assert!(english("invitation", "reminds", 2.into()).contains("and remind you twice. You"));
    assert!(!english("invitation", "reminds", false.into()).contains("remind"));
    assert!(english("invitation", "every_days", 1.into()).contains("at most once a day, and"));
    assert!(english("invitation", "every_days", 0.into()).contains("after a visit, and remind"));
    assert!(english("reminder", "reminds", false.into()).contains("This is our last mail about this visit."));
    assert!(!english("reminder", "reminds", true.into()).contains("last mail"));
}

#[test]
fn days_are_counted_as_arabic_counts_them() {
    let templates = Templates::load(None).unwrap();
    for (days, words) in [
        (1, "مرة واحدة على الأكثر في اليوم"),
        (2, "كل يومين،"),
        (7, "كل 7 أيام،"),
        (30, "كل 30 يومًا،"),
        (100, "كل 100 يوم،"),
        (105, "كل 105 أيام،"),
    ] {
        let mut sample = sample();
        sample["every_days"] = days.into();
        let text = unwrapped(&templates.render("invitation", "ar", &sample).unwrap().text);
        assert!(text.contains(words), "{days}: {text}");
    }
}

#[test]
fn names_are_data() {
    let templates = Templates::load(None).unwrap();
    let mut sample = sample();
    for key in ["customer_name", "organisation", "employee", "service", "question", "low", "imprint"] {
        sample[key] = "<b>Eve</b> {{7*7}} \"'&{% raw %}".into();
    }
    for (letter, language) in LANGUAGES.iter().flat_map(|l| [("invitation", l), ("reminder", l)]) {
        let rendered = templates.render(letter, language, &sample).unwrap();
        assert!(!rendered.html.contains("<b>Eve"), "{letter} {language}");
        assert!(rendered.html.contains("&lt;b&gt;Eve&lt;/b&gt; {{7*7}} &quot;&#x27;&amp;{% raw %}"));
        let text = unwrapped(&rendered.text);
        assert!(text.contains("<b>Eve</b> {{7*7}} \"'&{% raw %}"), "{text}");
        assert!(!rendered.html.contains("49 ") && !text.contains("49 "));
    }
}

#[test]
fn what_may_be_empty_leaves_no_gap() {
    let templates = Templates::load(None).unwrap();
    let mut sample = sample();
    for key in ["customer_name", "employee", "imprint", "imprint_link"] {
        sample[key] = "".into();
    }
    sample["call_me_hint"] = false.into();
    for (letter, language) in LANGUAGES.iter().flat_map(|l| [("invitation", l), ("reminder", l)]) {
        let rendered = templates.render(letter, language, &sample).unwrap();
        let text = unwrapped(&rendered.text);
        for hole in [" ,", " .", ",,", "،،", " ،", "..", ",.", "()", "«»", " :."] {
            assert!(!text.contains(hole), "{letter} {language} {hole:?}: {text}");
        }
        assert!(!rendered.html.contains("href=\"\""), "{letter} {language}");
    }
    let english = templates.render("invitation", "en", &sample).unwrap();
    assert!(english.text.contains("Hello, this is about your boiler service on Tuesday 17 November."));
    assert!(!english.text.contains("call me") && !english.html.contains("call me"));
    assert!(!english.html.contains("Who we are") && !english.text.contains("Who we are"));
    let german = templates.render("invitation", "de", &sample).unwrap();
    assert!(german.text.contains("Guten Tag, es geht um „boiler service“ am Tuesday"));
}

#[test]
fn long_scales_wrap_into_two_rows() {
    let templates = Templates::load(None).unwrap();
    let mut sample = sample();
    for (points, rows) in [(2, 1), (7, 1), (8, 2), (10, 2), (11, 2)] {
        let scale: Vec<_> = (0..points)
            .map(|value| serde_json::json!({ "value": value, "link": format!("https://x.example/s?score={value}") }))
            .collect();
        sample["scale"] = scale.into();
        let html = templates.render("invitation", "en", &sample).unwrap().html;
        assert_eq!(html.matches("class=\"hb-cell\"").count(), points);
        assert_eq!(html.matches("<td height=\"8\"").count(), rows - 1, "{points}");
    }
}

#[test]
fn falls_back_by_language() {
    let templates = Templates::load(None).unwrap();
    for (asked, given) in [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE_ch", "de"),
        ("fr-CA", "fr"),
        ("ar-EG", "ar"),
        ("en-GB", "en"),
        ("pt", "en"),
        ("", "en"),
    ] {
        assert_eq!(templates.resolve("invitation", asked), Some(given), "{asked}");
    }
    for (customer, organisation, given) in [
        (Some("es-MX"), "de", "es"),
        (Some("pt-BR"), "de-CH", "de"),
        (None, "fr", "fr"),
        (Some("pt"), "nl", "en"),
    ] {
        assert_eq!(templates.language("invitation", customer, organisation), given, "{customer:?}");
    }
    assert!(templates.render("nothing", "en", &()).is_err());
}

#[test]
fn a_folder_overrides_and_adds() {
    let folder = Folder::with(&[
        ("invitation/en.subject.txt", "Hello from\n{{ organisation }}\n"),
        ("invitation/it.subject.txt", "Buongiorno"),
        ("invitation/it.body.txt", "{{ question }}"),
        ("invitation/it.body.mjml", &mjml("<mj-text>{{ question }}</mj-text>")),
        ("invitation/README.md", "notes"),
    ]);
    let templates = folder.load().unwrap();
    assert_eq!(templates.check(), Ok(()));
    assert_eq!(templates.languages("invitation"), ["ar", "de", "en", "es", "fr", "it"]);
    let rendered = templates.render("invitation", "en", &sample()).unwrap();
    assert_eq!(rendered.subject, "Hello from Northwind Boilers");
    assert!(rendered.text.contains("Please open the link"), "{}", rendered.text);
}

#[test]
fn one_file_is_enough_to_change_a_part_the_words_of_a_letter_those_of_all_or_the_look() {
    let built_in = Templates::load(None).unwrap().render("invitation", "en", &sample()).unwrap();
    let with = |name: &str, text: &str| {
        let templates = Folder::with(&[(name, text), ("README.md", "notes")]).load().unwrap();
        assert_eq!(templates.check(), Ok(()), "{name}");
        ["invitation", "reminder"].map(|letter| templates.render(letter, "en", &sample()).unwrap())
    };
    let [text_only, _] = with("invitation/en.body.txt", "{{ question }}");
    assert_eq!(text_only.html, built_in.html);
    assert_eq!(text_only.text, "Overall, how satisfied are you with our visit?\n");

    let [mjml_only, _] = with("invitation/en.body.mjml", &mjml("<mj-text>Mine, {{ question }}</mj-text>"));
    assert_eq!(mjml_only.text, built_in.text);
    assert!(mjml_only.html.contains("Mine, Overall") && !mjml_only.html.contains("hb-cell"));

    let words = "{% extends \"en.words\" %}{% block preview %}p{% endblock %}{% block lead %}A & B.{% endblock %}\
                 {% block tap %}Tap.{% endblock %}{% block open %}Open.{% endblock %}";
    let [words, reminder] = with("invitation/en.words.txt", words);
    assert!(words.text.contains("A & B. Open.") && words.html.contains("A & B. Tap."), "{}", words.text);
    assert!(words.text.contains("Stop these mails") && !reminder.text.contains("A & B"));

    let shared = include_str!("../../email_templates/en.words.txt").replace("Stop these mails", "No more");
    for letter in with("en.words.txt", &shared) {
        assert!(letter.text.contains("No more") && letter.html.contains(">No more</a>"));
    }

    let look = include_str!("../../email_templates/layout.mjml").replace("{{ brand }}", "#123456");
    for letter in with("layout.mjml", &look) {
        assert!(letter.html.contains("#123456") && !letter.html.contains("#0b5f53"));
        assert!(letter.text.contains("Stop these mails"));
    }
}

#[test]
fn mistakes_name_file_and_line() {
    for (name, text, line, words) in [
        ("invitation/en.body.mjml", mjml("<mj-foo>x</mj-foo>"), Some(4), "unknown tag <mj-foo>"),
        ("invitation/en.body.mjml", mjml("<mj-text>\n{% if %}</mj-text>"), Some(5), "syntax error"),
        ("invitation/de.body.txt", "a\nb {{ c".to_owned(), Some(2), "syntax error"),
        ("invitation/sample.json", "{\n\"a\": }".to_owned(), Some(2), "expected value"),
        ("invitation/en.body.text", String::new(), None, "no template's name"),
        ("layuot.mjml", String::new(), None, "no template's name"),
        ("layout.mjml", mjml("<mj-foo>x</mj-foo>"), Some(4), "unknown tag <mj-foo>"),
        ("de.words.txt", "{% block a %}\n{{ b".to_owned(), Some(2), "syntax error"),
    ] {
        let error = Folder::with(&[(name, &text)]).load().unwrap_err();
        assert_eq!(error.line, line, "{error}");
        assert!(error.file.ends_with(name) && error.reason.contains(words), "{error}");
    }
    let missing = Folder::with(&[("invitation/it.subject.txt", "x")]).load().unwrap_err();
    assert!(missing.file.starts_with("invitation/it.body."), "{missing}");
    let missing = Folder::with(&[("other/de.subject.txt", "x")]).load().unwrap_err();
    assert_eq!(missing.file, "other/en.words.txt");
    assert!(Templates::load(Some(Path::new("/nowhere/at/all"))).is_err());
}

#[test]
fn the_check_finds_words_that_no_data_fills() {
    let folder = Folder::with(&[
        ("invitation/en.body.mjml", &mjml("<mj-text>x</mj-text>\n<mj-text>{{ custmer }}</mj-text>")),
        ("invitation/en.body.txt", "{{ question }}"),
        ("invitation/de.body.txt", "a\n\n{% if custmer %}x{% endif %}"),
    ]);
    let errors = folder.load().unwrap().check().unwrap_err();
    let found: Vec<_> = errors.iter().map(|e| (e.file.rsplit('/').next().unwrap(), e.line)).collect();
    assert_eq!(found, [("de.body.txt", Some(3)), ("en.body.mjml", Some(5))], "{errors:?}");
    // What letters share is told once for the line where it stands.
    for (name, text, line, words) in [
        (
            "de.words.txt",
            "{% extends \"layout\" %}\n{% set direction = \"ltr\" %}",
            None,
            "(in invitation/de)",
        ),
        (
            "layout.mjml",
            &*mjml("<mj-text>x</mj-text>\n<mj-text>{{ custmer }}</mj-text>"),
            Some(5),
            "undefined",
        ),
        ("layout.txt", "a\n\n{{ custmer }}", Some(3), "undefined"),
        ("layout.txt", "a\n{% block more required %}{% endblock %}", Some(2), "Required block 'more'"),
    ] {
        let errors = Folder::with(&[(name, text)]).load().unwrap().check().unwrap_err();
        // The letter that thanks asks nothing, so it lacks other words of the layout than those that ask.
        assert_eq!(errors.len(), if line.is_some() { 1 } else { 2 }, "{errors:?}");
        assert!(errors[0].reason.contains(words), "{errors:?}");
        if line.is_some() {
            assert!(errors[0].file.ends_with(name), "{errors:?}");
            assert_eq!(errors[0].line, line, "{errors:?}");
        }
    }
    let folder = Folder::with(&[("invitation/de.subject.txt", " \n")]);
    let errors = folder.load().unwrap().check().unwrap_err();
    assert!(errors[0].to_string().ends_with("de.subject.txt: gives nothing with its sample"), "{errors:?}");
}
