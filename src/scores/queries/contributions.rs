//! What visits contribute, now and when they were last folded.

use super::super::contribution::{Contribution, Mode, Rating, Road};
use super::CHUNK;
use crate::db::schema::{
    callback, changed_visit, question, response, score_contribution, visit, visit_employee,
};
use crate::error::{Error, Result};
use crate::visits::Outcome;
use chrono::NaiveDate;
use diesel::upsert::excluded;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, PgConnection, QueryDsl,
    RunQueryDsl,
};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Reads what visits contributed when they were last folded.
///
/// # Errors
/// When the database does not answer.
pub fn load_folded(connection: &mut PgConnection, visits: &[Uuid]) -> Result<HashMap<Uuid, Contribution>> {
    let rows: Vec<(Uuid, Value)> =
        score_contribution::table.filter(score_contribution::visit_id.eq_any(visits)).load(connection)?;
    rows.into_iter()
        .map(|(visit, value)| Ok((visit, serde_json::from_value(value).map_err(Error::internal)?)))
        .collect()
}

/// Stores what visits contribute now.
///
/// # Errors
/// When the database does not answer.
pub fn store_folded<'a>(
    connection: &mut PgConnection,
    contributions: impl Iterator<Item = (&'a Uuid, &'a Contribution)>,
) -> Result<()> {
    let rows = contributions
        .map(|(visit, contribution)| {
            let value = serde_json::to_value(contribution).map_err(Error::internal)?;
            Ok((score_contribution::visit_id.eq(*visit), score_contribution::contribution.eq(value)))
        })
        .collect::<Result<Vec<_>>>()?;
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(score_contribution::table)
            .values(chunk)
            .on_conflict(score_contribution::visit_id)
            .do_update()
            .set(score_contribution::contribution.eq(excluded(score_contribution::contribution)))
            .execute(connection)?;
    }
    Ok(())
}

/// Forgets what visits contributed that are no more.
///
/// # Errors
/// When the database does not answer.
pub fn forget_folded(connection: &mut PgConnection, visits: &[Uuid]) -> Result<()> {
    if !visits.is_empty() {
        diesel::delete(score_contribution::table.filter(score_contribution::visit_id.eq_any(visits)))
            .execute(connection)?;
    }
    Ok(())
}

/// A visit as its contribution needs it: id, date, outcome and first contact; the facts known before the answer; of its
/// response the version, mode, certainty and answers; of its call-back the kind, probability and whether it was called.
type VisitRow = (
    (Uuid, NaiveDate, String, Option<String>),
    (String, Option<String>, Option<String>, Option<Uuid>),
    Option<(Uuid, String, String, Value)>,
    Option<CallRow>,
);

/// Kind, probability and whether the customer was called; the wave that drew it, and how it ended.
type CallRow = (String, Option<f64>, Option<bool>, Option<Uuid>, Option<String>);

/// Works out what visits contribute now.
///
/// # Errors
/// When the database does not answer.
pub fn load_contributions(
    connection: &mut PgConnection,
    visits: &[Uuid],
) -> Result<HashMap<Uuid, Contribution>> {
    let rows: Vec<VisitRow> = visit::table
        .left_join(response::table.on(response::visit_id.eq(visit::id).and(response::excluded.eq(false))))
        .left_join(callback::table.on(callback::visit_id.eq(visit::id).and(callback::kind.ne("service"))))
        .filter(visit::id.eq_any(visits))
        .select((
            (visit::id, visit::visited_on, visit::outcome, visit::first_contact),
            (visit::service, visit::channel, visit::segment, visit::site_id),
            (response::survey_version_id, response::mode, response::certainty, response::answers).nullable(),
            (
                callback::kind,
                callback::probability,
                callback::called,
                callback::wave_id,
                callback::disposition,
            )
                .nullable(),
        ))
        .load(connection)?;
    let credits: Vec<(Uuid, Uuid, i32)> = visit_employee::table
        .filter(visit_employee::visit_id.eq_any(visits))
        .order((visit_employee::visit_id, visit_employee::position, visit_employee::employee_id))
        .select((visit_employee::visit_id, visit_employee::employee_id, visit_employee::share_permille))
        .load(connection)?;
    let mut by_visit: HashMap<Uuid, Vec<(Uuid, i32)>> = HashMap::new();
    for (visit, employee, share) in credits {
        by_visit.entry(visit).or_default().push((employee, share));
    }
    let versions: Vec<Uuid> =
        rows.iter().filter_map(|row| row.2.as_ref().map(|response| response.0)).collect();
    let scales = load_scales(connection, &versions)?;
    rows.into_iter()
        .map(|row| {
            let id = row.0.0;
            let credits = by_visit.remove(&id).unwrap_or_default();
            Ok((id, contribution(row, credits, &scales)?))
        })
        .collect()
}

type Scales = HashMap<Uuid, Vec<(String, i32, i32)>>;

fn load_scales(connection: &mut PgConnection, versions: &[Uuid]) -> Result<Scales> {
    let rows: Vec<(Uuid, String, i32, i32)> = question::table
        .filter(question::survey_version_id.eq_any(versions))
        .order((question::survey_version_id, question::position))
        .select((
            question::survey_version_id,
            question::key,
            question::scale_min.assume_not_null(),
            question::scale_max.assume_not_null(),
        ))
        .filter(question::scale_min.is_not_null())
        .load(connection)?;
    let mut scales: Scales = HashMap::new();
    for (version, key, min, max) in rows {
        scales.entry(version).or_default().push((key, min, max));
    }
    Ok(scales)
}

