//! What the pages about objections show.

use super::model::{Decision, Effect, Numbers, Objection, in_force, reason};
use crate::web::badge::Badge;
use crate::web::format::{counted, day, full_day, moment, one, range, signed};
use crate::web::list::Pages;
use crate::web::shell::{Link, Shell};
use askama::Template;
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// One step of what happened, the newest first.
#[derive(Debug, Clone)]
pub struct Step {
    /// What.
    pub what: String,
    /// When, for machines.
    pub at: String,
    /// When and by whom.
    pub when: String,
    /// Why, and which numbers it moved.
    pub why: String,
}

/// Who a stored actor is, for steps.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    /// Names of accounts.
    pub accounts: &'a HashMap<Uuid, String>,
    /// The organisation's zone.
    pub zone: Tz,
}

impl Names<'_> {
    /// Returns the name behind `user <id>`.
    pub fn of(&self, by: &str) -> String {
        account(by).and_then(|id| self.accounts.get(&id)).cloned().unwrap_or_else(|| "a colleague".to_owned())
    }
}

/// Returns the account that a stored actor names.
pub fn account(by: &str) -> Option<Uuid> {
    by.strip_prefix("user ").and_then(|id| id.parse().ok())
}

/// Tells what happened with an objection, the newest first.
pub fn steps(objection: &Objection, decisions: &[Decision], names: &Names<'_>) -> Vec<Step> {
    let decided = decisions.iter().rev().map(|one| Step {
        what: what(one),
        at: one.decided_at.to_rfc3339(),
        when: format!("{}, by {}", moment(one.decided_at, names.zone), names.of(&one.decided_by)),
        why: match moved(one) {
            Some(moved) => format!("{} {moved}", one.reason),
            None => one.reason.clone(),
        },
    });
    let opened = Step {
        what: format!("Contested: {}", reason(&objection.reason).to_lowercase()),
        at: objection.opened_at.to_rfc3339(),
        when: format!("{}, by {}", moment(objection.opened_at, names.zone), objection.employee_name),
        why: format!("“{}”", objection.words),
    };
    decided.chain([opened]).collect()
}

/// Says what a decision did: `Reassigned to Rui Teixeira`.
pub fn what(decision: &Decision) -> String {
    let words = decision.effect().map_or("Decided", Effect::words);
    match &decision.to_name {
        Some(name) => format!("{words} to {name}"),
        None => words.to_owned(),
    }
}

fn read(value: Option<&Value>) -> Option<Numbers> {
    serde_json::from_value(value?.clone()).ok()
}

fn difference(numbers: &Numbers) -> Option<String> {
    numbers.difference.map(|(value, low, high)| format!("{} ± {}", signed(value), one((high - low) / 2.0)))
}

fn mean(numbers: &Numbers) -> Option<String> {
    numbers.mean.map(|(value, low, high)| format!("{} ({})", one(value), range(low, high)))
}

/// Returns the difference, else the mean, as it was before a decision.
pub fn moved_before(decision: &Decision) -> Option<String> {
    let before = read(decision.numbers.0.as_ref())?;
    difference(&before).or_else(|| mean(&before))
}

/// Says which number a decision moved: both values stay visible.
fn moved(decision: &Decision) -> Option<String> {
    let (before, after) = (read(decision.numbers.0.as_ref())?, read(decision.numbers.1.as_ref())?);
    let answers = |numbers: &Numbers| counted(numbers.n, "answer", "answers");
    let pair = match (difference(&before), difference(&after)) {
        (Some(before), Some(after)) => format!("Difference before {before}, after {after}"),
        _ => match (mean(&before), mean(&after)) {
            (Some(before), Some(after)) => format!("Mean before {before}, after {after}"),
            _ => "Too few answers for a number".to_owned(),
        },
    };
    Some(format!("{pair}; {} before, {} after.", answers(&before), answers(&after)))
}

