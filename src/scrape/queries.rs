//! Counts of what waits, over several slices. Each keeps to rows that are not done, which indexes hold apart.

use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Timestamptz};
use diesel::{PgConnection, QueryableByName, RunQueryDsl};

/// What waits.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Queues {
    /// Jobs that are due.
    #[diesel(sql_type = BigInt)]
    pub jobs_due: i64,
    /// Jobs that a worker has.
    #[diesel(sql_type = BigInt)]
    pub jobs_running: i64,
    /// Jobs that were put aside after the last try.
    #[diesel(sql_type = BigInt)]
    pub jobs_failed: i64,
    /// Since when the oldest job is due.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub job_oldest_due: Option<DateTime<Utc>>,
    /// Changes of visits that are not folded yet.
    #[diesel(sql_type = BigInt)]
    pub changed_visits: i64,
    /// Call-backs that nobody has.
    #[diesel(sql_type = BigInt)]
    pub callbacks_open: i64,
    /// Those of them that are due.
    #[diesel(sql_type = BigInt)]
    pub callbacks_due: i64,
    /// Call-backs that a caller has.
    #[diesel(sql_type = BigInt)]
    pub callbacks_claimed: i64,
}

/// Counts what waits.
///
/// # Errors
/// When the database does not answer.
pub fn count_queues(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Queues> {
    Ok(diesel::sql_query(
        "SELECT j.*, c.*, (SELECT count(*) FROM changed_visit) AS changed_visits FROM \
         (SELECT count(*) FILTER (WHERE state = 'available' AND run_at <= $1) AS jobs_due, \
          count(*) FILTER (WHERE state = 'running') AS jobs_running, \
          count(*) FILTER (WHERE state = 'failed') AS jobs_failed, \
          min(run_at) FILTER (WHERE state = 'available' AND run_at <= $1) AS job_oldest_due FROM job) AS j, \
         (SELECT count(*) FILTER (WHERE state = 'open') AS callbacks_open, \
          count(*) FILTER (WHERE state = 'open' AND (due_at IS NULL OR due_at <= $1)) AS callbacks_due, \
          count(*) FILTER (WHERE state = 'claimed') AS callbacks_claimed \
          FROM callback WHERE state <> 'done') AS c",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(connection)?)
}
