//! `/settings/webhooks`: all endpoints, and the form for a new one.

use super::standing;
use super::views::{EndpointRow, EventChoice, ListPage};
use crate::accounts::{SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, FieldError, Kind as ErrorKind, Result};
use crate::web::format::thousands;
use crate::web::list::Asked;
use crate::web::secret::Shown;
use crate::web::{Fields, PageResult, html, page};
use crate::webhooks::Kind;
use crate::webhooks::change::{self, Wanted};
use crate::webhooks::model::Endpoint;
use crate::webhooks::queries::{endpoints, log};
use actix_web::web;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use uuid::Uuid;

/// The address of the page.
pub(super) const PLACE: &str = "/settings/webhooks";

/// The span over which messages are counted.
const COUNTED: TimeDelta = TimeDelta::days(7);

/// Messages of each endpoint by state.
pub(super) type Counts = Vec<(Uuid, String, i64)>;

pub(super) fn count(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Counts> {
    log::count(connection, now - COUNTED)
}

pub(super) fn row(endpoint: &Endpoint, counts: &Counts, zone: Tz) -> EndpointRow {
    let (state, note) = standing(endpoint, zone);
    let of = |states: &[&str]| {
        let fits =
            |(id, state, _): &&(Uuid, String, i64)| *id == endpoint.id && states.contains(&state.as_str());
        thousands(counts.iter().filter(fits).map(|(_, _, count)| count).sum())
    };
    let events: Vec<&str> = endpoint.events().iter().map(|kind| kind.as_str()).collect();
    EndpointRow {
        id: endpoint.id,
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        events: events.join(", "),
        state,
        note,
        delivered: of(&["delivered"]),
        waiting: of(&["waiting", "sending"]),
        failed: of(&["failed"]),
    }
}

/// `GET /settings/webhooks`.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let mut page = list_page(&app, &person, &Fields::default(), &[]).await?;
    page.done = asked.text("done").map(|_| "The endpoint is removed.");
    html(&page)
}

/// `POST /settings/webhooks`: makes an endpoint.
pub async fn add(app: web::Data<App>, signed: SignedForm) -> PageResult {
    let text = |name: &str| signed.fields.text(name).unwrap_or_default().to_owned();
    let wanted = Wanted {
        url: text("url"),
        description: text("description"),
        events: signed.fields.all("event").filter_map(|word| word.parse().ok()).collect(),
    };
    let (parts, by) = (app.get_ref().clone(), Actor::User(signed.person.user));
    let made = app.transaction(move |connection| change::add(connection, &parts, &wanted, by)).await;
    match made {
        Ok((_, secret)) => {
            let mut page = list_page(&app, &signed.person, &Fields::default(), &[]).await?;
            page.shown = Some(Shown {
                heading: "The secret",
                what: "The endpoint is made.",
                secret,
                then: "Give it this secret, so that it can tell our messages from others. It cannot be shown again.",
            });
            html(&page)
        }
        Err(error) if error.kind == ErrorKind::Invalid => {
            page::invalid(&list_page(&app, &signed.person, &signed.fields, &error.fields).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn list_page(app: &App, person: &SignedIn, typed: &Fields, errors: &[FieldError]) -> Result<ListPage> {
    let (now, zone) = (app.clock.now(), app.config.organisation.time_zone);
    let (all, counts) = app
        .db(move |connection| Ok::<_, Error>((endpoints::list(connection)?, count(connection, now)?)))
        .await?;
    let wrong = |field: &str, subject: &str| {
        let found = errors.iter().find(|error| error.field == field);
        found.map(|error| format!("{subject} {}.", error.reason))
    };
    let text = |name: &str| typed.text(name).unwrap_or_default().to_owned();
    let events = Kind::ALL.iter().map(|kind| EventChoice {
        word: kind.as_str(),
        meaning: kind.meaning(),
        chosen: typed.all("event").any(|word| word == kind.as_str()),
    });
    let networks: Vec<String> = app.config.webhook_networks.iter().map(ToString::to_string).collect();
    Ok(ListPage {
        shell: shell_for(app, person, PLACE),
        shown: None,
        done: None,
        rows: all.iter().map(|endpoint| row(endpoint, &counts, zone)).collect(),
        url: (text("url"), wrong("/url", "The address")),
        description: text("description"),
        events: (events.collect(), wrong("/events", "An endpoint")),
        networks: (!networks.is_empty()).then(|| networks.join(", ")),
    })
}
