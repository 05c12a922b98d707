//! What customers told us about how to deal with them.

use crate::db::schema::customer;
use crate::error::{Error, Result};
use diesel::sql_types::Uuid as SqlUuid;
use diesel::{
    AsChangeset, OptionalExtension, PgConnection, QueryDsl, Queryable, QueryableByName, RunQueryDsl,
};
use uuid::Uuid;

/// What a customer told us; None where they did not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, QueryableByName, AsChangeset)]
#[diesel(table_name = customer)]
#[diesel(treat_none_as_null = true)]
pub struct Preferences {
    /// Language (BCP 47).
    pub language: Option<String>,
    /// Zone (IANA).
    pub time_zone: Option<String>,
    /// `morning`, `midday`, `afternoon` or `evening`.
    pub call_time: Option<String>,
}

/// Finds what a customer told us.
///
/// # Errors
/// 404 for an unknown customer.
pub fn find(connection: &mut PgConnection, id: Uuid) -> Result<Preferences> {
    let columns = (customer::language, customer::time_zone, customer::call_time);
    let found = customer::table.find(id).select(columns).get_result(connection).optional()?;
    found.ok_or_else(|| Error::not_found("customer"))
}

/// Finds what the person told us whose file this is, in the file that stands for them.
///
/// # Errors
/// When the database does not answer.
pub fn find_kept(connection: &mut PgConnection, id: Uuid) -> Result<Preferences> {
    let found = diesel::sql_query(
        "WITH RECURSIVE up (id) AS (SELECT $1 UNION SELECT m.kept_id FROM up \
         JOIN customer_merge m ON m.merged_id = up.id AND m.undone_at IS NULL) \
         SELECT c.language, c.time_zone, c.call_time FROM up JOIN customer c ON c.id = up.id WHERE NOT EXISTS \
         (SELECT 1 FROM customer_merge m WHERE m.merged_id = c.id AND m.undone_at IS NULL)",
    );
    Ok(found.bind::<SqlUuid, _>(id).get_result(connection).optional()?.unwrap_or_default())
}

/// Writes what a customer told us.
///
/// # Errors
/// When the database does not answer.
pub fn update(connection: &mut PgConnection, id: Uuid, told: &Preferences) -> Result<()> {
    diesel::update(customer::table.find(id)).set(told).execute(connection)?;
    Ok(())
}
