//! What the start page shows: first what needs somebody, then how things stand. Every part is optional; the
//! role decides which there are.

use crate::web::format::{counted, position, thousands};
use crate::web::shell::{Link, Shell};
use askama::Template;

/// Room between two segments of the bar (share of its width).
const GAP: f64 = 0.003;

/// One thing to do.
#[derive(Debug, Clone)]
pub struct Task {
    /// When it is due, a word or two such as *now* or *by Wed*.
    pub when: String,
    /// Whether something is broken or late.
    pub alarm: bool,
    /// What it is.
    pub title: String,
    /// Why, and what happens until then.
    pub text: String,
    /// A command to type instead of a button.
    pub command: Option<String>,
    /// Where it is done.
    pub link: Option<Link>,
}

impl Task {
    /// Says that no survey is mailed and how to change that.
    pub fn sending_is_off() -> Self {
        Self {
            when: "when you like".to_owned(),
            alarm: false,
            title: "Surveys are not being mailed".to_owned(),
            text: "Sending is off until you switch it on. Visits come in and are planned, nobody is written to. \
                   To begin, type:"
                .to_owned(),
            command: Some("hearback sending on".to_owned()),
            link: None,
        }
    }
}

impl Task {
    /// Says how many objections wait for a decision, and how many of them are late.
    pub fn objections((open, late): (i64, i64)) -> Option<Self> {
        (open > 0).then(|| Self {
            when: if late > 0 { format!("{late} late") } else { "within 14 days".to_owned() },
            alarm: late > 0,
            title: format!("{} for a decision", counted(open, "objection waits", "objections wait")),
            text: "An employee contests an answer. You decide with a reason, which they will read."
                .to_owned(),
            command: None,
            link: Some(Link { href: "/objections".to_owned(), label: "Decide".to_owned() }),
        })
    }
}

/// The road of some days' visits; the four parts sum to the total.
#[derive(Debug, Clone, Copy, Default)]
pub struct Road {
    /// Visits with an answer.
    pub answered: i64,
    /// Asked, and no answer yet or any more.
    pub asked: i64,
    /// Planned, sending or waiting for a call.
    pub on_the_way: i64,
    /// Neither asked nor to be asked.
    pub not_asked: i64,
}

/// One segment of the bar, for the template.
struct Segment {
    class: &'static str,
    word: &'static str,
    count: i64,
    number: String,
    x: String,
    width: String,
}

impl Road {
    /// Returns all visits.
    pub fn total(&self) -> i64 {
        self.answered + self.asked + self.on_the_way + self.not_asked
    }

    fn segments(&self) -> Vec<Segment> {
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

    fn title(&self) -> String {
        format!("{} in the last 7 days", counted(self.total(), "visit", "visits"))
    }

    fn sentence(&self) -> String {
        let parts: Vec<String> =
            self.segments().iter().map(|part| format!("{} {}", part.number, part.word)).collect();
        format!("{}: {}", counted(self.total(), "visit", "visits"), parts.join("; "))
    }
}

/// The start page.
#[derive(Template)]
#[template(path = "today/today.html")]
pub struct TodayPage {
    /// What stands around.
    pub shell: Shell,
    /// Greeting with the name; see [`greeting`].
    pub greeting: String,
    /// The date in words, such as *Monday 23 November 2026*.
    pub date: String,
    /// What needs this person; None for roles that have no such list.
    pub tasks: Option<Vec<Task>>,
    /// The road of the last seven days' visits, for those who may see it.
    pub road: Option<Road>,
    /// Address of the evaluations, for those who may open them.
    pub evaluations: Option<String>,
}

impl TodayPage {
    fn lead(&self) -> &'static str {
        match self.tasks.as_ref().map(Vec::len) {
            None => "",
            Some(0) => "Nothing needs you just now.",
            Some(1) => "One thing needs you.",
            Some(_) => "Some things need you.",
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
