//! Every statement on the tables of call-backs.

pub mod attempts;
pub mod candidates;
pub mod retention;
pub mod service;
pub mod standing;
pub mod watch;
pub mod wave;
pub mod whom;
pub mod work;

pub use super::model::NewCallback;
use super::model::{Callback, State};
use crate::accounts::Sees;
use crate::db::page::Cursor;
use crate::db::schema::{callback, customer, visit, visit_employee};
use crate::error::{Error, Result};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    BoolExpressionMethods, ExecuteCopyFromDsl, ExpressionMethods, NullableExpressionMethods,
    OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
};
use uuid::Uuid;

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

/// Finds the call-back of a visit: the one that was drawn, else the one for service.
///
/// # Errors
/// When the database does not answer.
pub fn find_of_visit(connection: &mut PgConnection, visit: Uuid) -> Result<Option<OfVisit>> {
    Ok(callback::table
        .filter(callback::visit_id.eq(visit))
        .order(callback::rank.desc())
        .select((callback::kind, callback::state, callback::probability, callback::called))
        .first(connection)
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

/// A row of the list: call-back, visit and its id as sent; kind, attempts, appointment, best time; when, service, outcome;
/// whether the visit or the customer's file has a number.
type Row = (
    (Uuid, Uuid, String),
    (String, i32, Option<DateTime<Utc>>, Option<String>),
    (DateTime<Utc>, String, String),
    (bool, bool),
);

/// Lists call-backs in the order in which they are worked, one more than the limit; while there is none to work, those
/// who may be drawn. The cursor holds the place of the last row seen and its id.
///
/// # Errors
/// When the database does not answer.
pub fn list(
    connection: &mut PgConnection,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Callback>> {
    if filter.state == State::Open && !is_there_work(connection)? {
        return candidates::list(connection, filter, after, limit);
    }
    let begin = after.map(|cursor| begin(connection, cursor)).transpose()?;
    let rows = load(connection, filter, begin, limit + 1)?;
    let first = after.map_or(0, |cursor| cursor.place) + 1;
    Ok((first..).zip(rows).map(shown).collect())
}

/// Tells whether any call-back is open or claimed.
///
/// # Errors
/// When the database does not answer.
pub fn is_there_work(connection: &mut PgConnection) -> Result<bool> {
    let at_work = callback::table.filter(diesel::dsl::sql::<diesel::sql_types::Bool>(work::AT_WORK));
    Ok(diesel::select(diesel::dsl::exists(at_work)).get_result(connection)?)
}

/// Where a list goes on: behind which rank, random number and id.
type Begin = (i32, f64, Uuid);

fn begin(connection: &mut PgConnection, cursor: Cursor) -> Result<Begin> {
    let found = callback::table
        .find(cursor.id)
        .select((callback::rank, callback::call_priority, callback::id))
        .get_result::<Begin>(connection)
        .optional()?;
    found.filter(|_| (0..i64::MAX / 2).contains(&cursor.place)).ok_or_else(|| Cursor::foreign("after"))
}

fn load(
    connection: &mut PgConnection,
    filter: &Filter,
    begin: Option<Begin>,
    limit: i64,
) -> Result<Vec<Row>> {
    let mut query = callback::table
        .inner_join(visit::table.left_join(customer::table))
        .filter(callback::state.eq(filter.state.as_str()))
        .order((callback::rank, callback::call_priority, callback::id))
        .limit(limit)
        .select((
            (callback::id, visit::id, visit::external_id),
            (callback::kind, callback::attempts, callback::appointment, callback::best_time),
            (visit::visited_at, visit::service, visit::outcome),
            (visit::customer_phone.is_not_null(), customer::phone.nullable().is_not_null()),
        ))
        .into_boxed();
    if filter.state == State::Done {
        // Whoever was in the frame of a wave and not drawn never had a call-back to end.
        query = query.filter(callback::wave_id.is_null().or(callback::ended_at.is_not_null()));
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
    if let Some((rank, number, id)) = begin {
        let later = callback::call_priority
            .gt(number)
            .or(callback::call_priority.eq(number).and(callback::id.gt(id)));
        query = query.filter(callback::rank.gt(rank).or(callback::rank.eq(rank).and(later)));
    }
    Ok(query.load(connection)?)
}

fn shown((position, row): (i64, Row)) -> Callback {
    let (
        (id, visit, external_id),
        (kind, attempts, appointment, best_time),
        (visited_at, service, outcome),
        phones,
    ) = row;
    Callback {
        id,
        visit,
        external_id,
        position,
        kind,
        visited_at,
        service,
        outcome,
        has_phone: phones.0 || phones.1,
        attempts,
        appointment,
        best_time,
    }
}

/// Finds the visit of a call-back that is open and whose appointment has come.
///
/// # Errors
/// When the database does not answer.
pub fn find_appointed(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let appointed = callback::table
        .find(id)
        .filter(callback::state.eq(State::Open.as_str()))
        .filter(callback::appointment.le(now))
        .select(callback::visit_id);
    Ok(appointed.get_result(connection).optional()?)
}

/// Finds a call-back as it is listed, with its state and its place among those of the same state.
///
/// # Errors
/// 404 when there is none.
pub fn find_listed(connection: &mut PgConnection, id: Uuid) -> Result<(Callback, State)> {
    let found: Option<(String, Begin)> = callback::table
        .find(id)
        .select((callback::state, (callback::rank, callback::call_priority, callback::id)))
        .get_result(connection)
        .optional()?;
    let (word, (rank, number, _)) = found.ok_or_else(|| Error::not_found("call-back"))?;
    let state: State = word.parse().map_err(Error::internal)?;
    let earlier =
        callback::call_priority.lt(number).or(callback::call_priority.eq(number).and(callback::id.lt(id)));
    let before: i64 = callback::table
        .filter(callback::state.eq(&word))
        .filter(callback::rank.lt(rank).or(callback::rank.eq(rank).and(earlier)))
        .count()
        .get_result(connection)?;
    let row: Row = callback::table
        .inner_join(visit::table.left_join(customer::table))
        .filter(callback::id.eq(id))
        .select((
            (callback::id, visit::id, visit::external_id),
            (callback::kind, callback::attempts, callback::appointment, callback::best_time),
            (visit::visited_at, visit::service, visit::outcome),
            (visit::customer_phone.is_not_null(), customer::phone.nullable().is_not_null()),
        ))
        .get_result(connection)?;
    Ok((shown((before + 1, row)), state))
}
