//! Somebody independent decides about an objection, or takes a decision back.

use super::LONGEST;
use super::model::{Credit, Decision, Effect, Numbers, Objection, in_force};
use super::queries::{self, NewDecision};
use crate::accounts::{Role, SignedIn};
use crate::answering::queries::decide::set_excluded;
use crate::audit::{self, Actor};
use crate::changes;
use crate::error::{Error, Kind, Result};
use crate::ids;
use crate::people::model::PlacedEmployee;
use crate::people::queries::team_on;
use crate::visits::queries as visits;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::{Value, json};
use uuid::Uuid;

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Word of the effect.
    pub effect: String,
    /// Why.
    pub reason: String,
    /// Id or name of who gets the credit.
    pub to: String,
}

/// Tells whether somebody may decide: HR, who is not the one it is about.
pub fn may_decide(person: &SignedIn, objection: &Objection) -> bool {
    person.role == Role::Hr && person.employee != Some(objection.employee)
}

/// What a decision does to a visit.
struct Change {
    employee_to: Option<Uuid>,
    credits: Option<(Vec<Credit>, Vec<Credit>)>,
}

/// Decides about an objection; call it in a transaction. Gives the decision.
///
/// # Errors
/// 403 for whoever is not independent; 422 naming what is missing; 409 when it was decided meanwhile.
pub fn decide(
    connection: &mut PgConnection,
    person: &SignedIn,
    objection: &Objection,
    typed: &Typed,
    before: &Numbers,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    if !may_decide(person, objection) {
        return Err(Error::new(
            Kind::Forbidden,
            "Somebody independent decides: not whom it is about, and not a manager.",
        ));
    }
    let reason = typed.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST {
        return Err(Error::invalid_field("reason", format!("Say why, in 1 to {LONGEST} characters.")));
    }
    let effect = Effect::of(&typed.effect)
        .ok_or_else(|| Error::invalid_field("effect", "Choose what is to happen with the answer."))?;
    // Whoever changes a visit and what hangs on it locks the visit first.
    visits::lock_outcome(connection, objection.visit)?;
    let decisions = queries::list_decisions(connection, &[objection.id])?;
    let change = match (effect, in_force(&decisions)) {
        (Effect::Undo, Some(standing)) => undo(connection, objection, standing, now)?,
        (Effect::Undo, None) | (_, Some(_)) => return Err(overtaken()),
        (Effect::Exclude, None) => {
            set_excluded(connection, objection.response, true, now)?;
            Change { employee_to: None, credits: None }
        }
        (Effect::Reassign, None) => reassign(connection, person, objection, &typed.to)?,
        (Effect::Annotate, None) => Change { employee_to: None, credits: None },
    };
    let id = ids::new_id();
    let by = Actor::User(person.user);
    let (credits_before, credits_after) = change.credits.map_or((None, None), |(before, after)| {
        (serde_json::to_value(before).ok(), serde_json::to_value(after).ok())
    });
    let row = NewDecision {
        id,
        objection_id: objection.id,
        number: decisions.iter().map(|one| one.number).max().unwrap_or(0) + 1,
        effect: effect.as_str(),
        reason,
        decided_at: now,
        decided_by: &by.to_string(),
        employee_to: change.employee_to,
        credits_before,
        credits_after,
        numbers_before: serde_json::to_value(before).ok(),
    };
    if !queries::insert_decision(connection, &row)? {
        return Err(overtaken());
    }
    changes::append(connection, objection.visit)?;
    let detail = json!({"effect": effect.as_str(), "response": objection.response});
    audit::record(connection, now, by, "objection.decided", &format!("objection {}", objection.id), detail)?;
    Ok(id)
}

fn overtaken() -> Error {
    Error::conflict("Somebody decided about this objection already. Look at it again.")
}

/// Passes the credit of whoever objects to a colleague; if they came too, both parts become one.
fn reassign(
    connection: &mut PgConnection,
    person: &SignedIn,
    objection: &Objection,
    to: &str,
) -> Result<Change> {
    let wrong = |reason: &str| Error::invalid_field("to", reason);
    let found = queries::find_colleagues(connection, to.trim())?;
    let [colleague] = found.as_slice() else {
        let reason = if found.is_empty() {
            "Nobody has this id or this whole name. Take the id from the page of the people."
        } else {
            "Several people have this name. Write the id instead."
        };
        return Err(wrong(reason));
    };
    let colleague = *colleague;
    if colleague == objection.employee {
        return Err(wrong("That is the person who objects. Name a colleague."));
    }
    if person.employee == Some(colleague) {
        return Err(wrong("You cannot decide that it was your own visit. Let a colleague of yours decide."));
    }
    let before = credits(connection, objection.visit)?;
    let Some(passed) = before.iter().find(|one| one.employee == objection.employee).cloned() else {
        return Err(overtaken());
    };
    let team = team_on(connection, colleague, objection.visited_on)?;
    let mut after: Vec<Credit> =
        before.iter().filter(|one| one.employee != objection.employee).cloned().collect();
    match after.iter_mut().find(|one| one.employee == colleague) {
        Some(theirs) => theirs.share += passed.share,
        None => after.push(Credit { employee: colleague, team, ..passed }),
    }
    after.sort_by_key(|one| one.position);
    store(connection, objection.visit, &after)?;
    Ok(Change { employee_to: Some(colleague), credits: Some((before, after)) })
}

/// Takes back what a decision did, exactly.
fn undo(
    connection: &mut PgConnection,
    objection: &Objection,
    standing: &Decision,
    now: DateTime<Utc>,
) -> Result<Change> {
    let read = |value: &Option<Value>| -> Result<Vec<Credit>> {
        serde_json::from_value(value.clone().unwrap_or_default()).map_err(Error::internal)
    };
    match standing.effect() {
        Some(Effect::Exclude) => {
            set_excluded(connection, objection.response, false, now)?;
            Ok(Change { employee_to: None, credits: None })
        }
        Some(Effect::Reassign) => {
            let (before, after) = (read(&standing.credits.0)?, read(&standing.credits.1)?);
            if credits(connection, objection.visit)? != after {
                let detail = "The credit for this visit was passed on since. Take that decision back first.";
                return Err(Error::conflict(detail));
            }
            store(connection, objection.visit, &before)?;
            Ok(Change { employee_to: None, credits: Some((after, before)) })
        }
        _ => Ok(Change { employee_to: None, credits: None }),
    }
}

fn credits(connection: &mut PgConnection, visit: Uuid) -> Result<Vec<Credit>> {
    let rows = queries::list_credits(connection, visit)?;
    let credit = |(employee, team, position, share)| Credit { employee, team, position, share };
    Ok(rows.into_iter().map(credit).collect())
}

fn store(connection: &mut PgConnection, visit: Uuid, credits: &[Credit]) -> Result<()> {
    let placed = |one: &Credit| {
        (PlacedEmployee { employee_id: one.employee, team_id: one.team }, one.position, one.share)
    };
    let rows: Vec<_> = credits.iter().map(placed).collect();
    visits::replace_employees(connection, visit, &rows)
}
