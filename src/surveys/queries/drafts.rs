//! Drafts, and who published what.

use crate::db::schema::{survey, survey_draft, survey_version};
use crate::error::{Error, Result};
use crate::ids;
use crate::surveys::model::Content;
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl,
    RunQueryDsl,
};
use serde_json::Value;
use uuid::Uuid;

/// What is drafted of a survey.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it asks; nothing when it was discarded or published.
    pub content: Option<Content>,
    /// Grows with each change.
    pub lock_version: i32,
    /// Who changed it last.
    pub edited_by: Uuid,
    /// When.
    pub edited_at: DateTime<Utc>,
}

/// Finds a survey by its key and locks it until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub fn lock_survey(connection: &mut PgConnection, key: &str) -> Result<Option<Uuid>> {
    let row = survey::table.filter(survey::key.eq(key)).select(survey::id).for_update();
    Ok(row.first(connection).optional()?)
}

/// Finds a survey by its key.
///
/// # Errors
/// When the database does not answer.
pub fn find_survey(connection: &mut PgConnection, key: &str) -> Result<Option<Uuid>> {
    Ok(survey::table.filter(survey::key.eq(key)).select(survey::id).first(connection).optional()?)
}

/// Makes a survey without a version; nothing when the key is taken.
///
/// # Errors
/// When the database does not answer.
pub fn insert_survey(connection: &mut PgConnection, key: &str, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    Ok(diesel::insert_into(survey::table)
        .values((survey::id.eq(ids::new_id()), survey::key.eq(key), survey::created_at.eq(now)))
        .on_conflict(survey::key)
        .do_nothing()
        .returning(survey::id)
        .get_result(connection)
        .optional()?)
}

/// Finds what is drafted of a survey, or was.
///
/// # Errors
/// When the database does not answer.
pub fn find_draft(connection: &mut PgConnection, survey_id: Uuid) -> Result<Option<Draft>> {
    let row: Option<(Option<Value>, i32, Uuid, DateTime<Utc>)> = survey_draft::table
        .find(survey_id)
        .select((
            survey_draft::content,
            survey_draft::lock_version,
            survey_draft::edited_by,
            survey_draft::edited_at,
        ))
        .first(connection)
        .optional()?;
    row.map(|(content, lock_version, edited_by, edited_at)| {
        let content = content.map(serde_json::from_value).transpose().map_err(Error::internal)?;
        Ok(Draft { content, lock_version, edited_by, edited_at })
    })
    .transpose()
}

/// Writes what is drafted of a survey, or that nothing is. The caller has locked the survey.
///
/// # Errors
/// When the database does not answer.
pub fn write_draft(
    connection: &mut PgConnection,
    survey_id: Uuid,
    content: Option<&Content>,
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let content = content.map(serde_json::to_value).transpose().map_err(Error::internal)?;
    let columns =
        (survey_draft::content.eq(content), survey_draft::edited_by.eq(by), survey_draft::edited_at.eq(now));
    diesel::insert_into(survey_draft::table)
        .values((survey_draft::survey_id.eq(survey_id), survey_draft::lock_version.eq(1), columns.clone()))
        .on_conflict(survey_draft::survey_id)
        .do_update()
        .set((survey_draft::lock_version.eq(survey_draft::lock_version + 1), columns))
        .execute(connection)?;
    Ok(())
}

/// Finds who published a version; nothing when the program did.
///
/// # Errors
/// When the database does not answer.
pub fn find_publisher(connection: &mut PgConnection, version: Uuid) -> Result<Option<Uuid>> {
    Ok(survey_version::table.find(version).select(survey_version::published_by).first(connection)?)
}

/// When a version was published, and by whom.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its id.
    pub id: Uuid,
    /// Its number.
    pub version: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; nothing when the program did.
    pub by: Option<Uuid>,
}

/// Lists when the versions of a survey were published, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_published(connection: &mut PgConnection, survey_id: Uuid) -> Result<Vec<Published>> {
    let rows: Vec<(Uuid, i32, DateTime<Utc>, Option<Uuid>)> = survey_version::table
        .filter(survey_version::survey_id.eq(survey_id))
        .order(survey_version::version.desc())
        .select((
            survey_version::id,
            survey_version::version,
            survey_version::published_at,
            survey_version::published_by,
        ))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, version, at, by)| Published { id, version, at, by }).collect())
}

/// A survey in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// Who drafts something and when they changed it last; nothing without a draft.
    pub draft: Option<(Uuid, DateTime<Utc>)>,
}

/// Lists all surveys by key.
///
/// # Errors
/// When the database does not answer.
pub fn list_surveys(connection: &mut PgConnection) -> Result<Vec<Listed>> {
    type Row = (Uuid, String, Option<Uuid>, Option<DateTime<Utc>>);
    let drafted = survey_draft::survey_id.eq(survey::id);
    let rows: Vec<Row> = survey::table
        .left_join(
            survey_draft::table
                .on(diesel::BoolExpressionMethods::and(drafted, survey_draft::content.is_not_null())),
        )
        .order(survey::key)
        .select((
            survey::id,
            survey::key,
            survey_draft::edited_by.nullable(),
            survey_draft::edited_at.nullable(),
        ))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, key, by, at)| Listed { id, key, draft: by.zip(at) }).collect())
}
