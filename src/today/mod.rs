//! `/`: what needs doing today, by role. An edge, because it reads every room.

mod views;

use crate::accounts::{Role, SignedIn, shell_for};
use crate::answering::queries as answers;
use crate::app::App;
use crate::delivery;
use crate::evaluations::objections::queries::count_open;
use crate::visits::views::{Part, part};
use crate::visits::{Outcome, queries as visits};
use crate::web::{PageResult, html};
use actix_web::web;
use chrono::{Days, TimeDelta, Timelike};
use views::{Road, Task, TodayPage, greeting};

/// For how long somebody who asked to be called stands on the page.
const CALL_ME_SHOWN: TimeDelta = TimeDelta::days(7);

/// How many of them.
const MOST_CALLS: i64 = 20;

/// Shows the start page.
pub async fn show(app: web::Data<App>, person: SignedIn) -> PageResult {
    let local = app.clock.now().with_timezone(&app.config.organisation.time_zone);
    let (today, role) = (local.date_naive(), person.role);
    let always_on = app.config.sending.always_on;
    let (now, calls) = (app.clock.now(), role == Role::Hr);
    let (is_on, counts, calls, contested) = app
        .db(move |connection| {
            let is_on = delivery::queries::is_on(connection, always_on)?;
            let week_ago = today.checked_sub_days(Days::new(6)).unwrap_or(today);
            let since = now - CALL_ME_SHOWN;
            let calls =
                if calls { answers::list_call_me(connection, since, MOST_CALLS)? } else { Vec::new() };
            let contested = if role == Role::Hr { count_open(connection, today)? } else { (0, 0) };
            Ok((is_on, visits::count_by_outcome(connection, week_ago, today, None)?, calls, contested))
        })
        .await?;
    let sees_road = matches!(role, Role::Admin | Role::Hr | Role::Manager);
    let sees_tasks = matches!(role, Role::Admin | Role::Hr);
    let reads_scores = matches!(role, Role::Hr | Role::Manager);
    html(&TodayPage {
        shell: shell_for(&app, &person, "/"),
        greeting: greeting(local.hour(), &person.name),
        date: local.format("%A %-d %B %Y").to_string(),
        tasks: sees_tasks.then(|| {
            let off = (!is_on).then(Task::sending_is_off);
            off.into_iter().chain(Task::objections(contested)).chain(calls.into_iter().map(call_me)).collect()
        }),
        road: sees_road.then(|| road(&counts)),
        evaluations: match role {
            Role::Employee => Some("/employees/me".to_owned()),
            _ => reads_scores.then(|| "/evaluations".to_owned()),
        },
    })
}

/// "Please call me" is a promise of the page; somebody must see it.
fn call_me((name, phone, service, visited_on, comment, asked_at): answers::CallMe) -> Task {
    let phone = phone.map_or("No number is known.".to_owned(), |phone| format!("On {phone}."));
    let comment = comment.map_or(String::new(), |comment| format!(" “{comment}”"));
    Task {
        when: asked_at.format("%-d %b").to_string(),
        alarm: false,
        title: format!("{} asks to be called", name.unwrap_or_else(|| "A customer".to_owned())),
        text: format!("{phone} About {service} on {}.{comment}", visited_on.format("%-d %B")),
        command: None,
        link: None,
    }
}

fn road(counts: &[(String, i64)]) -> Road {
    let mut road = Road::default();
    for (word, count) in counts {
        let Ok(outcome) = word.parse::<Outcome>() else { continue };
        let part = match part(outcome) {
            Part::Answered => &mut road.answered,
            Part::OnTheWay => &mut road.on_the_way,
            Part::NotAsked => &mut road.not_asked,
            Part::Asked => &mut road.asked,
        };
        *part += count;
    }
    road
}
