//! Erasing a person.

use super::Person;
use crate::answering::queries::person as answers;
use crate::app::App;
use crate::audit::{self, Actor};
use crate::callbacks::queries::work as calls;
use crate::customers::queries::merges;
use crate::customers::queries::person as customers;
use crate::delivery::queries::person as letters;
use crate::error::{Error, Result};
use crate::mail::{Transport, remove_letters};
use crate::retention::hold;
use crate::visits::queries as visits;
use crate::visits::store;
use crate::{api, cases, imports, jobs, webhooks};
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// What an erasure took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Files of the person.
    pub files: usize,
    /// Visits that stay without them.
    pub visits: usize,
    /// Letters that lay in the mail folder.
    pub letters: usize,
}

/// Erases the person behind a customer's file; call it in a transaction that is tried again. What is known by keyed
/// hashes alone stays: that an address or number must not be used, that somebody was asked lately, and which visits
/// came.
///
/// # Errors
/// 404 when there is no such customer; 409 when a legal hold names them or one of their visits; when the database does
/// not answer, or a letter in the mail folder cannot be
/// removed.
pub fn erase(connection: &mut PgConnection, app: &App, customer: Uuid, actor: Actor) -> Result<Erased> {
    let now = app.clock.now();
    let files = merges::files_of(connection, customer)?;
    merges::lock_files(connection, &files)?;
    let person = Person::find(connection, customer)?;
    let ids = person.visit_keys();
    // Whoever changes a visit and what hangs on it locks the visit first.
    visits::lock_outcomes(connection, &ids)?;
    hold::check_free(connection, &files, &ids)?;
    let held = answers::list_held(connection, &ids)?;
    let responses: Vec<Uuid> = held.iter().map(|response| response.key).collect();

    let invitations = letters::delete_letters(connection, &ids)?;
    answers::erase(connection, &ids, now)?;
    cases::queries::forget_words(connection, &ids)?;
    let named: Vec<(Uuid, String)> =
        person.visits.iter().map(|visit| (visit.key, visit.id.clone())).collect();
    store::erase(connection, &app.keys, &named, &actor.to_string(), now)?;
    customers::delete_files(connection, &person.file_keys())?;
    forget_copies(connection, &person, &ids, &responses)?;
    let detail = json!({ "visits": ids.len() });
    audit::record(connection, now, actor, "customer.erased", &format!("customer {customer}"), detail)?;
    Ok(Erased {
        files: person.files.len(),
        visits: ids.len(),
        letters: remove_from_folder(app, &invitations)?,
    })
}

/// What other kits keep of requests, files and deeds for a while.
fn forget_copies(
    connection: &mut PgConnection,
    person: &Person,
    visits: &[Uuid],
    responses: &[Uuid],
) -> Result<()> {
    let ids: Vec<Uuid> = visits.iter().chain(responses).copied().chain(person.file_keys()).collect();
    jobs::forget(connection, &ids)?;
    calls::forget_drafts(connection, visits)?;
    let keys: Vec<String> = person.visits.iter().map(|visit| visit.id.clone()).collect();
    let identifiers = person.identifiers();
    imports::queries::forget(connection, &keys, &identifiers)?;
    // As they stand in JSON, so that the id 1 is not found in every number.
    let quoted = keys.iter().chain(&identifiers).map(|word| json!(word).to_string());
    let quoted: Vec<String> = quoted.collect();
    api::idempotency::forget_words(connection, &quoted)?;
    webhooks::queries::work::forget_words(connection, &quoted)?;
    audit::queries::forget_details(connection, &person.subjects(responses))
}

/// Letters as files begin with the id of their invitation.
///
/// # Errors
/// When one cannot be removed.
pub fn remove_from_folder(app: &App, invitations: &[Uuid]) -> Result<usize> {
    let Transport::File(folder) = &app.transport else { return Ok(0) };
    let begins: Vec<String> = invitations.iter().map(|id| format!("{}.", id.simple())).collect();
    remove_letters(folder, &begins)
        .map_err(|error| Error::unavailable(format_args!("a letter in the mail folder stays: {error}")))
}
