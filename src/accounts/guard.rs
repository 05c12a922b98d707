//! The one place where a page or a route checks who is asking.

use super::model::{Access, Client, Role, SignedIn};
use super::{keys, sign_in};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::web::form::Fields;
use crate::web::shell::{NavItem, Shell};
use crate::web::{PageError, assets, cookies};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::Future;
use std::pin::Pin;

/// Checks what a route asks for and leaves [`SignedIn`] or [`Client`] in the request for its handler.
///
/// # Errors
/// 401 when nobody is signed in or the key is unknown, 403 when role or scope do not suffice.
pub async fn check(app: &App, access: Access, request: &HttpRequest) -> Result<()> {
    match access {
        Access::Public => Ok(()),
        Access::Staff(roles) => {
            let person = signed_in(app, request).await?;
            // Known from here on, whatever they may do: a refusal names them in the log.
            request.extensions_mut().insert(person.clone());
            if !roles.contains(&person.role) {
                return Err(Error::new(Kind::Forbidden, "Your role does not include this page."));
            }
            Ok(())
        }
        Access::Key(scopes) => {
            let client = client(app, request).await?;
            if !scopes.iter().any(|scope| client.has(*scope)) {
                let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
                let detail = format!("This key lacks the scope {}.", names.join(" or "));
                return Err(Error::new(Kind::Forbidden, detail));
            }
            request.extensions_mut().insert(client);
            Ok(())
        }
    }
}

async fn signed_in(app: &App, request: &HttpRequest) -> Result<SignedIn> {
    let nobody = || Error::new(Kind::Unauthorized, "Please sign in.");
    let secret = cookies::read_session(request, app.config.http.is_https()).ok_or_else(nobody)?;
    let (keys, now) = (app.keys.clone(), app.clock.now());
    app.db(move |connection| sign_in::open(connection, &keys, &secret, now)).await
}

async fn client(app: &App, request: &HttpRequest) -> Result<Client> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header
        .and_then(|value| value.split_once(' '))
        .filter(|(word, _)| word.eq_ignore_ascii_case("bearer"));
    let secret = bearer.map(|(_, secret)| secret.trim().to_owned()).unwrap_or_default();
    let now = app.clock.now();
    app.db(move |connection| keys::open(connection, &secret, now)).await
}

/// Fills the frame of a staff page: who is signed in and where they may go.
pub fn shell_for(app: &App, person: &SignedIn, current: &str) -> Shell {
    let entries: &[(&str, &str, &str, &[Role], u8)] = &[
        ("/", "Today", "i-today", Role::ALL, 0),
        ("/evaluations", "Evaluations", "i-chart", &[Role::Hr, Role::Manager], 0),
        ("/employees/me", "Your page", "i-chart", &[Role::Employee], 0),
        ("/statements", "Statements", "i-list", &[Role::Hr, Role::Employee], 0),
        ("/objections", "Objections", "i-eye", &[Role::Hr, Role::Manager], 0),
        ("/responses", "Responses", "i-said", &[Role::Hr, Role::Manager], 0),
        ("/callbacks", "Call-backs", "i-phone", &[Role::Hr, Role::Manager, Role::Caller], 0),
        ("/customers", "Customers", "i-user", &[Role::Hr, Role::Manager, Role::Caller], 0),
        ("/visits", "Visits", "i-list", &[Role::Admin, Role::Hr, Role::Manager], 1),
        ("/people", "People", "i-people", &[Role::Admin, Role::Hr], 1),
        ("/surveys", "Surveys", "i-ask", &[Role::Hr], 1),
        ("/delivery", "Delivery", "i-mail", &[Role::Admin, Role::Hr], 1),
        ("/audit", "Audit", "i-list", &[Role::Admin, Role::Hr], 1),
    ];
    let nav = entries.iter().filter(|(_, _, _, roles, _)| roles.contains(&person.role));
    let nav = nav.map(|&(href, label, icon, _, group)| NavItem {
        href,
        label,
        icon,
        current: href == current,
        count: None,
        group,
    });
    let exposed = "This server is reached by plain http: anybody on the way can read along. \
                   Set HEARBACK_PUBLIC_URL to an https address.";
    Shell {
        css: assets::staff_css().to_owned(),
        organisation: app.config.organisation.name.clone(),
        person: person.name.clone(),
        role: title(person.role).to_owned(),
        nav: nav.collect(),
        csrf: person.csrf.clone(),
        warning: app.config.http.is_exposed().then(|| exposed.to_owned()),
    }
}

const fn title(role: Role) -> &'static str {
    match role {
        Role::Admin => "Administrator",
        Role::Hr => "HR",
        Role::Manager => "Manager",
        Role::Caller => "Caller",
        Role::Employee => "Employee",
    }
}

impl FromRequest for SignedIn {
    type Error = PageError;
    type Future = std::future::Ready<std::result::Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let person = request.extensions().get::<Self>().cloned();
        std::future::ready(person.ok_or_else(|| Error::new(Kind::Unauthorized, "Please sign in.").into()))
    }
}

impl FromRequest for Client {
    type Error = crate::api::ApiError;
    type Future = std::future::Ready<std::result::Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let client = request.extensions().get::<Self>().cloned();
        std::future::ready(client.ok_or_else(|| Error::new(Kind::Unauthorized, "Send a key.").into()))
    }
}

/// A form of a staff page whose token belongs to the session; without it the handler never runs (CVE-2025-58430).
#[derive(Debug)]
pub struct SignedForm {
    /// Who sent it.
    pub person: SignedIn,
    /// What they typed.
    pub fields: Fields,
}

impl FromRequest for SignedForm {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let person = SignedIn::from_request(request, payload);
        let fields = Fields::from_request(request, payload);
        Box::pin(async move {
            let (person, fields) = (person.await?, fields.await?);
            let token = fields.get("csrf").unwrap_or_default();
            if !crate::ids::same(token.as_bytes(), person.csrf.as_bytes()) {
                let detail = "This form is from another session. Please open the page again.";
                return Err(Error::new(Kind::Forbidden, detail).into());
            }
            Ok(Self { person, fields })
        })
    }
}
