//! `/objections`, and `/employees/{id}/contest`.

use super::decide::{self, Typed as Decided};
use super::model::{Decision, Numbers, Objection, REASONS, in_force, reason};
use super::open::{self, Typed};
use super::queries;
use super::views::{self, Answer, ContestPage, ListPage, Names, ObjectionPage, Row};
use crate::accounts::export::{self, Sheet};
use crate::accounts::queries as accounts;
use crate::accounts::{Role, SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, Kind, Result};
use crate::evaluations::employee::pages::{here, look, period_of};
use crate::evaluations::employee::queries::{AnswerRow, list_answers};
use crate::evaluations::employee::{FEWEST_FOR_COMMENTS, Seen, address, answers, path};
use crate::evaluations::figures::Figures;
use crate::evaluations::period::Period;
use crate::evaluations::report::{Selection, evaluate};
use crate::ids;
use crate::people::queries::listing;
use crate::visits::queries::staff;
use crate::web::format::{full_day, moment};
use crate::web::list::{Asked, Pages};
use crate::web::shell::Link;
use crate::web::{PageResult, html, page, redirect};
use actix_web::web;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// How many objections are listed.
const MOST: i64 = 500;

fn today_of(app: &App) -> NaiveDate {
    app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive()
}

fn id_of(text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| Error::not_found("objection"))
}

/// What is read for the list.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    /// Whose visits; a manager without a team sees none.
    team: Option<Uuid>,
    today: NaiveDate,
    zone: Tz,
}

impl Wanted {
    fn new(app: &App, person: &SignedIn) -> Self {
        Self {
            team: (person.role == Role::Manager).then(|| person.team.unwrap_or_default()),
            today: today_of(app),
            zone: app.config.organisation.time_zone,
        }
    }

    /// Those that wait, the first that is due first, and those that were decided.
    fn read(self, connection: &mut PgConnection) -> Result<(Vec<Row>, Vec<Row>)> {
        let objections = queries::list(connection, None, self.team, MOST)?;
        let ids: Vec<Uuid> = objections.iter().map(|one| one.id).collect();
        let mut decisions: HashMap<Uuid, Vec<Decision>> = HashMap::new();
        for decision in queries::list_decisions(connection, &ids)? {
            decisions.entry(decision.objection).or_default().push(decision);
        }
        let rows = objections.into_iter().map(|objection| {
            let own = decisions.remove(&objection.id).unwrap_or_default();
            (objection, own)
        });
        let (decided, mut open): (Vec<_>, Vec<_>) =
            rows.partition(|(_, decisions)| in_force(decisions).is_some());
        open.sort_by_key(|(objection, _)| objection.due_on);
        let row = |(objection, decisions): &(Objection, Vec<Decision>)| self.row(objection, decisions);
        Ok((open.iter().map(row).collect(), decided.iter().map(row).collect()))
    }

    fn row(self, objection: &Objection, decisions: &[Decision]) -> Row {
        let (state, until) = views::state(objection, decisions, self.today);
        Row {
            href: format!("/objections/{}", objection.id),
            name: objection.employee_name.clone(),
            reason: reason(&objection.reason),
            opened: moment(objection.opened_at, self.zone),
            state,
            until,
        }
    }
}

const SHEET: Sheet =
    Sheet { name: "objections", columns: &["employee", "reason", "opened", "state", "until"], noted: &[] };

/// Lists objections: all for HR, those about visits of the own team for a manager.
pub async fn list(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let wanted = Wanted::new(&app, &person);
    let (open, decided) = app.db(move |connection| wanted.read(connection)).await?;
    html(&ListPage {
        shell: shell_for(&app, &person, "/objections"),
        own_team: wanted.team.is_some(),
        pages: Pages::none().with_file(asked.address_at("/objections.csv")),
        open,
        decided,
    })
}

/// Gives the list as a file.
pub async fn file(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let wanted = Wanted::new(&app, &person);
    export::export(&app, &person, &asked, SHEET, move |connection| {
        let (open, decided) = wanted.read(connection)?;
        Ok(open.into_iter().chain(decided).map(Row::cells).collect())
    })
    .await
}

/// Shows one objection.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    html(&read_page(&app, &person, id_of(&id)?).await?)
}

