//! Accounts and the one-time links with which their owners set a password; nobody sets it for them (ASVS 6.4.6).

use super::model::Role;
use super::password;
use super::queries::{self, NewAccount};
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use crate::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// How long the link of an invitation works.
pub const WORKS_FOR: TimeDelta = TimeDelta::days(7);

/// How long a link works that somebody who forgot the password asked for.
pub const RESET_WORKS_FOR: TimeDelta = TimeDelta::hours(1);

/// Whom to give an account.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Address to sign in with, well-formed.
    pub email: String,
    /// Name for pages.
    pub name: String,
    /// What they do here.
    pub role: Role,
    /// The employee they are, if any.
    pub employee: Option<Uuid>,
    /// The team a manager sees.
    pub team: Option<Uuid>,
}

/// Makes an account, or a new link for one that exists, at the shell, and returns the path of the link.
///
/// # Errors
/// 409 when the account exists with another role.
pub fn invite(connection: &mut PgConnection, colleague: &Colleague, now: DateTime<Utc>) -> Result<String> {
    invite_by(connection, colleague, Actor::Shell, now).map(|(_, path)| path)
}

/// The same for whoever does it; returns the account too.
///
/// # Errors
/// As [`invite`].
pub fn invite_by(
    connection: &mut PgConnection,
    colleague: &Colleague,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<(Uuid, String)> {
    let account = match queries::find_account(connection, &colleague.email)? {
        Some(known) if known.role()? != colleague.role => {
            return Err(Error::conflict(format!(
                "This address has an account with the role {}.",
                known.role
            )));
        }
        Some(known) if known.disabled_at.is_some() => {
            return Err(Error::conflict("This account is closed."));
        }
        Some(known) => {
            queries::update_account(connection, known.id, colleague)?;
            known.id
        }
        None => {
            let id = ids::new_id();
            let account = NewAccount {
                id,
                email: colleague.email.clone(),
                name: colleague.name.clone(),
                role: colleague.role.as_str(),
                employee_id: colleague.employee,
                team_id: colleague.team,
                created_at: now,
            };
            queries::insert_account(connection, &account)?;
            id
        }
    };
    let path = make(connection, account, WORKS_FOR, now)?;
    let detail = json!({ "role": colleague.role.as_str() });
    audit::record(connection, now, actor, "user.invited", &format!("user {account}"), detail)?;
    Ok((account, path))
}

/// Makes a link for an account and returns its path; the secret in it is stored nowhere.
///
/// # Errors
/// When the database does not answer.
pub fn make(
    connection: &mut PgConnection,
    account: Uuid,
    works_for: TimeDelta,
    now: DateTime<Utc>,
) -> Result<String> {
    let secret = ids::random_secret();
    queries::insert_link(connection, &ids::sha256(secret.as_bytes()), account, now, now + works_for)?;
    Ok(format!("/invite/{secret}"))
}

/// Returns the name and the address of the person whose link this is, or nothing when it does not work any more.
///
/// # Errors
/// When the database does not answer.
pub fn whose(
    connection: &mut PgConnection,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<Option<(String, String)>> {
    let account = queries::find_link(connection, &ids::sha256(secret.as_bytes()), now)?;
    Ok(account.map(|account| (account.name, account.email)))
}

/// Sets the password, given as its hash, uses the link and every other one of the account up, and returns the account.
///
/// # Errors
/// 404 when the link does not work any more.
pub fn accept(
    connection: &mut PgConnection,
    secret: &str,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let hash = ids::sha256(secret.as_bytes());
    let gone = || Error::not_found("link");
    let account = queries::find_link(connection, &hash, now)?.ok_or_else(gone)?;
    if !queries::use_link(connection, &hash, now)? {
        return Err(gone());
    }
    queries::set_password(connection, account.id, password_hash)?;
    let subject = format!("user {}", account.id);
    audit::record(connection, now, Actor::User(account.id), "user.password_set", &subject, json!({}))?;
    Ok(account.id)
}

/// Gives an account a password at once, for the demo, whose sign-ins are printed.
///
/// # Errors
/// As [`invite`] and [`accept`].
pub fn invite_with_password(
    connection: &mut PgConnection,
    colleague: &Colleague,
    password: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let path = invite(connection, colleague, now)?;
    let hash = password::hash(password)?;
    accept(connection, path.trim_start_matches("/invite/"), &hash, now).map(drop)
}
