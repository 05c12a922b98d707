//! Recording how an attempt ended, with what the customer said.

use super::claim::is_theirs;
use super::model::{Caller, Disposition};
use super::queries::attempts::{self, NewAttempt};
use super::queries::work::{self, GoesOn, Task};
use super::talk::Talk;
use super::{close, due, file, rules, settle};
use crate::answering::form::{self, Answers};
use crate::answering::phone::{self, PhoneAnswer};
use crate::app::App;
use crate::audit;
use crate::changes;
use crate::error::{Error, FieldError, Result};
use crate::surveys::wording::wording;
use crate::visits::Outcome;
use crate::visits::queries::lock_outcome;
use crate::visits::store::{self, Change};
use crate::web::Fields;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// How far ahead an appointment may lie.
const LATEST: TimeDelta = TimeDelta::days(60);

/// How an attempt ended, as a caller says it.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How.
    pub disposition: Disposition,
    /// The agreed time.
    pub appointment: Option<DateTime<Utc>>,
    /// What was typed into the survey: fields by key of the question, the comment among them.
    pub fields: Fields,
    /// The number of the claim, where the caller's page has it.
    pub claim: Option<i32>,
    /// When the call was, if it is told later.
    pub at: Option<DateTime<Utc>>,
}

/// Records an attempt at a call-back that the caller has claimed; call it in a transaction.
///
/// # Errors
/// 404 for an unknown call-back; 409 when it is not the caller's any more; 422 naming the field that is wrong.
pub fn record(
    connection: &mut PgConnection,
    app: &App,
    id: Uuid,
    caller: &Caller,
    ended: &Ended,
) -> Result<()> {
    let now = app.clock.now();
    let visit = work::find(connection, id)?.visit;
    let outcome = lock_outcome(connection, visit)?;
    let task = work::lock(connection, id)?;
    is_theirs(&task, caller, ended.claim, now)?;
    if task.kind != "service" && outcome != Outcome::ToCall {
        let detail =
            "The customer has answered by mail or said stop meanwhile. Thank them, and take the next one.";
        return Err(Error::conflict(detail));
    }
    let call = Talk::read(connection, app, task)?;
    let checked = check(&call, ended, now)?;
    let (by, at) = (caller.actor.to_string(), ended.at.unwrap_or(now));
    let number = note(connection, &call, ended, &by, at)?;
    if let Some(answers) = &checked {
        let answer = PhoneAnswer {
            visit,
            survey_version: call.about.survey_version,
            answers,
            complete: ended.disposition == Disposition::Complete,
            language: call.language,
            call: &[id.as_bytes().as_slice(), &number.to_be_bytes()].concat(),
            by: &by,
        };
        phone::store(connection, &answer, at)?;
    }
    if let Some(phone) = call.whom.phone().filter(|_| ended.disposition == Disposition::DoNotCall) {
        file::stop_calls(connection, &app.keys, (call.whom.customer, phone), caller.actor, now)?;
    }
    let detail = json!({ "disposition": ended.disposition.as_str(), "attempt": number });
    audit::record(connection, now, caller.actor, "callback.attempted", &format!("callback {id}"), detail)?;
    go_on(connection, app, &call, ended, &by)
}

/// Writes the attempt down and returns its number.
fn note(
    connection: &mut PgConnection,
    call: &Talk,
    ended: &Ended,
    by: &str,
    at: DateTime<Utc>,
) -> Result<i32> {
    let (number, local) = (call.task.attempts + 1, at.with_timezone(&call.zone).naive_local());
    let attempt = NewAttempt {
        callback_id: call.task.id,
        number,
        at,
        by,
        disposition: ended.disposition.as_str(),
        local_day: local.date(),
        local_time: local.time(),
        appointment: ended.appointment,
    };
    attempts::insert(connection, &attempt)?;
    Ok(number)
}

