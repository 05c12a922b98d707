//! One person on one line from 0 to 100: what was to be expected, the best guess, and the answers alone.

use super::axis::{Axis, Tick, whole};
use super::range::Mark;
use crate::evaluations::figures::{Estimate, Figures, Standing};
use crate::web::format::{one, range};
use askama::Template;

/// Nearer than this share of the axis the words make room for the number.
const CLOSE: f64 = 0.05;

/// The chart; a template writes it with `|safe`.
#[derive(Debug, Clone, Template)]
#[template(path = "evaluations/pages/charts/line.html")]
pub struct Line {
    title: String,
    description: String,
    ticks: Vec<(Tick, &'static str)>,
    expected: Option<(String, &'static str, i8, String)>,
    whisker: Option<(String, String)>,
    beam: (String, String),
    beam_class: &'static str,
    x: String,
    mark: Mark,
    label: String,
    label_class: &'static str,
}

impl Line {
    /// Draws the numbers of a person beside what was to be expected of them; the plain mean where nothing was; None where
    /// there are too few answers for a number.
    pub fn draw(figures: &Figures) -> Option<Self> {
        let (standing, expected) = (figures.standing(), figures.to_expect());
        if standing == Standing::Few {
            return None;
        }
        match (figures.best(), expected) {
            (Some(best), Some(expected)) => {
                let alone = figures.alone().map(|alone| alone.moved(expected));
                Some(compared(&best.moved(expected), alone, Some(expected), standing))
            }
            _ => match (figures.alone(), expected) {
                (Some(alone), Some(expected)) => {
                    Some(compared(&alone.moved(expected), None, Some(expected), standing))
                }
                _ => figures.plain().map(|mean| compared(&mean, None, None, standing)),
            },
        }
    }
}

fn compared(best: &Estimate, alone: Option<Estimate>, expected: Option<f64>, standing: Standing) -> Line {
    let ends =
        [Some(best.low), Some(best.high), alone.map(|one| one.low), alone.map(|one| one.high), expected];
    let low = ends.into_iter().flatten().fold(100.0, f64::min);
    let high = ends.into_iter().flatten().fold(0.0, f64::max);
    let axis = Axis::of_points(low, high);
    let mark = Mark::of(standing);
    let last = axis.across(whole).len();
    let tick = |(place, tick): (usize, Tick)| {
        let side = if place == 0 {
            ""
        } else if place + 1 == last {
            "end"
        } else {
            "middle"
        };
        (tick, side)
    };
    let spoken = alone.map_or(String::new(), |alone| {
        format!(" By these answers alone {}, between {}.", one(alone.value), between(&alone))
    });
    let to_expect = expected.map_or(String::new(), |expected| format!("To be expected: {}. ", one(expected)));
    Line {
        title: match expected {
            Some(expected) => format!("Expected {expected:.0}, found {:.0}", best.value),
            None => format!("Mean {:.0} of 100", best.value),
        },
        description: format!("{to_expect}Best guess {}, between {}.{spoken}", one(best.value), between(best)),
        ticks: axis.across(whole).into_iter().enumerate().map(tick).collect(),
        expected: expected.map(|expected| {
            // The words stand on the side away from the mark.
            let room = if (expected - best.value).abs() < CLOSE * (axis.high - axis.low) { 22 } else { 6 };
            let (class, shift) = if expected <= best.value { ("end", -room) } else { ("", room) };
            (axis.x(expected), class, shift, format!("expected {}", one(expected)))
        }),
        whisker: alone.map(|alone| (axis.x(alone.low), axis.x(alone.high))),
        beam: (axis.x(best.low), axis.x(best.high)),
        beam_class: mark.beam_class(),
        x: axis.x(best.value),
        mark,
        label: one(best.value),
        label_class: match mark {
            Mark::Above => "fill-above middle",
            Mark::Below => "fill-below middle",
            _ => "strong middle",
        },
    }
}

fn between(estimate: &Estimate) -> String {
    range(estimate.low, estimate.high).replace(" to ", " and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_expected_and_what_was_found() {
        let figures = Figures {
            status: "report".into(),
            flag: "high".into(),
            difference: Some(7.5),
            difference_lo: Some(3.6),
            difference_hi: Some(11.3),
            direct: Some(9.1),
            direct_lo: Some(4.9),
            direct_hi: Some(13.3),
            expected: Some(72.9),
            ..Figures::default()
        };
        let line = Line::draw(&figures).unwrap();
        assert_eq!(line.title, "Expected 73, found 80");
        assert_eq!(
            line.description,
            "To be expected: 72.9. Best guess 80.4, between 76.5 and 84.2. By these answers alone 82.0, between 77.8 and 86.2."
        );
        assert!(line.to_string().contains("beam above"));
    }

    #[test]
    fn below_ten_answers_nothing_is_drawn_and_without_a_comparison_the_mean() {
        let few = Figures { status: "not_enough_data".into(), mean: Some(70.0), ..Figures::default() };
        assert!(Line::draw(&few).is_none());
        let plain = Figures {
            status: "direct_only".into(),
            mean: Some(70.0),
            mean_lo: Some(60.0),
            mean_hi: Some(80.0),
            ..Figures::default()
        };
        let line = Line::draw(&plain).unwrap();
        assert!(line.expected.is_none() && line.title == "Mean 70 of 100");
    }
}