async fn read_page(app: &App, person: &SignedIn, id: Uuid) -> Result<ObjectionPage> {
    let (zone, today, reader) = (app.config.organisation.time_zone, today_of(app), person.clone());
    let (objection, decisions, accounts, colleagues) = app
        .db(move |connection| {
            let objection = find_seen(connection, &reader, id)?;
            let decisions = queries::list_decisions(connection, &[id])?;
            let who: Vec<Uuid> = decisions.iter().filter_map(|one| views::account(&one.decided_by)).collect();
            let accounts = accounts::list_names(connection, &who)?;
            let people = listing::list_people(connection, None)?;
            let colleagues: Vec<(String, String)> =
                people.into_iter().take(1_000).map(|one| (one.external_id, one.name)).collect();
            Ok((objection, decisions, accounts, colleagues))
        })
        .await?;
    let (state, until) = views::state(&objection, &decisions, today);
    let may_decide = decide::may_decide(person, &objection);
    let period = around(&objection, today);
    Ok(ObjectionPage {
        shell: shell_for(app, person, "/objections"),
        person: Link {
            href: address(&objection.external_id, period),
            label: objection.employee_name.clone(),
        },
        response: Link {
            href: format!("/responses/{}", objection.response),
            label: "Read the answer and the visit".to_owned(),
        },
        state,
        lead: format!(
            "{}, about a visit of {}. Opened {}{}.",
            reason(&objection.reason),
            full_day(objection.visited_on),
            moment(objection.opened_at, zone),
            if until.is_empty() { until } else { format!(", {until}") }
        ),
        words: objection.words.clone(),
        steps: views::steps(&objection, &decisions, &Names { accounts: &accounts, zone }),
        action: may_decide.then(|| format!("/objections/{id}")),
        why_not: match person.role {
            Role::Manager => "HR decides, because it is your team’s score.",
            _ => "Somebody else of HR decides, because it is about you.",
        },
        is_decided: in_force(&decisions).is_some(),
        typed: Decided::default(),
        errors: Vec::new(),
        colleagues,
    })
}

/// A manager sees objections about visits of the own team as of their day.
fn find_seen(connection: &mut PgConnection, reader: &SignedIn, id: Uuid) -> Result<Objection> {
    let objection = queries::find(connection, id)?;
    let seen = staff::list_seen(connection, &[objection.visit], reader.sees())?;
    if seen.is_empty() { Err(Error::not_found("objection")) } else { Ok(objection) }
}

/// The usual period, and so much more that the visit lies in it.
fn around(objection: &Objection, today: NaiveDate) -> Period {
    let (usual, day) = (Period::usual(today), objection.visited_on);
    Period { from: usual.from.min(day.with_day(1).unwrap_or(day)), to: usual.to.max(day) }
}

/// The employee's numbers that a decision moves.
fn numbers(
    connection: &mut PgConnection,
    objection: &Objection,
    period: Period,
    now: DateTime<Utc>,
) -> Result<Numbers> {
    let selection = Selection {
        from: period.from,
        to: period.to,
        team: None,
        employee: Some(objection.external_id.clone()),
        all_estimates: false,
    };
    let evaluation = evaluate(connection, &selection, now)?;
    let figures = evaluation.employees.first().map(Figures::of).transpose()?;
    Ok(figures.map(|figures| Numbers::of(&figures)).unwrap_or_default())
}

/// Decides about an objection, or takes a decision back.
pub async fn decide(app: web::Data<App>, form: SignedForm, id: web::Path<String>) -> PageResult {
    let id = id_of(&id)?;
    let text = |name: &str| form.fields.get(name).unwrap_or_default().to_owned();
    let typed = Decided { effect: text("effect"), reason: text("reason"), to: text("to") };
    let (reader, given, now, today) = (form.person.clone(), typed.clone(), app.clock.now(), today_of(&app));
    let decided = app
        .db(move |connection| {
            let objection = find_seen(connection, &reader, id)?;
            let period = around(&objection, today);
            let before = numbers(connection, &objection, period, now)?;
            let decision = crate::db::transaction(connection, |connection| {
                decide::decide(connection, &reader, &objection, &given, &before, now)
            })?;
            let after = numbers(connection, &objection, period, now)?;
            let after = serde_json::to_value(after).map_err(Error::internal)?;
            queries::complete_decision(connection, decision, &after)
        })
        .await;
    match decided {
        Err(error) if error.kind == Kind::Invalid => {
            let mut again = read_page(&app, &form.person, id).await?;
            again.errors = error.fields.into_iter().map(|field| (field.field, field.reason)).collect();
            again.typed = typed;
            page::invalid(&again)
        }
        Err(error) => Err(error.into()),
        Ok(()) => Ok(redirect(&format!("/objections/{id}"))),
    }
}

/// The answers of somebody that they may contest, by their handles.
struct Contestable {
    seen: Seen,
    rows: HashMap<String, AnswerRow>,
    answers: Vec<Answer>,
}

