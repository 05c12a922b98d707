//! MJML to HTML, with the strictness that mrml lacks: it renders an unknown `<mj-foo>` without a word.

use mrml::prelude::parser::{Error as ParseError, Span};
use mrml::prelude::render::RenderOptions;
use std::collections::HashMap;

const TAGS: [&str; 30] = [
    "mjml",
    "mj-head",
    "mj-body",
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-all",
    "mj-attributes",
    "mj-breakpoint",
    "mj-button",
    "mj-carousel",
    "mj-carousel-image",
    "mj-class",
    "mj-column",
    "mj-divider",
    "mj-group",
    "mj-hero",
    "mj-image",
    "mj-navbar",
    "mj-navbar-link",
    "mj-preview",
    "mj-raw",
    "mj-section",
    "mj-spacer",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
    "mj-wrapper",
];
/// Known to MJML; left out because each fetches something from elsewhere when the mail is opened or built.
const FETCHING_TAGS: [&str; 4] = ["mj-font", "mj-include", "mj-social", "mj-social-element"];

/// What is wrong with an MJML source, and on which line (from 1) where that is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MjmlError {
    pub(super) line: Option<usize>,
    pub(super) reason: String,
}

/// Turns MJML into HTML; template tags inside pass through unchanged. No web font is linked, whatever the
/// `font-family` says: a mail asks nothing of anybody when it is opened.
///
/// # Errors
/// [`MjmlError`] for unknown, unclosed and misplaced tags and for attributes where none belong.
pub(super) fn compile(source: &str) -> Result<String, MjmlError> {
    check_tags(source)?;
    let parsed = mrml::parse(source).map_err(|error| from_parser(source, &error))?;
    if let Some(warning) = parsed.warnings.first() {
        let line = Some(line_of(source, warning.span.start));
        return Err(MjmlError { line, reason: warning.kind.to_string() });
    }
    let options = RenderOptions { fonts: HashMap::default(), ..RenderOptions::default() };
    let html = parsed.element.render(&options);
    html.map_err(|error| MjmlError { line: None, reason: error.to_string() })
}

fn from_parser(source: &str, error: &ParseError) -> MjmlError {
    let at = |span: &Span| Some(line_of(source, span.start));
    let line = match error {
        ParseError::UnexpectedElement { position, .. }
        | ParseError::UnexpectedToken { position, .. }
        | ParseError::MissingAttribute { position, .. }
        | ParseError::InvalidAttribute { position, .. }
        | ParseError::InvalidFormat { position, .. }
        | ParseError::IncludeLoaderError { position, .. } => at(position),
        ParseError::ParserError { source, .. } => usize::try_from(source.pos().row).ok(),
        _ => None,
    };
    let reason = match error {
        ParseError::UnexpectedElement { .. } => "an element that does not belong here".to_owned(),
        ParseError::ParserError { source, .. } => source.to_string(),
        other => other.to_string(),
    };
    MjmlError { line, reason }
}

fn line_of(source: &str, offset: usize) -> usize {
    1 + source.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// Knows every `mj` tag and sees that each is closed by its own.
fn check_tags(source: &str) -> Result<(), MjmlError> {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('<') {
        let line = line_of(source, source.len() - rest.len() + before.len());
        let wrong = |reason: String| Err(MjmlError { line: Some(line), reason });
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (closing, tag) = match after.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, after),
        };
        let end = tag.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(tag.len());
        let (name, behind) = tag.split_at(end);
        let (attributes, next) = split_tag_end(behind);
        if !(name == "mjml" || name.starts_with("mj-")) {
            // Template text between elements may hold a lone '<'; only a tag is skipped as a whole.
            rest = if name.is_empty() { after } else { next };
            continue;
        }
        rest = next;
        if FETCHING_TAGS.contains(&name) {
            return wrong(format!("<{name}> is not supported: a mail fetches nothing from elsewhere"));
        }
        if !TAGS.contains(&name) {
            return wrong(format!("unknown tag <{name}>"));
        }
        if closing {
            match open.pop() {
                Some((opened, _)) if opened == name => {}
                Some((opened, at)) => {
                    return wrong(format!("</{name}> found where </{opened}> should close line {at}"));
                }
                None => return wrong(format!("</{name}> closes nothing")),
            }
        } else if !attributes.ends_with('/') {
            open.push((name, line));
        }
    }
    match open.pop() {
        Some((name, line)) => {
            Err(MjmlError { line: Some(line), reason: format!("<{name}> is never closed") })
        }
        None => Ok(()),
    }
}

/// Splits behind a tag's name at its `>`, which does not count inside quotes, or where the next tag begins.
fn split_tag_end(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (index, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => {
                let (attributes, rest) = text.split_at(index);
                return (attributes, rest.strip_prefix('>').unwrap_or(rest));
            }
            (None, '<') => return text.split_at(index),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<mjml lang=\"en\">\n<mj-body>\n<mj-section><mj-column>\n";
    const FOOT: &str = "\n</mj-column></mj-section>\n</mj-body></mjml>";

    fn compiled(inner: &str) -> Result<String, MjmlError> {
        compile(&format!("{HEAD}{inner}{FOOT}"))
    }

    #[test]
    fn keeps_template_tags_and_links_no_font() {
        let html = compiled(
            "<mj-text font-family=\"Roboto, Ubuntu\">{% if a > 2 %}<a href=\"{{ link }}\">{{ x }}</a>{% endif %}</mj-text>",
        )
        .unwrap();
        assert!(html.contains("{% if a > 2 %}<a href=\"{{ link }}\">{{ x }}</a>{% endif %}"), "{html}");
        assert!(!html.contains("googleapis"));
    }

    #[test]
    fn names_the_line_of_what_is_wrong() {
        for (inner, line, words) in [
            ("<mj-text>a</mj-text>\n<mj-foo>b</mj-foo>", 5, "unknown tag <mj-foo>"),
            ("<mj-txt />", 4, "unknown tag <mj-txt>"),
            ("<mj-include path=\"x\" />", 4, "fetches nothing"),
            ("<mj-text>a\n\n", 7, "</mj-column> found where </mj-text> should close line 4"),
            ("</mj-text>", 4, "found where </mj-column>"),
            ("\n<mj-text x=\"<\">a</mj-text><mj-nope/>", 5, "<mj-nope>"),
            ("<!-- <mj-foo> -->\n<mj-bar />", 5, "<mj-bar>"),
        ] {
            let error = compiled(inner).unwrap_err();
            assert_eq!(error.line, Some(line), "{inner}: {error:?}");
            assert!(error.reason.contains(words), "{inner}: {error:?}");
        }
        assert_eq!(compile("<mjml>\n<mj-body>").unwrap_err().line, Some(2));
        assert!(compile("hello").is_err() && compile("").is_err());
    }

    #[test]
    fn points_at_the_line_that_the_parser_means() {
        let error = compile("<mjml>\n<mj-head></mj-head>\n<mj-text></mj-text>\n</mjml>");
        assert_eq!(error.map_err(|e| e.line), Err(Some(3)));
        let error = compiled("<mj-text>a</mj-text>\n<mj-text>x <b</mj-text>");
        assert_eq!(error.map_err(|e| e.line), Err(Some(5)));
    }
}
