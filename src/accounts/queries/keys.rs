//! Every statement on the table of keys.

use crate::accounts::model::Scope;
use crate::config::Network;
use crate::db::schema::api_key;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl,
};
use uuid::Uuid;

/// A key as it is stored. It holds hashes and no secret.
#[derive(Debug, Clone, Queryable)]
pub struct Stored {
    /// Our id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the secret.
    secret_hash: Vec<u8>,
    scopes: Vec<Option<String>>,
    networks: Vec<Option<String>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it ends; None for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it last got a new secret.
    pub rotated_at: Option<DateTime<Utc>>,
    /// Until when the secret before that is good.
    pub old_until: Option<DateTime<Utc>>,
}

impl Stored {
    /// What the key may do.
    pub fn scopes(&self) -> Vec<Scope> {
        self.scopes.iter().flatten().filter_map(|word| word.parse().ok()).collect()
    }

    /// From where it may be used; empty for anywhere. A network that cannot be read is None and holds no address.
    pub fn networks(&self) -> Vec<Option<Network>> {
        self.networks.iter().map(|text| text.as_deref().and_then(|text| text.parse().ok())).collect()
    }

    /// The same as it was written.
    pub fn network_words(&self) -> Vec<&str> {
        self.networks.iter().flatten().map(String::as_str).collect()
    }

    /// Tells whether this is the hash of the newest secret.
    pub fn is_newest(&self, secret_hash: &[u8]) -> bool {
        crate::ids::same(&self.secret_hash, secret_hash)
    }
}

crate::db::columns! {
    COLUMNS:
    api_key::id,
    api_key::name,
    api_key::secret_hash,
    api_key::scopes,
    api_key::networks,
    api_key::created_at,
    api_key::last_used_at,
    api_key::revoked_at,
    api_key::expires_at,
    api_key::rotated_at,
    api_key::old_until,
}

/// A key to insert.
#[derive(Debug)]
pub struct NewKey<'a> {
    /// Our id.
    pub id: Uuid,
    /// What it is for.
    pub name: &'a str,
    /// SHA-256 of the secret.
    pub secret_hash: &'a [u8],
    /// What it may do.
    pub scopes: &'a [Scope],
    /// From where it may be used; empty for anywhere.
    pub networks: &'a [Network],
    /// When it ends; None for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it is made.
    pub created_at: DateTime<Utc>,
}

/// Inserts a key.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, key: &NewKey<'_>) -> Result<()> {
    let scopes: Vec<Option<&str>> = key.scopes.iter().map(|scope| Some(scope.as_str())).collect();
    let networks: Vec<Option<String>> =
        key.networks.iter().map(|network| Some(network.to_string())).collect();
    diesel::insert_into(api_key::table)
        .values((
            api_key::id.eq(key.id),
            api_key::name.eq(key.name),
            api_key::secret_hash.eq(key.secret_hash),
            api_key::scopes.eq(scopes),
            api_key::networks.eq(networks),
            api_key::expires_at.eq(key.expires_at),
            api_key::created_at.eq(key.created_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Finds the key that has, or had before its last rotation, the secret with this hash.
///
/// # Errors
/// When the database does not answer.
pub fn find(connection: &mut PgConnection, secret_hash: &[u8]) -> Result<Option<Stored>> {
    Ok(api_key::table
        .filter(api_key::secret_hash.eq(secret_hash).or(api_key::old_secret_hash.eq(secret_hash)))
        .select(COLUMNS)
        .get_result(connection)
        .optional()?)
}

/// Lists all keys: those that were not revoked first, by name.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection) -> Result<Vec<Stored>> {
    Ok(api_key::table
        .order((api_key::revoked_at.is_not_null(), api_key::name, api_key::id))
        .select(COLUMNS)
        .load(connection)?)
}

/// Lists the ids of keys of that name that were not revoked.
///
/// # Errors
/// When the database does not answer.
pub fn list_named(connection: &mut PgConnection, name: &str) -> Result<Vec<Uuid>> {
    Ok(api_key::table
        .filter(api_key::name.eq(name))
        .filter(api_key::revoked_at.is_null())
        .select(api_key::id)
        .load(connection)?)
}

/// Locks a key until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub fn lock(connection: &mut PgConnection, id: Uuid) -> Result<Option<Stored>> {
    Ok(api_key::table.find(id).for_update().select(COLUMNS).get_result(connection).optional()?)
}

/// Gives a key a new secret; the one it has is good for a while longer, the one before that no more.
///
/// # Errors
/// When the database does not answer.
pub fn update_secret(
    connection: &mut PgConnection,
    key: &Stored,
    secret_hash: &[u8],
    old_until: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(api_key::table.find(key.id))
        .set((
            api_key::secret_hash.eq(secret_hash),
            api_key::old_secret_hash.eq(&key.secret_hash),
            api_key::old_until.eq(old_until),
            api_key::expires_at.eq(expires_at),
            api_key::rotated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Revokes a key.
///
/// # Errors
/// When the database does not answer.
pub fn revoke(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    diesel::update(api_key::table.find(id)).set(api_key::revoked_at.eq(now)).execute(connection)?;
    Ok(())
}

/// Notes that a key was used.
///
/// # Errors
/// When the database does not answer.
pub fn note_use(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    diesel::update(api_key::table.find(id)).set(api_key::last_used_at.eq(now)).execute(connection)?;
    Ok(())
}
