//! Making the one invitation of a visit, and taking it back.

use super::model::NewInvitation;
use super::queries;
use crate::error::{Error, Result};
use crate::ids::{self, Keyring, LinkToken};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// Plans the invitation of a visit; one that was closed or never made. Call it in a transaction.
///
/// # Errors
/// When the database does not answer.
pub fn plan(
    connection: &mut PgConnection,
    keys: &Keyring,
    visit: Uuid,
    survey_version: Uuid,
    send_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let id = ids::new_id();
    let secret_id = keys.signing_id();
    let token =
        LinkToken::derive(keys, secret_id, id, 1).ok_or_else(|| Error::internal("no secret to sign with"))?;
    let token_hash = token.hash();
    let invitation = NewInvitation { id, visit, survey_version, secret_id, token_hash: &token_hash, send_at };
    queries::insert_invitation(connection, &invitation, now)
}
