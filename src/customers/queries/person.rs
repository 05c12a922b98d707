//! Everything that a person's files hold, and the end of them.

use crate::db::schema::{customer, customer_merge, customer_note, customer_stop};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use serde::Serialize;
use uuid::Uuid;

/// A file with everything in it.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct File {
    /// Our id.
    #[serde(skip)]
    pub key: Uuid,
    /// Id in the system that sends visits.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Phone number as it came.
    pub phone: Option<String>,
    /// Language that they told us.
    pub language: Option<String>,
    /// Zone that they told us.
    pub time_zone: Option<String>,
    /// When they like to be called.
    pub call_time: Option<String>,
    /// Since when there is the file (UTC).
    pub created_at: DateTime<Utc>,
}

/// Lists files, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_files(connection: &mut PgConnection, files: &[Uuid]) -> Result<Vec<File>> {
    Ok(customer::table
        .filter(customer::id.eq_any(files))
        .order(customer::id)
        .select((
            customer::id,
            customer::external_id,
            customer::name,
            customer::email,
            customer::phone,
            customer::language,
            customer::time_zone,
            customer::call_time,
            customer::created_at,
        ))
        .load(connection)?)
}

/// Finds the file of a customer by the id in the system that sends visits.
///
/// # Errors
/// When the database does not answer.
pub fn find_by_id(connection: &mut PgConnection, external_id: &str) -> Result<Vec<Uuid>> {
    let found = customer::table.filter(customer::external_id.eq(external_id)).order(customer::id);
    Ok(found.select(customer::id).load(connection)?)
}

/// Deletes files with all that hangs on them; nothing else may name them any more. What stands in the list of addresses
/// and numbers that must not be used is hashed and stays.
///
/// # Errors
/// When the database does not answer.
pub fn delete_files(connection: &mut PgConnection, files: &[Uuid]) -> Result<()> {
    diesel::delete(customer_note::table.filter(customer_note::customer_id.eq_any(files)))
        .execute(connection)?;
    diesel::delete(customer_stop::table.filter(customer_stop::customer_id.eq_any(files)))
        .execute(connection)?;
    let merges = customer_merge::kept_id.eq_any(files).or(customer_merge::merged_id.eq_any(files));
    diesel::delete(customer_merge::table.filter(merges)).execute(connection)?;
    diesel::delete(customer::table.filter(customer::id.eq_any(files))).execute(connection)?;
    Ok(())
}
