//! Reading how calling goes, for those who lead it.

use crate::accounts::Sees;
use crate::db::schema::{callback, visit};
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Bool, Date, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, QueryableByName, RunQueryDsl};
use uuid::Uuid;

/// How a wave stands.
#[derive(Debug, Clone, QueryableByName)]
pub struct Progress {
    /// The wave.
    #[diesel(sql_type = SqlUuid)]
    pub wave: Uuid,
    /// How many of them are over.
    #[diesel(sql_type = BigInt)]
    pub over: i64,
    /// How many of them answered.
    #[diesel(sql_type = BigInt)]
    pub answered: i64,
    /// How many ended in the last seven days.
    #[diesel(sql_type = BigInt)]
    pub lately: i64,
}

/// Lists how waves stand.
///
/// # Errors
/// When the database does not answer.
pub fn list_progress(
    connection: &mut PgConnection,
    waves: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Progress>> {
    let sql = "SELECT wave_id AS wave, \
         count(*) FILTER (WHERE ended_at IS NOT NULL AND disposition <> 'wave_closed') AS over, \
         count(*) FILTER (WHERE disposition IN ('complete', 'partial', 'answered')) AS answered, \
         count(*) FILTER (WHERE ended_at > $2 - interval '7 days') AS lately \
         FROM callback WHERE wave_id = ANY($1) GROUP BY wave_id";
    Ok(diesel::sql_query(sql)
        .bind::<diesel::sql_types::Array<SqlUuid>, _>(waves)
        .bind::<Timestamptz, _>(now)
        .load(connection)?)
}

/// Attempts of one hour or number, and how many of them reached somebody.
#[derive(Debug, Clone, QueryableByName)]
pub struct Reach {
    /// The hour on the customer's clock, or the number of the attempt.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    /// How many attempts.
    #[diesel(sql_type = BigInt)]
    pub attempts: i64,
    /// How many of them reached somebody.
    #[diesel(sql_type = BigInt)]
    pub reached: i64,
}

fn reach(connection: &mut PgConnection, place: &str, since: DateTime<Utc>) -> Result<Vec<Reach>> {
    let sql = format!(
        "SELECT {place} AS place, count(*) AS attempts, \
         count(*) FILTER (WHERE disposition NOT IN ('no_answer', 'busy', 'wrong_number')) AS reached \
         FROM callback_attempt WHERE at > $1 GROUP BY 1 ORDER BY 1"
    );
    Ok(diesel::sql_query(sql).bind::<Timestamptz, _>(since).load(connection)?)
}

/// Counts attempts since a time by the hour on the customer's clock.
///
/// # Errors
/// When the database does not answer.
pub fn list_reach_by_hour(connection: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<Reach>> {
    reach(connection, "extract(hour FROM local_time)::integer", since)
}

/// Counts attempts since a time by their number.
///
/// # Errors
/// When the database does not answer.
pub fn list_reach_by_attempt(connection: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<Reach>> {
    reach(connection, "number", since)
}

/// How call-backs ended that ended since a time, and how many did so.
///
/// # Errors
/// When the database does not answer.
pub fn count_dispositions(connection: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<(String, i64)>> {
    let rows: Vec<(Option<String>, i64)> = callback::table
        .filter(callback::ended_at.gt(since))
        .group_by(callback::disposition)
        .select((callback::disposition, diesel::dsl::count_star()))
        .load(connection)?;
    let mut counts: Vec<(String, i64)> =
        rows.into_iter().filter_map(|(word, count)| Some((word?, count))).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(counts)
}

/// An appointment: when, and the id of the visit as it was sent.
pub type Agreed = (Option<DateTime<Utc>>, String);

/// Lists the next appointments.
///
/// # Errors
/// When the database does not answer.
pub fn list_next_appointments(connection: &mut PgConnection, limit: i64) -> Result<Vec<Agreed>> {
    Ok(callback::table
        .inner_join(visit::table)
        .filter(callback::appointment.is_not_null())
        .filter(callback::state.ne("done"))
        .order(callback::appointment)
        .limit(limit)
        .select((callback::appointment, visit::external_id))
        .load(connection)?)
}

/// An employee: how many visits, and what came of asking about them. Rates, no scores.
#[derive(Debug, Clone, QueryableByName)]
pub struct EmployeeRates {
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Visits that were to be mailed first.
    #[diesel(sql_type = BigInt)]
    pub invited: i64,
    /// Answers that did not come by phone.
    #[diesel(sql_type = BigInt)]
    pub by_mail: i64,
    /// Visits that were called about.
    #[diesel(sql_type = BigInt)]
    pub called: i64,
    /// Answers on the phone.
    #[diesel(sql_type = BigInt)]
    pub by_phone: i64,
}

/// Lists the employees with their rates over visit dates, both included; of a team as of the day of each visit.
///
/// # Errors
/// When the database does not answer.
pub fn list_rates(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
    sees: Sees,
) -> Result<Vec<EmployeeRates>> {
    let (all, team) = match sees {
        Sees::Everything => (true, None),
        Sees::Team(team) => (false, team),
    };
    let sql = "SELECT e.name, \
         count(*) FILTER (WHERE v.first_contact = 'email' AND v.outcome NOT IN ('not_sampled', 'no_basis', \
          'suppressed', 'internal', 'excluded', 'expired', 'cancelled')) AS invited, \
         count(*) FILTER (WHERE r.mode <> 'phone') AS by_mail, \
         count(*) FILTER (WHERE c.called) AS called, \
         count(*) FILTER (WHERE c.called AND r.mode = 'phone') AS by_phone \
         FROM visit_employee ve JOIN employee e ON e.id = ve.employee_id JOIN visit v ON v.id = ve.visit_id \
         LEFT JOIN response r ON r.visit_id = v.id AND r.certainty = 'confirmed' \
         LEFT JOIN callback c ON c.visit_id = v.id AND c.kind <> 'service' \
         WHERE v.visited_on BETWEEN $1 AND $2 AND ($3 OR ve.team_id = $4) GROUP BY e.id, e.name ORDER BY e.name, e.id";
    Ok(diesel::sql_query(sql)
        .bind::<Date, _>(from)
        .bind::<Date, _>(to)
        .bind::<Bool, _>(all)
        .bind::<Nullable<SqlUuid>, _>(team)
        .load(connection)?)
}

/// A caller: what they did, and how the answers they took lie.
#[derive(Debug, Clone, QueryableByName)]
pub struct CallerEffect {
    /// Who, as the audit log names them.
    #[diesel(sql_type = Text)]
    pub by: String,
    /// Attempts.
    #[diesel(sql_type = BigInt)]
    pub attempts: i64,
    /// Attempts that reached somebody.
    #[diesel(sql_type = BigInt)]
    pub reached: i64,
    /// Answers that they took.
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
    /// Their mean in points, 0 to 100.
    #[diesel(sql_type = Nullable<Double>)]
    pub mean: Option<f64>,
    /// Their standard deviation in points.
    #[diesel(sql_type = Nullable<Double>)]
    pub spread: Option<f64>,
}

/// Lists callers since a time, with the opening answers that they took.
///
/// # Errors
/// When the database does not answer.
pub fn list_callers(connection: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<CallerEffect>> {
    let sql = "SELECT a.by, count(*) AS attempts, \
         count(*) FILTER (WHERE a.disposition NOT IN ('no_answer', 'busy', 'wrong_number')) AS reached, \
         count(points) AS answers, avg(points) AS mean, stddev_samp(points) AS spread \
         FROM callback_attempt a JOIN callback c ON c.id = a.callback_id \
         LEFT JOIN LATERAL (SELECT 100.0::float8 * ((r.answers->>q.key)::integer - q.scale_min) \
          / nullif(q.scale_max - q.scale_min, 0) AS points \
          FROM response r JOIN question q ON q.survey_version_id = r.survey_version_id AND q.position = 0 \
          WHERE r.visit_id = c.visit_id AND r.mode = 'phone' AND a.disposition IN ('complete', 'partial')) p ON true \
         WHERE a.at > $1 AND c.kind <> 'service' GROUP BY a.by ORDER BY a.by";
    Ok(diesel::sql_query(sql).bind::<Timestamptz, _>(since).load(connection)?)
}
