//! Signing in and out. Wrong tries slow an account and a network down; an outsider can lock nobody out for long.

use super::model::SignedIn;
use super::{password, queries};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use crate::ids::{self, Keyring};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::{Value, json};
use std::net::IpAddr;
use uuid::Uuid;

/// A session ends after this time without a request.
pub const IDLE: TimeDelta = TimeDelta::minutes(30);

/// A session ends after this time in any case.
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(8);

/// Failures are counted over this span.
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// So many failures cost nothing; after them the wait doubles from one second to a minute.
const FREE_TRIES: i64 = 5;

/// A network may fail more often than one account, for many people may sit behind it.
const FREE_TRIES_OF_A_NETWORK: i64 = 50;

/// Checks address and password and opens a session; returns the secret for the cookie.
///
/// # Errors
/// 401 for a wrong pair, whichever of both was wrong; 429 after too many.
pub async fn sign_in(app: &App, email: String, typed: String, network: IpAddr) -> Result<String> {
    let keys = app.keys.clone();
    let now = app.clock.now();
    let account_hash = keys.pseudonym("sign-in-account", &email.trim().to_lowercase());
    let outside = !network.is_loopback() && !is_private(network);
    let network_key = outside.then(|| keys.pseudonym("sign-in-network", &network.to_string()));
    let account_key = account_hash.clone();
    let account = app
        .transaction(move |connection| {
            refuse_if_too_many(connection, &account_key, FREE_TRIES, now)?;
            queries::insert_attempt(connection, &account_key, now)?;
            // Behind a proxy on this machine or in its network everybody has the proxy's address.
            if let Some(network) = network_key {
                refuse_if_too_many(connection, &network, FREE_TRIES_OF_A_NETWORK, now)?;
                queries::insert_attempt(connection, &network, now)?;
            }
            queries::find_account(connection, email.trim())
        })
        .await?
        .filter(|account| account.disabled_at.is_none());
    let stored = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = password::in_turn(app, move || password::verify(&typed, stored.as_deref())).await?;
    let Some(account) = account.filter(|_| right) else {
        return Err(Error::new(Kind::Unauthorized, "Address and password do not belong together."));
    };
    app.transaction(move |connection| {
        queries::delete_attempts(connection, &account_hash)?;
        open_session(connection, account.id, json!({}), now)
    })
    .await
}

/// Opens a session, records how, and returns the secret for the cookie.
pub(super) fn open_session(
    connection: &mut PgConnection,
    account: Uuid,
    how: Value,
    now: DateTime<Utc>,
) -> Result<String> {
    let secret = ids::random_secret();
    queries::insert_session(connection, &ids::sha256(secret.as_bytes()), account, now, now + ABSOLUTE)?;
    audit::record(connection, now, Actor::User(account), "session.opened", &format!("user {account}"), how)?;
    Ok(secret)
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// Tries are counted before the password is looked at, so that many at once count too.
fn refuse_if_too_many(
    connection: &mut PgConnection,
    subject: &[u8],
    free: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let (failures, latest) = queries::count_attempts(connection, subject, now - WINDOW)?;
    let wait = wait_after(failures, free);
    let over = latest.map_or(now, |latest| latest + TimeDelta::seconds(wait));
    if over > now {
        let left = (over - now).num_seconds().max(1);
        return Err(Error::too_many(u32::try_from(left).unwrap_or(60)));
    }
    Ok(())
}

/// Seconds to wait after so many failures.
fn wait_after(failures: i64, free: i64) -> i64 {
    match failures - free {
        ..=0 => 0,
        over => 1_i64
            .checked_shl(u32::try_from(over - 1).unwrap_or(6))
            .filter(|wait| *wait > 0)
            .unwrap_or(60)
            .min(60),
    }
}

/// Finds who is signed in with the cookie's secret and notes that they were seen.
///
/// # Errors
/// 401 when the session is unknown or over.
pub fn open(
    connection: &mut PgConnection,
    keys: &Keyring,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<SignedIn> {
    let over = || Error::new(Kind::Unauthorized, "Please sign in.");
    let session = ids::sha256(secret.as_bytes());
    let (seen_at, account) = queries::find_session(connection, &session, now)?.ok_or_else(over)?;
    if account.disabled_at.is_some() || seen_at < now - IDLE {
        return Err(over());
    }
    // Once a minute is exact enough for the idle time and spares a write in each request.
    if seen_at < now - TimeDelta::minutes(1) {
        queries::see_session(connection, &session, now)?;
    }
    let csrf = URL_SAFE_NO_PAD.encode(keys.sign("csrf", &[&session]));
    let role = account.role()?;
    let (team, employee) = (account.team_id, account.employee_id);
    Ok(SignedIn { user: account.id, name: account.name, role, team, employee, session, csrf })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_never_locks_anybody_out() {
        assert_eq!([0, 5, 6, 7, 9, 12, 13, 1_000_000].map(|n| wait_after(n, 5)), [0, 0, 1, 2, 8, 60, 60, 60]);
    }
}
