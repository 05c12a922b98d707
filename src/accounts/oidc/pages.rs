//! `/login/oidc` and what belongs to it. Links, no forms: a form must not lead to another site (`form-action`).

use super::enter::{Said, enter};
use super::{provider, request};
use crate::accounts::pages::{self, own_path};
use crate::app::App;
use crate::config::OidcConfig;
use crate::error::{Error, Result};
use crate::web::shell::Link;
use crate::web::{PageResult, assets, page, redirect};
use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

/// Where to go after the sign-in.
#[derive(Debug, Default, Deserialize)]
pub struct Parameters {
    next: Option<String>,
}

/// Nobody was signed in.
#[derive(Template)]
#[template(path = "accounts/oidc/pages/refused.html")]
struct RefusedPage<'a> {
    css: &'a str,
    organisation: &'a str,
    label: &'a str,
    detail: &'a str,
}

/// The link on the sign-in page, if there is a provider.
pub fn link(app: &App, next: &str) -> Option<Link> {
    let config = app.config.oidc.as_ref()?;
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Some(Link { href: format!("/login/oidc?next={next}"), label: format!("Sign in with {}", config.label) })
}

/// The link with which one leaves the provider too, once signed out here.
pub fn link_out(app: &App) -> Option<Link> {
    let config = app.config.oidc.as_ref()?;
    provider::way_out(config)?;
    Some(Link { href: "/login/oidc/out".to_owned(), label: format!("Sign out of {} too", config.label) })
}

fn configured(app: &App) -> Result<&OidcConfig> {
    app.config.oidc.as_ref().ok_or_else(|| Error::not_found("sign-in"))
}

fn refused(app: &App, config: &OidcConfig, error: &Error) -> Result<HttpResponse> {
    let page = RefusedPage {
        css: assets::staff_css(),
        organisation: &app.config.organisation.name,
        label: &config.label,
        detail: &error.detail,
    };
    let body = page::render(&page)?;
    Ok(error.response().content_type("text/html; charset=utf-8").body(body))
}

/// `GET /login/oidc`: sends the browser to the provider.
pub async fn begin(app: web::Data<App>, asked: web::Query<Parameters>) -> PageResult {
    let config = configured(&app)?;
    let provider = match provider::known(&app, config).await {
        Ok(provider) => provider,
        Err(error) => return Ok(refused(&app, config, &error)?),
    };
    let next = own_path(asked.next.as_deref().unwrap_or("/"));
    let begun = request::Request::begin(next, app.clock.now());
    let mut response = redirect(&begun.address(&app, config, &provider.document));
    let cookie = request::cookie(begun.write(&app.keys), app.config.http.is_https());
    // A cookie that we built ourselves is always a valid header.
    drop(response.add_cookie(&cookie));
    Ok(response)
}

/// `GET /login/oidc/callback`: opens a session for whom the provider sends back, or says why not.
pub async fn finish(app: web::Data<App>, asked: HttpRequest, said: web::Query<Said>) -> PageResult {
    let config = configured(&app)?;
    let https = app.config.http.is_https();
    let cookie = asked.cookie(request::cookie_name(https));
    let agent = pages::caller(&app, &asked).agent;
    let entered = enter(&app, config, cookie.as_ref().map(Cookie::value), said.into_inner(), agent).await;
    let mut response = match entered {
        Ok((entered, next)) => {
            pages::end_earlier(&app, &asked).await?;
            pages::enter(&app, &entered, &next)
        }
        Err(error) => refused(&app, config, &error)?,
    };
    drop(response.add_cookie(&request::no_cookie(https)));
    Ok(response)
}

/// `GET /login/oidc/out`: sends the browser to where one signs out of the provider (OpenID Connect RP-Initiated
/// Logout 1.0); it asks there, for we keep no token to show.
pub async fn sign_out(app: web::Data<App>) -> PageResult {
    let config = configured(&app)?;
    Ok(redirect(provider::way_out(config).as_ref().map_or("/login", url::Url::as_str)))
}
