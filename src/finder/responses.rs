//! `GET /responses` and `GET /responses/{id}`: what customers said, and whether it counts.

use super::judgement::{self, JudgementView};
use super::views::responses::{
    self as views, Answer, Chance, Counts, Credit, Reason, ResponsePage, ResponsesPage, RevisionLine, Row,
};
use super::{id_of, names, note_reader};
use crate::accounts::export::{self, Sheet};
use crate::accounts::{Role, SignedIn, shell_for};
use crate::answering::queries::staff::{
    self as answers, OVERALL, Overall, ResponseFacts, Revision, StaffFilter, UNDECIDED,
};
use crate::app::App;
use crate::callbacks;
use crate::db::page::{self, Cursor, Meta};
use crate::error::{Error, Result};
use crate::evaluations::objections::model::{Objection, reason};
use crate::evaluations::objections::queries::list_of_visits;
use crate::scores::contribution::Contribution;
use crate::scores::queries::load_contributions;
use crate::surveys::{Content, Question};
use crate::visits::queries::staff::{self, Credited, VisitFacts};
use crate::web::format::{long_day, moment, permille};
use crate::web::list::{Asked, Choice, Dates, Pages, ROWS};
use crate::web::shell::Link;
use crate::web::{PageResult, html};
use actix_web::web;
use chrono_tz::Tz;
use diesel::PgConnection;
use serde_json::Value;
use uuid::Uuid;

const MODES: [(&str, &str); 5] =
    [("", "All"), ("email", "By mail"), ("phone", "By phone"), ("paper", "On paper"), ("import", "Imported")];

const CERTAINTIES: [(&str, &str); 5] = [
    ("", "All"),
    ("confirmed", "Confirmed"),
    ("suspect", "Put aside"),
    (UNDECIDED, "Put aside, not decided"),
    ("withdrawn", "Taken back"),
];

const SHEET: Sheet = Sheet {
    name: "responses",
    columns: &["answered", "overall", "visit", "service", "employees", "comment", "how", "in_the_scores"],
    noted: &["from", "to", "employee", "overall", "mode", "certainty", "comment"],
};

/// Shows the list.
pub async fn list(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let zone = app.config.organisation.time_zone;
    let dates = asked.dates();
    let filter = filter(&asked, &dates, &person, zone);
    let (rows, meta) = if dates.error.is_some() {
        (Vec::new(), Meta { next: None })
    } else {
        let after = asked.after()?;
        app.db(move |connection| read_list(connection, &filter, after, (ROWS, zone))).await?
    };
    let points: Vec<String> = (0..=10).map(|point: i32| point.to_string()).collect();
    let points = points.iter().map(|point| (point.as_str(), point.as_str()));
    let overall = [("", "All"), ("low", "Low: the two lowest"), ("high", "High: the two highest")];
    html(&ResponsesPage {
        shell: shell_for(&app, &person, "/responses"),
        own_team: person.role == Role::Manager,
        employee: asked.typed("employee"),
        modes: Choice::all(asked.text("mode"), MODES),
        certainties: Choice::all(asked.text("certainty"), CERTAINTIES),
        overalls: Choice::all(asked.text("overall"), overall.into_iter().chain(points)),
        with_comment: asked.text("comment").is_some(),
        is_narrowed: asked.is_narrowed(),
        pages: asked.pages(meta, Pages::BY_TIME).with_file(asked.address_at("/responses.csv")),
        sort: asked.by_time(),
        dates,
        rows,
    })
}

/// Gives the list as a file.
pub async fn file(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let zone = app.config.organisation.time_zone;
    let filter = filter(&asked, &asked.dates(), &person, zone);
    export::export(&app, &person, &asked, SHEET, move |connection| {
        let page = |after| read_list(connection, &filter, after, (export::AT_ONCE, zone));
        Ok(export::all(page)?.into_iter().map(Row::cells).collect())
    })
    .await
}

fn filter(asked: &Asked, dates: &Dates, person: &SignedIn, zone: Tz) -> StaffFilter {
    let (from, before) = dates.moments(zone);
    let known = |name: &str, words: &[(&str, &str)]| {
        asked.text(name).filter(|text| words.iter().any(|(word, _)| word == text)).map(str::to_owned)
    };
    StaffFilter {
        from,
        before,
        employee: asked.text("employee").map(str::to_owned),
        mode: known("mode", &MODES),
        certainty: known("certainty", &CERTAINTIES),
        overall: match asked.text("overall") {
            Some("low") => Some(Overall::Low),
            Some("high") => Some(Overall::High),
            text => text.and_then(|text| text.parse().ok()).map(Overall::Exactly),
        },
        with_comment: asked.text("comment").is_some(),
        sees: person.sees(),
        oldest_first: asked.by_time().is_oldest,
    }
}

