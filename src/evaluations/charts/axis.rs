//! Axes: where a value lies, and which ticks are labelled.

use crate::web::format::position;

/// The minus sign; a hyphen is too short beside digits.
const MINUS: char = '\u{2212}';

/// A span of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// The value at the left or lower end.
    pub low: f64,
    /// The value at the right or upper end.
    pub high: f64,
}

/// A labelled place of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where: percent of the width, or px from the top.
    pub at: String,
    /// Where its label stands, on an upright axis.
    pub label_at: String,
    /// What it stands for.
    pub label: String,
    /// Whether a phone drops its label.
    pub is_minor: bool,
    /// Whether it is zero.
    pub is_zero: bool,
}

impl Axis {
    /// Makes an axis around zero that holds a value, a multiple of five to both sides, at least `least` and at most
    /// `most`.
    pub fn around_zero(value: f64, least: f64, most: f64) -> Self {
        let end = ((value / 5.0).ceil() * 5.0).clamp(least, most);
        Self { low: -end, high: end }
    }

    /// Makes an axis from 0 to a round value that holds `value`.
    pub fn from_zero(value: f64) -> Self {
        let step = step(value.max(1.0), 7.0);
        Self { low: 0.0, high: (value.max(1.0) / step).ceil() * step }
    }

    /// Makes an axis of tens within 0 to 100 that holds both values, with room beside them.
    pub fn of_points(low: f64, high: f64) -> Self {
        let low = ((low - 2.0) / 10.0).floor() * 10.0;
        let high = ((high + 2.0) / 10.0).ceil() * 10.0;
        Self { low: low.clamp(0.0, 90.0), high: high.clamp(10.0, 100.0) }
    }

    /// Returns where a value lies across (percent); beyond an end it is cut there.
    pub fn x(&self, value: f64) -> String {
        position(value, self.low, self.high)
    }

    /// Returns where a value lies upright (px from the top of `height`); beyond an end it is cut there.
    pub fn y(&self, value: f64, height: f64) -> f64 {
        (self.high - value.clamp(self.low, self.high)) / (self.high - self.low) * height
    }

    /// Returns the ticks of an axis across; every second one may be dropped on a phone.
    pub fn across(&self, label: fn(f64) -> String) -> Vec<Tick> {
        let values = self.values();
        // Zero is always labelled.
        let even = values.iter().position(|value| *value == 0.0).unwrap_or(0) % 2;
        let tick = |(place, value): (usize, f64)| Tick {
            at: self.x(value),
            label_at: String::new(),
            label: label(value),
            is_minor: place % 2 != even,
            is_zero: value == 0.0,
        };
        values.into_iter().enumerate().map(tick).collect()
    }

    /// Returns the ticks of an upright axis.
    pub fn upright(&self, height: f64, label: fn(f64) -> String) -> Vec<Tick> {
        let tick = |value: f64| Tick {
            at: px(self.y(value, height)),
            label_at: px(self.y(value, height) + 4.0),
            label: label(value),
            is_minor: false,
            is_zero: value == 0.0,
        };
        self.values().into_iter().map(tick).collect()
    }

    fn values(&self) -> Vec<f64> {
        let step = step(self.high - self.low, 7.0);
        let mut value = (self.low / step).ceil() * step;
        let mut values = Vec::new();
        while value <= self.high + step / 1_000.0 {
            // Adding up steps never gives a zero with a sign.
            values.push(if value.abs() < step / 1_000.0 { 0.0 } else { value });
            value += step;
        }
        values
    }
}

/// Returns the least of 1, 2, 5, 10 … that divides a span into at most so many parts.
fn step(span: f64, parts: f64) -> f64 {
    let mut unit = 1.0;
    loop {
        for step in [unit, 2.0 * unit, 5.0 * unit] {
            if span / step <= parts {
                return step;
            }
        }
        unit *= 10.0;
    }
}

/// Writes a whole number: `20`.
pub fn whole(value: f64) -> String {
    format!("{value:.0}")
}

/// Writes a whole number with its sign: `+5`, `−5`, `0`.
pub fn with_sign(value: f64) -> String {
    match value {
        value if value > 0.0 => format!("+{value:.0}"),
        value if value < 0.0 => format!("{MINUS}{:.0}", value.abs()),
        _ => "0".to_owned(),
    }
}

/// Writes a place in px.
pub fn px(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_at_most_eight() {
        let axis = Axis::around_zero(13.2, 10.0, 40.0);
        assert_eq!(labels(&axis.across(with_sign)), ["−15", "−10", "−5", "0", "+5", "+10", "+15"]);
        let on_a_phone: Vec<String> =
            axis.across(with_sign).into_iter().filter(|tick| !tick.is_minor).map(|tick| tick.label).collect();
        assert_eq!(on_a_phone, ["−10", "0", "+10"]);
        assert_eq!(
            labels(&Axis::from_zero(118.0).across(whole)),
            ["0", "20", "40", "60", "80", "100", "120"]
        );
        assert_eq!(
            labels(&Axis::of_points(66.0, 88.0).across(whole)),
            ["60", "65", "70", "75", "80", "85", "90"]
        );
        assert_eq!(Axis::from_zero(0.0), Axis { low: 0.0, high: 1.0 });
    }

    #[test]
    fn what_lies_beyond_an_end_is_cut_there() {
        let axis = Axis::around_zero(99.0, 10.0, 40.0);
        assert_eq!((axis.low, axis.x(-60.0).as_str(), axis.y(60.0, 200.0)), (-40.0, "0.00%", 0.0));
        assert_eq!(Axis::of_points(3.0, 99.0), Axis { low: 0.0, high: 100.0 });
    }
}
