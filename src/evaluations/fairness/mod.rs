//! `/evaluations/fairness`: whether who stands out puts a group at a disadvantage (29 CFR 1607.4(D), the four-fifths
//! rule, always with Fisher's exact test beside it), and whether customers of one kind rate a group differently.
//!
//! What people belong to is never stored and adjusts no number: HR pastes a list for one computation, and it is gone
//! with the answer.

mod queries;
mod ratings;

use super::figures::{Figures, Standing};
use super::period::Period;
use super::report::{Selection, evaluate};
use crate::accounts::{SignedForm, SignedIn, shell_for};
use crate::app::App;
use crate::audit::{self, Actor};
use crate::error::{Error, FieldError, Result};
use crate::stats::impact::{Group, four_fifths};
use crate::web::format::percent;
use crate::web::list::{Asked, Dates};
use crate::web::shell::Shell;
use crate::web::{PageResult, html, page};
use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use queries::{Rated, list_rated};
use ratings::GroupRated;
use serde_json::json;
use std::collections::BTreeMap;

/// Groups of fewer people are not shown: one could guess who they are, and chance rules their rates.
const SMALLEST: u64 = 10;

/// Below this probability chance alone hardly explains a difference.
const UNLIKELY: f64 = 0.05;

/// The most groups, and the longest name of one (characters).
const MOST_GROUPS: usize = 20;
const LONGEST: usize = 60;

/// A group in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Its name.
    pub name: String,
    /// How many of how many.
    pub counts: String,
    /// Their share.
    pub rate: String,
    /// Ratio to the highest share.
    pub ratio: String,
    /// Fisher's exact p against the group with the highest share.
    pub p: String,
    /// Whether the ratio is below four fifths.
    pub is_adverse: bool,
}

/// One decision on the groups.
#[derive(Debug, Clone)]
pub struct Check {
    /// What is counted.
    pub title: &'static str,
    /// The groups; empty when the rates cannot be compared.
    pub rows: Vec<GroupRow>,
    /// What it says in words.
    pub words: String,
}

/// The page.
#[derive(Template)]
#[template(path = "evaluations/pages/fairness.html")]
pub struct FairnessPage {
    /// What stands around.
    pub shell: Shell,
    /// First and last day.
    pub typed: (String, String),
    /// The list as it was pasted; shown again only when something is wrong with it.
    pub list: String,
    /// What is wrong with the list.
    pub error: Option<String>,
    /// What was found.
    pub checks: Vec<Check>,
    /// Whether customers of some kind rate a group differently, group by group.
    pub rated: Vec<GroupRated>,
    /// Who was left out, in words.
    pub left_out: String,
}

/// Shows the empty form.
pub async fn show(app: web::Data<App>, person: SignedIn, asked: Asked) -> PageResult {
    let today = app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive();
    let period = Period::asked(&asked.dates(), today).unwrap_or_else(|| Period::usual(today));
    html(&blank(&app, &person, period))
}

fn blank(app: &App, person: &SignedIn, period: Period) -> FairnessPage {
    FairnessPage {
        shell: shell_for(app, person, "/evaluations"),
        typed: (period.from.to_string(), period.to.to_string()),
        list: String::new(),
        error: None,
        checks: Vec::new(),
        rated: Vec::new(),
        left_out: String::new(),
    }
}

/// Checks a pasted list; nothing of it is stored.
pub async fn check(app: web::Data<App>, form: SignedForm) -> PageResult {
    let today = app.clock.now().with_timezone(&app.config.organisation.time_zone).date_naive();
    let dates = Dates::of(form.fields.text("from"), form.fields.text("to"));
    let period = Period::asked(&dates, today).unwrap_or_else(|| Period::usual(today));
    let list = form.fields.get("list").unwrap_or_default().to_owned();
    let mut shown = blank(&app, &form.person, period);
    let groups = match read_list(&list) {
        Ok(groups) => groups,
        Err(error) => {
            shown.error = error.fields.first().map(|field| field.reason.clone());
            shown.list = list;
            return page::invalid(&shown);
        }
    };
    let (by, now) = (Actor::User(form.person.user), app.clock.now());
    let (people, answers) = app.db(move |connection| read(connection, period, by, now)).await?;
    (shown.checks, shown.left_out) = checks(&people, &groups);
    shown.rated = ratings::check(&answers, &groups);
    html(&shown)
}

fn read(
    connection: &mut PgConnection,
    period: Period,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<(Vec<Figures>, Vec<Rated>)> {
    let Period { from, to } = period;
    let selection = Selection { from, to, team: None, employee: None, all_estimates: false };
    let evaluation = evaluate(connection, &selection, now)?;
    // What the list says of people is in no log.
    audit::record(connection, now, by, "fairness.checked", "evaluations", json!({ "from": from, "to": to }))?;
    let people = evaluation.employees.iter().map(Figures::of).collect::<Result<_>>()?;
    Ok((people, list_rated(connection, from, to)?))
}

/// Reads `employee_id,group`, one a line; a header is passed over.
fn read_list(text: &str) -> Result<BTreeMap<String, String>> {
    let wrong = |reason: String| Error::invalid(vec![FieldError::new("list", reason)]);
    let mut groups = BTreeMap::new();
    for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let pair = line.split_once([',', ';', '\t']).map(|(id, group)| (id.trim(), group.trim()));
        let Some((id, group)) = pair.filter(|(id, group)| !id.is_empty() && !group.is_empty()) else {
            return Err(wrong(format!("Line {} is not like E17,group.", place + 1)));
        };
        if id == "employee_id" {
            continue;
        }
        if group.chars().count() > LONGEST {
            return Err(wrong(format!("The group in line {} has more than {LONGEST} letters.", place + 1)));
        }
        groups.insert(id.to_owned(), group.to_owned());
    }
    let mut names: Vec<&String> = groups.values().collect();
    names.sort();
    names.dedup();
    match names.len() {
        2..=MOST_GROUPS => Ok(groups),
        0 | 1 => Err(wrong("Paste a list with at least two groups.".to_owned())),
        _ => Err(wrong(format!("These are more than {MOST_GROUPS} groups."))),
    }
}

