//! The page about one person: what their score rests on, and what they can do if they disagree.
//!
//! HR sees everybody; a manager the own team, for the days on which somebody belonged to it; whoever has an account as an
//! employee sees themself, without what would tell who the customer was. Every look is in the audit log.

pub mod answers;
pub mod looks;
pub mod pages;
pub mod queries;
mod veil;
pub mod views;

use super::period::Period;
use crate::accounts::{Role, SignedIn};
use crate::error::{Error, Result};
use chrono::{Months, NaiveDate};
use diesel::PgConnection;
use queries::Employee;
use uuid::Uuid;

/// Below so many answers nobody reads what customers wrote on this page: one could guess who they are.
pub const FEWEST_FOR_COMMENTS: usize = 10;

/// For how long somebody is new: shown as a curve, never flagged.
const NEW: Months = Months::new(6);

/// The word that stands for the own id in an address.
const ME: &str = "me";

/// Returns the address of somebody's page for a period.
pub fn address(external_id: &str, period: Period) -> String {
    format!("{}?{}", path(external_id), period.query())
}

/// Returns the path of somebody's page.
pub fn path(external_id: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(external_id.as_bytes()).collect();
    format!("/employees/{}", encoded.replace('+', "%20"))
}

/// Tells whether somebody is new on a day; who has no membership is not.
pub fn is_new(since: Option<NaiveDate>, on: NaiveDate) -> bool {
    since.and_then(|since| since.checked_add_months(NEW)).is_some_and(|until| until > on)
}

/// Somebody, as a reader may see them.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Who it is.
    pub employee: Employee,
    /// Whether the reader is this person.
    pub is_own: bool,
    /// The days that the reader may see.
    pub period: Period,
    /// Whether these are other days than were asked for.
    pub was_cut: bool,
}

impl Seen {
    /// Finds somebody by the id of the system that sends visits, by ours, or by the word *me*, and what a reader may see
    /// of them.
    ///
    /// # Errors
    /// 404 when there is nobody, or nobody that this reader may know of.
    pub fn find(
        connection: &mut PgConnection,
        reader: &SignedIn,
        id: &str,
        (period, today): (Period, NaiveDate),
    ) -> Result<Self> {
        let employee = match reader.employee.filter(|_| id == ME) {
            Some(own) => queries::find_by_id(connection, own)?,
            None => queries::find(connection, id)?,
        };
        let employee = employee.ok_or_else(unknown)?;
        let whole = |is_own| Self { employee: employee.clone(), is_own, period, was_cut: false };
        if reader.employee == Some(employee.id) {
            let seen = period.in_whole_months(today);
            return Ok(Self { period: seen, was_cut: seen != period, ..whole(true) });
        }
        match reader.role {
            Role::Hr => Ok(whole(false)),
            Role::Manager => {
                let seen = in_team(connection, employee.id, reader.team, period)?.ok_or_else(unknown)?;
                Ok(Self { period: seen, was_cut: seen != period, ..whole(false) })
            }
            _ => Err(unknown()),
        }
    }
}

fn unknown() -> Error {
    Error::not_found("employee")
}

/// Cuts a period to the newest days of it on which somebody belonged to a team.
fn in_team(
    connection: &mut PgConnection,
    employee: Uuid,
    team: Option<Uuid>,
    period: Period,
) -> Result<Option<Period>> {
    let Some(team) = team else { return Ok(None) };
    let memberships = queries::list_memberships(connection, employee, team)?;
    Ok(memberships.into_iter().find_map(|(from, to)| period.within(from, to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_any_letters_makes_an_address() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let period = Period { from: day, to: day };
        assert_eq!(address("E 1/ü", period), "/employees/E%201%2F%C3%BC?from=2026-01-01&to=2026-01-01");
    }

    #[test]
    fn somebody_is_new_for_six_months() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(is_new(Some(day("2026-06-01")), day("2026-11-30")));
        assert!(!is_new(Some(day("2026-06-01")), day("2026-12-01")));
        assert!(!is_new(None, day("2026-12-01")));
    }
}
