//! Sessions: opened with a new secret at each step up, ended by time, by their owner, or by what changes the account.

use super::model::{Role, SignedIn};
use super::queries;
use super::queries::break_glass::find_open;
use super::queries::sessions::{self as stored, NewSession, SessionRow};
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use crate::ids::{self, Keyring};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use std::net::IpAddr;
use uuid::Uuid;

/// A session ends after this time without a request.
pub const IDLE: TimeDelta = TimeDelta::minutes(30);

/// A session ends after this time in any case.
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(8);

/// Who asks to be let in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Their address; None for that of a reverse proxy, behind which it could be anybody.
    pub network: Option<IpAddr>,
    /// Their browser, coarsely.
    pub agent: String,
    /// What their browser brings to be known again.
    pub known: Option<String>,
}

/// What somebody has shown to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The password, or a link to set it.
    Password,
    /// The code of the second factor, too.
    SecondFactor,
    /// The word of the sign-in service, and whether that asked for a second factor.
    Provider {
        /// Whether it did.
        second_factor: bool,
    },
}

impl Proof {
    fn has_second_factor(self) -> bool {
        matches!(self, Self::SecondFactor | Self::Provider { second_factor: true })
    }
}

/// Opens a session and returns the secret for its cookie.
///
/// # Errors
/// When the database does not answer.
pub fn begin(
    connection: &mut PgConnection,
    account: Uuid,
    agent: &str,
    proof: Proof,
    now: DateTime<Utc>,
) -> Result<String> {
    let secret = ids::random_secret();
    let (token_hash, expires_at) = (ids::sha256(secret.as_bytes()), now + ABSOLUTE);
    let with_second_factor = proof.has_second_factor();
    let new = NewSession { token_hash: &token_hash, account, agent, with_second_factor, expires_at };
    stored::insert_session(connection, &new, now)?;
    let detail = match proof {
        Proof::Provider { .. } => json!({ "by": "provider", "second_factor": with_second_factor }),
        _ => json!({ "second_factor": with_second_factor }),
    };
    let subject = format!("user {account}");
    audit::record(connection, now, Actor::User(account), "session.opened", &subject, detail)?;
    Ok(secret)
}

/// Ends every session of a person and opens a new one in the place of theirs, as it was or a step up.
///
/// # Errors
/// When the database does not answer.
pub fn renew(
    connection: &mut PgConnection,
    person: &SignedIn,
    agent: &str,
    with_second_factor: bool,
    now: DateTime<Utc>,
) -> Result<String> {
    stored::delete_sessions(connection, person.user)?;
    let proof = if with_second_factor { Proof::SecondFactor } else { Proof::Password };
    begin(connection, person.user, agent, proof, now)
}

/// Finds who is signed in with the cookie's secret and notes that they were seen.
///
/// # Errors
/// 401 when the session is unknown or over, or lacks the code of a second factor that the account has.
pub fn open(
    connection: &mut PgConnection,
    keys: &Keyring,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<SignedIn> {
    let over = || Error::new(Kind::Unauthorized, "Please sign in.");
    let session = ids::sha256(secret.as_bytes());
    let found = stored::find_session(connection, &session, now)?.ok_or_else(over)?;
    let has_second_factor = found.factor_of.is_some();
    let account = found.account;
    if account.disabled_at.is_some()
        || found.seen_at < now - IDLE
        || (has_second_factor && found.second_factor_at.is_none())
    {
        return Err(over());
    }
    // Once a minute is exact enough for the idle time and spares a write in each request.
    if found.seen_at < now - TimeDelta::minutes(1) {
        stored::see_session(connection, &session, account.id, now)?;
    }
    let csrf = URL_SAFE_NO_PAD.encode(keys.sign("csrf", &[&session]));
    let role = account.role()?;
    let break_glass = if role == Role::Admin { find_open(connection, account.id, now)? } else { None };
    Ok(SignedIn {
        user: account.id,
        name: account.name,
        role,
        team: account.team_id,
        employee: account.employee_id,
        session,
        csrf,
        has_second_factor,
        with_second_factor: found.second_factor_at.is_some(),
        break_glass,
    })
}

/// Names a session in a form: neither its secret nor what the database stores of it.
pub fn handle(token_hash: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(ids::sha256(token_hash))
}

/// Lists the sessions of a person that are not over.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection, account: Uuid, now: DateTime<Utc>) -> Result<Vec<SessionRow>> {
    stored::list_sessions(connection, account, now - IDLE, now)
}

/// Ends one of a person's sessions.
///
/// # Errors
/// 404 when none of theirs has that name any more.
pub fn end_one(
    connection: &mut PgConnection,
    person: &SignedIn,
    name: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let all = list(connection, person.user, now)?;
    let one = all.iter().find(|row| ids::same(handle(&row.token_hash).as_bytes(), name.as_bytes()));
    let one = one.ok_or_else(|| Error::not_found("session"))?;
    stored::delete_session(connection, &one.token_hash)?;
    note_ended(connection, Actor::User(person.user), person.user, 1, now)
}

/// Ends all of a person's sessions but the one that asks.
///
/// # Errors
/// When the database does not answer.
pub fn end_others(connection: &mut PgConnection, person: &SignedIn, now: DateTime<Utc>) -> Result<()> {
    let ended = stored::delete_others(connection, person.user, &person.session)?;
    note_ended(connection, Actor::User(person.user), person.user, ended, now)
}

/// Ends every session of an account.
///
/// # Errors
/// When the database does not answer.
pub fn end_all(connection: &mut PgConnection, account: Uuid, actor: Actor, now: DateTime<Utc>) -> Result<()> {
    let ended = stored::delete_sessions(connection, account)?;
    note_ended(connection, actor, account, ended, now)
}

fn note_ended(
    connection: &mut PgConnection,
    actor: Actor,
    account: Uuid,
    ended: usize,
    now: DateTime<Utc>,
) -> Result<()> {
    let subject = format!("user {account}");
    audit::record(connection, now, actor, "session.ended", &subject, json!({ "sessions": ended }))
}

/// Lets somebody in, or asks for the code of their second factor first, where nobody has asked for one.
///
/// # Errors
/// When the database does not answer.
pub fn enter(
    connection: &mut PgConnection,
    account: Uuid,
    agent: &str,
    proof: Proof,
    now: DateTime<Utc>,
) -> Result<Entered> {
    if proof.has_second_factor() || queries::second_factor::find_factor(connection, account)?.is_none() {
        return Ok(Entered::In { account, secret: begin(connection, account, agent, proof, now)? });
    }
    let secret = ids::random_secret();
    let token_hash = ids::sha256(secret.as_bytes());
    stored::insert_step(connection, &token_hash, account, now, now + STEP)?;
    Ok(Entered::AsksCode { secret })
}

/// How long a sign-in may stand between password and code.
const STEP: TimeDelta = TimeDelta::minutes(10);

/// What came of a right password, or of the word of the sign-in service.
#[derive(Debug, Clone)]
pub enum Entered {
    /// A session.
    In {
        /// Whose it is.
        account: Uuid,
        /// Its secret, for the cookie.
        secret: String,
    },
    /// The code of the second factor comes next.
    AsksCode {
        /// Secret of what stands between, for the cookie; it opens nothing else.
        secret: String,
    },
}
