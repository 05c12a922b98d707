//! Freezing an evaluation.

use super::model::{Content, FrozenObjection, Statement};
use super::queries::{self, NewStatement};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::{Error, Result};
use crate::evaluations::employee::Seen;
use crate::evaluations::employee::answers;
use crate::evaluations::employee::pages::Found;
use crate::evaluations::objections::model::{Decision, Objection, in_force, reason};
use crate::evaluations::objections::views::{Names, moved_before, what};
use crate::scores::queries::load_contributions;
use crate::web::format::day;
use crate::webhooks::{self, Event};
use crate::{db, ids};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::{Value, json};
use uuid::Uuid;

/// How often reading is tried until nothing changed meanwhile.
const TRIES: usize = 3;

/// What a statement is made of.
struct Inputs {
    content: Value,
    text: String,
}

/// Freezes the evaluation of somebody for their period; corrects the one that stands for the same period, if there is one.
///
/// # Errors
/// 409 when answers come in faster than they can be read.
pub fn freeze(
    connection: &mut PgConnection,
    app: &App,
    seen: &Seen,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let inputs = read(connection, app, seen, now)?;
    db::transaction(connection, |connection| store(connection, seen, &inputs, by, now))
}

/// Tells which statement stands for the same period and was made of the same inputs: nothing is to be corrected then.
///
/// # Errors
/// When the database does not answer.
pub fn unchanged(
    connection: &mut PgConnection,
    app: &App,
    seen: &Seen,
    now: DateTime<Utc>,
) -> Result<Option<Statement>> {
    let standing = queries::find_standing(connection, seen.employee.id, seen.period.from, seen.period.to)?;
    let Some(standing) = standing else { return Ok(None) };
    let inputs = read(connection, app, seen, now)?;
    Ok(Some(standing).filter(|standing| standing.checksum == ids::sha256(inputs.text.as_bytes())))
}

/// Reads numbers and inputs until both are of the same moment.
fn read(connection: &mut PgConnection, app: &App, seen: &Seen, now: DateTime<Utc>) -> Result<Inputs> {
    for _ in 0..TRIES {
        let found = Found::read(connection, seen.clone(), now)?;
        let visits = visits(connection, seen)?;
        let again = Found::read(connection, seen.clone(), now)?;
        if found.figures == again.figures && found.outcomes == again.outcomes {
            let content = content(app, &found);
            let inputs = json!({
                "employee": seen.employee.external_id, "frame": content.frame, "company": content.company,
                "evaluation": content.employee, "objections": content.objections, "visits": visits,
            });
            let content = serde_json::to_value(content).map_err(Error::internal)?;
            return Ok(Inputs { content, text: inputs.to_string() });
        }
    }
    Err(Error::conflict("Answers are coming in just now. Please try again."))
}

/// What each visit contributes, in the order of their ids.
fn visits(connection: &mut PgConnection, seen: &Seen) -> Result<Vec<Value>> {
    let rows = queries::list_visits(connection, seen.employee.id, seen.period.from, seen.period.to)?;
    let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    let mut contributions = load_contributions(connection, &ids)?;
    rows.into_iter()
        .map(|(id, external_id, on, outcome)| {
            let contribution = contributions.remove(&id);
            let contribution = serde_json::to_value(contribution).map_err(Error::internal)?;
            Ok(json!({"visit": external_id, "on": on, "outcome": outcome, "contribution": contribution}))
        })
        .collect()
}

fn content(app: &App, found: &Found) -> Content {
    let answered = found.outcomes.iter().filter(|(word, _)| word == "answered").map(|(_, count)| count).sum();
    let counts = |rows: Vec<(&'static str, i64)>| {
        rows.into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(word, count)| (word.to_owned(), count))
            .collect()
    };
    let names = Names { accounts: &found.accounts, zone: app.config.organisation.time_zone };
    let in_period = |(objection, _): &&(Objection, Vec<Decision>)| {
        (found.seen.period.from..=found.seen.period.to).contains(&objection.visited_on)
    };
    let objections = found.objections.iter().filter(in_period);
    Content {
        organisation: app.config.organisation.name.clone(),
        frame: found.frame.clone(),
        company: found.company.clone(),
        employee: found.figures.clone(),
        site: found.seen.employee.site.clone(),
        outcomes: found.outcomes.iter().cloned().collect(),
        answered: counts(answers::by_mode(&found.answers, answered)),
        put_aside: counts(answers::aside(&found.answers)),
        objections: objections.map(|(one, decisions)| frozen(one, decisions, &names)).collect(),
    }
}

fn frozen(objection: &Objection, decisions: &[Decision], names: &Names<'_>) -> FrozenObjection {
    let contested = reason(&objection.reason);
    let on = |at: DateTime<Utc>| day(at.with_timezone(&names.zone).date_naive());
    match in_force(decisions) {
        None => FrozenObjection {
            what: format!("{contested}: contested on {}, not decided yet", on(objection.opened_at)),
            ..FrozenObjection::default()
        },
        Some(decision) => FrozenObjection {
            what: format!("{contested}: {}", what(decision).to_lowercase()),
            decided: format!(
                "{}, {}: {}",
                names.of(&decision.decided_by),
                on(decision.decided_at),
                decision.reason
            ),
            before: moved_before(decision).unwrap_or_default(),
        },
    }
}

fn store(
    connection: &mut PgConnection,
    seen: &Seen,
    inputs: &Inputs,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let (id, number) = (ids::new_id(), queries::lock_next_number(connection)?);
    let period = seen.period;
    let standing = queries::find_standing(connection, seen.employee.id, period.from, period.to)?;
    let row = NewStatement {
        id,
        number,
        employee_id: seen.employee.id,
        period_from: period.from,
        period_to: period.to,
        content: inputs.content.clone(),
        inputs: &inputs.text,
        checksum: ids::sha256(inputs.text.as_bytes()),
        made_at: now,
        made_by: &by.to_string(),
        replaces_id: standing.map(|standing| standing.id),
    };
    queries::insert(connection, &row)?;
    webhooks::queue(connection, &[Event::StatementIssued { statement: id }], now)?;
    let detail =
        json!({"employee": seen.employee.id, "from": period.from, "to": period.to, "number": number});
    audit::record(connection, now, by, "statement.made", &format!("statement {id}"), detail)?;
    Ok(id)
}
