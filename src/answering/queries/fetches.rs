//! That links were fetched.

use crate::answering::certainty::Seen;
use crate::answering::fetches::Fetch;
use crate::db::schema::link_fetch;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bytea, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Inserts fetches. Their commit does not wait for the disk: to lose the last few in a crash of the machine changes no
/// score.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, fetches: &[&Fetch]) -> Result<()> {
    diesel::sql_query(
        "WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)) \
         INSERT INTO link_fetch (visit_id, at, what, score, network) \
         SELECT f.* FROM relaxed, unnest($1, $2, $3, $4, $5) AS f",
    )
    .bind::<Array<SqlUuid>, _>(fetches.iter().map(|one| one.visit).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(fetches.iter().map(|one| one.at).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(fetches.iter().map(|one| one.what.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Int4>>, _>(fetches.iter().map(|one| one.score).collect::<Vec<_>>())
    .bind::<Array<Bytea>, _>(fetches.iter().map(|one| one.network.as_slice()).collect::<Vec<_>>())
    .execute(connection)?;
    Ok(())
}

/// Lists what was fetched of a visit's link since a time.
///
/// # Errors
/// When the database does not answer.
pub fn list_since(connection: &mut PgConnection, visit: Uuid, since: DateTime<Utc>) -> Result<Vec<Seen>> {
    let rows: Vec<(DateTime<Utc>, String, Option<i32>)> = link_fetch::table
        .filter(link_fetch::visit_id.eq(visit))
        .filter(link_fetch::at.ge(since))
        .order(link_fetch::at.desc())
        .limit(200)
        .select((link_fetch::at, link_fetch::what, link_fetch::score))
        .load(connection)?;
    Ok(rows.into_iter().map(|(at, what, score)| Seen { at, is_trap: what == "trap", score }).collect())
}

/// Counts what was fetched of a visit's link, by what it was.
///
/// # Errors
/// When the database does not answer.
pub fn count(connection: &mut PgConnection, visit: Uuid) -> Result<Vec<(String, i64)>> {
    Ok(link_fetch::table
        .filter(link_fetch::visit_id.eq(visit))
        .group_by(link_fetch::what)
        .order(link_fetch::what)
        .select((link_fetch::what, diesel::dsl::count_star()))
        .load(connection)?)
}

/// Deletes what is older, a part of it; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn prune(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::sql_query(
        "DELETE FROM link_fetch WHERE id IN (SELECT id FROM link_fetch WHERE at < $1 LIMIT 10000)",
    )
    .bind::<Timestamptz, _>(before)
    .execute(connection)?)
}
