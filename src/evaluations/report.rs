//! From sums to an evaluation.

use super::fit::{self, Fitted, Sites};
use super::kept::{self, Key};
use super::model::{Assumed, EmployeeEvaluation, Evaluation, MixEffect};
use super::rows::{self, Flagged, OVERALL};
use crate::db;
use crate::error::{Result, check_span};
use crate::people;
use crate::people::model::ListedEmployee;
use crate::scores::names::FACTORS;
use crate::scores::{self, Period};
use crate::stats::method::{self, FALSE_DISCOVERIES, Lowest, MARGIN, PersonFit, Status};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Below so many answers nobody's mean is shown (DESIGN decision 11).
pub const FEWEST_ANSWERS: i64 = 10;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Selection {
    /// First visit date, included.
    pub from: NaiveDate,
    /// Last visit date, included.
    pub to: NaiveDate,
    /// Only rows of this team.
    pub team: Option<String>,
    /// Only the row of this employee.
    pub employee: Option<String>,
    /// Also what is otherwise hidden, for checking the method.
    pub all_estimates: bool,
}

/// Evaluates a period. Team and employee select rows; everything is worked out over the whole company.
///
/// # Errors
/// 422 when the period ends before it begins.
pub fn evaluate(
    connection: &mut PgConnection,
    selection: &Selection,
    now: DateTime<Utc>,
) -> Result<Evaluation> {
    check_span(selection.from, selection.to)?;
    scores::fold(connection, now)?;
    db::snapshot(connection, |connection| read(connection, selection))
}

/// Reads everything in one snapshot, so that counts, sums and people belong together. Names and teams are read anew also
/// where the numbers are kept.
fn read(connection: &mut PgConnection, selection: &Selection) -> Result<Evaluation> {
    let Selection { from, to, all_estimates, .. } = *selection;
    let key = scores::queries::find_stamp(connection)?.map(|stamp| Key { stamp, from, to, all_estimates });
    let whole = match key.and_then(kept::find) {
        Some(whole) => whole,
        None => Arc::new(work_out(connection, selection)?),
    };
    if let Some(key) = key {
        kept::keep(key, whole.clone());
    }
    selected(connection, &whole, selection)
}

/// The rows that are asked for, with today's names.
fn selected(connection: &mut PgConnection, whole: &Evaluation, selection: &Selection) -> Result<Evaluation> {
    let is_asked =
        |row: &&EmployeeEvaluation| selection.employee.as_ref().is_none_or(|id| row.employee_id == *id);
    let rows: Vec<&EmployeeEvaluation> = whole.employees.iter().filter(is_asked).collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.detail.id).collect();
    let people = people::queries::list_employees(connection, &ids, selection.to)?;
    let known: HashMap<Uuid, &EmployeeEvaluation> =
        rows.into_iter().map(|row| (row.detail.id, row)).collect();
    let in_team = |person: &&ListedEmployee| {
        selection.team.as_ref().is_none_or(|team| person.team.as_ref() == Some(team))
    };
    let row = |person: &ListedEmployee| {
        let row = (*known.get(&person.id)?).clone();
        Some(EmployeeEvaluation { employee_name: person.name.clone(), team: person.team.clone(), ..row })
    };
    Ok(Evaluation {
        employees: people.iter().filter(in_team).filter_map(row).collect(),
        company: whole.company.clone(),
        assumed: whole.assumed.clone(),
        ..*whole
    })
}

/// Works out the whole company.
fn work_out(connection: &mut PgConnection, selection: &Selection) -> Result<Evaluation> {
    let period = scores::read(connection, selection.from, selection.to)?;
    let ids: Vec<Uuid> = period.people.keys().copied().collect();
    let people = people::queries::list_employees(connection, &ids, selection.to)?;
    let sites = people::queries::bulk::list_sites(connection)?;
    let sites = sites.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    Ok(evaluation(&period, &people, &sites, selection))
}

