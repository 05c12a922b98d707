//! Reading who may be drawn.

use super::Filter;
use crate::accounts::Sees;
use crate::callbacks::model::Callback;
use crate::db::page::Cursor;
use crate::db::schema::{callback, customer, visit, visit_employee};
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Bool, Date, Double, Nullable, Text, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection,
    QueryDsl, QueryableByName, RunQueryDsl,
};
use uuid::Uuid;

/// The outcomes in which a customer may be phoned, as the index on visits has them; a constant, or Postgres
/// could not tell that the index fits.
const CALLABLE: &str = "visit.outcome IN \
     ('unanswered', 'suspect', 'bounced', 'failed', 'no_address', 'phone_first', 'to_call')";

/// Whether the lawful basis covers phoning; a visit that came without one, as a history does, is not held back.
const COVERED: &str = "(visit.lawful_basis_channels IS NULL OR 'phone' = ANY (visit.lawful_basis_channels))";

/// A row of the list: visit, its id as sent, whether it is a priority case, when, service, outcome, and whether the
/// visit or the customer's file has a number.
type Row = (Uuid, String, bool, DateTime<Utc>, String, String, (bool, bool));

/// Lists those who may be drawn in the order in which they would be called, one more than the limit. The cursor holds
/// the place of the last row seen and its visit. A visit whose lawful basis does not cover phoning is never listed.
///
/// # Errors
/// When the database does not answer.
pub fn list(
    connection: &mut PgConnection,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Callback>> {
    let begin = after.map(|cursor| begin(connection, cursor)).transpose()?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let mut rows: Vec<Row> = Vec::new();
    for (priority, begin) in parts(begin) {
        let missing = most.saturating_sub(rows.len());
        if missing > 0 {
            let missing = i64::try_from(missing).unwrap_or(i64::MAX);
            rows.extend(load(connection, filter, priority, begin, missing)?);
        }
    }
    let first = after.map_or(0, |cursor| cursor.place) + 1;
    Ok((first..).zip(rows).map(shown).collect())
}

/// Where a list goes on: whether among the priority cases, behind which random number and which visit.
type Begin = (bool, f64, Uuid);

fn begin(connection: &mut PgConnection, cursor: Cursor) -> Result<Begin> {
    let found = visit::table
        .find(cursor.id)
        .select((visit::priority, visit::call_priority))
        .get_result::<(bool, f64)>(connection)
        .optional()?;
    let (priority, number) = found
        .filter(|_| (0..i64::MAX / 2).contains(&cursor.place))
        .ok_or_else(|| Cursor::foreign("after"))?;
    Ok((priority, number, cursor.id))
}

/// Of which cases, and behind which random number and visit; None for all.
type Part = (bool, Option<(f64, Uuid)>);

/// Priority cases and the others are read one after the other, so that each is a walk along the index.
fn parts(begin: Option<Begin>) -> Vec<Part> {
    match begin {
        None => vec![(true, None), (false, None)],
        Some((true, number, id)) => vec![(true, Some((number, id))), (false, None)],
        Some((false, number, id)) => vec![(false, Some((number, id)))],
    }
}

fn load(
    connection: &mut PgConnection,
    filter: &Filter,
    priority: bool,
    begin: Option<(f64, Uuid)>,
    limit: i64,
) -> Result<Vec<Row>> {
    let drawn = callback::table.filter(callback::visit_id.eq(visit::id)).filter(callback::kind.ne("service"));
    let mut query = visit::table
        .left_join(customer::table)
        .filter(diesel::dsl::sql::<Bool>(CALLABLE))
        .filter(diesel::dsl::sql::<Bool>(COVERED))
        .filter(diesel::dsl::not(diesel::dsl::exists(drawn)))
        .filter(visit::priority.eq(priority))
        .order((visit::call_priority, visit::id))
        .limit(limit)
        .select((
            visit::id,
            visit::external_id,
            visit::priority,
            visit::visited_at,
            visit::service,
            visit::outcome,
            (visit::customer_phone.is_not_null(), customer::phone.nullable().is_not_null()),
        ))
        .into_boxed();
    if let Sees::Team(team) = filter.sees {
        let theirs = visit_employee::table
            .filter(visit_employee::team_id.eq(team.unwrap_or_default()))
            .select(visit_employee::visit_id);
        query = query.filter(visit::id.eq_any(theirs));
    }
    if let Some(from) = filter.from {
        query = query.filter(visit::visited_on.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(visit::visited_on.le(to));
    }
    if let Some((number, id)) = begin {
        // Said so, the index is entered at the cursor; with one OR alone it is walked from its begin.
        let later = visit::call_priority.gt(number);
        query = query.filter(visit::call_priority.ge(number)).filter(later.or(visit::id.gt(id)));
    }
    Ok(query.load(connection)?)
}

fn shown((position, row): (i64, Row)) -> Callback {
    let (visit, external_id, priority, visited_at, service, outcome, phones) = row;
    let kind = match outcome.as_str() {
        "phone_first" => "phone_first",
        _ if priority => "priority",
        _ => "random",
    };
    Callback {
        id: visit,
        visit,
        external_id,
        position,
        kind: kind.to_owned(),
        visited_at,
        service,
        outcome,
        has_phone: phones.0 || phones.1,
        attempts: 0,
        appointment: None,
        best_time: None,
    }
}

/// A visit that might be drawn into a wave.
#[derive(Debug, Clone, QueryableByName)]
pub struct Candidate {
    /// The visit.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Whether a missing answer is phoned first.
    #[diesel(sql_type = Bool)]
    pub priority: bool,
    /// Its permanent random number in [0, 1).
    #[diesel(sql_type = Double)]
    pub call_priority: f64,
    /// Word of the outcome in which it stands.
    #[diesel(sql_type = Text)]
    pub outcome: String,
    /// The customer's file.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub customer: Option<Uuid>,
    /// The number to call.
    #[diesel(sql_type = Text)]
    pub phone: String,
    /// The address that was or would have been mailed.
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
}

/// Locks and lists the visits of some days, both included, that may be phoned, have a number, and were never drawn; in
/// the order of their ids.
///
/// # Errors
/// When the database does not answer.
pub fn lock_candidates(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Candidate>> {
    let sql = format!(
        "SELECT visit.id, visit.priority, visit.call_priority, visit.outcome, visit.customer_id AS customer, \
         coalesce(visit.customer_phone, customer.phone) AS phone, visit.customer_email AS email \
         FROM visit LEFT JOIN customer ON customer.id = visit.customer_id \
         WHERE {CALLABLE} AND visit.outcome <> 'to_call' AND {COVERED} AND visit.visited_on BETWEEN $1 AND $2 \
         AND coalesce(visit.customer_phone, customer.phone) IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM callback WHERE callback.visit_id = visit.id AND callback.kind <> 'service') \
         ORDER BY visit.id FOR UPDATE OF visit"
    );
    Ok(diesel::sql_query(sql).bind::<Date, _>(from).bind::<Date, _>(to).load(connection)?)
}

/// Tells whether the lawful basis of a visit covers calls.
///
/// # Errors
/// When the database does not answer.
pub fn is_covered(connection: &mut PgConnection, visit: Uuid) -> Result<bool> {
    let covered = visit::table.find(visit).filter(diesel::dsl::sql::<Bool>(COVERED));
    Ok(diesel::select(diesel::dsl::exists(covered)).get_result(connection)?)
}
