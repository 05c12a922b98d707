//! What customers do not want.

use super::merges::WITH_LINKED;
use crate::db::schema::{customer, customer_stop, suppression};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, Queryable, QueryableByName, RunQueryDsl,
};
use uuid::Uuid;

/// A stop on a customer's file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Stop {
    /// The file.
    pub customer: Uuid,
    /// `email` or `phone`.
    pub channel: String,
    /// Why.
    pub reason: String,
    /// Who wrote it down, as the audit log names them.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Lists the stops on files, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection, files: &[Uuid]) -> Result<Vec<Stop>> {
    Ok(customer_stop::table
        .filter(customer_stop::customer_id.eq_any(files))
        .order((customer_stop::stopped_at, customer_stop::customer_id, customer_stop::channel))
        .select((
            customer_stop::customer_id,
            customer_stop::channel,
            customer_stop::reason,
            customer_stop::stopped_by,
            customer_stop::stopped_at,
        ))
        .load(connection)?)
}

#[derive(QueryableByName)]
struct Stopped {
    #[diesel(sql_type = SqlUuid)]
    start: Uuid,
}

/// Lists those of several customers who do not want a channel, on any file of theirs.
///
/// # Errors
/// When the database does not answer.
pub fn list_unwilling(connection: &mut PgConnection, customers: &[Uuid], channel: &str) -> Result<Vec<Uuid>> {
    let unwilling: Vec<Stopped> = diesel::sql_query(format!(
        "{WITH_LINKED} SELECT DISTINCT l.start FROM linked l JOIN customer_stop s ON s.customer_id = l.id \
         WHERE s.channel = $2"
    ))
    .bind::<Array<SqlUuid>, _>(customers)
    .bind::<Text, _>(channel)
    .load(connection)?;
    Ok(unwilling.into_iter().map(|row| row.start).collect())
}

/// Inserts a stop; one that is there stays as it is. Gives whether it is new.
///
/// # Errors
/// When the database does not answer.
pub fn insert(
    connection: &mut PgConnection,
    customer: Uuid,
    channel: &str,
    (reason, by): (&str, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let inserted = diesel::insert_into(customer_stop::table)
        .values((
            customer_stop::customer_id.eq(customer),
            customer_stop::channel.eq(channel),
            customer_stop::reason.eq(reason),
            customer_stop::stopped_by.eq(by),
            customer_stop::stopped_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(inserted == 1)
}

/// Deletes the stops of a channel on files; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn delete(connection: &mut PgConnection, files: &[Uuid], channel: &str) -> Result<usize> {
    let stops = customer_stop::table.filter(customer_stop::customer_id.eq_any(files));
    Ok(diesel::delete(stops.filter(customer_stop::channel.eq(channel))).execute(connection)?)
}

/// Lists the addresses and numbers on files.
///
/// # Errors
/// When the database does not answer.
pub fn list_reach(
    connection: &mut PgConnection,
    files: &[Uuid],
) -> Result<Vec<(Option<String>, Option<String>)>> {
    let found = customer::table.filter(customer::id.eq_any(files)).order(customer::id);
    Ok(found.select((customer::email, customer::phone)).load(connection)?)
}

/// Lists why any of some hashes must not be used on a channel.
///
/// # Errors
/// When the database does not answer.
pub fn list_hashed(connection: &mut PgConnection, hashes: &[Vec<u8>], channel: &str) -> Result<Vec<String>> {
    Ok(suppression::table
        .filter(suppression::address_hash.eq_any(hashes).and(suppression::channel.eq(channel)))
        .order(suppression::created_at)
        .select(suppression::reason)
        .load(connection)?)
}
