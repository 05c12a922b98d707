//! What stands beside the things to do: how the days, the calls and the machine stand, and what was said.

use super::Look;
use super::months::Months;
use super::tasks::{Task, beginning};
use crate::answering::queries::staff::{MOST_COUNTED, ResponseLine};
use crate::callbacks::queries::standing::Day;
use crate::callbacks::queue::Queue;
use crate::cases::queries::Waiting;
use crate::visits::Outcome;
use crate::visits::views::{Part, part};
use crate::web::format::{counted, day, full_day, position, thousands};
use chrono::{DateTime, NaiveDate, Utc};

/// Room between two segments of the bar (share of its width).
const GAP: f64 = 0.003;

/// Everything that a role's page shows; a part that is not there is left out.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// What there is to do, the most urgent first.
    pub tasks: Vec<Task>,
    /// What will stand here, said while there is nothing.
    pub nothing: &'static str,
    /// What customers said lately.
    pub said: Option<Said>,
    /// The company month by month.
    pub months: Option<Months>,
    /// What became of the last seven days' visits.
    pub road: Option<Road>,
    /// Address of the evaluations.
    pub evaluations: Option<&'static str>,
    /// How calling stands today.
    pub calls: Option<Calls>,
    /// The next call, of those who call and do nothing else here.
    pub next_call: Option<NextCall>,
    /// How the machine stands.
    pub machine: Vec<Fact>,
    /// What is new on an employee's own page.
    pub own: Option<Own>,
}

impl Board {
    /// Puts things to do in their order.
    pub(super) fn of(mut tasks: Vec<Task>, _: NaiveDate) -> Self {
        tasks.sort_by_key(|task| task.due.rank());
        Self { tasks, ..Self::default() }
    }
}

/// A name and a value.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
}

impl Fact {
    /// Makes one.
    pub(super) fn new(name: &'static str, value: String) -> Self {
        Self { name, value }
    }
}

/// What customers said since the last workday.
#[derive(Debug)]
pub(super) struct Said {
    /// Since which day, such as *Friday*.
    pub(super) since: String,
    /// Where all answers since then stand, and how many those are.
    pub(super) all: (String, String),
    /// The newest comments.
    pub(super) comments: Vec<Comment>,
}

/// A comment with what it belongs to.
#[derive(Debug)]
pub(super) struct Comment {
    pub(super) href: String,
    pub(super) words: String,
    pub(super) overall: Option<String>,
    pub(super) about: String,
    pub(super) has_case: bool,
}

impl Said {
    /// Puts comments into words; `count` is how many answers there are since then.
    pub(super) fn new(lines: &[ResponseLine], cases: &[Waiting], count: i64, look: &Look) -> Self {
        let from = look.last_workday();
        let comment = |line: &ResponseLine| Comment {
            href: format!("/responses/{}", line.id),
            words: beginning(line.comment.as_deref().unwrap_or_default()),
            overall: line.overall().map(|answer| match line.scale {
                Some((_, max)) => format!("Overall {answer} of {max}"),
                None => format!("Overall {answer}"),
            }),
            about: format!("{}, {}", line.service, how(&line.mode)),
            has_case: cases.iter().any(|case| case.visit == line.visit),
        };
        let many = if count >= MOST_COUNTED {
            format!("more than {}", thousands(count - 1))
        } else {
            thousands(count)
        };
        let all = match count {
            0 => "All answers".to_owned(),
            1 => "The one answer".to_owned(),
            _ => format!("All {many} answers"),
        };
        let href = if count == 0 { "/responses".to_owned() } else { format!("/responses?from={from}") };
        Self {
            since: from.format("%A").to_string(),
            all: (href, all),
            comments: lines.iter().map(comment).collect(),
        }
    }
}

fn how(mode: &str) -> &'static str {
    match mode {
        "email" => "by mail",
        "phone" => "by phone",
        "paper" => "on paper",
        _ => "imported",
    }
}

/// How calling stands today.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) title: &'static str,
    pub(super) sentence: String,
    pub(super) done: i64,
    pub(super) of: i64,
}

impl Calls {
    /// Everybody's calls, for those who lead calling.
    pub(super) fn of_everybody(day: &Day) -> Self {
        let of = day.done + day.left;
        let sentence = if of == 0 {
            "Nobody is on the list. A wave puts customers there who did not answer.".to_owned()
        } else {
            let at_work = counted(day.callers, "caller", "callers");
            format!("{} of {} done, {at_work} at work.", thousands(day.done), thousands(of))
        };
        Self { title: "Call-backs today", sentence, done: day.done, of }
    }

