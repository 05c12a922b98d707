//! The company over twelve months as a small chart: a line with its interval, and nothing where too few answered.

use crate::evaluations::charts::axis::{Axis, Tick, px, whole};
use crate::evaluations::report::FEWEST_ANSWERS;
use crate::scores::queries::Month;
use crate::stats::LEVEL;
use crate::stats::mean::{ShareClass, Sums, WeightedSums};
use crate::web::format::one;
use askama::Template;
use chrono::{Datelike, Months as Ahead, NaiveDate};

/// The question that everything is about.
pub(super) const QUESTION: &str = "overall";

/// How many months are drawn, this one included.
const MONTHS: u32 = 12;

/// Height of the plot (px).
const HEIGHT: f64 = 96.0;

/// Returns the first day of the month with which the chart begins.
pub(super) fn begin(today: NaiveDate) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    first.checked_sub_months(Ahead::new(MONTHS - 1)).unwrap_or(first)
}

/// How many months lie between two first days.
fn months_between(from: NaiveDate, to: NaiveDate) -> i32 {
    let number = |day: NaiveDate| 12 * day.year() + i32::try_from(day.month0()).unwrap_or_default();
    number(to) - number(from)
}

/// A month that is drawn.
#[derive(Debug, Clone, Copy)]
struct Point {
    /// Across (percent).
    x: f64,
    mean: f64,
    low: f64,
    high: f64,
}

impl Point {
    fn of(month: &Month, from: NaiveDate) -> Option<Self> {
        let sums = Sums { n: month.sum.n, sum: month.sum.steps, sum_of_squares: month.sum.steps_squared };
        let answers = WeightedSums::of(&[ShareClass { weight: 1, sums }]);
        if answers.n() < FEWEST_ANSWERS {
            return None;
        }
        let step = 100.0 / f64::from(month.steps.max(1));
        let interval = answers.t_interval(LEVEL)?.scaled(step).clipped(0.0, 100.0);
        let x = (f64::from(months_between(from, month.begins)) + 0.5) / f64::from(MONTHS) * 100.0;
        Some(Self { x, mean: answers.mean()? * step, low: interval.lo, high: interval.hi })
    }
}

/// The chart; nothing but a sentence where fewer than two months can be drawn.
#[derive(Debug, Template)]
#[template(path = "today/months.html")]
pub(super) struct Months {
    title: String,
    description: String,
    ticks: Vec<Tick>,
    band: String,
    line: String,
    last: Option<(String, String, String)>,
    ends: (String, String),
    rows: Vec<(String, String)>,
}

impl Months {
    /// Draws months from a first day on.
    pub(super) fn draw(months: &[Month], from: NaiveDate) -> Self {
        let drawn: Vec<(&Month, Point)> =
            months.iter().filter_map(|month| Some((month, Point::of(month, from)?))).collect();
        let points: Vec<Point> = drawn.iter().map(|(_, point)| *point).collect();
        let low = points.iter().map(|point| point.low).fold(100.0, f64::min);
        let high = points.iter().map(|point| point.high).fold(0.0, f64::max);
        let axis = Axis::of_points(low, high);
        let at = |point: &Point, value: f64| format!("{:.1} {}", point.x, px(axis.y(value, HEIGHT)));
        let path = |parts: Vec<String>, end: &str| format!("M{}{end}", parts.join("L"));
        let upper = points.iter().map(|point| at(point, point.high));
        let lower = points.iter().rev().map(|point| at(point, point.low));
        let means = points.iter().map(|point| point.mean);
        let (lowest, highest) = (means.clone().fold(100.0, f64::min), means.fold(0.0, f64::max));
        let short = |day: NaiveDate| day.format("%b %Y").to_string();
        let last = points.last();
        Self {
            title: "The company in the last twelve months".to_owned(),
            description: last.map_or_else(String::new, |last| {
                format!("Between {} and {} points, now {}.", one(lowest), one(highest), one(last.mean))
            }),
            ticks: ends_of(&axis),
            band: path(upper.chain(lower).collect(), "z"),
            line: path(points.iter().map(|point| at(point, point.mean)).collect(), ""),
            last: last.map(|last| {
                let y = axis.y(last.mean, HEIGHT);
                (format!("{:.2}%", last.x), px(y), one(last.mean))
            }),
            ends: (short(from), short(from + Ahead::new(MONTHS - 1))),
            rows: drawn
                .iter()
                .map(|(month, point)| {
                    (
                        short(month.begins),
                        format!("{} ± {}", one(point.mean), one((point.high - point.low) / 2.0)),
                    )
                })
                .collect(),
        }
    }

    /// Whether there is a line to draw.
    fn is_drawn(&self) -> bool {
        self.rows.len() > 1
    }

    fn last_label_at(&self) -> String {
        let y = self.last.as_ref().and_then(|(_, y, _)| y.parse::<f64>().ok()).unwrap_or_default();
        px(y + 4.0)
    }
}

/// A small chart has room for its ends and the middle.
fn ends_of(axis: &Axis) -> Vec<Tick> {
    let ticks = axis.upright(HEIGHT, whole);
    let (last, middle) = (ticks.len().saturating_sub(1), ticks.len() / 2);
    let kept = |place: &usize| *place == 0 || *place == last || (last.is_multiple_of(2) && *place == middle);
    ticks.into_iter().enumerate().filter(|(place, _)| kept(place)).map(|(_, tick)| tick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scores::Sum;

    fn month(begins: &str, n: i64) -> Month {
        let sum = Sum { n, steps: 3 * n, steps_squared: 9 * n + n, top2: n };
        Month { begins: begins.parse().unwrap(), sum, steps: 4 }
    }

    #[test]
    fn a_month_with_few_answers_is_not_drawn_and_one_month_makes_no_line() {
        let from = begin("2026-11-20".parse().unwrap());
        assert_eq!(from.to_string(), "2025-12-01");
        let months =
            Months::draw(&[month("2026-01-01", 40), month("2026-02-01", 9), month("2026-11-01", 60)], from);
        assert_eq!(months.rows.len(), 2);
        assert!(months.is_drawn() && months.line.starts_with("M12.5 ") && months.line.contains("L95.8 "));
        assert_eq!(months.rows[1].0, "Nov 2026");
        assert!(months.to_string().contains("Between 75.0 and 75.0 points, now 75.0."));
        assert!(!Months::draw(&[month("2026-01-01", 40)], from).is_drawn());
        assert!(Months::draw(&[], from).to_string().contains("ten answers"));
    }
}