/// Ends the call-back, or says when it goes on.
fn go_on(connection: &mut PgConnection, app: &App, call: &Talk, ended: &Ended, by: &str) -> Result<()> {
    let (now, task) = (app.clock.now(), &call.task);
    let outcome = match (ended.disposition, rules::outcome(ended.disposition)) {
        (Disposition::NoAnswer | Disposition::Busy, _) => {
            let tried = attempts::list_tried(connection, task.id)?;
            rules::is_unreachable(&tried).then_some(Outcome::Unreachable)
        }
        (_, outcome) => outcome,
    };
    let Some(outcome) = outcome else {
        let on = later(connection, app, call, ended)?;
        work::reopen(connection, task.id, Some(&on))?;
        if let Some(at) = on.appointment {
            due::plan(connection, task.id, task.visit, at, now)?;
        }
        // Its wave may have been closed while the phone rang.
        let reopened = Task { attempts: task.attempts + 1, ..task.clone() };
        return settle::leave_if_closed(connection, &reopened, now);
    };
    work::end(connection, &[task.id], true, Some(ended.disposition.as_str()), now)?;
    if task.kind == "service" {
        return Ok(());
    }
    let reason = format!("call-back: {}", ended.disposition.as_str().replace('_', " "));
    let change = Change { to: outcome, by, reason: &reason, send_at: None };
    if outcome != Outcome::Answered && !store::change(connection, task.visit, &change, now)? {
        return Err(Error::conflict("The visit has moved on meanwhile. Take the next one."));
    }
    changes::append(connection, task.visit)?;
    task.wave.map_or(Ok(()), |wave| close::if_worked(connection, wave, now))
}

fn later(connection: &mut PgConnection, app: &App, call: &Talk, ended: &Ended) -> Result<GoesOn> {
    if let Some(at) = ended.appointment {
        let local = at.with_timezone(&call.zone).time();
        let best_time = Some(rules::time_of_day(local).to_owned());
        return Ok(GoesOn { due_at: Some(at), appointment: Some(at), best_time });
    }
    let tried = attempts::list_tried(connection, call.task.id)?;
    let window = &app.config.calling.window;
    let (at, word) = rules::again(ended.disposition, &tried, window, call.zone, app.clock.now());
    Ok(GoesOn { due_at: Some(at), appointment: None, best_time: Some(word.to_owned()) })
}

/// Checks what belongs together, and the answers against the survey of the visit.
fn check(call: &Talk, ended: &Ended, now: DateTime<Utc>) -> Result<Option<Answers>> {
    let wants_time = ended.disposition == Disposition::Appointment;
    match ended.appointment {
        None if wants_time => {
            return Err(Error::invalid_field(
                "/appointment",
                "say when to call again, such as 2026-11-23T16:30:00Z",
            ));
        }
        Some(_) if !wants_time => {
            return Err(Error::invalid_field("/appointment", "belongs to the disposition appointment"));
        }
        Some(at) if at <= now || at > now + LATEST => {
            return Err(Error::invalid_field("/appointment", "must lie in the next 60 days"));
        }
        _ => {}
    }
    if ended.at.is_some_and(|at| at > now || at < call.task.created_at) {
        return Err(Error::invalid_field("/attempted_at", "must lie between the draw and now"));
    }
    let questions = &call.about.content.questions;
    let is_question = |name: &str| questions.iter().any(|question| question.key == name);
    let is_answered = ended.fields.pairs().any(|(name, value)| is_question(name) && !value.trim().is_empty());
    if !ended.disposition.has_answers() {
        return if is_answered {
            Err(Error::invalid_field("/answers", "belong to the dispositions complete and partial"))
        } else {
            Ok(None)
        };
    }
    if !call.is_survey {
        return if is_answered || ended.fields.text("comment").is_some() {
            Err(Error::invalid_field(
                "/answers",
                "a call for service asks nothing; write a note about the customer",
            ))
        } else {
            Ok(None)
        };
    }
    let typed =
        ended.fields.names().filter(|name| !is_question(name) && !["comment", "call_me"].contains(name));
    let unknown: Vec<FieldError> = typed
        .map(|name| FieldError::new(format!("/answers/{name}"), "is no question of this survey"))
        .collect();
    if !unknown.is_empty() {
        return Err(Error::invalid(unknown));
    }
    let all = ended.fields.pairs().chain([("step", "2")]);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    let answers = form::check(&Fields::parse(body.as_bytes()), &call.about.content, wording("en"));
    answers.map(Some).map_err(|errors| {
        let field = |id: &str| if id == "comment" { "/comment".to_owned() } else { format!("/answers/{id}") };
        Error::invalid(
            errors.iter().map(|error| FieldError::new(field(&error.field_id), &error.text)).collect(),
        )
    })
}
