//! `/`: what needs doing today, by role. An edge, because it reads every room.
//!
//! Each role has a file that says what it reads and a function in `tasks` for each thing to do. Everything comes from one
//! snapshot; what a role may not see elsewhere is not read here either.

mod admin;
mod caller;
mod employee;
mod hr;
mod manager;
mod months;
mod panels;
mod tasks;
mod views;

use crate::accounts::{Role, SignedIn, shell_for};
use crate::answering::queries::staff::{self as answers, StaffFilter};
use crate::app::App;
use crate::error::Result;
use crate::visits::queries::staff as visits;
use crate::web::{PageResult, html};
use crate::{db, scores};
use actix_web::web;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use diesel::PgConnection;
use panels::{Board, Road};
use views::{TodayPage, greeting};

/// How many of one thing stand one by one; the others are counted.
const ONE_BY_ONE: i64 = 3;

/// How many comments stand on the page.
const COMMENTS: i64 = 3;

/// Who looks, and when.
struct Look {
    app: App,
    person: SignedIn,
    now: DateTime<Utc>,
    zone: Tz,
    today: NaiveDate,
}

impl Look {
    fn new(app: &App, person: &SignedIn) -> Self {
        let (now, zone) = (app.clock.now(), app.config.organisation.time_zone);
        let today = now.with_timezone(&zone).date_naive();
        Self { app: app.clone(), person: person.clone(), now, zone, today }
    }

    /// When a day began in the organisation's zone.
    fn began(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        let found = self.zone.from_local_datetime(&midnight).earliest();
        found.map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
    }

    /// The day on which people worked last before today: over a weekend that is Friday.
    fn last_workday(&self) -> NaiveDate {
        let back = match self.today.weekday() {
            Weekday::Mon => 3,
            Weekday::Sun => 2,
            _ => 1,
        };
        self.today.checked_sub_days(Days::new(back)).unwrap_or(self.today)
    }

    /// What became of the last seven days' visits that the reader sees.
    fn road(&self, connection: &mut PgConnection) -> Result<Road> {
        let from = self.today.checked_sub_days(Days::new(6)).unwrap_or(self.today);
        Ok(Road::of(&visits::count_seen(connection, from, self.today, self.person.sees())?))
    }

    /// The newest comments since the last workday.
    fn comments(&self, connection: &mut PgConnection) -> Result<Vec<answers::ResponseLine>> {
        let filter = StaffFilter {
            from: Some(self.began(self.last_workday())),
            before: None,
            employee: None,
            mode: None,
            certainty: Some("confirmed".to_owned()),
            overall: None,
            with_comment: true,
            sees: self.person.sees(),
            oldest_first: false,
        };
        let mut comments = answers::list_for_staff(connection, &filter, None, COMMENTS)?;
        comments.truncate(usize::try_from(COMMENTS).unwrap_or_default());
        Ok(comments)
    }
}

/// Shows the start page.
pub async fn show(app: web::Data<App>, person: SignedIn) -> PageResult {
    let look = Look::new(&app, &person);
    let (local, today) = (look.now.with_timezone(&look.zone), look.today);
    let board = app.db(move |connection| read(connection, &look)).await?;
    html(&TodayPage::new(shell_for(&app, &person, "/"), greeting(local.hour(), &person.name), today, board))
}

fn read(connection: &mut PgConnection, look: &Look) -> Result<Board> {
    if look.person.role == Role::Hr {
        // Readers of sums fold first (DESIGN §4.10).
        scores::fold(connection, look.now)?;
    }
    db::snapshot(connection, |connection| match look.person.role {
        Role::Hr => hr::read(connection, look),
        Role::Manager => manager::read(connection, look),
        Role::Caller => caller::read(connection, look),
        Role::Admin => admin::read(connection, look),
        Role::Employee => employee::read(connection, look),
    })
}
