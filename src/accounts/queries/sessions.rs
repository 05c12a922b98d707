//! Sessions, and sign-ins that stand between password and code.

use super::{ACCOUNT, Account};
use crate::db::schema::{second_factor, session, sign_in_step, user_account};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl,
    Queryable, RunQueryDsl,
};
use uuid::Uuid;

/// A new session.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// SHA-256 of its secret.
    pub token_hash: &'a [u8],
    /// Whose it is.
    pub account: Uuid,
    /// The browser, coarsely.
    pub agent: &'a str,
    /// Whether a code of the second factor was asked and right.
    pub with_second_factor: bool,
    /// When it ends in any case.
    pub expires_at: DateTime<Utc>,
}

/// Inserts a session and notes that its owner was seen.
///
/// # Errors
/// When the database does not answer.
pub fn insert_session(connection: &mut PgConnection, new: &NewSession<'_>, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(session::table)
        .values((
            session::token_hash.eq(new.token_hash),
            session::user_account_id.eq(new.account),
            session::created_at.eq(now),
            session::seen_at.eq(now),
            session::expires_at.eq(new.expires_at),
            session::agent.eq(new.agent),
            session::second_factor_at.eq(new.with_second_factor.then_some(now)),
        ))
        .execute(connection)?;
    see_account(connection, new.account, now)
}

fn see_account(connection: &mut PgConnection, account: Uuid, now: DateTime<Utc>) -> Result<()> {
    diesel::update(user_account::table.find(account))
        .set(user_account::seen_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// A session as the guard needs it.
#[derive(Debug, Queryable)]
pub struct FoundSession {
    /// When it was last seen, to the minute.
    pub seen_at: DateTime<Utc>,
    /// When a code of the second factor was right.
    pub second_factor_at: Option<DateTime<Utc>>,
    /// The account that has a second factor: this one or none.
    pub factor_of: Option<Uuid>,
    /// Whose it is.
    pub account: Account,
}

/// Finds a session that is not over.
///
/// # Errors
/// When the database does not answer.
pub fn find_session(
    connection: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<FoundSession>> {
    Ok(session::table
        .inner_join(user_account::table)
        .left_join(second_factor::table.on(second_factor::user_account_id.eq(session::user_account_id)))
        .filter(session::token_hash.eq(token_hash))
        .filter(session::expires_at.gt(now))
        .select((
            session::seen_at,
            session::second_factor_at,
            second_factor::user_account_id.nullable(),
            ACCOUNT,
        ))
        .get_result(connection)
        .optional()?)
}

/// Notes that a session and its owner were seen.
///
/// # Errors
/// When the database does not answer.
pub fn see_session(
    connection: &mut PgConnection,
    token_hash: &[u8],
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(session::table.find(token_hash)).set(session::seen_at.eq(now)).execute(connection)?;
    see_account(connection, account, now)
}

/// A session as its owner sees it.
#[derive(Debug, Queryable)]
pub struct SessionRow {
    /// SHA-256 of its secret.
    pub token_hash: Vec<u8>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last seen, to the minute.
    pub seen_at: DateTime<Utc>,
    /// The browser, coarsely.
    pub agent: Option<String>,
}

/// Lists the sessions of an account that are not over, the one seen last first.
///
/// # Errors
/// When the database does not answer.
pub fn list_sessions(
    connection: &mut PgConnection,
    account: Uuid,
    idle_since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<SessionRow>> {
    Ok(session::table
        .filter(session::user_account_id.eq(account))
        .filter(session::expires_at.gt(now))
        .filter(session::seen_at.ge(idle_since))
        .order((session::seen_at.desc(), session::created_at.desc(), session::token_hash))
        .select((session::token_hash, session::created_at, session::seen_at, session::agent))
        .load(connection)?)
}

/// Deletes a session.
///
/// # Errors
/// When the database does not answer.
pub fn delete_session(connection: &mut PgConnection, token_hash: &[u8]) -> Result<()> {
    diesel::delete(session::table.find(token_hash)).execute(connection)?;
    Ok(())
}

/// Deletes all sessions of an account but one; returns how many they were.
///
/// # Errors
/// When the database does not answer.
pub fn delete_others(connection: &mut PgConnection, account: Uuid, kept: &[u8]) -> Result<usize> {
    let others =
        session::table.filter(session::user_account_id.eq(account)).filter(session::token_hash.ne(kept));
    Ok(diesel::delete(others).execute(connection)?)
}

/// Deletes all sessions of an account and its sign-ins that stand between password and code; returns how many sessions
/// they were.
///
/// # Errors
/// When the database does not answer.
pub fn delete_sessions(connection: &mut PgConnection, account: Uuid) -> Result<usize> {
    diesel::delete(sign_in_step::table.filter(sign_in_step::user_account_id.eq(account)))
        .execute(connection)?;
    Ok(diesel::delete(session::table.filter(session::user_account_id.eq(account))).execute(connection)?)
}

/// Inserts a sign-in that stands between password and code.
///
/// # Errors
/// When the database does not answer.
pub fn insert_step(
    connection: &mut PgConnection,
    token_hash: &[u8],
    account: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(sign_in_step::table)
        .values((
            sign_in_step::token_hash.eq(token_hash),
            sign_in_step::user_account_id.eq(account),
            sign_in_step::created_at.eq(now),
            sign_in_step::expires_at.eq(expires_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Finds the account of a sign-in that stands between password and code.
///
/// # Errors
/// When the database does not answer.
pub fn find_step(
    connection: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Account>> {
    Ok(sign_in_step::table
        .inner_join(user_account::table)
        .filter(sign_in_step::token_hash.eq(token_hash))
        .filter(sign_in_step::expires_at.gt(now))
        .filter(user_account::disabled_at.is_null())
        .select(ACCOUNT)
        .get_result(connection)
        .optional()?)
}

/// Uses a sign-in between password and code up, once; tells whether it was still there.
///
/// # Errors
/// When the database does not answer.
pub fn use_step(connection: &mut PgConnection, token_hash: &[u8]) -> Result<bool> {
    Ok(diesel::delete(sign_in_step::table.find(token_hash)).execute(connection)? == 1)
}

/// Deletes what is over.
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    diesel::delete(session::table.filter(session::expires_at.lt(now))).execute(connection)?;
    diesel::delete(sign_in_step::table.filter(sign_in_step::expires_at.lt(now))).execute(connection)?;
    Ok(())
}
