//! Reading who calls, and who is called.

use crate::db::schema::{customer, response, user_account, visit};
use crate::error::Result;
use diesel::{
    ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl,
};
use uuid::Uuid;

/// Whom to call about a visit.
#[derive(Debug, Clone, Queryable)]
pub struct Whom {
    /// Id of the visit in the system that sent it.
    pub external_id: String,
    /// The number that the visit came with.
    pub visit_phone: Option<String>,
    /// The number of the file.
    pub file_phone: Option<String>,
    /// The number at which they asked to be called.
    pub wished_phone: Option<String>,
    /// The customer's file.
    pub customer: Option<Uuid>,
}

impl Whom {
    /// Returns the number to call.
    pub fn phone(&self) -> Option<&str> {
        let wished = self.wished_phone.as_deref();
        wished.or(self.visit_phone.as_deref()).or(self.file_phone.as_deref())
    }
}

/// Finds whom to call about a visit.
///
/// # Errors
/// When the database does not answer.
pub fn find(connection: &mut PgConnection, visit: Uuid) -> Result<Whom> {
    Ok(visit::table
        .left_join(customer::table)
        .left_join(response::table)
        .filter(visit::id.eq(visit))
        .select((
            visit::external_id,
            visit::customer_phone,
            customer::phone.nullable(),
            response::call_number.nullable(),
            visit::customer_id,
        ))
        .get_result(connection)?)
}

/// Finds the employee whom an account belongs to.
///
/// # Errors
/// When the database does not answer.
pub fn find_employee(connection: &mut PgConnection, account: Uuid) -> Result<Option<Uuid>> {
    let employee = user_account::table.find(account).select(user_account::employee_id);
    Ok(employee.get_result::<Option<Uuid>>(connection).optional()?.flatten())
}
