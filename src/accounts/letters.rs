//! Mails to our own people about their accounts: links that they asked for, and what they must hear of. They go out
//! whether surveys are mailed or not. A job says what a mail is about and holds no secret: its link is made when it is
//! sent.

use super::{links, queries};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use crate::ids;
use crate::jobs::{self, Job};
use crate::mail::{Connection, EmailAddress, Failure, Letter, Mailbox, Stage, Transport};
use crate::web::format::moment;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// Name of the job.
const JOB: &str = "accounts.letter";

/// A link that was asked for is not made any more after this time: whoever waited asks again.
const STALE: TimeDelta = TimeDelta::hours(1);

/// What a mail is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Matter {
    /// Somebody typed this address because they forgot the password. Whether it has an account is looked up when the mail
    /// is sent, so that the page takes the same time for all.
    Reset {
        /// What was typed.
        email: String,
        /// When.
        asked_at: DateTime<Utc>,
    },
    /// A colleague is invited.
    Invited {
        /// Whom.
        account: Uuid,
    },
    /// The password was changed.
    PasswordChanged {
        /// Whose.
        account: Uuid,
    },
    /// The second factor was taken off.
    SecondFactorRemoved {
        /// Whose.
        account: Uuid,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// Whose.
        account: Uuid,
    },
    /// An administrator reads what HR reads for a while.
    BreakGlass {
        /// Who of HR is told.
        account: Uuid,
        /// Name of the administrator.
        who: String,
        /// Why, in their words.
        reason: String,
        /// Until when.
        ends_at: DateTime<Utc>,
    },
}

/// Leaves a mail for the worker, in the caller's transaction.
///
/// # Errors
/// When the database does not answer.
pub fn enqueue(connection: &mut PgConnection, matter: &Matter, now: DateTime<Utc>) -> Result<()> {
    let payload = serde_json::to_value(matter).map_err(Error::internal)?;
    jobs::enqueue(connection, JOB, payload, now, now).map(drop)
}

/// Tells whether mails reach people: where no relay is set they are files that nobody gets.
pub fn reach_people(app: &App) -> bool {
    !matches!(app.transport, Transport::File(_))
}

/// Tells whether a job is one of these mails.
pub fn is_mail(job: &Job) -> bool {
    job.name == JOB
}

/// Sends the mail of a job. When it is tried again, its reader may get it twice.
///
/// # Errors
/// When the database or the relay does not answer, or refuses the letter; it is tried again.
pub async fn send(app: &App, job: &Job) -> Result<()> {
    let matter: Matter = serde_json::from_value(job.payload.clone())
        .map_err(|_| Error::internal("a job accounts.letter that cannot be read"))?;
    let (parts, id) = (app.clone(), job.id);
    let letter = app.transaction(move |connection| write(connection, &parts, &matter, id)).await?;
    let Some(letter) = letter else { return Ok(()) };
    let prepared = letter.to_signed_message(app.dkim.as_ref()).map_err(Error::internal)?;
    let mut connection = Connection::open(&app.transport).await.map_err(Error::internal)?;
    match connection.envelope(&prepared).await {
        Ok(()) => connection.body(&prepared).await.map_err(Error::internal).map(drop)?,
        // The address is refused for good; another try would not help.
        Err(Failure::Refused { stage: Stage::Recipient, .. }) => return Ok(()),
        Err(failure) => return Err(Error::internal(failure)),
    }
    connection.quit().await;
    Ok(())
}

