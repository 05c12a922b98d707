//! `/settings/keys`: the keys of programs, for whoever runs the server.

use super::guard::{SignedForm, shell_for};
use super::key_views::{KeyForm, KeyRow, KeysPage, ScopeChoice};
use super::keys::{self, Wanted};
use super::model::{Scope, SignedIn};
use super::queries::keys::{self as queries, Stored};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, FieldError, Kind, Result};
use crate::web::badge::Badge;
use crate::web::format::{day, moment, thousands};
use crate::web::list::Asked;
use crate::web::secret::Shown;
use crate::web::{Fields, PageResult, html, page, redirect};
use actix_web::web;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

/// The address of the page.
const PLACE: &str = "/settings/keys";

/// How long a key may work: what the form sends, and what it says.
const LIVES: [(&str, &str); 4] =
    [("365d", "a year"), ("90d", "90 days"), ("30d", "30 days"), ("never", "until it is revoked")];

/// A key that ends within this time wants a look.
const SOON: TimeDelta = TimeDelta::days(30);

const fn meaning(scope: Scope) -> &'static str {
    match scope {
        Scope::VisitsWrite => "bring, correct and cancel visits",
        Scope::OutcomesRead => "read visits and their outcomes",
        Scope::CallbacksWork => "work call-backs",
        Scope::CallbacksLead => "draw and close waves",
        Scope::EvaluationsRead => "read evaluations, make statements",
        Scope::ResponsesRead => "read responses",
        Scope::PeopleWrite => "bring people and teams",
    }
}

/// `GET /settings/keys`.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let mut page = keys_page(&app, &person, form(&Fields::default(), &[])).await?;
    page.done = asked.text("done").map(|_| "The key is revoked. It opens nothing any more.");
    html(&page)
}

/// `POST /settings/keys`: makes, rotates or revokes one.
pub async fn change(app: web::Data<App>, signed: SignedForm) -> PageResult {
    match signed.fields.text("op") {
        Some("add") => add(&app, &signed).await,
        Some("rotate") => rotate(&app, &signed).await,
        Some("revoke") => {
            let (id, by, now) = (id_in(&signed.fields)?, Actor::User(signed.person.user), app.clock.now());
            app.transaction(move |connection| keys::revoke(connection, id, by, now)).await?;
            Ok(redirect("/settings/keys?done=revoked"))
        }
        _ => Err(Error::invalid_field("op", "is none of this page's").into()),
    }
}

