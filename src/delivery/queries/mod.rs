//! Every statement on the tables of delivery.

mod about;
pub mod asked;
pub mod attempts;
pub mod bounces;
pub mod health;
pub mod hot;
pub mod person;
pub mod queue;
pub mod retention;
pub mod staff;
pub mod tried;
pub mod trouble;

pub use about::{find_answered, load_about, load_about_asking};

use super::model::NewInvitation;
use crate::db::schema::{delivery_attempt, invitation, sending_switch, visit};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// The fragment for a composed statement: closes the invitations of visits that a preceding WITH part named `moved`,
/// which has `visit_id` and `by_card`, answered before they were mailed.
pub const CLOSED_FROM_MOVED: &str = "UPDATE invitation SET state = 'closed' FROM moved \
     WHERE moved.by_card AND invitation.visit_id = moved.visit_id AND invitation.state = 'planned'";

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

/// Closes an invitation that is not past the dot, whoever holds it; its customer was not asked.
///
/// # Errors
/// When the database does not answer.
pub fn close(connection: &mut PgConnection, id: Uuid) -> Result<()> {
    let past = delivery_attempt::table
        .filter(delivery_attempt::invitation_id.eq(id))
        .filter(delivery_attempt::state.eq("past_marker"));
    let open = invitation::table
        .find(id)
        .filter(invitation::state.eq_any(["planned", "sending"]))
        .filter(diesel::dsl::not(diesel::dsl::exists(past)));
    let closed: Option<Uuid> = diesel::update(open)
        .set((
            invitation::state.eq("closed"),
            invitation::lease_owner.eq(None::<Uuid>),
            invitation::lease_until.eq(None::<DateTime<Utc>>),
        ))
        .returning(invitation::visit_id)
        .get_result(connection)
        .optional()?;
    closed.map_or(Ok(()), |visit| asked::release(connection, visit))
}

/// Closes the invitation of a visit, if it has one that is not past the dot.
///
/// # Errors
/// When the database does not answer.
pub fn close_of_visit(connection: &mut PgConnection, visit: Uuid) -> Result<()> {
    let of_visit = invitation::table.filter(invitation::visit_id.eq(visit));
    let id: Option<Uuid> = of_visit.select(invitation::id).get_result(connection).optional()?;
    id.map_or(Ok(()), |id| close(connection, id))
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
    Ok(staff::find_switch(connection)?.is_some_and(|switch| switch.is_on))
}

/// Tells whether sending is on: by the switch, or by the setting unless somebody paused it on the page. A pause
/// outlasts a restart; whoever made it knows why.
///
/// # Errors
/// When the database does not answer.
pub fn is_on(connection: &mut PgConnection, always_on: bool) -> Result<bool> {
    Ok(is_on_by(staff::find_switch(connection)?.as_ref(), always_on))
}

fn is_on_by(switch: Option<&staff::Switch>, always_on: bool) -> bool {
    switch.map_or(always_on, |switch| switch.is_on || (always_on && !switch.is_pause()))
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
