//! What the pages of cases show.

use super::model::{Case, cause, reason};
use crate::visits::queries::staff::Credited;
use crate::web::badge::Badge;
use crate::web::format::{counted, long_day, moment};
use crate::web::list::{Choice, Pages};
use crate::web::shell::{Link, Shell};
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Says how long ago something was.
fn ago(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (now - since).num_days() {
        ..=0 => "today".to_owned(),
        days => counted(days, "day", "days"),
    }
}

/// Where a case stands: late and open are told apart by shape and word.
fn state(case: &Case, now: DateTime<Utc>) -> Badge {
    match (case.is_open(), case.late_since(now)) {
        (false, _) => Badge::done("Closed"),
        (true, Some(_)) => Badge { class: "alarm solid", shape: "s-bang", word: "Late" },
        (true, None) => Badge::open("Open"),
    }
}

fn names(credited: Option<&Vec<Credited>>) -> String {
    let names: Vec<&str> = credited.into_iter().flatten().map(|one| one.name.as_str()).collect();
    names.join(", ")
}

/// A case in the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its page.
    pub href: String,
    /// When it was opened.
    pub opened: String,
    /// For how long it is open, or was.
    pub age: String,
    /// Kind of service.
    pub service: String,
    /// Id of the visit.
    pub visit: String,
    /// The page of the visit.
    pub visit_href: String,
    /// Name of the customer.
    pub customer: Option<String>,
    /// Who gave the service.
    pub employees: String,
    /// Where it stands.
    pub state: Badge,
    /// What was behind it.
    pub cause: Option<&'static str>,
    /// When it was closed.
    pub closed: Option<String>,
    /// What was done.
    pub resolution: Option<String>,
}

impl Row {
    /// Makes a row.
    pub fn new(case: &Case, credited: Option<&Vec<Credited>>, now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            href: format!("/cases/{}", case.id),
            opened: moment(case.opened_at, zone),
            age: ago(case.opened_at, case.closed_at.unwrap_or(now)),
            service: case.service.clone(),
            visit: case.external_id.clone(),
            visit_href: format!("/visits/{}", case.visit),
            customer: case.customer_name.clone(),
            employees: names(credited),
            state: state(case, now),
            cause: case.cause.as_deref().map(cause),
            closed: case.closed_at.map(|at| moment(at, zone)),
            resolution: case.resolution.clone(),
        }
    }

    /// Returns the cells of the file, in the order of its columns.
    pub fn cells(self) -> Vec<String> {
        vec![
            self.opened,
            self.state.word.to_owned(),
            self.service,
            self.visit,
            self.customer.unwrap_or_default(),
            self.employees,
            self.cause.unwrap_or_default().to_owned(),
            self.closed.unwrap_or_default(),
            self.resolution.unwrap_or_default(),
        ]
    }
}

/// The list of cases.
#[derive(Template)]
#[template(path = "cases/pages/cases.html")]
pub struct CasesPage {
    /// What stands around.
    pub shell: Shell,
    /// Whether only those after visits of the own team are listed.
    pub own_team: bool,
    /// Whether the open ones are listed.
    pub is_open: bool,
    /// Whether one was closed just now.
    pub closed: bool,
    /// Open or closed.
    pub states: Vec<Choice>,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// The other pages.
    pub pages: Pages,
}

/// What was typed into the form.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Word of the cause.
    pub cause: String,
    /// What was done.
    pub resolution: String,
}

/// One case.
#[derive(Template, Default)]
#[template(path = "cases/pages/case.html")]
pub struct CasePage {
    /// What stands around.
    pub shell: Shell,
    /// What it is about.
    pub title: String,
    /// When and with whom.
    pub lead: String,
    /// Where it stands.
    pub state: String,
    /// Where it is closed; None when it is.
    pub action: Option<String>,
    /// Visit, response and customer.
    pub links: Vec<Link>,
    /// Names and values.
    pub facts: Vec<(&'static str, String)>,
    /// What was done.
    pub resolution: Option<String>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// The causes to choose from.
    pub causes: Vec<Choice>,
    /// What was typed.
    pub typed: Typed,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl CasePage {
    /// Says what a case is about.
    pub fn of(case: &Case, credited: Option<&Vec<Credited>>, now: DateTime<Utc>, zone: Tz) -> Self {
        let link = |href: String, label: &str| Link { href, label: label.to_owned() };
        let customer = case.customer.map(|id| link(format!("/customers/{id}"), "The customer’s file"));
        let who = case.customer_name.as_deref().unwrap_or("a customer without a name");
        let closed = [
            ("Closed", case.closed_at.map(|at| moment(at, zone))),
            ("What was behind it", case.cause.as_deref().map(|word| cause(word).to_owned())),
        ];
        let facts = [
            ("Why", Some(reason(&case.reason).to_owned())),
            ("Opened", Some(moment(case.opened_at, zone))),
            (
                if case.is_open() { "Open for" } else { "Was open for" },
                Some(ago(case.opened_at, case.closed_at.unwrap_or(now))),
            ),
            ("Employees", Some(names(credited))),
        ];
        Self {
            title: format!("{}, {who}", case.service),
            lead: format!("Visit {} on {}.", case.external_id, long_day(case.visited_on)),
            state: state(case, now).to_string(),
            action: case.is_open().then(|| format!("/cases/{}", case.id)),
            links: [
                Some(link(format!("/responses/{}", case.response), "Read the response")),
                Some(link(format!("/visits/{}", case.visit), "The visit")),
                customer,
            ]
            .into_iter()
            .flatten()
            .collect(),
            facts: facts.into_iter().chain(closed).filter_map(|(name, value)| Some((name, value?))).collect(),
            resolution: case.resolution.clone(),
            ..Self::default()
        }
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(known, _)| known == field).map(|(_, why)| why.as_str())
    }
}

impl CasesPage {
    fn late_after() -> String {
        counted(super::LATE_AFTER.num_days(), "day", "days")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_a_case_waits_is_said_in_days() {
        let at = |hour: i64| DateTime::from_timestamp(1_800_000_000 + 3_600 * hour, 0).unwrap();
        assert_eq!(
            (ago(at(0), at(23)), ago(at(0), at(24)), ago(at(0), at(49))),
            ("today".into(), "1 day".into(), "2 days".into())
        );
    }
}
