//! Every statement on the tables of surveys.

pub mod drafts;
pub mod rules;

use super::model::{Content, SurveyVersion};
use crate::db::schema::{question, survey, survey_version};
use crate::error::{Error, Result};
use crate::ids;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

type VersionRow = (Uuid, String, i32, Value);

fn read((id, survey, version, content): VersionRow) -> Result<SurveyVersion> {
    Ok(SurveyVersion {
        id,
        survey,
        version,
        content: serde_json::from_value(content).map_err(Error::internal)?,
    })
}

/// Finds or makes a survey and locks it until the end of the transaction, so that two servers that start at the
/// same moment do not publish twice.
///
/// # Errors
/// When the database does not answer.
pub fn upsert_survey(connection: &mut PgConnection, key: &str, now: DateTime<Utc>) -> Result<Uuid> {
    Ok(diesel::insert_into(survey::table)
        .values((survey::id.eq(ids::new_id()), survey::key.eq(key), survey::created_at.eq(now)))
        .on_conflict(survey::key)
        .do_update()
        .set(survey::key.eq(key))
        .returning(survey::id)
        .get_result(connection)?)
}

/// Finds the newest version of a survey.
///
/// # Errors
/// When the database does not answer.
pub fn find_newest(connection: &mut PgConnection, key: &str) -> Result<Option<SurveyVersion>> {
    survey_version::table
        .inner_join(survey::table)
        .filter(survey::key.eq(key))
        .order(survey_version::version.desc())
        .select((survey_version::id, survey::key, survey_version::version, survey_version::content))
        .first::<VersionRow>(connection)
        .optional()?
        .map(read)
        .transpose()
}

/// Lists the contents of versions.
///
/// # Errors
/// When the database does not answer.
pub fn list_contents(connection: &mut PgConnection, versions: &[Uuid]) -> Result<Vec<(Uuid, Content)>> {
    let rows: Vec<(Uuid, Value)> = survey_version::table
        .filter(survey_version::id.eq_any(versions))
        .select((survey_version::id, survey_version::content))
        .load(connection)?;
    rows.into_iter()
        .map(|(id, content)| Ok((id, serde_json::from_value(content).map_err(Error::internal)?)))
        .collect()
}

/// Which version is inserted.
#[derive(Debug, Clone, Copy)]
pub struct NewVersion<'a> {
    /// Id of the survey.
    pub survey: Uuid,
    /// Its key.
    pub key: &'a str,
    /// Number of the version.
    pub version: i32,
    /// Who publishes it; nothing when the program does.
    pub by: Option<Uuid>,
}

/// Inserts a version with its questions.
///
/// # Errors
/// When the database does not answer.
pub fn insert_version(
    connection: &mut PgConnection,
    new: NewVersion<'_>,
    content: Content,
    now: DateTime<Utc>,
) -> Result<SurveyVersion> {
    let id = ids::new_id();
    diesel::insert_into(survey_version::table)
        .values((
            survey_version::id.eq(id),
            survey_version::survey_id.eq(new.survey),
            survey_version::version.eq(new.version),
            survey_version::content.eq(serde_json::to_value(&content).map_err(Error::internal)?),
            survey_version::published_at.eq(now),
            survey_version::published_by.eq(new.by),
        ))
        .execute(connection)?;
    let rows: Vec<_> = (0..)
        .zip(&content.questions)
        .map(|(position, asked): (i32, _)| {
            (
                question::survey_version_id.eq(id),
                question::key.eq(&asked.key),
                question::position.eq(position),
                question::kind.eq(asked.kind.as_str()),
                question::scale_min.eq(asked.kind.is_scale().then_some(asked.min)),
                question::scale_max.eq(asked.kind.is_scale().then_some(asked.max)),
            )
        })
        .collect();
    diesel::insert_into(question::table).values(rows).execute(connection)?;
    Ok(SurveyVersion { id, survey: new.key.to_owned(), version: new.version, content })
}

/// Lists all versions of a survey, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list_versions(connection: &mut PgConnection, key: &str) -> Result<Vec<SurveyVersion>> {
    survey_version::table
        .inner_join(survey::table)
        .filter(survey::key.eq(key))
        .order(survey_version::version.desc())
        .select((survey_version::id, survey::key, survey_version::version, survey_version::content))
        .load::<VersionRow>(connection)?
        .into_iter()
        .map(read)
        .collect()
}

/// Lists the keys of all questions that were ever asked, each once.
///
/// # Errors
/// When the database does not answer.
pub fn list_question_keys(connection: &mut PgConnection) -> Result<Vec<String>> {
    Ok(question::table.select(question::key).distinct().order(question::key).load(connection)?)
}
