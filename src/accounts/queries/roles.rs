//! What people with accounts do here.

use crate::db::schema::user_account;
use crate::error::Result;
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use std::collections::HashMap;
use uuid::Uuid;

/// Lists what people with accounts do here, by the ids of the accounts.
///
/// # Errors
/// When the database does not answer.
pub fn list_roles(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let people = user_account::table.filter(user_account::id.eq_any(ids));
    let rows: Vec<(Uuid, String)> = people.select((user_account::id, user_account::role)).load(connection)?;
    Ok(rows.into_iter().collect())
}
