//! Every statement on the tables of delivery.

mod about;
pub mod bounces;
pub mod tried;

pub use about::load_about;

use super::model::{Claimed, Due, NewInvitation};
use crate::db::schema::{delivery_attempt, invitation, sending_switch, visit};
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, PgConnection, QueryDsl,
    RunQueryDsl,
};
use uuid::Uuid;

/// Inserts an invitation, or plans the one again that a visit without address never got.
///
/// # Errors
/// When the database does not answer.
pub fn insert_invitation(
    connection: &mut PgConnection,
    new: &NewInvitation<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(invitation::table)
        .values((
            invitation::id.eq(new.id),
            invitation::visit_id.eq(new.visit),
            invitation::survey_version_id.eq(new.survey_version),
            invitation::secret_id.eq(new.secret_id),
            invitation::token_hash.eq(new.token_hash),
            invitation::state.eq("planned"),
            invitation::send_at.eq(new.send_at),
            invitation::created_at.eq(now),
        ))
        .on_conflict(invitation::visit_id)
        .do_update()
        .set((invitation::state.eq("planned"), invitation::send_at.eq(new.send_at)))
        .execute(connection)?;
    Ok(())
}

/// An invitation as it is claimed: id, visit, attempts, secret id, token version.
type ClaimedRow = (Uuid, Uuid, i32, String, i32);