fn contribution(row: VisitRow, credits: Vec<(Uuid, i32)>, scales: &Scales) -> Result<Contribution> {
    let ((_, visited_on, outcome, first_contact), (service, channel, segment, site), response, call) = row;
    let outcome: Outcome = outcome.parse().map_err(Error::internal)?;
    let by_mail = first_contact.as_deref() == Some("email");
    let phase = call.as_ref().map_or(Phase::First, phase);
    let counted = response.filter(|(_, mode, certainty, _)| {
        certainty == "confirmed" && (mode == "phone" || phase != Phase::TooLate)
    });
    let mode = counted.as_ref().map(|(_, mode, _, _)| match mode.as_str() {
        "phone" if by_mail => Mode::Phone,
        "phone" => Mode::PhoneFirst,
        "paper" if !by_mail => Mode::Paper,
        _ => Mode::Email,
    });
    let ratings = counted.map(|(version, _, _, answers)| {
        let asked = scales.get(&version).into_iter().flatten();
        asked.filter_map(|(key, min, max)| rating(&answers, key, *min, *max)).collect()
    });
    let is_eligible = !outcome.is_not_eligible();
    let callback = call.as_ref().map(|(kind, probability, ..)| (kind.as_str(), *probability));
    let is_second = phase == Phase::Second;
    let road = Road { first_contact: first_contact.as_deref(), is_eligible, mode, callback, is_second };
    let (design, probability) = road.design();
    Ok(Contribution {
        visited_on,
        credits,
        invited: by_mail && is_eligible,
        mode,
        design,
        called: probability.is_some() && call.and_then(|(_, _, called, ..)| called) == Some(true),
        probability,
        levels: [
            service,
            channel.unwrap_or_default(),
            segment.unwrap_or_default(),
            site.map(|site| site.to_string()).unwrap_or_default(),
        ],
        ratings: ratings.unwrap_or_default(),
    })
}

/// In which phase an answer by mail was given; it is fixed when a wave is drawn (DESIGN 6.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Before any draw.
    First,
    /// After it, by somebody who was drawn and not phoned yet: that case's observation.
    Second,
    /// After it, by anybody else: kept, and in no score.
    TooLate,
}

fn phase((_, probability, _, wave, disposition): &CallRow) -> Phase {
    match (wave, probability, disposition.as_deref()) {
        (None, ..) | (_, None, _) => Phase::First,
        (.., Some("answered")) => Phase::Second,
        _ => Phase::TooLate,
    }
}

fn rating(answers: &Value, key: &str, min: i32, max: i32) -> Option<Rating> {
    let answer = i32::try_from(answers.get(key)?.as_i64()?).ok()?;
    Some(Rating { question: key.to_owned(), min, max, answer })
}

/// Calls `each` with the contribution of every visit between two dates, both included.
///
/// # Errors
/// When the database does not answer.
pub fn each_contribution_between(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
    mut each: impl FnMut(&Contribution),
) -> Result<()> {
    each_page_between(connection, from, to, |_, page| {
        page.values().for_each(&mut each);
        Ok(())
    })
}

/// Calls `each` with the contributions of the visits between two dates, both included, in pages.
///
/// # Errors
/// When the database does not answer, and those of `each`.
pub fn each_page_between(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
    mut each: impl FnMut(&mut PgConnection, &HashMap<Uuid, Contribution>) -> Result<()>,
) -> Result<()> {
    let mut after: Option<(NaiveDate, Uuid)> = None;
    loop {
        let mut query = visit::table
            .filter(visit::visited_on.between(from, to))
            .order((visit::visited_on, visit::id))
            .limit(2_000)
            .select((visit::id, visit::visited_on))
            .into_boxed();
        if let Some((date, id)) = after {
            query =
                query.filter(visit::visited_on.gt(date).or(visit::visited_on.eq(date).and(visit::id.gt(id))));
        }
        let page: Vec<(Uuid, NaiveDate)> = query.load(connection)?;
        let Some((last, date)) = page.last().copied() else { return Ok(()) };
        after = Some((date, last));
        let ids: Vec<Uuid> = page.into_iter().map(|(id, _)| id).collect();
        let contributions = load_contributions(connection, &ids)?;
        each(connection, &contributions)?;
    }
}

/// Tells whether there is a visit between two dates, both included.
///
/// # Errors
/// When the database does not answer.
pub fn has_visits_between(connection: &mut PgConnection, from: NaiveDate, to: NaiveDate) -> Result<bool> {
    let between = visit::table.filter(visit::visited_on.between(from, to));
    Ok(diesel::select(diesel::dsl::exists(between)).get_result(connection)?)
}

/// Returns the first and the last date of a visit.
///
/// # Errors
/// When the database does not answer.
pub fn dates_of_visits(connection: &mut PgConnection) -> Result<Option<(NaiveDate, NaiveDate)>> {
    let ends: (Option<NaiveDate>, Option<NaiveDate>) = visit::table
        .select((diesel::dsl::min(visit::visited_on), diesel::dsl::max(visit::visited_on)))
        .get_result(connection)?;
    Ok(ends.0.zip(ends.1))
}

/// Returns the visits that changed since the last fold.
///
/// # Errors
/// When the database does not answer.
pub fn load_pending(connection: &mut PgConnection) -> Result<Vec<Uuid>> {
    let mut visits: Vec<Uuid> = changed_visit::table.select(changed_visit::visit_id).load(connection)?;
    visits.sort_unstable();
    visits.dedup();
    Ok(visits)
}
