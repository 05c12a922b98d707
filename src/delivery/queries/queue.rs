//! The invitations as the send queue: locking what is due, claiming it, ending a claim.

use crate::db::schema::{delivery_attempt, invitation, visit};
use crate::delivery::model::{Claimed, Due, LetterKind};
use crate::delivery::queries::load_about;
use crate::error::{Error, Result};
use crate::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::Text;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, PgConnection, QueryDsl, RunQueryDsl,
    SelectableHelper,
};
use uuid::Uuid;

/// Locks first letters that are due until the end of the transaction, together with the visits: only those that
/// still stand as planned and are young enough.
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
        .select(Due::as_select())
        .load(connection)?)
}

/// Locks further letters that are due, whatever has become of their visits meanwhile.
///
/// # Errors
/// When the database does not answer.
pub fn lock_further(connection: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<Due>> {
    Ok(invitation::table
        .inner_join(visit::table)
        .filter(invitation::further_at.le(now))
        .filter(invitation::lease_until.is_null())
        .order((invitation::further_at, invitation::id))
        .limit(limit)
        .for_update()
        .skip_locked()
        .select(Due::as_select())
        .load(connection)?)
}

/// Moves a first letter to a later time.
///
/// # Errors
/// When the database does not answer.
pub fn postpone(
    connection: &mut PgConnection,
    id: Uuid,
    send_at: DateTime<Utc>,
    slot_at: Option<DateTime<Utc>>,
) -> Result<()> {
    diesel::update(invitation::table.find(id))
        .set((invitation::send_at.eq(send_at), invitation::slot_at.eq(slot_at)))
        .execute(connection)?;
    Ok(())
}

/// Moves the further letter of an invitation to a later time, or lets it be.
///
/// # Errors
/// When the database does not answer.
pub fn plan_further(
    connection: &mut PgConnection,
    id: Uuid,
    further_at: Option<DateTime<Utc>>,
    slot_at: Option<DateTime<Utc>>,
) -> Result<()> {
    diesel::update(invitation::table.find(id))
        .set((invitation::further_at.eq(further_at), invitation::slot_at.eq(slot_at)))
        .execute(connection)?;
    Ok(())
}

/// An invitation as it is claimed: id, visit, attempts, letter, copy, when it was mailed, secret id, token version.
type ClaimedRow = (Uuid, Uuid, i32, String, i32, Option<DateTime<Utc>>, String, i32);

/// Claims locked invitations for a worker, with a new attempt each; commit before sending. Those that were not mailed
/// before become `sending`.
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
    let sending = "sending".into_sql::<Text>();
    let state = diesel::dsl::case_when(invitation::state.eq("planned"), sending).otherwise(invitation::state);
    let rows: Vec<ClaimedRow> = diesel::update(invitation::table.filter(invitation::id.eq_any(due)))
        .set((
            invitation::state.eq(state),
            invitation::attempts.eq(invitation::attempts + 1),
            invitation::lease_owner.eq(worker),
            invitation::lease_until.eq(now + lease),
            invitation::slot_at.eq(None::<DateTime<Utc>>),
        ))
        .returning((
            invitation::id,
            invitation::visit_id,
            invitation::attempts,
            invitation::letter,
            invitation::copy,
            invitation::sent_at,
            invitation::secret_id,
            invitation::token_version,
        ))
        .get_results(connection)?;
    let mut about = load_about(connection, &rows.iter().map(|row| row.1).collect::<Vec<_>>())?;
    let mut claimed = Vec::with_capacity(rows.len());
    for (id, visit, attempts, letter, copy, mailed_at, secret_id, token_version) in rows {
        let letter: LetterKind = letter.parse().map_err(Error::internal)?;
        let about = about.remove(&visit).ok_or_else(|| Error::internal("a visit went away"))?;
        let attempt = ids::new_id();
        let more = (attempts, letter, copy);
        claimed.push(Claimed {
            id,
            visit,
            attempt,
            attempts: more.0,
            letter: more.1,
            copy: more.2,
            mailed_at,
            secret_id,
            token_version,
            about,
        });
    }
    super::attempts::insert(connection, &claimed, worker, now)?;
    Ok(claimed)
}

/// Which claim it is: the worker alone does not tell, for it may lose an invitation and claim it again.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// The invitation.
    pub id: Uuid,
    /// Who claimed it.
    pub worker: Uuid,
    /// The number of the attempt.
    pub attempts: i32,
}

