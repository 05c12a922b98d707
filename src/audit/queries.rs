//! Every statement on the tables of the audit log.

use super::cut::ACTION;
use super::seal::{Head, Seal};
use super::{Entry, forgotten};
use crate::db::schema::{audit_entry, audit_head, audit_seal};
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, PgConnection, QueryDsl,
    RunQueryDsl, SelectableHelper, TextExpressionMethods,
};

/// An entry that is still being written may have a number this much lower than one that is sealed already.
const LATE: i64 = 10_000;

/// Appends an entry.
///
/// # Errors
/// When the database does not answer.
pub fn insert(
    connection: &mut PgConnection,
    at: DateTime<Utc>,
    actor: &str,
    action: &str,
    subject: &str,
    detail: serde_json::Value,
) -> Result<()> {
    diesel::insert_into(audit_entry::table)
        .values((
            audit_entry::at.eq(at),
            audit_entry::actor.eq(actor),
            audit_entry::action.eq(action),
            audit_entry::subject.eq(subject),
            audit_entry::detail.eq(detail),
        ))
        .execute(connection)?;
    Ok(())
}

/// Locks the end of the chain until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub fn lock_head(connection: &mut PgConnection) -> Result<Head> {
    Ok(audit_head::table.select((audit_head::position, audit_head::hash)).for_update().first(connection)?)
}

/// Reads the end of the chain.
///
/// # Errors
/// When the database does not answer.
pub fn find_head(connection: &mut PgConnection) -> Result<Head> {
    Ok(audit_head::table.select((audit_head::position, audit_head::hash)).first(connection)?)
}

/// Returns below which number no entry may still be on its way.
fn settled(connection: &mut PgConnection) -> Result<i64> {
    let last: Option<i64> =
        audit_seal::table.select(diesel::dsl::max(audit_seal::entry_id)).first(connection)?;
    Ok(last.map_or(0, |last| (last - LATE).max(0)))
}

/// Lists entries that have no seal yet, in the order of their numbers.
///
/// # Errors
/// When the database does not answer.
pub fn list_unsealed(connection: &mut PgConnection, limit: i64) -> Result<Vec<Entry>> {
    let from = settled(connection)?;
    let sealed = audit_seal::table.filter(audit_seal::entry_id.eq(audit_entry::id));
    Ok(audit_entry::table
        .filter(audit_entry::id.gt(from).and(not(exists(sealed))))
        .order(audit_entry::id)
        .limit(limit)
        .select(Entry::as_select())
        .load(connection)?)
}

/// Lists the numbers of entries that stand before the sealed ones and were never sealed.
///
/// # Errors
/// When the database does not answer.
pub fn list_slipped_in(connection: &mut PgConnection, limit: i64) -> Result<Vec<i64>> {
    let before = settled(connection)?;
    let sealed = audit_seal::table.filter(audit_seal::entry_id.eq(audit_entry::id));
    Ok(audit_entry::table
        .filter(audit_entry::id.le(before).and(not(exists(sealed))))
        .order(audit_entry::id)
        .limit(limit)
        .select(audit_entry::id)
        .load(connection)?)
}

/// Appends seals and moves the end of the chain.
///
/// # Errors
/// When the database does not answer.
pub fn append_seals(connection: &mut PgConnection, seals: &[Seal], head: &Head) -> Result<()> {
    diesel::insert_into(audit_seal::table).values(seals).execute(connection)?;
    diesel::update(audit_head::table)
        .set((audit_head::position.eq(head.position), audit_head::hash.eq(&head.hash)))
        .execute(connection)?;
    Ok(())
}

/// Lists seals behind a position, each with its entry if that is still there.
///
/// # Errors
/// When the database does not answer.
pub fn list_sealed(
    connection: &mut PgConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<(Seal, Option<Entry>)>> {
    Ok(audit_seal::table
        .left_join(audit_entry::table.on(audit_entry::id.eq(audit_seal::entry_id)))
        .filter(audit_seal::position.gt(after))
        .order(audit_seal::position)
        .limit(limit)
        .select((Seal::as_select(), Option::<Entry>::as_select()))
        .load(connection)?)
}

/// Which entries a list shows; None for all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// How the action begins, such as `evaluation`.
    pub action: Option<String>,
    /// Who acted, such as `user 0190…` or `shell`.
    pub actor: Option<String>,
    /// About what, such as `visit 0190…`.
    pub subject: Option<String>,
    /// From when on.
    pub from: Option<DateTime<Utc>>,
    /// Before when.
    pub before: Option<DateTime<Utc>>,
    /// Only those that stand behind this number in the order of the list.
    pub after: Option<i64>,
    /// Whether the oldest stand first.
    pub oldest_first: bool,
}