fn checks(people: &[Figures], groups: &BTreeMap<String, String>) -> (Vec<Check>, String) {
    let mut members: BTreeMap<&str, Vec<&Figures>> = BTreeMap::new();
    for figures in people {
        if let Some(group) = groups.get(&figures.employee_id) {
            members.entry(group).or_default().push(figures);
        }
    }
    let known: usize = members.values().map(Vec::len).sum();
    let size = |people: &Vec<&Figures>| u64::try_from(people.len()).unwrap_or(u64::MAX);
    let small: Vec<&str> =
        members.iter().filter(|(_, people)| size(people) < SMALLEST).map(|(name, _)| *name).collect();
    let not_shown = if small.is_empty() {
        String::new()
    } else {
        format!(" Fewer than {SMALLEST} people, not shown: {}.", small.join(", "))
    };
    let left_out =
        format!("{known} of {} people in the list had visits in the period.{not_shown}", groups.len());
    members.retain(|_, people| size(people) >= SMALLEST);
    let check = |title, holds: fn(&Figures) -> bool| {
        let counts = members.iter().map(|(name, people)| {
            let selected = people.iter().filter(|figures| holds(figures)).count();
            (*name, Group { selected: u64::try_from(selected).unwrap_or(0), total: size(people) })
        });
        compare(title, &counts.collect::<Vec<_>>())
    };
    let checks = vec![
        check("Named as clearly above", |figures| figures.standing() == Standing::Above),
        check("Not named as clearly below", |figures| figures.standing() != Standing::Below),
        check("With enough answers to be reported", |figures| figures.status == "report"),
    ];
    (checks, left_out)
}

fn compare(title: &'static str, groups: &[(&str, Group)]) -> Check {
    let sizes: Vec<Group> = groups.iter().map(|(_, group)| *group).collect();
    let Some(impacts) = four_fifths(&sizes).filter(|_| groups.len() > 1) else {
        let words =
            "There is nothing to compare: nobody is in it, or fewer than two groups are large enough.";
        return Check { title, rows: Vec::new(), words: words.to_owned() };
    };
    let row = |((name, group), impact): (&(&str, Group), &crate::stats::impact::Impact)| GroupRow {
        name: (*name).to_owned(),
        counts: format!("{} of {}", group.selected, group.total),
        rate: percent(impact.rate),
        ratio: format!("{:.2}", impact.ratio),
        p: format!("{:.3}", impact.p),
        is_adverse: impact.is_adverse,
    };
    let adverse: Vec<f64> =
        impacts.iter().filter(|impact| impact.is_adverse).map(|impact| impact.p).collect();
    let words = match (adverse.iter().filter(|p| **p < UNLIKELY).count(), adverse.len()) {
        (0, 0) => "No group’s share is below four fifths of the highest.".to_owned(),
        (0, _) => "A share is below four fifths of the highest, and chance alone may explain it.".to_owned(),
        _ => "A share is below four fifths of the highest, and chance alone hardly explains it (p below 0.05). Look \
              for the cause before you use the numbers for anything."
            .to_owned(),
    };
    Check { title, rows: groups.iter().zip(&impacts).map(row).collect(), words }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn person(id: usize, flag: &str) -> Figures {
        let status = "report".to_owned();
        Figures { employee_id: format!("E{id}"), status, flag: flag.to_owned(), ..Figures::default() }
    }

    #[test]
    fn small_groups_are_named_and_not_shown() {
        let people: Vec<Figures> = (0..45).map(|id| person(id, if id < 12 { "high" } else { "" })).collect();
        let group = |id: usize| match id {
            0..20 => "a",
            20..40 => "b",
            _ => "c",
        };
        let lines: Vec<String> = (0..45).map(|id| format!("E{id},{}", group(id))).collect();
        let list = lines.join("\n");
        let (checks, left_out) = checks(&people, &read_list(&format!("employee_id,group\n{list}")).unwrap());
        assert!(left_out.ends_with("Fewer than 10 people, not shown: c."), "{left_out}");
        let above = &checks[0];
        assert_eq!(above.rows.len(), 2);
        assert_eq!(
            (above.rows[0].ratio.as_str(), above.rows[1].ratio.as_str(), above.rows[1].is_adverse),
            ("1.00", "0.00", true)
        );
        assert!(above.words.contains("hardly explains"), "{}", above.words);
    }

    #[test]
    fn a_list_that_cannot_be_read_says_which_line() {
        for (list, said) in
            [("", "two groups"), ("E1", "Line 1"), ("E1,a\nE2,a", "two groups"), ("E1,a\n,b", "Line 2")]
        {
            let error = read_list(list).unwrap_err();
            assert!(
                error.kind == Kind::Invalid && error.fields[0].reason.contains(said),
                "{list}: {error:?}"
            );
        }
    }
}
