//! Looking things up: visits, responses, customers and people. An edge, because a page about one visit shows what
//! every room knows of it.
//!
//! Whoever opens the page of one visit, response or customer, or searches for customers, leaves a trace in the audit
//! log. A manager sees the visits of the own team as of their day.

pub mod audit;
pub mod cards;
pub mod customer;
pub mod customers;
pub mod file;
pub(crate) mod history;
pub mod judgement;
pub mod merging;
pub mod people;
pub mod responses;
mod views;
pub mod visits;

use crate::accounts::SignedIn;
use crate::audit::{Actor, record};
use crate::error::{Error, Result};
use crate::visits::queries::staff::Credited;
use actix_web::web;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// Reads the id in an address; one that is no id of ours names nothing.
fn id_of(text: &web::Path<String>, thing: &str) -> Result<Uuid> {
    text.parse().map_err(|_| Error::not_found(thing))
}

/// Notes who looked at what, as `visit.read` about `visit <id>`.
fn note_reader(
    connection: &mut PgConnection,
    reader: &SignedIn,
    thing: &str,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let (action, subject) = (format!("{thing}.read"), format!("{thing} {id}"));
    record(connection, now, Actor::User(reader.user), &action, &subject, json!({}))
}

/// Joins the names of those who gave a service.
fn names(credited: Option<&Vec<Credited>>) -> String {
    let names: Vec<&str> = credited.into_iter().flatten().map(|one| one.name.as_str()).collect();
    names.join(", ")
}
