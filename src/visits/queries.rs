//! Every statement on the tables of visits.

pub mod bulk;
pub mod person;
pub mod retention;
mod road;
pub mod staff;

pub use road::{
    SENT_FROM_FREED, insert_history, lock_outcome, lock_outcomes, update_outcome, update_outcomes,
    update_send_at,
};

use super::model::{NewVisit, VisitRow};
use super::outcome::Outcome;
use crate::db::page::Cursor;
use crate::db::schema::{customer, employee, visit, visit_employee, visit_outcome};
use crate::error::{Error, Result};
use crate::people::model::PlacedEmployee;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count_star;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
};
use uuid::Uuid;

/// The fragment for a composed statement: moves the visits of a preceding WITH part named `stored`, which has
/// `visit_id` and `certainty`, with another named `asked`, which has `at`, `by_card`, `told_by` and `told_why`: to
/// `answered` when the answer counts, else to `suspect`. What was not mailed is answered by a card alone.
pub const MOVED_FROM_STORED: &str = "UPDATE visit \
     SET outcome = CASE WHEN stored.certainty = 'confirmed' THEN 'answered' ELSE 'suspect' END FROM stored, asked \
     WHERE visit.id = stored.visit_id AND (stored.certainty = 'confirmed' AND visit.outcome IN \
     ('sending', 'sent', 'unknown', 'suspect', 'unanswered', 'bounced', 'failed', 'to_call') \
     OR stored.certainty = 'confirmed' AND asked.by_card AND visit.outcome IN ('planned', 'no_address') \
     OR stored.certainty = 'suspect' AND visit.outcome IN ('sending', 'sent', 'unknown')) \
     RETURNING visit.id AS visit_id, visit.outcome, asked.at, asked.by_card, asked.told_by, asked.told_why";

/// The fragment for a composed statement: writes the history of the visits that [`MOVED_FROM_STORED`] moved, under
/// the name `moved`.
pub const HISTORY_FROM_MOVED: &str = "INSERT INTO visit_outcome (visit_id, outcome, at, by, reason) \
     SELECT visit_id, outcome, at, CASE outcome WHEN 'answered' THEN told_by ELSE 'rule' END, \
     CASE outcome WHEN 'answered' THEN told_why ELSE 'an answer that looks like a machine''s was put aside' \
     END FROM moved";

crate::db::columns! {
    VISIT:
    visit::id,
    visit::external_id,
    visit::visited_at,
    visit::outcome,
    visit::send_at,
}

/// Inserts a visit; false when its id is there already.
///
/// # Errors
/// When the database does not answer.
pub fn insert_visit(connection: &mut PgConnection, row: &NewVisit<'_>) -> Result<bool> {
    let inserted = diesel::insert_into(visit::table)
        .values(row)
        .on_conflict(visit::external_id)
        .do_nothing()
        .execute(connection)?;
    Ok(inserted == 1)
}

/// Inserts the employees of a visit with their position and share (per-mille).
///
/// # Errors
/// When the database does not answer.
pub fn insert_employees(
    connection: &mut PgConnection,
    visit: Uuid,
    employees: &[(PlacedEmployee, i32, i32)],
) -> Result<()> {
    let rows: Vec<_> = employees
        .iter()
        .map(|(placed, position, share)| {
            (
                visit_employee::visit_id.eq(visit),
                visit_employee::employee_id.eq(placed.employee_id),
                visit_employee::position.eq(position),
                visit_employee::share_permille.eq(share),
                visit_employee::team_id.eq(placed.team_id),
            )
        })
        .collect();
    diesel::insert_into(visit_employee::table).values(rows).execute(connection)?;
    Ok(())
}

/// Credits a visit to others than before; lock the visit first.
///
/// # Errors
/// When the database does not answer.
pub fn replace_employees(
    connection: &mut PgConnection,
    visit: Uuid,
    employees: &[(PlacedEmployee, i32, i32)],
) -> Result<()> {
    diesel::delete(visit_employee::table.filter(visit_employee::visit_id.eq(visit))).execute(connection)?;
    insert_employees(connection, visit, employees)
}

/// Finds a visit by the id it came with.
///
/// # Errors
/// 404 when there is none.
pub fn find_visit(connection: &mut PgConnection, external_id: &str) -> Result<VisitRow> {
    visit::table
        .filter(visit::external_id.eq(external_id))
        .select(VISIT)
        .get_result(connection)
        .optional()?
        .ok_or_else(|| Error::not_found("visit"))
}

/// Finds a visit and locks it until the end of the transaction.
///
/// # Errors
/// 404 when there is none.
pub fn lock_visit(connection: &mut PgConnection, external_id: &str) -> Result<VisitRow> {
    visit::table
        .filter(visit::external_id.eq(external_id))
        .select(VISIT)
        .for_update()
        .get_result(connection)
        .optional()?
        .ok_or_else(|| Error::not_found("visit"))
}

/// Finds the kind of service of a visit, how it was given, and the kind of customer.
///
/// # Errors
/// When the database does not answer.
pub fn find_kind(
    connection: &mut PgConnection,
    visit: Uuid,
) -> Result<(String, Option<String>, Option<String>)> {
    let columns = (visit::service, visit::channel, visit::segment);
    Ok(visit::table.find(visit).select(columns).first(connection)?)
}

/// Which visits a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this outcome.
    pub outcome: Option<Outcome>,
    /// Only visits of this employee (the id of the system that sends).
    pub employee: Option<String>,
    /// Visit date from, included.
    pub from: Option<NaiveDate>,
    /// Visit date to, included.
    pub to: Option<NaiveDate>,
}

