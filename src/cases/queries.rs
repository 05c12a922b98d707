//! Every statement on the table of cases.

use super::model::Case;
use crate::accounts::Sees;
use crate::db::page::Cursor;
use crate::db::schema::{recovery_case, visit, visit_employee};
use crate::error::{Error, Result};
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection,
    QueryDsl, Queryable, QueryableByName, RunQueryDsl,
};
use uuid::Uuid;

/// Opens the case of a visit; false when there is one.
///
/// # Errors
/// When the database does not answer.
pub fn open(
    connection: &mut PgConnection,
    visit: Uuid,
    response: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let opened = diesel::insert_into(recovery_case::table)
        .values((
            recovery_case::id.eq(ids::new_id()),
            recovery_case::visit_id.eq(visit),
            recovery_case::response_id.eq(response),
            recovery_case::reason.eq(reason),
            recovery_case::opened_at.eq(now),
        ))
        .on_conflict(recovery_case::visit_id)
        .do_nothing()
        .execute(connection)?;
    Ok(opened == 1)
}

/// Notes which open cases were opened before a moment and were not noted yet; returns them with their visits.
///
/// # Errors
/// When the database does not answer.
pub fn note_overdue(
    connection: &mut PgConnection,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, Uuid)>> {
    let overdue = recovery_case::table
        .filter(recovery_case::state.eq("open"))
        .filter(recovery_case::opened_at.le(before))
        .filter(recovery_case::overdue_at.is_null());
    Ok(diesel::update(overdue)
        .set(recovery_case::overdue_at.eq(now))
        .returning((recovery_case::id, recovery_case::visit_id))
        .get_results(connection)?)
}

/// Finds when the open case of a visit was opened.
///
/// # Errors
/// When the database does not answer.
pub fn find_open(connection: &mut PgConnection, visit: Uuid) -> Result<Option<DateTime<Utc>>> {
    Ok(recovery_case::table
        .filter(recovery_case::visit_id.eq(visit))
        .filter(recovery_case::state.eq("open"))
        .select(recovery_case::opened_at)
        .get_result(connection)
        .optional()?)
}

/// A case as it stands with its visit.
#[derive(Debug, Clone, Queryable)]
pub struct CaseRow {
    /// Our id.
    pub id: Uuid,
    /// The visit.
    pub visit: Uuid,
    /// `open` or `closed`.
    pub state: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// What was done.
    pub resolution: Option<String>,
}

/// Lists the cases of visits, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_visits(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<CaseRow>> {
    Ok(recovery_case::table
        .filter(recovery_case::visit_id.eq_any(visits))
        .order((recovery_case::opened_at.desc(), recovery_case::id.desc()))
        .select((
            recovery_case::id,
            recovery_case::visit_id,
            recovery_case::state,
            recovery_case::opened_at,
            recovery_case::closed_at,
            recovery_case::resolution,
        ))
        .load(connection)?)
}

crate::db::columns! {
    COLUMNS:
    recovery_case::id,
    visit::id,
    visit::external_id,
    visit::service,
    visit::visited_on,
    visit::customer_id,
    visit::customer_name,
    recovery_case::response_id,
    recovery_case::reason,
    recovery_case::state,
    recovery_case::opened_at,
    recovery_case::closed_at,
    recovery_case::closed_by,
    recovery_case::cause,
    recovery_case::resolution,
}