/// Writes a letter, and makes its link; None when there is nobody to write to any more.
fn write(connection: &mut PgConnection, app: &App, matter: &Matter, job: Uuid) -> Result<Option<Letter>> {
    let now = app.clock.now();
    let account = match matter {
        Matter::Reset { asked_at, .. } if *asked_at < now - STALE => return Ok(None),
        Matter::Reset { email, .. } => queries::find_account(connection, email)?,
        Matter::Invited { account }
        | Matter::PasswordChanged { account }
        | Matter::SecondFactorRemoved { account }
        | Matter::RecoveryCodeUsed { account }
        | Matter::BreakGlass { account, .. } => queries::find_account_by_id(connection, *account)?,
    };
    let Some(account) = account.filter(|account| account.disabled_at.is_none()) else { return Ok(None) };
    let (subject, text) = match matter {
        Matter::Reset { .. } => {
            let path = links::make(connection, account.id, links::RESET_WORKS_FOR, now)?;
            let about = format!("user {}", account.id);
            audit::record(connection, now, Actor::Rule, "user.reset_mailed", &about, json!({}))?;
            ("Set a new password".to_owned(), reset_text(app, &path))
        }
        Matter::Invited { .. } => {
            let path = links::make(connection, account.id, links::WORKS_FOR, now)?;
            (format!("Your account with {}", app.config.organisation.name), invited_text(app, &path))
        }
        Matter::PasswordChanged { .. } => notice(app, "Your password was changed", "Your password"),
        Matter::SecondFactorRemoved { .. } => {
            notice(app, "Your second factor was taken off", "The second factor of your account")
        }
        Matter::RecoveryCodeUsed { .. } => {
            notice(app, "A recovery code was used", "A recovery code of your account")
        }
        Matter::BreakGlass { who, reason, ends_at, .. } => {
            (format!("{who} reads what HR may read"), break_glass_text(app, who, reason, *ends_at))
        }
    };
    letter(app, &account, subject, text, job).map(Some)
}

fn reset_text(app: &App, path: &str) -> String {
    format!(
        "Somebody, probably you, asked for a new password for your account with {}.\n\nThis link works once and for \
         one hour:\n{}\n\nIf it was not you, do nothing: your password stays as it is. A second factor is asked for \
         all the same.",
        app.config.organisation.name,
        app.config.http.link(path),
    )
}

fn invited_text(app: &App, path: &str) -> String {
    format!(
        "You have an account with Hearback at {}.\n\nThis link sets your password. It works once and for {} days:\n{}",
        app.config.organisation.name,
        links::WORKS_FOR.num_days(),
        app.config.http.link(path),
    )
}

fn notice(app: &App, subject: &str, thing: &str) -> (String, String) {
    let verb = subject.split_once(" was ").map_or("changed", |(_, verb)| verb);
    let when = moment(app.clock.now(), app.config.organisation.time_zone);
    let text = format!(
        "{thing} at {} was {verb} ({when}).\n\nIf it was not you, set a new password at once and tell your \
         administrator:\n{}",
        app.config.organisation.name,
        app.config.http.link("/account"),
    );
    (subject.to_owned(), text)
}

fn break_glass_text(app: &App, who: &str, reason: &str, ends_at: DateTime<Utc>) -> String {
    format!(
        "The administrator {who} has opened, until {} at the latest, what HR may read: scores, answers and comments \
         among it. Nothing can be changed that way.\n\nThe reason they gave:\n{reason}\n\nEvery page that they open \
         stands in the audit log:\n{}",
        moment(ends_at, app.config.organisation.time_zone),
        app.config.http.link("/audit?area=break_glass"),
    )
}

fn letter(app: &App, account: &queries::Account, subject: String, text: String, job: Uuid) -> Result<Letter> {
    let from: Mailbox = app.config.mail.from.parse().map_err(Error::internal)?;
    let domain = from.address.domain().to_owned();
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Ok(Letter {
        from,
        reply_to: None,
        return_path: None,
        to_name: Some(account.name.clone()),
        to: EmailAddress::parse(&account.email).map_err(Error::internal)?,
        subject,
        html: format!("<p>{}</p>", escaped.replace("\n\n", "</p><p>").replace('\n', "<br>")),
        text,
        // A link that is made again is another letter, so another try is one too.
        message_id: format!("<account.{}.{}@{domain}>", job.simple(), ids::random_name()),
        date: app.clock.now(),
        language: "en".to_owned(),
        list_unsubscribe: None,
        list_id: None,
    })
}
