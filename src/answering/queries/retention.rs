//! What goes from answers when its time is over. Answers on scales and choices stay: the sums are made of them.

use crate::db::schema::{response, response_revision};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Takes what customers wrote out of responses, and deletes their earlier versions; returns how many there were. Whoever
/// reads responses from a cursor on hears of it.
///
/// # Errors
/// When the database does not answer.
pub fn forget_texts(connection: &mut PgConnection, responses: &[Uuid], now: DateTime<Utc>) -> Result<usize> {
    diesel::delete(response_revision::table.filter(response_revision::response_id.eq_any(responses)))
        .execute(connection)?;
    Ok(diesel::sql_query(
        "UPDATE response SET comment = NULL, decision = NULL, changed_at = $2, changed_in = txid_current(), \
         answers = coalesce((SELECT jsonb_object_agg(a.key, a.value) FROM jsonb_each(response.answers) a \
         LEFT JOIN question q ON q.survey_version_id = response.survey_version_id AND q.key = a.key \
         WHERE q.kind IS DISTINCT FROM 'text'), '{}') WHERE id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(responses)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?)
}

/// Forgets when and at which number customers wanted to be called; returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn forget_wishes(connection: &mut PgConnection, responses: &[Uuid]) -> Result<usize> {
    let nothing = None::<&str>;
    Ok(diesel::update(response::table.filter(response::id.eq_any(responses)))
        .set((response::call_time.eq(nothing), response::call_number.eq(nothing)))
        .execute(connection)?)
}