/// Locks what is due until the end of the transaction, together with the visits: only those that still stand as
/// planned and are young enough.
///
/// # Errors
/// When the database does not answer.
pub fn lock_due(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    visited_since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Due>> {
    Ok(invitation::table
        .inner_join(visit::table)
        .filter(invitation::state.eq("planned"))
        .filter(invitation::send_at.le(now))
        .filter(visit::outcome.eq("planned"))
        .filter(visit::visited_at.ge(visited_since))
        .order((invitation::send_at, invitation::id))
        .limit(limit)
        .for_update()
        .skip_locked()
        .select((invitation::id, visit::id, visit::customer_email, visit::customer_time_zone))
        .load(connection)?)
}

/// Plans a locked invitation for a later time.
///
/// # Errors
/// When the database does not answer.
pub fn postpone(connection: &mut PgConnection, id: Uuid, send_at: DateTime<Utc>) -> Result<()> {
    diesel::update(invitation::table.find(id)).set(invitation::send_at.eq(send_at)).execute(connection)?;
    Ok(())
}

/// Plans the invitation of a visit for another time, if it is still planned.
///
/// # Errors
/// When the database does not answer.
pub fn postpone_of_visit(connection: &mut PgConnection, visit: Uuid, send_at: DateTime<Utc>) -> Result<()> {
    let planned =
        invitation::table.filter(invitation::visit_id.eq(visit)).filter(invitation::state.eq("planned"));
    diesel::update(planned).set(invitation::send_at.eq(send_at)).execute(connection)?;
    Ok(())
}

/// Claims locked invitations for a worker, with a new attempt each; commit before sending.
///
/// # Errors
/// When the database does not answer.
pub fn claim(
    connection: &mut PgConnection,
    due: &[Uuid],
    worker: Uuid,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Vec<Claimed>> {
    let rows: Vec<ClaimedRow> = diesel::update(invitation::table.filter(invitation::id.eq_any(due)))
        .set((
            invitation::state.eq("sending"),
            invitation::attempts.eq(invitation::attempts + 1),
            invitation::lease_owner.eq(worker),
            invitation::lease_until.eq(now + lease),
        ))
        .returning((
            invitation::id,
            invitation::visit_id,
            invitation::attempts,
            invitation::secret_id,
            invitation::token_version,
        ))
        .get_results(connection)?;
    let attempts: Vec<(Uuid, Uuid, i32)> = rows.iter().map(|row| (ids::new_id(), row.0, row.2)).collect();
    insert_attempts(connection, &attempts, worker, now)?;
    let mut about = load_about(connection, &rows.iter().map(|row| row.1).collect::<Vec<_>>())?;
    Ok(rows
        .into_iter()
        .zip(attempts)
        .filter_map(|((id, visit, attempts, secret_id, token_version), (attempt, _, _))| {
            let about = about.remove(&visit)?;
            Some(Claimed { id, visit, attempt, attempts, secret_id, token_version, about })
        })
        .collect())
}

fn insert_attempts(
    connection: &mut PgConnection,
    attempts: &[(Uuid, Uuid, i32)],
    worker: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let rows: Vec<_> = attempts
        .iter()
        .map(|(id, invitation, number)| {
            (
                delivery_attempt::id.eq(id),
                delivery_attempt::invitation_id.eq(invitation),
                delivery_attempt::letter.eq("invitation"),
                delivery_attempt::number.eq(number),
                delivery_attempt::worker_id.eq(worker),
                delivery_attempt::state.eq("claimed"),
                delivery_attempt::started_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(delivery_attempt::table).values(rows).execute(connection)?;
    Ok(())
}

/// Sets the marker before the body goes out, if this worker still has the invitation, and lengthens its lease to
/// outlast the reply; commit before the body. The row is locked, so that nobody takes it over in this moment, and
/// the unique index refuses a second mail past the dot.
///
/// # Errors
/// When the database does not answer.
pub fn mark_past(
    connection: &mut PgConnection,
    claimed: &Claimed,
    worker: Uuid,
    lease_until: DateTime<Utc>,
) -> Result<bool> {
    let held = invitation::table
        .find(claimed.id)
        .filter(invitation::state.eq("sending"))
        .filter(invitation::lease_owner.eq(worker));
    if diesel::update(held).set(invitation::lease_until.eq(lease_until)).execute(connection)? == 0 {
        return Ok(false);
    }
    let claim = delivery_attempt::table.find(claimed.attempt).filter(delivery_attempt::state.eq("claimed"));
    Ok(diesel::update(claim).set(delivery_attempt::state.eq("past_marker")).execute(connection)? == 1)
}

/// Records how an attempt ended, with the relay's words.
///
/// # Errors
/// When the database does not answer.
pub fn end_attempt(
    connection: &mut PgConnection,
    attempt: Uuid,
    state: &str,
    reply: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let open = delivery_attempt::state.eq_any(["claimed", "past_marker"]);
    diesel::update(delivery_attempt::table.find(attempt).filter(open))
        .set((
            delivery_attempt::state.eq(state),
            delivery_attempt::reply.eq(reply),
            delivery_attempt::ended_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Ends the sending of an invitation that this worker holds, in another state; false when it lost the lease.
///
/// # Errors
/// When the database does not answer.
pub fn end_sending(
    connection: &mut PgConnection,
    id: Uuid,
    worker: Uuid,
    state: &str,
    mailed: Option<(DateTime<Utc>, DateTime<Utc>)>,
) -> Result<bool> {
    let held = invitation::table
        .filter(invitation::id.eq(id))
        .filter(invitation::state.eq("sending"))
        .filter(invitation::lease_owner.eq(worker));
    let lease = (invitation::lease_owner.eq(None::<Uuid>), invitation::lease_until.eq(None::<DateTime<Utc>>));
    let dates =
        mailed.map(|(sent, expires)| (invitation::sent_at.eq(sent), invitation::expires_at.eq(expires)));
    let ended = diesel::update(held).set((invitation::state.eq(state), lease, dates)).execute(connection)?;
    Ok(ended == 1)
}

/// Puts an invitation that this worker holds back for a later try; false when it lost the lease.
///
/// # Errors
/// When the database does not answer.
pub fn plan_again(
    connection: &mut PgConnection,
    id: Uuid,
    worker: Uuid,
    send_at: DateTime<Utc>,
) -> Result<bool> {
    let planned = end_sending(connection, id, worker, "planned", None)?;
    if planned {
        diesel::update(invitation::table.find(id))
            .set(invitation::send_at.eq(send_at))
            .execute(connection)?;
    }
    Ok(planned)
}

/// An invitation whose lease ran out: id, visit, worker, and its open attempt with its state.
pub type Stranded = (Uuid, Uuid, Option<Uuid>, Uuid, String);

/// Lists and locks invitations whose worker is gone.
///
/// # Errors
/// When the database does not answer.
pub fn list_stranded(connection: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<Stranded>> {
    Ok(invitation::table
        .inner_join(
            delivery_attempt::table.on(delivery_attempt::invitation_id
                .eq(invitation::id)
                .and(delivery_attempt::number.eq(invitation::attempts))),
        )
        .filter(invitation::state.eq("sending"))
        .filter(invitation::lease_until.lt(now))
        .order((invitation::lease_until, invitation::id))
        .limit(limit)
        .for_update()
        .skip_locked()
        .select((
            invitation::id,
            invitation::visit_id,
            invitation::lease_owner,
            delivery_attempt::id,
            delivery_attempt::state,
        ))
        .load(connection)?)
}

/// Closes an invitation that is not past the dot.
///
/// # Errors
/// When the database does not answer.
pub fn close(connection: &mut PgConnection, id: Uuid) -> Result<()> {
    let open = invitation::table.find(id).filter(invitation::state.eq_any(["planned", "sending"]));
    diesel::update(open).set(invitation::state.eq("closed")).execute(connection)?;
    Ok(())
}

/// Closes the invitation of a visit, if it has one that is not past the dot.
///
/// # Errors
/// When the database does not answer.
pub fn close_of_visit(connection: &mut PgConnection, visit: Uuid) -> Result<()> {
    let open = invitation::table
        .filter(invitation::visit_id.eq(visit))
        .filter(invitation::state.eq_any(["planned", "sending"]));
    diesel::update(open).set(invitation::state.eq("closed")).execute(connection)?;
    Ok(())
}

/// Lists and locks visits whose mail went out before a time and was not answered.
///
/// # Errors
/// When the database does not answer.
pub fn list_awaited_since(
    connection: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Uuid>> {
    Ok(visit::table
        .inner_join(invitation::table)
        .filter(visit::outcome.eq_any(["sent", "unknown"]))
        .filter(invitation::sent_at.lt(before))
        .order((invitation::sent_at, visit::id))
        .limit(limit)
        .for_update()
        .skip_locked()
        .select(visit::id)
        .load(connection)?)
}

/// Finds the invitation, visit and address behind a link.
///
/// # Errors
/// When the database does not answer.
pub fn find_address(
    connection: &mut PgConnection,
    token_hash: &[u8],
) -> Result<Option<(Uuid, Uuid, Option<String>)>> {
    Ok(invitation::table
        .inner_join(visit::table)
        .filter(invitation::token_hash.eq(token_hash))
        .select((invitation::id, visit::id, visit::customer_email))
        .get_result(connection)
        .optional()?)
}

/// Lists the secrets from which links of open invitations are derived.
///
/// # Errors
/// When the database does not answer.
pub fn list_secret_ids(connection: &mut PgConnection) -> Result<Vec<String>> {
    Ok(invitation::table
        .filter(invitation::state.eq_any(["planned", "sending"]))
        .select(invitation::secret_id)
        .distinct()
        .load(connection)?)
}

/// Tells whether sending was switched on.
///
/// # Errors
/// When the database does not answer.
pub fn is_switched_on(connection: &mut PgConnection) -> Result<bool> {
    Ok(sending_switch::table
        .select(sending_switch::is_on)
        .get_result(connection)
        .optional()?
        .unwrap_or(false))
}

/// Switches sending on or off.
///
/// # Errors
/// When the database does not answer.
pub fn switch(connection: &mut PgConnection, on: bool, by: &str, now: DateTime<Utc>) -> Result<()> {
    let state =
        (sending_switch::is_on.eq(on), sending_switch::changed_at.eq(now), sending_switch::changed_by.eq(by));
    diesel::insert_into(sending_switch::table)
        .values(state)
        .on_conflict(sending_switch::only_row)
        .do_update()
        .set(state)
        .execute(connection)?;
    Ok(())
}

/// Counts invitations that are due now.
///
/// # Errors
/// When the database does not answer.
pub fn count_due(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<i64> {
    Ok(invitation::table
        .filter(invitation::state.eq("planned"))
        .filter(invitation::send_at.le(now))
        .count()
        .get_result(connection)?)
}
