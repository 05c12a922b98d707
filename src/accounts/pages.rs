//! `/login` with the password, `/logout` and `/invite/{token}`.

use super::guard::{SignedForm, address_of};
use super::sessions::{Caller, Entered, Proof};
use super::views::{LinkGonePage, SetPasswordPage, SignInPage};
use super::{browser, known, letters, links, oidc, password, queries, sessions, sign_in};
use crate::app::App;
use crate::error::{Error, Kind};
use crate::ids;
use crate::web::{Fields, PageError, PageResult, assets, cookies, html, page, redirect};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

/// Where to go after the sign-in.
#[derive(Debug, Default, Deserialize)]
pub struct Parameters {
    next: Option<String>,
    out: Option<String>,
    late: Option<String>,
}

fn sign_in_page(app: &App, email: &str, next: &str, error: Option<String>) -> SignInPage {
    let exposed = "This server is reached by plain http: anybody on the way can read the password.";
    SignInPage {
        css: assets::staff_css(),
        organisation: app.config.organisation.name.clone(),
        email: email.to_owned(),
        next: next.to_owned(),
        error,
        notice: None,
        provider: oidc::pages::link(app, next),
        provider_out: None,
        reset: letters::reach_people(app),
        warning: app.config.http.is_exposed().then(|| exposed.to_owned()),
    }
}

/// A path of ours and nothing else, so that the link cannot lead elsewhere (CVE-2025-5256).
pub(super) fn own_path(path: &str) -> &str {
    let own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|c: char| c.is_control() || c == '\\');
    if own { path } else { "/" }
}

/// `GET /login`.
pub async fn show_sign_in(app: web::Data<App>, asked: web::Query<Parameters>) -> PageResult {
    let next = own_path(asked.next.as_deref().unwrap_or("/"));
    let mut page = sign_in_page(&app, "", next, None);
    page.notice = asked.out.as_ref().map(|_| "You are signed out.".to_owned());
    page.provider_out = asked.out.as_ref().and_then(|_| oidc::pages::link_out(&app));
    if asked.late.is_some() {
        page.error = Some("That took too long. Please sign in again.".to_owned());
    }
    html(&page)
}

