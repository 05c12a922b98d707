//! The company's life: people and a year of history by the road of files, then five weeks in steps: visits arrive,
//! the worker works, customers react.

use super::mailbox::Mailbox;
use super::past::{self, Past};
use super::present::DAYS;
use super::roster;
use super::weeks::Weeks;
use crate::accounts::links::{self, Colleague};
use crate::accounts::{Role, queries as accounts};
use crate::app::App;
use crate::audit::Actor;
use crate::callbacks::draw::{Draw, draw};
use crate::callbacks::queries::wave as waves;
use crate::delivery::Sender;
use crate::error::{Error, Result};
use crate::imports::{Progress, Rejects};
use crate::people::{import as people_import, queries as people};
use crate::surveys::past::Scale;
use crate::visits::queries as visits;
use crate::{history_import, scores, worker};
use chrono::{DateTime, Days, DurationRound, TimeDelta, Utc};
use diesel::PgConnection;
use std::path::Path;

/// Password of every account of the demo.
pub const PASSWORD: &str = "northwind-demo";

/// Team of the account that is a manager's.
pub const TEAM: &str = "Harbour";

/// Place of the employee who has an account, in the same team.
pub const EMPLOYEE: usize = 1;

/// Accounts of the demo: address, name, role. The manager leads [`TEAM`], the employee is [`EMPLOYEE`].
pub const ACCOUNTS: [(&str, &str, Role); 5] = [
    ("hr@example.com", "Ingrid Vale", Role::Hr),
    ("manager@example.com", "", Role::Manager),
    ("admin@example.com", "Sam Okafor", Role::Admin),
    ("caller@example.com", "Jo Hartley", Role::Caller),
    ("employee@example.com", "", Role::Employee),
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
    let minute = app.clock.now().duration_trunc(TimeDelta::minutes(1)).map_err(Error::internal)?;
    let began = minute.checked_sub_days(Days::new(DAYS)).unwrap_or(minute);
    std::fs::write(&marker, began.to_rfc3339()).map_err(Error::internal)?;
    Ok(began)
}

/// Returns how far an earlier start came in the five weeks; nothing when it did not come to them.
pub fn reached(app: &App) -> Option<DateTime<Utc>> {
    std::fs::read_to_string(app.config.data.join("demo-reached")).ok()?.parse().ok()
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
    if reached(app).is_none() {
        eprintln!("hearback: making a fictitious company; its year of history takes some seconds");
        let parts = app.clone();
        let bringing = tokio::task::spawn_blocking(move || bring_history(&parts, began));
        bringing.await.map_err(Error::internal)??;
    }
    eprintln!("hearback: playing its last five weeks, with mails into {}", mail.display());
    let mut weeks = Weeks::new(app, began);
    let sender = Sender::new(app.clone());
    let mut mailbox = Mailbox::new(mail);
    while app.clock.now() < until {
        // While nothing may be mailed, the worker has nothing to do.
        let organisation = &app.config.organisation;
        let next = app.config.sending.window.next(app.clock.now() + STEP, organisation.time_zone).min(until);
        weeks = weeks.go_on(next).await?;
        worker::round(app, &sender).await?;
        weeks = weeks.receive(mailbox.fresh()?).await?;
        // What an interrupted start had done is recognised; only the clock must not go back.
        std::fs::write(app.config.data.join("demo-reached"), next.to_rfc3339()).map_err(Error::internal)?;
    }
    let parts = app.clone();
    app.transaction(move |connection| {
        open_accounts(connection, until)?;
        draw_wave(connection, &parts, until)
    })
    .await?;
    std::fs::write(&marker, "").map_err(Error::internal)
}

/// Brings the people and the year before, by the same code as `import people` and `import history`. What an interrupted
/// start had brought is recognised.
fn bring_history(app: &App, ends: DateTime<Utc>) -> Result<()> {
    let people = roster::people(past::first_day(ends));
    let how = people_import::Options::default();
    let brought = people_import::run(app, people.as_bytes(), &how, &mut Progress::silent())?;
    all_in(&brought.rejects)?;
    let how = history_import::Options { scale: Scale { min: 1, max: 5 }, dry_run: false, rejects: None };
    let brought = history_import::run(app, Past::new(ends), &how, &mut Progress::silent())?;
    all_in(&brought.rejects)?;
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    scores::fold(&mut connection, app.clock.now()).map(drop)
}

fn all_in(rejects: &Rejects) -> Result<()> {
    match rejects.shown.first() {
        None => Ok(()),
        Some(reason) => Err(Error::internal(format_args!("a row of the demo is wrong: {reason}"))),
    }
}

/// Draws a wave of those who did not answer in the first four of the five weeks, once.
fn draw_wave(connection: &mut PgConnection, app: &App, now: DateTime<Utc>) -> Result<()> {
    if !waves::list(connection, 1)?.is_empty() {
        return Ok(());
    }
    let day =
        |ago| (now - TimeDelta::days(ago)).with_timezone(&app.config.organisation.time_zone).date_naive();
    let asked = Draw { from: day(35), to: day(8), share: 0.35 };
    draw(connection, &app.keys, asked, Actor::Rule, now).map(drop)
}

fn open_accounts(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    for (email, name, role) in ACCOUNTS {
        if accounts::find_account(connection, email)?.is_some() {
            continue;
        }
        let leads = role == Role::Manager;
        let team = if leads { Some(people::upsert_team(connection, TEAM)?) } else { None };
        let person = match role {
            Role::Manager => roster::lead_of(TEAM).map(|(_, lead)| lead),
            Role::Employee => roster::employee(EMPLOYEE),
            _ => None,
        };
        let employee = match role {
            Role::Employee => people::find_employee(connection, &roster::id(EMPLOYEE))?,
            _ => None,
        };
        let name = person.map_or(name, |person| person.name).to_owned();
        let colleague = Colleague { email: email.to_owned(), name, role, employee, team };
        links::invite_with_password(connection, &colleague, PASSWORD, now)?;
    }
    Ok(())
}
