//! `/settings/webhooks/{id}`: one endpoint, what was sent to it, and what can be done about it.

use super::list::{self, PLACE};
use super::views::{AttemptRow, EndpointPage, MessageRow};
use crate::accounts::{SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::db::page::{self, Cursor, Meta};
use crate::error::{Error, Result};
use crate::web::badge::Badge;
use crate::web::format::{counted, moment};
use crate::web::list::{Asked, Choice, Dates, Pages, ROWS};
use crate::web::secret::Shown;
use crate::web::{PageResult, html, redirect};
use crate::webhooks::model::{Attempt, Endpoint, Logged};
use crate::webhooks::queries::endpoints;
use crate::webhooks::queries::log::{self, Filter};
use crate::webhooks::{Kind, change};
use actix_web::web;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use diesel::PgConnection;
use uuid::Uuid;

const STATES: [(&str, &str); 5] = [
    ("", "All"),
    ("failed", "Failed"),
    ("waiting", "Waiting"),
    ("sending", "Under way"),
    ("delivered", "Delivered"),
];

const NO_DATE: &str = "Write a date such as 2026-01-31.";

/// Everything that the page tells.
struct Read {
    endpoint: Endpoint,
    counts: list::Counts,
    messages: Vec<Logged>,
    meta: Meta,
    attempts: Vec<Attempt>,
}

fn read(connection: &mut PgConnection, app: &App, filter: &Filter) -> Result<Read> {
    let endpoint = endpoints::find(connection, filter.endpoint)?;
    let messages = log::list(connection, filter, ROWS + 1)?;
    let cut_at = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let (messages, meta) = page::cut(messages, cut_at, |row| Cursor::by_time(row.created_at, row.id));
    let ids: Vec<Uuid> = messages.iter().map(|message| message.id).collect();
    let attempts = log::list_attempts(connection, &ids)?;
    let counts = list::count(connection, app.clock.now())?;
    Ok(Read { endpoint, counts, messages, meta, attempts })
}

fn id_of(path: &str) -> Result<Uuid> {
    path.parse().map_err(|_| Error::not_found("endpoint"))
}

/// `GET /settings/webhooks/{id}`.
pub async fn show(
    app: web::Data<App>,
    person: SignedIn,
    path: web::Path<String>,
    asked: Asked,
) -> PageResult {
    let mut page = endpoint_page(&app, &person, id_of(&path)?, &asked).await?;
    page.done = asked.text("done").and_then(|word| done(word, asked.text("count")));
    html(&page)
}

fn done(word: &str, count: Option<&str>) -> Option<String> {
    let count = count.and_then(|count| count.parse::<i64>().ok()).unwrap_or(0);
    Some(match word {
        "paused" => "The endpoint is paused. What happens meanwhile waits for it.".to_owned(),
        "resumed" => "Messages are sent to this endpoint again.".to_owned(),
        "tested" => "A test message is on its way; it stands in the log below.".to_owned(),
        "replayed" => format!("On the way again: {}.", counted(count, "message", "messages")),
        _ => return None,
    })
}

/// `POST /settings/webhooks/{id}`.
pub async fn change(app: web::Data<App>, signed: SignedForm, path: web::Path<String>) -> PageResult {
    let (id, by, now) = (id_of(&path)?, Actor::User(signed.person.user), app.clock.now());
    let gone = |word: String| Ok(redirect(&format!("{PLACE}/{id}?done={word}")));
    match signed.fields.text("op") {
        Some("rotate") => rotate(&app, &signed, id).await,
        Some("pause") => {
            app.transaction(move |connection| change::pause(connection, id, by, now)).await?;
            gone("paused".to_owned())
        }
        Some("resume") => {
            app.transaction(move |connection| change::resume(connection, id, by, now)).await?;
            gone("resumed".to_owned())
        }
        Some("test") => {
            app.transaction(move |connection| change::test(connection, id, by, now)).await?;
            gone("tested".to_owned())
        }
        Some("replay") => {
            let message = signed.fields.text("message").and_then(|id| id.parse().ok());
            let message = message.ok_or_else(|| Error::not_found("message"))?;
            app.transaction(move |connection| change::replay(connection, id, message, by, now)).await?;
            gone("replayed&count=1".to_owned())
        }
        Some("replay_failed") => replay_failed(&app, &signed, id).await,
        Some("remove") => {
            app.transaction(move |connection| change::remove(connection, id, by, now)).await?;
            Ok(redirect(&format!("{PLACE}?done=removed")))
        }
        _ => Err(Error::invalid_field("op", "is none of this page's").into()),
    }
}

async fn rotate(app: &App, signed: &SignedForm, id: Uuid) -> PageResult {
    let (parts, by) = (app.clone(), Actor::User(signed.person.user));
    let secret = app.transaction(move |connection| change::rotate(connection, &parts, id, by)).await?;
    let mut page = endpoint_page(app, &signed.person, id, &Asked::new(PLACE, "")).await?;
    page.shown = Some(Shown {
        heading: "The secret",
        what: "The endpoint has a new secret.",
        secret,
        then: "For 24 hours messages are signed with both; put the new one in place until then. It cannot be shown \
               again.",
    });
    html(&page)
}

async fn replay_failed(app: &App, signed: &SignedForm, id: Uuid) -> PageResult {
    let (by, now, zone) =
        (Actor::User(signed.person.user), app.clock.now(), app.config.organisation.time_zone);
    let typed = signed.fields.text("since");
    let day = typed.and_then(|day| day.parse::<NaiveDate>().ok());
    let begin = Dates::of(day.map(|day| day.to_string()).as_deref(), None).moments(zone).0;
    let Some(since) = begin else {
        let mut page = endpoint_page(app, &signed.person, id, &Asked::new(PLACE, "")).await?;
        page.since = (typed.unwrap_or_default().to_owned(), Some(NO_DATE));
        return crate::web::page::invalid(&page);
    };
    let count =
        app.transaction(move |connection| change::replay_failed(connection, id, since, by, now)).await?;
    Ok(redirect(&format!("{PLACE}/{id}?done=replayed&count={count}")))
}

async fn endpoint_page(app: &App, person: &SignedIn, id: Uuid, asked: &Asked) -> Result<EndpointPage> {
    let (now, zone) = (app.clock.now(), app.config.organisation.time_zone);
    let known = |word: &&str| STATES.iter().any(|(state, _)| state == word);
    let filter = Filter {
        endpoint: id,
        state: asked.text("state").filter(known).map(str::to_owned),
        event: asked.text("event").map(str::to_owned),
        after: asked.after()?,
    };
    let parts = app.clone();
    let found = app.db(move |connection| read(connection, &parts, &filter)).await?;
    let endpoint = &found.endpoint;
    let kinds = Kind::ALL.iter().chain([&Kind::Test]).map(|kind| (kind.as_str(), kind.as_str()));
    let week_ago = now.with_timezone(&zone).date_naive().checked_sub_days(Days::new(7));
    let narrowed = asked.text("state").or(asked.text("event")).is_some();
    Ok(EndpointPage {
        shell: shell_for(app, person, PLACE),
        shown: None,
        done: None,
        made: moment(endpoint.created_at, zone),
        both_until: endpoint.old_until.filter(|until| *until > now).map(|until| moment(until, zone)),
        is_disabled: endpoint.disabled().is_some(),
        row: list::row(endpoint, &found.counts, zone),
        states: Choice::all(asked.text("state"), STATES),
        kinds: Choice::all(asked.text("event"), [("", "All")].into_iter().chain(kinds)),
        is_narrowed: narrowed,
        since: (week_ago.map(|day| day.to_string()).unwrap_or_default(), None),
        messages: found.messages.iter().map(|one| message_row(one, &found.attempts, zone)).collect(),
        pages: asked.pages(found.meta, Pages::BY_TIME),
    })
}

fn message_row(message: &Logged, attempts: &[Attempt], zone: Tz) -> MessageRow {
    let of_it = attempts.iter().filter(|attempt| attempt.message == message.id);
    let mut rows: Vec<AttemptRow> = of_it
        .map(|attempt| AttemptRow {
            number: attempt.number,
            when: moment(attempt.at, zone),
            what: what(attempt, message.state == "sending" && attempt.number == message.claims),
        })
        .collect();
    rows.reverse();
    let state = match message.state.as_str() {
        "delivered" => Badge::done("Delivered"),
        "failed" => Badge::failed("Failed"),
        "sending" => Badge::open("Under way"),
        _ => Badge::open("Waiting"),
    };
    let next = || format!("next try {}", moment(message.due_at, zone));
    MessageRow {
        id: message.id,
        when: moment(message.created_at, zone),
        event: message.event.clone(),
        state,
        note: (message.state == "waiting").then(next),
        attempts: rows,
        payload: message.payload.clone(),
        is_resting: message.state != "sending",
    }
}

/// Says what came of a try.
fn what(attempt: &Attempt, is_under_way: bool) -> String {
    let Some(took) = attempt.duration_ms else {
        return if is_under_way {
            "under way".to_owned()
        } else {
            "broken off; it may have arrived".to_owned()
        };
    };
    let status = attempt.status.map(|status| status.to_string()).unwrap_or_default();
    let words = match attempt.error.as_deref() {
        None => format!("accepted ({status})"),
        Some("redirect") => format!("sent elsewhere ({status}), which is not followed"),
        Some("timeout") => "no answer in time".to_owned(),
        Some("connection") => "no connection".to_owned(),
        Some("no_host") => "no such host".to_owned(),
        Some("private") => "the name leads into a private network".to_owned(),
        Some("tls") => "the certificate does not hold".to_owned(),
        Some("secret") => "the secret is gone".to_owned(),
        Some("status") => format!("refused ({status})"),
        Some(_) => "no HTTP".to_owned(),
    };
    format!("{words}, {took} ms")
}
