//! Every statement on the tables of customers.

pub mod bulk;
pub mod find;
pub mod merges;
pub mod notes;
pub mod person;
pub mod preferences;
pub mod retention;
pub mod stops;

use super::Contact;
use crate::db::schema::{customer, suppression};
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, PgExpressionMethods, QueryDsl,
    RunQueryDsl,
};
use uuid::Uuid;

diesel::define_sql_function! {
    /// SQL's `lower()`.
    fn lower(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

/// Finds the customer whom the contact names.
///
/// # Errors
/// When the database does not answer.
pub fn find(connection: &mut PgConnection, contact: &Contact) -> Result<Option<Uuid>> {
    let query = customer::table.select(customer::id).into_boxed();
    let query = match contact {
        Contact { external_id: Some(id), .. } => query.filter(customer::external_id.eq(id)),
        Contact { email: Some(email), .. } => query
            .filter(customer::external_id.is_null())
            .filter(lower(customer::email).eq(email.to_lowercase())),
        Contact { phone: Some(phone), .. } => query
            .filter(customer::external_id.is_null())
            .filter(customer::email.is_null())
            .filter(customer::phone.eq(phone)),
        _ => return Ok(None),
    };
    Ok(query.get_result(connection).optional()?)
}

/// Finds or makes the customer whom the contact names and brings name, address and number up to date.
/// None when the contact names nobody.
///
/// # Errors
/// When the database does not answer.
pub fn upsert(connection: &mut PgConnection, contact: &Contact, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    if contact.external_id.is_none() && contact.email.is_none() && contact.phone.is_none() {
        return Ok(None);
    }
    if let Some(id) = find(connection, contact)? {
        refresh(connection, id, contact)?;
        return Ok(Some(id));
    }
    let inserted = diesel::insert_into(customer::table)
        .values((
            customer::id.eq(ids::new_id()),
            customer::external_id.eq(&contact.external_id),
            customer::name.eq(&contact.name),
            customer::email.eq(&contact.email),
            customer::phone.eq(&contact.phone),
            customer::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .returning(customer::id)
        .get_result(connection)
        .optional()?;
    // Nothing inserted: another visit of the same customer came at the same moment.
    match inserted {
        Some(id) => Ok(Some(id)),
        None => find(connection, contact),
    }
}

fn refresh(connection: &mut PgConnection, id: Uuid, contact: &Contact) -> Result<()> {
    if let Some(name) = &contact.name {
        diesel::update(customer::table.find(id).filter(customer::name.is_distinct_from(name)))
            .set(customer::name.eq(name))
            .execute(connection)?;
    }
    // Without an id of its own the address is the identity, and a new one is another customer.
    if contact.external_id.is_some() && (contact.email.is_some() || contact.phone.is_some()) {
        let email = contact.email.as_ref().map(|email| customer::email.eq(email));
        let phone = contact.phone.as_ref().map(|phone| customer::phone.eq(phone));
        let differs = customer::email
            .is_distinct_from(&contact.email)
            .or(customer::phone.is_distinct_from(&contact.phone));
        diesel::update(customer::table.find(id).filter(differs)).set((email, phone)).execute(connection)?;
    } else if let Some(phone) = contact.phone.as_ref().filter(|_| contact.email.is_some()) {
        diesel::update(customer::table.find(id).filter(customer::phone.is_distinct_from(phone)))
            .set(customer::phone.eq(phone))
            .execute(connection)?;
    }
    Ok(())
}

/// Inserts a suppression of a hashed address or number on its channel; one that is there stays as it is.
///
/// # Errors
/// When the database does not answer.
pub fn insert_suppression(
    connection: &mut PgConnection,
    (address_hash, channel): (&[u8], &str),
    secret_id: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(suppression::table)
        .values((
            suppression::address_hash.eq(address_hash),
            suppression::secret_id.eq(secret_id),
            suppression::reason.eq(reason),
            suppression::created_at.eq(now),
            suppression::channel.eq(channel),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}

/// Finds the reason of a suppression by any of its hashes.
///
/// # Errors
/// When the database does not answer.
pub fn find_suppression(connection: &mut PgConnection, hashes: &[Vec<u8>]) -> Result<Option<String>> {
    Ok(suppression::table
        .filter(suppression::address_hash.eq_any(hashes))
        .order(suppression::created_at)
        .select(suppression::reason)
        .first(connection)
        .optional()?)
}

/// Lists the suppressions among several hashes, each with its reason.
///
/// # Errors
/// When the database does not answer.
pub fn list_suppressions(connection: &mut PgConnection, hashes: &[&[u8]]) -> Result<Vec<(Vec<u8>, String)>> {
    Ok(suppression::table
        .filter(suppression::address_hash.eq_any(hashes))
        .select((suppression::address_hash, suppression::reason))
        .load(connection)?)
}

/// Deletes the suppressions under any of several hashes; returns their reasons.
///
/// # Errors
/// When the database does not answer.
pub fn delete_suppressions(connection: &mut PgConnection, hashes: &[Vec<u8>]) -> Result<Vec<String>> {
    Ok(diesel::delete(suppression::table.filter(suppression::address_hash.eq_any(hashes)))
        .returning(suppression::reason)
        .get_results(connection)?)
}

/// Counts the addresses that must not be mailed by reason, the most frequent first.
///
/// # Errors
/// When the database does not answer.
pub fn count_suppressions(connection: &mut PgConnection) -> Result<Vec<(String, i64)>> {
    Ok(suppression::table
        .filter(suppression::channel.eq("email"))
        .group_by(suppression::reason)
        .select((suppression::reason, count_star()))
        .order((count_star().desc(), suppression::reason))
        .load(connection)?)
}

/// Lists the secrets that suppressions were hashed with.
///
/// # Errors
/// When the database does not answer.
pub fn list_secret_ids(connection: &mut PgConnection) -> Result<Vec<String>> {
    Ok(suppression::table.select(suppression::secret_id).distinct().load(connection)?)
}
