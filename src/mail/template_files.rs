//! The templates' files: built in, and those that a company puts over them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::render::TemplateError;

/// The files of a letter in one language: its subject, and its words in the shared layouts or a text and an MJML
/// of its own.
pub(super) const KINDS: [&str; 4] = ["subject.txt", WORDS, "body.txt", "body.mjml"];
/// Ends the name of a file of words for both layouts.
pub(super) const WORDS: &str = "words.txt";
/// What the letters share, beside their folders: one layout for each part.
const LAYOUTS: [&str; 2] = ["layout.mjml", "layout.txt"];
/// The sample data of a letter.
pub(super) const SAMPLE: &str = "sample.json";

/// A template as it was read.
pub(super) struct Source {
    /// Where a person finds it.
    pub(super) file: String,
    pub(super) text: String,
}

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../email_templates/", $name)))),*]
    };
}

/// Inside the program, so that one file is enough to run it.
const BUILT_IN: [(&str, &str); 40] = built_in![
    "layout.mjml",
    "layout.txt",
    "en.words.txt",
    "de.words.txt",
    "fr.words.txt",
    "es.words.txt",
    "ar.words.txt",
    "invitation/sample.json",
    "invitation/en.subject.txt",
    "invitation/en.words.txt",
    "invitation/de.subject.txt",
    "invitation/de.words.txt",
    "invitation/fr.subject.txt",
    "invitation/fr.words.txt",
    "invitation/es.subject.txt",
    "invitation/es.words.txt",
    "invitation/ar.subject.txt",
    "invitation/ar.words.txt",
    "reminder/sample.json",
    "reminder/en.subject.txt",
    "reminder/en.words.txt",
    "reminder/de.subject.txt",
    "reminder/de.words.txt",
    "reminder/fr.subject.txt",
    "reminder/fr.words.txt",
    "reminder/es.subject.txt",
    "reminder/es.words.txt",
    "reminder/ar.subject.txt",
    "reminder/ar.words.txt",
    "thanks/sample.json",
    "thanks/en.subject.txt",
    "thanks/en.words.txt",
    "thanks/de.subject.txt",
    "thanks/de.words.txt",
    "thanks/fr.subject.txt",
    "thanks/fr.words.txt",
    "thanks/es.subject.txt",
    "thanks/es.words.txt",
    "thanks/ar.subject.txt",
    "thanks/ar.words.txt",
];

/// Reads everything, by name (`invitation/en.words.txt`, `layout.mjml`).
///
/// # Errors
/// A folder or a file that cannot be read, or one whose name no template has: a misspelt name would leave the
/// built-in text in place without a word.
pub(super) fn collect(dir: Option<&Path>) -> Result<BTreeMap<String, Source>, TemplateError> {
    let mut sources: BTreeMap<String, Source> = BUILT_IN
        .iter()
        .map(|(name, text)| {
            let file = format!("email_templates/{name}");
            ((*name).to_owned(), Source { file, text: (*text).to_owned() })
        })
        .collect();
    let Some(dir) = dir else { return Ok(sources) };
    for (letter, folder) in entries(dir)? {
        if !folder.is_dir() {
            if let Some(source) = read_shared(&letter, &folder)? {
                sources.insert(letter, source);
            }
            continue;
        }
        for (base, path) in entries(&folder)? {
            let file = path.display().to_string();
            if !is_template_name(&base) {
                let reason = "no template's name: LANGUAGE.subject.txt, LANGUAGE.words.txt, LANGUAGE.body.txt, \
                              LANGUAGE.body.mjml or sample.json";
                return Err(TemplateError::new(file, None, reason));
            }
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            sources.insert(format!("{letter}/{base}"), Source { file, text });
        }
    }
    Ok(sources)
}

/// Reads what stands beside the letters; nothing for a file of another sort.
fn read_shared(base: &str, path: &Path) -> Result<Option<Source>, TemplateError> {
    let file = path.display().to_string();
    if LAYOUTS.contains(&base) || is_of_a_language(base, &[WORDS]) {
        let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        return Ok(Some(Source { file, text }));
    }
    if path.extension().is_some_and(|ending| ["mjml", "txt", "json"].iter().any(|ours| ending == *ours)) {
        let reason = "no template's name: layout.mjml, layout.txt or LANGUAGE.words.txt";
        return Err(TemplateError::new(file, None, reason));
    }
    Ok(None)
}

fn is_template_name(base: &str) -> bool {
    base == SAMPLE || is_of_a_language(base, &KINDS)
}

fn is_of_a_language(base: &str, kinds: &[&str]) -> bool {
    base.split_once('.').is_some_and(|(language, kind)| {
        let tag =
            |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        language.split('-').all(tag) && kinds.contains(&kind)
    })
}

/// Lists a folder without hidden files, editors' copies and READMEs.
fn entries(dir: &Path) -> Result<Vec<(String, PathBuf)>, TemplateError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| unreadable(dir, &error))? {
        let path = entry.map_err(|error| unreadable(dir, &error))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !(name.starts_with('.') || name.ends_with('~') || name.starts_with("README")) {
            found.push((name, path));
        }
    }
    found.sort();
    Ok(found)
}

fn unreadable(path: &Path, error: &std::io::Error) -> TemplateError {
    TemplateError::new(path.display().to_string(), None, format!("cannot be read: {error}"))
}
