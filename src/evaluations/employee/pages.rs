//! `GET /employees/{id}` and what belongs to it.

use super::answers::{self, Comments};
use super::queries::{self, AnswerRow};
use super::views::{CommentsPage, Dimensions, EmployeePage, stats};
use super::{Seen, is_new, path};
use crate::accounts::queries as accounts;
use crate::accounts::{Role, SignedIn, shell_for};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::{Error, Kind, Result};
use crate::evaluations::charts::line::Line;
use crate::evaluations::charts::road::Road;
use crate::evaluations::figures::{Company, Figures, Frame};
use crate::evaluations::objections::model::{Decision, Objection};
use crate::evaluations::objections::queries as objection_queries;
use crate::evaluations::objections::views::{Names, account, how_to_object, steps};
use crate::evaluations::period::Period;
use crate::evaluations::report::{Selection, evaluate};
use crate::evaluations::words::{self, Voice};
use crate::visits::queries as visits;
use crate::web::badge::Badge;
use crate::web::format::{counted, full_day};
use crate::web::list::Asked;
use crate::web::shell::{Link, Shell};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// How many objections stand on the overview.
const MOST_OBJECTIONS: i64 = 20;

/// How many comments stand on the overview.
const FIRST_COMMENTS: usize = 3;

/// Everything about one person in a period.
pub struct Found {
    /// Who it is, and for which days they are shown.
    pub seen: Seen,
    /// Their team at the end of the period.
    pub team: Option<String>,
    /// Their numbers.
    pub figures: Figures,
    /// The company's numbers.
    pub company: Company,
    /// Of what and how they were made.
    pub frame: Frame,
    /// Their visits by outcome.
    pub outcomes: Vec<(String, i64)>,
    /// The answers about their visits.
    pub answers: Vec<AnswerRow>,
    /// Whether they are new.
    pub is_new: bool,
    /// Their objections, each with the decisions about it.
    pub objections: Vec<(Objection, Vec<Decision>)>,
    /// Names of the accounts that decided.
    pub accounts: HashMap<Uuid, String>,
}

/// For whom a page is laid out.
#[derive(Debug, Clone, Copy)]
struct Reader {
    today: NaiveDate,
    zone: Tz,
    is_hr: bool,
}

impl Found {
    /// Reads it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn read(connection: &mut PgConnection, seen: Seen, now: DateTime<Utc>) -> Result<Self> {
        let (id, Period { from, to }) = (seen.employee.id, seen.period);
        let external_id = seen.employee.external_id.clone();
        let wanted =
            Selection { from, to, team: None, employee: Some(external_id.clone()), all_estimates: false };
        let evaluation = evaluate(connection, &wanted, now)?;
        let mut figures = match evaluation.employees.first() {
            Some(row) => Figures::of(row)?,
            None => Figures {
                employee_id: external_id.clone(),
                employee_name: seen.employee.name.clone(),
                status: "not_enough_data".to_owned(),
                ..Figures::default()
            },
        };
        let is_new = is_new(queries::find_first_day(connection, id)?, to);
        if is_new {
            figures.flag.clear();
        }
        let (objections, accounts) = objections(connection, id)?;
        Ok(Self {
            objections,
            accounts,
            team: queries::find_team_on(connection, id, to)?,
            outcomes: visits::count_by_outcome(connection, from, to, Some(&external_id))?,
            answers: queries::list_answers(connection, id, from, to)?,
            company: Company::of(&evaluation.company)?,
            frame: Frame::of(&evaluation),
            figures,
            is_new,
            seen,
        })
    }

    /// Returns in which voice the page speaks.
    pub fn voice(&self) -> Voice {
        if self.seen.is_own { Voice::You } else { Voice::About(self.seen.employee.name.clone()) }
    }
}

type Objections = Vec<(Objection, Vec<Decision>)>;

/// Reads the objections of somebody, the newest first, and who decided.
fn objections(connection: &mut PgConnection, employee: Uuid) -> Result<(Objections, HashMap<Uuid, String>)> {
    let found = objection_queries::list(connection, Some(employee), None, MOST_OBJECTIONS)?;
    let ids: Vec<Uuid> = found.iter().map(|one| one.id).collect();
    let decisions = objection_queries::list_decisions(connection, &ids)?;
    let who: Vec<Uuid> = decisions.iter().filter_map(|one| account(&one.decided_by)).collect();
    let own = |objection: &Objection| -> Vec<Decision> {
        decisions.iter().filter(|one| one.objection == objection.id).cloned().collect()
    };
    let pairs = found.iter().map(|objection| (objection.clone(), own(objection))).collect();
    Ok((pairs, accounts::list_names(connection, &who)?))
}

