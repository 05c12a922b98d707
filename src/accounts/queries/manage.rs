//! Accounts as an administrator looks after them.

use crate::accounts::Role;
use crate::db::schema::{employee, second_factor, team, user_account};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl,
};
use uuid::Uuid;

/// An account, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct AccountRow {
    /// Our id.
    pub id: Uuid,
    /// Address to sign in with.
    pub email: String,
    /// Name for pages.
    pub name: String,
    /// Word of the role.
    pub role: String,
    /// Name of the team that a manager sees.
    pub team: Option<String>,
    /// The id of the employee that they are, in the system that sends visits.
    pub employee: Option<String>,
    /// When they were last seen, to the minute.
    pub seen_at: Option<DateTime<Utc>>,
    /// When it was disabled.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Since when it has a second factor.
    pub second_factor_at: Option<DateTime<Utc>>,
    /// Whether a password was ever set.
    pub has_password: bool,
}

macro_rules! accounts {
    () => {
        user_account::table
            .left_join(team::table)
            .left_join(employee::table)
            .left_join(second_factor::table)
            .select((
                user_account::id,
                user_account::email,
                user_account::name,
                user_account::role,
                team::name.nullable(),
                employee::external_id.nullable(),
                user_account::seen_at,
                user_account::disabled_at,
                second_factor::set_at.nullable(),
                user_account::password_hash.is_not_null(),
            ))
    };
}

/// Lists all accounts, those that are open first, by name.
///
/// # Errors
/// When the database does not answer.
pub fn list_accounts(connection: &mut PgConnection) -> Result<Vec<AccountRow>> {
    Ok(accounts!()
        .order((user_account::disabled_at.is_not_null(), user_account::name, user_account::email))
        .load(connection)?)
}

/// Counts the accounts of some roles that are open and in use and have no second factor.
///
/// # Errors
/// When the database does not answer.
pub fn count_without_second_factor(connection: &mut PgConnection, roles: &[Role]) -> Result<i64> {
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    Ok(user_account::table
        .left_join(second_factor::table)
        .filter(user_account::role.eq_any(words))
        .filter(user_account::disabled_at.is_null())
        .filter(user_account::password_hash.is_not_null())
        .filter(second_factor::set_at.nullable().is_null())
        .count()
        .get_result(connection)?)
}

/// Finds an account.
///
/// # Errors
/// When the database does not answer.
pub fn find_row(connection: &mut PgConnection, id: Uuid) -> Result<Option<AccountRow>> {
    Ok(accounts!().filter(user_account::id.eq(id)).get_result(connection).optional()?)
}

/// Locks the administrators who can sign in, until the transaction ends, and lists them: of two who take the role from
/// each other at once, one waits and then sees that nobody would be left.
///
/// # Errors
/// When the database does not answer.
pub fn lock_admins(connection: &mut PgConnection) -> Result<Vec<Uuid>> {
    Ok(user_account::table
        .filter(user_account::role.eq("admin"))
        .filter(user_account::disabled_at.is_null())
        .filter(user_account::password_hash.is_not_null())
        .order(user_account::id)
        .for_update()
        .select(user_account::id)
        .load(connection)?)
}

/// Changes what somebody does here.
///
/// # Errors
/// When the database does not answer.
pub fn update_role(
    connection: &mut PgConnection,
    id: Uuid,
    role: &str,
    team: Option<Uuid>,
    employee: Option<Uuid>,
) -> Result<()> {
    diesel::update(user_account::table.find(id))
        .set((
            user_account::role.eq(role),
            user_account::team_id.eq(team),
            user_account::employee_id.eq(employee),
        ))
        .execute(connection)?;
    Ok(())
}

/// Disables an account, or enables it again with None.
///
/// # Errors
/// When the database does not answer.
pub fn update_disabled(
    connection: &mut PgConnection,
    id: Uuid,
    disabled_at: Option<DateTime<Utc>>,
) -> Result<()> {
    diesel::update(user_account::table.find(id))
        .set(user_account::disabled_at.eq(disabled_at))
        .execute(connection)?;
    Ok(())
}

/// Lists the ids of the accounts that have a role and are open, by address.
///
/// # Errors
/// When the database does not answer.
pub fn list_with_role(connection: &mut PgConnection, role: &str) -> Result<Vec<Uuid>> {
    Ok(user_account::table
        .filter(user_account::role.eq(role))
        .filter(user_account::disabled_at.is_null())
        .order(user_account::email)
        .select(user_account::id)
        .load(connection)?)
}
