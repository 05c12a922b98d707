//! What people with accounts do here, and the end of what names them.

use super::{second_factor, sessions};
use crate::accounts::oidc::queries as identities;
use crate::db::schema::{api_key, password_link, user_account};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use std::collections::HashMap;
use uuid::Uuid;

/// Lists what people with accounts do here, by the ids of the accounts.
///
/// # Errors
/// When the database does not answer.
pub fn list_roles(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let people = user_account::table.filter(user_account::id.eq_any(ids));
    let rows: Vec<(Uuid, String)> = people.select((user_account::id, user_account::role)).load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Closes the accounts of employees who left and takes name and address out of them; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn forget_accounts(
    connection: &mut PgConnection,
    employees: &[Uuid],
    now: DateTime<Utc>,
) -> Result<usize> {
    let theirs: Vec<Uuid> = user_account::table
        .filter(user_account::employee_id.eq_any(employees.iter().map(|id| Some(*id))))
        .select(user_account::id)
        .load(connection)?;
    for id in &theirs {
        sessions::delete_sessions(connection, *id)?;
        second_factor::delete_factor(connection, *id)?;
        identities::delete_identities(connection, *id)?;
    }
    diesel::delete(password_link::table.filter(password_link::user_account_id.eq_any(&theirs)))
        .execute(connection)?;
    Ok(diesel::sql_query(
        "UPDATE user_account SET email = 'former-' || id, name = 'Former employee', password_hash = NULL, \
         disabled_at = coalesce(disabled_at, $2) WHERE id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(theirs)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?)
}

/// An account as its owner may read of it: role, since when, until when.
pub type AccountFacts = (String, DateTime<Utc>, Option<DateTime<Utc>>);

/// Lists the accounts of an employee.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_employee(connection: &mut PgConnection, employee: Uuid) -> Result<Vec<AccountFacts>> {
    Ok(user_account::table
        .filter(user_account::employee_id.eq(employee))
        .order(user_account::created_at)
        .select((user_account::role, user_account::created_at, user_account::disabled_at))
        .load(connection)?)
}

/// Lists the keys that work: name and scopes.
///
/// # Errors
/// When the database does not answer.
pub fn list_keys(connection: &mut PgConnection) -> Result<Vec<(String, Vec<Option<String>>)>> {
    Ok(api_key::table
        .filter(api_key::revoked_at.is_null())
        .order((api_key::name, api_key::id))
        .select((api_key::name, api_key::scopes))
        .load(connection)?)
}
