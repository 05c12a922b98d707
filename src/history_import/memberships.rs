//! Working out who was in which team when, from the visits of the past.
//!
//! What is known already – from a file of people, from newer visits – stays: only the time before it is filled.
//! The result depends on the visits alone and not on their order, so an import that was interrupted comes to the
//! same.

use crate::db;
use crate::error::Result;
use crate::people::queries::bulk::{self as people, Membership};
use crate::visits::queries::bulk::{self as visits, TeamChange};
use chrono::NaiveDate;
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// How many employees are worked out at once.
const EMPLOYEES_AT_ONCE: usize = 2_000;

/// Derives the memberships of employees from their visits.
///
/// # Errors
/// When the database does not answer.
pub fn derive(connection: &mut PgConnection, employees: &[Uuid]) -> Result<()> {
    for some in employees.chunks(EMPLOYEES_AT_ONCE) {
        db::transaction(connection, |connection| {
            let mut by_employee: HashMap<Uuid, Vec<TeamChange>> = HashMap::new();
            for change in visits::list_team_changes(connection, some)? {
                by_employee.entry(change.employee_id).or_default().push(change);
            }
            let mut first: HashMap<Uuid, Membership> = HashMap::new();
            for membership in people::list_memberships(connection, some)? {
                first.entry(membership.0).or_insert(membership);
            }
            let mut fresh = Vec::new();
            for (employee, changes) in &by_employee {
                let derived = before(changes, first.get(employee));
                if let (Some(known), Some(from)) = (first.get(employee), derived.joins) {
                    people::update_beginning(connection, known, from)?;
                }
                fresh.extend(derived.rows);
            }
            fresh.sort_unstable();
            people::insert_memberships(connection, &fresh)
        })?;
    }
    Ok(())
}

/// What the visits add before the first membership that is known.
#[derive(Debug, Default, PartialEq, Eq)]
struct Derived {
    rows: Vec<Membership>,
    /// The first membership really began on this day.
    joins: Option<NaiveDate>,
}

/// Each change begins a membership that lasts until the day before the next; of several on one day the last counts.
fn before(changes: &[TeamChange], first: Option<&Membership>) -> Derived {
    let mut begun: Vec<(NaiveDate, Uuid, Uuid)> = Vec::new();
    for change in changes {
        let Some(team) = change.team_id else { continue };
        if first.is_some_and(|(_, _, from, _)| change.visited_on >= *from) {
            break;
        }
        begun.retain(|(day, _, _)| *day != change.visited_on);
        if begun.last().is_none_or(|(_, _, last)| *last != team) {
            begun.push((change.visited_on, change.employee_id, team));
        }
    }
    let mut derived = Derived::default();
    let mut ends = first.map(|(_, _, from, _)| *from);
    for (from, employee, team) in begun.into_iter().rev() {
        let is_first = derived.rows.is_empty() && derived.joins.is_none();
        if is_first && first.is_some_and(|(_, known, _, _)| *known == team) {
            derived.joins = Some(from);
        } else {
            derived.rows.push((employee, team, from, ends.and_then(|day| day.pred_opt())));
        }
        ends = Some(from);
    }
    derived.rows.reverse();
    derived
}

#[cfg(test)]
mod tests {
    use super::*;

    const NORTH: Uuid = Uuid::from_u128(1);
    const SOUTH: Uuid = Uuid::from_u128(2);
    const WHO: Uuid = Uuid::from_u128(9);

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn change(on: &str, team: Uuid) -> TeamChange {
        TeamChange { employee_id: WHO, visited_on: day(on), team_id: Some(team) }
    }

    #[test]
    fn each_change_of_team_ends_the_one_before() {
        let derived = before(&[change("2025-01-02", NORTH), change("2025-05-01", SOUTH)], None);
        assert_eq!(
            derived.rows,
            [(WHO, NORTH, day("2025-01-02"), Some(day("2025-04-30"))), (WHO, SOUTH, day("2025-05-01"), None)]
        );
    }

    #[test]
    fn what_is_known_stays_and_the_time_before_it_is_filled() {
        let known = (WHO, SOUTH, day("2025-06-01"), None);
        let changes = [change("2025-01-02", NORTH), change("2025-05-01", SOUTH), change("2025-07-01", NORTH)];
        let derived = before(&changes, Some(&known));
        assert_eq!(derived.rows, [(WHO, NORTH, day("2025-01-02"), Some(day("2025-04-30")))]);
        assert_eq!(derived.joins, Some(day("2025-05-01")));
        let done = (WHO, NORTH, day("2025-01-02"), Some(day("2025-04-30")));
        assert_eq!(before(&changes, Some(&done)), Derived::default());
    }

    #[test]
    fn two_teams_on_one_day_leave_no_membership_that_ends_before_it_begins() {
        let derived = before(&[change("2025-01-02", NORTH), change("2025-01-02", SOUTH)], None);
        assert_eq!(derived.rows, [(WHO, SOUTH, day("2025-01-02"), None)]);
    }
}
