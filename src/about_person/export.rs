//! Everything that we hold about a person, as one JSON object that they can read.

use super::Person;
use crate::accounts::queries::roles;
use crate::answering::queries::{person as answers, staff};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::customers::queries::{merges, notes};
use crate::customers::stops;
use crate::delivery::queries::{person as letters, tried};
use crate::error::Result;
use crate::visits::queries as visits;
use crate::visits::queries::person::Held;
use crate::{callbacks, cases};
use diesel::PgConnection;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Writes everything about the person behind a customer's file; call it in a transaction. Who of ours did something is
/// named by what they do here.
///
/// # Errors
/// 404 when there is no such customer.
pub fn export(connection: &mut PgConnection, app: &App, customer: Uuid, actor: Actor) -> Result<Value> {
    let now = app.clock.now();
    let subject = format!("customer {customer}");
    let person = Person::find(connection, customer)?;
    let files = person.file_keys();
    let responses = answers::list_held(connection, &person.visit_keys())?;
    let keys: Vec<Uuid> = responses.iter().map(|response| response.key).collect();
    audit::record(connection, now, actor, "customer.exported", &subject, json!({}))?;
    let accesses = audit::queries::list_about(connection, &person.subjects(&keys))?;
    let (notes, standing) =
        (notes::list_current(connection, customer, now)?, stops::standing(connection, &app.keys, &files)?);
    let visits = list_visits(connection, &person, &responses)?;
    let mut who = Who::default();
    who.learn(connection, accesses.iter().map(|entry| entry.actor.as_str()))?;
    who.learn(connection, notes.iter().map(|note| note.by.as_str()))?;
    who.learn(connection, standing.stops.iter().map(|stop| stop.by.as_str()))?;
    Ok(json!({"person": {
        "organisation": app.config.organisation.name,
        "exported_at": now,
        "files": person.files,
        "files_put_together": merges::list(connection, &files)?.len(),
        "notes": notes.iter().map(|note| json!({"purpose": note.purpose, "note": note.words,
            "written_by": who.is(&note.by), "written_at": note.at, "kept_until": note.expires_at})).collect::<Vec<_>>(),
        "does_not_want": standing.stops.iter().map(|stop| json!({"channel": stop.channel, "reason": stop.reason,
            "written_by": who.is(&stop.by), "since": stop.at})).collect::<Vec<_>>(),
        "address_is_never_mailed_because": standing.address,
        "number_is_never_called_because": standing.number,
        "visits": visits,
        "who_saw_or_did_something": accesses.iter().map(|entry| json!({"at": entry.at,
            "by": who.is(&entry.actor), "what": entry.action,
            "about": entry.subject.split(' ').next()})).collect::<Vec<_>>(),
    }}))
}

fn list_visits(
    connection: &mut PgConnection,
    person: &Person,
    responses: &[answers::Held],
) -> Result<Vec<Value>> {
    let ids = person.visit_keys();
    let history = visits::list_history(connection, &ids)?;
    let credited = visits::staff::list_credited(connection, &ids)?;
    let tries = letters::list_tries(connection, &ids)?;
    let came_back = letters::list_came_back(connection, &ids)?;
    let fetches = answers::list_fetches(connection, &ids)?;
    let cases = cases::queries::list_of_visits(connection, &ids)?;
    let mut all = Vec::with_capacity(ids.len());
    for visit in &person.visits {
        let mut written = serde_json::to_value(visit).map_err(crate::error::Error::internal)?;
        let names = credited.get(&visit.key).into_iter().flatten().map(|one| one.name.as_str());
        let of = |case: &&cases::queries::CaseRow| case.visit == visit.key;
        let more = json!({
            "employees": names.collect::<Vec<_>>(),
            "outcomes": history.iter().filter(|row| row.0 == visit.key).map(|row| json!({"outcome": row.1,
                "at": row.2, "reason": row.4})).collect::<Vec<_>>(),
            "letters": tries.iter().filter(|row| row.visit == visit.key).collect::<Vec<_>>(),
            "came_back": came_back.iter().filter(|row| row.visit == visit.key).collect::<Vec<_>>(),
            "link_fetched": fetches.iter().filter(|row| row.0 == visit.key).map(|row| json!({"at": row.1,
                "what": row.2})).collect::<Vec<_>>(),
            "cases": cases.iter().filter(of).map(|case| json!({"state": case.state, "opened_at": case.opened_at,
                "closed_at": case.closed_at, "what_was_done": case.resolution})).collect::<Vec<_>>(),
        });
        extend(&mut written, more);
        extend(&mut written, of_one(connection, visit, responses)?);
        all.push(written);
    }
    Ok(all)
}

/// What there is at most once for each visit.
fn of_one(connection: &mut PgConnection, visit: &Held, responses: &[answers::Held]) -> Result<Value> {
    let invited = tried::find(connection, visit.key)?;
    let callback = callbacks::queries::find_of_visit(connection, visit.key)?;
    let response = match responses.iter().find(|response| response.visit == visit.key) {
        None => Value::Null,
        Some(response) => {
            let revisions = staff::list_revisions(connection, response.key)?;
            let mut written = serde_json::to_value(response).map_err(crate::error::Error::internal)?;
            let revisions = revisions.iter().map(|one| {
                json!({"number": one.number, "at": one.at,
                "answers": one.answers, "comment": one.comment, "call_me": one.call_me})
            });
            extend(&mut written, json!({"revisions": revisions.collect::<Vec<_>>()}));
            written
        }
    };
    Ok(json!({
        "survey_mailed": invited.map(|(invited, _)| json!({"state": invited.state, "planned_for": invited.send_at,
            "sent_at": invited.sent_at, "link_works_until": invited.expires_at})),
        "call": callback.map(|call| json!({"kind": call.kind, "state": call.state, "called": call.called})),
        "response": response,
    }))
}

fn extend(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// Who of ours is meant, by what they do here.
#[derive(Debug, Default)]
pub(super) struct Who(HashMap<Uuid, String>);

impl Who {
    pub(super) fn learn<'a>(
        &mut self,
        connection: &mut PgConnection,
        by: impl Iterator<Item = &'a str>,
    ) -> Result<()> {
        let ids: Vec<Uuid> = by.filter_map(|by| by.strip_prefix("user ")?.parse().ok()).collect();
        self.0.extend(roles::list_roles(connection, &ids)?);
        Ok(())
    }

    pub(super) fn is(&self, by: &str) -> String {
        let role = by.strip_prefix("user ").and_then(|id| self.0.get(&id.parse().ok()?));
        match (role, by.split(' ').next().unwrap_or_default()) {
            (Some(role), _) => role.clone(),
            (None, "user") => "staff".to_owned(),
            (None, "key") => "another system".to_owned(),
            (None, "shell") => "administrator of the server".to_owned(),
            (None, "rule") => "the program".to_owned(),
            (None, other) => other.to_owned(),
        }
    }
}