/// `POST /login`: opens a session or asks for the code, or says that the pair is wrong and never which of both.
pub async fn do_sign_in(app: web::Data<App>, request: HttpRequest, fields: Fields) -> PageResult {
    let email = fields.text("email").unwrap_or_default().to_owned();
    let typed = fields.get("password").unwrap_or_default().to_owned();
    let next = own_path(fields.get("next").unwrap_or("/")).to_owned();
    match sign_in::sign_in(&app, email.clone(), typed, caller(&app, &request)).await {
        Ok(entered) => {
            end_earlier(&app, &request).await?;
            Ok(enter(&app, &entered, &next))
        }
        Err(error) if matches!(error.kind, Kind::Unauthorized | Kind::TooMany) => {
            let page = sign_in_page(&app, &email, &next, Some(error.detail.clone()));
            let body = page::render(&page)?;
            Ok(error.response().content_type("text/html; charset=utf-8").body(body))
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends the session that a browser brings along to a new sign-in (ASVS 5.0, 7.2.4).
pub(super) async fn end_earlier(app: &App, request: &HttpRequest) -> Result<(), Error> {
    let Some(secret) = cookies::read_session(request, app.config.http.is_https()) else { return Ok(()) };
    app.db(move |connection| queries::sessions::delete_session(connection, &ids::sha256(secret.as_bytes())))
        .await
}

/// Reads who asks to be let in.
pub(super) fn caller(app: &App, request: &HttpRequest) -> Caller {
    let (http, address) = (&app.config.http, address_of(app, request));
    let header = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Caller {
        // A proxy of ours that does not say for whom it asks: behind it could be anybody.
        network: http.proxies.iter().all(|proxy| !proxy.contains(address)).then_some(address),
        agent: browser::name(header.unwrap_or_default()),
        known: cookies::read_known(request, http.is_https()),
    }
}

/// Goes on after a right password: to where somebody wanted to go, or to the code.
pub(super) fn enter(app: &App, entered: &Entered, next: &str) -> HttpResponse {
    match entered {
        Entered::In { account, secret } => {
            let mut response = with_session(app, redirect(next), secret);
            let known = cookies::known(&known::mark(&app.keys, *account), app.config.http.is_https());
            drop(response.add_cookie(&known));
            response
        }
        Entered::AsksCode { secret } => {
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            with_session(app, redirect(&format!("/login/code?next={next}")), secret)
        }
    }
}

/// Gives the browser a new secret.
pub(super) fn with_session(app: &App, response: HttpResponse, secret: &str) -> HttpResponse {
    let mut response = response;
    let cookie = cookies::session(secret, app.config.http.is_https());
    // A cookie that we built ourselves is always a valid header.
    drop(response.add_cookie(&cookie));
    response
}

/// `POST /logout`: ends the session here and in the database.
pub async fn sign_out(app: web::Data<App>, form: SignedForm) -> PageResult {
    app.db(move |connection| queries::sessions::delete_session(connection, &form.person.session)).await?;
    let mut response = redirect("/login?out=1");
    drop(response.add_cookie(&cookies::no_session(app.config.http.is_https())));
    response.headers_mut().insert(cookies::CLEAR, cookies::NOTHING_LEFT);
    Ok(response)
}

fn gone(app: &App) -> PageResult {
    page::not_found(&LinkGonePage {
        css: assets::staff_css(),
        organisation: app.config.organisation.name.clone(),
    })
}

async fn whose(app: &App, secret: &str) -> Result<Option<(String, String)>, Error> {
    let (now, link) = (app.clock.now(), secret.to_owned());
    app.db(move |connection| links::whose(connection, &link, now)).await
}

async fn password_page(app: &App, secret: &str, error: Option<String>) -> Result<Option<String>, PageError> {
    let Some((name, email)) = whose(app, secret).await? else { return Ok(None) };
    let page = SetPasswordPage {
        css: assets::staff_css(),
        organisation: app.config.organisation.name.clone(),
        action: format!("/invite/{secret}"),
        name,
        email,
        shortest: password::SHORTEST,
        error,
    };
    Ok(Some(page.render().map_err(Error::internal)?))
}

/// `GET /invite/{token}`: asks for a new password; the link still works afterwards.
pub async fn show_invitation(app: web::Data<App>, secret: web::Path<String>) -> PageResult {
    match password_page(&app, &secret, None).await? {
        Some(body) => Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body)),
        None => gone(&app),
    }
}

/// `POST /invite/{token}`: sets the password, uses the link up, and goes on as after a sign-in.
pub async fn accept_invitation(
    app: web::Data<App>,
    secret: web::Path<String>,
    request: HttpRequest,
    fields: Fields,
) -> PageResult {
    let typed = fields.get("password").unwrap_or_default().to_owned();
    match accept(&app, &secret, typed, caller(&app, &request)).await {
        Ok(entered) => Ok(enter(&app, &entered, "/")),
        Err(error) if error.kind == Kind::Invalid => {
            let reason = error.fields.first().map(|field| format!("The password {}.", field.reason));
            match password_page(&app, &secret, reason).await? {
                Some(body) => Ok(error.response().content_type("text/html; charset=utf-8").body(body)),
                None => gone(&app),
            }
        }
        Err(error) if error.kind == Kind::NotFound => gone(&app),
        Err(error) => Err(error.into()),
    }
}

async fn accept(app: &App, secret: &str, typed: String, caller: Caller) -> Result<Entered, Error> {
    // Nobody makes us hash with a link that does not work.
    let (_, email) = whose(app, secret).await?.ok_or_else(|| Error::not_found("link"))?;
    let hash = password::new(app, typed, email).await?;
    let (now, link) = (app.clock.now(), secret.to_owned());
    app.transaction(move |connection| {
        let account = links::accept(connection, &link, &hash, now)?;
        sessions::enter(connection, account, &caller.agent, Proof::Password, now)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_in_leads_nowhere_else() {
        assert_eq!(
            ["/evaluations?a=1", "//evil.example.com", "https://x", "/\\x", "/\t/x"].map(own_path),
            ["/evaluations?a=1", "/", "/", "/", "/"]
        );
    }
}
