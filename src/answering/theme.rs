//! The organisation's own look on the customers' pages: a small style sheet and a logo, each named by its content.

use crate::app::App;
use crate::config::{Brand, OrganisationConfig};
use crate::web::assets;
use actix_web::http::header;
use actix_web::{HttpResponse, web};

fn style(brand: Brand) -> String {
    let pair =
        |colour: crate::config::Colour| format!(":root{{--brand:{colour};--on-brand:{}}}", colour.text_on());
    format!("{}@media screen and (prefers-color-scheme:dark){{{}}}", pair(brand.light), pair(brand.dark))
}

fn named(bytes: &[u8], end: &str) -> String {
    format!("/theme/{}{end}", assets::fingerprint(bytes))
}

/// Returns the path of the style sheet with the organisation's colours, if it has any.
pub fn css(organisation: &OrganisationConfig) -> Option<String> {
    organisation.brand.map(|brand| named(style(brand).as_bytes(), ".css"))
}

/// Returns the path of the logo, if there is one.
pub fn logo(app: &App) -> Option<String> {
    app.logo.as_ref().map(|logo| named(&logo.bytes, ""))
}

/// `GET /theme/{name}`: the style sheet or the logo by its hashed name.
pub async fn show(app: web::Data<App>, name: web::Path<String>) -> HttpResponse {
    let (organisation, asked) = (&app.config.organisation, Some(format!("/theme/{name}")));
    let (media_type, body) = if css(organisation) == asked {
        let text = organisation.brand.map(style).unwrap_or_default();
        ("text/css; charset=utf-8", text.into_bytes())
    } else if let Some(logo) = app.logo.as_ref().filter(|_| logo(&app) == asked) {
        (logo.media_type, logo.bytes.clone())
    } else {
        return HttpResponse::NotFound().finish();
    };
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_with_the_text_that_can_be_read_on_them() {
        let css = style("#7a1f5c".parse().unwrap());
        assert!(css.starts_with(":root{--brand:#7a1f5c;--on-brand:#ffffff}"), "{css}");
    }
}
