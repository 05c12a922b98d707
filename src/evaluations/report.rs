//! From sums to an evaluation.

use super::model::{CompanyEvaluation, EmployeeEvaluation, Evaluation};
use crate::db;
use crate::error::{Result, check_span};
use crate::people;
use crate::people::model::ListedEmployee;
use crate::scores::totals::{Counts, Scale};
use crate::scores::{COMPANY, Totals, fold};
use crate::stats::LEVEL;
use crate::stats::aapor::Dispositions;
use crate::stats::interval::{self, Interval};
use crate::stats::mean::{ShareClass, Sums, WeightedSums};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// The question that everything is about.
const OVERALL: &str = "overall";

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

/// Evaluates a period. The team selects rows; the company line is of the whole company.
///
/// # Errors
/// 422 when the period ends before it begins.
pub fn evaluate(
    connection: &mut PgConnection,
    selection: &Selection,
    now: DateTime<Utc>,
) -> Result<Evaluation> {
    check_span(selection.from, selection.to)?;
    fold::fold(connection, now)?;
    db::snapshot(connection, |connection| read(connection, selection))
}

/// Reads everything in one snapshot, so that counts, sums and people belong together.
fn read(connection: &mut PgConnection, selection: &Selection) -> Result<Evaluation> {
    let totals = fold::read(connection, selection.from, selection.to)?;
    let ids: Vec<Uuid> = totals.counts.keys().copied().filter(|id| *id != COMPANY).collect();
    let people = people::queries::list_employees(connection, &ids, selection.to)?;
    let scale = main_scale(&totals);
    let wanted = |person: &&ListedEmployee| {
        selection.team.as_ref().is_none_or(|team| person.team.as_ref() == Some(team))
            && selection.employee.as_ref().is_none_or(|id| person.external_id == *id)
    };
    let employees = people.iter().filter(wanted);
    Ok(Evaluation {
        from: selection.from,
        to: selection.to,
        basis: "respondents_only",
        method: "plain",
        method_version: "1",
        all_estimates: selection.all_estimates,
        company: company(&totals, scale, selection.all_estimates),
        employees: employees
            .map(|person| employee(person, &totals, scale, selection.all_estimates))
            .collect(),
    })
}

/// Scales never mix: the one with most answers is reported.
fn main_scale(totals: &Totals) -> Scale {
    let company =
        totals.sums.iter().filter(|((who, question, _, _), _)| *who == COMPANY && question == OVERALL);
    company.max_by_key(|(_, sum)| sum.n).map_or((1, 5), |((_, _, scale, _), _)| *scale)
}

fn counts_of(totals: &Totals, who: Uuid) -> Counts {
    totals.counts.get(&who).copied().unwrap_or_default()
}

/// RR2 by mail: an answer counts from its first step on, everything else stays in the denominator.
fn response_rate(counts: Counts) -> Option<f64> {
    let silent = counts.invited - counts.answers_email;
    let by_mail =
        Dispositions { complete: counts.answers_email, non_contact: silent, ..Dispositions::default() };
    by_mail.rr2()
}

/// Plain statistics of `overall`.
struct Plain {
    answers: WeightedSums,
    /// Points per raw step.
    step: f64,
    top2: Option<f64>,
}

fn plain(totals: &Totals, who: Uuid, scale: Scale) -> Plain {
    let sums = totals.sums.iter().filter(|((known, question, known_scale, _), _)| {
        *known == who && question == OVERALL && *known_scale == scale
    });
    let (mut classes, mut top, mut weights) = (Vec::new(), 0.0, 0.0);
    for ((_, _, _, share), sum) in sums {
        let sums = Sums { n: sum.n, sum: sum.steps, sum_of_squares: sum.steps_squared };
        classes.push(ShareClass { weight: u32::try_from(*share).unwrap_or(0), sums });
        top += f64::from(*share) * real(sum.top2);
        weights += f64::from(*share) * real(sum.n);
    }
    let answers = WeightedSums::of(&classes);
    Plain {
        answers,
        step: 100.0 / f64::from(scale.1 - scale.0),
        top2: (weights > 0.0).then(|| top / weights),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of answers are far below 2^52")]
fn real(count: i64) -> f64 {
    count as f64
}

/// Below ten answers the company's level would give away the answers of single persons.
fn company(totals: &Totals, scale: Scale, all_estimates: bool) -> CompanyEvaluation {
    let counts = counts_of(totals, COMPANY);
    let plain = plain(totals, COMPANY, scale);
    let shown = all_estimates || plain.answers.n() >= FEWEST_ANSWERS;
    CompanyEvaluation {
        visits: counts.visits,
        invited: counts.invited,
        answers_email: counts.answers_email,
        answers_phone: counts.answers_phone,
        answers_phone_first: counts.answers_phone_first,
        response_rate: response_rate(counts),
        level: plain.answers.mean().filter(|_| shown).map(|mean| mean * plain.step),
        level_se: plain.answers.se().filter(|_| shown).map(|se| se * plain.step),
        ..CompanyEvaluation::default()
    }
}

fn employee(
    person: &ListedEmployee,
    totals: &Totals,
    scale: Scale,
    all_estimates: bool,
) -> EmployeeEvaluation {
    let counts = counts_of(totals, person.id);
    let plain = plain(totals, person.id, scale);
    let n = plain.answers.n();
    let enough = n >= FEWEST_ANSWERS;
    let shown = enough || all_estimates;
    let mean = plain.answers.mean().filter(|_| shown).map(|mean| mean * plain.step);
    let interval = plain.answers.t_interval(LEVEL).filter(|_| shown);
    let interval = interval.map(|interval| interval.scaled(plain.step).clipped(0.0, 100.0));
    let top2 = plain.top2.filter(|_| shown);
    let top2_interval: Option<Interval> =
        top2.and_then(|share| interval::wilson_share(share, plain.answers.effective_n(), LEVEL));
    EmployeeEvaluation {
        employee_id: person.external_id.clone(),
        employee_name: person.name.clone(),
        team: person.team.clone(),
        visits: counts.visits,
        invited: counts.invited,
        answers_email: counts.answers_email,
        answers_phone: counts.answers_phone,
        answers_phone_first: counts.answers_phone_first,
        response_rate: response_rate(counts),
        status: if enough { "direct_only" } else { "not_enough_data" },
        n,
        mean,
        mean_lo: interval.map(|interval| interval.lo),
        mean_hi: interval.map(|interval| interval.hi),
        top2,
        top2_lo: top2_interval.map(|interval| interval.lo),
        top2_hi: top2_interval.map(|interval| interval.hi),
        ..EmployeeEvaluation::default()
    }
}
