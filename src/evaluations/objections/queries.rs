//! Every statement on the tables of objections.

use super::model::{Decision, Objection};
use crate::db::schema::{employee, objection, objection_decision, visit, visit_employee};
use crate::error::{Error, Result};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Date, Nullable, Uuid as SqlUuid};
use diesel::{
    ExpressionMethods, Insertable, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl,
    QueryableByName, RunQueryDsl,
};
use serde_json::Value;
use uuid::Uuid;

/// An objection to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = objection)]
pub struct NewObjection<'a> {
    /// Our id.
    pub id: Uuid,
    /// The response.
    pub response_id: Uuid,
    /// Its visit.
    pub visit_id: Uuid,
    /// Whose objection it is.
    pub employee_id: Uuid,
    /// Word of the reason.
    pub reason: &'a str,
    /// In their words.
    pub words: &'a str,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// Who opened it.
    pub opened_by: &'a str,
    /// Until when somebody decides.
    pub due_on: NaiveDate,
}

/// Stores an objection; false when this answer was contested by this employee before.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, row: &NewObjection<'_>) -> Result<bool> {
    let stored = diesel::insert_into(objection::table)
        .values(row)
        .on_conflict((objection::response_id, objection::employee_id))
        .do_nothing()
        .execute(connection)?;
    Ok(stored == 1)
}

/// A decision to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = objection_decision)]
pub struct NewDecision<'a> {
    /// Our id.
    pub id: Uuid,
    /// About which objection.
    pub objection_id: Uuid,
    /// Its place.
    pub number: i32,
    /// Word of the effect.
    pub effect: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Who.
    pub decided_by: &'a str,
    /// Who gets the credit.
    pub employee_to: Option<Uuid>,
    /// Credits before.
    pub credits_before: Option<Value>,
    /// Credits after.
    pub credits_after: Option<Value>,
    /// Numbers before.
    pub numbers_before: Option<Value>,
}

/// Stores a decision; false when somebody else decided at the same moment.
///
/// # Errors
/// When the database does not answer.
pub fn insert_decision(connection: &mut PgConnection, row: &NewDecision<'_>) -> Result<bool> {
    let stored = diesel::insert_into(objection_decision::table)
        .values(row)
        .on_conflict((objection_decision::objection_id, objection_decision::number))
        .do_nothing()
        .execute(connection)?;
    Ok(stored == 1)
}

/// Writes the numbers that a decision led to, once.
///
/// # Errors
/// When the database does not answer.
pub fn complete_decision(connection: &mut PgConnection, id: Uuid, numbers: &Value) -> Result<()> {
    let open = objection_decision::table.find(id).filter(objection_decision::numbers_after.is_null());
    diesel::update(open).set(objection_decision::numbers_after.eq(numbers)).execute(connection)?;
    Ok(())
}

crate::db::columns! {
    OBJECTION:
    objection::id,
    objection::response_id,
    objection::visit_id,
    objection::employee_id,
    objection::reason,
    objection::words,
    objection::opened_at,
    objection::due_on,
    employee::name,
    employee::external_id,
    visit::visited_on,
}

/// Finds an objection.
///
/// # Errors
/// 404 when there is none.
pub fn find(connection: &mut PgConnection, id: Uuid) -> Result<Objection> {
    objection::table
        .inner_join(employee::table)
        .inner_join(visit::table)
        .filter(objection::id.eq(id))
        .select(OBJECTION)
        .get_result(connection)
        .optional()?
        .ok_or_else(|| Error::not_found("objection"))
}

/// Lists the objections of one employee, of the visits of one team, or all, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list(
    connection: &mut PgConnection,
    by: Option<Uuid>,
    team: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Objection>> {
    let mut query = objection::table
        .inner_join(employee::table)
        .inner_join(visit::table)
        .order((objection::opened_at.desc(), objection::id.desc()))
        .limit(limit)
        .select(OBJECTION)
        .into_boxed();
    if let Some(by) = by {
        query = query.filter(objection::employee_id.eq(by));
    }
    if let Some(team) = team {
        let theirs =
            visit_employee::table.filter(visit_employee::team_id.eq(team)).select(visit_employee::visit_id);
        query = query.filter(objection::visit_id.eq_any(theirs));
    }
    Ok(query.load(connection)?)
}