/// Where an objection stands, as a badge, and until when somebody decides.
pub fn state(objection: &Objection, decisions: &[Decision], today: NaiveDate) -> (Badge, String) {
    if let Some(standing) = in_force(decisions) {
        let badge = Badge::done(standing.effect().map_or("Decided", Effect::words));
        return (badge, String::new());
    }
    if objection.due_on < today {
        let late = (today - objection.due_on).num_days();
        let badge = Badge { class: "alarm solid", shape: "s-bang", word: "Late" };
        return (badge, format!("{} late", counted(late, "day", "days")));
    }
    (Badge::open("Waits for a decision"), format!("until {}", day(objection.due_on)))
}

/// A row of the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// Page of the objection.
    pub href: String,
    /// Whose it is.
    pub name: String,
    /// Why.
    pub reason: &'static str,
    /// When it was opened.
    pub opened: String,
    /// Where it stands.
    pub state: Badge,
    /// Until when.
    pub until: String,
}

impl Row {
    /// Returns the cells of the file, in the order of its columns.
    pub fn cells(self) -> Vec<String> {
        vec![self.name, self.reason.to_owned(), self.opened, self.state.word.to_owned(), self.until]
    }
}

/// The list.
#[derive(Template)]
#[template(path = "evaluations/pages/objections.html")]
pub struct ListPage {
    /// What stands around.
    pub shell: Shell,
    /// Whether only those of the own team are listed.
    pub own_team: bool,
    /// Those that wait.
    pub open: Vec<Row>,
    /// Those that were decided.
    pub decided: Vec<Row>,
    /// The list as a file.
    pub pages: Pages,
}

/// One objection.
#[derive(Template)]
#[template(path = "evaluations/pages/objection.html")]
pub struct ObjectionPage {
    /// What stands around.
    pub shell: Shell,
    /// Whose it is.
    pub person: Link,
    /// The answer that is contested.
    pub response: Link,
    /// Where it stands.
    pub state: Badge,
    /// Why, when and until when.
    pub lead: String,
    /// In their words.
    pub words: String,
    /// What happened.
    pub steps: Vec<Step>,
    /// Where a decision goes; None for whoever may not decide.
    pub action: Option<String>,
    /// Why this reader may not decide.
    pub why_not: &'static str,
    /// Whether a decision holds, which can be taken back.
    pub is_decided: bool,
    /// What was typed.
    pub typed: super::decide::Typed,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
    /// Names to choose from.
    pub colleagues: Vec<(String, String)>,
}

impl ObjectionPage {
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(known, _)| known == field).map(|(_, why)| why.as_str())
    }
}

/// One answer that can be contested.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What names it.
    pub handle: String,
    /// What was answered.
    pub said: String,
    /// How, and in which month where that gives nobody away.
    pub when: String,
    /// What the customer wrote.
    pub comment: Option<String>,
}

/// The form of an employee.
#[derive(Template)]
#[template(path = "evaluations/pages/contest.html")]
pub struct ContestPage {
    /// What stands around.
    pub shell: Shell,
    /// Back to the own page.
    pub crumb: Link,
    /// Period.
    pub lead: String,
    /// Where it goes.
    pub action: String,
    /// The answers.
    pub answers: Vec<Answer>,
    /// Why there are none.
    pub why_none: &'static str,
    /// The reasons: word, label, meaning.
    pub reasons: [(&'static str, &'static str, &'static str); 3],
    /// What was typed.
    pub typed: super::open::Typed,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl ContestPage {
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(known, _)| known == field).map(|(_, why)| why.as_str())
    }
}

/// Says until when somebody decides about what is contested today, for the person who objects.
pub fn deadline(today: NaiveDate) -> String {
    let until = today.checked_add_days(super::DECIDED_WITHIN).unwrap_or(today);
    format!("Someone who is not your manager decides by {} and gives a reason.", full_day(until))
}

/// Says how an answer is contested, to the person themself or about them.
pub const fn how_to_object(is_own: bool) -> &'static str {
    if is_own {
        "Each answer can be contested: wrong person, not your doing, abuse. Someone who is not your manager decides \
         within 14 days and gives a reason. Both values stay visible."
    } else {
        "They can contest each answer on their own page: wrong person, not their doing, abuse. Someone of HR decides \
         within 14 days and gives a reason. Both values stay visible."
    }
}
