//! What customers told us about how to deal with them.

use crate::db::schema::customer;
use crate::error::{Error, Result};
use diesel::{AsChangeset, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use uuid::Uuid;

/// What a customer told us; None where they did not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, AsChangeset)]
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

/// Writes what a customer told us.
///
/// # Errors
/// When the database does not answer.
pub fn update(connection: &mut PgConnection, id: Uuid, told: &Preferences) -> Result<()> {
    diesel::update(customer::table.find(id)).set(told).execute(connection)?;
    Ok(())
}
