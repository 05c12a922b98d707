//! A manager's day: the own team's cases and objections, what was said about it, and calls about others.

use super::panels::{Board, Calls, Said};
use super::{Look, ONE_BY_ONE, tasks};
use crate::answering::queries::staff as answers;
use crate::callbacks::queries::standing;
use crate::callbacks::{queue, work_pages};
use crate::cases::queries as cases;
use crate::error::Result;
use crate::evaluations::objections::queries as objections;
use diesel::PgConnection;
use uuid::Uuid;

pub(super) fn read(connection: &mut PgConnection, look: &Look) -> Result<Board> {
    let sees = look.person.sees();
    // Without a team there is nobody to read about.
    let team = Some(look.person.team.unwrap_or_default());
    let comments = look.comments(connection)?;
    let visits: Vec<Uuid> = comments.iter().map(|one| one.visit).collect();
    let open_cases = cases::list_waiting(connection, sees, &visits, ONE_BY_ONE)?;
    let said = answers::count_said(connection, look.began(look.last_workday()), sees)?;
    let caller = work_pages::caller(connection, &look.person)?;
    let day = standing::count_day(connection, &caller.actor.to_string(), look.began(look.today), look.now)?;
    let queue = queue::count(connection, &look.app, &caller)?;
    let mut needs = tasks::asked_for(&standing::list_asked_for(connection, sees, ONE_BY_ONE)?, look);
    needs.extend(tasks::cases(&open_cases, look));
    needs.extend(tasks::objections(objections::count_open(connection, team, look.today)?, false, look.today));
    needs.extend(tasks::calls(queue));
    Ok(Board {
        said: Some(Said::new(&comments, &open_cases, said.since, look)),
        road: Some(look.road(connection)?),
        evaluations: Some("/evaluations"),
        calls: Some(Calls::own(&day, queue)),
        nothing: "Cases after visits of your team and what waits for you to read will stand here.",
        ..Board::of(needs, look.today)
    })
}
