//! The visits of one person: everything that is known of them, and the end of what names the person.

use crate::db::schema::{visit, visit_outcome};
use crate::error::Result;
use crate::visits::outcome::Outcome;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Text};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl};
use serde::Serialize;
use uuid::Uuid;

/// A visit with everything in it.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct Held {
    /// Our id.
    #[serde(skip)]
    pub key: Uuid,
    /// The id it came with.
    pub id: String,
    /// When the service was finished (UTC).
    pub visited_at: DateTime<Utc>,
    /// Kind of service.
    pub service: String,
    /// How it was given.
    pub channel: Option<String>,
    /// Kind of customer.
    pub segment: Option<String>,
    /// Whether a missing answer is phoned first.
    pub priority: bool,
    /// Name on this visit.
    pub name: Option<String>,
    /// Address on this visit.
    pub email: Option<String>,
    /// Number on this visit.
    pub phone: Option<String>,
    /// Language on this visit.
    pub language: Option<String>,
    /// Zone on this visit.
    pub time_zone: Option<String>,
    /// Why the customer may be asked.
    pub lawful_basis: Option<String>,
    /// Which channels that covers.
    pub lawful_basis_channels: Option<Vec<Option<String>>>,
    /// Where it is written down.
    pub lawful_basis_evidence: Option<String>,
    /// `email` or `phone`.
    pub first_contact: Option<String>,
    /// Word of the outcome.
    pub outcome: String,
    /// When it arrived (UTC).
    pub created_at: DateTime<Utc>,
}

/// Lists the visits of a person's files, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_held(connection: &mut PgConnection, files: &[Uuid]) -> Result<Vec<Held>> {
    Ok(visit::table
        .filter(visit::customer_id.eq_any(files))
        .order((visit::visited_at, visit::id))
        .select((
            visit::id,
            visit::external_id,
            visit::visited_at,
            visit::service,
            visit::channel,
            visit::segment,
            visit::priority,
            visit::customer_name,
            visit::customer_email,
            visit::customer_phone,
            visit::customer_language,
            visit::customer_time_zone,
            visit::lawful_basis,
            visit::lawful_basis_channels,
            visit::lawful_basis_evidence,
            visit::first_contact,
            visit::outcome,
            visit::created_at,
        ))
        .load(connection)?)
}

/// Takes what names a person out of a visit: the contact data, the id and the content it came with, and every word of
/// its history. What the statistics are made of stays. No channel may be used any more.
///
/// # Errors
/// When the database does not answer.
pub fn erase(connection: &mut PgConnection, id: Uuid, erased_id: &str) -> Result<()> {
    let nothing = None::<&str>;
    diesel::update(visit::table.find(id))
        .set((
            (visit::external_id.eq(erased_id), visit::content_hash.eq(Vec::<u8>::new())),
            (visit::customer_id.eq(None::<Uuid>), visit::customer_name.eq(nothing)),
            (visit::customer_email.eq(nothing), visit::customer_phone.eq(nothing)),
            (visit::customer_language.eq(nothing), visit::customer_time_zone.eq(nothing)),
            (visit::lawful_basis.eq(nothing), visit::lawful_basis_evidence.eq(nothing)),
            visit::lawful_basis_channels.eq(Vec::<Option<String>>::new()),
        ))
        .execute(connection)?;
    diesel::update(visit_outcome::table.filter(visit_outcome::visit_id.eq(id)))
        .set(visit_outcome::reason.eq(""))
        .execute(connection)?;
    Ok(())
}

/// Lists the secrets under which visits of erased customers got their ids.
///
/// # Errors
/// When the database does not answer.
pub fn list_secret_ids(connection: &mut PgConnection) -> Result<Vec<String>> {
    // As the index is written, or Postgres would not use it.
    let erased = diesel::dsl::sql::<Bool>("content_hash = '\\x'");
    let secret = diesel::dsl::sql::<Text>("split_part(external_id, ':', 2)");
    Ok(visit::table.filter(erased).select(secret).distinct().load(connection)?)
}

/// Moves a visit whose answer was taken back away from it; false when it stands on none.
///
/// # Errors
/// When the database does not answer.
pub fn take_back(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    let on_answer = [Outcome::Answered.as_str(), Outcome::Suspect.as_str()];
    let moved = diesel::update(visit::table.find(id).filter(visit::outcome.eq_any(on_answer)))
        .set(visit::outcome.eq(Outcome::OptedOut.as_str()))
        .execute(connection)?;
    Ok(moved == 1)
}

/// Finds our id of a visit by the id that it came with.
///
/// # Errors
/// When the database does not answer.
pub fn find_by_id(connection: &mut PgConnection, external_id: &str) -> Result<Option<Uuid>> {
    let found = visit::table.filter(visit::external_id.eq(external_id)).select(visit::id);
    Ok(found.get_result(connection).optional()?)
}
