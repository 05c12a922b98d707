//! Many customers at once, for files.

use super::lower;
use crate::customers::Contact;
use crate::db::schema::customer;
use crate::error::Result;
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What makes a customer the same one (DESIGN 6.17).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Identity {
    /// Their own id.
    Id(String),
    /// Without one, the address in small letters.
    Email(String),
    /// Without that, the number.
    Phone(String),
}

impl Identity {
    /// Returns the identity of a contact, if it names anybody.
    pub fn of(contact: &Contact) -> Option<Self> {
        match contact {
            Contact { external_id: Some(id), .. } => Some(Self::Id(id.clone())),
            Contact { email: Some(email), .. } => Some(Self::Email(email.to_lowercase())),
            Contact { phone: Some(phone), .. } => Some(Self::Phone(phone.clone())),
            _ => None,
        }
    }
}

/// Makes sure that customers exist and returns their ids. What is known of them already stays, for a file about the
/// past knows no better; only what is missing is filled in.
///
/// # Errors
/// When the database does not answer.
pub fn ensure_customers(
    connection: &mut PgConnection,
    contacts: &BTreeMap<Identity, Contact>,
    now: DateTime<Utc>,
) -> Result<HashMap<Identity, Uuid>> {
    let mut found = find_all(connection, contacts)?;
    // In the order of the identities, so that two imports cannot wait for each other.
    let missing: Vec<&Identity> = contacts.keys().filter(|identity| !found.contains_key(*identity)).collect();
    if !missing.is_empty() {
        for part in missing.chunks(5_000) {
            let rows: Vec<_> = part
                .iter()
                .filter_map(|identity| contacts.get(identity))
                .map(|contact| {
                    (
                        customer::id.eq(ids::new_id()),
                        customer::external_id.eq(&contact.external_id),
                        customer::name.eq(&contact.name),
                        customer::email.eq(&contact.email),
                        customer::phone.eq(&contact.phone),
                        customer::created_at.eq(now),
                    )
                })
                .collect();
            diesel::insert_into(customer::table).values(rows).on_conflict_do_nothing().execute(connection)?;
        }
        found = find_all(connection, contacts)?;
    }
    for (identity, contact) in contacts {
        if let Some(known) = found.get(identity) {
            fill_in(connection, known, contact)?;
        }
    }
    Ok(found.into_iter().map(|(identity, known)| (identity, known.0)).collect())
}

/// A customer as they stand: id, name, address, number.
type Known = (Uuid, Option<String>, Option<String>, Option<String>);

fn find_all(
    connection: &mut PgConnection,
    contacts: &BTreeMap<Identity, Contact>,
) -> Result<HashMap<Identity, Known>> {
    let (mut ids, mut emails, mut phones) = (Vec::new(), Vec::new(), Vec::new());
    for identity in contacts.keys() {
        match identity {
            Identity::Id(id) => ids.push(id.as_str()),
            Identity::Email(email) => emails.push(email.as_str()),
            Identity::Phone(phone) => phones.push(phone.as_str()),
        }
    }
    let known = (customer::id, customer::name, customer::email, customer::phone);
    let mut found = HashMap::new();
    if !ids.is_empty() {
        let rows: Vec<(Option<String>, Known)> = customer::table
            .filter(customer::external_id.eq_any(ids))
            .select((customer::external_id, known))
            .load(connection)?;
        found.extend(rows.into_iter().filter_map(|(id, known)| Some((Identity::Id(id?), known))));
    }
    if !emails.is_empty() {
        let rows: Vec<(Option<String>, Known)> = customer::table
            .filter(customer::external_id.is_null().and(lower(customer::email).eq_any(emails)))
            .select((lower(customer::email), known))
            .load(connection)?;
        found.extend(rows.into_iter().filter_map(|(email, known)| Some((Identity::Email(email?), known))));
    }
    if !phones.is_empty() {
        let nameless = customer::external_id.is_null().and(customer::email.is_null());
        let rows: Vec<Known> = customer::table
            .filter(nameless.and(customer::phone.eq_any(phones)))
            .select(known)
            .load(connection)?;
        found.extend(rows.into_iter().filter_map(|row| Some((Identity::Phone(row.3.clone()?), row))));
    }
    Ok(found)
}

/// Without an id of its own the address is the identity, and is not filled in.
fn fill_in(connection: &mut PgConnection, known: &Known, contact: &Contact) -> Result<()> {
    let name = contact.name.as_ref().filter(|_| known.1.is_none());
    let email = contact.email.as_ref().filter(|_| known.2.is_none() && contact.external_id.is_some());
    let phone = contact.phone.as_ref().filter(|_| known.3.is_none());
    if name.is_some() || email.is_some() || phone.is_some() {
        let changes = (
            name.map(|name| customer::name.eq(name)),
            email.map(|email| customer::email.eq(email)),
            phone.map(|phone| customer::phone.eq(phone)),
        );
        diesel::update(customer::table.find(known.0)).set(changes).execute(connection)?;
    }
    Ok(())
}
