//! `/`: what needs doing today, by role. An edge, because it reads every room.

mod views;

use crate::accounts::{Role, SignedIn, set_shell};
use crate::app::App;
use crate::delivery;
use crate::visits::{Outcome, queries as visits};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono::{Days, Timelike};
use views::{Road, Task, TodayPage, greeting};

/// Shows the start page.
pub async fn show(app: web::Data<App>, person: SignedIn) -> PageResult {
    let local = app.clock.now().with_timezone(&app.config.organisation.time_zone);
    let (today, role) = (local.date_naive(), person.role);
    let always_on = app.config.sending.always_on;
    let (is_on, counts) = app
        .db(move |connection| {
            let is_on = always_on || delivery::queries::is_switched_on(connection)?;
            let week_ago = today.checked_sub_days(Days::new(6)).unwrap_or(today);
            Ok((is_on, visits::count_by_outcome(connection, week_ago, today, None)?))
        })
        .await?;
    let sees_road = matches!(role, Role::Admin | Role::Hr | Role::Manager);
    let sees_tasks = matches!(role, Role::Admin | Role::Hr);
    let reads_scores = matches!(role, Role::Hr | Role::Manager);
    html(&TodayPage {
        shell: set_shell(&app, &person, "/"),
        greeting: greeting(local.hour(), &person.name),
        date: local.format("%A %-d %B %Y").to_string(),
        tasks: sees_tasks.then(|| if is_on { Vec::new() } else { vec![Task::sending_is_off()] }),
        road: sees_road.then(|| road(&counts)),
        evaluations: reads_scores.then(|| "/evaluations".to_owned()),
    })
}

fn road(counts: &[(String, i64)]) -> Road {
    use Outcome as O;
    let mut road = Road::default();
    for (word, count) in counts {
        let Ok(outcome) = word.parse::<Outcome>() else { continue };
        let part = match outcome {
            O::Answered => &mut road.answered,
            O::Planned | O::Sending | O::PhoneFirst | O::ToCall => &mut road.on_the_way,
            O::NoAddress => &mut road.not_asked,
            outcome if outcome.is_not_eligible() => &mut road.not_asked,
            _ => &mut road.asked,
        };
        *part += count;
    }
    road
}
