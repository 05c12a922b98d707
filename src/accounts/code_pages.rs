//! `/login/code`, the second step of a sign-in, and `/forgot`, for those who cannot take the first.

use super::pages::{caller, enter, own_path};
use super::sign_in;
use super::views::{CodePage, ForgotPage};
use super::{forgot, letters};
use crate::app::App;
use crate::error::Kind;
use crate::web::list::Asked;
use crate::web::{Fields, PageResult, assets, cookies, html, page, redirect};
use actix_web::{HttpRequest, web};

fn code_page(app: &App, next: &str, error: Option<String>) -> CodePage {
    CodePage {
        css: assets::staff_css(),
        organisation: app.config.organisation.name.clone(),
        next: next.to_owned(),
        error,
    }
}

/// `GET /login/code`: asks for the code. It says the same whether a password was given or not.
pub async fn show_code(app: web::Data<App>, asked: Asked) -> PageResult {
    html(&code_page(&app, own_path(asked.text("next").unwrap_or("/")), None))
}

/// `POST /login/code`: opens the session, or says that the code is wrong.
pub async fn enter_code(app: web::Data<App>, request: HttpRequest, fields: Fields) -> PageResult {
    let next = own_path(fields.get("next").unwrap_or("/")).to_owned();
    let typed = fields.text("code").unwrap_or_default().to_owned();
    let Some(secret) = cookies::read_session(&request, app.config.http.is_https()) else {
        return Ok(redirect("/login"));
    };
    match sign_in::enter_code(&app, &secret, typed, caller(&app, &request).agent).await {
        Ok(entered) => Ok(enter(&app, &entered, &next)),
        Err(error) if error.kind == Kind::Unauthorized => Ok(redirect("/login?late=1")),
        Err(error) if matches!(error.kind, Kind::Invalid | Kind::TooMany) => {
            let reason = error.fields.first().map(|field| format!("The code {}.", field.reason));
            let page = code_page(&app, &next, Some(reason.unwrap_or_else(|| error.detail.clone())));
            let body = page::render(&page)?;
            Ok(error.response().content_type("text/html; charset=utf-8").body(body))
        }
        Err(error) => Err(error.into()),
    }
}

fn forgot_page(app: &App) -> ForgotPage {
    ForgotPage {
        css: assets::staff_css(),
        organisation: app.config.organisation.name.clone(),
        reset: letters::reach_people(app),
        asked: false,
        error: None,
    }
}

/// `GET /forgot`: asks for the address.
pub async fn show_forgot(app: web::Data<App>) -> PageResult {
    html(&forgot_page(&app))
}

/// `POST /forgot`: says the same for every address.
pub async fn ask_forgot(app: web::Data<App>, request: HttpRequest, fields: Fields) -> PageResult {
    let page = forgot_page(&app);
    let Some(typed) = fields.text("email") else {
        return page::invalid(&ForgotPage { error: Some("Type your mail address.".to_owned()), ..page });
    };
    if page.reset {
        forgot::ask(&app, typed, caller(&app, &request)).await?;
    }
    html(&ForgotPage { asked: page.reset, ..page })
}
