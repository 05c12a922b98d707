//! What a page of cards shows.

use askama::Template;
use uuid::Uuid;

/// How a visit stands with its card, for its page.
#[derive(Debug, Clone)]
pub struct CardLine {
    /// Until when its card works; nothing without one that does.
    pub until: Option<String>,
    /// Why none is made.
    pub why_not: Option<&'static str>,
}

/// One card, in the customer's language.
#[derive(Debug, Clone)]
pub struct CardView {
    /// The visit it asks about.
    pub visit: Uuid,
    /// BCP 47 code.
    pub language: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// Name of the organisation.
    pub organisation: String,
    /// Its heading.
    pub title: &'static str,
    /// Names the visit.
    pub about: String,
    /// What to do.
    pub how: String,
    /// The address with the code, as SVG.
    pub qr: String,
    /// The code.
    pub code: String,
    /// Until when it works.
    pub until: String,
}

/// Cards to print.
#[derive(Template)]
#[template(path = "finder/pages/cards.html")]
pub struct CardsPage {
    /// Path of the style sheet.
    pub css: &'static str,
    /// Title of the page.
    pub title: String,
    /// What to do with it, on the screen alone.
    pub lead: String,
    /// Where the reader came from.
    pub back: String,
    /// Whether it is one large card.
    pub is_single: bool,
    /// The cards.
    pub cards: Vec<CardView>,
}

impl CardsPage {
    /// What fits on a page of A4.
    fn sheets(&self) -> Vec<&[CardView]> {
        self.cards.chunks(8).collect()
    }
}
