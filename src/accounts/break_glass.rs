//! Break-glass: an administrator, who sees no scores and no comments, reads for at most an hour what HR may read. It
//! needs a reason, changes nothing, is shown to HR by mail and page, and every use stands in the audit log.

use super::letters::{self, Matter};
use super::model::{Role, SignedIn};
use super::queries;
use super::queries::break_glass::{self as stored, NewBreakGlass, Open};
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use crate::ids;
use crate::mail::mask_addresses;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;

/// The longest time.
pub const LONGEST: TimeDelta = TimeDelta::minutes(60);

/// The shortest reason (characters) that says anything.
pub const SHORTEST_REASON: usize = 10;

/// The longest reason (characters).
pub const LONGEST_REASON: usize = 500;

/// Begins it, and leaves a mail for everybody of HR.
///
/// # Errors
/// 422 naming `/reason` or `/minutes`, 409 when it is under way already.
pub fn begin(
    connection: &mut PgConnection,
    person: &SignedIn,
    reason: &str,
    minutes: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = mask_addresses(reason.trim());
    if !(SHORTEST_REASON..=LONGEST_REASON).contains(&reason.chars().count()) {
        let told = format!("needs {SHORTEST_REASON} to {LONGEST_REASON} characters: HR reads it");
        return Err(Error::invalid_field("/reason", told));
    }
    let most = LONGEST.num_minutes();
    let minutes = minutes.parse().ok().filter(|minutes| (1..=most).contains(minutes));
    let minutes = minutes
        .ok_or_else(|| Error::invalid_field("/minutes", format!("must be a number from 1 to {most}")))?;
    if stored::find_open(connection, person.user, now)?.is_some() {
        return Err(Error::conflict("You have it open already."));
    }
    let ends_at = now + TimeDelta::minutes(minutes);
    let id = ids::new_id();
    let new =
        NewBreakGlass { id, user_account_id: person.user, reason: reason.clone(), opened_at: now, ends_at };
    stored::insert_break_glass(connection, &new)?;
    let subject = format!("user {}", person.user);
    let detail = json!({ "reason": reason, "minutes": minutes });
    audit::record(connection, now, Actor::User(person.user), "break_glass.opened", &subject, detail)?;
    for account in queries::manage::list_with_role(connection, Role::Hr.as_str())? {
        let (who, reason) = (person.name.clone(), reason.clone());
        letters::enqueue(connection, &Matter::BreakGlass { account, who, reason, ends_at }, now)?;
    }
    Ok(())
}

/// Ends it before its time; nothing happens when it is over already.
///
/// # Errors
/// When the database does not answer.
pub fn end(connection: &mut PgConnection, person: &SignedIn, now: DateTime<Utc>) -> Result<()> {
    if stored::close(connection, person.user, now)? {
        let subject = format!("user {}", person.user);
        audit::record(connection, now, Actor::User(person.user), "break_glass.ended", &subject, json!({}))?;
    }
    Ok(())
}

/// Says whether somebody whose role does not include a page may read it all the same, and as whom: an administrator who
/// has broken the glass reads as HR. Pure; whoever is let in is noted by [`note`].
///
/// # Errors
/// 403 in every other case.
pub fn admit(person: &SignedIn, roles: &[Role], only_reads: bool) -> Result<Open> {
    let open = person.break_glass.clone().filter(|_| person.role == Role::Admin);
    open.filter(|_| only_reads && roles.contains(&Role::Hr))
        .ok_or_else(|| Error::new(Kind::Forbidden, "Your role does not include this page."))
}

/// Notes one page that was read, with the reason.
///
/// # Errors
/// When the database does not answer; then the page must not be shown.
pub fn note(
    connection: &mut PgConnection,
    person: &SignedIn,
    open: &Open,
    path: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let detail = json!({ "reason": open.reason });
    let subject = format!("page {path}");
    audit::record(connection, now, Actor::User(person.user), "break_glass.used", &subject, detail)
}
