//! Finding a customer by whatever a person at the phone knows.

use crate::customers::search::Search;
use crate::db::schema::customer;
use crate::error::{Error, Result};
use diesel::sql_types::{Bool, Text};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use uuid::Uuid;

/// A customer's file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct CustomerRow {
    /// Our id.
    pub id: Uuid,
    /// Id in the system that sends visits.
    pub external_id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Phone number as it came.
    pub phone: Option<String>,
}

crate::db::columns! {
    COLUMNS:
    customer::id,
    customer::external_id,
    customer::name,
    customer::email,
    customer::phone,
}

/// Finds a customer's file.
///
/// # Errors
/// 404 when there is none.
pub fn find_file(connection: &mut PgConnection, id: Uuid) -> Result<CustomerRow> {
    let found = customer::table.find(id).select(COLUMNS).get_result(connection).optional()?;
    found.ok_or_else(|| Error::not_found("customer"))
}

/// Looks for customers in every way that fits, up to the limit, those found by an id first; `of_visit` is the
/// customer of a visit with that id. Each way has its own index, so each is a statement of its own.
///
/// # Errors
/// When the database does not answer.
pub fn search(
    connection: &mut PgConnection,
    wanted: &Search,
    of_visit: Option<Uuid>,
    limit: usize,
) -> Result<Vec<CustomerRow>> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found: Vec<CustomerRow> = Vec::new();
    let by_id = customer::table.select(COLUMNS).filter(customer::external_id.eq(&wanted.id));
    add(&mut found, by_id.load(connection)?);
    if let Some(id) = of_visit {
        add(&mut found, customer::table.find(id).select(COLUMNS).load(connection)?);
    }
    let ways = [(PHONE, &wanted.tail), (EMAIL, &wanted.head), (NAME, &wanted.words)];
    for ((before, after), text) in ways {
        let Some(text) = text else { continue };
        let condition = diesel::dsl::sql::<Bool>(before).bind::<Text, _>(text).sql(after);
        let query = customer::table.select(COLUMNS).filter(condition);
        add(&mut found, query.order((customer::name, customer::id)).limit(most).load(connection)?);
    }
    found.truncate(limit);
    Ok(found)
}

fn add(found: &mut Vec<CustomerRow>, more: Vec<CustomerRow>) {
    for row in more {
        if !found.contains(&row) {
            found.push(row);
        }
    }
}

// As the indexes are written, or Postgres would not use them.
const PHONE: (&str, &str) =
    ("(phone IS NOT NULL AND reverse(regexp_replace(phone, '\\D', '', 'g')) LIKE ", ")");
const EMAIL: (&str, &str) = ("(email IS NOT NULL AND lower(email) LIKE ", ")");
const NAME: (&str, &str) = ("to_tsvector('simple', name) @@ to_tsquery('simple', ", ")");
