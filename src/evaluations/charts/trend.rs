//! Somebody's answers over time: dots for spans of months, one smoothed line, alert limits (EWMA: Lucas & Saccucci 1990;
//! NIST/SEMATECH e-Handbook 6.3.2.4).

use super::axis::{Axis, Tick, px, whole};
use crate::evaluations::figures::SPREAD;
use crate::web::format::{counted, one, range, thousands};
use askama::Template;
use std::fmt::Write;

/// Height of the plot area (px).
const HEIGHT: f64 = 230.0;

/// How much of a new week goes into the line, and how many standard errors away the alert limits lie (ARL₀ 500 weeks).
const NEW: f64 = 0.1;
const ALERT: f64 = 2.814;

/// Means of fewer answers than this are not shown of anybody (DESIGN decision 11).
const FEWEST: i64 = 10;

/// The answers of one week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Week {
    /// Which month of the period it belongs to, from 0.
    pub month: usize,
    /// Answers.
    pub answers: i64,
    /// Their mean in points.
    pub mean: f64,
}

/// One dot: neighbouring months with enough answers together.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// Where it lies across, and on the upright axis.
    pub place: (String, String),
    /// Such as `Nov to Dec`.
    pub months: String,
    /// Answers.
    pub answers: i64,
    /// Their mean in points.
    pub mean: f64,
    /// The line and its alert limits at the end of the last month (points).
    pub line: (f64, f64, f64),
    middle: f64,
}

impl Dot {
    fn title(&self) -> String {
        format!("{}: {} points, {}", self.months, one(self.mean), counted(self.answers, "answer", "answers"))
    }

    /// Returns answers, mean, line and shaded range for the table.
    pub fn cells(&self) -> [String; 4] {
        [thousands(self.answers), one(self.mean), one(self.line.0), range(self.line.1, self.line.2)]
    }
}

/// The chart; a template writes it with `|safe`.
#[derive(Debug, Clone, Template)]
#[template(path = "evaluations/pages/charts/trend.html")]
pub struct Trend {
    description: String,
    band: String,
    limits: [String; 2],
    line: String,
    rows: Vec<Tick>,
    columns: Vec<(String, String, bool)>,
    /// The dots, for the table behind the chart.
    pub dots: Vec<Dot>,
    last: (String, String),
    ends: [String; 2],
    limits_are: Limits,
    /// Whether the line left its limits at the end of any span.
    pub has_alert: bool,
}

/// What the shaded range around the line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// Where the smoothed line of somebody whose answers do not change may be.
    Alert,
    /// Where the mean of somebody who is new very likely lies.
    Interval,
}

/// The line after some weeks: where it stands, and how far chance alone moves it (points).
#[derive(Clone, Copy)]
struct Smoothed {
    level: f64,
    variance: f64,
}

impl Smoothed {
    /// Takes one more week: z = λ·x + (1−λ)·z; Var z = λ²σ²/n + (1−λ)²·Var z.
    fn with(self, week: &Week, sigma: f64) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "counts of answers are far below 2^52")]
        let noise = sigma * sigma / week.answers.max(1) as f64;
        Self {
            level: NEW * week.mean + (1.0 - NEW) * self.level,
            variance: NEW * NEW * noise + (1.0 - NEW) * (1.0 - NEW) * self.variance,
        }
    }
}

impl Trend {
    /// Draws weeks in their order under the names of the months; `level` is the person's own mean over the period and
    /// `sigma` the spread of one answer, both in points. None when there are not two spans with enough answers.
    pub fn draw(weeks: &[Week], months: &[String], level: f64, sigma: f64) -> Option<Self> {
        Self::of(spans(weeks, months, level, sigma), months, Limits::Alert)
    }