/// Lists entries in the order in which they were written, each with the position of its seal.
///
/// # Errors
/// When the database does not answer.
pub fn list(connection: &mut PgConnection, filter: &Filter, limit: i64) -> Result<Vec<(Entry, Option<i64>)>> {
    let mut query = audit_entry::table
        .left_join(audit_seal::table.on(audit_seal::entry_id.eq(audit_entry::id)))
        .limit(limit)
        .select((Entry::as_select(), audit_seal::position.nullable()))
        .into_boxed();
    query =
        if filter.oldest_first { query.order(audit_entry::id) } else { query.order(audit_entry::id.desc()) };
    if let Some(action) = &filter.action {
        query = query.filter(audit_entry::action.like(format!("{action}%")));
    }
    if let Some(actor) = &filter.actor {
        query = query.filter(audit_entry::actor.eq(actor.clone()));
    }
    if let Some(subject) = &filter.subject {
        query = query.filter(audit_entry::subject.eq(subject.clone()));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_entry::at.ge(from));
    }
    if let Some(before) = filter.before {
        query = query.filter(audit_entry::at.lt(before));
    }
    match filter.after {
        Some(after) if filter.oldest_first => query = query.filter(audit_entry::id.gt(after)),
        Some(after) => query = query.filter(audit_entry::id.lt(after)),
        None => {}
    }
    Ok(query.load(connection)?)
}

/// Counts entries that were written before a time and have no seal, up to a number: the worker that chains them stands
/// still.
///
/// # Errors
/// When the database does not answer.
pub fn count_unsealed(connection: &mut PgConnection, before: DateTime<Utc>, most: i64) -> Result<i64> {
    let from = settled(connection)?;
    let sealed = audit_seal::table.filter(audit_seal::entry_id.eq(audit_entry::id));
    let open: Vec<i64> = audit_entry::table
        .filter(audit_entry::id.gt(from).and(not(exists(sealed))))
        .filter(audit_entry::at.lt(before))
        .limit(most)
        .select(audit_entry::id)
        .load(connection)?;
    Ok(i64::try_from(open.len()).unwrap_or(i64::MAX))
}

/// Lists the entries about any of several subjects, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_about(connection: &mut PgConnection, subjects: &[String]) -> Result<Vec<Entry>> {
    Ok(audit_entry::table
        .filter(audit_entry::subject.eq_any(subjects))
        .order(audit_entry::id)
        .select(Entry::as_select())
        .load(connection)?)
}

/// Takes the details out of the entries about subjects whose person was erased: that, when and by whom something was
/// done stays.
///
/// # Errors
/// When the database does not answer.
pub fn forget_details(connection: &mut PgConnection, subjects: &[String]) -> Result<()> {
    diesel::update(audit_entry::table.filter(audit_entry::subject.eq_any(subjects)))
        .set(audit_entry::detail.eq(forgotten()))
        .execute(connection)?;
    Ok(())
}

/// Finds the first position of the chain that is there.
///
/// # Errors
/// When the database does not answer.
pub fn find_first_position(connection: &mut PgConnection) -> Result<Option<i64>> {
    Ok(audit_seal::table.select(diesel::dsl::min(audit_seal::position)).first(connection)?)
}

/// Lists the details of sealed entries that say that the log was cut at a position.
///
/// # Errors
/// When the database does not answer.
pub fn list_cuts(connection: &mut PgConnection, position: i64) -> Result<Vec<serde_json::Value>> {
    use diesel::PgJsonbExpressionMethods;
    Ok(audit_entry::table
        .inner_join(audit_seal::table.on(audit_seal::entry_id.eq(audit_entry::id)))
        .filter(audit_entry::action.eq(ACTION))
        .filter(audit_seal::position.gt(position))
        .filter(audit_entry::detail.contains(serde_json::json!({ "position": position.to_string() })))
        .select(audit_entry::detail)
        .load(connection)?)
}

/// Deletes the seals up to a position and their entries.
///
/// # Errors
/// When the database does not answer.
pub fn delete_up_to(connection: &mut PgConnection, position: i64) -> Result<()> {
    let gone = audit_seal::table.filter(audit_seal::position.le(position));
    let entries: Vec<i64> = gone.select(audit_seal::entry_id).load(connection)?;
    diesel::delete(audit_entry::table.filter(audit_entry::id.eq_any(entries))).execute(connection)?;
    diesel::delete(audit_seal::table.filter(audit_seal::position.le(position))).execute(connection)?;
    Ok(())
}

/// Counts the sealed entries at the beginning of the log that are older than a time.
///
/// # Errors
/// When the database does not answer.
pub fn count_older(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<i64> {
    let kept: Option<i64> = audit_seal::table
        .inner_join(audit_entry::table.on(audit_entry::id.eq(audit_seal::entry_id)))
        .filter(audit_entry::at.ge(before))
        .select(diesel::dsl::min(audit_seal::position))
        .first(connection)?;
    let first = find_first_position(connection)?;
    let last = find_head(connection)?.position;
    Ok(first.map_or(0, |first| kept.unwrap_or(last + 1) - first))
}
