//! What is over. One statement for each matter: it lists ids, knows `$1` as the moment before which something is over,
//! `$2` to `$5` as what is held, and is counted or read in pages from an id on.

use super::holds::Held;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Date, Timestamptz, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, RunQueryDsl};
use uuid::Uuid;

/// A visit `v` that no hold names.
const VISIT_IS_FREE: &str = "(NOT coalesce(v.customer_id = ANY($2), false) \
     AND NOT EXISTS (SELECT 1 FROM visit_employee h WHERE h.visit_id = v.id AND h.employee_id = ANY($3)) \
     AND NOT EXISTS (SELECT 1 FROM unnest($4, $5) AS h (a, b) WHERE v.visited_on BETWEEN h.a AND h.b))";

/// A visit `v` with which nothing happens any more, and the last thing that did is over.
const VISIT_IS_OVER: &str = "(v.visited_at < $1 \
     AND v.outcome NOT IN ('planned', 'sending', 'sent', 'unknown', 'to_call') \
     AND NOT EXISTS (SELECT 1 FROM visit_outcome x WHERE x.visit_id = v.id AND x.at >= $1) \
     AND NOT EXISTS (SELECT 1 FROM invitation x WHERE x.visit_id = v.id AND x.expires_at >= $1) \
     AND NOT EXISTS (SELECT 1 FROM answer_card x WHERE x.visit_id = v.id AND x.expires_at >= $1) \
     AND NOT EXISTS (SELECT 1 FROM callback x WHERE x.visit_id = v.id \
      AND (x.state <> 'done' OR x.ended_at >= $1)))";

/// Whether a visit `v` names somebody.
const VISIT_NAMES: &str = "num_nonnulls(v.customer_name, v.customer_email, v.customer_phone, \
     v.customer_language, v.customer_time_zone) > 0";

fn file_is_free() -> String {
    format!(
        "(NOT c.id = ANY($2) AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.customer_id = c.id AND NOT {VISIT_IS_FREE}))"
    )
}

/// Files of customers with contact data whose visits are all over.
pub fn files() -> String {
    format!(
        "SELECT c.id FROM customer c WHERE c.created_at < $1 \
         AND (num_nonnulls(c.name, c.email, c.phone, c.language, c.time_zone, c.call_time) > 0 \
          OR EXISTS (SELECT 1 FROM visit v WHERE v.customer_id = c.id AND {VISIT_NAMES})) \
         AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.customer_id = c.id AND NOT {VISIT_IS_OVER}) AND {}",
        file_is_free()
    )
}

/// Files of customers that are needed: one of their visits is not over, or held.
pub fn needed_files() -> String {
    format!(
        "SELECT c.id FROM customer c WHERE NOT {} \
         OR EXISTS (SELECT 1 FROM visit v WHERE v.customer_id = c.id AND NOT {VISIT_IS_OVER})",
        file_is_free()
    )
}

/// Visits with contact data that belong to no file.
pub fn visits_without_file() -> String {
    format!(
        "SELECT v.id FROM visit v WHERE v.customer_id IS NULL AND {VISIT_NAMES} AND {VISIT_IS_OVER} \
         AND {VISIT_IS_FREE}"
    )
}

/// Visits that still belong to somebody.
pub fn linked_visits() -> String {
    format!("SELECT v.id FROM visit v WHERE v.content_hash <> '\\x' AND {VISIT_IS_OVER} AND {VISIT_IS_FREE}")
}

/// Files of customers without a visit, theirs or of a file that was put together with them.
pub fn empty_files() -> String {
    format!(
        "SELECT c.id FROM customer c WHERE c.created_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.customer_id = c.id) \
         AND NOT EXISTS (SELECT 1 FROM customer_merge m JOIN visit v ON v.customer_id IN (m.kept_id, m.merged_id) \
          WHERE m.undone_at IS NULL AND c.id IN (m.kept_id, m.merged_id)) AND {}",
        file_is_free()
    )
}

/// Notes whose own date has come.
pub fn notes() -> String {
    format!(
        "SELECT n.id FROM customer_note n JOIN customer c ON c.id = n.customer_id WHERE n.expires_at <= $1 AND {}",
        file_is_free()
    )
}

/// Responses with something that a customer wrote, or that was typed about it.
pub fn texts() -> String {
    format!(
        "SELECT r.id FROM response r JOIN visit v ON v.id = r.visit_id WHERE r.answered_at < $1 \
         AND (r.comment IS NOT NULL OR r.decision IS NOT NULL \
          OR EXISTS (SELECT 1 FROM response_revision x WHERE x.response_id = r.id) \
          OR EXISTS (SELECT 1 FROM question q WHERE q.survey_version_id = r.survey_version_id \
           AND q.kind = 'text' AND jsonb_exists(r.answers, q.key))) AND {VISIT_IS_FREE}"
    )
}

/// Responses with a wish for a call that is not under way.
pub fn wishes() -> String {
    format!(
        "SELECT r.id FROM response r JOIN visit v ON v.id = r.visit_id WHERE r.answered_at < $1 \
         AND num_nonnulls(r.call_time, r.call_number) > 0 \
         AND NOT EXISTS (SELECT 1 FROM callback x WHERE x.visit_id = v.id \
          AND (x.state <> 'done' OR x.ended_at >= $1)) AND {VISIT_IS_FREE}"
    )
}

/// Call-backs that ended, with a wish or an appointment.
pub fn calls() -> String {
    format!(
        "SELECT b.id FROM callback b JOIN visit v ON v.id = b.visit_id WHERE b.state = 'done' \
         AND coalesce(b.ended_at, b.created_at) < $1 \
         AND num_nonnulls(b.best_time, b.appointment) > 0 AND {VISIT_IS_FREE}"
    )
}

