//! An employee's day: what HR made and decided about them, and whether there is something new on their page. No numbers of
//! scores, and nothing that tells which customer answered when.

use super::panels::{Board, Own};
use super::{Look, tasks};
use crate::audit::Actor;
use crate::error::Result;
use crate::evaluations::employee::queries as own;
use crate::evaluations::objections::queries as objections;
use crate::evaluations::statements::queries::{self as statements, Of};
use chrono::{Datelike, TimeDelta};
use diesel::PgConnection;

/// For how long a decision or a statement is news.
const NEWS: TimeDelta = TimeDelta::days(14);

/// Statements that were made before are not asked about any more.
const STATEMENTS: TimeDelta = TimeDelta::days(180);

pub(super) fn read(connection: &mut PgConnection, look: &Look) -> Result<Board> {
    let nothing = "Statements to read and decisions about what you contested will stand here.";
    let Some(employee) = look.person.employee else {
        return Ok(Board { nothing, ..Board::of(Vec::new(), look.today) });
    };
    let of = Of::Employee(employee);
    let standing = statements::count_standing(connection, of, look.now - STATEMENTS)?;
    let decided = objections::list_decided(connection, employee, look.now - NEWS)?;
    let looked = own::find_last_look(connection, employee, &Actor::User(look.person.user).to_string())?;
    // Only months that are over: an answer of these days would tell whose it is.
    let over = look.today.with_day(1).and_then(|first| first.pred_opt()).unwrap_or(look.today);
    let new = looked.map(|since| own::count_answers_since(connection, employee, since, over)).transpose()?;
    let mut needs = tasks::to_read(standing.silent);
    needs.extend(tasks::decided(&decided, look));
    Ok(Board { own: Some(Own::new(looked, new, over, look)), nothing, ..Board::of(needs, look.today) })
}
