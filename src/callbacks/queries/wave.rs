//! Statements about waves, their strata and what belongs to calling as a whole.

use super::work::AT_WORK;
use crate::callbacks::model::{Kind, State};
use crate::db::schema::{callback, calling, wave, wave_stratum};
use crate::error::{Error, Result};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{count_star, sql};
use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl,
    Queryable, RunQueryDsl, Selectable, SelectableHelper,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A wave as it is stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = wave)]
pub struct Wave {
    /// Our id.
    pub id: Uuid,
    /// First visit date, included.
    pub from_on: NaiveDate,
    /// Last visit date, included.
    pub to_on: NaiveDate,
    /// Which share of the random stratum is drawn, above 0 up to 1.
    pub share: f64,
    /// `open` or `closed`.
    pub state: String,
    /// When it was drawn.
    pub drawn_at: DateTime<Utc>,
    /// By whom.
    pub drawn_by: String,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub closed_by: Option<String>,
}

impl Wave {
    /// Tells whether its list is still worked.
    pub fn is_open(&self) -> bool {
        self.state == "open"
    }
}

/// A stratum of a wave.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = wave_stratum)]
pub struct Stratum {
    /// The wave.
    pub wave_id: Uuid,
    /// `priority`, `random` or `phone_first`.
    pub kind: String,
    /// How many visits might have been drawn.
    pub framed: i64,
    /// How many were.
    pub drawn: i64,
    /// How many of them were called; None while the wave is open.
    pub called: Option<i64>,
    /// The probability of each of the stratum's visits as it was realised; None while the wave is open, and where nobody
    /// was called.
    pub probability: Option<f64>,
}

impl Stratum {
    /// Returns which one it is.
    ///
    /// # Errors
    /// 500 when the stored word is unknown.
    pub fn kind(&self) -> Result<Kind> {
        self.kind.parse().map_err(Error::internal)
    }
}

/// Lets one draw at a time go on, until the end of the transaction, and notes the first one as the start of calling.
///
/// # Errors
/// When the database does not answer.
pub fn lock_draws(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    let started: Option<DateTime<Utc>> =
        calling::table.select(calling::started_at).for_update().get_result(connection)?;
    if started.is_none() {
        diesel::update(calling::table).set(calling::started_at.eq(now)).execute(connection)?;
    }
    Ok(())
}

/// Reads since when the organisation calls, and the last known standard error of the mode's effect (points).
///
/// # Errors
/// When the database does not answer.
pub fn find_calling(connection: &mut PgConnection) -> Result<(Option<DateTime<Utc>>, Option<f64>)> {
    Ok(calling::table.select((calling::started_at, calling::mode_effect_se)).get_result(connection)?)
}

