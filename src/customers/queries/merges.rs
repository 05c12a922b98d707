//! Which files belong to one person.

use crate::db::schema::{customer, customer_merge};
use crate::error::{Error, Result};
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable,
    QueryableByName, RunQueryDsl,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The begin of a composed statement: a table `linked` with each file of the array `$1` as `start`, and the files of the
/// same person as `id`, itself too.
pub const WITH_LINKED: &str = "WITH RECURSIVE linked (start, id) AS (SELECT c, c FROM unnest($1) AS u (c) UNION \
     SELECT l.start, CASE WHEN m.kept_id = l.id THEN m.merged_id ELSE m.kept_id END \
     FROM linked l JOIN customer_merge m ON (m.kept_id = l.id OR m.merged_id = l.id) AND m.undone_at IS NULL) ";

#[derive(QueryableByName)]
struct Linked {
    #[diesel(sql_type = SqlUuid)]
    start: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Lists for each file all those of the same person, itself first.
///
/// # Errors
/// When the database does not answer.
pub fn list_files(connection: &mut PgConnection, of: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let mut files: HashMap<Uuid, Vec<Uuid>> = of.iter().map(|id| (*id, vec![*id])).collect();
    let linked: Vec<Linked> = diesel::sql_query(format!(
        "{WITH_LINKED} SELECT start, id FROM linked WHERE start <> id ORDER BY start, id"
    ))
    .bind::<Array<SqlUuid>, _>(of)
    .load(connection)?;
    for Linked { start, id } in linked {
        files.entry(start).or_default().push(id);
    }
    Ok(files)
}

/// Lists the files of the person whose file this is, itself first.
///
/// # Errors
/// When the database does not answer.
pub fn files_of(connection: &mut PgConnection, customer: Uuid) -> Result<Vec<Uuid>> {
    Ok(list_files(connection, &[customer])?.remove(&customer).unwrap_or_default())
}

/// Finds the file that stands for the person: itself, unless it was merged into another.
///
/// # Errors
/// When the database does not answer.
pub fn kept_file(connection: &mut PgConnection, customer: Uuid) -> Result<Uuid> {
    Ok(kept_files(connection, &[customer])?.remove(&customer).unwrap_or(customer))
}

/// The same for several files, those that were merged into another.
///
/// # Errors
/// When the database does not answer.
pub fn kept_files(connection: &mut PgConnection, customers: &[Uuid]) -> Result<BTreeMap<Uuid, Uuid>> {
    let kept: Vec<Linked> = diesel::sql_query(
        "WITH RECURSIVE up (start, id) AS (SELECT merged_id, kept_id FROM customer_merge \
         WHERE merged_id = ANY($1) AND undone_at IS NULL UNION \
         SELECT up.start, m.kept_id FROM up JOIN customer_merge m ON m.merged_id = up.id AND m.undone_at IS NULL) \
         SELECT start, id FROM up WHERE NOT EXISTS (SELECT 1 FROM customer_merge m \
         WHERE m.merged_id = up.id AND m.undone_at IS NULL)",
    )
    .bind::<Array<SqlUuid>, _>(customers)
    .load(connection)?;
    Ok(kept.into_iter().map(|row| (row.start, row.id)).collect())
}

/// Locks files until the end of the transaction, in the order of their ids.
///
/// # Errors
/// 404 when one is not there.
pub fn lock_files(connection: &mut PgConnection, files: &[Uuid]) -> Result<()> {
    let locked: Vec<Uuid> = customer::table
        .filter(customer::id.eq_any(files))
        .order(customer::id)
        .for_update()
        .select(customer::id)
        .load(connection)?;
    if locked.len() < files.len() { Err(Error::not_found("customer")) } else { Ok(()) }
}

/// Inserts a merge.
///
/// # Errors
/// When the database does not answer, or the file is merged already.
pub fn insert(
    connection: &mut PgConnection,
    (kept, merged): (Uuid, Uuid),
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(customer_merge::table)
        .values((
            customer_merge::id.eq(ids::new_id()),
            customer_merge::kept_id.eq(kept),
            customer_merge::merged_id.eq(merged),
            customer_merge::merged_by.eq(by),
            customer_merge::merged_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Ends a merge; gives the two files, or nothing when it is not there or was undone.
///
/// # Errors
/// When the database does not answer.
pub fn undo(
    connection: &mut PgConnection,
    id: Uuid,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Uuid, Uuid)>> {
    let active = customer_merge::table.find(id).filter(customer_merge::undone_at.is_null());
    Ok(diesel::update(active)
        .set((customer_merge::undone_by.eq(by), customer_merge::undone_at.eq(now)))
        .returning((customer_merge::kept_id, customer_merge::merged_id))
        .get_result(connection)
        .optional()?)
}

/// A merge as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Merge {
    /// Our id of it.
    pub id: Uuid,
    /// The file that stands for both.
    pub kept: Uuid,
    /// The other one.
    pub merged: Uuid,
    /// Who merged them.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
}

/// Lists the merges that any of the files took part in, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection, files: &[Uuid]) -> Result<Vec<Merge>> {
    Ok(customer_merge::table
        .filter(customer_merge::kept_id.eq_any(files).or(customer_merge::merged_id.eq_any(files)))
        .order(customer_merge::id)
        .select((
            customer_merge::id,
            customer_merge::kept_id,
            customer_merge::merged_id,
            customer_merge::merged_by,
            customer_merge::merged_at,
            customer_merge::undone_at,
        ))
        .load(connection)?)
}
