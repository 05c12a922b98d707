//! How sending stands as a whole: the breaker, the rate limits and the fuse.

use crate::db::schema::{invitation, relay_breaker, send_rate, sending_fuse, visit};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::Text;
use diesel::{
    AsChangeset, ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable,
    QueryableByName, RunQueryDsl, Selectable, SelectableHelper,
};

/// The row of the breaker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = relay_breaker, treat_none_as_null = true)]
pub struct Breaker {
    /// Faults of the relay one after the other.
    pub faults: i32,
    /// How often it opened since the relay last answered.
    pub openings: i32,
    /// When it opened first since then; nothing while it is closed.
    pub opened_at: Option<DateTime<Utc>>,
    /// Until when nothing is tried.
    pub open_until: Option<DateTime<Utc>>,
    /// Until when one worker tries alone.
    pub probe_until: Option<DateTime<Utc>>,
    /// What went wrong last.
    pub words: Option<String>,
}

/// Reads the breaker.
///
/// # Errors
/// When the database does not answer.
pub fn find_breaker(connection: &mut PgConnection) -> Result<Breaker> {
    Ok(relay_breaker::table
        .select(Breaker::as_select())
        .get_result(connection)
        .optional()?
        .unwrap_or_default())
}

/// Reads the breaker and locks it until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub fn lock_breaker(connection: &mut PgConnection) -> Result<Breaker> {
    diesel::insert_into(relay_breaker::table)
        .values(Breaker::default())
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(relay_breaker::table.select(Breaker::as_select()).for_update().get_result(connection)?)
}

/// Writes the breaker.
///
/// # Errors
/// When the database does not answer.
pub fn update_breaker(connection: &mut PgConnection, breaker: &Breaker) -> Result<()> {
    diesel::update(relay_breaker::table).set(breaker).execute(connection)?;
    Ok(())
}

/// Closes the breaker if it counted anything; the relay answers.
///
/// # Errors
/// When the database does not answer.
pub fn clear_breaker(connection: &mut PgConnection) -> Result<bool> {
    let counting = relay_breaker::table.filter(relay_breaker::faults.gt(0));
    Ok(diesel::update(counting).set(Breaker::default()).execute(connection)? > 0)
}

/// Reads when the next letter of a name may go out, and locks that until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub fn lock_rate(connection: &mut PgConnection, name: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    diesel::insert_into(send_rate::table)
        .values((send_rate::name.eq(name), send_rate::next_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(send_rate::table.find(name).select(send_rate::next_at).for_update().get_result(connection)?)
}

/// Writes when the next letter of a name may go out.
///
/// # Errors
/// When the database does not answer.
pub fn update_rate(connection: &mut PgConnection, name: &str, next_at: DateTime<Utc>) -> Result<()> {
    diesel::update(send_rate::table.find(name)).set(send_rate::next_at.eq(next_at)).execute(connection)?;
    Ok(())
}

/// Forgets turns that were over before a time.
///
/// # Errors
/// When the database does not answer.
pub fn prune_rates(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(send_rate::table.filter(send_rate::next_at.lt(before))).execute(connection)?)
}

/// The row of the fuse.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sending_fuse, treat_none_as_null = true)]
pub struct Fuse {
    /// When a worker last looked.
    pub beat_at: DateTime<Utc>,
    /// Which database it was then.
    pub identity: Option<String>,
    /// When it blew; nothing while it is whole.
    pub blown_at: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<String>,
    /// When somebody last put it in again.
    pub released_at: Option<DateTime<Utc>>,
    /// Who did.
    pub released_by: Option<String>,
}

/// Reads the fuse; nothing before the first look.
///
/// # Errors
/// When the database does not answer.
pub fn find_fuse(connection: &mut PgConnection) -> Result<Option<Fuse>> {
    Ok(sending_fuse::table.select(Fuse::as_select()).get_result(connection).optional()?)
}

/// Writes the fuse.
///
/// # Errors
/// When the database does not answer.
pub fn upsert_fuse(connection: &mut PgConnection, fuse: &Fuse) -> Result<()> {
    diesel::insert_into(sending_fuse::table)
        .values(fuse)
        .on_conflict(sending_fuse::only_row)
        .do_update()
        .set(fuse)
        .execute(connection)?;
    Ok(())
}

/// Moves the beat of the fuse forward, never back.
///
/// # Errors
/// When the database does not answer.
pub fn beat(connection: &mut PgConnection, at: DateTime<Utc>) -> Result<()> {
    let older = sending_fuse::table.filter(sending_fuse::beat_at.lt(at));
    diesel::update(older).set(sending_fuse::beat_at.eq(at)).execute(connection)?;
    Ok(())
}

/// Returns when the oldest first letter was due that is still planned.
///
/// # Errors
/// When the database does not answer.
pub fn oldest_due(connection: &mut PgConnection) -> Result<Option<DateTime<Utc>>> {
    Ok(invitation::table
        .inner_join(visit::table)
        .filter(invitation::state.eq("planned"))
        .filter(visit::outcome.eq("planned"))
        .order((invitation::send_at, invitation::id))
        .select(invitation::send_at)
        .first(connection)
        .optional()?)
}

#[derive(QueryableByName)]
struct Identity {
    #[diesel(sql_type = Text)]
    identity: String,
}

/// Returns which database this is: cluster, database, and the timeline, which changes when a backup or a standby
/// takes over. Call it outside a transaction: not every kind of server tells.
///
/// # Errors
/// When the server does not tell.
pub fn read_identity(connection: &mut PgConnection) -> Result<String> {
    let row: Identity = diesel::sql_query(
        "SELECT c.system_identifier::text || '/' || d.oid::text || '/' || \
         left(pg_walfile_name(pg_current_wal_lsn()), 8) AS identity \
         FROM pg_control_system() AS c, pg_database AS d WHERE d.datname = current_database()",
    )
    .get_result(connection)?;
    Ok(row.identity)
}