/// Lists the objections against answers about some visits.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_visits(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<Objection>> {
    Ok(objection::table
        .inner_join(employee::table)
        .inner_join(visit::table)
        .filter(objection::visit_id.eq_any(visits))
        .order((objection::opened_at, objection::id))
        .select(OBJECTION)
        .load(connection)?)
}

/// Lists the decisions about objections, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_decisions(connection: &mut PgConnection, objections: &[Uuid]) -> Result<Vec<Decision>> {
    use objection_decision as t;
    Ok(t::table
        .left_join(employee::table)
        .filter(t::objection_id.eq_any(objections))
        .order((t::objection_id, t::number))
        .select((
            t::id,
            t::objection_id,
            t::number,
            t::effect,
            t::reason,
            t::decided_at,
            t::decided_by,
            employee::name.nullable(),
            (t::credits_before, t::credits_after),
            (t::numbers_before, t::numbers_after),
        ))
        .load(connection)?)
}

/// The objections about which no decision stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Open {
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// How many of them are late.
    #[diesel(sql_type = BigInt)]
    pub late: i64,
    /// When the first of them is due, or was.
    #[diesel(sql_type = Nullable<Date>)]
    pub first_due: Option<NaiveDate>,
}

/// Counts the objections about which nobody decided or whose decision was taken back: all, or those about visits of a
/// team as of their day.
///
/// # Errors
/// When the database does not answer.
pub fn count_open(connection: &mut PgConnection, team: Option<Uuid>, today: NaiveDate) -> Result<Open> {
    let sql = "SELECT count(*) AS open, count(*) FILTER (WHERE due_on < $1) AS late, min(due_on) AS first_due \
         FROM objection o WHERE 'undo' = coalesce((SELECT d.effect FROM objection_decision d \
          WHERE d.objection_id = o.id ORDER BY d.number DESC LIMIT 1), 'undo') AND ($2 IS NULL OR EXISTS \
          (SELECT 1 FROM visit_employee e WHERE e.visit_id = o.visit_id AND e.team_id = $2))";
    Ok(diesel::sql_query(sql)
        .bind::<Date, _>(today)
        .bind::<Nullable<SqlUuid>, _>(team)
        .get_result(connection)?)
}

/// Lists what was decided since a time about one employee's objections: when, and the word of the effect; the newest
/// first.
///
/// # Errors
/// When the database does not answer.
pub fn list_decided(
    connection: &mut PgConnection,
    employee: Uuid,
    since: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, String)>> {
    use objection_decision as t;
    Ok(t::table
        .inner_join(objection::table)
        .filter(objection::employee_id.eq(employee))
        .filter(t::decided_at.gt(since))
        .order(t::decided_at.desc())
        .limit(20)
        .select((t::decided_at, t::effect))
        .load(connection)?)
}

/// Employee, team, position and share of a credit.
pub type CreditRow = (Uuid, Option<Uuid>, i32, i32);

/// Lists who is credited for a visit.
///
/// # Errors
/// When the database does not answer.
pub fn list_credits(connection: &mut PgConnection, visit: Uuid) -> Result<Vec<CreditRow>> {
    Ok(visit_employee::table
        .filter(visit_employee::visit_id.eq(visit))
        .order(visit_employee::position)
        .select((
            visit_employee::employee_id,
            visit_employee::team_id,
            visit_employee::position,
            visit_employee::share_permille,
        ))
        .load(connection)?)
}

/// Finds employees by the id of the system that sends visits, or by their whole name.
///
/// # Errors
/// When the database does not answer.
pub fn find_colleagues(connection: &mut PgConnection, text: &str) -> Result<Vec<Uuid>> {
    let by_id = employee::table.filter(employee::external_id.eq(text)).select(employee::id);
    let found: Vec<Uuid> = by_id.load(connection)?;
    if !found.is_empty() {
        return Ok(found);
    }
    Ok(employee::table.filter(employee::name.eq(text)).select(employee::id).limit(2).load(connection)?)
}

/// Deletes objections with the decisions about them; what they changed stays. Returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn delete(connection: &mut PgConnection, objections: &[Uuid]) -> Result<usize> {
    let decisions = objection_decision::table.filter(objection_decision::objection_id.eq_any(objections));
    diesel::delete(decisions).execute(connection)?;
    Ok(diesel::delete(objection::table.filter(objection::id.eq_any(objections))).execute(connection)?)
}