/// Keeps the last known effect of the mode and its standard error (points of 100).
///
/// # Errors
/// When the database does not answer.
pub fn update_mode_effect(
    connection: &mut PgConnection,
    effect: f64,
    standard_error: f64,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(calling::table)
        .set((
            calling::mode_effect.eq(effect),
            calling::mode_effect_se.eq(standard_error),
            calling::measured_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Inserts a wave with its strata.
///
/// # Errors
/// When the database does not answer.
pub fn insert(connection: &mut PgConnection, wave: &Wave, strata: &[Stratum]) -> Result<()> {
    diesel::insert_into(wave::table).values(wave).execute(connection)?;
    diesel::insert_into(wave_stratum::table).values(strata).execute(connection)?;
    Ok(())
}

/// Finds a wave and locks it until the end of the transaction.
///
/// # Errors
/// 404 when there is none.
pub fn lock(connection: &mut PgConnection, id: Uuid) -> Result<Wave> {
    let found =
        wave::table.find(id).select(Wave::as_select()).for_update().get_result(connection).optional()?;
    found.ok_or_else(|| Error::not_found("wave"))
}

/// Tells whether a wave is open, and sees to it that it stays so until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub fn stays_open(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    let state: String = wave::table.find(id).select(wave::state).for_share().get_result(connection)?;
    Ok(state == "open")
}

/// Lists the open waves.
///
/// # Errors
/// When the database does not answer.
pub fn list_open(connection: &mut PgConnection) -> Result<Vec<Uuid>> {
    Ok(wave::table.filter(wave::state.eq("open")).order(wave::id).select(wave::id).load(connection)?)
}

/// Lists the newest waves first.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection, limit: i64) -> Result<Vec<Wave>> {
    let newest_first = (wave::drawn_at.desc(), wave::id.desc());
    Ok(wave::table.order(newest_first).limit(limit).select(Wave::as_select()).load(connection)?)
}

/// Lists the strata of waves, priority cases first.
///
/// # Errors
/// When the database does not answer.
pub fn list_strata(connection: &mut PgConnection, waves: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Stratum>>> {
    let rows: Vec<Stratum> = wave_stratum::table
        .filter(wave_stratum::wave_id.eq_any(waves))
        .order((wave_stratum::wave_id, wave_stratum::kind))
        .select(Stratum::as_select())
        .load(connection)?;
    let mut by_wave: BTreeMap<Uuid, Vec<Stratum>> = BTreeMap::new();
    for row in rows {
        by_wave.entry(row.wave_id).or_default().push(row);
    }
    Ok(by_wave)
}

/// Closes a wave.
///
/// # Errors
/// When the database does not answer.
pub fn close(connection: &mut PgConnection, id: Uuid, by: &str, now: DateTime<Utc>) -> Result<()> {
    diesel::update(wave::table.find(id))
        .set((wave::state.eq("closed"), wave::closed_at.eq(now), wave::closed_by.eq(by)))
        .execute(connection)?;
    Ok(())
}

/// Tells whether any call-back of a wave is open or claimed.
///
/// # Errors
/// When the database does not answer.
pub fn has_work(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    let at_work = callback::table.filter(callback::wave_id.eq(id)).filter(sql::<Bool>(AT_WORK));
    Ok(diesel::select(diesel::dsl::exists(at_work)).get_result(connection)?)
}

/// An open call-back of a wave: id, visit, its outcome before the draw, attempts.
pub type Left = (Uuid, Uuid, Option<String>, i32);

/// Lists the call-backs of a wave that nobody has claimed.
///
/// # Errors
/// When the database does not answer.
pub fn list_left(connection: &mut PgConnection, id: Uuid) -> Result<Vec<Left>> {
    Ok(callback::table
        .filter(callback::wave_id.eq(id))
        .filter(callback::state.eq(State::Open.as_str()))
        .order(callback::visit_id)
        .select((callback::id, callback::visit_id, callback::came_from, callback::attempts))
        .load(connection)?)
}

/// Counts the call-backs of a wave by kind that were called or are being called.
///
/// # Errors
/// When the database does not answer.
pub fn count_called(connection: &mut PgConnection, id: Uuid) -> Result<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> = callback::table
        .filter(callback::wave_id.eq(id))
        .filter(callback::called.eq(true).or(callback::state.eq(State::Claimed.as_str())))
        .group_by(callback::kind)
        .select((callback::kind, count_star()))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Writes what a stratum came to: how many were called, and the probability of each of its visits. Returns the visits
/// whose probability changed.
///
/// # Errors
/// When the database does not answer.
pub fn realise(
    connection: &mut PgConnection,
    stratum: &Stratum,
    called: i64,
    probability: Option<f64>,
) -> Result<Vec<Uuid>> {
    diesel::update(wave_stratum::table.find((stratum.wave_id, &stratum.kind)))
        .set((wave_stratum::called.eq(called), wave_stratum::probability.eq(probability)))
        .execute(connection)?;
    let of_stratum = callback::table
        .filter(callback::wave_id.eq(stratum.wave_id))
        .filter(callback::kind.eq(&stratum.kind));
    let changed = match probability {
        Some(probability) => diesel::update(of_stratum.filter(callback::probability.ne(probability)))
            .set(callback::probability.eq(probability))
            .returning(callback::visit_id)
            .get_results(connection)?,
        // Nobody was called, so nobody was drawn: they may be drawn again.
        None => diesel::delete(of_stratum).returning(callback::visit_id).get_results(connection)?,
    };
    Ok(changed)
}
