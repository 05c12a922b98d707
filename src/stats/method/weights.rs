//! What an answer weighs: share/(πρ). STATISTICS 2(c) and 00.5.

use super::tables::{Class, Design, Tables};
use std::collections::BTreeMap;

/// Called cases below which the reach of a cell is taken from its segment.
const FEWEST_CALLED: f64 = 30.0;

/// The least reach; a smaller one would make a few answers speak for everybody.
const LEAST_REACH: f64 = 0.05;

/// Called cases and those of them who answered.
#[derive(Debug, Clone, Copy, Default)]
struct Reach {
    called: f64,
    answered: f64,
}

impl Reach {
    fn add(&mut self, called: f64, answered: f64) {
        self.called += called;
        self.answered += answered;
    }

    fn rate(self) -> f64 {
        if self.called > 0.0 { (self.answered / self.called).max(LEAST_REACH) } else { 1.0 }
    }
}

/// The weight of an answer of each class; 0 for what has no probability.
pub fn of(tables: &Tables) -> Vec<f64> {
    let mut cells: BTreeMap<(Design, u32), Reach> = BTreeMap::new();
    let mut segments: BTreeMap<u32, Reach> = BTreeMap::new();
    for row in &tables.whole {
        let Some(class) = tables.classes.get(row.class).filter(|class| is_called(class.design)) else {
            continue;
        };
        cells.entry((class.design, class.segment)).or_default().add(row.called, row.answers.n);
        segments.entry(class.segment).or_default().add(row.called, row.answers.n);
    }
    let weight = |class: &Class| match class.design {
        Design::Email => class.share,
        Design::Undrawn => 0.0,
        design => {
            let cell = cells.get(&(design, class.segment)).copied().unwrap_or_default();
            let margin = segments.get(&class.segment).copied().unwrap_or_default();
            let reach = if cell.called >= FEWEST_CALLED { cell } else { margin };
            class.share / (class.probability * reach.rate())
        }
    };
    tables.classes.iter().map(weight).collect()
}

/// Whether a visit of this design was drawn to be called.
pub const fn is_called(design: Design) -> bool {
    matches!(design, Design::Priority | Design::Random | Design::PhoneFirst)
}