async fn add(app: &App, signed: &SignedForm) -> PageResult {
    let (by, now) = (Actor::User(signed.person.user), app.clock.now());
    let made = match wanted(&signed.fields) {
        Ok(wanted) => app.transaction(move |connection| keys::make(connection, &wanted, by, now)).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(secret) => {
            let mut page = keys_page(app, &signed.person, form(&Fields::default(), &[])).await?;
            page.shown = Some(Shown {
                heading: "The key",
                what: "The key is made.",
                secret,
                then: "Copy it now: it is not stored and cannot be shown again.",
            });
            html(&page)
        }
        Err(error) if error.kind == Kind::Invalid => {
            let typed = form(&signed.fields, &error.fields);
            page::invalid(&keys_page(app, &signed.person, typed).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn rotate(app: &App, signed: &SignedForm) -> PageResult {
    let (id, by, now) = (id_in(&signed.fields)?, Actor::User(signed.person.user), app.clock.now());
    let secret =
        app.transaction(move |connection| keys::rotate(connection, id, keys::OVERLAP, by, now)).await?;
    let mut page = keys_page(app, &signed.person, form(&Fields::default(), &[])).await?;
    page.shown = Some(Shown {
        heading: "The key",
        what: "The key has a new secret.",
        secret,
        then: "Copy it now: it cannot be shown again. The old secret is good for 24 more hours; \
               put the new one in place until then.",
    });
    html(&page)
}

fn id_in(fields: &Fields) -> Result<Uuid> {
    fields.text("key").and_then(|id| id.parse().ok()).ok_or_else(|| Error::not_found("key"))
}

fn wanted(fields: &Fields) -> Result<Wanted> {
    let networks = keys::read_networks(fields.text("networks").unwrap_or_default())
        .map_err(|problem| Error::invalid_field("/network", problem))?;
    let works_for = keys::read_life(fields.text("life").unwrap_or("365d"))
        .map_err(|problem| Error::invalid_field("/life", problem))?;
    Ok(Wanted {
        name: fields.text("name").unwrap_or_default().to_owned(),
        scopes: fields.all("scope").filter_map(|word| word.parse().ok()).collect(),
        networks,
        works_for,
    })
}

fn form(fields: &Fields, errors: &[FieldError]) -> KeyForm {
    let typed = |name: &str| fields.text(name).unwrap_or_default().to_owned();
    let wrong = |field: &str| {
        let found = errors.iter().find(|error| error.field == field);
        found.map(|error| error.reason.clone())
    };
    let life = fields.text("life").unwrap_or("365d");
    let scopes = Scope::ALL.iter().map(|scope| ScopeChoice {
        word: scope.as_str(),
        meaning: meaning(*scope),
        chosen: fields.all("scope").any(|word| word == scope.as_str()),
    });
    KeyForm {
        name: (typed("name"), wrong("/name").map(|reason| sentence("The name", &reason))),
        scopes: (scopes.collect(), wrong("/scope").map(|reason| sentence("", &reason))),
        networks: (typed("networks"), wrong("/network").map(|reason| sentence("", &reason))),
        lives: LIVES.map(|(value, label)| (value, label, value == life)).to_vec(),
    }
}

/// A reason as a sentence: what must be gets its subject, what says all of itself a capital letter.
fn sentence(subject: &str, reason: &str) -> String {
    if reason.starts_with("must") && !subject.is_empty() {
        return format!("{subject} {reason}.");
    }
    let mut letters = reason.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

async fn keys_page(app: &App, person: &SignedIn, form: KeyForm) -> Result<KeysPage> {
    let (now, zone, rate) = (app.clock.now(), app.config.organisation.time_zone, app.config.http.api_rate);
    let keys = app.db(queries::list).await?;
    Ok(KeysPage {
        shell: shell_for(app, person, PLACE),
        shown: None,
        done: None,
        rows: keys.iter().map(|key| row(key, zone, now)).collect(),
        form,
        rate: format!("{} requests in {} seconds", thousands(rate.count.into()), rate.per.num_seconds()),
    })
}

fn row(key: &Stored, zone: Tz, now: DateTime<Utc>) -> KeyRow {
    let on = |at: DateTime<Utc>| day(at.with_timezone(&zone).date_naive());
    let scopes: Vec<&str> = key.scopes().iter().map(|scope| scope.as_str()).collect();
    let has_ended = key.expires_at.is_some_and(|end| end <= now);
    let state = match (key.revoked_at, key.expires_at) {
        (Some(_), _) => Badge::closed("Revoked"),
        _ if has_ended => Badge::failed("Ended"),
        (None, Some(end)) if end <= now + SOON => Badge::open("Ends soon"),
        _ => Badge::done("Works"),
    };
    let both = key.old_until.filter(|until| *until > now && key.revoked_at.is_none());
    KeyRow {
        id: key.id,
        name: key.name.clone(),
        scopes: scopes.join(", "),
        networks: key.network_words().into_iter().map(str::to_owned).collect(),
        made: on(key.created_at),
        used: key.last_used_at.map_or_else(|| "never".to_owned(), |at| moment(at, zone)),
        ends: key.expires_at.map_or_else(|| "never".to_owned(), on),
        state,
        note: match (key.revoked_at, both) {
            (Some(at), _) => Some(format!("on {}", on(at))),
            (None, Some(until)) => Some(format!("two secrets until {}", moment(until, zone))),
            (None, None) => None,
        },
        is_live: key.revoked_at.is_none(),
    }
}
