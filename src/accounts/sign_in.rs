//! Signing in: the password, then the code of the second factor where the account has one. Wrong tries slow an account
//! and a network down; an outsider can lock nobody out.

use super::model::SignedIn;
use super::sessions::{self, Caller, Entered, Proof};
use super::{attempts, known, password, queries, second_factor};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use crate::ids;
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// Checks address and password, and opens a session or asks for the code.
///
/// # Errors
/// 401 for a wrong pair, whichever of both was wrong; 429 after too many.
pub async fn sign_in(app: &App, email: String, typed: String, caller: Caller) -> Result<Entered> {
    let (keys, now, agent) = (app.keys.clone(), app.clock.now(), caller.agent.clone());
    let network =
        caller.network.map(|network| keys.pseudonym("sign-in-network", &attempts::network(network)));
    let from = network.clone();
    let (account, tried_by) = app
        .transaction(move |connection| {
            if let Some(network) = from {
                attempts::count(connection, &network, attempts::NETWORK, now)?;
            }
            let account = queries::find_account(connection, email.trim())?;
            // A browser that its owner has used before has tries of its own, so that strangers cannot use them up.
            let browser = account.as_ref().and_then(|account| {
                known::browser_of(&keys, account.id, caller.known.as_deref().unwrap_or_default())
            });
            let tried_by = browser.map_or_else(
                || keys.pseudonym("sign-in-account", &email.trim().to_lowercase()),
                |browser| keys.pseudonym("sign-in-browser", &browser),
            );
            attempts::count(connection, &tried_by, attempts::PASSWORD, now)?;
            Ok((account, tried_by))
        })
        .await?;
    let account = account.filter(|account| account.disabled_at.is_none());
    let stored = account.as_ref().and_then(|account| account.password_hash.clone());
    let verified = password::in_turn(app, move || password::verify(&typed, stored.as_deref())).await?;
    let wrong = || Error::new(Kind::Unauthorized, "Address and password do not belong together.");
    let account = account.filter(|_| verified.right).ok_or_else(wrong)?;
    app.transaction(move |connection| {
        // It may have been changed while this password was compared with the one before.
        let now_stored = queries::lock_account(connection, account.id)?.and_then(|now| now.password_hash);
        if now_stored != account.password_hash {
            return Err(wrong());
        }
        queries::delete_attempts(connection, &tried_by)?;
        // A morning's sign-ins of a whole office are no failures of its network.
        if let Some(network) = network {
            queries::delete_attempt(connection, &network, now)?;
        }
        if let Some(hash) = verified.renewed {
            queries::update_hash(connection, account.id, &hash)?;
        }
        sessions::enter(connection, account.id, &agent, Proof::Password, now)
    })
    .await
}

/// Checks the code of the second factor, or a recovery code, and opens a session. What stood between password and code
/// ends with it.
///
/// # Errors
/// 401 when the password was given too long ago, 422 for a wrong code, 429 after too many.
pub async fn enter_code(app: &App, secret: &str, typed: String, agent: String) -> Result<Entered> {
    let (keys, now) = (app.keys.clone(), app.clock.now());
    let step = ids::sha256(secret.as_bytes());
    let gone = || Error::new(Kind::Unauthorized, "Please sign in again: that took too long.");
    let (counted, found) = (keys.clone(), step.clone());
    let account = app
        .transaction(move |connection| {
            let account = queries::sessions::find_step(connection, &found, now)?.ok_or_else(gone)?.id;
            attempts::count(connection, &code_tries(&counted, account), attempts::CODE, now)?;
            Ok(account)
        })
        .await?;
    app.transaction(move |connection| {
        queries::lock_account(connection, account)?;
        second_factor::use_code(connection, &keys, account, &typed, now)?;
        if !queries::sessions::use_step(connection, &step)? {
            return Err(gone());
        }
        queries::delete_attempts(connection, &code_tries(&keys, account))?;
        let secret = sessions::begin(connection, account, &agent, Proof::SecondFactor, now)?;
        Ok(Entered::In { account, secret })
    })
    .await
}

fn code_tries(keys: &ids::Keyring, account: Uuid) -> Vec<u8> {
    keys.pseudonym("sign-in-code", &account.to_string())
}

/// Asks somebody who is signed in for their password once more, before what a thief of the session must not do.
///
/// # Errors
/// 422 naming the field `/old` when it is wrong, 429 after too many.
pub async fn confirm_password(app: &App, person: &SignedIn, typed: String) -> Result<()> {
    let (now, user) = (app.clock.now(), person.user);
    let tries = app.keys.pseudonym("confirm-password", &user.to_string());
    let counted = tries.clone();
    let account = app
        .transaction(move |connection| {
            attempts::count(connection, &counted, attempts::PASSWORD, now)?;
            queries::find_account_by_id(connection, user)
        })
        .await?;
    let stored = account.and_then(|account| account.password_hash);
    let verified = password::in_turn(app, move || password::verify(&typed, stored.as_deref())).await?;
    if !verified.right {
        return Err(Error::invalid_field("/old", "is not your password"));
    }
    app.db(move |connection| queries::delete_attempts(connection, &tries)).await
}

/// Sets another password of somebody who is signed in, given as its hash; every session ends, and theirs goes on under a
/// new secret, which is returned.
///
/// # Errors
/// When the database does not answer.
pub fn change_password(
    connection: &mut PgConnection,
    person: &SignedIn,
    hash: &str,
    agent: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<String> {
    queries::set_password(connection, person.user, hash)?;
    let subject = format!("user {}", person.user);
    audit::record(connection, now, Actor::User(person.user), "user.password_changed", &subject, json!({}))?;
    sessions::renew(connection, person, agent, person.with_second_factor, now)
}
