use std::path::PathBuf;

use super::*;

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

fn mjml(inner: &str) -> String {
    format!(
        "<mjml>\n<mj-body>\n<mj-section><mj-column>\n{inner}\n</mj-column></mj-section></mj-body>\n</mjml>"
    )
}

#[test]
fn the_built_in_letters_are_in_order() {
    let templates = Templates::load(None).unwrap();
    assert_eq!(templates.check(), Ok(()));
    assert_eq!(templates.languages("invitation"), ["de", "en"]);
    assert!(templates.languages("nothing").is_empty());
}

#[test]
fn both_parts_hold_every_link_and_ask_nothing_of_anybody() {
    let templates = Templates::load(None).unwrap();
    let sample = sample();
    for language in ["en", "de"] {
        let rendered = templates.render("invitation", language, &sample).unwrap();
        let scale = sample["scale"].as_array().unwrap();
        let links = scale.iter().map(|point| &point["link"]);
        let others = ["answer_link", "stop_link", "privacy_link", "imprint_link"].map(|key| &sample[key]);
        for link in links.chain(others) {
            let link = link.as_str().unwrap();
            assert!(rendered.text.contains(link), "{language} text: {link}");
            assert!(rendered.html.contains(&format!("href=\"{link}\"")), "{language} html: {link}");
        }
        for fetched in ["<img", "src=", "url(", "@import", "<link", "<script", "googleapis"] {
            assert!(!rendered.html.contains(fetched), "{language}: {fetched}");
        }
        assert!(rendered.html.contains(&format!("<html lang=\"{language}\"")), "{}", rendered.html);
        assert!(!rendered.html.contains("{{") && !rendered.html.contains("{%"));
        assert!(rendered.html.len() < 40_000 && !rendered.subject.contains('\n'));
        assert!(!rendered.text.contains('!') && !rendered.text.contains("\n\n\n\n"), "{}", rendered.text);
    }
}

#[test]
fn names_are_data() {
    let templates = Templates::load(None).unwrap();
    let mut sample = sample();
    for key in ["customer_name", "organisation", "employee", "service", "question", "low", "imprint"] {
        sample[key] = "<b>Eve</b> {{7*7}} \"'&{% raw %}".into();
    }
    for language in ["en", "de"] {
        let rendered = templates.render("invitation", language, &sample).unwrap();
        assert!(!rendered.html.contains("<b>Eve"), "{language}");
        assert!(rendered.html.contains("&lt;b&gt;Eve&lt;/b&gt; {{7*7}} &quot;&#x27;&amp;{% raw %}"));
        assert!(rendered.text.contains("<b>Eve</b> {{7*7}} \"'&{% raw %}"));
        assert!(!rendered.html.contains("49 ") && !rendered.text.contains("49 "));
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
    let english = templates.render("invitation", "en", &sample).unwrap();
    assert!(english.text.contains("Hello, this is about your boiler service on Tuesday 17 November."));
    assert!(!english.text.contains("call me") && !english.html.contains("call me"));
    assert!(!english.html.contains("Who we are"));
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
    for (asked, given) in
        [("de", "de"), ("de-AT", "de"), ("DE_ch", "de"), ("en-GB", "en"), ("fr", "en"), ("", "en")]
    {
        assert_eq!(templates.resolve("invitation", asked), Some(given), "{asked}");
    }
    assert!(templates.render("nothing", "en", &()).is_err());
}

#[test]
fn a_folder_overrides_and_adds() {
    let folder = Folder::with(&[
        ("invitation/en.subject.txt", "Hello from\n{{ organisation }}\n"),
        ("invitation/fr.subject.txt", "Bonjour"),
        ("invitation/fr.body.txt", "{{ question }}"),
        ("invitation/fr.body.mjml", &mjml("<mj-text>{{ question }}</mj-text>")),
        ("invitation/README.md", "notes"),
    ]);
    let templates = folder.load().unwrap();
    assert_eq!(templates.check(), Ok(()));
    assert_eq!(templates.languages("invitation"), ["de", "en", "fr"]);
    let rendered = templates.render("invitation", "en", &sample()).unwrap();
    assert_eq!(rendered.subject, "Hello from Northwind Boilers");
}

#[test]
fn mistakes_name_file_and_line() {
    for (name, text, line, words) in [
        ("invitation/en.body.mjml", mjml("<mj-foo>x</mj-foo>"), Some(4), "unknown tag <mj-foo>"),
        ("invitation/en.body.mjml", mjml("<mj-text>\n{% if %}</mj-text>"), Some(5), "syntax error"),
        ("invitation/de.body.txt", "a\nb {{ c".to_owned(), Some(2), "syntax error"),
        ("invitation/sample.json", "{\n\"a\": }".to_owned(), Some(2), "expected value"),
        ("invitation/en.body.text", String::new(), None, "no template's name"),
    ] {
        let error = Folder::with(&[(name, &text)]).load().unwrap_err();
        assert_eq!(error.line, line, "{error}");
        assert!(error.file.ends_with(name) && error.reason.contains(words), "{error}");
    }
    let missing = Folder::with(&[("invitation/fr.subject.txt", "x")]).load().unwrap_err();
    assert!(missing.file.starts_with("invitation/fr.body."), "{missing}");
    let missing = Folder::with(&[("other/de.subject.txt", "x")]).load().unwrap_err();
    assert_eq!(missing.file, "other/en.body.mjml");
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
    let folder = Folder::with(&[("invitation/de.subject.txt", " \n")]);
    let errors = folder.load().unwrap().check().unwrap_err();
    assert!(errors[0].to_string().ends_with("de.subject.txt: gives nothing with its sample"), "{errors:?}");
}
