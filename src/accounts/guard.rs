//! The one place where a page or a route checks who is asking.

use super::model::{Access, Client, Role, SignedIn};
use super::{break_glass, keys, second_factor, sessions};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::web::form::Fields;
use crate::web::shell::{NavItem, Shell};
use crate::web::{PageError, assets, client, cookies};
use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

/// What comes of a request that is not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// Its handler may run.
    In,
    /// The second factor has to be set up first, on [`SET_UP`].
    ToSetUp,
}

/// The page on which the second factor is set up.
pub const SET_UP: &str = "/account/second-factor";

/// Checks what a route asks for and leaves [`SignedIn`] or [`Client`] in the request for its handler.
///
/// # Errors
/// 401 when nobody is signed in or the key is unknown, 403 when role or scope do not suffice.
pub async fn check(app: &App, access: Access, request: &HttpRequest) -> Result<Admitted> {
    match access {
        Access::Public => {}
        Access::Entering => {
            let person = signed_in(app, request).await?;
            request.extensions_mut().insert(person);
        }
        Access::Staff(roles) => {
            let person = signed_in(app, request).await?;
            // Known from here on, whatever they may do: a refusal names them in the log.
            request.extensions_mut().insert(person.clone());
            if second_factor::is_forced(app.config.second_factor, person.role) && !person.with_second_factor {
                return Ok(Admitted::ToSetUp);
            }
            if !roles.contains(&person.role) {
                let reader = broken_glass(app, person, roles, request).await?;
                request.extensions_mut().insert(reader);
            }
        }
        Access::Key(scopes) => {
            let client = program(app, request).await?;
            // Known from here on, whatever it may do: its requests are counted.
            request.extensions_mut().insert(client.clone());
            if !scopes.iter().any(|scope| client.has(*scope)) {
                let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
                let detail = format!("This key lacks the scope {}.", names.join(" or "));
                return Err(Error::new(Kind::Forbidden, detail));
            }
        }
    }
    Ok(Admitted::In)
}

/// Lets an administrator who has broken the glass read as HR, and notes it before the page is made.
async fn broken_glass(
    app: &App,
    person: SignedIn,
    roles: &[Role],
    request: &HttpRequest,
) -> Result<SignedIn> {
    let open = break_glass::admit(&person, roles, matches!(*request.method(), Method::GET | Method::HEAD))?;
    let (path, now) = (request.path().to_owned(), app.clock.now());
    app.db(move |connection| {
        break_glass::note(connection, &person, &open, &path, now)?;
        Ok(SignedIn { role: Role::Hr, ..person })
    })
    .await
}

async fn signed_in(app: &App, request: &HttpRequest) -> Result<SignedIn> {
    let nobody = || Error::new(Kind::Unauthorized, "Please sign in.");
    let secret = cookies::read_session(request, app.config.http.is_https()).ok_or_else(nobody)?;
    let (keys, now) = (app.keys.clone(), app.clock.now());
    app.db(move |connection| sessions::open(connection, &keys, &secret, now)).await
}

async fn program(app: &App, request: &HttpRequest) -> Result<Client> {
    let secret = bearer(request).unwrap_or_default().to_owned();
    let (from, now) = (address_of(app, request), app.clock.now());
    app.db(move |connection| keys::open(connection, &secret, from, now)).await
}

/// Returns the secret that a request carries, right or wrong.
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let header = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (word, secret) = header.split_once(' ')?;
    word.eq_ignore_ascii_case("bearer").then(|| secret.trim()).filter(|secret| !secret.is_empty())
}

/// Returns the address a request comes from, behind our proxies.
pub fn address_of(app: &App, request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map(|peer| peer.ip());
    client::address(peer, request.headers(), &app.config.http.proxies)
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
        ("/cases", "Cases", "i-case", &[Role::Hr, Role::Manager], 0),
        ("/callbacks", "Call-backs", "i-phone", &[Role::Hr, Role::Manager, Role::Caller], 0),
        ("/customers", "Customers", "i-user", &[Role::Hr, Role::Manager, Role::Caller], 0),
        ("/visits", "Visits", "i-list", &[Role::Admin, Role::Hr, Role::Manager], 1),
        ("/people", "People", "i-people", &[Role::Admin, Role::Hr], 1),
        ("/surveys", "Surveys", "i-ask", &[Role::Hr], 1),
        ("/delivery", "Delivery", "i-mail", &[Role::Admin, Role::Hr], 1),
        ("/audit", "Audit", "i-list", &[Role::Admin, Role::Hr], 1),
        ("/settings", "Settings", "i-gear", &[Role::Admin, Role::Hr], 1),
    ];
    // Who has broken the glass finds both what HR and what an administrator opens.
    let opened: &[Role] =
        if person.break_glass.is_some() { &[Role::Admin, Role::Hr] } else { &[person.role] };
    let nav = entries.iter().filter(|(_, _, _, roles, _)| roles.iter().any(|role| opened.contains(role)));
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
        role: title(if person.break_glass.is_some() { Role::Admin } else { person.role }).to_owned(),
        nav: nav.collect(),
        csrf: person.csrf.clone(),
        warning: app.config.http.is_exposed().then(|| exposed.to_owned()),
        broken_glass: person.break_glass.as_ref().map(|open| {
            let until = open.ends_at.with_timezone(&app.config.organisation.time_zone).format("%H:%M");
            format!(
                "Until {until} you read what HR may read. HR sees that, and every page is in the audit log."
            )
        }),
    }
}

/// Names a role for people.
pub const fn title(role: Role) -> &'static str {
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
