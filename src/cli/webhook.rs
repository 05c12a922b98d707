//! `webhook`: make endpoints, list them, try them, send again what failed.

use crate::audit::Actor;
use crate::boot::{Boot, BootError};
use crate::config::ConfigError;
use crate::db;
use crate::error::{Error, Result};
use crate::webhooks::change::{self, Wanted};
use crate::webhooks::queries::{endpoints, log};
use crate::webhooks::{Kind, model::Disabled};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Subcommand;
use diesel::PgConnection;
use uuid::Uuid;

/// What to do with webhooks.
#[derive(Debug, Subcommand)]
pub enum WebhookAction {
    /// List all endpoints: where they are, what they hear of, how they stand.
    List,
    /// Make an endpoint and print its id and its secret, once.
    Add {
        /// Where messages go: https, port 443 or 8443, or what `HEARBACK_WEBHOOK_NETWORKS` allows.
        #[arg(long)]
        url: String,
        /// What it hears of: answer.received, score.low, callback.due, case.overdue, statement.issued.
        #[arg(long, required = true, num_args = 1.., value_delimiter = ',')]
        event: Vec<Kind>,
        /// What it is for.
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Queue a message that says nothing but that messages arrive, and print its id.
    Test {
        /// Id of the endpoint.
        endpoint: Uuid,
    },
    /// Send a message again, or everything that failed at an endpoint since a day.
    Replay {
        /// Id of the message, or with --failed-since of the endpoint.
        id: Uuid,
        /// First day, in the organisation's zone.
        #[arg(long, value_name = "DATE")]
        failed_since: Option<NaiveDate>,
    },
}

/// Does it.
///
/// # Errors
/// When an address may not be reached, or there is no such endpoint or message.
pub fn run(boot: &Boot, action: WebhookAction) -> std::result::Result<(), BootError> {
    let (app, now, by) = (&boot.app, boot.app.clock.now(), Actor::Shell);
    let mut connection = app.pool.get().map_err(Error::unavailable)?;
    match action {
        WebhookAction::List => list(&mut connection)?,
        WebhookAction::Add { url, event, description } => {
            let wanted = Wanted { url, description, events: event };
            let (id, secret) =
                db::transaction(&mut connection, |connection| change::add(connection, app, &wanted, by))?;
            println!("{id}\t{secret}");
            eprintln!("hearback: keep the secret now; it cannot be shown again");
        }
        WebhookAction::Test { endpoint } => {
            let id =
                db::transaction(&mut connection, |connection| change::test(connection, endpoint, by, now))?;
            println!("{id}");
            eprintln!("hearback: a worker sends it; /settings/webhooks/{endpoint} shows what came of it");
        }
        WebhookAction::Replay { id, failed_since: None } => {
            db::transaction(&mut connection, |connection| {
                let endpoint =
                    log::find_endpoint(connection, id)?.ok_or_else(|| Error::not_found("message"))?;
                change::replay(connection, endpoint, id, by, now)
            })?;
        }
        WebhookAction::Replay { id, failed_since: Some(day) } => {
            let since = begin(boot, day)?;
            let count = db::transaction(&mut connection, |connection| {
                change::replay_failed(connection, id, since, by, now)
            })?;
            println!("{count}");
        }
    }
    Ok(())
}

/// When a day begins in the organisation's zone.
fn begin(boot: &Boot, day: NaiveDate) -> std::result::Result<DateTime<Utc>, BootError> {
    let local = day.and_time(NaiveTime::MIN).and_local_timezone(boot.app.config.organisation.time_zone);
    let at = local.earliest().ok_or_else(|| ConfigError::new("--failed-since", "is no day here"))?;
    Ok(at.with_timezone(&Utc))
}

/// One line an endpoint, by tabs, so that other programs can read it.
fn list(connection: &mut PgConnection) -> Result<()> {
    println!("id\turl\tevents\tstate\tdescription");
    for endpoint in endpoints::list(connection)? {
        let events: Vec<&str> = endpoint.events().iter().map(|kind| kind.as_str()).collect();
        let state = match endpoint.disabled() {
            None if endpoint.failing_since.is_some() => "failing",
            None => "works",
            Some(Disabled::Paused) => "paused",
            Some(Disabled::Gone) => "switched off: gone",
            Some(Disabled::Failing) => "switched off: failed for five days",
        };
        let (id, url, description) = (endpoint.id, &endpoint.url, &endpoint.description);
        println!("{id}\t{url}\t{}\t{state}\t{description}", events.join(","));
    }
    Ok(())
}
