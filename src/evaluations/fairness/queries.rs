//! What the check of ratings reads.

use crate::error::Result;
use chrono::NaiveDate;
use diesel::sql_types::{Bool, Date, Float8, Nullable, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl};

/// Answers to the opening question about visits of one kind by one person to customers of one segment, in points.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct Rated {
    /// Id of the person in the system that sends visits.
    #[diesel(sql_type = Text)]
    pub employee: String,
    /// Kind of service.
    #[diesel(sql_type = Text)]
    pub service: String,
    /// How it was given.
    #[diesel(sql_type = Nullable<Text>)]
    pub channel: Option<String>,
    /// Kind of customer.
    #[diesel(sql_type = Nullable<Text>)]
    pub segment: Option<String>,
    /// Whether they answered on the phone.
    #[diesel(sql_type = Bool)]
    pub by_phone: bool,
    /// How many.
    #[diesel(sql_type = Float8)]
    pub n: f64,
    /// Their sum.
    #[diesel(sql_type = Float8)]
    pub sum: f64,
    /// The sum of their squares.
    #[diesel(sql_type = Float8)]
    pub squares: f64,
}

/// Sums the answers that count between two days, both included; visits by several people are left out, because their
/// customers rated all of them at once.
///
/// # Errors
/// When the database does not answer.
pub fn list_rated(connection: &mut PgConnection, from: NaiveDate, to: NaiveDate) -> Result<Vec<Rated>> {
    Ok(diesel::sql_query(
        "SELECT e.external_id AS employee, a.service, a.channel, a.segment, a.by_phone, count(*)::float8 AS n, \
         sum(a.points) AS sum, sum(a.points * a.points) AS squares \
         FROM (SELECT v.id, v.service, v.channel, v.segment, r.mode = 'phone' AS by_phone, \
         100.0::float8 * ((r.answers ->> 'overall')::float8 - q.scale_min) / (q.scale_max - q.scale_min) AS points \
         FROM visit v JOIN response r ON r.visit_id = v.id \
         JOIN question q ON q.survey_version_id = r.survey_version_id AND q.key = 'overall' \
         WHERE v.visited_on BETWEEN $1 AND $2 AND r.certainty = 'confirmed' AND NOT r.excluded \
         AND q.scale_max > q.scale_min AND jsonb_typeof(r.answers -> 'overall') = 'number') AS a \
         JOIN visit_employee ve ON ve.visit_id = a.id AND ve.share_permille = 1000 \
         JOIN employee e ON e.id = ve.employee_id \
         GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
    )
    .bind::<Date, _>(from)
    .bind::<Date, _>(to)
    .load(connection)?)
}
