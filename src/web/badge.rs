//! The state of one thing: a shape and a word, never a colour alone.

use askama::Template;

/// A badge; a template writes it with `|safe`.
#[derive(Debug, Clone, Copy, Template)]
#[template(
    source = r##"<span class="badge{% if !class.is_empty() %} {{ class }}{% endif %}"><svg viewBox="0 0 10 10" aria-hidden="true"><use href="#{{ shape }}"/></svg>{{ word }}</span>"##,
    ext = "html"
)]
pub struct Badge {
    /// Classes beside `badge`; mostly none.
    pub class: &'static str,
    /// Id of the shape in the sprite, such as `s-tick`.
    pub shape: &'static str,
    /// The word.
    pub word: &'static str,
}

impl Badge {
    /// Something that is done.
    pub const fn done(word: &'static str) -> Self {
        Self { class: "done", shape: "s-tick", word }
    }

    /// Something that is under way.
    pub const fn open(word: &'static str) -> Self {
        Self { class: "", shape: "s-indicative", word }
    }

    /// Something that ended without a result.
    pub const fn closed(word: &'static str) -> Self {
        Self { class: "", shape: "s-none", word }
    }

    /// Something that was put aside.
    pub const fn aside(word: &'static str) -> Self {
        Self { class: "", shape: "s-plain", word }
    }

    /// Something that went wrong.
    pub const fn failed(word: &'static str) -> Self {
        Self { class: "solid", shape: "s-bang", word }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_has_a_shape_and_a_word() {
        let written = Badge::done("Answered").to_string();
        assert!(written.contains("#s-tick") && written.ends_with("Answered</span>"), "{written}");
        assert!(Badge::open("Asked").to_string().starts_with("<span class=\"badge\">"));
    }
}
