//! Every statement on the tables of statements: they only insert and read.

use super::model::{Reply, Statement};
use crate::db::schema::{employee, statement, statement_number, statement_reply, visit, visit_employee};
use crate::error::{Error, Result};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{exists, max, not, sql};
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, NullableExpressionMethods, OptionalExtension,
    PgConnection, PgTextExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl, alias,
};
use serde_json::Value;
use uuid::Uuid;

/// A statement to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = statement)]
pub struct NewStatement<'a> {
    /// Our id.
    pub id: Uuid,
    /// Its number.
    pub number: i64,
    /// Whom it is about.
    pub employee_id: Uuid,
    /// First visit date.
    pub period_from: NaiveDate,
    /// Last visit date.
    pub period_to: NaiveDate,
    /// What it froze.
    pub content: Value,
    /// The text whose SHA-256 it holds.
    pub inputs: &'a str,
    /// SHA-256 of the inputs.
    pub checksum: Vec<u8>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Who.
    pub made_by: &'a str,
    /// The statement that it corrects.
    pub replaces_id: Option<Uuid>,
}

/// Lets one statement be made at a time until the end of the transaction, so that numbers have no gaps and whoever reads
/// up to a number misses none; gives the next number.
///
/// # Errors
/// When the database does not answer.
pub fn lock_next_number(connection: &mut PgConnection) -> Result<i64> {
    diesel::sql_query("LOCK TABLE statement IN SHARE ROW EXCLUSIVE MODE").execute(connection)?;
    let newest: Option<i64> = statement::table.select(max(statement::number)).get_result(connection)?;
    let deleted: i64 = statement_number::table.select(statement_number::last_number).first(connection)?;
    Ok(newest.unwrap_or(0).max(deleted) + 1)
}

/// Stores a statement.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, row: &NewStatement<'_>) -> Result<()> {
    diesel::insert_into(statement::table).values(row).execute(connection)?;
    Ok(())
}

crate::db::columns! {
    COLUMNS:
    statement::id,
    statement::number,
    statement::employee_id,
    statement::period_from,
    statement::period_to,
    statement::content,
    statement::checksum,
    statement::made_at,
    statement::made_by,
    statement::replaces_id,
}

/// Finds a statement.
///
/// # Errors
/// 404 when there is none.
pub fn find(connection: &mut PgConnection, id: Uuid) -> Result<Statement> {
    statement::table
        .find(id)
        .select(COLUMNS)
        .get_result(connection)
        .optional()?
        .ok_or_else(|| Error::not_found("statement"))
}

/// Id, number, time and the corrected one of a statement.
pub type Related = (Uuid, i64, DateTime<Utc>, Option<Uuid>);

/// Lists the statements that correct some, and those with some other ids.
///
/// # Errors
/// When the database does not answer.
pub fn list_related(
    connection: &mut PgConnection,
    corrected: &[Uuid],
    others: &[Uuid],
) -> Result<Vec<Related>> {
    Ok(statement::table
        .filter(statement::replaces_id.eq_any(corrected).or(statement::id.nullable().eq_any(others)))
        .select((statement::id, statement::number, statement::made_at, statement::replaces_id))
        .load(connection)?)
}

/// Finds the statement of an employee for a period that no other corrects.
///
/// # Errors
/// When the database does not answer.
pub fn find_standing(
    connection: &mut PgConnection,
    employee: Uuid,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Option<Statement>> {
    let later = alias!(statement as later);
    let correction = later.filter(later.field(statement::replaces_id).eq(statement::id.nullable()));
    Ok(statement::table
        .filter(statement::employee_id.eq(employee))
        .filter(statement::period_from.eq(from))
        .filter(statement::period_to.eq(to))
        .filter(not(exists(correction)))
        .order(statement::number.desc())
        .select(COLUMNS)
        .first(connection)
        .optional()?)
}

/// Which statements a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// All.
    Everybody,
    /// Those about one employee.
    Employee(Uuid),
}

/// What a list of statements is narrowed to.
#[derive(Debug, Clone)]
pub struct Filter {
    /// About whom.
    pub of: Of,
    /// `open`, `acknowledged`, `contested` or `replaced`; None for all.
    pub state: Option<String>,
    /// A part of the employee's name today.
    pub name: Option<String>,
}

/// Whether another statement corrects one.
const IS_REPLACED: &str = "EXISTS (SELECT 1 FROM statement AS later WHERE later.replaces_id = statement.id)";

/// What the employee said last.
const LAST_REPLY: &str = "(SELECT r.kind FROM statement_reply AS r WHERE r.statement_id = statement.id \
     ORDER BY r.replied_at DESC, r.id DESC LIMIT 1)";

