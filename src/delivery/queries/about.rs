//! Reading what a letter and a page say about a visit.

use crate::db::schema::{employee, invitation, visit, visit_employee};
use crate::delivery::model::{About, Claimed, LetterKind};
use crate::error::{Error, Result};
use crate::surveys::frozen;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

type VisitRow = (Uuid, DateTime<Utc>, String, Option<String>, Option<String>, Option<String>, Option<String>);

crate::db::columns! {
    VISIT:
    visit::id,
    visit::visited_at,
    visit::service,
    visit::customer_name,
    visit::customer_email,
    visit::customer_language,
    visit::customer_time_zone,
}

/// Reads what letters and pages say about visits that have an invitation.
///
/// # Errors
/// When the database does not answer.
pub fn load_about(connection: &mut PgConnection, visits: &[Uuid]) -> Result<HashMap<Uuid, About>> {
    let rows: Vec<(VisitRow, Uuid)> = visit::table
        .inner_join(invitation::table)
        .filter(visit::id.eq_any(visits))
        .select((VISIT, invitation::survey_version_id))
        .load(connection)?;
    compose(connection, rows)
}

/// Finds the invitation of a visit that stands answered, as a letter about it needs it; nothing is claimed.
///
/// # Errors
/// When the database does not answer.
pub fn find_answered(connection: &mut PgConnection, visit: Uuid) -> Result<Option<Claimed>> {
    let found: Option<(Uuid, String, i32, Option<DateTime<Utc>>)> = visit::table
        .inner_join(invitation::table)
        .filter(visit::id.eq(visit))
        .filter(visit::outcome.eq("answered"))
        .select((invitation::id, invitation::secret_id, invitation::token_version, invitation::sent_at))
        .get_result(connection)
        .optional()?;
    let Some((id, secret_id, token_version, mailed_at)) = found else { return Ok(None) };
    let about = load_about(connection, &[visit])?.remove(&visit);
    Ok(about.map(|about| Claimed {
        id,
        visit,
        attempt: id,
        attempts: 1,
        letter: LetterKind::Invitation,
        copy: 1,
        mailed_at,
        secret_id,
        token_version,
        about,
    }))
}

/// Reads what [`load_about`] does for visits that may have no invitation; each comes with the version to ask.
///
/// # Errors
/// When the database does not answer.
pub fn load_about_asking(
    connection: &mut PgConnection,
    versions: &BTreeMap<Uuid, Uuid>,
) -> Result<HashMap<Uuid, About>> {
    let ids: Vec<Uuid> = versions.keys().copied().collect();
    let rows: Vec<VisitRow> = visit::table.filter(visit::id.eq_any(ids)).select(VISIT).load(connection)?;
    let asked = |row: VisitRow| versions.get(&row.0).copied().map(|version| (row, version));
    compose(connection, rows.into_iter().filter_map(asked).collect())
}

fn compose(connection: &mut PgConnection, rows: Vec<(VisitRow, Uuid)>) -> Result<HashMap<Uuid, About>> {
    let visits: Vec<Uuid> = rows.iter().map(|(row, _)| row.0).collect();
    let names: Vec<(Uuid, String)> = visit_employee::table
        .inner_join(employee::table)
        .filter(visit_employee::visit_id.eq_any(visits))
        .order((visit_employee::visit_id, visit_employee::position))
        .select((visit_employee::visit_id, employee::name))
        .load(connection)?;
    let mut by_visit: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (visit, name) in names {
        by_visit.entry(visit).or_default().push(name);
    }
    let versions: BTreeSet<Uuid> = rows.iter().map(|(_, version)| *version).collect();
    let contents = frozen::contents(connection, &versions.into_iter().collect::<Vec<_>>())?;
    let mut found = HashMap::with_capacity(rows.len());
    for (row, version) in rows {
        let (id, visited_at, service, customer_name, customer_email, language, time_zone) = row;
        let content = contents.get(&version).ok_or_else(|| Error::internal("a survey version went away"))?;
        let about = About {
            visited_at,
            service,
            customer_name,
            customer_email,
            language,
            time_zone,
            employees: by_visit.remove(&id).unwrap_or_default(),
            survey_version: version,
            content: content.clone(),
        };
        found.insert(id, about);
    }
    Ok(found)
}
