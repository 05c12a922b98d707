//! The administrator's day: whether letters go out, jobs are done and the audit log is chained. No answers, no scores.

use super::panels::{Board, Fact};
use super::{Look, tasks};
use crate::accounts::{queries::manage, second_factor};
use crate::audit::queries as audit;
use crate::delivery::queries::{staff, trouble};
use crate::error::Result;
use crate::jobs;
use crate::web::format::{moment, thousands};
use chrono::TimeDelta;
use diesel::PgConnection;

/// Entries of the audit log are chained within seconds; after so long the worker stands still.
const UNSEALED: TimeDelta = TimeDelta::minutes(5);

/// More entries than this are not counted.
const MOST_UNSEALED: i64 = 1_000;

pub(super) fn read(connection: &mut PgConnection, look: &Look) -> Result<Board> {
    let always_on = look.app.config.sending.always_on;
    let facts = trouble::find_facts(connection, always_on, look.now)?;
    let lost = staff::list_lost(connection, look.now, 1)?.first().map_or(0, |lost| lost.of);
    let unsealed = audit::count_unsealed(connection, look.now - UNSEALED, MOST_UNSEALED)?;
    let head = audit::find_head(connection)?;
    let (due, oldest, failed) = jobs::count_standing(connection, look.now)?;
    let mut needs = tasks::delivery(&facts, lost, look.now);
    let forced = second_factor::forced(look.app.config.second_factor);
    let without = manage::count_without_second_factor(connection, forced)?;
    needs.extend(tasks::without_second_factor(without));
    needs.extend(tasks::unsealed(unsealed));
    needs.extend(tasks::failed_jobs(failed));
    let since = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map_or(String::new(), |at| format!(", the oldest since {}", moment(at, look.zone)))
    };
    let queue = &facts.queue;
    let machine = vec![
        Fact::new("Letters due", format!("{}{}", thousands(queue.due), since(queue.oldest_due))),
        Fact::new("Planned", thousands(queue.planned)),
        Fact::new("Under way", thousands(facts.under_way)),
        Fact::new("Jobs due", format!("{}{}", thousands(due), since(oldest))),
        Fact::new("Audit log", format!("{} entries chained", thousands(head.position))),
    ];
    Ok(Board {
        road: Some(look.road(connection)?),
        machine,
        nothing: "What is broken, held up or waits for somebody at the server will stand here.",
        ..Board::of(needs, look.today)
    })
}
