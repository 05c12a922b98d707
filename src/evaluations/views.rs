//! What the evaluations page shows: the company first, then people by team and name; nothing is ordered by score.

use super::charts::axis::{Axis, Tick, with_sign};
use super::charts::funnel::Funnel;
use super::charts::range::Range;
use super::figures::{Company, Figures, Frame, Standing};
use crate::web::format::{counted, one, percent, percent_range, range, signed, thousands};
use crate::web::list::Choice;
use crate::web::shell::{Link, Shell};
use askama::Template;

/// One employee in the period.
#[derive(Debug, Clone)]
pub struct EmployeeRow {
    /// Their numbers, or those of one question.
    pub figures: Figures,
    /// Their own page.
    pub href: String,
    /// What may be said of them.
    pub standing: Standing,
    /// The interval.
    pub drawn: Option<Range>,
}

impl EmployeeRow {
    fn answers(&self) -> String {
        thousands(self.figures.n)
    }

    fn answers_counted(&self) -> String {
        counted(self.figures.n, "answer", "answers")
    }

    fn visits(&self) -> String {
        thousands(self.figures.visits)
    }

    fn difference(&self) -> Option<(String, String)> {
        let shown = self.figures.best().or_else(|| self.figures.alone())?;
        Some((signed(shown.value), format!("± {}", one(shown.half()))))
    }

    fn mean(&self) -> Option<(String, String)> {
        self.figures.plain().map(|mean| (one(mean.value), range(mean.low, mean.high)))
    }

    fn two_best(&self) -> Option<(String, String)> {
        self.figures.two_best().map(|top| (percent(top.value), percent_range(top.low, top.high)))
    }

    fn rate(&self) -> (String, String) {
        let rate = self.figures.response_rate.map_or_else(|| "–".to_owned(), percent);
        (rate, format!("{} of {}", thousands(self.figures.answers_email), thousands(self.figures.invited)))
    }
}

/// A team with its people, ordered by name.
#[derive(Debug, Clone)]
pub struct TeamRows {
    /// Name of the team; *No team* for people without one.
    pub name: String,
    /// Its people.
    pub employees: Vec<EmployeeRow>,
}

impl TeamRows {
    fn size(&self) -> String {
        counted(i64::try_from(self.employees.len()).unwrap_or(i64::MAX), "employee", "employees")
    }
}

/// A key figure of the company: what it is, the number with its unit, what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// What is counted.
    pub label: String,
    /// The number.
    pub number: String,
    /// Its unit, if it needs one.
    pub unit: &'static str,
    /// What it rests on.
    pub rests_on: String,
}

/// Makes the company's key figures.
pub fn stats(company: &Company, frame: &Frame) -> Vec<Stat> {
    let stat = |label: &str, number: String, unit, rests_on: String| Stat {
        label: label.to_owned(),
        number,
        unit,
        rests_on,
    };
    let level = company.level().map_or_else(
        || {
            let rests_on = "a number is shown from 10 answers on".to_owned();
            stat("Satisfaction", "too few answers".to_owned(), "", rests_on)
        },
        |level| {
            let label = if company.level_mode_corrected { "Satisfaction, corrected" } else { "Satisfaction" };
            let rests_on = format!("{}, with 95 % certainty", range(level.low, level.high));
            stat(label, one(level.value), "of 100", rests_on)
        },
    );
    let rate = company.response_rate.map_or_else(|| "–".to_owned(), percent);
    let mailed = super::words::of_invited(company.answers_email, company.invited);
    let mode = company.mode().map_or_else(
        || stat("Phone against mail", "not known".to_owned(), "", "too few first calls to tell".to_owned()),
        |mode| {
            let taken = if company.level_mode_corrected { "taken out of the level" } else { "not taken out" };
            let rests_on = format!("{} to {}, {taken}", signed(mode.low), signed(mode.high));
            stat("Phone against mail", signed(mode.value), "points", rests_on)
        },
    );
    let visits = stat("Visits", thousands(company.visits), "", "in the period".to_owned());
    vec![level, visits, stat("Answered by mail", rate, "", mailed), reached(company, frame), mode]
}

/// How many of those who were called answered; plain counts where nobody was drawn for a call.
fn reached(company: &Company, frame: &Frame) -> Stat {
    let first = format!("{} called first", thousands(company.answers_phone_first));
    if frame.called == 0 {
        let rests_on = format!("{} after a mail, {first}", thousands(company.answers_phone));
        let number = thousands(company.by_phone());
        return Stat { label: "Answered by phone".to_owned(), number, unit: "", rests_on };
    }
    #[allow(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
    let share = frame.reached as f64 / frame.called as f64;
    let rests_on = format!("{} of {} called; {first}", thousands(frame.reached), thousands(frame.called));
    Stat { label: "Reached by phone".to_owned(), number: percent(share), unit: "", rests_on }
}

/// The numbers of a period.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// The company's key figures.
    pub stats: Vec<Stat>,
    /// What is assumed and corrected.
    pub assumed: Vec<String>,
    /// Whether people are compared with what was to be expected; else plain means are shown.
    pub is_compared: bool,
    /// The funnel, and how many people are not drawn in it.
    pub funnel: Option<(Funnel, String)>,
    /// Why there is no funnel.
    pub no_funnel: Option<&'static str>,
    /// How many stand out, in words.
    pub standouts: String,
    /// The axis of the interval column.
    pub axis: Axis,
    /// People by team, both ordered by name.
    pub groups: Vec<TeamRows>,
}

impl Numbers {
    fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.employees.is_empty())
    }

    fn ticks(&self) -> Vec<Tick> {
        self.axis.across(with_sign)
    }

    fn axis_words(&self) -> String {
        format!("Interval from {} to {}", with_sign(self.axis.low), with_sign(self.axis.high))
    }
}

/// The evaluations of a period.
#[derive(Template)]
#[template(path = "evaluations/pages/evaluations.html")]
pub struct EvaluationsPage {
    /// What stands around.
    pub shell: Shell,
    /// The period and whom it shows in words, such as *1 January to 30 June 2026, all teams*.
    pub period: String,
    /// First and last day as typed.
    pub typed: (String, String),
    /// What is wrong with the dates.
    pub error: Option<&'static str>,
    /// Usual periods, with everything else as it is.
    pub periods: Vec<Link>,
    /// The choices of the team, the site and the question.
    pub teams: Vec<Choice>,
    /// The sites.
    pub sites: Vec<Choice>,
    /// The questions.
    pub questions: Vec<Choice>,
    /// Other views of the same period.
    pub tabs: Vec<Link>,
    /// The same numbers as files, for those who may have them.
    pub files: Vec<Link>,
    /// The numbers; None when the period cannot be read.
    pub numbers: Option<Numbers>,
}
