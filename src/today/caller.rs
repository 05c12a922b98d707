//! A caller's day: the next call, what is agreed, how far the list is.

use super::panels::{Board, Calls, NextCall};
use super::{Look, tasks};
use crate::callbacks::queries::{standing, work};
use crate::callbacks::{queue, work_pages};
use crate::error::Result;
use chrono::Days;
use diesel::PgConnection;

/// How many appointments of a day are listed.
const APPOINTMENTS: i64 = 20;

pub(super) fn read(connection: &mut PgConnection, look: &Look) -> Result<Board> {
    let caller = work_pages::caller(connection, &look.person)?;
    let by = caller.actor.to_string();
    let held = work::find_held(connection, &by, look.now)?;
    let queue = queue::count(connection, &look.app, &caller)?;
    let day = standing::count_day(connection, &by, look.began(look.today), look.now)?;
    let tomorrow = look.today.checked_add_days(Days::new(1)).unwrap_or(look.today);
    let agreed = standing::list_agreed(connection, &caller, look.began(tomorrow), APPOINTMENTS)?;
    let needs = tasks::held(held).into_iter().chain(tasks::appointments(&agreed, look)).collect();
    Ok(Board {
        next_call: Some(NextCall::new(queue, held.is_some())),
        calls: Some(Calls::own(&day, queue)),
        nothing: "Appointments of today will stand here. All other calls are handed out one after the other.",
        ..Board::of(needs, look.today)
    })
}
