//! Whom a provider's subject is here. An account belongs to one subject of a provider and a subject to one account:
//! an address that the provider gives to somebody else later opens nothing.

use super::queries;
use crate::accounts::queries::sessions::delete_sessions;
use crate::accounts::queries::{self as accounts, Account};
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

fn nobody() -> Error {
    let detail =
        "There is no open account for you here. Accounts are made by invitation: ask your administrator.";
    Error::new(Kind::Forbidden, detail)
}

/// Finds the open account of somebody who signed in at the provider; the first time by an address that the provider
/// vouches for, and binds it.
///
/// # Errors
/// 403 when there is none that is open and theirs.
pub fn account_of(
    connection: &mut PgConnection,
    (issuer, subject): (&str, &str),
    email: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Account> {
    let known = queries::find_identity(connection, issuer, subject)?;
    if let Some(account) = known {
        return Some(account).filter(is_open).ok_or_else(nobody);
    }
    let email = email.ok_or_else(|| {
        let detail = "The sign-in service does not vouch for your mail address, so your account cannot be found. Ask \
                      your administrator to bind it.";
        Error::new(Kind::Forbidden, detail)
    })?;
    // The database compares in small letters; letters that only become ASCII by that are somebody else's.
    let account = accounts::find_account(connection, email)?
        .filter(|account| is_open(account) && account.email.eq_ignore_ascii_case(email))
        .ok_or_else(nobody)?;
    insert(connection, (issuer, subject), account.id, Actor::User(account.id), now)?;
    Ok(account)
}

const fn is_open(account: &Account) -> bool {
    account.disabled_at.is_none()
}

fn insert(
    connection: &mut PgConnection,
    (issuer, subject): (&str, &str),
    account: Uuid,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    if !queries::insert_identity(connection, issuer, subject, account, now)? {
        let detail = "This account already belongs to somebody else at the sign-in service. Ask your administrator to \
                      release it.";
        return Err(Error::new(Kind::Forbidden, detail));
    }
    let subject = format!("user {account}");
    audit::record(connection, now, actor, "identity.bound", &subject, json!({ "issuer": issuer }))
}

fn find(connection: &mut PgConnection, email: &str) -> Result<Account> {
    accounts::find_account(connection, email.trim())?.ok_or_else(|| Error::not_found("account"))
}

/// Binds an account by hand, for a provider that vouches for no address.
///
/// # Errors
/// 404 without such an account, 403 when it or the subject is bound already.
pub fn bind(
    connection: &mut PgConnection,
    email: &str,
    (issuer, subject): (&str, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    let account = find(connection, email)?;
    insert(connection, (issuer, subject), account.id, Actor::Shell, now)
}

/// Releases an account and ends its sessions.
///
/// # Errors
/// 404 without such an account, 409 when it was not bound.
pub fn release(connection: &mut PgConnection, email: &str, now: DateTime<Utc>) -> Result<()> {
    let account = find(connection, email)?;
    if !queries::delete_identities(connection, account.id)? {
        return Err(Error::conflict("This account is bound to nobody at a sign-in service."));
    }
    delete_sessions(connection, account.id)?;
    let subject = format!("user {}", account.id);
    audit::record(connection, now, Actor::Shell, "identity.released", &subject, json!({}))
}
