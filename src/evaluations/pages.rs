//! `GET /evaluations`: the numbers of a period for HR, and of the own team for a manager.

use super::model::{CompanyEvaluation, EmployeeEvaluation, Evaluation};
use super::report::{Selection, evaluate};
use super::views::{Basis, CompanyLine, EmployeeRow, Estimate, EvaluationsPage, TeamOption, TeamRows};
use crate::accounts::{Role, SignedIn, shell_for};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::Result;
use crate::people;
use crate::web::{PageResult, html};
use actix_web::web;
use chrono::{Datelike, Months, NaiveDate};
use diesel::PgConnection;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// What the filter form sends; whatever cannot be read is said on the page.
#[derive(Debug, Default, Deserialize)]
pub struct Parameters {
    from: Option<String>,
    to: Option<String>,
    team: Option<String>,
}

/// Shows the evaluations of a period; the last twelve months when nothing is asked for.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: web::Query<Parameters>) -> PageResult {
    let today = app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive();
    let (from_typed, to_typed) = (typed(asked.from.as_ref()), typed(asked.to.as_ref()));
    let first = today.with_day(1).unwrap_or(today) - Months::new(11);
    let from = from_typed.map_or(Some(first), |text| text.parse().ok());
    let to = to_typed.map_or(Some(today), |text| text.parse().ok());
    let shell = shell_for(&app, &person, "/evaluations");
    let period = from.zip(to).filter(|(from, to)| from <= to);
    let Some((from, to)) = period else {
        let error = "Write both dates as 2026-01-31, the first not after the last.";
        return html(&page_without_numbers(shell, from_typed, to_typed, error));
    };
    let team = typed(asked.team.as_ref()).map(str::to_owned);
    let now = app.clock.now();
    let reader = person.clone();
    let (evaluation, team, teams) = app
        .db(move |connection| {
            let own = own_team(connection, &reader)?;
            let wanted = Selection { from, to, team: None, employee: None, all_estimates: false };
            let evaluation = evaluate(connection, &wanted, now)?;
            let teams = own.clone().map_or_else(|| all_teams(&evaluation), |own| vec![own]);
            let detail = json!({ "from": from, "to": to });
            audit::record(
                connection,
                now,
                Actor::User(reader.user),
                "evaluations.read",
                "evaluations",
                detail,
            )?;
            Ok((evaluation, own.or(team), teams))
        })
        .await?;
    html(&page(shell, &evaluation, team.as_deref(), &teams, person.role))
}

fn typed(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// A manager sees the own team and nothing else; one without a team sees nobody.
fn own_team(connection: &mut PgConnection, reader: &SignedIn) -> Result<Option<String>> {
    if reader.role != Role::Manager {
        return Ok(None);
    }
    let name =
        reader.team.map(|team| people::queries::find_team_name(connection, team)).transpose()?.flatten();
    Ok(Some(name.unwrap_or_default()))
}

fn all_teams(evaluation: &Evaluation) -> Vec<String> {
    let mut teams: Vec<String> = evaluation.employees.iter().filter_map(|row| row.team.clone()).collect();
    teams.sort();
    teams.dedup();
    teams
}

fn page_without_numbers(
    shell: crate::web::shell::Shell,
    from: Option<&str>,
    to: Option<&str>,
    error: &str,
) -> EvaluationsPage {
    EvaluationsPage {
        shell,
        period: "The period cannot be read.".to_owned(),
        from: from.unwrap_or_default().to_owned(),
        to: to.unwrap_or_default().to_owned(),
        error: Some(error.to_owned()),
        teams: Vec::new(),
        company: None,
        groups: Vec::new(),
    }
}

fn page(
    shell: crate::web::shell::Shell,
    evaluation: &Evaluation,
    team: Option<&str>,
    teams: &[String],
    role: Role,
) -> EvaluationsPage {
    let option = |value: &str, label: &str| TeamOption {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: team.unwrap_or_default() == value,
    };
    let all = (role != Role::Manager).then(|| option("", "All teams"));
    let shown =
        evaluation.employees.iter().filter(|row| team.is_none_or(|team| row.team.as_deref() == Some(team)));
    let mut groups: BTreeMap<String, Vec<EmployeeRow>> = BTreeMap::new();
    for row in shown {
        groups
            .entry(row.team.clone().unwrap_or_else(|| "No team".to_owned()))
            .or_default()
            .push(employee(row));
    }
    EvaluationsPage {
        shell,
        period: format!(
            "{} to {}, {}",
            day(evaluation.from),
            day(evaluation.to),
            team.unwrap_or("all teams")
        ),
        from: evaluation.from.to_string(),
        to: evaluation.to.to_string(),
        error: None,
        teams: all.into_iter().chain(teams.iter().map(|team| option(team, team))).collect(),
        company: Some(company(&evaluation.company)),
        groups: groups.into_iter().map(|(name, employees)| TeamRows { name, employees }).collect(),
    }
}

fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

fn company(company: &CompanyEvaluation) -> CompanyLine {
    let spread = company.level_se.unwrap_or_default() * 1.96;
    CompanyLine {
        basis: Basis {
            visits: company.visits,
            invited: company.invited,
            answers_email: company.answers_email,
            answers_phone: company.answers_phone + company.answers_phone_first,
            response_rate: company.response_rate,
        },
        mean: company.level.map(|value| Estimate {
            value,
            low: (value - spread).max(0.0),
            high: (value + spread).min(100.0),
        }),
    }
}

fn employee(row: &EmployeeEvaluation) -> EmployeeRow {
    let estimate = |value: Option<f64>, low: Option<f64>, high: Option<f64>| {
        Some(Estimate { value: value?, low: low?, high: high? })
    };
    EmployeeRow {
        name: row.employee_name.clone(),
        href: None,
        basis: Basis {
            visits: row.visits,
            invited: row.invited,
            answers_email: row.answers_email,
            answers_phone: row.answers_phone + row.answers_phone_first,
            response_rate: row.response_rate,
        },
        mean: estimate(row.mean, row.mean_lo, row.mean_hi),
        top2: estimate(row.top2, row.top2_lo, row.top2_hi),
    }
}
