//! Statements about the work on single call-backs.

use crate::callbacks::model::{Caller, State};
use crate::db::schema::{callback, visit};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, PgExpressionMethods, QueryDsl,
    Queryable, QueryableByName, RunQueryDsl,
};
use serde_json::Value;
use uuid::Uuid;

/// Words of which the indexes know that they fit; a bound value could be any.
const CLAIMED: &str = "callback.state = 'claimed'";
pub(super) const AT_WORK: &str = "callback.state <> 'done'";

/// A call-back that is due, and whose customer's clock decides whether the phone may ring.
#[derive(Debug, Clone, QueryableByName)]
pub struct Due {
    /// The call-back.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Its first order.
    #[diesel(sql_type = Integer)]
    pub rank: i32,
    /// Its second order.
    #[diesel(sql_type = Double)]
    pub call_priority: f64,
    /// The customer's zone.
    #[diesel(sql_type = Nullable<Text>)]
    pub time_zone: Option<String>,
    /// The time of day for which the customer has asked, of a call for service that was not tried yet.
    #[diesel(sql_type = Nullable<Text>)]
    pub wished: Option<String>,
    /// When it came.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// What is read of each.
const DUE: &str = "SELECT c.id, c.rank, c.call_priority, v.customer_time_zone AS time_zone, c.created_at, \
     CASE WHEN c.kind = 'service' AND c.attempts = 0 THEN c.best_time END AS wished";

/// What may be given to a caller at all: a visit that still waits, with a number, that the caller has no part in.
/// Placeholders: $1 now, $2 the caller's employee, $3 the team that the caller manages.
pub(super) const MAY_CALL: &str = "FROM callback c JOIN visit v ON v.id = c.visit_id \
     LEFT JOIN customer ON customer.id = v.customer_id LEFT JOIN response ON response.visit_id = v.id \
     WHERE c.state = 'open' AND (c.kind = 'service' OR v.outcome = 'to_call') \
     AND coalesce(response.call_number, v.customer_phone, customer.phone) IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM visit_employee e WHERE e.visit_id = v.id AND (e.employee_id = $2 OR e.team_id = $3 \
      OR EXISTS (SELECT 1 FROM team_member m WHERE m.employee_id = $2 AND m.role = 'lead' \
       AND m.team_id = e.team_id AND m.valid_from <= v.visited_on \
       AND (m.valid_to IS NULL OR m.valid_to >= v.visited_on))))";

/// Lists appointments that are due, the earliest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_appointments(
    connection: &mut PgConnection,
    caller: &Caller,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Due>> {
    let sql = format!(
        "{DUE} {MAY_CALL} \
         AND c.appointment <= $1 ORDER BY c.appointment, c.id LIMIT $4"
    );
    Ok(diesel::sql_query(sql)
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<SqlUuid>, _>(caller.employee)
        .bind::<Nullable<SqlUuid>, _>(caller.team)
        .bind::<BigInt, _>(limit)
        .load(connection)?)
}

/// Lists what is due and no appointment, in the order of the list, behind a place.
///
/// # Errors
/// When the database does not answer.
pub fn list_due(
    connection: &mut PgConnection,
    caller: &Caller,
    now: DateTime<Utc>,
    after: Option<&Due>,
    limit: i64,
) -> Result<Vec<Due>> {
    let sql = format!(
        "{DUE} {MAY_CALL} \
         AND c.appointment IS NULL AND (c.due_at IS NULL OR c.due_at <= $1) \
         AND (c.rank, c.call_priority, c.id) > ($5, $6, $7) \
         ORDER BY c.rank, c.call_priority, c.id LIMIT $4"
    );
    let (rank, number, id) =
        after.map_or((-1, 0.0, Uuid::nil()), |due| (due.rank, due.call_priority, due.id));
    Ok(diesel::sql_query(sql)
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<SqlUuid>, _>(caller.employee)
        .bind::<Nullable<SqlUuid>, _>(caller.team)
        .bind::<BigInt, _>(limit)
        .bind::<Integer, _>(rank)
        .bind::<Double, _>(number)
        .bind::<SqlUuid, _>(id)
        .load(connection)?)
}

/// Claims a call-back that is open; nothing when somebody else was faster. Nobody waits for anybody here. Returns the
/// number of the claim.
///
/// # Errors
/// When the database does not answer.
pub fn claim(connection: &mut PgConnection, id: Uuid, by: &str, until: DateTime<Utc>) -> Result<Option<i32>> {
    let free = callback::table
        .find(id)
        .filter(callback::state.eq(State::Open.as_str()))
        .for_update()
        .skip_locked()
        .select(callback::id)
        .get_result::<Uuid>(connection)
        .optional()?;
    let Some(id) = free else { return Ok(None) };
    let claimed = diesel::update(callback::table.find(id))
        .set((
            callback::state.eq(State::Claimed.as_str()),
            callback::claim.eq(callback::claim + 1),
            callback::claimed_by.eq(by),
            callback::claimed_until.eq(until),
        ))
        .returning(callback::claim)
        .get_result(connection)?;
    Ok(Some(claimed))
}

/// Finds what somebody has claimed.
///
/// # Errors
/// When the database does not answer.
pub fn find_held(connection: &mut PgConnection, by: &str, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    Ok(callback::table
        .filter(sql::<Bool>(CLAIMED))
        .filter(callback::claimed_by.eq(by))
        .filter(callback::claimed_until.gt(now))
        .order(callback::claimed_until)
        .select(callback::id)
        .first(connection)
        .optional()?)
}

/// Lists claims that ran out.
///
/// # Errors
/// When the database does not answer.
pub fn list_abandoned(connection: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>> {
    Ok(callback::table
        .filter(sql::<Bool>(CLAIMED))
        .filter(callback::claimed_until.le(now))
        .order(callback::claimed_until)
        .limit(limit)
        .select(callback::id)
        .load(connection)?)
}

/// Lists call-backs of a wave, or of all, whose visits have left the list by another way: answered, or stopped.
///
/// # Errors
/// When the database does not answer.
pub fn list_overtaken(connection: &mut PgConnection, wave: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>> {
    let mut query = callback::table
        .inner_join(visit::table)
        .filter(sql::<Bool>(AT_WORK))
        .filter(callback::kind.ne("service"))
        .filter(visit::outcome.ne("to_call"))
        .order(callback::visit_id)
        .limit(limit)
        .select(callback::id)
        .into_boxed();
    if let Some(wave) = wave {
        query = query.filter(callback::wave_id.eq(wave));
    }
    Ok(query.load(connection)?)
}

/// A call-back as the work on it needs it.
#[derive(Debug, Clone, Queryable)]
pub struct Task {
    /// Our id.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// Word of the kind.
    pub kind: String,
    /// Word of the state.
    pub state: String,
    /// The wave it was drawn with.
    pub wave: Option<Uuid>,
    /// Word of the visit's outcome before the draw.
    pub came_from: Option<String>,
    /// How often the customer was called.
    pub attempts: i32,
    /// The number of the claim, which is its fence.
    pub claim: i32,
    /// Who claimed it.
    pub claimed_by: Option<String>,
    /// Until when.
    pub claimed_until: Option<DateTime<Utc>>,
    /// What the caller has typed so far.
    pub draft: Option<Value>,
    /// Why, of a call for service.
    pub reason: Option<String>,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// The time of day that is worth a try.
    pub best_time: Option<String>,
}

crate::db::columns! {
    TASK:
    callback::id,
    callback::visit_id,
    callback::kind,
    callback::state,
    callback::wave_id,
    callback::came_from,
    callback::attempts,
    callback::claim,
    callback::claimed_by,
    callback::claimed_until,
    callback::draft,
    callback::reason,
    callback::created_at,
    callback::best_time,
}

/// Finds a call-back.
///
/// # Errors
/// 404 when there is none.
pub fn find(connection: &mut PgConnection, id: Uuid) -> Result<Task> {
    let found = callback::table.find(id).select(TASK).get_result(connection).optional()?;
    found.ok_or_else(|| Error::not_found("call-back"))
}

/// Finds a call-back and locks it until the end of the transaction; lock its visit first.
///
/// # Errors
/// 404 when there is none.
pub fn lock(connection: &mut PgConnection, id: Uuid) -> Result<Task> {
    let found = callback::table.find(id).select(TASK).for_update().get_result(connection).optional()?;
    found.ok_or_else(|| Error::not_found("call-back"))
}

/// Gives a call-back a longer lease, and keeps what was typed so far.
///
/// # Errors
/// When the database does not answer.
pub fn keep(
    connection: &mut PgConnection,
    id: Uuid,
    draft: Option<&Value>,
    until: DateTime<Utc>,
) -> Result<()> {
    let draft = draft.map(|draft| callback::draft.eq(draft));
    diesel::update(callback::table.find(id))
        .set((callback::claimed_until.eq(until), draft))
        .execute(connection)?;
    Ok(())
}

/// How a call-back goes on.
#[derive(Debug, Clone, Default)]
pub struct GoesOn {
    /// When it is due again; None for at once.
    pub due_at: Option<DateTime<Utc>>,
    /// The agreed time.
    pub appointment: Option<DateTime<Utc>>,
    /// The time of day that is worth a try.
    pub best_time: Option<String>,
}

/// Opens a claimed call-back again, after an attempt or without; what was typed is forgotten.
///
/// # Errors
/// When the database does not answer.
pub fn reopen(connection: &mut PgConnection, id: Uuid, after: Option<&GoesOn>) -> Result<()> {
    let set = after.map(|on| {
        (
            callback::due_at.eq(on.due_at),
            callback::appointment.eq(on.appointment),
            callback::best_time.eq(&on.best_time),
        )
    });
    diesel::update(callback::table.find(id))
        .set((
            callback::state.eq(State::Open.as_str()),
            callback::claimed_by.eq(None::<&str>),
            callback::claimed_until.eq(None::<DateTime<Utc>>),
            callback::draft.eq(None::<Value>),
            set,
        ))
        .execute(connection)?;
    Ok(())
}

/// Ends call-backs.
///
/// # Errors
/// When the database does not answer.
pub fn end(
    connection: &mut PgConnection,
    ids: &[Uuid],
    called: bool,
    disposition: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(callback::table.filter(callback::id.eq_any(ids)))
        .set((
            callback::state.eq(State::Done.as_str()),
            callback::called.eq(called),
            callback::disposition.eq(disposition),
            callback::claimed_by.eq(None::<&str>),
            callback::claimed_until.eq(None::<DateTime<Utc>>),
            callback::draft.eq(None::<Value>),
            callback::ended_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lists the call-backs of a wave that are open or claimed by somebody, in their order.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_wave(connection: &mut PgConnection, wave: Uuid, by: &str) -> Result<Vec<Uuid>> {
    let theirs = callback::state.eq(State::Open.as_str()).or(callback::claimed_by.is_not_distinct_from(by));
    Ok(callback::table
        .inner_join(visit::table)
        .filter(callback::wave_id.eq(wave))
        .filter(theirs)
        .filter(visit::outcome.eq("to_call"))
        .order((callback::rank, callback::call_priority, callback::id))
        .select(callback::id)
        .load(connection)?)
}

/// Forgets what was typed into calls about visits and not sent, and lets nobody go on with them.
///
/// # Errors
/// When the database does not answer.
pub fn forget_drafts(connection: &mut PgConnection, visits: &[Uuid]) -> Result<()> {
    diesel::update(callback::table.filter(callback::visit_id.eq_any(visits)))
        .set(callback::draft.eq(None::<Value>))
        .execute(connection)?;
    Ok(())
}
