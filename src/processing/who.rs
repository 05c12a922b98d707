//! Who may open and change what: read from the table of routes, put into a person's words.

use crate::accounts::{Access, Role};
use crate::routes;
use actix_web::http::Method;
use std::collections::BTreeMap;

/// How addresses begin, and what stands behind them; the first that fits holds.
const AREAS: &[(&str, &str)] = &[
    ("/evaluations/method", "How the numbers are made"),
    ("/evaluations/fairness", "Fairness checks"),
    ("/evaluations", "Evaluations of people, as a list and as files"),
    ("/employees", "The page about one person: numbers, comments, contesting, who looked"),
    ("/statements", "Statements"),
    ("/objections", "Objections"),
    ("/responses", "What customers answered and wrote"),
    ("/visits", "Visits and how they stand"),
    ("/people", "Employees, teams and sites"),
    ("/callbacks", "Call-backs: whom to phone"),
    ("/customers", "Customers’ files: contact data, notes, stops, copies and erasure"),
    ("/surveys", "Surveys"),
    ("/audit", "The audit log"),
    ("/delivery", "Delivery of mails"),
    ("/settings", "Settings, retention, and these sheets"),
    ("/logout", ""),
];

/// An area of pages, and who may what there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// What it is.
    pub what: String,
    /// Who may open a page of it.
    pub open: Vec<Role>,
    /// Who may change something there.
    pub change: Vec<Role>,
}

impl Area {
    /// Says it in words.
    pub fn words(&self) -> Vec<String> {
        let list = |roles: &[Role]| roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
        let mut words = vec![format!("opened by {}", list(&self.open))];
        if !self.change.is_empty() {
            words.push(format!("something can be changed by {}", list(&self.change)));
        }
        words
    }
}

fn area_of(path: &str) -> String {
    if path == "/" {
        return "Today: what needs doing".to_owned();
    }
    let known = AREAS.iter().find(|(begin, _)| path.starts_with(begin));
    known.map_or_else(
        || {
            format!(
                "Pages below /{}",
                path.trim_start_matches('/').split(['/', '.']).next().unwrap_or_default()
            )
        },
        |(_, what)| (*what).to_owned(),
    )
}

/// Lists the areas of staff pages, in the order of their first route.
pub fn areas() -> Vec<Area> {
    let mut order: Vec<String> = Vec::new();
    let mut found: BTreeMap<String, (Vec<Role>, Vec<Role>)> = BTreeMap::new();
    for route in routes::table() {
        let (Access::Staff(roles), what) = (route.access, area_of(route.path)) else { continue };
        if what.is_empty() {
            continue;
        }
        let (open, change) = found.entry(what.clone()).or_default();
        if !order.contains(&what) {
            order.push(what);
        }
        let into = if route.method == Method::GET { open } else { change };
        into.extend(roles.iter().filter(|role| !into.contains(role)).copied().collect::<Vec<_>>());
    }
    let sorted = |roles: &[Role]| Role::ALL.iter().copied().filter(|role| roles.contains(role)).collect();
    order
        .into_iter()
        .map(|what| {
            let (open, change) = found.remove(&what).unwrap_or_default();
            Area { what, open: sorted(&open), change: sorted(&change) }
        })
        .collect()
}

/// Which of what a page could show a role sees; decided where the rows are read.
pub const fn rows_of(role: Role) -> &'static str {
    match role {
        Role::Admin => "runs the server: no score, no answer, no customer’s file",
        Role::Hr => "everything, each look under their name in the audit log",
        Role::Manager => {
            "the own team, for the days on which somebody belonged to it, and what customers said about its visits"
        }
        Role::Caller => {
            "whom to phone and their file, without answers and scores; never calls about themselves"
        }
        Role::Employee => "themselves only, by whole months, without what would tell who a customer was",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sheet_says_of_roles_is_what_the_routes_say() {
        let areas = areas();
        let area = |begin: &str| areas.iter().find(|area| area.what.starts_with(begin)).unwrap();
        assert_eq!(area("Evaluations of people").open, [Role::Hr, Role::Manager]);
        assert_eq!(area("The page about one person").open, [Role::Hr, Role::Manager, Role::Employee]);
        assert_eq!(area("Delivery").change, [Role::Admin]);
        assert!(!area("What customers answered").open.contains(&Role::Admin));
        assert_eq!(area_of("/account/keys"), "Pages below /account");
    }
}
