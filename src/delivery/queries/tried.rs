//! Reading how the invitation of a visit went out.

use crate::db::schema::{delivery_attempt, invitation};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use uuid::Uuid;

/// The invitation of a visit, without its token.
#[derive(Debug, Clone, Queryable)]
pub struct Invited {
    /// Our id.
    pub id: Uuid,
    /// Its state.
    pub state: String,
    /// When it is or was to go out.
    pub send_at: DateTime<Utc>,
    /// When it went out.
    pub sent_at: Option<DateTime<Utc>>,
    /// Until when its link works.
    pub expires_at: Option<DateTime<Utc>>,
}

/// One try to deliver it. The relay's reply is left out, for it may name the address.
#[derive(Debug, Clone, Queryable)]
pub struct Tried {
    /// Its number, from 1.
    pub number: i32,
    /// Its state.
    pub state: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Finds the invitation of a visit with its tries, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn find(connection: &mut PgConnection, visit: Uuid) -> Result<Option<(Invited, Vec<Tried>)>> {
    let found: Option<Invited> = invitation::table
        .filter(invitation::visit_id.eq(visit))
        .select((
            invitation::id,
            invitation::state,
            invitation::send_at,
            invitation::sent_at,
            invitation::expires_at,
        ))
        .get_result(connection)
        .optional()?;
    let Some(invited) = found else { return Ok(None) };
    let tries = delivery_attempt::table
        .filter(delivery_attempt::invitation_id.eq(invited.id))
        .order(delivery_attempt::number.desc())
        .select((
            delivery_attempt::number,
            delivery_attempt::state,
            delivery_attempt::started_at,
            delivery_attempt::ended_at,
        ))
        .load(connection)?;
    Ok(Some((invited, tries)))
}