/// Finds somebody for a reader and notes the look.
///
/// # Errors
/// 404 when there is nobody whom this reader may know of.
pub fn look(
    connection: &mut PgConnection,
    reader: &SignedIn,
    id: &str,
    period: Period,
    now: DateTime<Utc>,
) -> Result<Seen> {
    let seen = Seen::find(connection, reader, id, (period, now.date_naive()))?;
    let subject = format!("employee {}", seen.employee.id);
    let detail = json!({ "from": seen.period.from, "to": seen.period.to });
    audit::record(connection, now, Actor::User(reader.user), "employee.read", &subject, detail)?;
    Ok(seen)
}

/// Reads the period of an address; the usual one where it cannot be read.
pub fn period_of(app: &App, asked: &Asked) -> (Period, Option<&'static str>, NaiveDate) {
    let today = app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive();
    let dates = asked.dates();
    (Period::asked(&dates, today).unwrap_or_else(|| Period::usual(today)), dates.error, today)
}

/// Shows the overview.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>, asked: Asked) -> PageResult {
    let (period, error, today) = period_of(&app, &asked);
    let (reader, now) = (person.clone(), app.clock.now());
    let found = app
        .db(move |connection| {
            let seen = look(connection, &reader, &id, period, now)?;
            Found::read(connection, seen, now)
        })
        .await?;
    let reader = Reader { today, zone: app.config.organisation.time_zone, is_hr: person.role == Role::Hr };
    let mut page = page(shell_for(&app, &person, here(&person)), &found, reader);
    page.error = error;
    html(&page)
}

/// Which entry of the menu is the present one.
pub const fn here(person: &SignedIn) -> &'static str {
    match person.role {
        Role::Employee => "/employees/me",
        _ => "/evaluations",
    }
}

/// Shows all that customers wrote.
pub async fn comments(
    app: web::Data<App>,
    person: SignedIn,
    id: web::Path<String>,
    asked: Asked,
) -> PageResult {
    let (period, error, _) = period_of(&app, &asked);
    if let Some(error) = error {
        return Err(Error::new(Kind::Invalid, error).into());
    }
    let (reader, now) = (person.clone(), app.clock.now());
    let (seen, rows) = app
        .db(move |connection| {
            let seen = look(connection, &reader, &id, period, now)?;
            let Period { from, to } = seen.period;
            let rows = queries::list_answers(connection, seen.employee.id, from, to)?;
            Ok((seen, rows))
        })
        .await?;
    let Comments { all, why } = answers::comments(&rows, seen.is_own);
    html(&CommentsPage {
        shell: shell_for(&app, &person, here(&person)),
        crumb: Link {
            href: super::address(&seen.employee.external_id, seen.period),
            label: seen.employee.name.clone(),
        },
        lead: format!("{}.", seen.period.words()),
        why,
        comments: all,
    })
}