/// What becomes of an invitation when a claim ends.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// Its state from now on; nothing for the one it has.
    pub state: Option<&'a str>,
    /// Which letter is the next, or was the last.
    pub letter: LetterKind,
    /// When it was mailed first and until when its link works, if this was the first letter.
    pub mailed: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// When the next letter is due.
    pub further_at: Option<DateTime<Utc>>,
}

/// Ends a claim; false when it was lost.
///
/// # Errors
/// When the database does not answer.
pub fn end_claim(connection: &mut PgConnection, held: Held, ended: &Ended<'_>) -> Result<bool> {
    let held = invitation::table
        .filter(invitation::id.eq(held.id))
        .filter(invitation::lease_owner.eq(held.worker))
        .filter(invitation::attempts.eq(held.attempts))
        .filter(invitation::lease_until.is_not_null());
    let lease = (invitation::lease_owner.eq(None::<Uuid>), invitation::lease_until.eq(None::<DateTime<Utc>>));
    let dates = ended
        .mailed
        .map(|(sent, expires)| (invitation::sent_at.eq(sent), invitation::expires_at.eq(expires)));
    let next = (invitation::letter.eq(ended.letter.as_str()), invitation::further_at.eq(ended.further_at));
    let ended = diesel::update(held)
        .set((ended.state.map(|state| invitation::state.eq(state)), lease, dates, next))
        .execute(connection)?;
    Ok(ended == 1)
}

/// Puts the claim of this worker back for a later try, a first letter as planned and a further one as it was; false
/// when the lease was lost.
///
/// # Errors
/// When the database does not answer.
pub fn plan_again(
    connection: &mut PgConnection,
    held: Held,
    is_first: bool,
    at: DateTime<Utc>,
) -> Result<bool> {
    let held = invitation::table
        .filter(invitation::id.eq(held.id))
        .filter(invitation::lease_owner.eq(held.worker))
        .filter(invitation::attempts.eq(held.attempts))
        .filter(invitation::lease_until.is_not_null());
    let lease = (invitation::lease_owner.eq(None::<Uuid>), invitation::lease_until.eq(None::<DateTime<Utc>>));
    let ended = if is_first {
        diesel::update(held)
            .set((invitation::state.eq("planned"), invitation::send_at.eq(at), lease))
            .execute(connection)?
    } else {
        diesel::update(held).set((invitation::further_at.eq(at), lease)).execute(connection)?
    };
    Ok(ended == 1)
}

/// An invitation whose lease ran out.
#[derive(Debug, Clone, diesel::Queryable)]
pub struct Stranded {
    /// The invitation.
    pub id: Uuid,
    /// Its visit.
    pub visit: Uuid,
    /// The worker that is gone.
    pub worker: Option<Uuid>,
    /// When the visit was mailed first; nothing for a first letter.
    pub mailed_at: Option<DateTime<Utc>>,
    /// The number of the attempt.
    pub attempts: i32,
    /// The letter that was under way.
    pub letter: String,
    /// The customer's zone.
    pub time_zone: Option<String>,
    /// Its open attempt.
    pub attempt: Uuid,
    /// The state of that.
    pub attempt_state: String,
}

/// Lists and locks invitations whose worker is gone.
///
/// # Errors
/// When the database does not answer.
pub fn list_stranded(connection: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<Stranded>> {
    Ok(invitation::table
        .inner_join(visit::table)
        .inner_join(
            delivery_attempt::table.on(delivery_attempt::invitation_id
                .eq(invitation::id)
                .and(delivery_attempt::number.eq(invitation::attempts))),
        )
        .filter(invitation::lease_until.lt(now))
        .order((invitation::lease_until, invitation::id))
        .limit(limit)
        .for_update()
        .skip_locked()
        .select((
            invitation::id,
            invitation::visit_id,
            invitation::lease_owner,
            invitation::sent_at,
            invitation::attempts,
            invitation::letter,
            visit::customer_time_zone,
            delivery_attempt::id,
            delivery_attempt::state,
        ))
        .load(connection)?)
}

/// Keeps the link of an invitation open whose customer answered before its letter was known to be taken.
///
/// # Errors
/// When the database does not answer.
pub fn keep_open(
    connection: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let planned = invitation::table.filter(invitation::id.eq(id)).filter(invitation::state.eq("planned"));
    diesel::update(planned)
        .set((
            invitation::state.eq("sent"),
            invitation::sent_at.eq(now),
            invitation::expires_at.eq(expires_at),
        ))
        .execute(connection)?;
    Ok(())
}