    /// Draws the mean of somebody who is new, as it grows surer: all answers up to each month, with the 95 % interval.
    pub fn growing(weeks: &[Week], months: &[String], level: f64, sigma: f64) -> Option<Self> {
        let mut dots = spans(weeks, months, level, sigma);
        let (mut answers, mut points) = (0.0, 0.0);
        for dot in &mut dots {
            #[allow(clippy::cast_precision_loss, reason = "counts of answers are far below 2^52")]
            let n = dot.answers as f64;
            answers += n;
            points += dot.mean * n;
            let (mean, reach) = (points / answers, SPREAD * sigma / f64::sqrt(answers));
            dot.line = (mean, (mean - reach).max(0.0), (mean + reach).min(100.0));
        }
        Self::of(dots, months, Limits::Interval)
    }

    fn of(mut dots: Vec<Dot>, months: &[String], limits_are: Limits) -> Option<Self> {
        if dots.len() < 2 {
            return None;
        }
        let ends = dots.iter().flat_map(|dot| [dot.mean, dot.line.0, dot.line.1, dot.line.2]);
        let (low, high) =
            ends.fold((100.0, 0.0), |(low, high): (f64, f64), end| (low.min(end), high.max(end)));
        let axis = Axis::of_points(low, high);
        for dot in &mut dots {
            dot.place.1 = px(axis.y(dot.mean, HEIGHT));
        }
        let at = |dot: &Dot, value: f64| (dot.middle, axis.y(value, HEIGHT) / HEIGHT * 100.0);
        let line: Vec<(f64, f64)> = dots.iter().map(|dot| at(dot, dot.line.0)).collect();
        let lower: Vec<(f64, f64)> = wide(dots.iter().map(|dot| at(dot, dot.line.1)).collect());
        let upper: Vec<(f64, f64)> = wide(dots.iter().map(|dot| at(dot, dot.line.2)).collect());
        let last = dots.last().map(|dot| dot.line)?;
        let text_at = |value: f64| px(axis.y(value, HEIGHT) + 4.0);
        let has_alert = dots.iter().any(|dot| dot.line.0 < dot.line.1 || dot.line.0 > dot.line.2);
        Some(Self {
            description: describe(&dots, limits_are, has_alert),
            band: format!(
                "{}L{}z",
                path(&upper),
                path(&lower.iter().rev().copied().collect::<Vec<_>>()).trim_start_matches('M')
            ),
            limits: [path(&upper), path(&lower)],
            line: path(&line),
            rows: axis.upright(HEIGHT, whole),
            columns: columns(months),
            last: (text_at(last.0), one(last.0)),
            ends: [text_at(last.2), text_at(last.1)],
            limits_are,
            has_alert,
            dots,
        })
    }
}

/// Joins neighbouring months until they have enough answers; what is left over at the end joins the last span.
fn spans(weeks: &[Week], months: &[String], level: f64, sigma: f64) -> Vec<Dot> {
    #[allow(clippy::cast_precision_loss, reason = "months and answers are few")]
    let real = |count: i64| count as f64;
    let mut smoothed = Smoothed { level, variance: 0.0 };
    let mut dots: Vec<Dot> = Vec::new();
    let (mut first, mut answers, mut points) = (0, 0, 0.0);
    for month in 0..months.len() {
        for week in weeks.iter().filter(|week| week.month == month) {
            smoothed = smoothed.with(week, sigma);
            answers += week.answers;
            points += week.mean * real(week.answers);
        }
        let is_rest = month + 1 == months.len() && answers > 0 && answers < FEWEST;
        if is_rest && let Some(dot) = dots.pop() {
            points += dot.mean * real(dot.answers);
            answers += dot.answers;
            first = months.iter().position(|name| dot.months.starts_with(name.as_str())).unwrap_or(first);
        }
        if answers < FEWEST {
            continue;
        }
        let reach = ALERT * smoothed.variance.sqrt();
        let middle = middle(first, month, months.len());
        let name = |at: usize| months.get(at).cloned().unwrap_or_default();
        dots.push(Dot {
            place: (format!("{middle:.2}%"), String::new()),
            months: if first == month { name(month) } else { format!("{} to {}", name(first), name(month)) },
            answers,
            mean: points / real(answers),
            line: (smoothed.level, (level - reach).max(0.0), (level + reach).min(100.0)),
            middle,
        });
        (first, answers, points) = (month + 1, 0, 0.0);
    }
    dots
}

