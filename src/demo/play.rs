//! Five weeks of the company, two hours at a time: visits arrive, the worker works, customers react.

use super::company::{self, DAYS, Reaction, VISITS};
use super::mailbox::{Mail, Mailbox};
use crate::accounts::links::{self, Colleague};
use crate::accounts::{Role, queries as accounts};
use crate::answering::{form, nonce, queries as answers, submit};
use crate::app::App;
use crate::arrival;
use crate::delivery::{self, Sender, opt_out};
use crate::error::{Error, Result};
use crate::ids::LinkToken;
use crate::surveys::wording::wording;
use crate::visits::store::{self, Change};
use crate::visits::{Outcome, intake, queries as visits};
use crate::web::Fields;
use crate::{db, people, worker};
use chrono::{DateTime, Days, DurationRound, TimeDelta, Utc};
use diesel::PgConnection;
use std::path::Path;

/// Password of every account of the demo.
pub const PASSWORD: &str = "northwind-demo";

/// Accounts of the demo: address, name, role, team.
pub const ACCOUNTS: [(&str, &str, Role, Option<&str>); 3] = [
    ("hr@example.com", "Ingrid Vale", Role::Hr, None),
    ("manager@example.com", "Pavel Brandt", Role::Manager, Some("Harbour")),
    ("admin@example.com", "Sam Okafor", Role::Admin, None),
];

const STEP: TimeDelta = TimeDelta::hours(2);

/// Returns when the five weeks began: as the first start decided, so that an interrupted one goes on.
///
/// # Errors
/// 409 when the folder holds visits of somebody else; 500 when it cannot be written.
pub async fn beginning(app: &App) -> Result<DateTime<Utc>> {
    let marker = app.config.data.join("demo-began");
    if let Ok(text) = std::fs::read_to_string(&marker)
        && let Ok(began) = text.trim().parse()
    {
        return Ok(began);
    }
    if app.db(visits::count_visits).await? > 0 {
        let detail = format!(
            "{} holds visits that are not the demo's. Choose another folder with --data.",
            app.config.data.display()
        );
        return Err(Error::conflict(detail));
    }
    let now = app.clock.now();
    let hour = now.duration_trunc(TimeDelta::hours(1)).map_err(Error::internal)?;
    let began = hour.checked_sub_days(Days::new(DAYS)).unwrap_or(hour);
    std::fs::write(&marker, began.to_rfc3339()).map_err(Error::internal)?;
    Ok(began)
}

/// Returns how far an earlier start came.
pub fn reached(app: &App, began: DateTime<Utc>) -> DateTime<Utc> {
    let text = std::fs::read_to_string(app.config.data.join("demo-reached")).unwrap_or_default();
    text.parse().unwrap_or(began)
}

/// Something a customer will do.
struct Due {
    at: DateTime<Utc>,
    token: LinkToken,
    language: &'static str,
    act: Act,
}

enum Act {
    Stop,
    Post(String),
}

/// Plays everything up to `until`; does nothing when it was played before.
///
/// # Errors
/// When the database does not answer or a mail cannot be read.
pub async fn play(app: &App, began: DateTime<Utc>, until: DateTime<Utc>, mail: &Path) -> Result<()> {
    let marker = app.config.data.join("demo-finished");
    if marker.exists() {
        return Ok(());
    }
    eprintln!("hearback: making a fictitious company; its five weeks take some seconds");
    let sender = Sender::new(app.clone());
    let mut mailbox = Mailbox::new(mail);
    let mut due: Vec<Due> = Vec::new();
    let mut waiting: Vec<usize> = (0..VISITS).collect();
    while app.clock.now() < until {
        app.clock.set((app.clock.now() + STEP).min(until));
        let now = app.clock.now();
        let parts = app.clone();
        let (arriving, later): (Vec<usize>, Vec<usize>) =
            waiting.into_iter().partition(|index| company::visit(*index, began).arrives_at <= now);
        waiting = later;
        app.db(move |connection| {
            arriving.into_iter().try_for_each(|index| arrive(connection, &parts, index, began))
        })
        .await?;
        worker::round(app, &sender).await?;
        for mail in mailbox.fresh()? {
            due.extend(reactions(&mail));
        }
        let (ready, rest): (Vec<Due>, Vec<Due>) = due.into_iter().partition(|due| due.at <= now);
        due = rest;
        let parts = app.clone();
        app.db(move |connection| ready.iter().try_for_each(|due| react(connection, &parts, due))).await?;
        // What an interrupted start had done is recognised; only the clock must not go back.
        std::fs::write(app.config.data.join("demo-reached"), now.to_rfc3339()).map_err(Error::internal)?;
    }
    worker::round(app, &sender).await?;
    app.transaction(move |connection| open_accounts(connection, until)).await?;
    std::fs::write(&marker, "").map_err(Error::internal)
}

