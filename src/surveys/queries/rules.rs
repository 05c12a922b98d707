//! Which survey a visit gets.

use super::{VersionRow, read};
use crate::db::schema::{survey, survey_rule, survey_version};
use crate::error::Result;
use crate::surveys::model::SurveyVersion;
use crate::surveys::rules::Rule;
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

/// Lists the rules in their order.
///
/// # Errors
/// When the database does not answer.
pub fn list_rules(connection: &mut PgConnection) -> Result<Vec<Rule>> {
    type Row = (Uuid, i32, String, Option<String>, Option<String>, String);
    let rows: Vec<Row> = survey_rule::table
        .inner_join(survey::table)
        .order((survey_rule::position, survey_rule::id))
        .select((
            survey_rule::id,
            survey_rule::position,
            survey_rule::service,
            survey_rule::channel,
            survey_rule::segment,
            survey::key,
        ))
        .load(connection)?;
    let rule = |(id, position, service, channel, segment, survey)| Rule {
        id,
        position,
        service,
        channel,
        segment,
        survey,
    };
    Ok(rows.into_iter().map(rule).collect())
}

/// Keeps everybody else from changing the rules until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub fn lock_rules(connection: &mut PgConnection) -> Result<()> {
    // A table that may be empty has no row to lock; nobody else locks it so but who changes rules.
    diesel::sql_query("LOCK TABLE survey_rule IN SHARE ROW EXCLUSIVE MODE").execute(connection)?;
    Ok(())
}

/// Adds a rule.
///
/// # Errors
/// When the database does not answer.
pub fn insert_rule(connection: &mut PgConnection, rule: &Rule, survey_id: Uuid) -> Result<()> {
    diesel::insert_into(survey_rule::table)
        .values((
            survey_rule::id.eq(rule.id),
            survey_rule::position.eq(rule.position),
            survey_rule::service.eq(&rule.service),
            survey_rule::channel.eq(&rule.channel),
            survey_rule::segment.eq(&rule.segment),
            survey_rule::survey_id.eq(survey_id),
        ))
        .execute(connection)?;
    Ok(())
}

/// Gives a rule another place.
///
/// # Errors
/// When the database does not answer.
pub fn place_rule(connection: &mut PgConnection, id: Uuid, position: i32) -> Result<()> {
    diesel::update(survey_rule::table.find(id))
        .set(survey_rule::position.eq(position))
        .execute(connection)?;
    Ok(())
}

/// Takes a rule away.
///
/// # Errors
/// When the database does not answer.
pub fn delete_rule(connection: &mut PgConnection, id: Uuid) -> Result<()> {
    diesel::delete(survey_rule::table.find(id)).execute(connection)?;
    Ok(())
}

/// Lists the newest version of each of some surveys.
///
/// # Errors
/// When the database does not answer.
pub fn list_newest(connection: &mut PgConnection, surveys: &[&str]) -> Result<Vec<SurveyVersion>> {
    survey_version::table
        .inner_join(survey::table)
        .filter(survey::key.eq_any(surveys))
        .distinct_on(survey_version::survey_id)
        .order((survey_version::survey_id, survey_version::version.desc()))
        .select((survey_version::id, survey::key, survey_version::version, survey_version::content))
        .load::<VersionRow>(connection)?
        .into_iter()
        .map(read)
        .collect()
}
