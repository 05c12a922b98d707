//! Statements that read what was sent.

use crate::db::page::Cursor;
use crate::db::schema::{webhook_attempt, webhook_message};
use crate::error::Result;
use crate::webhooks::model::{Attempt, Logged};
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
};
use uuid::Uuid;

/// Which part of a log is shown.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The endpoint.
    pub endpoint: Uuid,
    /// Only messages in this state.
    pub state: Option<String>,
    /// Only messages of this kind.
    pub event: Option<String>,
    /// Behind this row.
    pub after: Option<Cursor>,
}

/// Lists messages, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection, filter: &Filter, limit: i64) -> Result<Vec<Logged>> {
    let mut query = webhook_message::table
        .filter(webhook_message::endpoint_id.eq(filter.endpoint))
        .order((webhook_message::created_at.desc(), webhook_message::id.desc()))
        .limit(limit)
        .select((
            webhook_message::id,
            webhook_message::event,
            webhook_message::created_at,
            webhook_message::state,
            webhook_message::due_at,
            webhook_message::claims,
            webhook_message::payload,
        ))
        .into_boxed();
    if let Some(state) = &filter.state {
        query = query.filter(webhook_message::state.eq(state));
    }
    if let Some(event) = &filter.event {
        query = query.filter(webhook_message::event.eq(event));
    }
    if let Some(after) = filter.after {
        let same = webhook_message::created_at.eq(after.time()).and(webhook_message::id.lt(after.id));
        query = query.filter(webhook_message::created_at.lt(after.time()).or(same));
    }
    Ok(query.load(connection)?)
}

/// Lists the tries of messages, in their order.
///
/// # Errors
/// When the database does not answer.
pub fn list_attempts(connection: &mut PgConnection, messages: &[Uuid]) -> Result<Vec<Attempt>> {
    Ok(webhook_attempt::table
        .filter(webhook_attempt::message_id.eq_any(messages))
        .order((webhook_attempt::message_id, webhook_attempt::number))
        .load(connection)?)
}

/// Counts the messages that were made since a moment by endpoint and state.
///
/// # Errors
/// When the database does not answer.
pub fn count(connection: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<(Uuid, String, i64)>> {
    Ok(webhook_message::table
        .filter(webhook_message::created_at.ge(since))
        .group_by((webhook_message::endpoint_id, webhook_message::state))
        .select((webhook_message::endpoint_id, webhook_message::state, count_star()))
        .load(connection)?)
}

/// Finds the endpoint of a message.
///
/// # Errors
/// When the database does not answer.
pub fn find_endpoint(connection: &mut PgConnection, message: Uuid) -> Result<Option<Uuid>> {
    let found = webhook_message::table.find(message).select(webhook_message::endpoint_id);
    Ok(found.get_result(connection).optional()?)
}
