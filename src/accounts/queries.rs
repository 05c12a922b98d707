//! Every statement on the tables of accounts.

pub mod break_glass;
pub mod keys;
pub mod manage;
pub mod roles;
pub mod second_factor;
pub mod sessions;

use super::links::Colleague;
use super::model::Role;
use crate::db::schema::{api_key, password_link, sign_in_attempt, user_account};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
};
use std::collections::HashMap;
use uuid::Uuid;

diesel::define_sql_function! {
    /// SQL's `lower()`.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A new account.
#[derive(Debug, Insertable)]
#[diesel(table_name = user_account)]
pub struct NewAccount {
    /// Our id.
    pub id: Uuid,
    /// Address to sign in with.
    pub email: String,
    /// Name for pages.
    pub name: String,
    /// Word of the role.
    pub role: &'static str,
    /// The employee this account belongs to.
    pub employee_id: Option<Uuid>,
    /// The team a manager sees.
    pub team_id: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// An account as sign-in needs it.
#[derive(Debug, Queryable)]
pub struct Account {
    /// Our id.
    pub id: Uuid,
    /// Address to sign in with.
    pub email: String,
    /// Name for pages.
    pub name: String,
    /// Word of the role.
    pub role: String,
    /// The team a manager sees.
    pub team_id: Option<Uuid>,
    /// The employee this account belongs to.
    pub employee_id: Option<Uuid>,
    /// argon2id; None until a password was set.
    pub password_hash: Option<String>,
    /// When it was closed.
    pub disabled_at: Option<DateTime<Utc>>,
}

impl Account {
    /// Returns the role.
    ///
    /// # Errors
    /// 500 when the stored word is unknown.
    pub fn role(&self) -> Result<Role> {
        self.role.parse().map_err(Error::internal)
    }
}

crate::db::columns! {
    pub(super) ACCOUNT:
    user_account::id,
    user_account::email,
    user_account::name,
    user_account::role,
    user_account::team_id,
    user_account::employee_id,
    user_account::password_hash,
    user_account::disabled_at,
}

/// Inserts an account.
///
/// # Errors
/// 409 when the address has one already.
pub fn insert_account(connection: &mut PgConnection, account: &NewAccount) -> Result<()> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match diesel::insert_into(user_account::table).values(account).execute(connection) {
        Err(DatabaseError(UniqueViolation, _)) => {
            Err(Error::conflict("This address already has an account."))
        }
        other => Ok(other.map(drop)?),
    }
}

/// Brings name, employee and team of an account up to date; what is not given stays.
///
/// # Errors
/// When the database does not answer.
pub fn update_account(connection: &mut PgConnection, id: Uuid, colleague: &Colleague) -> Result<()> {
    let employee = colleague.employee.map(|employee| user_account::employee_id.eq(employee));
    let team = colleague.team.map(|team| user_account::team_id.eq(team));
    diesel::update(user_account::table.find(id))
        .set((user_account::name.eq(&colleague.name), employee, team))
        .execute(connection)?;
    Ok(())
}

/// Finds an account by its id.
///
/// # Errors
/// When the database does not answer.
pub fn find_account_by_id(connection: &mut PgConnection, id: Uuid) -> Result<Option<Account>> {
    Ok(user_account::table.find(id).select(ACCOUNT).get_result(connection).optional()?)
}

/// Finds an account and keeps it from being changed until the transaction ends: a session that is opened now is either
/// seen by whoever changes the account at this moment, and ended, or opened for what the account is then.
///
/// # Errors
/// When the database does not answer.
pub fn lock_account(connection: &mut PgConnection, id: Uuid) -> Result<Option<Account>> {
    Ok(user_account::table.find(id).select(ACCOUNT).for_no_key_update().get_result(connection).optional()?)
}

/// Finds an account by its address, in any case.
///
/// # Errors
/// When the database does not answer.
pub fn find_account(connection: &mut PgConnection, email: &str) -> Result<Option<Account>> {
    Ok(user_account::table
        .filter(lower(user_account::email).eq(email.to_lowercase()))
        .select(ACCOUNT)
        .get_result(connection)
        .optional()?)
}

/// Sets a password and ends every session and every link of the account (CVE-2026-34828).
///
/// # Errors
/// When the database does not answer.
pub fn set_password(connection: &mut PgConnection, account: Uuid, hash: &str) -> Result<()> {
    update_hash(connection, account, hash)?;
    sessions::delete_sessions(connection, account)?;
    delete_links(connection, account)
}

/// Stores another hash of the same password.
///
/// # Errors
/// When the database does not answer.
pub fn update_hash(connection: &mut PgConnection, account: Uuid, hash: &str) -> Result<()> {
    diesel::update(user_account::table.find(account))
        .set(user_account::password_hash.eq(hash))
        .execute(connection)?;
    Ok(())
}

/// Deletes every one-time link of an account.
///
/// # Errors
/// When the database does not answer.
pub fn delete_links(connection: &mut PgConnection, account: Uuid) -> Result<()> {
    diesel::delete(password_link::table.filter(password_link::user_account_id.eq(account)))
        .execute(connection)?;
    Ok(())
}

/// Inserts a one-time link.
///
/// # Errors
/// When the database does not answer.
pub fn insert_link(
    connection: &mut PgConnection,
    token_hash: &[u8],
    account: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(password_link::table)
        .values((
            password_link::token_hash.eq(token_hash),
            password_link::user_account_id.eq(account),
            password_link::created_at.eq(now),
            password_link::expires_at.eq(expires_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Finds the account of a link that still works.
///
/// # Errors
/// When the database does not answer.
pub fn find_link(
    connection: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Account>> {
    Ok(password_link::table
        .inner_join(user_account::table)
        .filter(password_link::token_hash.eq(token_hash))
        .filter(password_link::used_at.is_null())
        .filter(password_link::expires_at.gt(now))
        .filter(user_account::disabled_at.is_null())
        .select(ACCOUNT)
        .get_result(connection)
        .optional()?)
}

/// Uses a link up, once; tells whether it still worked.
///
/// # Errors
/// When the database does not answer.
pub fn use_link(connection: &mut PgConnection, token_hash: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let link = password_link::table.find(token_hash).filter(password_link::used_at.is_null());
    Ok(diesel::update(link).set(password_link::used_at.eq(now)).execute(connection)? == 1)
}

/// Notes a failed sign-in of somebody (a keyed hash of address or network).
///
/// # Errors
/// When the database does not answer.
pub fn insert_attempt(connection: &mut PgConnection, subject_hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(sign_in_attempt::table)
        .values((sign_in_attempt::subject_hash.eq(subject_hash), sign_in_attempt::at.eq(now)))
        .execute(connection)?;
    Ok(())
}

/// Counts the failed sign-ins of somebody since a time and returns the latest.
///
/// # Errors
/// When the database does not answer.
pub fn count_attempts(
    connection: &mut PgConnection,
    subject_hash: &[u8],
    since: DateTime<Utc>,
) -> Result<(i64, Option<DateTime<Utc>>)> {
    use diesel::dsl::{count_star, max};
    Ok(sign_in_attempt::table
        .filter(sign_in_attempt::subject_hash.eq(subject_hash))
        .filter(sign_in_attempt::at.gt(since))
        .select((count_star(), max(sign_in_attempt::at)))
        .get_result(connection)?)
}

/// Forgets the failed sign-ins of somebody.
///
/// # Errors
/// When the database does not answer.
pub fn delete_attempts(connection: &mut PgConnection, subject_hash: &[u8]) -> Result<()> {
    diesel::delete(sign_in_attempt::table.filter(sign_in_attempt::subject_hash.eq(subject_hash)))
        .execute(connection)?;
    Ok(())
}

/// Forgets one try of somebody, by its time.
///
/// # Errors
/// When the database does not answer.
pub fn delete_attempt(connection: &mut PgConnection, subject_hash: &[u8], at: DateTime<Utc>) -> Result<()> {
    let tries = sign_in_attempt::table.filter(sign_in_attempt::subject_hash.eq(subject_hash));
    diesel::delete(tries.filter(sign_in_attempt::at.eq(at))).execute(connection)?;
    Ok(())
}

/// Deletes sessions and links that are over and failed sign-ins older than a day.
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    sessions::prune(connection, now)?;
    diesel::delete(password_link::table.filter(password_link::expires_at.lt(now))).execute(connection)?;
    let day_ago = now - chrono::TimeDelta::days(1);
    diesel::delete(sign_in_attempt::table.filter(sign_in_attempt::at.lt(day_ago))).execute(connection)?;
    Ok(())
}

/// Lists the names of accounts and keys by their ids, for histories that name who did something.
///
/// # Errors
/// When the database does not answer.
pub fn list_names(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let people: Vec<(Uuid, String)> = user_account::table
        .filter(user_account::id.eq_any(ids))
        .select((user_account::id, user_account::name))
        .load(connection)?;
    let keys: Vec<(Uuid, String)> = api_key::table
        .filter(api_key::id.eq_any(ids))
        .select((api_key::id, api_key::name))
        .load(connection)?;
    Ok(people.into_iter().chain(keys).collect())
}

/// Lists the addresses of those who answer for teams: their managers, else HR.
///
/// # Errors
/// When the database does not answer.
pub fn list_responsible(connection: &mut PgConnection, teams: &[Uuid]) -> Result<Vec<String>> {
    let active = user_account::table.filter(user_account::disabled_at.is_null()).select(user_account::email);
    let managers: Vec<String> = active
        .filter(user_account::role.eq("manager"))
        .filter(user_account::team_id.eq_any(teams))
        .order(user_account::email)
        .load(connection)?;
    if !managers.is_empty() {
        return Ok(managers);
    }
    Ok(active.filter(user_account::role.eq("hr")).order(user_account::email).load(connection)?)
}