/// Call-backs that ended, with tries.
pub fn attempts() -> String {
    format!(
        "SELECT b.id FROM callback b JOIN visit v ON v.id = b.visit_id WHERE b.state = 'done' \
         AND coalesce(b.ended_at, b.created_at) < $1 \
         AND EXISTS (SELECT 1 FROM callback_attempt x WHERE x.callback_id = b.id) AND {VISIT_IS_FREE}"
    )
}

/// Invitations that are over, with tries to deliver their letters.
pub fn letters() -> String {
    format!(
        "SELECT i.id FROM invitation i JOIN visit v ON v.id = i.visit_id \
         WHERE i.state NOT IN ('planned', 'sending') AND i.lease_until IS NULL \
         AND coalesce(i.expires_at, i.send_at) < $1 \
         AND EXISTS (SELECT 1 FROM delivery_attempt x WHERE x.invitation_id = i.id) \
         AND NOT EXISTS (SELECT 1 FROM delivery_attempt x WHERE x.invitation_id = i.id AND x.started_at >= $1) \
         AND {VISIT_IS_FREE}"
    )
}

/// What came back.
pub fn bounces() -> String {
    format!(
        "SELECT e.id FROM bounce_event e LEFT JOIN invitation i ON i.id = e.invitation_id \
         LEFT JOIN visit v ON v.id = i.visit_id WHERE e.received_at < $1 AND (v.id IS NULL OR {VISIT_IS_FREE})"
    )
}

/// Objections about which somebody decided.
pub fn objections() -> String {
    format!(
        "SELECT o.id FROM objection o JOIN visit v ON v.id = o.visit_id WHERE o.opened_at < $1 \
         AND EXISTS (SELECT 1 FROM objection_decision x WHERE x.objection_id = o.id) \
         AND NOT EXISTS (SELECT 1 FROM objection_decision x WHERE x.objection_id = o.id AND x.decided_at >= $1) \
         AND NOT o.employee_id = ANY($3) AND {VISIT_IS_FREE}"
    )
}

/// Statements, those about the same person and period together.
pub fn statements() -> String {
    "SELECT s.id FROM statement s WHERE s.made_at < $1 AND NOT s.employee_id = ANY($3) \
     AND NOT EXISTS (SELECT 1 FROM unnest($4, $5) AS h (a, b) WHERE h.a <= s.period_to AND h.b >= s.period_from) \
     AND NOT EXISTS (SELECT 1 FROM statement x WHERE x.employee_id = s.employee_id \
      AND x.period_from = s.period_from AND x.period_to = s.period_to AND x.made_at >= $1)"
        .to_owned()
}

/// Employees who left, of whom no statement and no objection is kept.
pub fn employees() -> String {
    format!(
        "SELECT e.id FROM employee e WHERE e.left_on < $1::date AND e.external_id <> 'former:' || e.id \
         AND NOT e.id = ANY($3) \
         AND NOT EXISTS (SELECT 1 FROM statement x WHERE x.employee_id = e.id) \
         AND NOT EXISTS (SELECT 1 FROM objection x WHERE x.employee_id = e.id) \
         AND NOT EXISTS (SELECT 1 FROM visit_employee k JOIN visit v ON v.id = k.visit_id \
          WHERE k.employee_id = e.id AND NOT {VISIT_IS_FREE})"
    )
}

/// Holds that ended.
pub fn holds() -> String {
    "SELECT h.id FROM legal_hold h WHERE h.ended_at < $1".to_owned()
}

/// Jobs that failed for good.
pub fn failed_jobs() -> String {
    "SELECT j.id FROM job j WHERE j.state = 'failed' AND j.run_at < $1".to_owned()
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Which part of what is over.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// A page behind an id.
    After(Uuid, i64),
    /// Those among some ids.
    Among(&'a [Uuid]),
}

/// Lists ids of what is over, in their order.
///
/// # Errors
/// When the database does not answer.
pub fn list(
    connection: &mut PgConnection,
    due: &str,
    before: DateTime<Utc>,
    held: &Held,
    part: Part<'_>,
) -> Result<Vec<Uuid>> {
    let (after, among, limit, narrowed) = match part {
        Part::After(after, limit) => (after, &[][..], limit, "id > $6 AND $7 IS NOT NULL"),
        Part::Among(ids) => (Uuid::nil(), ids, i64::MAX, "id > $6 AND id = ANY($7)"),
    };
    let rows: Vec<IdRow> = diesel::sql_query(format!(
        "SELECT id FROM ({due}) AS due WHERE {narrowed} ORDER BY id LIMIT {limit}"
    ))
    .bind::<Timestamptz, _>(before)
    .bind::<Array<SqlUuid>, _>(&held.files)
    .bind::<Array<SqlUuid>, _>(&held.employees)
    .bind::<Array<Date>, _>(&held.from)
    .bind::<Array<Date>, _>(&held.to)
    .bind::<SqlUuid, _>(after)
    .bind::<Array<SqlUuid>, _>(among)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Counts what is over.
///
/// # Errors
/// When the database does not answer.
pub fn count(connection: &mut PgConnection, due: &str, before: DateTime<Utc>, held: &Held) -> Result<i64> {
    let row: CountRow = diesel::sql_query(format!("SELECT count(*) AS count FROM ({due}) AS due"))
        .bind::<Timestamptz, _>(before)
        .bind::<Array<SqlUuid>, _>(&held.files)
        .bind::<Array<SqlUuid>, _>(&held.employees)
        .bind::<Array<Date>, _>(&held.from)
        .bind::<Array<Date>, _>(&held.to)
        .get_result(connection)?;
    Ok(row.count)
}
