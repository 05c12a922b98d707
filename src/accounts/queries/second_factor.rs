//! Second factors and recovery codes.

use crate::db::schema::{recovery_code, second_factor};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::upsert::excluded;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
};
use uuid::Uuid;

/// What is stored of a second factor: the secret itself is derived.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = second_factor)]
pub struct Factor {
    /// Whose it is.
    pub user_account_id: Uuid,
    /// Id of the organisation's secret from which it is derived.
    pub secret_id: String,
    /// What makes it differ from every other one.
    pub salt: Vec<u8>,
    /// The last step whose code was used.
    pub last_step: i64,
    /// When it was set up.
    pub set_at: DateTime<Utc>,
}

/// Stores a second factor in the place of an earlier one.
///
/// # Errors
/// When the database does not answer.
pub fn put_factor(connection: &mut PgConnection, factor: &Factor) -> Result<()> {
    diesel::insert_into(second_factor::table)
        .values(factor)
        .on_conflict(second_factor::user_account_id)
        .do_update()
        .set((
            second_factor::secret_id.eq(excluded(second_factor::secret_id)),
            second_factor::salt.eq(excluded(second_factor::salt)),
            second_factor::last_step.eq(excluded(second_factor::last_step)),
            second_factor::set_at.eq(excluded(second_factor::set_at)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Finds the second factor of an account.
///
/// # Errors
/// When the database does not answer.
pub fn find_factor(connection: &mut PgConnection, account: Uuid) -> Result<Option<Factor>> {
    Ok(second_factor::table.find(account).get_result(connection).optional()?)
}

/// Uses the code of a step up, and with it those of all earlier ones; tells whether it was still to be used.
///
/// # Errors
/// When the database does not answer.
pub fn use_code(connection: &mut PgConnection, account: Uuid, step: i64) -> Result<bool> {
    let unused = second_factor::table.find(account).filter(second_factor::last_step.lt(step));
    Ok(diesel::update(unused).set(second_factor::last_step.eq(step)).execute(connection)? == 1)
}

/// Deletes the second factor of an account and its recovery codes; tells whether there was one.
///
/// # Errors
/// When the database does not answer.
pub fn delete_factor(connection: &mut PgConnection, account: Uuid) -> Result<bool> {
    diesel::delete(recovery_code::table.filter(recovery_code::user_account_id.eq(account)))
        .execute(connection)?;
    Ok(diesel::delete(second_factor::table.find(account)).execute(connection)? == 1)
}

/// Puts recovery codes, given as hashes, in the place of earlier ones.
///
/// # Errors
/// When the database does not answer.
pub fn put_recovery_codes(connection: &mut PgConnection, account: Uuid, hashes: &[Vec<u8>]) -> Result<()> {
    diesel::delete(recovery_code::table.filter(recovery_code::user_account_id.eq(account)))
        .execute(connection)?;
    let row = |hash: &Vec<u8>| {
        (recovery_code::user_account_id.eq(account), recovery_code::code_hash.eq(hash.clone()))
    };
    diesel::insert_into(recovery_code::table)
        .values(hashes.iter().map(row).collect::<Vec<_>>())
        .execute(connection)?;
    Ok(())
}

/// Uses a recovery code up, once; tells whether it was still to be used.
///
/// # Errors
/// When the database does not answer.
pub fn use_recovery_code(
    connection: &mut PgConnection,
    account: Uuid,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let unused = recovery_code::table.find((account, hash)).filter(recovery_code::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_code::used_at.eq(now)).execute(connection)? == 1)
}

/// Counts the recovery codes of an account that are still to be used.
///
/// # Errors
/// When the database does not answer.
pub fn count_recovery_codes(connection: &mut PgConnection, account: Uuid) -> Result<i64> {
    Ok(recovery_code::table
        .filter(recovery_code::user_account_id.eq(account))
        .filter(recovery_code::used_at.is_null())
        .count()
        .get_result(connection)?)
}

/// Lists the ids of the organisation's secrets from which second factors are derived.
///
/// # Errors
/// When the database does not answer.
pub fn list_secret_ids(connection: &mut PgConnection) -> Result<Vec<String>> {
    Ok(second_factor::table.select(second_factor::secret_id).distinct().load(connection)?)
}
