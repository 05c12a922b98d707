//! Letters from templates: `<letter>/<language>.subject.txt` and `<letter>/<language>.words.txt`, which fills the
//! blocks of `layout.mjml` and `layout.txt`, and `<letter>/sample.json`. What the letters of a language share stands
//! in `<language>.words.txt`. A `<language>.body.mjml` or `<language>.body.txt` takes the place of a layout.
//!
//! MJML is compiled once, at load; per recipient only minijinja runs. Values are data: whatever a name holds is
//! escaped in HTML and never run as a template.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value, escape_formatter};
use serde::Serialize;

use super::mjml;
use super::template_files::{self, SAMPLE, Source, WORDS};
use super::wrap::wrap;

/// The language that every letter has.
const FALLBACK: &str = "en";
/// Ends the name of a template in MJML.
const MJML: &str = ".mjml";
/// Ends the name under which it is kept when it is compiled.
const HTML: &str = ".html";
/// Ends the names of a file of words, which is read once for each part: as text, as HTML, and as MJML for the
/// lines of mistakes. What it extends is the template with the same ending.
const WORDS_ENDINGS: [&str; 3] = [".txt", HTML, MJML];

/// A letter's words for one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML document.
    pub html: String,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rendered({} bytes of text, {} of HTML)", self.text.len(), self.html.len())
    }
}

/// What is wrong with a template; `Display` is `file:line: reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// The file, or for a built-in template its path in the source tree.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl TemplateError {
    pub(super) fn new(file: impl Into<String>, line: Option<usize>, reason: impl Into<String>) -> Self {
        Self { file: file.into(), line, reason: reason.into() }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

impl std::error::Error for TemplateError {}

/// All letters in all their languages, ready to render.
pub struct Templates {
    environment: Environment<'static>,
    /// Letter → languages.
    letters: BTreeMap<String, BTreeSet<String>>,
    /// Letter → sample data.
    samples: BTreeMap<String, serde_json::Value>,
    /// Template name → the file it came from.
    files: BTreeMap<String, String>,
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Templates").field(&self.letters).finish()
    }
}

impl Templates {
    /// Loads the built-in templates and lets files of the same name below `dir` take their place; `dir` may also
    /// add languages.
    ///
    /// # Errors
    /// The first file that cannot be read, is no template's name, breaks the syntax of minijinja, MJML or JSON, or
    /// is missing from its set.
    pub fn load(dir: Option<&Path>) -> Result<Self, TemplateError> {
        Self::from_sources(template_files::collect(dir)?)
    }

    fn from_sources(sources: BTreeMap<String, Source>) -> Result<Self, TemplateError> {
        let mut templates = Self {
            environment: environment(),
            letters: BTreeMap::new(),
            samples: BTreeMap::new(),
            files: BTreeMap::new(),
        };
        for (name, source) in sources {
            templates.add(&name, source)?;
        }
        templates.check_sets()?;
        Ok(templates)
    }

    fn add(&mut self, name: &str, source: Source) -> Result<(), TemplateError> {
        let Source { file, text } = source;
        if let Some((letter, base)) = name.split_once('/') {
            if base == SAMPLE {
                let sample = serde_json::from_str(&text)
                    .map_err(|error| TemplateError::new(&file, Some(error.line()), error.to_string()))?;
                self.samples.insert(letter.to_owned(), sample);
                return Ok(());
            }
            let language = base.split('.').next().unwrap_or_default();
            self.letters.entry(letter.to_owned()).or_default().insert(language.to_owned());
        }
        if let Some(stem) = name.strip_suffix(MJML) {
            let html =
                mjml::compile(&text).map_err(|error| TemplateError::new(&file, error.line, error.reason))?;
            // The source goes in first: its lines are the ones a person can find.
            self.add_template(name, &file, text)?;
            return self.add_template(&format!("{stem}{HTML}"), &file, html);
        }
        if name.ends_with(WORDS) {
            let stem = name.trim_end_matches(".txt");
            return WORDS_ENDINGS
                .into_iter()
                .try_for_each(|ending| self.add_template(&format!("{stem}{ending}"), &file, text.clone()));
        }
        self.add_template(name, &file, text)
    }

    fn add_template(&mut self, name: &str, file: &str, text: String) -> Result<(), TemplateError> {
        self.files.insert(name.to_owned(), file.to_owned());
        let added = self.environment.add_template_owned(name.to_owned(), text);
        added.map_err(|error| self.described(name, &error))
    }

    fn check_sets(&self) -> Result<(), TemplateError> {
        let missing = |file: String, why: &str| Err(TemplateError::new(file, None, why));
        for (letter, languages) in &self.letters {
            if !languages.contains(FALLBACK) {
                return missing(
                    format!("{letter}/{FALLBACK}.{WORDS}"),
                    "missing: every letter needs English",
                );
            }
            for language in languages {
                let has = |kind: &str| self.files.contains_key(&format!("{letter}/{language}.{kind}"));
                let bodies = ["body.txt", "body.mjml"].into_iter().filter(|_| !has(WORDS));
                if let Some(kind) = ["subject.txt"].into_iter().chain(bodies).find(|kind| !has(kind)) {
                    let why = "missing: a language needs a subject, and its words or both text and MJML";
                    return missing(format!("{letter}/{language}.{kind}"), why);
                }
            }
            if !self.samples.contains_key(letter) {
                return missing(format!("{letter}/{SAMPLE}"), "missing: a letter is checked with its sample");
            }
        }
        Ok(())
    }

    /// Lists the languages that a letter is written in; empty for a letter that does not exist.
    pub fn languages(&self, letter: &str) -> Vec<&str> {
        self.letters.get(letter).into_iter().flatten().map(String::as_str).collect()
    }

