//! What the sheets read.

use crate::db::schema::{employee, visit};
use crate::error::Result;
use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};

/// Lists the lawful bases that visits since a day came with; None for those that came with none.
///
/// # Errors
/// When the database does not answer.
pub fn list_bases(connection: &mut PgConnection, since: NaiveDate) -> Result<Vec<Option<String>>> {
    Ok(visit::table
        .filter(visit::visited_on.ge(since))
        .select(visit::lawful_basis)
        .distinct()
        .order(visit::lawful_basis)
        .load(connection)?)
}

/// Counts the employees who did not leave.
///
/// # Errors
/// When the database does not answer.
pub fn count_employees(connection: &mut PgConnection) -> Result<i64> {
    Ok(employee::table.filter(employee::left_on.is_null()).select(count_star()).get_result(connection)?)
}