/// Where the middle of some months lies (percent of the width).
fn middle(first: usize, last: usize, of: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "months are few")]
    let real = |count: usize| count as f64;
    real(first + last + 1) / 2.0 / real(of.max(1)) * 100.0
}

fn columns(months: &[String]) -> Vec<(String, String, bool)> {
    let column = |(place, name): (usize, &String)| {
        let short = name.split(' ').next().unwrap_or_default().to_owned();
        (format!("{:.2}%", middle(place, place, months.len())), short, place % 3 != 0)
    };
    months.iter().enumerate().map(column).collect()
}

/// Lets limits reach both sides of the picture.
fn wide(mut places: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let (first, last) = (places.first().map(|place| place.1), places.last().map(|place| place.1));
    places.splice(0..0, first.map(|y| (0.0, y)));
    places.extend(last.map(|y| (100.0, y)));
    places
}

fn path(places: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (place, (x, y)) in places.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(path, "{}{x:.1} {y:.1}", if place == 0 { "M" } else { "L" });
    }
    path
}

fn describe(dots: &[Dot], limits_are: Limits, has_alert: bool) -> String {
    let (low, high) = dots
        .iter()
        .fold((100.0, 0.0), |(low, high): (f64, f64), dot| (low.min(dot.mean), high.max(dot.mean)));
    let line = match (limits_are, has_alert) {
        (Limits::Alert, true) => "The smoothed line leaves its alert limits.",
        (Limits::Alert, false) => "The smoothed line stays within its alert limits.",
        (Limits::Interval, _) => "The line is the mean of all answers so far, with its 95 % interval.",
    };
    let dots = counted(i64::try_from(dots.len()).unwrap_or(i64::MAX), "dot", "dots");
    format!("{dots} between {} and {} points. {line}", one(low), one(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(count: usize) -> Vec<String> {
        ["Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026", "Mar 2026"].map(str::to_owned)[..count].into()
    }

    fn week(month: usize, answers: i64, mean: f64) -> Week {
        Week { month, answers, mean }
    }

    #[test]
    fn no_dot_has_fewer_than_ten_answers_and_none_is_lost() {
        let weeks =
            [week(0, 6, 70.0), week(1, 6, 80.0), week(2, 10, 60.0), week(3, 12, 75.0), week(4, 3, 50.0)];
        let trend = Trend::draw(&weeks, &months(5), 70.0, 20.0).unwrap();
        let dots: Vec<(&str, i64)> =
            trend.dots.iter().map(|dot| (dot.months.as_str(), dot.answers)).collect();
        assert_eq!(dots, [("Nov 2025 to Dec 2025", 12), ("Jan 2026", 10), ("Feb 2026 to Mar 2026", 15)]);
        assert!((trend.dots[2].mean - 70.0).abs() < 1e-9);
        assert!(trend.to_string().contains("Nov 2025 to Dec 2025: 75.0 points, 12 answers"));
        assert!(Trend::draw(&weeks[..2], &months(2), 70.0, 20.0).is_none(), "one dot is no trend");
    }

    #[test]
    fn a_level_that_stays_raises_no_alert_and_one_that_falls_for_long_does() {
        let flat: Vec<Week> = (0..20).map(|at| week(at / 4, 5, 70.0)).collect();
        assert!(!Trend::draw(&flat, &months(5), 70.0, 20.0).unwrap().has_alert);
        let falling: Vec<Week> =
            (0..20).map(|at| week(at / 4, 5, if at < 8 { 70.0 } else { 45.0 })).collect();
        assert!(Trend::draw(&falling, &months(5), 70.0, 20.0).unwrap().has_alert);
    }
}
