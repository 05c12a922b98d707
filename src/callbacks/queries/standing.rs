//! Reading how the work of a day stands, for the start page.

use super::work::{AT_WORK, MAY_CALL};
use crate::accounts::Sees;
use crate::callbacks::model::Caller;
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, RunQueryDsl};
use uuid::Uuid;

/// How the work of a day stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct Day {
    /// Call-backs that are not over.
    #[diesel(sql_type = BigInt)]
    pub left: i64,
    /// Call-backs that ended on this day after an attempt.
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    /// Callers who have a call just now.
    #[diesel(sql_type = BigInt)]
    pub callers: i64,
    /// Attempts of one caller on this day.
    #[diesel(sql_type = BigInt)]
    pub own: i64,
}

/// Counts how the day stands that began at a time; `by` is the caller whose own attempts are counted.
///
/// # Errors
/// When the database does not answer.
pub fn count_day(
    connection: &mut PgConnection,
    by: &str,
    began: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Day> {
    let sql = format!(
        "SELECT (SELECT count(*) FROM callback WHERE {AT_WORK}) AS left, \
         (SELECT count(DISTINCT a.callback_id) FROM callback_attempt a JOIN callback c ON c.id = a.callback_id \
          WHERE a.at >= $2 AND c.state = 'done') AS done, \
         (SELECT count(DISTINCT claimed_by) FROM callback WHERE callback.state = 'claimed' AND claimed_until > $3) AS callers, \
         (SELECT count(*) FROM callback_attempt a WHERE a.at >= $2 AND a.by = $1) AS own"
    );
    Ok(diesel::sql_query(sql)
        .bind::<Text, _>(by)
        .bind::<Timestamptz, _>(began)
        .bind::<Timestamptz, _>(now)
        .get_result(connection)?)
}

/// Call-backs that a caller may be given, of customers in one zone who have asked for one time of day.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Ready {
    /// The customers' zone.
    #[diesel(sql_type = Nullable<Text>)]
    pub time_zone: Option<String>,
    /// The time of day for which they have asked and that is still waited for.
    #[diesel(sql_type = Nullable<Text>)]
    pub wished: Option<String>,
    /// How many there are, due or not.
    #[diesel(sql_type = BigInt)]
    pub all: i64,
    /// Appointments that are due.
    #[diesel(sql_type = BigInt)]
    pub agreed: i64,
    /// Others that are due.
    #[diesel(sql_type = BigInt)]
    pub due: i64,
}

/// Counts the call-backs that a caller may be given. Those that came before `waited_since` wait no longer for the time
/// of day for which the customer has asked.
///
/// # Errors
/// When the database does not answer.
pub fn count_ready(
    connection: &mut PgConnection,
    caller: &Caller,
    now: DateTime<Utc>,
    waited_since: DateTime<Utc>,
) -> Result<Vec<Ready>> {
    let sql = format!(
        "SELECT v.customer_time_zone AS time_zone, CASE WHEN c.kind = 'service' AND c.attempts = 0 \
          AND c.created_at >= $4 THEN c.best_time END AS wished, count(*) AS all, \
         count(*) FILTER (WHERE c.appointment <= $1) AS agreed, \
         count(*) FILTER (WHERE c.appointment IS NULL AND (c.due_at IS NULL OR c.due_at <= $1)) AS due \
         {MAY_CALL} GROUP BY 1, 2"
    );
    Ok(diesel::sql_query(sql)
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<SqlUuid>, _>(caller.employee)
        .bind::<Nullable<SqlUuid>, _>(caller.team)
        .bind::<Timestamptz, _>(waited_since)
        .load(connection)?)
}

/// An appointment of a caller's list.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Agreed {
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Id of the visit in the system that sent it.
    #[diesel(sql_type = Text)]
    pub visit: String,
    /// Kind of service.
    #[diesel(sql_type = Text)]
    pub service: String,
}

/// Lists the appointments before a time that a caller may keep, the earliest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_agreed(
    connection: &mut PgConnection,
    caller: &Caller,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Agreed>> {
    let sql = format!(
        "SELECT c.appointment AS at, v.external_id AS visit, v.service {MAY_CALL} \
         AND c.appointment < $1 ORDER BY c.appointment, c.id LIMIT $4"
    );
    Ok(diesel::sql_query(sql)
        .bind::<Timestamptz, _>(before)
        .bind::<Nullable<SqlUuid>, _>(caller.employee)
        .bind::<Nullable<SqlUuid>, _>(caller.team)
        .bind::<BigInt, _>(limit)
        .load(connection)?)
}

/// A customer who asked to be called and was not yet.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct AskedFor {
    /// The visit.
    #[diesel(sql_type = SqlUuid)]
    pub visit: Uuid,
    /// Name of the customer.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// The number to call.
    #[diesel(sql_type = Nullable<Text>)]
    pub phone: Option<String>,
    /// Kind of service.
    #[diesel(sql_type = Text)]
    pub service: String,
    /// Day of the visit.
    #[diesel(sql_type = Date)]
    pub visited_on: NaiveDate,
    /// What they wrote.
    #[diesel(sql_type = Nullable<Text>)]
    pub comment: Option<String>,
    /// When they asked.
    #[diesel(sql_type = Timestamptz)]
    pub asked_at: DateTime<Utc>,
    /// How many there are.
    #[diesel(sql_type = BigInt)]
    pub of: i64,
}

/// Lists customers who asked to be called and whose call is not over, the one who waits longest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_asked_for(connection: &mut PgConnection, sees: Sees, limit: i64) -> Result<Vec<AskedFor>> {
    let (all, team) = match sees {
        Sees::Everything => (true, None),
        Sees::Team(team) => (false, team),
    };
    let sql = format!(
        "SELECT v.id AS visit, v.customer_name AS name, coalesce(r.call_number, v.customer_phone, f.phone) AS phone, \
         v.service, v.visited_on, r.comment, callback.created_at AS asked_at, count(*) OVER () AS of \
         FROM callback JOIN visit v ON v.id = callback.visit_id LEFT JOIN customer f ON f.id = v.customer_id \
         LEFT JOIN response r ON r.visit_id = v.id WHERE {AT_WORK} AND callback.kind = 'service' \
         AND callback.reason = 'call_me' AND ($1 OR EXISTS (SELECT 1 FROM visit_employee e \
          WHERE e.visit_id = v.id AND e.team_id = $2)) ORDER BY callback.created_at, callback.id LIMIT $3"
    );
    Ok(diesel::sql_query(sql)
        .bind::<Bool, _>(all)
        .bind::<Nullable<SqlUuid>, _>(team)
        .bind::<BigInt, _>(limit)
        .load(connection)?)
}
