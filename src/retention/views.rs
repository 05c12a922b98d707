//! What the page about retention shows.

use super::hold::Typed;
use super::kinds::NOTES;
use super::plan::Planned;
use super::queries::holds::{self, Hold};
use super::tables::{Fixed, fixed};
use crate::accounts::queries as accounts;
use crate::config::Keep;
use crate::error::Result;
use crate::finder::history;
use crate::web::format::{counted, day, moment, thousands};
use crate::web::shell::Shell;
use askama::Template;
use chrono_tz::Tz;
use diesel::PgConnection;

/// A kind of data as the page shows it.
pub struct KindRow {
    /// Its name in the setting.
    pub key: &'static str,
    /// What it is.
    pub what: &'static str,
    /// From when on the period runs.
    pub since: &'static str,
    /// How long it is kept.
    pub keep: String,
    /// Where the period comes from.
    pub source: &'static str,
    /// How many are over now.
    pub now: String,
    /// How many will be in 30 and in 90 days.
    pub ahead: [String; 2],
    /// When it was looked through last, and how many went.
    pub last: String,
}

impl KindRow {
    /// Writes what was planned.
    pub fn of(planned: &Planned, zone: Tz) -> Self {
        let count = |count| if planned.keep == Keep::Always { "–".to_owned() } else { thousands(count) };
        Self {
            key: planned.key,
            what: planned.what,
            since: planned.since,
            keep: planned.keep.to_string(),
            source: if planned.is_set { "HEARBACK_RETENTION" } else { "usual" },
            now: count(planned.now),
            ahead: planned.ahead.map(count),
            last: planned.last.map_or_else(
                || "not yet".to_owned(),
                |(at, deleted)| format!("{}: {}", moment(at, zone), thousands(deleted)),
            ),
        }
    }
}

/// A hold as the page shows it.
pub struct HoldRow {
    /// Where the form that ends it goes.
    pub action: String,
    /// What it names.
    pub what: String,
    /// The page of that, if there is one.
    pub href: Option<String>,
    /// Why.
    pub reason: String,
    /// Who placed it, and when.
    pub placed: String,
}

impl HoldRow {
    /// Reads names to a hold.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn read(connection: &mut PgConnection, hold: &Hold, zone: Tz) -> Result<Self> {
        let (what, href) = match (hold.customer, hold.employee, hold.from.zip(hold.to)) {
            (Some(id), ..) => {
                let name = holds::find_customer_name(connection, id)?;
                let name = name.unwrap_or_else(|| "without a name".to_owned());
                (format!("Customer {name}"), Some(format!("/customers/{id}")))
            }
            (_, Some(id), _) => match holds::find_employee(connection, id)? {
                Some((external_id, name)) => {
                    (format!("Employee {name}"), Some(crate::evaluations::employee::path(&external_id)))
                }
                None => (format!("Employee {id}"), None),
            },
            (.., Some((from, to))) => (format!("Visits from {} to {}", day(from), day(to)), None),
            _ => ("Nothing".to_owned(), None),
        };
        let names = accounts::list_names(
            connection,
            &history::named(&hold.placed_by).into_iter().collect::<Vec<_>>(),
        )?;
        Ok(Self {
            action: format!("/settings/retention/holds/{}/end", hold.id),
            what,
            href,
            reason: hold.reason.clone(),
            placed: format!("{}, {}", history::actor(&hold.placed_by, &names), moment(hold.placed_at, zone)),
        })
    }
}

/// The page.
#[derive(Template)]
#[template(path = "retention/pages/retention.html")]
pub struct RetentionPage {
    /// Frame of the page.
    pub shell: Shell,
    /// The kinds with a period.
    pub kinds: Vec<KindRow>,
    /// Notes: over now, in 30 and in 90 days.
    pub notes: [String; 3],
    /// From when on data are deleted by themselves, when that is still to come.
    pub begins: Option<String>,
    /// For those who may place and end holds.
    pub holds: Option<Vec<HoldRow>>,
    /// How many stand.
    pub held: String,
    /// Whether any does.
    pub is_held: bool,
    /// What was typed into the form.
    pub typed: Typed,
    /// Field and reason of what is wrong with the form.
    pub error: Option<(String, String)>,
    /// Which hold could not be ended, and why.
    pub end_error: Option<String>,
}

impl RetentionPage {
    fn fixed() -> Vec<Fixed> {
        // Notes stand among the periods, with their counts.
        fixed().into_iter().filter(|one| one.key != NOTES).collect()
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        self.error.as_ref().filter(|(name, _)| name == field).map(|(_, reason)| reason.as_str())
    }
}

/// Writes how many holds stand.
pub fn held(count: usize) -> String {
    counted(i64::try_from(count).unwrap_or(i64::MAX), "hold stands", "holds stand")
}
