//! One row of an interval column: thick the best guess with its 95 % interval, thin the person's answers alone.

use super::axis::Axis;
use crate::evaluations::figures::{Estimate, Standing};
use crate::web::format::{one, signed};
use askama::Template;

/// The drawing in a cell of a table; a template writes it with `|safe`.
#[derive(Debug, Clone, Template)]
#[template(path = "evaluations/pages/charts/range.html")]
pub struct Range {
    label: String,
    zero: Option<String>,
    whisker: Option<(String, String)>,
    beam: (String, String),
    beam_class: &'static str,
    x: String,
    mark: Mark,
}

/// The shape in the middle, the same as in the badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Triangle up.
    Above,
    /// Triangle down.
    Below,
    /// Disc.
    Disc,
    /// Ring.
    Ring,
}

impl Mark {
    /// Returns the shape for what may be said of a person.
    pub const fn of(standing: Standing) -> Self {
        match standing {
            Standing::Above => Self::Above,
            Standing::Below => Self::Below,
            Standing::Reported => Self::Disc,
            _ => Self::Ring,
        }
    }

    /// Returns the class of the interval around it.
    pub const fn beam_class(self) -> &'static str {
        match self {
            Self::Above => "beam above",
            Self::Below => "beam below",
            Self::Disc => "beam",
            Self::Ring => "beam open",
        }
    }
}

impl Range {
    /// Draws a difference and, where it is known, the one by the person's answers alone.
    pub fn difference(axis: Axis, best: &Estimate, alone: Option<&Estimate>, standing: Standing) -> Self {
        let mark = Mark::of(standing);
        Self {
            label: format!(
                "From {} to {}, middle {}",
                signed(best.low),
                signed(best.high),
                signed(best.value)
            ),
            zero: Some(axis.x(0.0)),
            whisker: alone.map(|alone| (axis.x(alone.low), axis.x(alone.high))),
            beam: (axis.x(best.low), axis.x(best.high)),
            beam_class: mark.beam_class(),
            x: axis.x(best.value),
            mark,
        }
    }

    /// Draws a plain mean from 0 to 100.
    pub fn mean(mean: &Estimate) -> Self {
        let axis = Axis { low: 0.0, high: 100.0 };
        Self {
            label: format!("From {} to {}, middle {}", one(mean.low), one(mean.high), one(mean.value)),
            zero: None,
            whisker: None,
            beam: (axis.x(mean.low), axis.x(mean.high)),
            beam_class: "beam",
            x: axis.x(mean.value),
            mark: Mark::Disc,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_heard_as_it_is_seen() {
        let axis = Axis::around_zero(15.0, 10.0, 40.0);
        let best = Estimate { value: 7.5, low: 3.6, high: 11.3 };
        let drawn = Range::difference(axis, &best, None, Standing::Above).to_string();
        assert!(drawn.contains("aria-label=\"From +3.6 to +11.3, middle +7.5\""), "{drawn}");
        assert!(drawn.contains("beam above") && drawn.contains("fill-above") && !drawn.contains("whisker"));
        let ring = Range::difference(axis, &best, Some(&best), Standing::Coaching).to_string();
        assert!(ring.contains("dot open") && ring.contains("whisker"));
    }
}
