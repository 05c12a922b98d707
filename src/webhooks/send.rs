//! Sending what waits: beside the worker's rounds, so that a slow receiver holds up nothing of ours, and with no
//! transaction open meanwhile.

use super::client::{Client, Tried};
use super::model::{Claimed, Disabled};
use super::queries::{endpoints, work};
use super::retry::{self, Answer};
use super::secret::Secret;
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// So many messages are under way at once from one process.
const AT_ONCE: usize = 16;

/// Time between two looks for messages.
const LOOK: Duration = Duration::from_secs(1);

/// For so long a message belongs to the worker that took it: three times as long as a try may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Sends until it is told to stop; what is under way then is finished first. Nothing is sent while `allows` says no.
pub async fn run<A: Future<Output = Result<bool>>>(
    app: App,
    allows: impl Fn() -> A,
    mut stop: watch::Receiver<bool>,
) {
    let client = Client::new(&app.config.webhook_networks);
    let mut flying: JoinSet<()> = JoinSet::new();
    while !*stop.borrow() {
        let room = AT_ONCE.saturating_sub(flying.len());
        let taken = match allows().await {
            Ok(true) => take(&app, room).await,
            Ok(false) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        let taken = match taken {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "webhooks are sent later");
                Vec::new()
            }
        };
        let found = !taken.is_empty();
        for message in taken {
            flying.spawn(deliver(app.clone(), client.clone(), message));
        }
        if !found || flying.len() >= AT_ONCE {
            tokio::select! {
                _ = flying.join_next(), if !flying.is_empty() => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
        while flying.try_join_next().is_some() {}
    }
    while flying.join_next().await.is_some() {}
}

/// Sends everything that is due now; returns how many were sent. Tests call it instead of waiting.
///
/// # Errors
/// When the database does not answer.
pub async fn due(app: &App) -> Result<usize> {
    let client = Client::new(&app.config.webhook_networks);
    let mut sent = 0;
    loop {
        let taken = take(app, AT_ONCE).await?;
        if taken.is_empty() {
            return Ok(sent);
        }
        sent += taken.len();
        let mut flying: JoinSet<()> = JoinSet::new();
        for message in taken {
            flying.spawn(deliver(app.clone(), client.clone(), message));
        }
        while flying.join_next().await.is_some() {}
    }
}

async fn take(app: &App, most: usize) -> Result<Vec<Claimed>> {
    let (now, most) = (app.clock.now(), i64::try_from(most).unwrap_or(0));
    if most == 0 {
        return Ok(Vec::new());
    }
    app.transaction(move |connection| work::claim(connection, most, now, now + LEASE)).await
}

/// Sends one and writes down what came of it. If that fails, the lease runs out and it is sent again under its id.
async fn deliver(app: App, client: Client, message: Claimed) {
    let (at, begun) = (app.clock.now(), Instant::now());
    let tried = match signatures(&app, &message, at) {
        None => Ok(Tried::without("secret")),
        Some(signatures) => {
            let message = message.clone();
            app.blocking(move || Ok(client.post(&message, &signatures, at))).await
        }
    };
    let took = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    let now = app.clock.now();
    let recorded = match tried {
        Ok(tried) => app.transaction(move |connection| record(connection, &message, &tried, took, now)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = recorded {
        tracing::warn!(%error, "what came of a webhook could not be recorded; it is sent again");
    }
}

/// Signs with the secret, and with the one before while that is still good.
fn signatures(app: &App, message: &Claimed, at: DateTime<Utc>) -> Option<String> {
    let id = message.id.to_string();
    let sign = |secret_id: &str, version| {
        let secret = Secret::derive(&app.keys, secret_id, message.endpoint, version)?;
        Some(secret.sign(&id, at.timestamp(), &message.payload))
    };
    let newest = sign(&message.secret_id, message.secret_version)?;
    let old = message.old_until.filter(|until| *until > at).and(message.old_secret_id.as_deref());
    match old.and_then(|old| sign(old, message.secret_version - 1)) {
        Some(old) => Some(format!("{newest} {old}")),
        None => Some(newest),
    }
}

fn record(
    connection: &mut PgConnection,
    message: &Claimed,
    tried: &Tried,
    took: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    work::end_attempt(connection, message, tried.status.map(i32::from), tried.error, took)?;
    let endpoint = endpoints::lock(connection, message.endpoint)?;
    let next = match tried.answer {
        Answer::Refused(asked) => retry::next(message.tries, asked, now, ids::chance()),
        Answer::Accepted | Answer::Gone => None,
    };
    let (state, due_at) = match (tried.answer, next) {
        (Answer::Accepted, _) => ("delivered", now),
        (_, Some(at)) => ("waiting", at),
        (_, None) => ("failed", now),
    };
    if !work::update_state(connection, message, state, due_at)? {
        return Ok(());
    }
    match tried.answer {
        Answer::Accepted if endpoint.failing_since.is_none() => Ok(()),
        Answer::Accepted => endpoints::update_failing(connection, endpoint.id, None),
        Answer::Gone => disable(connection, endpoint.id, Disabled::Gone, now),
        Answer::Refused(_) => match endpoint.failing_since {
            None => endpoints::update_failing(connection, endpoint.id, Some(now)),
            Some(since) if since + retry::FAILING <= now => {
                disable(connection, endpoint.id, Disabled::Failing, now)
            }
            Some(_) => Ok(()),
        },
    }
}

fn disable(connection: &mut PgConnection, endpoint: Uuid, why: Disabled, now: DateTime<Utc>) -> Result<()> {
    endpoints::update_disabled(connection, endpoint, Some(why), now)?;
    work::give_up(connection, endpoint)?;
    let detail = json!({ "why": why.as_str() });
    audit::record(connection, now, Actor::Rule, "webhook.disabled", &format!("webhook {endpoint}"), detail)
}