fn evaluation(
    period: &Period,
    people: &[ListedEmployee],
    sites: &Sites,
    selection: &Selection,
) -> Evaluation {
    let items = main_items(period);
    let overall = items.get(OVERALL).copied();
    let main = fit::fit(period, overall.unwrap_or(-1), sites);
    let dimensions: Vec<(&str, Fitted)> = items
        .iter()
        .filter(|(question, _)| **question != OVERALL)
        .map(|(question, item)| (*question, fit::fit(period, *item, sites)))
        .collect();
    let flagged = Flagged {
        overall: flags(std::iter::once(&main)),
        dimensions: flags(dimensions.iter().map(|(_, fitted)| fitted)),
    };
    let shown = rows::Shown {
        period,
        overall,
        main: &main,
        dimensions: &dimensions,
        flagged: &flagged,
        all: selection.all_estimates,
    };
    Evaluation {
        from: selection.from,
        to: selection.to,
        basis: main.fit.basis.as_str(),
        method: main.fit.method.as_str(),
        method_version: method::VERSION,
        all_estimates: selection.all_estimates,
        company: shown.company(),
        employees: people.iter().map(|person| shown.employee(person)).collect(),
        assumed: assumed(&main),
    }
}

/// Scales never mix: of each question, the one with most answers is reported. The longest of questions named alike.
fn main_items(period: &Period) -> BTreeMap<&str, i32> {
    let mut answers: BTreeMap<i32, i64> = BTreeMap::new();
    for ((item, _), sums) in period.company.items.iter() {
        *answers.entry(*item).or_default() += sums.sum.n;
    }
    let mut main: BTreeMap<&str, (i64, (i32, i32), i32)> = BTreeMap::new();
    for (id, item) in period.names.items.iter() {
        let n = answers.get(&id).copied().unwrap_or(0);
        let candidate = (n, (item.min, item.max), id);
        let known = main.entry(item.question.as_str()).or_insert(candidate);
        *known = (*known).max(candidate);
    }
    main.into_iter().filter(|(_, (n, _, _))| *n > 0).map(|(question, (_, _, id))| (question, id)).collect()
}

/// Who stands out in several fits together: by employee and place of the fit, whether above or below.
fn flags<'a>(fits: impl Iterator<Item = &'a Fitted>) -> HashMap<(usize, usize), &'static str> {
    let fits: Vec<&[PersonFit]> = fits.map(|fitted| fitted.fit.people.as_slice()).collect();
    let places = fits.iter().enumerate().flat_map(|(fit, people)| (0..people.len()).map(move |at| (fit, at)));
    let all = || fits.iter().flat_map(|people| people.iter());
    let above = method::standouts(all(), Lowest::No, MARGIN, FALSE_DISCOVERIES);
    let below = method::standouts(all(), Lowest::Yes, MARGIN, FALSE_DISCOVERIES);
    let flag = |(place, (above, below))| match (above, below) {
        (true, _) => Some((place, "high")),
        (_, true) => Some((place, "low")),
        _ => None,
    };
    places.zip(above.into_iter().zip(below)).filter_map(flag).collect()
}

fn assumed(main: &Fitted) -> Assumed {
    let known = &main.fit.assumed;
    let factor = |place: usize| FACTORS.get(place).copied().unwrap_or_default();
    let effects = main.levels.iter().zip(&known.effects).filter_map(|((place, level), effect)| {
        Some(MixEffect { factor: factor(*place), level: level.clone(), points: (*effect)? })
    });
    let compared =
        main.fit.people.iter().filter(|person| matches!(person.status, Status::Report | Status::Indicative));
    Assumed {
        compared_inside: known.not_separable.iter().map(|place| factor(*place)).collect(),
        groups: known.components,
        called: rows::whole(known.called),
        reached: rows::whole(known.reached),
        spread: known.spread,
        effects: effects.collect(),
        compared: compared.count(),
        margin: MARGIN,
        false_discoveries: FALSE_DISCOVERIES,
    }
}
