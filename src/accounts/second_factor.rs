//! The second factor: one-time codes by time, and ten recovery codes for when the device is lost.
//!
//! The secret that an app keeps is derived from the organisation's secret, the account and a salt, and is stored nowhere:
//! who has the database alone can make no code. Of a recovery code a hash is stored, keyed with the same secret, for its
//! 50 bits could be guessed from a plain one.

use super::model::{Role, SignedIn};
use super::queries::second_factor::{self as stored, Factor};
use super::{letters, sessions, totp};
use crate::audit::{self, Actor};
use crate::config::SecondFactor;
use crate::error::{Error, Result};
use crate::ids::{self, Keyring};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;

/// Bytes of the secret (RFC 4226 §4, R6: 160 bits are recommended).
const SECRET_BYTES: usize = 20;

/// Who must have a second factor.
pub const fn forced(setting: SecondFactor) -> &'static [Role] {
    match setting {
        SecondFactor::Required => &[Role::Hr, Role::Admin],
        SecondFactor::Optional => &[],
    }
}

/// Whether somebody with that role must have a second factor.
pub fn is_forced(setting: SecondFactor, role: Role) -> bool {
    forced(setting).contains(&role)
}

fn secret(keys: &Keyring, secret_id: &str, account: Uuid, salt: &[u8]) -> Option<Vec<u8>> {
    let mac = keys.mac(secret_id, "second-factor", &[account.as_bytes(), salt])?;
    Some(mac.into_iter().take(SECRET_BYTES).collect())
}

/// What a person is shown to set the second factor up: the same while their session lasts, so that a page that is opened
/// again shows the code that they have scanned already.
fn offered_salt(keys: &Keyring, person: &SignedIn) -> [u8; 32] {
    keys.sign("second-factor-salt", &[&person.session])
}

/// Returns the secret that a person is to put into their app.
///
/// # Errors
/// 500 when there is no secret to derive it from.
pub fn offer(keys: &Keyring, person: &SignedIn) -> Result<Vec<u8>> {
    secret(keys, keys.signing_id(), person.user, &offered_salt(keys, person))
        .ok_or_else(|| Error::internal("there is no secret to derive a second factor from"))
}

/// Sets the second factor up with a first code from the app. Every session of the account ends; returns the secret of the
/// one that goes on, and the recovery codes, which cannot be read again.
///
/// # Errors
/// 409 when there is one already, 422 naming `/code` when the code is wrong.
pub fn set_up(
    connection: &mut PgConnection,
    keys: &Keyring,
    person: &SignedIn,
    typed: &str,
    agent: &str,
    now: DateTime<Utc>,
) -> Result<(String, Vec<String>)> {
    if person.has_second_factor {
        return Err(Error::conflict(
            "Your account has a second factor. Take it off first to set up another.",
        ));
    }
    let secret = offer(keys, person)?;
    let typed = totp::read(typed).unwrap_or_default();
    let step = totp::matching_step(&secret, &typed, now.timestamp(), i64::MIN).ok_or_else(wrong_code)?;
    let factor = Factor {
        user_account_id: person.user,
        secret_id: keys.signing_id().to_owned(),
        salt: offered_salt(keys, person).to_vec(),
        last_step: step,
        set_at: now,
    };
    stored::put_factor(connection, &factor)?;
    let codes = put_codes(connection, keys, &factor)?;
    note(connection, Actor::User(person.user), "user.second_factor_set", person.user, now)?;
    let session = sessions::renew(connection, person, agent, true, now)?;
    Ok((session, codes))
}

/// Makes ten new recovery codes in the place of the earlier ones.
///
/// # Errors
/// 409 when there is no second factor.
pub fn renew_codes(
    connection: &mut PgConnection,
    keys: &Keyring,
    person: &SignedIn,
    now: DateTime<Utc>,
) -> Result<Vec<String>> {
    let none = || Error::conflict("Set up a second factor first.");
    let factor = stored::find_factor(connection, person.user)?.ok_or_else(none)?;
    let codes = put_codes(connection, keys, &factor)?;
    note(connection, Actor::User(person.user), "user.recovery_codes_made", person.user, now)?;
    Ok(codes)
}

fn put_codes(connection: &mut PgConnection, keys: &Keyring, factor: &Factor) -> Result<Vec<String>> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| ids::random_code()).collect();
    let hashes: Option<Vec<Vec<u8>>> = codes.iter().map(|code| code_hash(keys, factor, code)).collect();
    let hashes = hashes.ok_or_else(lost_secret)?;
    stored::put_recovery_codes(connection, factor.user_account_id, &hashes)?;
    let halves = |code: String| {
        let (first, last) = code.split_at(code.len() / 2);
        format!("{first}-{last}")
    };
    Ok(codes.into_iter().map(halves).collect())
}

fn code_hash(keys: &Keyring, factor: &Factor, code: &str) -> Option<Vec<u8>> {
    let parts: [&[u8]; 2] = [factor.user_account_id.as_bytes(), code.as_bytes()];
    keys.mac(&factor.secret_id, "recovery-code", &parts).map(|mac| mac.to_vec())
}

/// Uses a code from the app, or a recovery code, up: each works once.
///
/// # Errors
/// 422 naming `/code` when it is wrong or was used.
pub fn use_code(
    connection: &mut PgConnection,
    keys: &Keyring,
    account: Uuid,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let factor = stored::find_factor(connection, account)?.ok_or_else(wrong_code)?;
    let used = if let Some(code) = totp::read(typed) {
        let secret = secret(keys, &factor.secret_id, account, &factor.salt).ok_or_else(lost_secret)?;
        match totp::matching_step(&secret, &code, now.timestamp(), factor.last_step) {
            // Of two who bring the same code at once, one finds it used.
            Some(step) => stored::use_code(connection, account, step)?,
            None => false,
        }
    } else if let Some(code) = ids::read_code(typed) {
        let hash = code_hash(keys, &factor, &code).ok_or_else(lost_secret)?;
        let used = stored::use_recovery_code(connection, account, &hash, now)?;
        if used {
            note(connection, Actor::User(account), "user.recovery_code_used", account, now)?;
            letters::enqueue(connection, &letters::Matter::RecoveryCodeUsed { account }, now)?;
        }
        used
    } else {
        false
    };
    if used { Ok(()) } else { Err(wrong_code()) }
}

/// Takes the second factor off: by its owner, or for somebody who has lost the device. Every session of the account
/// ends. Tells whether there was one.
///
/// # Errors
/// When the database does not answer.
pub fn take_off(
    connection: &mut PgConnection,
    account: Uuid,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<bool> {
    if !stored::delete_factor(connection, account)? {
        return Ok(false);
    }
    super::queries::sessions::delete_sessions(connection, account)?;
    note(connection, actor, "user.second_factor_removed", account, now)?;
    letters::enqueue(connection, &letters::Matter::SecondFactorRemoved { account }, now)?;
    Ok(true)
}

fn note(
    connection: &mut PgConnection,
    actor: Actor,
    action: &str,
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    audit::record(connection, now, actor, action, &format!("user {account}"), json!({}))
}

fn wrong_code() -> Error {
    Error::invalid_field("/code", "is wrong or was used already; wait for the next one and type it")
}

fn lost_secret() -> Error {
    Error::internal("HEARBACK_SECRET lacks the secret with which a second factor was made")
}
