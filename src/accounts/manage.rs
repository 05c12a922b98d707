//! What administrators do with accounts: another role, disabled and enabled, second factor taken off, sessions ended. The
//! last administrator who can sign in stays one.

use super::model::Role;
use super::queries::manage::{self as stored, AccountRow};
use super::{links, queries, second_factor, sessions};
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// What somebody is to do here.
#[derive(Debug, Clone, Copy)]
pub struct Duty {
    /// Their role.
    pub role: Role,
    /// The team that a manager sees.
    pub team: Option<Uuid>,
    /// The employee that they are.
    pub employee: Option<Uuid>,
}

impl Duty {
    /// Checks that the parts fit together.
    ///
    /// # Errors
    /// 422 naming what is missing.
    pub fn check(self) -> Result<()> {
        match self.role {
            Role::Manager if self.team.is_none() => {
                Err(Error::invalid_field("/team", "is missing: a manager needs the team to see"))
            }
            Role::Employee if self.employee.is_none() => Err(Error::invalid_field(
                "/employee",
                "is missing: this account needs the id of the employee whose page it shows",
            )),
            _ => Ok(()),
        }
    }
}

fn find(connection: &mut PgConnection, id: Uuid) -> Result<AccountRow> {
    stored::find_row(connection, id)?.ok_or_else(|| Error::not_found("account"))
}

/// Refuses what would leave nobody who can give accounts.
fn keep_an_admin(connection: &mut PgConnection, leaving: Uuid) -> Result<()> {
    let admins = stored::lock_admins(connection)?;
    if admins == [leaving] {
        let told = "This is the last administrator who can sign in. Make somebody else one first.";
        return Err(Error::conflict(told));
    }
    Ok(())
}

/// Gives somebody another duty, and ends their sessions when the role is another.
///
/// # Errors
/// 404, 409 for the last administrator, 422 when the duty lacks a part.
pub fn change_duty(
    connection: &mut PgConnection,
    id: Uuid,
    duty: Duty,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    duty.check()?;
    let account = find(connection, id)?;
    if account.role == Role::Admin.as_str() && duty.role != Role::Admin {
        keep_an_admin(connection, id)?;
    }
    stored::update_role(connection, id, duty.role.as_str(), duty.team, duty.employee)?;
    // Team and employee too: what a session was opened for is not what it would show now.
    queries::sessions::delete_sessions(connection, id)?;
    let detail = json!({ "role": duty.role.as_str(), "before": account.role });
    audit::record(connection, now, actor, "user.role_changed", &format!("user {id}"), detail)
}

/// Disables an account: its sessions and links end at once.
///
/// # Errors
/// 404, 409 for one's own account and for the last administrator.
pub fn disable(connection: &mut PgConnection, id: Uuid, actor: Actor, now: DateTime<Utc>) -> Result<()> {
    let account = find(connection, id)?;
    if actor == Actor::User(id) {
        return Err(Error::conflict("You cannot disable your own account. Ask another administrator."));
    }
    if account.role == Role::Admin.as_str() {
        keep_an_admin(connection, id)?;
    }
    stored::update_disabled(connection, id, Some(now))?;
    queries::sessions::delete_sessions(connection, id)?;
    queries::delete_links(connection, id)?;
    audit::record(connection, now, actor, "user.disabled", &format!("user {id}"), json!({}))
}

/// Enables an account again.
///
/// # Errors
/// 404.
pub fn enable(connection: &mut PgConnection, id: Uuid, actor: Actor, now: DateTime<Utc>) -> Result<()> {
    find(connection, id)?;
    stored::update_disabled(connection, id, None)?;
    audit::record(connection, now, actor, "user.enabled", &format!("user {id}"), json!({}))
}

/// Takes the second factor of somebody off who has lost the device; tells whether there was one.
///
/// # Errors
/// 404.
pub fn reset_second_factor(
    connection: &mut PgConnection,
    id: Uuid,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<bool> {
    find(connection, id)?;
    second_factor::take_off(connection, id, actor, now)
}

/// Makes a new one-time link to set the password, and returns its path.
///
/// # Errors
/// 404, 409 for an account that is disabled.
pub fn new_link(connection: &mut PgConnection, id: Uuid, actor: Actor, now: DateTime<Utc>) -> Result<String> {
    if find(connection, id)?.disabled_at.is_some() {
        return Err(Error::conflict("This account is disabled. Enable it first."));
    }
    let path = links::make(connection, id, links::WORKS_FOR, now)?;
    audit::record(connection, now, actor, "user.link_made", &format!("user {id}"), json!({}))?;
    Ok(path)
}

/// Ends every session of an account.
///
/// # Errors
/// 404.
pub fn end_sessions(connection: &mut PgConnection, id: Uuid, actor: Actor, now: DateTime<Utc>) -> Result<()> {
    find(connection, id)?;
    sessions::end_all(connection, id, actor, now)
}
