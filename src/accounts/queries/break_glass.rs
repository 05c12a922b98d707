//! Administrators who read what HR reads for a while.

use crate::db::schema::{break_glass, user_account};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
};
use uuid::Uuid;

/// A beginning.
#[derive(Debug, Insertable)]
#[diesel(table_name = break_glass)]
pub struct NewBreakGlass {
    /// Our id.
    pub id: Uuid,
    /// Who does it.
    pub user_account_id: Uuid,
    /// Why, in their words.
    pub reason: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// Until when, at the latest.
    pub ends_at: DateTime<Utc>,
}

/// One that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Open {
    /// Our id.
    pub id: Uuid,
    /// Why.
    pub reason: String,
    /// Until when, at the latest.
    pub ends_at: DateTime<Utc>,
}

/// One of them, for those whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct BreakGlassRow {
    /// Our id.
    pub id: Uuid,
    /// Name of the administrator.
    pub who: String,
    /// Why, in their words.
    pub reason: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// Until when, at the latest.
    pub ends_at: DateTime<Utc>,
    /// When it was ended before that.
    pub closed_at: Option<DateTime<Utc>>,
}

impl BreakGlassRow {
    /// Tells whether it is under way.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.closed_at.is_none() && self.ends_at > now
    }

    /// Returns when it ended or is going to end.
    pub fn end(&self) -> DateTime<Utc> {
        self.closed_at.unwrap_or(self.ends_at)
    }
}

/// Inserts a beginning.
///
/// # Errors
/// When the database does not answer.
pub fn insert_break_glass(connection: &mut PgConnection, new: &NewBreakGlass) -> Result<()> {
    diesel::insert_into(break_glass::table).values(new).execute(connection)?;
    Ok(())
}

/// Finds what an administrator has under way.
///
/// # Errors
/// When the database does not answer.
pub fn find_open(connection: &mut PgConnection, account: Uuid, now: DateTime<Utc>) -> Result<Option<Open>> {
    Ok(break_glass::table
        .filter(break_glass::user_account_id.eq(account))
        .filter(break_glass::closed_at.is_null())
        .filter(break_glass::ends_at.gt(now))
        .order(break_glass::ends_at.desc())
        .select((break_glass::id, break_glass::reason, break_glass::ends_at))
        .first(connection)
        .optional()?)
}

/// Ends what an administrator has under way; tells whether there was anything.
///
/// # Errors
/// When the database does not answer.
pub fn close(connection: &mut PgConnection, account: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let open = break_glass::table
        .filter(break_glass::user_account_id.eq(account))
        .filter(break_glass::closed_at.is_null())
        .filter(break_glass::ends_at.gt(now));
    Ok(diesel::update(open).set(break_glass::closed_at.eq(now)).execute(connection)? > 0)
}

/// Lists those that began since a time, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_break_glass(connection: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<BreakGlassRow>> {
    Ok(break_glass::table
        .inner_join(user_account::table)
        .filter(break_glass::opened_at.ge(since))
        .order((break_glass::opened_at.desc(), break_glass::id))
        .select((
            break_glass::id,
            user_account::name,
            break_glass::reason,
            break_glass::opened_at,
            break_glass::ends_at,
            break_glass::closed_at,
        ))
        .load(connection)?)
}