fn read_list(
    connection: &mut PgConnection,
    filter: &StaffFilter,
    after: Option<Cursor>,
    (limit, zone): (i64, Tz),
) -> Result<(Vec<Row>, Meta)> {
    let rows = answers::list_for_staff(connection, filter, after, limit)?;
    let cut_at = usize::try_from(limit).unwrap_or(usize::MAX);
    let (rows, meta) = page::cut(rows, cut_at, |row| Cursor::by_time(row.answered_at, row.id));
    let visits: Vec<Uuid> = rows.iter().map(|row| row.visit).collect();
    let credited = staff::list_credited(connection, &visits)?;
    let contributions = load_contributions(connection, &visits)?;
    let rows = rows.into_iter().map(|row| Row {
        href: format!("/responses/{}", row.id),
        when: moment(row.answered_at, zone),
        overall: row.overall().map(|answer| views::of_scale(answer, row.scale)),
        visit: row.external_id,
        visit_href: format!("/visits/{}", row.visit),
        service: row.service,
        employees: names(credited.get(&row.visit)),
        comment: row.comment.as_deref().map(views::beginning),
        mode: views::mode(&row.mode),
        counts: views::counts(contributions.get(&row.visit).is_some_and(is_counted)),
    });
    Ok((rows.collect(), meta))
}

/// A response counts when the scores take at least one rating of it.
fn is_counted(contribution: &Contribution) -> bool {
    contribution.mode.is_some() && !contribution.ratings.is_empty()
}

/// Shows one response.
pub async fn show(app: web::Data<App>, person: SignedIn, id: web::Path<String>) -> PageResult {
    html(&read_page(&app, &person, id_of(&id, "response")?).await?)
}

/// Reads the page of a response for somebody, which is noted.
///
/// # Errors
/// 404 when there is none that they may see.
pub(super) async fn read_page(app: &App, person: &SignedIn, id: Uuid) -> Result<ResponsePage> {
    let (zone, now, reader) = (app.config.organisation.time_zone, app.clock.now(), person.clone());
    let found = app
        .transaction(move |connection| {
            let found = read(connection, id, &reader, zone)?;
            note_reader(connection, &reader, "response", id, now)?;
            Ok(found)
        })
        .await?;
    Ok(page(shell_for(app, person, "/responses"), &found, zone))
}

/// Whether somebody may decide that an answer is a machine's or a person's: not those whose score it makes.
pub(super) fn may_decide(person: &SignedIn) -> bool {
    person.role == Role::Hr
}

/// Everything that the page of a response tells.
struct Found {
    response: ResponseFacts,
    content: Content,
    visit: VisitFacts,
    credited: Vec<Credited>,
    revisions: Vec<Revision>,
    contribution: Option<Contribution>,
    callback: Option<callbacks::queries::OfVisit>,
    judgement: JudgementView,
    objections: Vec<Objection>,
}

fn read(connection: &mut PgConnection, id: Uuid, reader: &SignedIn, zone: Tz) -> Result<Found> {
    let response = answers::find_facts(connection, id)?;
    let visit = staff::find_facts(connection, response.visit, reader.sees()).map_err(|error| {
        if error.kind == crate::error::Kind::NotFound { Error::not_found("response") } else { error }
    })?;
    Ok(Found {
        content: serde_json::from_value(response.content.clone()).map_err(Error::internal)?,
        credited: staff::list_credited(connection, &[visit.id])?.remove(&visit.id).unwrap_or_default(),
        revisions: answers::list_revisions(connection, id)?,
        contribution: load_contributions(connection, &[visit.id])?.remove(&visit.id),
        callback: callbacks::queries::find_of_visit(connection, visit.id)?,
        objections: list_of_visits(connection, &[visit.id])?,
        judgement: judgement::read(connection, (id, visit.id), &response.certainty, reader, zone)?,
        response,
        visit,
    })
}