/// Lists open cases, the one that waits longest first, or closed ones, the newest first; one more than the limit.
///
/// # Errors
/// When the database does not answer.
pub fn list(
    connection: &mut PgConnection,
    is_open: bool,
    sees: Sees,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Case>> {
    let mut query = recovery_case::table
        .inner_join(visit::table)
        .filter(recovery_case::state.eq(if is_open { "open" } else { "closed" }))
        .limit(limit + 1)
        .select(COLUMNS)
        .into_boxed();
    query = if is_open {
        query.order((recovery_case::opened_at, recovery_case::id))
    } else {
        query.order((recovery_case::closed_at.desc(), recovery_case::id.desc()))
    };
    if let Sees::Team(team) = sees {
        let theirs = visit_employee::table
            .filter(visit_employee::team_id.eq(team.unwrap_or_default()))
            .select(visit_employee::visit_id);
        query = query.filter(visit::id.eq_any(theirs));
    }
    if let Some(cursor) = after {
        let (at, id) = (cursor.time(), cursor.id);
        query = if is_open {
            let later = recovery_case::opened_at.eq(at).and(recovery_case::id.gt(id));
            query.filter(recovery_case::opened_at.gt(at).or(later))
        } else {
            let later = recovery_case::closed_at.eq(at).and(recovery_case::id.lt(id));
            query.filter(recovery_case::closed_at.lt(at).or(later).assume_not_null())
        };
    }
    Ok(query.load(connection)?)
}

/// Finds a case.
///
/// # Errors
/// 404 when there is none.
pub fn find(connection: &mut PgConnection, id: Uuid) -> Result<Case> {
    recovery_case::table
        .inner_join(visit::table)
        .filter(recovery_case::id.eq(id))
        .select(COLUMNS)
        .get_result(connection)
        .optional()?
        .ok_or_else(|| Error::not_found("case"))
}

/// Closes a case that is open; false when somebody else was faster.
///
/// # Errors
/// When the database does not answer.
pub fn close(
    connection: &mut PgConnection,
    id: Uuid,
    (cause, resolution): (&str, &str),
    by: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let open = recovery_case::table.find(id).filter(recovery_case::state.eq("open"));
    let closed = diesel::update(open)
        .set((
            recovery_case::state.eq("closed"),
            recovery_case::closed_at.eq(now),
            recovery_case::closed_by.eq(by),
            recovery_case::cause.eq(cause),
            recovery_case::resolution.eq(resolution),
        ))
        .execute(connection)?;
    Ok(closed == 1)
}

/// Forgets what was written about the cases of visits whose customer is erased.
///
/// # Errors
/// When the database does not answer.
pub fn forget_words(connection: &mut PgConnection, visits: &[Uuid]) -> Result<()> {
    diesel::update(recovery_case::table.filter(recovery_case::visit_id.eq_any(visits)))
        .set(recovery_case::resolution.eq(None::<&str>))
        .execute(connection)?;
    Ok(())
}

/// An open case that somebody may have to look at today.
#[derive(Debug, Clone, QueryableByName)]
pub struct Waiting {
    /// Our id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Its visit.
    #[diesel(sql_type = SqlUuid)]
    pub visit: Uuid,
    /// Kind of service.
    #[diesel(sql_type = Text)]
    pub service: String,
    /// Name of the customer.
    #[diesel(sql_type = Nullable<Text>)]
    pub customer: Option<String>,
    /// When it was opened.
    #[diesel(sql_type = Timestamptz)]
    pub opened_at: DateTime<Utc>,
    /// Whether it is one of those that wait longest.
    #[diesel(sql_type = Bool)]
    pub is_oldest: bool,
    /// How many are open.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
}

/// Lists the open cases that wait longest, at most `most`, and those of some visits, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_waiting(
    connection: &mut PgConnection,
    sees: Sees,
    visits: &[Uuid],
    most: i64,
) -> Result<Vec<Waiting>> {
    let (all, team) = match sees {
        Sees::Everything => (true, None),
        Sees::Team(team) => (false, team),
    };
    let sql = "SELECT id, visit, service, customer, opened_at, place <= $4 AS is_oldest, open FROM \
         (SELECT c.id, c.visit_id AS visit, v.service, v.customer_name AS customer, c.opened_at, \
          row_number() OVER (ORDER BY c.opened_at, c.id) AS place, count(*) OVER () AS open \
          FROM recovery_case c JOIN visit v ON v.id = c.visit_id WHERE c.state = 'open' \
          AND ($1 OR EXISTS (SELECT 1 FROM visit_employee e WHERE e.visit_id = c.visit_id AND e.team_id = $2))) waiting \
         WHERE place <= $4 OR visit = ANY($3) ORDER BY opened_at, id";
    Ok(diesel::sql_query(sql)
        .bind::<Bool, _>(all)
        .bind::<Nullable<SqlUuid>, _>(team)
        .bind::<Array<SqlUuid>, _>(visits)
        .bind::<BigInt, _>(most)
        .load(connection)?)
}
