//! Every statement on whom a provider's subject is here.

use crate::accounts::queries::{ACCOUNT, Account};
use crate::db::schema::{account_identity, provider_sign_in, user_account};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Finds the account to which a provider's subject is bound.
///
/// # Errors
/// When the database does not answer.
pub fn find_identity(connection: &mut PgConnection, issuer: &str, subject: &str) -> Result<Option<Account>> {
    Ok(account_identity::table
        .inner_join(user_account::table)
        .filter(account_identity::issuer.eq(issuer))
        .filter(account_identity::subject.eq(subject))
        .select(ACCOUNT)
        .get_result(connection)
        .optional()?)
}

/// Binds a provider's subject to an account; tells whether neither was bound before.
///
/// # Errors
/// When the database does not answer.
pub fn insert_identity(
    connection: &mut PgConnection,
    issuer: &str,
    subject: &str,
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<bool> {
    let inserted = diesel::insert_into(account_identity::table)
        .values((
            account_identity::issuer.eq(issuer),
            account_identity::subject.eq(subject),
            account_identity::user_account_id.eq(account),
            account_identity::bound_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(inserted == 1)
}

/// Releases an account from whoever it is bound to; tells whether it was bound.
///
/// # Errors
/// When the database does not answer.
pub fn delete_identities(connection: &mut PgConnection, account: Uuid) -> Result<bool> {
    let bound = account_identity::table.filter(account_identity::user_account_id.eq(account));
    Ok(diesel::delete(bound).execute(connection)? > 0)
}

/// Notes that a sign-in is done; tells whether it was not before.
///
/// # Errors
/// When the database does not answer.
pub fn insert_done(connection: &mut PgConnection, request_hash: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let inserted = diesel::insert_into(provider_sign_in::table)
        .values((provider_sign_in::request_hash.eq(request_hash), provider_sign_in::done_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(inserted == 1)
}

/// Forgets sign-ins that were done before a time.
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<()> {
    diesel::delete(provider_sign_in::table.filter(provider_sign_in::done_at.lt(before)))
        .execute(connection)?;
    Ok(())
}
