//! Moving visits from one outcome to another, one or many, with their history.

use crate::db::schema::{visit, visit_outcome};
use crate::error::{Error, Result};
use crate::visits::outcome::Outcome;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, QueryableByName, RunQueryDsl};
use std::collections::HashMap;
use uuid::Uuid;

/// The end of a composed statement: moves the visits of a preceding WITH part named `freed`, which has `visit_id` and
/// `at`, to `sent`, and writes their history.
pub const SENT_FROM_FREED: &str = "moved AS (UPDATE visit SET outcome = 'sent' FROM freed \
     WHERE visit.id = freed.visit_id AND visit.outcome IN ('sending', 'unknown') \
     RETURNING visit.id AS visit_id, freed.at) \
     INSERT INTO visit_outcome (visit_id, outcome, at, by, reason) \
     SELECT visit_id, 'sent', at, 'worker', 'the relay took the letter' FROM moved";

/// Appends to the history of a visit.
///
/// # Errors
/// When the database does not answer.
pub fn insert_history(
    connection: &mut PgConnection,
    visit: Uuid,
    outcome: Outcome,
    now: DateTime<Utc>,
    by: &str,
    reason: &str,
) -> Result<()> {
    diesel::insert_into(visit_outcome::table)
        .values((
            visit_outcome::visit_id.eq(visit),
            visit_outcome::outcome.eq(outcome.as_str()),
            visit_outcome::at.eq(now),
            visit_outcome::by.eq(by),
            visit_outcome::reason.eq(reason),
        ))
        .execute(connection)?;
    Ok(())
}

/// Moves a visit to an outcome if it stands in a state from which it may be reached.
///
/// # Errors
/// When the database does not answer.
pub fn update_outcome(
    connection: &mut PgConnection,
    id: Uuid,
    to: Outcome,
    send_at: Option<DateTime<Utc>>,
) -> Result<bool> {
    let from: Vec<&str> = to.from_states().iter().map(|state| state.as_str()).collect();
    let found = visit::table.find(id).filter(visit::outcome.eq_any(from));
    let changed = match (to, send_at) {
        (Outcome::Planned, Some(at)) => diesel::update(found)
            .set((visit::outcome.eq(to.as_str()), visit::send_at.eq(at), visit::first_contact.eq("email")))
            .execute(connection)?,
        // Without an address it is not one that was to be mailed, as if it had come without.
        (Outcome::NoAddress, _) => diesel::update(found)
            .set((
                visit::outcome.eq(to.as_str()),
                visit::send_at.eq(None::<DateTime<Utc>>),
                visit::first_contact.eq(None::<&str>),
            ))
            .execute(connection)?,
        _ => diesel::update(found).set(visit::outcome.eq(to.as_str())).execute(connection)?,
    };
    Ok(changed == 1)
}

/// Moves visits to an outcome, those that stand in a state from which it may be reached, and writes their history;
/// returns which. For outcomes that change nothing else of a visit.
///
/// # Errors
/// When the database does not answer.
pub fn update_outcomes(
    connection: &mut PgConnection,
    ids: &[Uuid],
    to: Outcome,
    now: DateTime<Utc>,
    by: &str,
    reason: &str,
) -> Result<Vec<Uuid>> {
    let from: Vec<&str> = to.from_states().iter().map(|state| state.as_str()).collect();
    let moved: Vec<Moved> = diesel::sql_query(
        "WITH moved AS (UPDATE visit SET outcome = $2 WHERE id = ANY($1) AND outcome = ANY($3) RETURNING id) \
         INSERT INTO visit_outcome (visit_id, outcome, at, by, reason) SELECT id, $2, $4, $5, $6 FROM moved \
         RETURNING visit_id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Text, _>(to.as_str())
    .bind::<Array<Text>, _>(from)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(by)
    .bind::<Text, _>(reason)
    .load(connection)?;
    Ok(moved.into_iter().map(|row| row.visit_id).collect())
}

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
}

/// Moves the date on which a planned visit is to be mailed.
///
/// # Errors
/// When the database does not answer.
pub fn update_send_at(connection: &mut PgConnection, id: Uuid, send_at: DateTime<Utc>) -> Result<()> {
    diesel::update(visit::table.find(id)).set(visit::send_at.eq(send_at)).execute(connection)?;
    Ok(())
}

/// Locks a visit until the end of the transaction and returns its outcome. Whoever changes a visit and something
/// that hangs on it locks the visit first, so that two of them cannot wait for each other.
///
/// # Errors
/// When the database does not answer.
pub fn lock_outcome(connection: &mut PgConnection, id: Uuid) -> Result<Outcome> {
    let word: String = visit::table.find(id).select(visit::outcome).for_update().get_result(connection)?;
    word.parse().map_err(Error::internal)
}

/// The same for several visits, in the order of their ids.
///
/// # Errors
/// When the database does not answer.
pub fn lock_outcomes(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Outcome>> {
    let rows: Vec<(Uuid, String)> = visit::table
        .filter(visit::id.eq_any(ids))
        .order(visit::id)
        .for_update()
        .select((visit::id, visit::outcome))
        .load(connection)?;
    rows.into_iter().map(|(id, word)| Ok((id, word.parse().map_err(Error::internal)?))).collect()
}
