//! Writing a chunk: one transaction, everything or nothing.

use super::Context;
use super::prepare::{Prepared, refuse_contradiction};
use crate::answering::queries::bulk::{self as many_responses, NewResponse};
use crate::callbacks::model::rank;
use crate::callbacks::queries::{self as callbacks, NewCallback};
use crate::error::Result;
use crate::visits::model::{CheckedVisit, NewVisit};
use crate::visits::queries::bulk::{self as many_visits, NewCredit, NewHistory};
use crate::visits::store::{self, Stored};
use crate::{changes, db, ids};
use diesel::PgConnection;
use uuid::Uuid;

/// How often a chunk is tried when another transaction stands in its way.
const TRIES: usize = 3;

/// Writes a chunk. Whatever somebody else has brought meanwhile is left out, however often that happens.
///
/// # Errors
/// When the database does not answer; nothing of the chunk is stored then.
pub fn chunk(connection: &mut PgConnection, context: &Context<'_>, mut chunk: Vec<Prepared>) -> Result<()> {
    let mut tries = 1;
    loop {
        let Err(error) = db::bulk_transaction(connection, |connection| write(connection, context, &chunk))
        else {
            return Ok(());
        };
        let before = chunk.len();
        chunk = without_known(connection, context, chunk)?;
        if chunk.len() == before {
            if !error.again || tries == TRIES {
                return Err(error);
            }
            tries += 1;
        }
    }
}

/// Leaves out what somebody else has brought since it was checked.
fn without_known(
    connection: &mut PgConnection,
    context: &Context<'_>,
    chunk: Vec<Prepared>,
) -> Result<Vec<Prepared>> {
    let visits: Vec<&CheckedVisit> = chunk.iter().map(|prepared| &prepared.visit).collect();
    let known = store::known_among(connection, &context.app.keys, &visits)?;
    let mut rest = Vec::with_capacity(chunk.len());
    for prepared in chunk {
        let Some(stored) = known.get(&prepared.visit.external_id) else {
            rest.push(prepared);
            continue;
        };
        let is_same = !matches!(stored, Stored::Contradicted(_));
        let outcome = prepared.came.outcome().0.as_str();
        context.change(|summary| {
            summary.new -= 1;
            summary.outcomes.entry(outcome).and_modify(|count| *count -= 1);
            summary.repeated += u64::from(is_same);
        })?;
        if !is_same {
            refuse_contradiction(context, &prepared.group)?;
        }
    }
    Ok(rest)
}

fn write(connection: &mut PgConnection, context: &Context<'_>, chunk: &[Prepared]) -> Result<()> {
    lock(connection, context, chunk)?;
    let visits: Vec<NewVisit<'_>> = chunk.iter().map(|prepared| visit(context, prepared)).collect();
    let credits: Vec<NewCredit> = chunk.iter().flat_map(credits).collect();
    let history: Vec<NewHistory<'_>> = chunk.iter().map(|prepared| history(context, prepared)).collect();
    many_visits::copy_visits(connection, &visits, &credits, &history)?;
    let responses: Vec<NewResponse<'_>> =
        chunk.iter().filter_map(|prepared| response(context, prepared)).collect();
    many_responses::copy_responses(connection, &responses)?;
    let calls: Vec<NewCallback> = chunk.iter().filter_map(|prepared| callback(context, prepared)).collect();
    if !calls.is_empty() {
        callbacks::insert_all(connection, &calls)?;
    }
    let ids: Vec<Uuid> = chunk.iter().map(|prepared| prepared.id).collect();
    changes::append_many(connection, &ids)
}

/// Everything that the chunk refers to and does not bring itself.
fn lock(connection: &mut PgConnection, context: &Context<'_>, chunk: &[Prepared]) -> Result<()> {
    let of = |each: &dyn Fn(&Prepared) -> Vec<Uuid>| chunk.iter().flat_map(each).collect::<Vec<Uuid>>();
    let employees = of(&|prepared| prepared.credits.iter().map(|(employee, _, _)| *employee).collect());
    let teams = of(&|prepared| prepared.credits.iter().filter_map(|(_, _, team)| *team).collect());
    let customers = of(&|prepared| prepared.customer.into_iter().collect());
    let sites = of(&|prepared| prepared.site.into_iter().collect());
    db::share_lock(connection, "employee", &employees)?;
    db::share_lock(connection, "team", &teams)?;
    db::share_lock(connection, "site", &sites)?;
    db::share_lock(connection, "customer", &customers)?;
    let version: Vec<Uuid> = context.survey.get().map(|survey| survey.id).into_iter().collect();
    db::share_lock(connection, "survey_version", &version)
}

fn visit<'a>(context: &Context<'_>, prepared: &'a Prepared) -> NewVisit<'a> {
    NewVisit {
        site_id: prepared.site,
        customer_id: prepared.customer,
        first_contact: Some(prepared.came.first_contact.as_str()),
        outcome: prepared.came.outcome().0.as_str(),
        call_priority: prepared.call_priority,
        ..NewVisit::new(prepared.id, &prepared.visit, prepared.visited_on, context.now)
    }
}

fn credits(prepared: &Prepared) -> impl Iterator<Item = NewCredit> {
    (0..).zip(&prepared.credits).map(|(position, (employee_id, share_permille, team_id))| NewCredit {
        visit_id: prepared.id,
        employee_id: *employee_id,
        position,
        share_permille: *share_permille,
        team_id: *team_id,
    })
}

fn history<'a>(context: &Context<'_>, prepared: &Prepared) -> NewHistory<'a> {
    let (outcome, reason) = prepared.came.outcome();
    let at = prepared.came.answer.as_ref().map_or(context.now, |answer| answer.at);
    NewHistory { visit_id: prepared.id, outcome: outcome.as_str(), at, by: "import", reason }
}

fn response<'a>(context: &Context<'_>, prepared: &'a Prepared) -> Option<NewResponse<'a>> {
    let answer = prepared.came.answer.as_ref()?;
    Some(NewResponse {
        id: ids::new_id(),
        visit_id: prepared.id,
        survey_version_id: context.survey.get()?.id,
        mode: answer.by.as_str(),
        certainty: "confirmed",
        complete: true,
        answers: &prepared.answers,
        comment: answer.comment.as_deref(),
        call_me: false,
        answered_at: answer.at,
        changed_at: context.now,
        revision: 1,
    })
}

fn callback(context: &Context<'_>, prepared: &Prepared) -> Option<NewCallback> {
    let came = &prepared.came;
    let kind = came.callback_kind(prepared.visit.priority)?;
    let called = came.was_called();
    Some(NewCallback {
        id: ids::new_id(),
        visit_id: prepared.id,
        kind: kind.as_str(),
        state: if called.is_some() { "done" } else { "open" },
        probability: came.probability,
        called,
        created_at: context.now,
        wave_id: None,
        came_from: None,
        rank: rank(kind, prepared.visit.priority),
        call_priority: prepared.call_priority,
    })
}
