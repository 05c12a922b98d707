//! The same facts for those who represent employees.

use super::facts::{self, Facts};
use super::records::{never, smallest};
use super::sheet::{Section, Sheet};
use super::who::{areas, rows_of};
use crate::accounts::Role;
use crate::app::App;
use crate::evaluations::objections::DECIDED_WITHIN;

/// Kinds of data that are about employees.
const ABOUT_EMPLOYEES: &[&str] =
    &["texts", "attempts", "objections", "statements", "employees", "audit", "sessions", "sign_ins"];

/// How areas begin that have to do with a person's numbers.
const NUMBERS: &[&str] = &[
    "Evaluations",
    "The page about one person",
    "Statements",
    "Objections",
    "What customers answered",
    "Fairness",
    "The audit log",
];

/// Makes the sheet.
pub fn council(app: &App, facts: &Facts) -> Sheet {
    Sheet {
        title: "For the works council",
        lead: format!(
            "What {} stores about employees and who sees it, made from the actual configuration on {}.",
            app.config.organisation.name, facts.made
        ),
        sections: vec![
            data(app, facts),
            scores(),
            who(),
            smallest(),
            retention(app, facts),
            rights(),
            never(),
            local(),
        ],
    }
}

fn data(app: &App, facts: &Facts) -> Section {
    let named = if app.config.organisation.names_employees { "yes" } else { "no" };
    Section::new("data", "Which data about employees", "")
        .row("Facts", format!("name, id, mail address, team and site with dates, last day; of {} at present", facts.employees))
        .row("Work", "who did which visit, with their share of it; kind of service, channel, site and customer segment as far as they were known before the answer")
        .row("What customers said", "answers on scales, choices and words; from each answer what it adds to sums")
        .row("Calls", "who of ours phoned whom when, and how it ended")
        .row("Deeds", "what was done and looked at under an account")
        .row("Never stored", "age, sex, origin, health, membership of anything, photographs, location, speed, what a job yielded")
        .row("Customers are told who served them", named)
}

fn scores() -> Section {
    Section::new("scores", "How a score is made", "")
        .row("In words and formulas", "the page /evaluations/method, open to everybody whom a score is about")
        .row("In short", "a person is compared with what was to be expected for the same kind of jobs; the number comes with the range in which it very likely lies; where it is unsure there is none")
        .row("By whom", "a person decides what follows, gives a reason and answers for it")
}

fn who() -> Section {
    let begin =
        Section::new("who", "Who sees it", "Made from the table by which the program itself decides.");
    let about = areas().into_iter().filter(|area| NUMBERS.iter().any(|begin| area.what.starts_with(begin)));
    let by_area = about.fold(begin, |section, area| section.rows(area.what.clone(), area.words()));
    Role::ALL.iter().fold(by_area, |section, role| section.row(format!("Of that, {role}"), rows_of(*role)))
}

fn retention(app: &App, facts: &Facts) -> Section {
    let begin = Section::new("retention", "How long it is kept", "");
    facts::kept(app, ABOUT_EMPLOYEES)
        .into_iter()
        .fold(begin, |section, (what, kept)| section.row(what, kept))
        .row("Sums by employee", "stay, with our own id; the name goes with the employee’s data")
        .row("Legal holds", facts.holds.clone())
}

fn rights() -> Section {
    Section::new("rights", "What an employee can do", "")
        .row("See", "everything about themselves on their own page, and all of it as a file (art. 15)")
        .row("See who looked", "each look at their page and their statements, with name and time; the audit log cannot be changed without being noticed")
        .row("Contest an answer", format!("wrong person, not my doing, abuse; within {} days somebody independent decides with a reason that they read", days(DECIDED_WITHIN)))
        .row("Contest a statement", "with a comment that stands on it from then on; a statement never changes, a correction names the old one")
}

fn days(days: chrono::Days) -> i64 {
    let begin = chrono::NaiveDate::default();
    begin.checked_add_days(days).map_or(0, |end| (end - begin).num_days())
}

fn local() -> Section {
    Section::new("local", "To be agreed locally", "What no program can say.")
        .row("Periods", "for which statements are made, and how long they are kept")
        .row("Readers", "who reads lists of standouts, and what employees are told beforehand")
        .row("Use", "what may and what must not follow from a number")
}