    /// Renders a letter in the language asked for, else in its primary language (`de` for `de-AT`, RFC 4647
    /// §3.4), else in English.
    ///
    /// # Errors
    /// An unknown letter, or a template that uses something the context does not have.
    pub fn render(
        &self,
        letter: &str,
        language: &str,
        context: &impl Serialize,
    ) -> Result<Rendered, TemplateError> {
        let language = self
            .resolve(letter, language)
            .ok_or_else(|| TemplateError::new(letter, None, "there is no such letter"))?;
        let context = Value::from(Serde(context));
        let subject = self.render_one(&format!("{letter}/{language}.subject.txt"), &context)?;
        let text = self.render_one(&self.part(letter, language, ".txt"), &context)?;
        let html = self.render_one(&self.part(letter, language, HTML), &context).or_else(|error| {
            // Rendered again from the MJML, the same mistake has a line that a person can find.
            self.render_one(&self.part(letter, language, MJML), &context).and(Err(error))
        })?;
        Ok(Rendered {
            subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
            text: format!("{}\n", wrap(text.trim())),
            html,
        })
    }

    /// Names the template of a part: one of the letter's own before the words in the layout.
    fn part(&self, letter: &str, language: &str, ending: &str) -> String {
        let own = format!("{letter}/{language}.body{ending}");
        if self.files.contains_key(&own) { own } else { format!("{letter}/{language}.words{ending}") }
    }

    /// Tells in which of its languages [`Templates::render`] would write a letter.
    pub fn resolve(&self, letter: &str, language: &str) -> Option<&str> {
        self.written_in(letter, language).or_else(|| self.written_in(letter, FALLBACK))
    }

    /// Chooses the language of a letter: the customer's where it is written in it, else the organisation's, else
    /// English.
    pub fn language(&self, letter: &str, customer: Option<&str>, organisation: &str) -> &str {
        let mut wanted = customer.into_iter().chain([organisation]);
        wanted.find_map(|tag| self.written_in(letter, tag)).unwrap_or(FALLBACK)
    }

    fn written_in(&self, letter: &str, language: &str) -> Option<&str> {
        let languages = self.letters.get(letter)?;
        let wanted = language.to_ascii_lowercase().replace('_', "-");
        let primary = wanted.split('-').next().unwrap_or_default();
        let find = |tag: &str| languages.iter().find(|have| have.eq_ignore_ascii_case(tag));
        find(&wanted).or_else(|| find(primary)).map(String::as_str)
    }

    /// Renders every letter in every language with its sample.
    ///
    /// # Errors
    /// Every template that fails or gives nothing, each with file and line.
    pub fn check(&self) -> Result<(), Vec<TemplateError>> {
        let mut errors = Vec::new();
        for (letter, languages) in &self.letters {
            for language in languages {
                match self.render(letter, language, &self.samples.get(letter)) {
                    Ok(rendered) => errors.extend(self.gaps(letter, language, &rendered)),
                    // A mistake in what letters share is told once.
                    Err(error)
                        if errors.iter().any(|told| (&told.file, told.line) == (&error.file, error.line)) => {
                    }
                    Err(mut error) => {
                        if !error.file.contains(&format!("{letter}/{language}.")) {
                            error.reason = format!("{} (in {letter}/{language})", error.reason);
                        }
                        errors.push(error);
                    }
                }
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn gaps(&self, letter: &str, language: &str, rendered: &Rendered) -> Vec<TemplateError> {
        let subject = (format!("{letter}/{language}.subject.txt"), &rendered.subject);
        let text = (self.part(letter, language, ".txt"), &rendered.text);
        let empty = [subject, text].into_iter().filter(|(_, text)| text.trim().is_empty());
        empty
            .map(|(name, _)| TemplateError::new(self.file(&name), None, "gives nothing with its sample"))
            .collect()
    }

    fn render_one(&self, name: &str, context: &Value) -> Result<String, TemplateError> {
        let template = self.environment.get_template(name);
        let rendered = template.and_then(|template| template.render(context));
        rendered.map_err(|error| self.described(name, &error))
    }

    fn described(&self, name: &str, error: &minijinja::Error) -> TemplateError {
        let name = error.name().unwrap_or(name);
        // Lines of compiled HTML are nobody's.
        let compiled = name.ends_with(HTML) && !name.ends_with(".words.html");
        let line = if compiled { None } else { error.line() };
        let reason = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        TemplateError::new(self.file(name), line, reason)
    }

    fn file(&self, name: &str) -> String {
        self.files.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A line that holds but a tag leaves no empty line. Building fails for changed delimiters only.
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.unwrap_or_default());
    environment.set_auto_escape_callback(|name| {
        let is_text = name.rsplit_once('.').is_some_and(|(_, kind)| kind == "txt");
        if is_text { AutoEscape::None } else { AutoEscape::Html }
    });
    environment.set_formatter(format_value);
    environment.set_path_join_callback(|name, parent| {
        let stem = WORDS_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
        let ending = WORDS_ENDINGS.iter().find(|ending| parent.ends_with(**ending)).unwrap_or(&".txt");
        format!("{stem}{ending}").into()
    });
    environment
}

/// Escapes as minijinja does, but leaves `/` alone: links stay readable in the source of a mail, for filters
/// and for people.
fn format_value(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    let html = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    let Some(text) = value.as_str().filter(|_| html) else {
        return escape_formatter(out, state, value);
    };
    for c in text.chars() {
        let written = match c {
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '&' => out.write_str("&amp;"),
            '"' => out.write_str("&quot;"),
            '\'' => out.write_str("&#x27;"),
            other => out.write_char(other),
        };
        written?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
