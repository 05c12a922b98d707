//! HR's day: what waits for a decision, what customers said, how the company stands.

use super::months::{self, Months};
use super::panels::{Board, Calls, Said};
use super::{Look, ONE_BY_ONE, tasks};
use crate::accounts::queries::break_glass::list_break_glass;
use crate::answering::queries::staff as answers;
use crate::audit::Actor;
use crate::callbacks::queries::standing;
use crate::cases::queries as cases;
use crate::delivery::queries::{staff, trouble};
use crate::error::Result;
use crate::evaluations::objections::queries as objections;
use crate::evaluations::statements::queries::{self as statements, Of};
use crate::scores::queries::list_months;
use crate::surveys::queries::drafts;
use chrono::TimeDelta;
use diesel::PgConnection;
use uuid::Uuid;

/// Statements that were made before are not counted any more.
const STATEMENTS: TimeDelta = TimeDelta::days(180);

/// For how long it stands there that an administrator read what HR reads.
const GLASS: TimeDelta = TimeDelta::days(7);

pub(super) fn read(connection: &mut PgConnection, look: &Look) -> Result<Board> {
    let sees = look.person.sees();
    let since = look.began(look.last_workday());
    let comments = look.comments(connection)?;
    let visits: Vec<Uuid> = comments.iter().map(|one| one.visit).collect();
    let open_cases = cases::list_waiting(connection, sees, &visits, ONE_BY_ONE)?;
    let said = answers::count_said(connection, since, sees)?;
    let by = Actor::User(look.person.user).to_string();
    let day = standing::count_day(connection, &by, look.began(look.today), look.now)?;
    let always_on = look.app.config.sending.always_on;
    let facts = trouble::find_facts(connection, always_on, look.now)?;
    let lost = staff::list_lost(connection, look.now, 1)?.first().map_or(0, |lost| lost.of);
    let mut needs = tasks::delivery(&facts, lost, look.now);
    needs.extend(tasks::broken_glass(&list_break_glass(connection, look.now - GLASS)?, look));
    needs.extend(tasks::asked_for(&standing::list_asked_for(connection, sees, ONE_BY_ONE)?, look));
    needs.extend(tasks::cases(&open_cases, look));
    needs.extend(tasks::objections(objections::count_open(connection, None, look.today)?, true, look.today));
    needs.extend(tasks::undecided(said));
    let standing = statements::count_standing(connection, Of::Everybody, look.now - STATEMENTS)?;
    needs.extend(tasks::contested(standing));
    needs.extend(tasks::drafts(&drafts::list_surveys(connection)?, look));
    let from = months::begin(look.today);
    Ok(Board {
        said: Some(Said::new(&comments, &open_cases, said.since, look)),
        months: Some(Months::draw(&list_months(connection, months::QUESTION, from)?, from)),
        road: Some(look.road(connection)?),
        evaluations: Some("/evaluations"),
        calls: Some(Calls::of_everybody(&day)),
        nothing: "What is late, broken or waiting for a decision will stand here.",
        ..Board::of(needs, look.today)
    })
}
