//! The templates' files: built in, and those that a company puts over them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::render::TemplateError;

/// The three files of a letter in one language.
pub(super) const KINDS: [&str; 3] = ["subject.txt", "body.txt", "body.mjml"];
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
const BUILT_IN: [(&str, &str); 7] = built_in![
    "invitation/sample.json",
    "invitation/en.subject.txt",
    "invitation/en.body.txt",
    "invitation/en.body.mjml",
    "invitation/de.subject.txt",
    "invitation/de.body.txt",
    "invitation/de.body.mjml",
];

/// Reads everything, by name (`invitation/en.body.txt`).
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
            continue;
        }
        for (base, path) in entries(&folder)? {
            let file = path.display().to_string();
            if !is_template_name(&base) {
                let reason = "no template's name: LANGUAGE.subject.txt, LANGUAGE.body.txt, LANGUAGE.body.mjml \
                              or sample.json";
                return Err(TemplateError::new(file, None, reason));
            }
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            sources.insert(format!("{letter}/{base}"), Source { file, text });
        }
    }
    Ok(sources)
}

fn is_template_name(base: &str) -> bool {
    if base == SAMPLE {
        return true;
    }
    base.split_once('.').is_some_and(|(language, kind)| {
        let tag =
            |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        language.split('-').all(tag) && KINDS.contains(&kind)
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
