//! Reading the mailbox in which bounces arrive.
//!
//! A message is removed only after it is stored: a crash between the two brings it again, and it is recognised.
//! What is understood is deleted, for it holds addresses; what is not is put aside in a folder of its own, where
//! somebody can look at it. Nothing else of the mailbox is touched.

use super::bounces::{self, Incoming, Kind, Source, Taken};
use crate::app::App;
use crate::config::{Config, ConfigError};
use crate::db;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::jobs;
use crate::mail::MailboxUrl;
use crate::mail::mailbox::{Inbox, MailboxError};
use chrono::TimeDelta;

/// Time between two readings, among all workers.
const EVERY: TimeDelta = TimeDelta::minutes(1);

/// How many messages are stored before they are removed together.
const BATCH: u32 = 50;

/// What a reading came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Collected {
    /// Messages that were understood, stored and deleted.
    pub done: usize,
    /// Messages that were stored and put aside.
    pub aside: usize,
    /// Messages that stay where they are until the next reading.
    pub left: usize,
}

/// Reads the setting of the mailbox.
///
/// # Errors
/// Names the setting; its value is not repeated.
pub fn mailbox(config: &Config) -> std::result::Result<Option<MailboxUrl>, ConfigError> {
    let Some(text) = &config.mail.bounce_mailbox else { return Ok(None) };
    let wrong = |error| ConfigError::new("HEARBACK_BOUNCE_MAILBOX", format!("is wrong: {error}"));
    text.parse().map(Some).map_err(wrong)
}

/// Reads the mailbox if a minute has passed since anybody did.
///
/// # Errors
/// As [`all`].
pub async fn if_due(app: &App) -> Result<()> {
    let now = app.clock.now();
    let due = app.transaction(move |connection| jobs::is_due(connection, "bounces.collect", EVERY, now));
    if due.await? {
        let collected = all(app).await?;
        if collected != Collected::default() {
            tracing::info!(
                done = collected.done,
                aside = collected.aside,
                left = collected.left,
                "bounce mailbox"
            );
        }
    }
    Ok(())
}

/// Reads everything that lies in the mailbox; nothing without one.
///
/// # Errors
/// When mailbox or database do not answer; what was not removed is read again.
pub async fn all(app: &App) -> Result<Collected> {
    let mut collected = Collected::default();
    let Some(url) = mailbox(&app.config).map_err(Error::internal)? else { return Ok(collected) };
    let mut inbox = Inbox::open(&url, App::authorities(&app.config).map_err(Error::internal)?).await?;
    loop {
        let skip = u32::try_from(collected.left).unwrap_or(u32::MAX);
        let listed = inbox.list(skip, BATCH).await?;
        if listed.is_empty() {
            inbox.close().await;
            return Ok(collected);
        }
        let batch = take_in(app, &mut inbox, &listed).await?;
        collected.done += batch.done;
        collected.aside += batch.aside;
        collected.left += batch.left;
    }
}

async fn take_in(app: &App, inbox: &mut Inbox, listed: &[u32]) -> Result<Collected> {
    let (mut done, mut aside) = (Vec::new(), Vec::new());
    for uid in listed {
        // Gone meanwhile: somebody else removed it.
        let Some(raw) = inbox.fetch(*uid).await? else {
            done.push(*uid);
            continue;
        };
        let key = format!("{}.{uid}", inbox.validity());
        match store(app, raw, key).await? {
            Taken::New(kind, _) | Taken::Known(kind) if is_done(kind) => done.push(*uid),
            Taken::New(..) | Taken::Known(_) => aside.push(*uid),
            Taken::TooEarly => {}
        }
    }
    inbox.remove(&done).await?;
    let mut collected = Collected { done: done.len(), aside: aside.len(), left: 0 };
    // A folder that cannot be made must not keep bounces from being read.
    if let Err(error) = inbox.put_aside(&aside).await {
        tracing::warn!(%error, "messages could not be put aside and stay in the bounce mailbox");
        collected.aside = 0;
    }
    collected.left = listed.len() - collected.done - collected.aside;
    Ok(collected)
}

async fn store(app: &App, raw: Vec<u8>, key: String) -> Result<Taken> {
    let (keys, now) = (app.keys.clone(), app.clock.now());
    let taken = app.db(move |connection| {
        let incoming = Incoming { raw: &raw, recipient: None, source: Source::Mailbox, key: &key };
        db::transaction(connection, |connection| bounces::take_in(connection, &keys, &incoming, now))
    });
    let taken = taken.await?;
    tracing::info!(?taken, "message that came back");
    Ok(taken)
}

/// Reports and automatic answers say nothing to a person; the rest might.
fn is_done(kind: Kind) -> bool {
    matches!(kind, Kind::Bounce | Kind::NotFailed | Kind::Complaint | Kind::AutoReply)
}

impl From<MailboxError> for Error {
    fn from(error: MailboxError) -> Self {
        Self::new(ErrorKind::Unavailable, format!("The bounce mailbox does not answer: {error}"))
    }
}
