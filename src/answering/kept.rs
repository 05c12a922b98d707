//! When an answer cannot be stored just now: a page that holds all that was typed and can be sent again.
//!
//! It is made without the database. The nonce stays the same, so that an answer which was stored after all is not
//! stored twice.

use super::key::Key;
use super::show::frame;
use super::views::KeptPage;
use crate::app::App;
use crate::error::{Error, Kind};
use crate::surveys::wording::Wording;
use crate::web::{Fields, PageError, PageResult, page};

/// Shows the form's fields again where the database does not answer; other errors, and what cannot be a link, stay
/// what they are.
///
/// # Errors
/// The one that came, when it is another one.
pub fn unless_stored(
    app: &App,
    words: &'static Wording,
    token: &str,
    fields: &Fields,
    error: Error,
) -> PageResult {
    let Some(key) = Key::parse(token).filter(|_| error.kind == Kind::Unavailable) else {
        return Err(PageError(error));
    };
    let (text, is_card) = (key.text(), key.is_card());
    let path = format!("/s/{text}");
    let comment = fields.text("comment").and_then(|_| fields.get("comment"));
    let hidden = fields.pairs().filter(|(name, _)| comment.is_none() || *name != "comment");
    let body = page::render(&KeptPage {
        frame: frame(app, words, &path, (!is_card).then_some(text.as_str())),
        w: words,
        action: format!("{path}?lang={}", words.language),
        fields: hidden.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        comment: comment.map(str::to_owned),
    })?;
    Ok(error.response().content_type("text/html; charset=utf-8").body(body))
}
