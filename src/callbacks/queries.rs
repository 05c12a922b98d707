//! Every statement on the table of call-backs.

pub use super::model::NewCallback;
use super::model::{Callback, State};
use crate::accounts::Sees;
use crate::db::page::Cursor;
use crate::db::schema::{callback, customer, visit, visit_employee};
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, ExecuteCopyFromDsl, ExpressionMethods, NullableExpressionMethods,
    OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
};
use uuid::Uuid;

/// The outcomes in which a customer may be phoned, as the index on visits has them; a constant, or Postgres
/// could not tell that the index fits.
const CALLABLE: &str = "visit.outcome IN \
     ('unanswered', 'suspect', 'bounced', 'failed', 'no_address', 'phone_first', 'to_call')";

/// Whether the lawful basis covers phoning; a visit that came without one, as a history does, is not held back.
const COVERED: &str = "(visit.lawful_basis_channels IS NULL OR 'phone' = ANY (visit.lawful_basis_channels))";

/// Inserts many call-backs at once.
///
/// # Errors
/// When the database does not answer, or a visit has one already.
pub fn insert_all(connection: &mut PgConnection, rows: &[NewCallback]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    diesel::copy_from(callback::table).from_insertable(rows).execute(connection)?;
    Ok(())
}

/// What is known of the call-back of a visit.
#[derive(Debug, Clone, diesel::Queryable)]
pub struct OfVisit {
    /// `priority`, `random`, `phone_first` or `service`.
    pub kind: String,
    /// `open`, `claimed` or `done`.
    pub state: String,
    /// Probability of being called when the list was drawn.
    pub probability: Option<f64>,
    /// Whether the customer was called.
    pub called: Option<bool>,
}

/// Finds the call-back of a visit.
///
/// # Errors
/// When the database does not answer.
pub fn find_of_visit(connection: &mut PgConnection, visit: Uuid) -> Result<Option<OfVisit>> {
    Ok(callback::table
        .filter(callback::visit_id.eq(visit))
        .select((callback::kind, callback::state, callback::probability, callback::called))
        .get_result(connection)
        .optional()?)
}

/// Which part of the call-backs a list shows.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// In which state they stand.
    pub state: State,
    /// Visit date from, included.
    pub from: Option<NaiveDate>,
    /// Visit date to, included.
    pub to: Option<NaiveDate>,
    /// Whose visits the reader sees.
    pub sees: Sees,
}

/// A row of the list: call-back, visit, its id as sent, kind, whether it is a priority case, when, service,
/// outcome, and whether the visit or the customer's file has a number.
type Row = (Option<Uuid>, Uuid, String, Option<String>, bool, DateTime<Utc>, String, String, (bool, bool));

/// Lists call-backs in the order in which they are worked, one more than the limit. The cursor holds the place
/// of the last row seen and its visit. A visit whose lawful basis does not cover phoning is never listed.
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
    for (priority, begin) in parts(filter.state, begin) {
        let missing = most.saturating_sub(rows.len());
        if missing > 0 {
            let missing = i64::try_from(missing).unwrap_or(i64::MAX);
            rows.extend(load(connection, filter, priority, begin, missing)?);
        }
    }
    let first = after.map_or(0, |cursor| cursor.place) + 1;
    Ok((first..).zip(rows).map(callback).collect())
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
type Part = (Option<bool>, Option<(f64, Uuid)>);

/// Priority cases and the others are read one after the other, so that each is a walk along the index.
fn parts(state: State, begin: Option<Begin>) -> Vec<Part> {
    match (state, begin) {
        (State::Open, None) => vec![(Some(true), None), (Some(false), None)],
        (State::Open, Some((true, number, id))) => {
            vec![(Some(true), Some((number, id))), (Some(false), None)]
        }
        (State::Open, Some((false, number, id))) => vec![(Some(false), Some((number, id)))],
        (_, begin) => vec![(None, begin.map(|(_, number, id)| (number, id)))],
    }
}

fn load(
    connection: &mut PgConnection,
    filter: &Filter,
    priority: Option<bool>,
    begin: Option<(f64, Uuid)>,
    limit: i64,
) -> Result<Vec<Row>> {
    let mut query = visit::table
        .left_join(callback::table)
        .left_join(customer::table)
        .filter(diesel::dsl::sql::<Bool>(COVERED))
        .order((visit::call_priority, visit::id))
        .limit(limit)
        .select((
            callback::id.nullable(),
            visit::id,
            visit::external_id,
            callback::kind.nullable(),
            visit::priority,
            visit::visited_at,
            visit::service,
            visit::outcome,
            (visit::customer_phone.is_not_null(), customer::phone.nullable().is_not_null()),
        ))
        .into_boxed();
    query = match filter.state {
        // One that ended or is being worked on is not open, whatever became of its visit.
        State::Open => query
            .filter(diesel::dsl::sql::<Bool>(CALLABLE))
            .filter(callback::state.is_null().or(callback::state.eq(State::Open.as_str()))),
        state => query.filter(callback::state.eq(state.as_str())),
    };
    if let Some(priority) = priority {
        query = query.filter(visit::priority.eq(priority));
    }
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

fn callback((position, row): (i64, Row)) -> Callback {
    let (id, visit, external_id, kind, priority, visited_at, service, outcome, phones) = row;
    let kind = kind.unwrap_or_else(|| {
        let kind = match outcome.as_str() {
            "phone_first" => "phone_first",
            _ if priority => "priority",
            _ => "random",
        };
        kind.to_owned()
    });
    Callback {
        id: id.unwrap_or(visit),
        visit,
        external_id,
        position,
        kind,
        visited_at,
        service,
        outcome,
        has_phone: phones.0 || phones.1,
    }
}