/// Lists visits by time, one more than the limit.
///
/// # Errors
/// When the database does not answer.
pub fn list_visits(
    connection: &mut PgConnection,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<VisitRow>> {
    let mut query =
        visit::table.select(VISIT).order((visit::visited_at, visit::id)).limit(limit + 1).into_boxed();
    if let Some(outcome) = filter.outcome {
        query = query.filter(visit::outcome.eq(outcome.as_str()));
    }
    if let Some(from) = filter.from {
        query = query.filter(visit::visited_on.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(visit::visited_on.le(to));
    }
    if let Some(external_id) = &filter.employee {
        let theirs = visit_employee::table
            .inner_join(employee::table)
            .filter(employee::external_id.eq(external_id.clone()))
            .select(visit_employee::visit_id);
        query = query.filter(visit::id.eq_any(theirs));
    }
    if let Some(cursor) = after {
        let (at, id) = (cursor.time(), cursor.id);
        query = query.filter(visit::visited_at.gt(at).or(visit::visited_at.eq(at).and(visit::id.gt(id))));
    }
    Ok(query.load(connection)?)
}

/// One entry of a visit's history.
pub type HistoryRow = (Uuid, String, DateTime<Utc>, String, String);

/// Lists the histories of visits, oldest first: visit, outcome, at, by, reason.
///
/// # Errors
/// When the database does not answer.
pub fn list_history(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<HistoryRow>> {
    Ok(visit_outcome::table
        .filter(visit_outcome::visit_id.eq_any(visits))
        .order(visit_outcome::id)
        .select((
            visit_outcome::visit_id,
            visit_outcome::outcome,
            visit_outcome::at,
            visit_outcome::by,
            visit_outcome::reason,
        ))
        .load(connection)?)
}

/// Counts the visits of a span of dates by outcome, of one employee or of all.
///
/// # Errors
/// When the database does not answer.
pub fn count_by_outcome(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
    external_id: Option<&str>,
) -> Result<Vec<(String, i64)>> {
    let span = visit::visited_on.between(from, to);
    let Some(external_id) = external_id else {
        return Ok(visit::table
            .filter(span)
            .group_by(visit::outcome)
            .select((visit::outcome, count_star()))
            .load(connection)?);
    };
    Ok(visit::table
        .inner_join(visit_employee::table.inner_join(employee::table))
        .filter(span)
        .filter(employee::external_id.eq(external_id))
        .group_by(visit::outcome)
        .select((visit::outcome, count_star()))
        .load(connection)?)
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(employee::external_id, visit::outcome);

/// Counts the visits of a span of dates by employee and outcome.
///
/// # Errors
/// When the database does not answer.
pub fn count_by_employee(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(String, String, i64)>> {
    Ok(visit::table
        .inner_join(visit_employee::table.inner_join(employee::table))
        .filter(visit::visited_on.between(from, to))
        .group_by((employee::external_id, visit::outcome))
        .select((employee::external_id, visit::outcome, count_star()))
        .load(connection)?)
}

/// Counts all visits.
///
/// # Errors
/// When the database does not answer.
pub fn count_visits(connection: &mut PgConnection) -> Result<i64> {
    Ok(visit::table.count().get_result(connection)?)
}

/// The contact data of a visit.
#[derive(Debug, Clone, diesel::Queryable, diesel::AsChangeset)]
#[diesel(table_name = visit)]
#[diesel(treat_none_as_null = true)]
pub struct ContactRow {
    /// The customer's file.
    pub customer_id: Option<Uuid>,
    /// Name on this visit.
    pub customer_name: Option<String>,
    /// Address on this visit.
    pub customer_email: Option<String>,
    /// Number on this visit.
    pub customer_phone: Option<String>,
    /// Language on this visit.
    pub customer_language: Option<String>,
    /// Zone on this visit.
    pub customer_time_zone: Option<String>,
}

/// Reads the contact data of a visit.
///
/// # Errors
/// When the database does not answer.
pub fn find_contact(connection: &mut PgConnection, id: Uuid) -> Result<ContactRow> {
    Ok(visit::table
        .find(id)
        .select((
            visit::customer_id,
            visit::customer_name,
            visit::customer_email,
            visit::customer_phone,
            visit::customer_language,
            visit::customer_time_zone,
        ))
        .get_result(connection)?)
}

/// Finds the id that the customer of a visit has in the system that sends visits.
///
/// # Errors
/// When the database does not answer.
pub fn find_customer_id(connection: &mut PgConnection, id: Uuid) -> Result<Option<String>> {
    let external_id =
        visit::table.inner_join(customer::table).filter(visit::id.eq(id)).select(customer::external_id);
    Ok(external_id.get_result::<Option<String>>(connection).optional()?.flatten())
}

/// Writes the contact data of a visit.
///
/// # Errors
/// When the database does not answer.
pub fn update_contact(connection: &mut PgConnection, id: Uuid, contact: &ContactRow) -> Result<()> {
    diesel::update(visit::table.find(id)).set(contact).execute(connection)?;
    Ok(())
}

/// Lists visits in an outcome that were finished before a time.
///
/// # Errors
/// When the database does not answer.
pub fn list_older(
    connection: &mut PgConnection,
    outcome: Outcome,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Uuid>> {
    Ok(visit::table
        .filter(visit::outcome.eq(outcome.as_str()))
        .filter(visit::visited_at.lt(before))
        .order((visit::visited_at, visit::id))
        .limit(limit)
        .for_update()
        .skip_locked()
        .select(visit::id)
        .load(connection)?)
}
