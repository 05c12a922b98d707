//! What one customer said, over several visits.

use super::staff::{OVERALL, ResponseLine};
use crate::db::schema::{question, response, visit};
use crate::error::Result;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, PgConnection, QueryDsl,
    RunQueryDsl,
};
use uuid::Uuid;

/// Lists the responses about visits, the newest answer first.
///
/// # Errors
/// When the database does not answer.
pub fn list_of_visits(connection: &mut PgConnection, visits: &[Uuid]) -> Result<Vec<ResponseLine>> {
    let opening = question::survey_version_id.eq(response::survey_version_id).and(question::key.eq(OVERALL));
    Ok(response::table
        .inner_join(visit::table)
        .left_join(question::table.on(opening))
        .filter(response::visit_id.eq_any(visits))
        .order((response::answered_at.desc(), response::id.desc()))
        .select((
            response::id,
            visit::id,
            visit::external_id,
            visit::service,
            response::answered_at,
            response::answers,
            response::comment,
            response::mode,
            response::certainty,
            (question::scale_min.assume_not_null(), question::scale_max.assume_not_null()).nullable(),
        ))
        .load(connection)?)
}
