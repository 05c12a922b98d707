//! The style sheets: embedded, minified, and named by their content so that browsers may keep them for a year.

use crate::ids;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use std::sync::LazyLock;

/// A style sheet and the path under which it is served.
struct Sheet {
    path: String,
    text: String,
}

const BASE: &str = include_str!("assets/base.css");

static STAFF: LazyLock<Sheet> = LazyLock::new(|| {
    sheet("staff", &[BASE, include_str!("assets/staff.css"), include_str!("assets/paper.css")])
});
static CUSTOMER: LazyLock<Sheet> =
    LazyLock::new(|| sheet("customer", &[BASE, include_str!("assets/customer.css")]));
static CARDS: LazyLock<Sheet> = LazyLock::new(|| sheet("cards", &[BASE, include_str!("assets/cards.css")]));

fn sheet(name: &str, parts: &[&str]) -> Sheet {
    let text = minify(&parts.concat());
    Sheet { path: format!("/assets/{name}-{}.css", fingerprint(text.as_bytes())), text }
}

/// Returns a name for contents: the first 6 bytes of their SHA-256 in hex.
pub fn fingerprint(bytes: &[u8]) -> String {
    ids::hex(&ids::sha256(bytes)).chars().take(12).collect()
}

/// Drops comments and the white space at the ends of lines.
fn minify(css: &str) -> String {
    let mut rest = css;
    let mut bare = String::with_capacity(css.len());
    while let Some((before, after)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    bare.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Returns the path of the staff pages' style sheet.
pub fn staff_css() -> &'static str {
    &STAFF.path
}

/// Returns the path of the customer pages' style sheet.
pub fn customer_css() -> &'static str {
    &CUSTOMER.path
}

/// Returns the path of the printed cards' style sheet.
pub fn cards_css() -> &'static str {
    &CARDS.path
}

/// `GET /assets/{name}`: a style sheet by its hashed name.
pub async fn show(name: web::Path<String>) -> HttpResponse {
    let asked = format!("/assets/{name}");
    let Some(sheet) = [&*STAFF, &*CUSTOMER, &*CARDS].into_iter().find(|sheet| sheet.path == asked) else {
        return HttpResponse::NotFound().finish();
    };
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(sheet.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_keeps_its_rules_and_loses_its_comments() {
        assert_eq!(minify("/* a */\n  b { c: d; } /* e\n f */\n\n g {}"), "b { c: d; }\ng {}");
        assert!(!STAFF.text.contains("/*") && STAFF.text.contains(".shell"));
        assert!(CUSTOMER.text.contains(".answer") && !CUSTOMER.text.contains(".shell {"));
    }
}
