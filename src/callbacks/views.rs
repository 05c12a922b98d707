//! What the page of the call-backs shows; no name, no number, no answer.

use super::model::Callback;
use crate::visits::views::badge_of;
use crate::web::badge::Badge;
use crate::web::format::{counted, day};
use crate::web::list::{Dates, Pages};
use crate::web::shell::Shell;
use askama::Template;
use chrono::NaiveDate;
use chrono_tz::Tz;

/// One row of the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its place.
    pub position: i64,
    /// Id of the visit.
    pub visit: String,
    /// The page of the visit, for those who may open it.
    pub href: Option<String>,
    /// Day of the visit.
    pub day: String,
    /// How long ago that is, in words.
    pub ago: String,
    /// Kind of service.
    pub service: String,
    /// Why this place in the list, in words.
    pub kind: &'static str,
    /// Where the visit stands.
    pub outcome: Badge,
    /// Whether a number is known.
    pub has_phone: bool,
    /// How often they were called.
    pub attempts: i32,
}

impl Row {
    /// Makes a row of a call-back.
    pub fn new(callback: &Callback, href: Option<String>, today: NaiveDate, zone: Tz) -> Self {
        let date = callback.visited_at.with_timezone(&zone).date_naive();
        let days = (today - date).num_days().max(0);
        Self {
            position: callback.position,
            visit: callback.external_id.clone(),
            href,
            day: day(date),
            ago: if days == 0 { "today".to_owned() } else { counted(days, "day ago", "days ago") },
            service: callback.service.clone(),
            kind: kind(&callback.kind),
            outcome: badge_of(&callback.outcome),
            has_phone: callback.has_phone,
            attempts: callback.attempts,
        }
    }
}

impl Row {
    /// Returns the cells of the file, in the order of its columns.
    pub fn cells(self) -> Vec<String> {
        let phone = if self.has_phone { "yes" } else { "no" };
        let (place, tries) = (self.position.to_string(), self.attempts.to_string());
        let (kind, why) = (self.kind.to_owned(), self.outcome.word.to_owned());
        vec![place, self.visit, self.day, self.service, kind, tries, why, phone.to_owned()]
    }
}

/// Says the kind of a call-back in a word or two.
pub fn kind(word: &str) -> &'static str {
    match word {
        "priority" => "Priority",
        "phone_first" => "Phoned first",
        "service" => "Service",
        _ => "By lot",
    }
}

/// What somebody does here.
#[derive(Debug, Clone, Copy)]
pub struct Desk {
    /// Whether they call.
    pub works: bool,
    /// Whether they see how calling goes.
    pub leads: bool,
}

/// The list of those who may be phoned.
#[derive(Template)]
#[template(path = "callbacks/pages/callbacks.html")]
pub struct CallbacksPage {
    /// What stands around.
    pub shell: Shell,
    /// The span of visit dates.
    pub dates: Dates,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// The other pages.
    pub pages: Pages,
    /// What the reader does here.
    pub desk: Desk,
    /// Whether the list is one that was drawn.
    pub is_drawn: bool,
    /// What happened before.
    pub notice: Option<&'static str>,
}
