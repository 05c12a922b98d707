//! Reading in one look whether anything keeps letters back, for the start page.

use super::health::{Breaker, Fuse};
use super::staff::{Queue, Switch};
use crate::delivery::standing::Facts;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz};
use diesel::{PgConnection, QueryableByName, RunQueryDsl};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Bool>)]
    is_on: Option<bool>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    changed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    changed_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    beat_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    blown_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opened_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    open_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    planned: i64,
    #[diesel(sql_type = BigInt)]
    due: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    oldest: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    under_way: i64,
    #[diesel(sql_type = Bool)]
    was_tried: bool,
}

/// Reads how sending stands, with what of the queue is due.
///
/// # Errors
/// When the database does not answer.
pub fn find_facts(connection: &mut PgConnection, always_on: bool, now: DateTime<Utc>) -> Result<Facts> {
    let row: Row = diesel::sql_query(
        "SELECT s.is_on, s.changed_at, s.changed_by, f.beat_at, f.blown_at, f.reason, b.opened_at, b.open_until, \
         q.planned, q.due + g.due AS due, least(q.oldest, g.oldest) AS oldest, \
         (SELECT count(*) FROM invitation WHERE lease_until IS NOT NULL) AS under_way, \
         EXISTS (SELECT 1 FROM delivery_attempt) AS was_tried FROM \
         (SELECT count(*) AS planned, count(*) FILTER (WHERE send_at <= $1) AS due, \
          min(send_at) FILTER (WHERE send_at <= $1) AS oldest FROM invitation WHERE state = 'planned') AS q CROSS JOIN \
         (SELECT count(*) AS due, min(further_at) AS oldest FROM invitation \
          WHERE further_at <= $1 AND lease_until IS NULL) AS g \
         LEFT JOIN sending_switch s ON true LEFT JOIN sending_fuse f ON true LEFT JOIN relay_breaker b ON true",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(connection)?;
    let switch = match (row.is_on, row.changed_at, row.changed_by) {
        (Some(is_on), Some(changed_at), Some(changed_by)) => Some(Switch { is_on, changed_at, changed_by }),
        _ => None,
    };
    let fuse = row.beat_at.map(|beat_at| Fuse {
        beat_at,
        identity: None,
        blown_at: row.blown_at,
        reason: row.reason,
        released_at: None,
        released_by: None,
    });
    Ok(Facts {
        is_on: super::is_on_by(switch.as_ref(), always_on),
        switch,
        fuse,
        breaker: Breaker { opened_at: row.opened_at, open_until: row.open_until, ..Breaker::default() },
        queue: Queue { planned: row.planned, due: row.due, oldest_due: row.oldest, ..Queue::default() },
        under_way: row.under_way,
        since: None,
        was_tried: row.was_tried,
    })
}
