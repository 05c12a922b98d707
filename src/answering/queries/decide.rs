//! Deciding whether a stored answer counts.

use crate::db::schema::{response, response_revision};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl,
};
use uuid::Uuid;

/// What is known about whether a response is a person's, and when they like to be called.
#[derive(Debug, Clone, Queryable)]
pub struct Judgement {
    /// Signs of a machine, by their words.
    pub signs: Vec<Option<String>>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why.
    pub decision: Option<String>,
    /// When they like to be called.
    pub call_time: Option<String>,
    /// At which number.
    pub call_number: Option<String>,
}

/// Finds what is known about a response.
///
/// # Errors
/// 404 for an unknown response.
pub fn find_judgement(connection: &mut PgConnection, id: Uuid) -> Result<Judgement> {
    let columns = (
        response::signs,
        response::decided_by,
        response::decided_at,
        response::decision,
        response::call_time,
        response::call_number,
    );
    let found = response::table.find(id).select(columns).get_result(connection).optional()?;
    found.ok_or_else(|| Error::not_found("response"))
}

/// Finds the visit of a response.
///
/// # Errors
/// 404 for an unknown response.
pub fn visit_of(connection: &mut PgConnection, id: Uuid) -> Result<Uuid> {
    let found = response::table.find(id).select(response::visit_id).get_result(connection).optional()?;
    found.ok_or_else(|| Error::not_found("response"))
}

/// Puts a clean revision aside that came since a time from another network; gives its response.
///
/// # Errors
/// When the database does not answer.
pub fn put_revision_aside(
    connection: &mut PgConnection,
    nonce_hash: &[u8],
    network: &[u8],
    since: DateTime<Utc>,
    sign: &str,
) -> Result<Option<Uuid>> {
    let stored = response_revision::table
        .find(nonce_hash)
        .filter(response_revision::certainty.eq("confirmed"))
        .filter(response_revision::at.ge(since))
        .filter(response_revision::network.ne(network));
    Ok(diesel::update(stored)
        .set((response_revision::certainty.eq("suspect"), response_revision::signs.eq(vec![Some(sign)])))
        .returning(response_revision::response_id)
        .get_result(connection)
        .optional()?)
}

/// Makes the latest clean revision the one that counts; without any the response is put aside. Gives whether it counts.
///
/// # Errors
/// When the database does not answer.
pub fn take_latest_clean(
    connection: &mut PgConnection,
    id: Uuid,
    sign: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let taken = diesel::sql_query(
        "UPDATE response SET answers = v.answers, comment = v.comment, call_me = v.call_me, complete = v.complete, \
         revision = v.revision, changed_at = $2, changed_in = txid_current() \
         FROM (SELECT * FROM response_revision WHERE response_id = $1 AND certainty = 'confirmed' \
         ORDER BY revision DESC LIMIT 1) AS v WHERE response.id = v.response_id",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?;
    if taken == 1 {
        return Ok(true);
    }
    diesel::sql_query(
        "UPDATE response SET certainty = 'suspect', signs = ARRAY[$2], changed_at = $3, \
         changed_in = txid_current() WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(sign)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?;
    Ok(false)
}

/// Writes what somebody decided, also that what was put aside by rule stays so; false when it stands like that already. `by` is who, and why.
///
/// # Errors
/// When the database does not answer.
pub fn decide(
    connection: &mut PgConnection,
    id: Uuid,
    certainty: &str,
    by: (&str, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    // What was taken back is no answer any more.
    let undecided = response::certainty.eq("suspect").and(response::decided_by.is_null());
    let other =
        response::table.find(id).filter(response::certainty.ne_all([certainty, "withdrawn"]).or(undecided));
    let changed = diesel::update(other)
        .set((
            response::certainty.eq(certainty),
            response::decided_by.eq(by.0),
            response::decided_at.eq(now),
            response::decision.eq(by.1),
            response::changed_at.eq(now),
            response::changed_in.eq(diesel::dsl::sql::<diesel::sql_types::BigInt>("txid_current()")),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Takes a response out of every score, or lets it count again, after an objection; the customer's own answer stays.
///
/// # Errors
/// When the database does not answer.
pub fn set_excluded(
    connection: &mut PgConnection,
    id: Uuid,
    excluded: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(response::table.find(id))
        .set((
            response::excluded.eq(excluded),
            response::changed_at.eq(now),
            response::changed_in.eq(diesel::dsl::sql::<diesel::sql_types::BigInt>("txid_current()")),
        ))
        .execute(connection)?;
    Ok(())
}