impl Contestable {
    fn read(connection: &mut PgConnection, app: &App, seen: Seen) -> Result<Self> {
        let rows = list_answers(connection, seen.employee.id, seen.period.from, seen.period.to)?;
        let mut rows: Vec<AnswerRow> = rows.into_iter().filter(AnswerRow::counts).collect();
        if rows.len() < open::FEWEST {
            rows.clear();
        }
        let mut months: HashMap<(i32, u32), usize> = HashMap::new();
        for row in &rows {
            *months.entry((row.visited_on.year(), row.visited_on.month())).or_default() += 1;
        }
        let shows_words = rows.len() >= FEWEST_FOR_COMMENTS;
        // By a fingerprint, so that the order tells nothing.
        rows.sort_by_key(|row| ids::sha256(row.response.as_bytes()));
        let answer = |row: &AnswerRow| Answer {
            handle: open::handle(&app.keys, seen.employee.id, row.response),
            said: row.words().map_or("No number".to_owned(), |words| format!("Overall {words}")),
            when: when(row, &months),
            comment: answers::veiled_comment(row).filter(|_| shows_words),
        };
        let listed: Vec<Answer> = rows.iter().map(answer).collect();
        let handles = listed.iter().map(|answer| answer.handle.clone());
        Ok(Self { rows: handles.zip(rows).collect(), answers: listed, seen })
    }
}

/// Says how an answer was given, and in which month where at least five were given in it.
fn when(row: &AnswerRow, months: &HashMap<(i32, u32), usize>) -> String {
    let mode = match row.mode.as_str() {
        "phone" => "by phone",
        "paper" => "by card or on paper",
        _ => "by mail",
    };
    let month = (row.visited_on.year(), row.visited_on.month());
    if months.get(&month).is_some_and(|count| *count >= open::FEWEST) {
        return format!("{mode}, about a visit in {}", row.visited_on.format("%B %Y"));
    }
    mode.to_owned()
}

async fn contestable(app: &App, person: &SignedIn, id: String, period: Period) -> Result<Contestable> {
    let (parts, reader, now) = (app.clone(), person.clone(), app.clock.now());
    app.db(move |connection| {
        let seen = look(connection, &reader, &id, period, now)?;
        if !seen.is_own {
            let detail = "Only whom an answer is about can contest it. Put it aside on the page of the response instead.";
            return Err(Error::new(Kind::Forbidden, detail));
        }
        Contestable::read(connection, &parts, seen)
    })
    .await
}

fn contest_page(app: &App, person: &SignedIn, found: &Contestable) -> ContestPage {
    let period = found.seen.period;
    ContestPage {
        shell: shell_for(app, person, here(person)),
        crumb: Link {
            href: address(&found.seen.employee.external_id, period),
            label: "Your page".to_owned(),
        },
        lead: format!("{}. {}", period.words(), views::deadline(today_of(app))),
        action: format!("{}/contest?{}", path(&found.seen.employee.external_id), period.query()),
        answers: found.answers.clone(),
        why_none: "Single answers are listed from five on: with fewer one could guess whose they are. Speak to HR.",
        reasons: REASONS,
        typed: Typed::default(),
        errors: Vec::new(),
    }
}

/// Shows the answers that an employee may contest.
pub async fn show_contest(
    app: web::Data<App>,
    person: SignedIn,
    id: web::Path<String>,
    asked: Asked,
) -> PageResult {
    let (period, _, _) = period_of(&app, &asked);
    let found = contestable(&app, &person, id.into_inner(), period).await?;
    html(&contest_page(&app, &person, &found))
}

/// Contests an answer.
pub async fn contest(
    app: web::Data<App>,
    form: SignedForm,
    id: web::Path<String>,
    asked: Asked,
) -> PageResult {
    let (period, _, today) = period_of(&app, &asked);
    let found = contestable(&app, &form.person, id.into_inner(), period).await?;
    let text = |name: &str| form.fields.get(name).unwrap_or_default().to_owned();
    let typed = Typed { answer: text("answer"), reason: text("reason"), words: text("words") };
    let (row, given, now) = (found.rows.get(&typed.answer).cloned(), typed.clone(), app.clock.now());
    let who = (found.seen.employee.id, Actor::User(form.person.user));
    let opened = app
        .transaction(move |connection| open::open(connection, who, row.as_ref(), &given, (now, today)))
        .await;
    match opened {
        Err(error) if error.kind == Kind::Invalid => {
            let mut again = contest_page(&app, &form.person, &found);
            again.errors = error.fields.into_iter().map(|field| (field.field, field.reason)).collect();
            again.typed = typed;
            page::invalid(&again)
        }
        Err(error) => Err(error.into()),
        Ok(_) => {
            let address = address(&found.seen.employee.external_id, found.seen.period);
            Ok(redirect(&format!("{address}#objections")))
        }
    }
}
