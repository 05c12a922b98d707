//! The start page: things to do with the day they are due, and panels beside them.

use super::panels::Board;
use super::tasks::{Due, Task};
use crate::web::format::counted;
use crate::web::shell::{Link, Shell};
use askama::Template;
use chrono::NaiveDate;

/// One thing to do, as the page writes it.
#[derive(Debug)]
struct Row {
    when: String,
    class: &'static str,
    shape: &'static str,
    title: String,
    text: String,
    link: Option<Link>,
}

impl Row {
    fn new(task: Task, today: NaiveDate) -> Self {
        let (class, shape) = match task.due {
            Due::Late(_) | Due::Broken => (" alarm solid", "s-bang"),
            Due::Whenever => ("", "s-none"),
            _ => ("", "s-indicative"),
        };
        let when = task.at.unwrap_or_else(|| words(task.due, today));
        Self { when, class, shape, title: task.title, text: task.text, link: task.link }
    }
}

/// Says when something is due: *3 days late*, *now*, *by Wed*.
fn words(due: Due, today: NaiveDate) -> String {
    match due {
        Due::Late(days) => format!("{} late", counted(days, "day", "days")),
        Due::Broken | Due::Now => "now".to_owned(),
        Due::At(at) => at.format("%H:%M").to_string(),
        Due::By(date) if date == today => "by today".to_owned(),
        Due::By(date) if (date - today).num_days() < 7 => date.format("by %a").to_string(),
        Due::By(date) => date.format("by %-d %b").to_string(),
        Due::Whenever => "when you like".to_owned(),
    }
}

/// The start page.
#[derive(Template)]
#[template(path = "today/today.html")]
pub struct TodayPage {
    shell: Shell,
    greeting: String,
    date: String,
    lead: String,
    rows: Vec<Row>,
    board: Board,
}

impl TodayPage {
    /// Lays out what a role sees.
    pub(super) fn new(mut shell: Shell, greeting: String, today: NaiveDate, mut board: Board) -> Self {
        let tasks = std::mem::take(&mut board.tasks);
        let late = tasks.iter().filter(|task| matches!(task.due, Due::Late(_))).count();
        if let Some(item) = shell.nav.iter_mut().find(|item| item.current) {
            item.count = i64::try_from(tasks.len()).ok().filter(|count| *count > 0);
        }
        Self {
            shell,
            greeting,
            date: today.format("%A %-d %B %Y").to_string(),
            lead: lead(tasks.len(), late),
            rows: tasks.into_iter().map(|task| Row::new(task, today)).collect(),
            board,
        }
    }

    /// Whether anything stands beside the things to do.
    fn is_split(&self) -> bool {
        let board = &self.board;
        board.months.is_some()
            || board.road.is_some()
            || board.calls.is_some()
            || board.own.is_some()
            || !board.machine.is_empty()
    }

    /// Whether the first thing to do is the page's one primary button.
    fn is_first_primary(&self) -> bool {
        self.board.next_call.is_none()
    }
}

/// Says how many things need somebody: *Six things need you, one of them is late.*
fn lead(tasks: usize, late: usize) -> String {
    let number = |count: usize| {
        const WORDS: [&str; 13] = [
            "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
            "twelve",
        ];
        WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
    };
    let first = |text: String| {
        let mut letters = text.chars();
        letters.next().map_or_else(String::new, |one| one.to_uppercase().chain(letters).collect())
    };
    match (tasks, late) {
        (0, _) => "Nothing needs you just now.".to_owned(),
        (1, 0) => "One thing needs you.".to_owned(),
        (1, _) => "One thing needs you, and it is late.".to_owned(),
        (tasks, 0) => first(format!("{} things need you.", number(tasks))),
        (tasks, 1) => first(format!("{} things need you, one of them is late.", number(tasks))),
        (tasks, late) => {
            first(format!("{} things need you, {} of them are late.", number(tasks), number(late)))
        }
    }
}

/// Greets by the hour of the organisation's zone (0–23) and the person's name.
pub fn greeting(hour: u32, name: &str) -> String {
    let time = match hour {
        5..=11 => "morning",
        12..=17 => "afternoon",
        _ => "evening",
    };
    format!("Good {time}, {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_says_how_many_and_how_many_are_late() {
        assert_eq!(lead(0, 0), "Nothing needs you just now.");
        assert_eq!(lead(1, 1), "One thing needs you, and it is late.");
        assert_eq!(lead(6, 1), "Six things need you, one of them is late.");
        assert_eq!(lead(14, 2), "14 things need you, two of them are late.");
    }

    #[test]
    fn a_due_date_is_said_as_people_do() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-11-20");
        let said = |due| words(due, today);
        assert_eq!(said(Due::Late(1)), "1 day late");
        assert_eq!(said(Due::By(today)), "by today");
        assert_eq!(said(Due::By(day("2026-11-25"))), "by Wed");
        assert_eq!(said(Due::By(day("2026-12-04"))), "by 4 Dec");
        assert_eq!((said(Due::Broken), said(Due::Whenever)), ("now".into(), "when you like".into()));
    }
}
