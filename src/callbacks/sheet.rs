//! A wave as a sheet for firms that phone with another system, and their results back under the same rules.

use super::claim::IDLE;
use super::model::{Caller, Disposition};
use super::queries::{attempts, work};
use super::record::{Ended, record};
use super::talk::Talk;
use crate::app::App;
use crate::audit::{self, Actor};
use crate::db;
use crate::error::{Error, Result};
use crate::visits::Outcome;
use crate::visits::queries::lock_outcome;
use crate::web::Fields;
use crate::web::csv::as_text as plain;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use diesel::PgConnection;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Who calls for a firm outside: whoever is at the shell answers for it.
const FIRM: Caller = Caller { actor: Actor::Shell, employee: None, team: None };

/// What the sheet tells of each call-back.
const TOLD: [&str; 12] = [
    "order",
    "callback_id",
    "visit_id",
    "kind",
    "customer_name",
    "customer_phone",
    "language",
    "time_zone",
    "visited_at",
    "service",
    "employees",
    "script",
];

/// What the firm fills in, before the questions.
const FILLED: [&str; 3] = ["disposition", "attempted_at", "appointment"];

/// Writes the open call-backs of a wave as CSV (RFC 4180), in their order, and claims them for some days: nobody else
/// calls them meanwhile. Call it in a transaction.
///
/// # Errors
/// 404 for a wave without open call-backs.
pub fn export(connection: &mut PgConnection, app: &App, wave: Uuid, days: i64) -> Result<String> {
    let (now, by) = (app.clock.now(), FIRM.actor.to_string());
    let until = now + TimeDelta::days(days);
    let mut calls = Vec::new();
    for id in work::list_of_wave(connection, wave, &by)? {
        let task = work::find(connection, id)?;
        if task.state == "claimed" {
            work::keep(connection, id, None, until)?;
        } else if work::claim(connection, id, &by, until)?.is_none() {
            continue;
        }
        calls.push(Talk::read(connection, app, task)?);
    }
    if calls.is_empty() {
        return Err(Error::not_found("wave with open call-backs"));
    }
    let detail = json!({ "callbacks": calls.len(), "days": days });
    audit::record(connection, now, FIRM.actor, "wave.exported", &format!("wave {wave}"), detail)?;
    write(app, &calls)
}

fn write(app: &App, calls: &[Talk]) -> Result<String> {
    let mut keys: Vec<&str> = Vec::new();
    for key in
        calls.iter().flat_map(|call| &call.about.content.questions).map(|question| question.key.as_str())
    {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = TOLD.iter().chain(&FILLED).chain(&keys).chain(&["comment"]);
    writer.write_record(header).map_err(Error::internal)?;
    for (order, call) in (1..).zip(calls) {
        let told = row(app, order, call);
        let empty = std::iter::repeat_n(String::new(), FILLED.len() + keys.len() + 1);
        writer.write_record(told.into_iter().chain(empty)).map_err(Error::internal)?;
    }
    String::from_utf8(writer.into_inner().map_err(Error::internal)?).map_err(Error::internal)
}

fn row(app: &App, order: usize, call: &Talk) -> [String; TOLD.len()] {
    [
        order.to_string(),
        call.task.id.to_string(),
        plain(&call.whom.external_id),
        call.task.kind.clone(),
        plain(call.about.customer_name.as_deref().unwrap_or_default()),
        // A number begins with a plus, which a spreadsheet would count with.
        plain(call.whom.phone().unwrap_or_default()),
        call.language.to_owned(),
        call.zone.name().to_owned(),
        call.about.visited_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        plain(&call.about.service),
        plain(&call.about.employees.join(", ")),
        plain(&call.script(app)),
    ]
}

/// What came of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Attempts that were recorded.
    pub recorded: u64,
    /// Attempts that had been recorded before.
    pub repeated: u64,
    /// Rows without a disposition: nobody was called.
    pub empty: u64,
    /// Rows that were refused: line and reason.
    pub refused: Vec<(u64, String)>,
}

/// Takes in the results of a sheet; each row stands for itself, and repeating the sheet is harmless.
///
/// # Errors
/// When it is no sheet of ours, or the database does not answer.
pub fn import(connection: &mut PgConnection, app: &App, text: &[u8]) -> Result<Taken> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let wrong = |error: csv::Error| Error::invalid_field("file", format!("cannot be read: {error}"));
    let header = reader.headers().map_err(wrong)?.clone();
    let names: BTreeSet<&str> = header.iter().collect();
    for name in ["callback_id", "disposition", "attempted_at"] {
        if !names.contains(name) {
            return Err(Error::invalid_field(
                "file",
                format!("has no column {name}; it is not a sheet of a wave"),
            ));
        }
    }
    let mut taken = Taken::default();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |name: &str| {
            let at = header.iter().position(|known| known == name);
            at.and_then(|at| record.get(at)).map(str::trim).filter(|text| !text.is_empty())
        };
        if cell("disposition").is_none() {
            taken.empty += 1;
            continue;
        }
        let answers = header.iter().filter(|name| !TOLD.contains(name) && !FILLED.contains(name));
        let answers = answers.filter_map(|name| Some((name.to_owned(), cell(name)?.to_owned())));
        match store(connection, app, &cell, answers.collect()) {
            Ok(true) => taken.recorded += 1,
            Ok(false) => taken.repeated += 1,
            Err(error) if error.kind.status() < 500 => taken.refused.push((line, error.to_string())),
            Err(error) => return Err(error),
        }
    }
    Ok(taken)
}

/// Records one row; false when it was recorded before.
fn store<'a>(
    connection: &mut PgConnection,
    app: &App,
    cell: &impl Fn(&str) -> Option<&'a str>,
    answers: Vec<(String, String)>,
) -> Result<bool> {
    let time = |name: &str| {
        let read = |text: &str| DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc));
        let wrong = |_| {
            Error::invalid_field(name.to_owned(), "must be a time with a zone, such as 2026-11-20T14:05:00Z")
        };
        cell(name).map(read).transpose().map_err(wrong)
    };
    let id: Uuid = cell("callback_id")
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Error::invalid_field("callback_id", "is none of ours"))?;
    let at =
        time("attempted_at")?.ok_or_else(|| Error::invalid_field("attempted_at", "must not be empty"))?;
    let disposition: Disposition = cell("disposition")
        .unwrap_or_default()
        .parse()
        .map_err(|reason: &str| Error::invalid_field("disposition", reason))?;
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(answers).finish();
    let fields = Fields::parse(body.as_bytes());
    let ended = Ended { disposition, appointment: time("appointment")?, fields, claim: None, at: Some(at) };
    db::transaction(connection, |connection| {
        if attempts::is_attempted(connection, id, at)? {
            return Ok(false);
        }
        let task = work::find(connection, id)?;
        if lock_outcome(connection, task.visit)? == Outcome::ToCall && task.state == "open" {
            work::claim(connection, id, &FIRM.actor.to_string(), app.clock.now() + IDLE)?;
        }
        record(connection, app, id, &FIRM, &ended).map(|()| true)
    })
}