fn page(shell: crate::web::shell::Shell, found: &Found, zone: Tz) -> ResponsePage {
    let (response, visit) = (&found.response, &found.visit);
    let came = names(Some(&found.credited));
    let local = visit.visited_at.with_timezone(&zone).date_naive();
    let answers = list_answers(&found.content, &response.answers, &came);
    let overall = answers.iter().find(|answer| answer.key == OVERALL).and_then(|answer| answer.given.clone());
    ResponsePage {
        shell,
        visit: visit.external_id.clone(),
        visit_href: format!("/visits/{}", visit.id),
        lead: format!(
            "{} on {}, by {came}. Answered on {}, {}.",
            visit.service,
            long_day(local),
            moment(response.answered_at, zone),
            views::mode(&response.mode)
        ),
        overall,
        answers,
        comment: response.comment.clone(),
        call_me: response.call_me,
        complete: response.complete,
        certainty: views::certainty(&response.certainty),
        survey: format!("{}, version {}", response.survey, response.version),
        changed: (response.revision > 1).then(|| moment(response.changed_at, zone)),
        revisions: revisions(found, zone),
        credits: found.credited.iter().map(credit).collect(),
        counts: views::counts(found.contribution.as_ref().is_some_and(is_counted)),
        reasons: views::reasons(&why(found)),
        judgement: found.judgement.clone(),
        objections: found.objections.iter().map(objection).collect(),
    }
}

fn objection(one: &Objection) -> Link {
    Link {
        href: format!("/objections/{}", one.id),
        label: format!("{} contests it: {}", one.employee_name, reason(&one.reason).to_lowercase()),
    }
}

fn list_answers(content: &Content, given: &Value, came: &str) -> Vec<Answer> {
    let answer = |question: &Question| {
        let texts = content.texts_of(&question.key, "en");
        let given = given.get(&question.key).and_then(|value| match value {
            Value::Bool(yes) => Some(if *yes { "Yes" } else { "No" }.to_owned()),
            Value::Number(point) => {
                point.as_i64().map(|point| views::of_scale(point, Some((question.min, question.max))))
            }
            other => texts.words_of(other),
        });
        let is_scale = question.kind.is_scale();
        let scale = if is_scale { format!("{} to {}", question.min, question.max) } else { String::new() };
        Answer { key: question.key.clone(), question: texts.text_with(came), hint: texts.hint, given, scale }
    };
    let was_asked = |question: &&Question| question.when.is_none() || given.get(&question.key).is_some();
    content.questions.iter().filter(was_asked).map(answer).collect()
}

fn revisions(found: &Found, zone: Tz) -> Vec<RevisionLine> {
    let scale = found.content.questions.iter().find(|question| question.key == OVERALL);
    let scale = scale.map(|question| (question.min, question.max));
    let overall = |answers: &Value| answers.get(OVERALL).and_then(Value::as_i64);
    found
        .revisions
        .iter()
        .map(|revision| RevisionLine {
            at: revision.at.to_rfc3339(),
            when: moment(revision.at, zone),
            overall: overall(&revision.answers).map(|answer| views::of_scale(answer, scale)),
            answers: revision
                .answers
                .as_object()
                .map_or(0, |all| all.values().filter(|one| one.is_i64()).count()),
            comment: revision.comment.clone(),
            is_suspect: revision.certainty != "confirmed",
            stands: revision.number == found.response.revision,
        })
        .collect()
}

fn credit(one: &Credited) -> Credit {
    Credit { name: one.name.clone(), team: one.team_name.clone(), share: permille(one.share_permille) }
}

/// Gathers what decides whether the response counts; the scores' own rule says whether it does.
fn why(found: &Found) -> Reason {
    let contribution = found.contribution.as_ref();
    let rating = contribution.and_then(|one| one.ratings.iter().find(|rating| rating.question == OVERALL));
    let shares: Vec<String> = found
        .credited
        .iter()
        .map(|one| match found.credited.len() {
            1 => one.name.clone(),
            _ => format!("{} ({})", one.name, permille(one.share_permille)),
        })
        .collect();
    Reason {
        counted: match contribution {
            Some(one) if one.mode.is_none() => Counts::Aside,
            Some(one) if !one.ratings.is_empty() => Counts::Yes,
            _ => Counts::Empty,
        },
        is_suspect: found.response.certainty == "suspect",
        mode: contribution.and_then(|one| one.mode),
        whom: shares,
        scale: rating.map(|rating| (rating.min, rating.max)),
        not_eligible: found
            .visit
            .outcome
            .parse::<crate::visits::Outcome>()
            .ok()
            .filter(|outcome| outcome.is_not_eligible())
            .map(|outcome| crate::visits::views::badge(outcome).word),
        chance: match &found.callback {
            None => Chance::NoCall,
            Some(callback) => callback.probability.map_or(Chance::NotKnown, Chance::Known),
        },
    }
}
