//! Deleting what is over: each slice's own function, in one transaction of the caller's.

use super::queries::due::{self, Part};
use super::queries::holds::{self, Held};
use crate::accounts::queries::roles;
use crate::answering::queries as answers;
use crate::app::App;
use crate::audit;
use crate::callbacks::queries as calls;
use crate::customers::queries as customers;
use crate::customers::queries::merges;
use crate::delivery::queries as letters;
use crate::error::Result;
use crate::evaluations::{objections, statements};
use crate::mail::Transport;
use crate::people;
use crate::visits::queries as visits;
use crate::visits::store;
use crate::{about_person, jobs};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

/// What deleting needs to know.
pub struct Context<'a> {
    /// The program.
    pub app: &'a App,
    /// Before when something is over.
    pub before: DateTime<Utc>,
    /// What is held.
    pub held: &'a Held,
    /// What time it is.
    pub now: DateTime<Utc>,
}

/// Tells what of a matter is still over, once it is locked: a visit may have come meanwhile.
fn still(connection: &mut PgConnection, context: &Context<'_>, due: &str, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    due::list(connection, due, context.before, context.held, Part::Among(ids))
}

/// A person goes as a whole: their other files too, or none as long as one of them is needed.
pub fn contact(connection: &mut PgConnection, context: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    let persons = merges::list_files(connection, ids)?;
    let mut all: Vec<Uuid> = persons.values().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    merges::lock_files(connection, &all)?;
    let needed = still(connection, context, &due::needed_files(), &all)?;
    let is_free = |own: &&Vec<Uuid>| !own.iter().any(|file| needed.contains(file));
    let free: Vec<Uuid> = persons.values().filter(is_free).flatten().copied().collect();
    let files: Vec<Uuid> = all.into_iter().filter(|file| free.contains(file)).collect();
    let of_files = visits::retention::list_of_files(connection, &files)?;
    contact_of_visits(connection, context, &of_files)?;
    customers::retention::forget_contact(connection, &files)
}

/// Takes contact data out of visits, and removes letters about them that lie in a folder.
pub fn contact_of_visits(
    connection: &mut PgConnection,
    context: &Context<'_>,
    ids: &[Uuid],
) -> Result<usize> {
    if let Transport::File(_) = &context.app.transport {
        let invitations = letters::retention::list_invitations(connection, ids)?;
        about_person::erase::remove_from_folder(context.app, &invitations)?;
    }
    visits::retention::forget_contact(connection, ids)
}

/// Forgets when and at which number customers wanted to be called, by responses.
pub fn wishes(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    answers::retention::forget_wishes(connection, ids)
}

/// Forgets wishes and appointments, by call-backs.
pub fn calls(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    calls::retention::forget_wishes(connection, ids)
}

/// Deletes the single tries of call-backs.
pub fn attempts(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    calls::retention::delete_attempts(connection, ids)
}

/// Deletes the tries to deliver letters, by invitations.
pub fn letters(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    letters::retention::delete_attempts(connection, ids)
}

/// Deletes what came back.
pub fn bounces(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    letters::retention::delete_bounces(connection, ids)
}

/// Takes what customers wrote out of responses.
pub fn texts(connection: &mut PgConnection, context: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    answers::retention::forget_texts(connection, ids, context.now)
}

/// As the erasure of a person does it, visit by visit: what is left are answers that belong to nobody.
pub fn link(connection: &mut PgConnection, context: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    visits::lock_outcomes(connection, ids)?;
    let held = answers::person::list_held(connection, ids)?;
    let invitations = letters::person::delete_letters(connection, ids)?;
    answers::person::erase(connection, ids, context.now)?;
    let named = visits::retention::list_ids(connection, ids)?;
    store::erase(connection, &context.app.keys, &named, "rule", context.now)?;
    calls::work::forget_drafts(connection, ids)?;
    calls::retention::forget_wishes_of(connection, ids)?;
    let responses: Vec<Uuid> = held.iter().map(|response| response.key).collect();
    jobs::forget(connection, &[ids, &responses].concat())?;
    let subjects = ids.iter().map(|id| format!("visit {id}"));
    let subjects = subjects.chain(responses.iter().map(|id| format!("response {id}")));
    audit::queries::forget_details(connection, &subjects.collect::<Vec<_>>())?;
    about_person::erase::remove_from_folder(context.app, &invitations)?;
    Ok(ids.len())
}

/// Deletes files without visits, with all that hangs on them.
pub fn files(connection: &mut PgConnection, context: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    merges::lock_files(connection, ids)?;
    let ids = &still(connection, context, &due::empty_files(), ids)?;
    let subjects: Vec<String> = ids.iter().map(|id| format!("customer {id}")).collect();
    audit::queries::forget_details(connection, &subjects)?;
    customers::person::delete_files(connection, ids)?;
    Ok(ids.len())
}

/// Deletes notes.
pub fn notes(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    customers::retention::delete_notes(connection, ids)
}

/// Deletes objections with their decisions.
pub fn objections(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    objections::queries::delete(connection, ids)
}

/// Deletes statements with the replies.
pub fn statements(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    statements::queries::delete(connection, ids)
}

/// Takes names and ids out of employees who left, and closes their accounts.
pub fn employees(connection: &mut PgConnection, context: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    roles::forget_accounts(connection, ids, context.now)?;
    let subjects: Vec<String> = ids.iter().map(|id| format!("employee {id}")).collect();
    audit::queries::forget_details(connection, &subjects)?;
    // Evaluations in memory hold names.
    crate::scores::queries::stamp(connection)?;
    people::queries::retention::forget(connection, ids)
}

/// Deletes holds that ended.
pub fn holds(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    holds::delete_ended(connection, ids)
}

/// Deletes jobs that failed for good.
pub fn failed_jobs(connection: &mut PgConnection, _: &Context<'_>, ids: &[Uuid]) -> Result<usize> {
    jobs::delete_failed(connection, ids)
}