    /// A caller's own calls beside the queue.
    pub(super) fn own(day: &Day, queue: Queue) -> Self {
        let sentence = match (queue.all, queue.now) {
            (0, _) => "Nobody is on your list.".to_owned(),
            (all, now) if all == now => {
                format!(
                    "{} on your list and may be phoned now.",
                    counted(all, "customer is", "customers are")
                )
            }
            (all, now) => format!(
                "{} on your list, {} may be phoned now. The others wait for their hours or another time of day.",
                counted(all, "customer is", "customers are"),
                thousands(now)
            ),
        };
        let own = counted(day.own, "call", "calls");
        let sentence = format!("You made {own} today. {sentence}");
        Self { title: "Call-backs today", sentence, done: day.own, of: day.own + queue.all }
    }
}

/// The button that hands out the next call.
#[derive(Debug)]
pub(super) struct NextCall {
    /// Whether somebody could be called now.
    pub(super) is_ready: bool,
    /// Whether a call is open already.
    pub(super) is_held: bool,
}

impl NextCall {
    /// Makes it of a caller's queue.
    pub(super) fn new(queue: Queue, is_held: bool) -> Self {
        Self { is_ready: queue.now > 0, is_held }
    }
}

/// What is new on an employee's own page.
#[derive(Debug)]
pub(super) struct Own {
    /// A sentence or two.
    pub(super) sentence: String,
}

impl Own {
    /// Says what is new since somebody last looked; `new` counts answers about visits up to the end of a month.
    pub(super) fn new(looked: Option<DateTime<Utc>>, new: Option<i64>, over: NaiveDate, look: &Look) -> Self {
        let sentence = match (looked, new) {
            (Some(at), Some(new)) => {
                let on = day(at.with_timezone(&look.zone).date_naive());
                let answers =
                    if new == 0 { "No answer".to_owned() } else { counted(new, "answer", "answers") };
                format!(
                    "{answers} about your visits up to {} came since you last looked, on {on}.",
                    full_day(over)
                )
            }
            _ => "You have not opened your page yet.".to_owned(),
        };
        Self { sentence }
    }
}

/// The road of some days' visits; the four parts sum to the total.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Road {
    /// Visits with an answer.
    answered: i64,
    /// Asked, and no answer yet or any more.
    asked: i64,
    /// Planned, sending or waiting for a call.
    on_the_way: i64,
    /// Neither asked nor to be asked.
    not_asked: i64,
}

/// One segment of the bar, for the template.
pub(super) struct Segment {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) count: i64,
    pub(super) number: String,
    pub(super) x: String,
    pub(super) width: String,
}

impl Road {
    /// Puts counts by outcome into the four parts.
    pub(super) fn of(counts: &[(String, i64)]) -> Self {
        let mut road = Self::default();
        for (word, count) in counts {
            let Ok(outcome) = word.parse::<Outcome>() else { continue };
            let part = match part(outcome) {
                Part::Answered => &mut road.answered,
                Part::OnTheWay => &mut road.on_the_way,
                Part::NotAsked => &mut road.not_asked,
                Part::Asked => &mut road.asked,
            };
            *part += count;
        }
        road
    }

    /// Returns all visits.
    pub(super) fn total(&self) -> i64 {
        self.answered + self.asked + self.on_the_way + self.not_asked
    }

    pub(super) fn segments(&self) -> Vec<Segment> {
        let parts = [
            ("road-1", "answered", self.answered),
            ("road-2", "asked, no answer yet", self.asked),
            ("road-3", "on the way", self.on_the_way),
            ("road-4", "not asked", self.not_asked),
        ];
        // Counts of visits are far below 2^52, where f64 begins to lose whole numbers.
        #[allow(clippy::cast_precision_loss)]
        let share = |count: i64| count as f64 / self.total().max(1) as f64;
        let mut start = 0;
        let segment = |(class, word, count): (&'static str, &'static str, i64)| {
            let x = position(share(start), 0.0, 1.0);
            start += count;
            let width = position((share(count) - GAP).max(share(count) / 2.0), 0.0, 1.0);
            Segment { class, word, count, number: thousands(count), x, width }
        };
        parts.into_iter().map(segment).collect()
    }

    pub(super) fn title(&self) -> String {
        format!("{} in the last 7 days", counted(self.total(), "visit", "visits"))
    }

    pub(super) fn sentence(&self) -> String {
        let parts: Vec<String> =
            self.segments().iter().map(|part| format!("{} {}", part.number, part.word)).collect();
        format!("{}: {}", counted(self.total(), "visit", "visits"), parts.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_begins_at_zero_and_names_every_part() {
        let road = Road { answered: 50, asked: 25, on_the_way: 25, not_asked: 0 };
        let segments = road.segments();
        let starts: Vec<&str> = segments.iter().map(|segment| segment.x.as_str()).collect();
        assert_eq!(starts, ["0.00%", "50.00%", "75.00%", "100.00%"]);
        assert_eq!(segments[0].width, "49.70%");
        assert_eq!(
            road.sentence(),
            "100 visits: 50 answered; 25 asked, no answer yet; 25 on the way; 0 not asked"
        );
        assert!(Road::default().segments().iter().all(|segment| segment.width == "0.00%"));
    }
}
