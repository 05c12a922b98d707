//! Reading what a letter and a page say about a visit.

use crate::db::schema::{employee, invitation, survey_version, visit, visit_employee};
use crate::delivery::model::About;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

type AboutRow = (
    Uuid,
    DateTime<Utc>,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Uuid,
    Value,
);

/// Reads what letters and pages say about visits that have an invitation.
///
/// # Errors
/// When the database does not answer.
pub fn load_about(connection: &mut PgConnection, visits: &[Uuid]) -> Result<HashMap<Uuid, About>> {
    let rows: Vec<AboutRow> = visit::table
        .inner_join(invitation::table.inner_join(survey_version::table))
        .filter(visit::id.eq_any(visits))
        .select((
            visit::id,
            visit::visited_at,
            visit::service,
            visit::customer_name,
            visit::customer_email,
            visit::customer_language,
            visit::customer_time_zone,
            survey_version::id,
            survey_version::content,
        ))
        .load(connection)?;
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
    Ok(rows
        .into_iter()
        .map(
            |(
                id,
                visited_at,
                service,
                customer_name,
                customer_email,
                language,
                time_zone,
                survey_version,
                content,
            )| {
                let employees = by_visit.remove(&id).unwrap_or_default();
                let about = About {
                    visited_at,
                    service,
                    customer_name,
                    customer_email,
                    language,
                    time_zone,
                    employees,
                    survey_version,
                    content,
                };
                (id, about)
            },
        )
        .collect())
}
