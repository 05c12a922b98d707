//! Everything that we hold about an employee, as one JSON object that they can read (GDPR art. 15). What customers said
//! is in it as far as it is theirs to read: as numbers and counts, not as words that would tell who a customer was.

use super::export::Who;
use crate::accounts::queries::roles;
use crate::app::App;
use crate::audit::{self, Actor};
use crate::db;
use crate::error::{Error, Result};
use crate::evaluations::employee::pages::Found;
use crate::evaluations::employee::{Seen, queries as employees};
use crate::evaluations::objections::model::{Decision, Objection};
use crate::evaluations::objections::queries as objections;
use crate::evaluations::period::Period;
use crate::evaluations::statements::queries::{self as statements, Of};
use crate::people::queries::retention as people;
use crate::visits::queries::retention as visits;
use diesel::PgConnection;
use serde_json::{Value, json};
use uuid::Uuid;

/// The most statements, objections and looks of one person.
const MOST: i64 = 100_000;

/// Finds an employee by the id in the system that sends visits, or by ours.
///
/// # Errors
/// 404 when there is none.
pub fn find_employee(connection: &mut PgConnection, id: &str) -> Result<Uuid> {
    Ok(employees::find(connection, id)?.ok_or_else(|| Error::not_found("employee"))?.id)
}

/// Writes everything about an employee; not in a transaction, for the numbers are read in one of their own. Who of ours did
/// something is named by what they do here.
///
/// # Errors
/// 404 when there is no such employee.
pub fn export(connection: &mut PgConnection, app: &App, id: Uuid, actor: Actor) -> Result<Value> {
    let now = app.clock.now();
    let unknown = || Error::not_found("employee");
    let facts = people::find_facts(connection, id)?.ok_or_else(unknown)?;
    let employee = employees::find_by_id(connection, id)?.ok_or_else(unknown)?;
    let today = now.with_timezone(&app.config.organisation.time_zone).date_naive();
    // As they see themselves: whole months.
    let period = Period::usual(today).in_whole_months(today);
    let found = Found::read(connection, Seen { employee, is_own: true, period, was_cut: false }, now)?;
    let frame = (facts, found, period);
    db::transaction(connection, |connection| write(connection, app, id, frame, actor))
}

fn write(
    connection: &mut PgConnection,
    app: &App,
    id: Uuid,
    (facts, found, period): (people::Facts, Found, Period),
    actor: Actor,
) -> Result<Value> {
    let now = app.clock.now();
    audit::record(connection, now, actor, "employee.exported", &format!("employee {id}"), json!({}))?;
    let looks = employees::list_looks(connection, id, MOST)?;
    let mut who = Who::default();
    who.learn(connection, looks.iter().map(|(_, actor, _)| actor.as_str()))?;
    let visits = visits::list_of_employee(connection, id)?;
    let accounts = roles::list_of_employee(connection, id)?;
    Ok(json!({"employee": {
        "organisation": app.config.organisation.name,
        "exported_at": now,
        "facts": facts,
        "accounts": accounts.iter().map(|(role, since, until)| json!({"role": role, "since": since,
            "closed_at": until})).collect::<Vec<_>>(),
        "teams": people::list_teams(connection, id)?,
        "visits": visits,
        "evaluation": {
            "from": period.from, "to": period.to, "numbers": found.figures, "company": found.company,
            "how_it_was_made": found.frame,
            "visits_by_outcome": found.outcomes.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        },
        "statements": list_statements(connection, id)?,
        "objections": list_objections(connection, id)?,
        "who_looked_or_did_something": looks.iter().map(|(at, actor, action)| json!({"at": at,
            "by": who.is(actor), "what": action})).collect::<Vec<_>>(),
        "not_in_this_file": "the words of customers, which stand on the person’s page from ten answers on without what \
            would tell who wrote them",
    }}))
}

fn list_statements(connection: &mut PgConnection, id: Uuid) -> Result<Vec<Value>> {
    let theirs = statements::Filter { of: Of::Employee(id), state: None, name: None };
    let all = statements::list(connection, &theirs, None, MOST)?;
    let ids: Vec<Uuid> = all.iter().map(|one| one.id).collect();
    let replies = statements::list_replies(connection, &ids)?;
    let of = |statement: Uuid| replies.iter().filter(move |reply| reply.statement == statement);
    let written = all.iter().map(|one| {
        json!({"number": one.label(), "from": one.from, "to": one.to, "made_at": one.made_at, "content": one.content,
            "replies": of(one.id).map(|reply| json!({"kind": reply.kind, "words": reply.words,
                "at": reply.at})).collect::<Vec<_>>()})
    });
    Ok(written.collect())
}

fn list_objections(connection: &mut PgConnection, id: Uuid) -> Result<Vec<Value>> {
    let all = objections::list(connection, Some(id), None, MOST)?;
    let ids: Vec<Uuid> = all.iter().map(|one| one.id).collect();
    let decisions = objections::list_decisions(connection, &ids)?;
    let decided = |one: &Decision| {
        json!({"effect": one.effect, "reason": one.reason, "at": one.decided_at,
        "numbers_before": one.numbers.0, "numbers_after": one.numbers.1})
    };
    let written = |one: &Objection| {
        let own = decisions.iter().filter(|decision| decision.objection == one.id);
        json!({"reason": one.reason, "words": one.words, "opened_at": one.opened_at, "due_on": one.due_on,
            "visit_on": one.visited_on, "decisions": own.map(decided).collect::<Vec<_>>()})
    };
    Ok(all.iter().map(written).collect())
}