fn arrive(connection: &mut PgConnection, app: &App, index: usize, began: DateTime<Utc>) -> Result<()> {
    let now = app.clock.now();
    let planned = company::visit(index, began);
    let checked = intake::check(&planned.message, now).map_err(Error::invalid)?;
    db::transaction(connection, |connection| {
        let survey = arrival::survey(connection)?;
        arrival::take_in(connection, app, &checked, &survey, now)?;
        if company::is_cancelled(index) {
            let visit = visits::lock_visit(connection, &checked.external_id)?;
            let reason = "the office cancelled it: a visit of the demo";
            let change = Change { to: Outcome::Cancelled, by: "rule", reason, send_at: None };
            if store::change(connection, visit.id, &change, now)? {
                delivery::queries::close_of_visit(connection, visit.id)?;
            }
        }
        Ok(())
    })
}

/// What the customer of a visit will do after a mail.
fn reactions(mail: &Mail) -> Vec<Due> {
    let (index, token, now) = (mail.index, &mail.token, mail.sent_at);
    let language = if company::is_german(index) { "de" } else { "en" };
    let due = |at, act| Due { at, token: token.clone(), language, act };
    match company::reaction(index) {
        Reaction::Nothing => Vec::new(),
        Reaction::Stops => vec![due(now + TimeDelta::hours(5), Act::Stop)],
        Reaction::Answers(said) => {
            let at = now + TimeDelta::hours(said.after_hours);
            let first = due(at, Act::Post(format!("step=1&overall={}", said.overall)));
            let second = said.more.map(|more| due(at + TimeDelta::minutes(1), Act::Post(more)));
            std::iter::once(first).chain(second).collect()
        }
    }
}

/// Does what the page behind the link does.
fn react(connection: &mut PgConnection, app: &App, due: &Due) -> Result<()> {
    let now = app.clock.now();
    let hash = due.token.hash();
    match &due.act {
        Act::Stop => {
            db::transaction(connection, |connection| opt_out::stop(connection, &app.keys, &due.token, now))?;
        }
        Act::Post(body) => {
            if is_done(connection, &hash, body)? {
                return Ok(());
            }
            let content = arrival::survey(connection)?.content;
            let answers = form::check(&Fields::parse(body.as_bytes()), &content, wording(due.language))
                .map_err(|errors| Error::internal(format_args!("a form of the demo is wrong: {errors:?}")))?;
            let nonce = nonce::issue(&app.keys, &hash, now);
            let used = nonce::check(&app.keys, &hash, &nonce, now)
                .ok_or_else(|| Error::internal("a nonce is wrong"))?;
            submit::store(connection, &hash, &used, &answers, due.language, now)?;
        }
    }
    Ok(())
}

/// Tells whether an interrupted start had posted this already.
fn is_done(connection: &mut PgConnection, token_hash: &[u8], body: &str) -> Result<bool> {
    let Some(link) = answers::find_link(connection, token_hash)? else { return Ok(true) };
    let stored = answers::find_response(connection, link.visit)?;
    Ok(stored.is_some_and(|stored| stored.complete || body.starts_with("step=1")))
}

fn open_accounts(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    for (email, name, role, team) in ACCOUNTS {
        if accounts::find_account(connection, email)?.is_some() {
            continue;
        }
        let team = team.map(|team| people::queries::upsert_team(connection, team)).transpose()?;
        let colleague =
            Colleague { email: email.to_owned(), name: name.to_owned(), role, employee: None, team };
        links::invite_with_password(connection, &colleague, PASSWORD, now)?;
    }
    Ok(())
}
