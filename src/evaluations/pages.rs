//! `GET /evaluations`: the numbers of a period for HR, and of the own team for a manager.

use super::charts::axis::Axis;
use super::charts::funnel::{Funnel, Person};
use super::charts::range::Range;
use super::employee::{is_new, queries::list_first_days};
use super::figures::{Company, Figures, Frame, Standing};
use super::model::Evaluation;
use super::period::Period;
use super::report::{Selection, evaluate};
use super::views::{EmployeeRow, EvaluationsPage, Numbers, TeamRows, stats};
use super::words;
use crate::accounts::{Role, SignedIn, shell_for};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::Result;
use crate::people::queries::{find_team_name, listing};
use crate::web::format::counted;
use crate::web::list::{Asked, Choice};
use crate::web::shell::Link;
use crate::web::{PageResult, html};
use actix_web::web;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The question that everything is about when no other is asked for.
const OVERALL: &str = "overall";

/// Shows the evaluations of a period; the last twelve months when nothing is asked for.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let now = app.clock.now();
    let today = now.with_timezone(&app.config.organisation.time_zone).date_naive();
    let (dates, usual) = (asked.dates(), Period::usual(today));
    // A manager sees the own team, whatever the address says.
    let rest = rest(&asked, person.role == Role::Manager);
    let page = EvaluationsPage {
        shell: shell_for(&app, &person, "/evaluations"),
        period: "The period cannot be read.".to_owned(),
        typed: dates.clone().or(usual.from, usual.to).typed,
        error: dates.error,
        periods: Period::links("/evaluations", &rest, today),
        teams: Vec::new(),
        sites: Vec::new(),
        questions: Vec::new(),
        tabs: Vec::new(),
        files: Vec::new(),
        numbers: None,
    };
    let Some(period) = Period::asked(&dates, today) else { return html(&page) };
    let reader = person.clone();
    let found = app.db(move |connection| Found::read(connection, &reader, period, now)).await?;
    let filter = Filter::new(&asked, &found);
    let file = |ending: &str, label: &str| Link {
        href: format!("/evaluations.{ending}?{}{rest}", period.query()),
        label: label.to_owned(),
    };
    let files =
        if person.role == Role::Hr { vec![file("csv", "CSV"), file("xlsx", "XLSX")] } else { Vec::new() };
    html(&EvaluationsPage { files, ..filled(page, &found, &filter, period)? })
}

/// Fills in what was found.
fn filled(page: EvaluationsPage, found: &Found, filter: &Filter, period: Period) -> Result<EvaluationsPage> {
    let (teams, sites, questions) = choices(found, filter);
    let about = match filter.question.as_str() {
        OVERALL => "overall satisfaction".to_owned(),
        other => words::question(other).to_lowercase(),
    };
    let whom = filter.team.as_deref().unwrap_or("all teams");
    let standouts = Link {
        href: format!("/evaluations/standouts?{}", period.query()),
        label: "Standouts and training needs".to_owned(),
    };
    Ok(EvaluationsPage {
        period: format!("{}, {whom}, {about} in points from 0 to 100.", period.words()),
        typed: (period.from.to_string(), period.to.to_string()),
        teams,
        sites,
        questions,
        tabs: vec![standouts],
        numbers: Some(numbers(found, filter, period)?),
        ..page
    })
}

/// What else the address asks for, to be kept when the period changes.
fn rest(asked: &Asked, is_manager: bool) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let names = ["team", "site", "question"].into_iter().filter(|name| !(is_manager && *name == "team"));
    for name in names {
        if let Some(value) = asked.text(name) {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("&{query}") }
}

/// Everything that the page tells.
struct Found {
    evaluation: Evaluation,
    /// The own team of a manager, who sees nobody else; empty for one without a team.
    own: Option<String>,
    /// The site of each employee, by the id of the system that sends visits.
    sites: HashMap<String, String>,
    /// On which day each first belonged to a team.
    first_days: HashMap<String, NaiveDate>,
}

