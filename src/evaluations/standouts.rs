//! `GET /evaluations/standouts`: who stands out and who may need what, with the evidence and what it does not mean
//! (STATISTICS §2d). Two lists by name; nobody is put before anybody else.

use super::employee::{address, is_new, queries};
use super::figures::{Dimension, Estimate, Figures, Standing};
use super::model::Evaluation;
use super::pages::own_team;
use super::period::Period;
use super::report::{Selection, evaluate};
use super::words;
use crate::accounts::{SignedIn, shell_for};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::Result;
use crate::web::format::{counted, one, percent, signed};
use crate::web::list::Asked;
use crate::web::shell::{Link, Shell};
use crate::web::{PageResult, html};
use actix_web::web;
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};

/// How sure it has to be in each half-year that somebody is above what was to be expected.
const SURE: f64 = 0.8;

/// Somebody in a list, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Their name.
    pub name: String,
    /// Their page.
    pub href: String,
    /// Their team.
    pub team: String,
    /// What it is about, and what the numbers say.
    pub evidence: Vec<String>,
    /// Whether two half-years say the same.
    pub is_confirmed: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "evaluations/pages/standouts.html")]
pub struct StandoutsPage {
    /// What stands around.
    pub shell: Shell,
    /// Period and teams.
    pub period: String,
    /// Everybody, in the same period.
    pub everybody: String,
    /// Why both lists are empty, whatever the numbers are.
    pub no_lists: Option<&'static str>,
    /// The two half-years that confirm.
    pub halves: String,
    /// Who stands out.
    pub standouts: Vec<Entry>,
    /// Who may need what.
    pub needs: Vec<Entry>,
    /// Who is new, and is in no list.
    pub newcomers: Vec<Link>,
}

/// What the lists are made of.
pub(super) struct Found {
    evaluation: Evaluation,
    halves: [HashMap<String, Figures>; 2],
    first_days: HashMap<String, NaiveDate>,
    own: Option<String>,
}

/// Shows both lists.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let now = app.clock.now();
    let today = now.with_timezone(&app.config.organisation.time_zone).date_naive();
    let period = Period::asked(&asked.dates(), today).unwrap_or_else(|| Period::usual(today));
    let halves = Period::half_years(today);
    let reader = person.clone();
    let found = app.db(move |connection| read(connection, &reader, (period, halves), now)).await?;
    let (standouts, needs, newcomers) = lists(&found, period)?;
    let [first, second] = halves;
    html(&StandoutsPage {
        shell: shell_for(&app, &person, "/evaluations"),
        period: format!("{}, {}.", period.words(), found.own.as_deref().unwrap_or("all teams")),
        everybody: format!("/evaluations?{}", period.query()),
        no_lists: no_lists(&found.evaluation),
        halves: format!("{} and {}", first.words(), second.words()),
        standouts,
        needs,
        newcomers,
    })
}

fn read(
    connection: &mut PgConnection,
    reader: &SignedIn,
    (period, halves): (Period, [Period; 2]),
    now: DateTime<Utc>,
) -> Result<Found> {
    let of = |connection: &mut PgConnection, Period { from, to }: Period| {
        let selection = Selection { from, to, team: None, employee: None, all_estimates: false };
        evaluate(connection, &selection, now)
    };
    let evaluation = of(connection, period)?;
    let [first, second] = halves;
    let halves = [by_id(&of(connection, first)?)?, by_id(&of(connection, second)?)?];
    let detail = json!({ "from": period.from, "to": period.to, "lists": "standouts" });
    audit::record(connection, now, Actor::User(reader.user), "evaluations.read", "evaluations", detail)?;
    Ok(Found {
        evaluation,
        halves,
        first_days: queries::list_first_days(connection)?,
        own: own_team(connection, reader)?,
    })
}

fn by_id(evaluation: &Evaluation) -> Result<HashMap<String, Figures>> {
    let rows = evaluation.employees.iter();
    rows.map(|row| Ok((row.employee_id.clone(), Figures::of(row)?))).collect()
}

/// Says why nobody can be named.
fn no_lists(evaluation: &Evaluation) -> Option<&'static str> {
    match (evaluation.method, evaluation.basis) {
        ("direct_only", _) => {
            Some("With fewer than ten employees nobody is compared with anybody, and nobody is named.")
        }
        (_, "respondents_only") => Some(
            "Fewer than 30 customers were called at random in this period. Without them those who did not answer are not \
             heard, and nobody is named.",
        ),
        _ => None,
    }
}

type Lists = (Vec<Entry>, Vec<Entry>, Vec<Link>);

fn lists(found: &Found, period: Period) -> Result<Lists> {
    let (mut standouts, mut needs, mut newcomers) = (Vec::new(), BTreeMap::new(), Vec::new());
    for row in &found.evaluation.employees {
        if found.own.as_ref().is_some_and(|own| row.team.as_ref() != Some(own)) {
            continue;
        }
        let figures = Figures::of(row)?;
        let href = address(&figures.employee_id, period);
        let entry = |evidence: Vec<String>, is_confirmed| Entry {
            name: figures.employee_name.clone(),
            href: href.clone(),
            team: figures.team.clone().unwrap_or_else(|| "No team".to_owned()),
            evidence,
            is_confirmed,
        };
        if is_new(found.first_days.get(&figures.employee_id).copied(), period.to) {
            newcomers.push(Link { href, label: figures.employee_name });
            continue;
        }
        if figures.standing() == Standing::Above {
            let halves = found.halves.iter().map(|half| half.get(&figures.employee_id));
            let sure: Vec<Option<f64>> = halves.map(|half| half.and_then(|half| half.above_zero)).collect();
            let is_confirmed = sure.iter().all(|sure| sure.is_some_and(|sure| sure >= SURE));
            standouts.push(entry(evidence(&figures, is_confirmed, &sure), is_confirmed));
        }
        let low = low_questions(&figures);
        if !low.is_empty() {
            needs.insert((figures.employee_name.clone(), figures.employee_id.clone()), entry(low, false));
        }
    }
    Ok((standouts, needs.into_values().collect(), newcomers))
}