fn page(shell: Shell, found: &Found, reader: Reader) -> EmployeePage {
    let Reader { today, zone, is_hr } = reader;
    let (seen, figures, voice) = (&found.seen, &found.figures, found.voice());
    let (path, period) = (path(&seen.employee.external_id), seen.period);
    let Comments { all, why } = answers::comments(&found.answers, seen.is_own);
    let answered = found.outcomes.iter().filter(|(word, _)| word == "answered").map(|(_, count)| count).sum();
    let trend = answers::trend(&found.answers, period, found.is_new);
    let standing = figures.standing();
    let names = Names { accounts: &found.accounts, zone };
    let objections = found.objections.iter().flat_map(|(one, decisions)| steps(one, decisions, &names));
    EmployeePage {
        how_to_object: how_to_object(seen.is_own),
        objections: objections.collect(),
        object: object(seen.is_own, &path, period),
        shell,
        crumb: (!seen.is_own).then(|| Link {
            href: format!("/evaluations?{}", period.query()),
            label: "Evaluations".to_owned(),
        }),
        name: seen.employee.name.clone(),
        lead: lead(found),
        notices: notices(found),
        typed: (period.from.to_string(), period.to.to_string()),
        error: None,
        statement: is_hr.then(|| format!("{path}/statement")),
        periods: Period::links(&path, "", today),
        tabs: tabs(&path, period, seen.is_own || is_hr),
        badge: Badge { word: words::standing(standing), ..standing.badge() },
        verdict: words::verdict(figures, &voice),
        basis: format!("It rests on {}. {}", words::rests_on(figures), words::how_sure(figures)),
        meaning: words::meaning(standing),
        line: Line::draw(figures),
        stats: stats(figures, &found.company, &voice),
        dimensions: Dimensions::of(figures),
        trend_words: trend_words(trend.as_ref().map(|trend| trend.has_alert), found.is_new),
        trend,
        road: Road::draw(32, &found.outcomes, &answers::by_mode(&found.answers, answered)),
        visits: counted(found.outcomes.iter().map(|(_, count)| count).sum(), "visit", "visits"),
        all_comments: (all.len() > FIRST_COMMENTS).then(|| Link {
            href: format!("{path}/comments?{}", period.query()),
            label: format!("All {} comments", all.len()),
        }),
        comments: all.into_iter().take(FIRST_COMMENTS).collect(),
        comments_why: why,
        aside: answers::aside(&found.answers),
        answers: (!seen.is_own).then(|| answers_link(&seen.employee.external_id)),
        assumed: words::assumed(&found.frame, &found.company),
        action: path,
    }
}

fn object(is_own: bool, path: &str, period: Period) -> Link {
    if is_own {
        return Link {
            href: format!("{path}/contest?{}", period.query()),
            label: "Contest an answer".to_owned(),
        };
    }
    Link { href: "/objections".to_owned(), label: "All objections".to_owned() }
}

fn answers_link(external_id: &str) -> Link {
    let id: String = url::form_urlencoded::byte_serialize(external_id.as_bytes()).collect();
    Link { href: format!("/responses?employee={id}"), label: "Read the single answers".to_owned() }
}

fn lead(found: &Found) -> String {
    let team = found.team.as_ref().map(|team| format!("Team {team}. "));
    let site = found.seen.employee.site.as_ref().map(|site| format!("Site {site}. "));
    let places: String = [team, site].into_iter().flatten().collect();
    format!("{places}{}.", found.seen.period.words())
}

fn notices(found: &Found) -> Vec<String> {
    let seen = &found.seen;
    let cut = seen.was_cut.then(|| {
        if seen.is_own {
            return "Your own page shows whole months that are over, so that no number tells what a single customer \
                    answered."
                .to_owned();
        }
        let (days, name) = (seen.period.words(), &seen.employee.name);
        format!("Shown for {days}, the days on which {name} belonged to your team.")
    });
    let left = seen
        .employee
        .left_on
        .filter(|day| *day <= seen.period.to)
        .map(|day| format!("Last day here: {}.", full_day(day)));
    let new = found.is_new.then(|| {
        "New, here for less than six months: shown as a curve that grows surer, and never named as standing out."
            .to_owned()
    });
    [cut, left, new].into_iter().flatten().collect()
}

fn tabs(path: &str, period: Period, may_see_looks: bool) -> Vec<Link> {
    let tab = |part: &str, label: &str| Link {
        href: format!("{path}/{part}?{}", period.query()),
        label: label.to_owned(),
    };
    let looks = may_see_looks.then(|| tab("looks", "Who looked"));
    [tab("comments", "Comments")].into_iter().chain(looks).collect()
}

fn trend_words(has_alert: Option<bool>, is_new: bool) -> String {
    let words = match (has_alert, is_new) {
        (None, _) => {
            "There is nothing to draw yet: a line needs at least two spans of ten answers. Months with fewer answers are \
             joined."
        }
        (Some(_), true) => {
            "Dots: months joined until they have ten answers. Line: the mean of all answers so far; shaded: where it \
             very likely lies (95 %). With each answer it grows surer."
        }
        (Some(false), false) => {
            "Dots: months joined until they have ten answers. Line: smoothed week by week. A line that leaves the shaded \
             range would be a question to the team lead, nothing more. It has not in this period."
        }
        (Some(true), false) => {
            "Dots: months joined until they have ten answers. Line: smoothed week by week. It left the shaded range: a \
             question to the team lead, nothing more. Chance alone does that about once in nine years."
        }
    };
    words.to_owned()
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