impl Found {
    fn read(
        connection: &mut PgConnection,
        reader: &SignedIn,
        period: Period,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let Period { from, to } = period;
        let own = own_team(connection, reader)?;
        let wanted = Selection { from, to, team: None, employee: None, all_estimates: false };
        let evaluation = evaluate(connection, &wanted, now)?;
        let people = listing::list_people(connection, None)?;
        let detail = json!({ "from": from, "to": to });
        audit::record(connection, now, Actor::User(reader.user), "evaluations.read", "evaluations", detail)?;
        let sites =
            people.into_iter().filter_map(|person| Some((person.external_id, person.site?))).collect();
        Ok(Self { evaluation, own, sites, first_days: list_first_days(connection)? })
    }

    fn is_of_team(&self, team: Option<&str>, own: Option<&str>) -> bool {
        own.or(self.own.as_deref()).is_none_or(|own| team == Some(own))
    }
}

/// A manager sees the own team and nothing else; one without a team sees nobody.
///
/// # Errors
/// When the database does not answer.
pub fn own_team(connection: &mut PgConnection, reader: &SignedIn) -> Result<Option<String>> {
    if reader.role != Role::Manager {
        return Ok(None);
    }
    let name = reader.team.map(|team| find_team_name(connection, team)).transpose()?.flatten();
    Ok(Some(name.unwrap_or_default()))
}

/// What the page is narrowed to.
struct Filter {
    team: Option<String>,
    site: Option<String>,
    question: String,
}

impl Filter {
    fn new(asked: &Asked, found: &Found) -> Self {
        Self {
            team: found.own.clone().or_else(|| asked.text("team").map(str::to_owned)),
            site: asked.text("site").map(str::to_owned),
            question: asked.text("question").unwrap_or(OVERALL).to_owned(),
        }
    }
}

fn choices(found: &Found, filter: &Filter) -> (Vec<Choice>, Vec<Choice>, Vec<Choice>) {
    let rows = || found.evaluation.employees.iter().filter(|row| found.is_of_team(row.team.as_deref(), None));
    let teams: BTreeSet<&str> = rows().filter_map(|row| row.team.as_deref()).collect();
    let all = found.own.is_none().then_some(("", "All teams"));
    // A manager of an empty team still reads whose page this is.
    let own = found.own.as_deref().filter(|own| !own.is_empty());
    let teams: BTreeSet<&str> = teams.into_iter().chain(own).collect();
    let teams =
        Choice::all(filter.team.as_deref(), all.into_iter().chain(teams.iter().map(|team| (*team, *team))));
    let sites: BTreeSet<&str> =
        rows().filter_map(|row| found.sites.get(&row.employee_id)).map(String::as_str).collect();
    let sites = [("", "All sites")].into_iter().chain(sites.iter().map(|site| (*site, *site)));
    let keys: BTreeSet<&str> =
        rows().flat_map(|row| &row.dimensions).map(|dimension| dimension.question.as_str()).collect();
    let keys: Vec<(String, String)> = [OVERALL]
        .into_iter()
        .chain(keys.into_iter().filter(|key| *key != OVERALL))
        .map(|key| (key.to_owned(), words::question(key)))
        .collect();
    let questions = keys.iter().map(|(key, label)| (key.as_str(), label.as_str()));
    (teams, Choice::all(filter.site.as_deref(), sites), Choice::all(Some(&filter.question), questions))
}

fn numbers(found: &Found, filter: &Filter, period: Period) -> Result<Numbers> {
    let frame = Frame::of(&found.evaluation);
    let company = Company::of(&found.evaluation.company)?;
    let fits = |row: &&super::model::EmployeeEvaluation| {
        found.is_of_team(row.team.as_deref(), filter.team.as_deref())
            && filter.site.as_ref().is_none_or(|site| found.sites.get(&row.employee_id) == Some(site))
    };
    let rows = found.evaluation.employees.iter().filter(fits);
    let people: Vec<Figures> = rows.map(Figures::of).collect::<Result<_>>()?;
    let shown = |figures: Figures| {
        let is_new = is_new(found.first_days.get(&figures.employee_id).copied(), period.to);
        let mut figures = of_question(figures, &filter.question);
        if is_new {
            // Whoever is new is never named as standing out.
            figures.flag.clear();
        }
        figures
    };
    let people: Vec<Figures> = people.into_iter().map(shown).collect();
    let is_compared = people.iter().any(|one| one.best().or_else(|| one.alone()).is_some());
    let furthest = people
        .iter()
        .filter_map(Figures::best)
        .fold(0.0, |most: f64, best| most.max(best.low.abs()).max(best.high.abs()));
    let axis = Axis::around_zero(furthest, 10.0, 25.0);
    let funnel = funnel(&people, &frame, &filter.question);
    Ok(Numbers {
        stats: stats(&company, &frame),
        assumed: words::assumed(&frame, &company),
        is_compared,
        standouts: standouts(&people),
        no_funnel: funnel.as_ref().err().copied(),
        funnel: funnel.ok(),
        axis,
        groups: groups(people, (axis, is_compared), period),
    })
}

