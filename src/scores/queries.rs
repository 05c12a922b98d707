//! Every statement on the tables of scores.

use super::contribution::{Contribution, Mode, Rating};
use super::totals::{Counts, Sum, SumKey, Totals};
use crate::db::schema::{
    question, response, score_contribution, score_count, score_fold, score_sum, visit, visit_employee,
};
use crate::error::{Error, Result};
use crate::visits::Outcome;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::upsert::excluded;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, PgConnection, QueryDsl,
    RunQueryDsl,
};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// How many rows go into one statement; Postgres takes 65,535 values.
const CHUNK: usize = 2_000;

/// Locks the fold until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub fn lock_fold(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    diesel::update(score_fold::table).set(score_fold::folded_at.eq(now)).execute(connection)?;
    Ok(())
}

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

/// A visit as its contribution needs it: id, date, outcome, first contact, and of its response the version,
/// mode, certainty and answers.
type VisitRow = (Uuid, NaiveDate, String, Option<String>, Option<(Uuid, String, String, Value)>);

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
        .filter(visit::id.eq_any(visits))
        .select((
            visit::id,
            visit::visited_on,
            visit::outcome,
            visit::first_contact,
            (response::survey_version_id, response::mode, response::certainty, response::answers).nullable(),
        ))
        .load(connection)?;
    let credits: Vec<(Uuid, Uuid, i32)> = visit_employee::table
        .filter(visit_employee::visit_id.eq_any(visits))
        .order((visit_employee::visit_id, visit_employee::position))
        .select((visit_employee::visit_id, visit_employee::employee_id, visit_employee::share_permille))
        .load(connection)?;
    let mut by_visit: HashMap<Uuid, Vec<(Uuid, i32)>> = HashMap::new();
    for (visit, employee, share) in credits {
        by_visit.entry(visit).or_default().push((employee, share));
    }
    let versions: Vec<Uuid> =
        rows.iter().filter_map(|row| row.4.as_ref().map(|response| response.0)).collect();
    let scales = load_scales(connection, &versions)?;
    rows.into_iter()
        .map(|row| {
            let credits = by_visit.remove(&row.0).unwrap_or_default();
            Ok((row.0, contribution(row, credits, &scales)?))
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
    let (_, date, outcome, first_contact, response) = row;
    let outcome: Outcome = outcome.parse().map_err(Error::internal)?;
    let by_mail = first_contact.as_deref() == Some("email");
    let counted = response.filter(|(_, _, certainty, _)| certainty == "confirmed");
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
    Ok(Contribution {
        month: Contribution::month_of(date),
        credits,
        invited: by_mail && !outcome.is_not_eligible(),
        mode,
        ratings: ratings.unwrap_or_default(),
    })
}

fn rating(answers: &Value, key: &str, min: i32, max: i32) -> Option<Rating> {
    let answer = i32::try_from(answers.get(key)?.as_i64()?).ok()?;
    Some(Rating { question: key.to_owned(), min, max, answer })
}

/// Adds to the counts, in the order of the keys.
///
/// # Errors
/// When the database does not answer.
pub fn add_counts(connection: &mut PgConnection, deltas: &BTreeMap<(NaiveDate, Uuid), Counts>) -> Result<()> {
    use score_count as t;
    let rows: Vec<_> = deltas
        .iter()
        .map(|((month, employee), counts)| {
            (
                t::month.eq(month),
                t::employee_id.eq(employee),
                t::visits.eq(counts.visits),
                t::invited.eq(counts.invited),
                t::answers_email.eq(counts.answers_email),
                t::answers_phone.eq(counts.answers_phone),
                t::answers_phone_first.eq(counts.answers_phone_first),
            )
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(score_count::table)
            .values(chunk)
            .on_conflict((t::month, t::employee_id))
            .do_update()
            .set((
                t::visits.eq(t::visits + excluded(t::visits)),
                t::invited.eq(t::invited + excluded(t::invited)),
                t::answers_email.eq(t::answers_email + excluded(t::answers_email)),
                t::answers_phone.eq(t::answers_phone + excluded(t::answers_phone)),
                t::answers_phone_first.eq(t::answers_phone_first + excluded(t::answers_phone_first)),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Adds to the sums, in the order of the keys.
///
/// # Errors
/// When the database does not answer.
pub fn add_sums(connection: &mut PgConnection, deltas: &BTreeMap<SumKey, Sum>) -> Result<()> {
    use score_sum as t;
    let rows: Vec<_> = deltas
        .iter()
        .map(|(key, sum)| {
            (
                (t::month.eq(key.month), t::employee_id.eq(key.employee), t::question.eq(&key.question)),
                (t::scale_min.eq(key.min), t::scale_max.eq(key.max), t::mode.eq(&key.mode)),
                t::share_permille.eq(key.share_permille),
                (t::n.eq(sum.n), t::steps.eq(sum.steps)),
                (t::steps_squared.eq(sum.steps_squared), t::top2.eq(sum.top2)),
            )
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(score_sum::table)
            .values(chunk)
            .on_conflict((
                t::month,
                t::employee_id,
                t::question,
                t::scale_min,
                t::scale_max,
                t::mode,
                t::share_permille,
            ))
            .do_update()
            .set((
                t::n.eq(t::n + excluded(t::n)),
                t::steps.eq(t::steps + excluded(t::steps)),
                t::steps_squared.eq(t::steps_squared + excluded(t::steps_squared)),
                t::top2.eq(t::top2 + excluded(t::top2)),
            ))
            .execute(connection)?;
    }
    Ok(())
}

type CountRow = (Uuid, i64, i64, i64, i64, i64);
type SumRow = ((NaiveDate, Uuid, String, i32, i32, String, i32), (i64, i64, i64, i64));

/// Adds the sums of whole months, given by their first days, both included.
///
/// # Errors
/// When the database does not answer.
pub fn read_sums(
    connection: &mut PgConnection,
    first: NaiveDate,
    last: NaiveDate,
    totals: &mut Totals,
) -> Result<()> {
    use score_sum as t;
    let counts: Vec<CountRow> = score_count::table
        .filter(score_count::month.between(first, last))
        .select((
            score_count::employee_id,
            score_count::visits,
            score_count::invited,
            score_count::answers_email,
            score_count::answers_phone,
            score_count::answers_phone_first,
        ))
        .load(connection)?;
    for (employee, visits, invited, answers_email, answers_phone, answers_phone_first) in counts {
        totals.add_counts(
            employee,
            Counts { visits, invited, answers_email, answers_phone, answers_phone_first },
        );
    }
    let sums: Vec<SumRow> = score_sum::table
        .filter(t::month.between(first, last))
        .select((
            (t::month, t::employee_id, t::question, t::scale_min, t::scale_max, t::mode, t::share_permille),
            (t::n, t::steps, t::steps_squared, t::top2),
        ))
        .load(connection)?;
    for ((month, employee, question, min, max, mode, share_permille), (n, steps, steps_squared, top2)) in sums
    {
        let key = SumKey { month, employee, question, min, max, mode, share_permille };
        totals.add_sum(key, Sum { n, steps, steps_squared, top2 });
    }
    Ok(())
}

/// Calls `each` with the contribution of every visit between two dates, both included, in pages.
///
/// # Errors
/// When the database does not answer.
pub fn each_contribution_between(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
    mut each: impl FnMut(&Contribution),
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
        load_contributions(connection, &ids)?.values().for_each(&mut each);
    }
}