fn evidence(figures: &Figures, is_confirmed: bool, sure: &[Option<f64>]) -> Vec<String> {
    let whole = figures.best().map(|best| said("Overall", &best, figures));
    let halves: Vec<String> =
        sure.iter().map(|sure| sure.map_or("too few answers".to_owned(), percent)).collect();
    let halves = format!(
        "Above in both half-years: how sure {}{}",
        halves.join(" and "),
        if is_confirmed { "." } else { "; each would have to be 80 % or more." }
    );
    whole.into_iter().chain([halves]).collect()
}

fn said(question: &str, best: &Estimate, figures: &Figures) -> String {
    format!(
        "{question}: {} points, very likely between {} and {}; {}, how sure {}",
        signed(best.value),
        signed(best.low),
        signed(best.high),
        counted(figures.n, "answer", "answers"),
        figures.reliability.map_or("not known".to_owned(), |reliability| format!("{reliability:.2}")),
    )
}

/// The whole and the questions in which somebody is clearly below what was to be expected.
fn low_questions(figures: &Figures) -> Vec<String> {
    let whole = figures.best().filter(|_| figures.standing() == Standing::Below);
    let whole = whole.map(|best| said("Overall", &best, figures));
    let is_low = |dimension: &&Dimension| figures.status == "report" && dimension.flag == "low";
    let questions = figures.dimensions.iter().filter(is_low).filter_map(|dimension| {
        let best = dimension.best()?;
        let name = words::question(&dimension.question);
        Some(format!("{name}: {} points ± {}", signed(best.value), one(best.half())))
    });
    whole.into_iter().chain(questions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluations::model::{
        Assumed, CompanyEvaluation, DimensionEvaluation, EmployeeDetail, EmployeeEvaluation,
    };

    fn row(id: &str, name: &str, difference: f64, flag: &'static str) -> EmployeeEvaluation {
        EmployeeEvaluation {
            employee_id: id.into(),
            employee_name: name.into(),
            team: Some("North".into()),
            status: "report",
            flag,
            n: 90,
            difference: Some(difference),
            difference_se: Some(1.5),
            difference_lo: Some(difference - 3.0),
            difference_hi: Some(difference + 3.0),
            reliability: Some(0.8),
            detail: EmployeeDetail {
                above_zero: Some(if difference > 1.5 { 0.99 } else { 0.6 }),
                ..Default::default()
            },
            dimensions: vec![DimensionEvaluation {
                question: "skill".into(),
                difference: Some(-6.0),
                lo: Some(-9.0),
                hi: Some(-3.0),
                flag: if difference < 0.0 { "low" } else { "" },
            }],
            ..EmployeeEvaluation::default()
        }
    }

    fn evaluation(employees: Vec<EmployeeEvaluation>) -> Evaluation {
        let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        Evaluation {
            from: day,
            to: day,
            basis: "two_phase",
            method: "bivariate",
            method_version: "1",
            all_estimates: false,
            company: CompanyEvaluation::default(),
            employees,
            assumed: Assumed::default(),
        }
    }

    fn found(first: f64, second: f64) -> Found {
        let half = |difference| by_id(&evaluation(vec![row("E1", "Ann", difference, "")])).unwrap();
        let people = vec![
            row("E1", "Ann", 6.0, "high"),
            row("E2", "Ben", -6.0, "low"),
            row("E3", "Cy", 7.0, "high"),
            row("E4", "Di", 0.5, ""),
        ];
        Found {
            evaluation: evaluation(people),
            halves: [half(first), half(second)],
            first_days: HashMap::from([("E3".to_owned(), "2026-05-01".parse().unwrap())]),
            own: None,
        }
    }

    fn period() -> Period {
        Period { from: "2025-11-01".parse().unwrap(), to: "2026-10-31".parse().unwrap() }
    }

    #[test]
    fn a_standout_is_confirmed_by_two_half_years_and_not_by_one() {
        for (first, second, confirmed) in [(4.0, 4.0, true), (4.0, 0.5, false)] {
            let (standouts, _, _) = lists(&found(first, second), period()).unwrap();
            let names: Vec<(&str, bool)> =
                standouts.iter().map(|one| (one.name.as_str(), one.is_confirmed)).collect();
            assert_eq!(names, [("Ann", confirmed)]);
        }
    }

    #[test]
    fn whoever_is_new_is_in_no_list_and_needs_stand_with_their_questions() {
        let (standouts, needs, newcomers) = lists(&found(4.0, 4.0), period()).unwrap();
        assert!(standouts.iter().chain(&needs).all(|one| one.name != "Cy"));
        assert_eq!(newcomers.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["Cy"]);
        assert_eq!(needs.len(), 1);
        assert!(needs[0].evidence[1].starts_with("Skill and manner: −6.0 points"), "{:?}", needs[0].evidence);
    }

    #[test]
    fn without_call_backs_nobody_is_named() {
        let mut only = evaluation(Vec::new());
        only.basis = "respondents_only";
        assert!(no_lists(&only).is_some() && no_lists(&evaluation(Vec::new())).is_none());
    }
}