/// Lists statements below a number, the newest first, one more than the limit.
///
/// # Errors
/// When the database does not answer.
pub fn list(
    connection: &mut PgConnection,
    filter: &Filter,
    below: Option<i64>,
    limit: i64,
) -> Result<Vec<Statement>> {
    let mut query =
        statement::table.order(statement::number.desc()).limit(limit + 1).select(COLUMNS).into_boxed();
    if let Of::Employee(employee) = filter.of {
        query = query.filter(statement::employee_id.eq(employee));
    }
    if let Some(name) = &filter.name {
        let named = employee::table.filter(employee::name.ilike(containing(name))).select(employee::id);
        query = query.filter(statement::employee_id.eq_any(named));
    }
    match filter.state.as_deref() {
        Some("replaced") => query = query.filter(sql::<Bool>(IS_REPLACED)),
        Some("open") => {
            let open = format!("NOT {IS_REPLACED} AND {LAST_REPLY} IS NULL");
            query = query.filter(sql::<Bool>(&open));
        }
        Some(kind) => {
            let said = format!("NOT {IS_REPLACED} AND {LAST_REPLY} = ");
            query = query.filter(sql::<Bool>(&said).bind::<Text, _>(kind.to_owned()));
        }
        None => {}
    }
    if let Some(below) = below {
        query = query.filter(statement::number.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Makes a pattern that fits texts which hold a text, whatever letters it has.
fn containing(text: &str) -> String {
    let plain = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}

/// How the statements stand that nobody has replaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Standing {
    /// The employee contests it.
    #[diesel(sql_type = BigInt)]
    pub contested: i64,
    /// The employee has read it.
    #[diesel(sql_type = BigInt)]
    pub acknowledged: i64,
    /// The employee has said nothing.
    #[diesel(sql_type = BigInt)]
    pub silent: i64,
}

/// Counts how the statements stand that were made since a time and that nobody has replaced.
///
/// # Errors
/// When the database does not answer.
pub fn count_standing(connection: &mut PgConnection, of: Of, since: DateTime<Utc>) -> Result<Standing> {
    let (all, whose) = match of {
        Of::Everybody => (true, Uuid::nil()),
        Of::Employee(employee) => (false, employee),
    };
    let sql = format!(
        "SELECT count(*) FILTER (WHERE said = 'contested') AS contested, \
         count(*) FILTER (WHERE said = 'acknowledged') AS acknowledged, \
         count(*) FILTER (WHERE said IS NULL) AS silent \
         FROM (SELECT {LAST_REPLY} AS said FROM statement WHERE made_at > $1 AND ($2 OR employee_id = $3) \
          AND NOT {IS_REPLACED}) AS standing"
    );
    Ok(diesel::sql_query(sql)
        .bind::<Timestamptz, _>(since)
        .bind::<Bool, _>(all)
        .bind::<SqlUuid, _>(whose)
        .get_result(connection)?)
}

/// Lists statements after a number in the order in which they were made, one more than the limit.
///
/// # Errors
/// When the database does not answer.
pub fn list_since(connection: &mut PgConnection, number: i64, limit: i64) -> Result<Vec<Statement>> {
    Ok(statement::table
        .filter(statement::number.gt(number))
        .order(statement::number)
        .limit(limit + 1)
        .select(COLUMNS)
        .load(connection)?)
}

/// Finds the text whose SHA-256 a statement holds.
///
/// # Errors
/// When the database does not answer.
pub fn find_inputs(connection: &mut PgConnection, id: Uuid) -> Result<String> {
    Ok(statement::table.find(id).select(statement::inputs).get_result(connection)?)
}

/// Stores what an employee said.
///
/// # Errors
/// When the database does not answer.
pub fn insert_reply(connection: &mut PgConnection, id: Uuid, reply: &Reply, by: &str) -> Result<()> {
    diesel::insert_into(statement_reply::table)
        .values((
            statement_reply::id.eq(id),
            statement_reply::statement_id.eq(reply.statement),
            statement_reply::kind.eq(&reply.kind),
            statement_reply::words.eq(&reply.words),
            statement_reply::replied_at.eq(reply.at),
            statement_reply::replied_by.eq(by),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lists what employees said to statements, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_replies(connection: &mut PgConnection, statements: &[Uuid]) -> Result<Vec<Reply>> {
    Ok(statement_reply::table
        .filter(statement_reply::statement_id.eq_any(statements))
        .order((statement_reply::replied_at.desc(), statement_reply::id.desc()))
        .select((
            statement_reply::statement_id,
            statement_reply::kind,
            statement_reply::words,
            statement_reply::replied_at,
        ))
        .load(connection)?)
}

/// Lists the visits of an employee between two days: our id, the id they came with, their day and their outcome.
///
/// # Errors
/// When the database does not answer.
pub fn list_visits(
    connection: &mut PgConnection,
    employee: Uuid,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(Uuid, String, NaiveDate, String)>> {
    Ok(visit_employee::table
        .inner_join(visit::table)
        .filter(visit_employee::employee_id.eq(employee))
        .filter(visit::visited_on.between(from, to))
        .order(visit::external_id)
        .select((visit::id, visit::external_id, visit::visited_on, visit::outcome))
        .load(connection)?)
}

/// Deletes statements with what was said to them; their numbers are not given again. Returns how many there were.
///
/// # Errors
/// When the database does not answer, or a statement that stays corrects one of them.
pub fn delete(connection: &mut PgConnection, statements: &[Uuid]) -> Result<usize> {
    let highest: Option<i64> = statement::table
        .filter(statement::id.eq_any(statements))
        .select(max(statement::number))
        .get_result(connection)?;
    let lower = statement_number::table.filter(statement_number::last_number.lt(highest.unwrap_or(0)));
    diesel::update(lower).set(statement_number::last_number.eq(highest.unwrap_or(0))).execute(connection)?;
    let replies = statement_reply::table.filter(statement_reply::statement_id.eq_any(statements));
    diesel::delete(replies).execute(connection)?;
    Ok(diesel::delete(statement::table.filter(statement::id.eq_any(statements))).execute(connection)?)
}
