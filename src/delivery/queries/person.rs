//! The letters to one person: when they went out, and the end of every trace of them.

use crate::db::schema::{asked, bounce_event, delivery_attempt, invitation};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use serde::Serialize;
use uuid::Uuid;

/// One try to deliver a letter.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct LetterTry {
    /// The visit.
    #[serde(skip)]
    pub visit: Uuid,
    /// `invitation`, `reminder` or `second_reminder`.
    pub letter: String,
    /// How it ended.
    pub state: String,
    /// When it began (UTC).
    pub started_at: DateTime<Utc>,
    /// When it ended (UTC).
    pub ended_at: Option<DateTime<Utc>>,
    /// The words of the mail server.
    pub reply: Option<String>,
}

/// Lists every try to deliver a letter about visits, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_tries(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<LetterTry>> {
    Ok(delivery_attempt::table
        .inner_join(invitation::table)
        .filter(invitation::visit_id.eq_any(visits))
        .order((delivery_attempt::started_at, delivery_attempt::id))
        .select((
            invitation::visit_id,
            delivery_attempt::letter,
            delivery_attempt::state,
            delivery_attempt::started_at,
            delivery_attempt::ended_at,
            delivery_attempt::reply,
        ))
        .load(connection)?)
}

/// A letter that came back or was complained about.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct CameBack {
    /// The visit.
    #[serde(skip)]
    pub visit: Uuid,
    /// What it was.
    pub kind: String,
    /// When it came (UTC).
    pub received_at: DateTime<Utc>,
    /// The words of the mail server.
    pub diagnostic: Option<String>,
}

/// Lists what came back of the letters about visits, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_came_back(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<CameBack>> {
    Ok(bounce_event::table
        .inner_join(invitation::table)
        .filter(invitation::visit_id.eq_any(visits))
        .order((bounce_event::received_at, bounce_event::id))
        .select((
            invitation::visit_id,
            bounce_event::kind,
            bounce_event::received_at,
            bounce_event::diagnostic,
        ))
        .load(connection)?)
}

/// Deletes the invitations of visits with their tries and what came back, so that no link works and nothing more is
/// mailed; returns their ids. That somebody was asked lately stays, under a keyed hash that leads to no visit any more.
///
/// # Errors
/// When the database does not answer.
pub fn delete_letters(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<Uuid>> {
    let ids: Vec<Uuid> = invitation::table
        .filter(invitation::visit_id.eq_any(visits))
        .for_update()
        .select(invitation::id)
        .load(connection)?;
    diesel::delete(bounce_event::table.filter(bounce_event::invitation_id.eq_any(&ids)))
        .execute(connection)?;
    diesel::delete(delivery_attempt::table.filter(delivery_attempt::invitation_id.eq_any(&ids)))
        .execute(connection)?;
    diesel::delete(invitation::table.filter(invitation::id.eq_any(&ids))).execute(connection)?;
    diesel::update(asked::table.filter(asked::visit_id.eq_any(visits)))
        .set(asked::visit_id.eq(Uuid::nil()))
        .execute(connection)?;
    Ok(ids)
}
