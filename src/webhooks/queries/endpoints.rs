//! Statements about endpoints.

use crate::db::schema::webhook_endpoint;
use crate::error::{Error, Result};
use crate::webhooks::event::Kind;
use crate::webhooks::model::{Disabled, Endpoint};
use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgArrayExpressionMethods, PgConnection,
    QueryDsl, RunQueryDsl, SelectableHelper,
};
use uuid::Uuid;

/// An endpoint to insert.
#[derive(Debug)]
pub struct NewEndpoint<'a> {
    /// Our id.
    pub id: Uuid,
    /// Its address.
    pub url: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// What it wants to hear of.
    pub events: &'a [Kind],
    /// Id of the secret from which its own is derived.
    pub secret_id: &'a str,
    /// When it is made.
    pub created_at: DateTime<Utc>,
}

/// Inserts an endpoint.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, endpoint: &NewEndpoint<'_>) -> Result<()> {
    let events: Vec<Option<&str>> = endpoint.events.iter().map(|kind| Some(kind.as_str())).collect();
    diesel::insert_into(webhook_endpoint::table)
        .values((
            webhook_endpoint::id.eq(endpoint.id),
            webhook_endpoint::url.eq(endpoint.url),
            webhook_endpoint::description.eq(endpoint.description),
            webhook_endpoint::events.eq(events),
            webhook_endpoint::secret_id.eq(endpoint.secret_id),
            webhook_endpoint::secret_version.eq(1),
            webhook_endpoint::created_at.eq(endpoint.created_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lists all endpoints, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection) -> Result<Vec<Endpoint>> {
    Ok(webhook_endpoint::table
        .order((webhook_endpoint::created_at, webhook_endpoint::id))
        .select(Endpoint::as_select())
        .load(connection)?)
}

/// Lists, and keeps from being removed, the endpoints that want to hear of a kind and are sent to, now or once the pause
/// is over.
///
/// # Errors
/// When the database does not answer.
pub fn list_wanting(connection: &mut PgConnection, kind: Kind) -> Result<Vec<Uuid>> {
    Ok(webhook_endpoint::table
        .filter(webhook_endpoint::events.contains(vec![Some(kind.as_str())]))
        .filter(
            webhook_endpoint::disabled_at
                .is_null()
                .or(webhook_endpoint::disabled_why.eq(Disabled::Paused.as_str())),
        )
        .order(webhook_endpoint::id)
        .select(webhook_endpoint::id)
        .for_key_share()
        .load(connection)?)
}

/// Finds an endpoint.
///
/// # Errors
/// 404 when there is none.
pub fn find(connection: &mut PgConnection, id: Uuid) -> Result<Endpoint> {
    let found = webhook_endpoint::table.find(id).select(Endpoint::as_select());
    found.get_result(connection).optional()?.ok_or_else(|| Error::not_found("endpoint"))
}

/// Locks an endpoint until the end of the transaction.
///
/// # Errors
/// 404 when there is none.
pub fn lock(connection: &mut PgConnection, id: Uuid) -> Result<Endpoint> {
    let found = webhook_endpoint::table.find(id).select(Endpoint::as_select()).for_no_key_update();
    found.get_result(connection).optional()?.ok_or_else(|| Error::not_found("endpoint"))
}

/// Gives an endpoint another secret; messages are signed with the one before too for a while.
///
/// # Errors
/// When the database does not answer.
pub fn update_secret(
    connection: &mut PgConnection,
    endpoint: &Endpoint,
    secret_id: &str,
    old_until: DateTime<Utc>,
) -> Result<()> {
    diesel::update(webhook_endpoint::table.find(endpoint.id))
        .set((
            webhook_endpoint::secret_id.eq(secret_id),
            webhook_endpoint::secret_version.eq(endpoint.secret_version + 1),
            webhook_endpoint::old_secret_id.eq(&endpoint.secret_id),
            webhook_endpoint::old_until.eq(old_until),
        ))
        .execute(connection)?;
    Ok(())
}

/// Stops sending to an endpoint, or begins again with a clean slate.
///
/// # Errors
/// When the database does not answer.
pub fn update_disabled(
    connection: &mut PgConnection,
    id: Uuid,
    why: Option<Disabled>,
    now: DateTime<Utc>,
) -> Result<()> {
    let endpoint = diesel::update(webhook_endpoint::table.find(id));
    let disabled = (
        webhook_endpoint::disabled_at.eq(why.map(|_| now)),
        webhook_endpoint::disabled_why.eq(why.map(Disabled::as_str)),
    );
    match why {
        Some(_) => endpoint.set(disabled).execute(connection)?,
        None => endpoint
            .set((disabled, webhook_endpoint::failing_since.eq(None::<DateTime<Utc>>)))
            .execute(connection)?,
    };
    Ok(())
}

/// Notes since when nothing arrives, or that something did.
///
/// # Errors
/// When the database does not answer.
pub fn update_failing(connection: &mut PgConnection, id: Uuid, since: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(webhook_endpoint::table.find(id))
        .set(webhook_endpoint::failing_since.eq(since))
        .execute(connection)?;
    Ok(())
}

/// Removes an endpoint with its messages and their log.
///
/// # Errors
/// When the database does not answer.
pub fn delete(connection: &mut PgConnection, id: Uuid) -> Result<()> {
    diesel::delete(webhook_endpoint::table.find(id)).execute(connection)?;
    Ok(())
}

/// Lists the ids of the organisation's secrets from which secrets of endpoints are derived.
///
/// # Errors
/// When the database does not answer.
pub fn list_secret_ids(connection: &mut PgConnection) -> Result<Vec<String>> {
    Ok(webhook_endpoint::table.select(webhook_endpoint::secret_id).distinct().load(connection)?)
}
