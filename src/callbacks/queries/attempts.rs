//! Statements about attempts.

use crate::callbacks::model::Disposition;
use crate::db::schema::{callback, callback_attempt};
use crate::error::Result;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::{ExpressionMethods, Insertable, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// An attempt to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = callback_attempt)]
pub struct NewAttempt<'a> {
    /// The call-back.
    pub callback_id: Uuid,
    /// Its number, from 1.
    pub number: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, as the audit log writes it.
    pub by: &'a str,
    /// How it ended.
    pub disposition: &'static str,
    /// The customer's day.
    pub local_day: NaiveDate,
    /// The customer's time.
    pub local_time: NaiveTime,
    /// The agreed time.
    pub appointment: Option<DateTime<Utc>>,
}

/// Inserts an attempt and counts it.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, attempt: &NewAttempt<'_>) -> Result<()> {
    diesel::insert_into(callback_attempt::table).values(attempt).execute(connection)?;
    diesel::update(callback::table.find(attempt.callback_id))
        .set(callback::attempts.eq(attempt.number))
        .execute(connection)?;
    Ok(())
}

/// Lists day and time of the attempts that reached nobody, on the customer's clock.
///
/// # Errors
/// When the database does not answer.
pub fn list_tried(connection: &mut PgConnection, id: Uuid) -> Result<Vec<(NaiveDate, NaiveTime)>> {
    Ok(callback_attempt::table
        .filter(callback_attempt::callback_id.eq(id))
        .filter(
            callback_attempt::disposition
                .eq_any([Disposition::NoAnswer.as_str(), Disposition::Busy.as_str()]),
        )
        .order(callback_attempt::number)
        .select((callback_attempt::local_day, callback_attempt::local_time))
        .load(connection)?)
}

/// An attempt: when, by whom, how it ended.
pub type Attempt = (DateTime<Utc>, String, String);

/// Lists the attempts of a call-back, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection, id: Uuid) -> Result<Vec<Attempt>> {
    Ok(callback_attempt::table
        .filter(callback_attempt::callback_id.eq(id))
        .order(callback_attempt::number.desc())
        .select((callback_attempt::at, callback_attempt::by, callback_attempt::disposition))
        .load(connection)?)
}

/// Tells whether an attempt at that time was recorded.
///
/// # Errors
/// When the database does not answer.
pub fn is_attempted(connection: &mut PgConnection, id: Uuid, at: DateTime<Utc>) -> Result<bool> {
    let known = callback_attempt::table
        .filter(callback_attempt::callback_id.eq(id))
        .filter(callback_attempt::at.eq(at));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(connection)?)
}
