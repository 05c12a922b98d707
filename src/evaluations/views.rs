//! What the evaluations page shows: plain means with what they rest on, people by team and name, no order by score.

use crate::web::format::{counted, one, percent, percent_range, position, range, thousands};
use crate::web::shell::Shell;
use askama::Template;

/// The ends of the scale of points.
const SCALE: (f64, f64) = (0.0, 100.0);

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy)]
pub struct Estimate {
    /// The number: points 0–100 for a mean, 0–1 for a share.
    pub value: f64,
    /// Lower end of the interval, in the same unit.
    pub low: f64,
    /// Upper end of the interval, in the same unit.
    pub high: f64,
}

impl Estimate {
    fn points(&self) -> String {
        one(self.value)
    }

    fn points_range(&self) -> String {
        range(self.low, self.high)
    }

    fn share(&self) -> String {
        percent(self.value)
    }

    fn share_range(&self) -> String {
        percent_range(self.low, self.high)
    }

    fn x_value(&self) -> String {
        position(self.value, SCALE.0, SCALE.1)
    }

    fn x_low(&self) -> String {
        position(self.low, SCALE.0, SCALE.1)
    }

    fn x_high(&self) -> String {
        position(self.high, SCALE.0, SCALE.1)
    }
}

/// What a set of visits rests on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Basis {
    /// All visits of the period.
    pub visits: i64,
    /// Eligible visits that were to be mailed first.
    pub invited: i64,
    /// Scored answers by mail.
    pub answers_email: i64,
    /// Scored answers by phone, call-back or phone-first.
    pub answers_phone: i64,
    /// Share of the invited that answered by mail (0–1); None when nobody was invited.
    pub response_rate: Option<f64>,
}

impl Basis {
    /// Returns all scored answers.
    pub fn answers(&self) -> i64 {
        self.answers_email + self.answers_phone
    }

    fn visits_text(&self) -> String {
        thousands(self.visits)
    }

    fn invited_text(&self) -> String {
        thousands(self.invited)
    }

    fn answers_text(&self) -> String {
        thousands(self.answers())
    }

    fn answers_counted(&self) -> String {
        counted(self.answers(), "answer", "answers")
    }

    fn answers_email_text(&self) -> String {
        thousands(self.answers_email)
    }

    fn answers_phone_text(&self) -> String {
        thousands(self.answers_phone)
    }

    fn rate(&self) -> String {
        self.response_rate.map_or_else(|| "–".to_owned(), percent)
    }
}

/// One employee in the period.
#[derive(Debug, Clone)]
pub struct EmployeeRow {
    /// Their name.
    pub name: String,
    /// Their own page; None while there is none or the reader may not open it.
    pub href: Option<String>,
    /// What the numbers rest on.
    pub basis: Basis,
    /// Plain mean in points; None below ten answers.
    pub mean: Option<Estimate>,
    /// Share of the two best marks (0–1); None below ten answers.
    pub top2: Option<Estimate>,
}

impl EmployeeRow {
    fn shown_mean(&self) -> Option<&Estimate> {
        self.mean.as_ref()
    }

    fn shown_top2(&self) -> Option<&Estimate> {
        self.top2.as_ref()
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

/// One choice of the team filter.
#[derive(Debug, Clone)]
pub struct TeamOption {
    /// What the form sends; empty for all teams.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

/// The company's numbers in the period.
#[derive(Debug, Clone)]
pub struct CompanyLine {
    /// What they rest on.
    pub basis: Basis,
    /// Plain mean in points.
    pub mean: Option<Estimate>,
}

/// The evaluations of a period.
#[derive(Template)]
#[template(path = "evaluations/pages/evaluations.html")]
pub struct EvaluationsPage {
    /// What stands around.
    pub shell: Shell,
    /// The period and the teams in words, such as *1 January to 30 June 2026, all teams*.
    pub period: String,
    /// First day, `2026-01-01`, or what was typed.
    pub from: String,
    /// Last day, inclusive, or what was typed.
    pub to: String,
    /// What is wrong with the dates.
    pub error: Option<String>,
    /// The choices of the team filter, *All teams* first.
    pub teams: Vec<TeamOption>,
    /// The company's numbers; None when the period cannot be read.
    pub company: Option<CompanyLine>,
    /// People by team, both ordered by name.
    pub groups: Vec<TeamRows>,
}

impl EvaluationsPage {
    fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.employees.is_empty())
    }
}
