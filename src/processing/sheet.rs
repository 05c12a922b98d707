//! A sheet: headings, each with rows of a name and what there is to say. The same for page, file and terminal.

use askama::Template;
use std::fmt::Write;

/// What stands beside a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub name: String,
    /// What there is to say, one sentence or fact each.
    pub words: Vec<String>,
}

/// A part of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its id within the page.
    pub id: &'static str,
    /// Its heading.
    pub heading: &'static str,
    /// What to know before reading it; may be empty.
    pub lead: &'static str,
    /// Its rows.
    pub rows: Vec<Row>,
}

impl Section {
    /// Begins a part without rows.
    pub const fn new(id: &'static str, heading: &'static str, lead: &'static str) -> Self {
        Self { id, heading, lead, rows: Vec::new() }
    }

    /// Adds a row with one thing to say.
    #[must_use]
    pub fn row(self, name: impl Into<String>, words: impl Into<String>) -> Self {
        self.rows(name, [words.into()])
    }

    /// Adds a row with several.
    #[must_use]
    pub fn rows(mut self, name: impl Into<String>, words: impl IntoIterator<Item = String>) -> Self {
        self.rows.push(Row { name: name.into(), words: words.into_iter().collect() });
        self
    }
}

/// A sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its title.
    pub title: &'static str,
    /// What it is and when it was made.
    pub lead: String,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A page of its own, without the program around it.
#[derive(Template)]
#[template(path = "processing/pages/alone.html")]
struct AlonePage<'a> {
    sheet: &'a Sheet,
}

impl Sheet {
    /// Writes it as a page of its own.
    ///
    /// # Errors
    /// When the template fails.
    pub fn html(&self) -> crate::error::Result<String> {
        crate::web::page::render(&AlonePage { sheet: self })
    }

    /// Writes it as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n{}\n", self.title, escaped(&self.lead));
        for section in &self.sections {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n## {}\n", section.heading);
            if !section.lead.is_empty() {
                let _ = write!(text, "\n{}\n", escaped(section.lead));
            }
            text.push_str("\n| | |\n|---|---|\n");
            for row in &section.rows {
                let words: Vec<String> = row.words.iter().map(|word| escaped(word)).collect();
                let _ = writeln!(text, "| {} | {} |", escaped(&row.name), words.join("<br>"));
            }
        }
        text
    }
}

/// What somebody configured must not become a sign of Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '#' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_has_a_table_for_each_part_and_no_sign_of_somebody_else() {
        let section = Section::new("a", "A", "").rows("x|y", ["one".to_owned(), "<b>*two*".to_owned()]);
        let sheet = Sheet { title: "T", lead: "L".to_owned(), sections: vec![section] };
        assert_eq!(
            sheet.markdown(),
            "# T\n\nL\n\n## A\n\n| | |\n|---|---|\n| x\\|y | one<br>&lt;b>\\*two\\* |\n"
        );
    }
}