/// Puts the numbers of one question where those of the whole stand.
fn of_question(mut figures: Figures, question: &str) -> Figures {
    if question == OVERALL {
        return figures;
    }
    let found = figures.dimensions.iter().find(|dimension| dimension.question == question).cloned();
    let found = found.unwrap_or_default();
    (figures.difference, figures.difference_lo, figures.difference_hi) =
        (found.difference, found.lo, found.hi);
    (figures.direct, figures.direct_lo, figures.direct_hi) = (None, None, None);
    figures.flag = found.flag;
    figures
}

/// Draws the funnel, or says why there is none.
fn funnel(
    people: &[Figures],
    frame: &Frame,
    question: &str,
) -> std::result::Result<(Funnel, String), &'static str> {
    if !frame.is_compared() {
        return Err("With fewer than ten employees nobody is compared with anybody.");
    }
    if question != OVERALL {
        return Err("The funnel is drawn for the overall question only.");
    }
    let drawn: Vec<Person> = people
        .iter()
        .filter(|one| !matches!(one.standing(), Standing::Few | Standing::AnswersOnly))
        .filter_map(|one| {
            Some(Person {
                name: one.employee_name.clone(),
                answers: one.n,
                direct: one.direct?,
                se: one.direct_se?,
                standing: one.standing(),
            })
        })
        .collect();
    let Some(funnel) = Funnel::draw(&drawn, people.len()) else {
        return Err(
            "Nobody is compared: too few people, or too few answers of each. Who stands out cannot be told from chance.",
        );
    };
    let left_out = people.len() - drawn.len();
    let left_out = match left_out {
        0 => String::new(),
        count => format!(
            " {} without enough data {} not drawn.",
            counted(i64::try_from(count).unwrap_or(i64::MAX), "employee", "employees"),
            if count == 1 { "is" } else { "are" }
        ),
    };
    let caption = format!(
        "Each person’s answers alone, compared with what was to be expected for their jobs.{left_out} Limits without a \
         correction for the number of people; names come from the stricter rule (false discoveries at most 5 %, at \
         least 2 points)."
    );
    Ok((funnel, caption))
}

fn standouts(people: &[Figures]) -> String {
    let flagged = people.iter().filter(|one| one.standing().is_flagged()).count();
    match flagged {
        0 => format!("none of {} is clear enough to name", people.len()),
        1 => format!("1 of {} is clear enough to name", people.len()),
        count => format!("{count} of {} are clear enough to name", people.len()),
    }
}

fn groups(people: Vec<Figures>, (axis, is_compared): (Axis, bool), period: Period) -> Vec<TeamRows> {
    let mut groups: BTreeMap<String, Vec<EmployeeRow>> = BTreeMap::new();
    for figures in people {
        let standing = figures.standing();
        let shown = figures.best().or_else(|| figures.alone());
        let drawn = match (is_compared, standing) {
            (_, Standing::Few) => None,
            (true, _) => shown.map(|best| {
                Range::difference(
                    axis,
                    &best,
                    figures.alone().filter(|_| figures.best().is_some()).as_ref(),
                    standing,
                )
            }),
            (false, _) => figures.plain().as_ref().map(Range::mean),
        };
        let team = figures.team.clone().unwrap_or_else(|| "No team".to_owned());
        let href = super::employee::address(&figures.employee_id, period);
        groups.entry(team).or_default().push(EmployeeRow { figures, href, standing, drawn });
    }
    groups.into_iter().map(|(name, employees)| TeamRows { name, employees }).collect()
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
