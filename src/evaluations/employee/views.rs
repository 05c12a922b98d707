//! What the page about one person shows.

use crate::evaluations::charts::axis::{Axis, Tick, with_sign};
use crate::evaluations::charts::line::Line;
use crate::evaluations::charts::range::Range;
use crate::evaluations::charts::road::Road;
use crate::evaluations::charts::trend::Trend;
use crate::evaluations::figures::{Company, Figures};
use crate::evaluations::objections::views::Step;
use crate::evaluations::views::Stat;
use crate::evaluations::words::{self, Verdict, Voice};
use crate::web::badge::Badge;
use crate::web::format::{counted, one, percent_range, range, signed};
use crate::web::shell::{Link, Shell};
use askama::Template;

/// What a customer wrote, and what they answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Their words.
    pub text: String,
    /// Their answers, such as `Overall 5 of 5`.
    pub said: Vec<String>,
}

/// One question.
#[derive(Debug, Clone)]
pub struct DimensionRow {
    /// Its words.
    pub name: String,
    /// What may be said.
    pub word: &'static str,
    /// The interval; None where there are too few answers.
    pub drawn: Option<Range>,
    /// Difference and half of its interval.
    pub difference: Option<(String, String)>,
}

/// The questions, on one axis.
#[derive(Debug, Clone)]
pub struct Dimensions {
    /// The rows.
    pub rows: Vec<DimensionRow>,
    axis: Axis,
}

impl Dimensions {
    /// Makes the rows of somebody.
    pub fn of(figures: &Figures) -> Self {
        let furthest = figures.dimensions.iter().filter_map(crate::evaluations::figures::Dimension::best);
        let furthest = furthest.fold(0.0, |most: f64, best| most.max(best.low.abs()).max(best.high.abs()));
        let axis = Axis::around_zero(furthest, 10.0, 25.0);
        let row = |dimension: &crate::evaluations::figures::Dimension| {
            let (best, standing) = (dimension.best(), dimension.standing(&figures.status));
            DimensionRow {
                name: words::question(&dimension.question),
                word: standing.badge().word,
                drawn: best.map(|best| Range::difference(axis, &best, None, standing)),
                difference: best.map(|best| (signed(best.value), format!("± {}", one(best.half())))),
            }
        };
        Self { rows: figures.dimensions.iter().map(row).collect(), axis }
    }

    fn ticks(&self) -> Vec<Tick> {
        // There is half the room of the list of everybody.
        self.axis.across(with_sign).into_iter().filter(|tick| !tick.is_minor).collect()
    }
}

/// Makes the key figures of somebody.
pub fn stats(figures: &Figures, company: &Company, voice: &Voice) -> Vec<Stat> {
    let stat = |label: &str, number: String, unit, rests_on: String| Stat {
        label: label.to_owned(),
        number,
        unit,
        rests_on,
    };
    let answers = counted(figures.n, "answer", "answers");
    let mut stats = vec![stat("What it rests on", answers, "", words::rests_on(figures))];
    if let Some(reliability) = figures.reliability {
        let rests_on = "from 0.70 on it is reported".to_owned();
        stats.push(stat("How sure", format!("{reliability:.2}"), "of 1", rests_on));
    }
    if let Some(alone) = figures.alone() {
        let label = match voice {
            Voice::You => "Your answers alone",
            Voice::About(_) => "These answers alone",
        };
        let rests_on =
            format!("{} to {}, without what is known of others", signed(alone.low), signed(alone.high));
        stats.push(stat(label, signed(alone.value), "", rests_on));
    }
    if let (Some(score), Some(best), Some(level)) = (figures.score, figures.best(), company.level) {
        let shown = best.moved(score - best.value);
        let rests_on =
            format!("{}; company level {} plus the difference", range(shown.low, shown.high), one(level));
        stats.push(stat("Comparable score", one(score), "of 100", rests_on));
    }
    if let Some(top) = figures.two_best() {
        let rests_on =
            format!("very likely between {}", percent_range(top.low, top.high).replace(" to ", " and "));
        stats.push(stat("Two best marks", format!("{:.0} %", top.value * 100.0), "", rests_on));
    }
    stats
}

/// The page.
#[derive(Template)]
#[template(path = "evaluations/pages/employee.html")]
pub struct EmployeePage {
    /// What stands around.
    pub shell: Shell,
    /// The list it belongs to; None for the person themself.
    pub crumb: Option<Link>,
    /// The name.
    pub name: String,
    /// Team, site and period.
    pub lead: String,
    /// What deserves to be said first, such as that the period was cut.
    pub notices: Vec<String>,
    /// Where a statement is made, for HR.
    pub statement: Option<String>,
    /// First and last day as they are shown.
    pub typed: (String, String),
    /// What is wrong with the dates that were typed.
    pub error: Option<&'static str>,
    /// Where the form for another period goes.
    pub action: String,
    /// Usual periods.
    pub periods: Vec<Link>,
    /// Other pages about the person.
    pub tabs: Vec<Link>,
    /// What may be said, as a badge.
    pub badge: Badge,
    /// The sentence.
    pub verdict: Verdict,
    /// What it rests on and how sure it is.
    pub basis: String,
    /// What it means and what it does not.
    pub meaning: &'static str,
    /// The chart that proves it.
    pub line: Option<Line>,
    /// Key figures.
    pub stats: Vec<Stat>,
    /// Question by question.
    pub dimensions: Dimensions,
    /// The answers over time.
    pub trend: Option<Trend>,
    /// What the shaded range of it means, or why there is none.
    pub trend_words: String,
    /// What became of all visits.
    pub road: Road,
    /// How many visits.
    pub visits: String,
    /// What customers wrote, the first of them.
    pub comments: Vec<Comment>,
    /// Why there are none, or what is left out.
    pub comments_why: String,
    /// Where all of them stand, and how many.
    pub all_comments: Option<Link>,
    /// What was put aside.
    pub aside: Vec<(&'static str, i64)>,
    /// Where the single answers stand, for those who may read them.
    pub answers: Option<Link>,
    /// What is assumed of those who did not answer.
    pub assumed: Vec<String>,
    /// How an answer is contested, and until when somebody decides.
    pub how_to_object: &'static str,
    /// What happened with the objections, the newest first.
    pub objections: Vec<Step>,
    /// Where an answer is contested, for the person themself; or where the objections stand.
    pub object: Link,
}

/// All that customers wrote.
#[derive(Template)]
#[template(path = "evaluations/pages/comments.html")]
pub struct CommentsPage {
    /// What stands around.
    pub shell: Shell,
    /// Back to the person.
    pub crumb: Link,
    /// Period and number.
    pub lead: String,
    /// Why there are none, or what is left out.
    pub why: String,
    /// In no order.
    pub comments: Vec<Comment>,
}

/// Who looked.
#[derive(Template)]
#[template(path = "evaluations/pages/looks.html")]
pub struct LooksPage {
    /// What stands around.
    pub shell: Shell,
    /// Back to the person.
    pub crumb: Link,
    /// When, who, at what; the newest first.
    pub looks: Vec<[String; 3]>,
    /// How many are listed at most.
    pub most: i64,
    /// Where everything about the person is to be had as a file.
    pub export: String,
}
