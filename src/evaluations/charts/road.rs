//! What became of all visits: a bar in four parts with their numbers in it, and the same as lists.

use crate::visits::Outcome;
use crate::visits::views::{Part, badge, part};
use crate::web::format::{counted, position, thousands};
use askama::Template;
use std::collections::BTreeMap;

/// Room between two parts (share of the width).
const GAP: f64 = 0.0025;

/// Parts narrower than this (share of the width) have no number in them; it stands in the list.
const NARROW: f64 = 0.03;

/// The chart; a template writes it with `|safe`.
#[derive(Debug, Clone, Template)]
#[template(path = "evaluations/pages/charts/road.html")]
pub struct Road {
    height: u8,
    title: String,
    parts: Vec<Segment>,
}

#[derive(Debug, Clone)]
struct Segment {
    class: &'static str,
    word: &'static str,
    count: String,
    is_drawn: bool,
    x: String,
    width: String,
    middle: Option<(String, &'static str)>,
    rows: Vec<(&'static str, String)>,
}

impl Road {
    /// Draws counts by outcome; `answered` says how they answered, in words with their counts.
    pub fn draw(height: u8, counts: &[(String, i64)], answered: &[(&'static str, i64)]) -> Self {
        let mut by_part: BTreeMap<Part, Vec<(&'static str, i64)>> = BTreeMap::new();
        for (word, count) in counts {
            let Ok(outcome) = word.parse::<Outcome>() else { continue };
            if outcome != Outcome::Answered {
                by_part.entry(part(outcome)).or_default().push((badge(outcome).word, *count));
            }
        }
        let all: i64 = counts.iter().map(|(_, count)| count).sum();
        let by_mode = answered.iter().copied().filter(|(_, count)| *count > 0).collect();
        by_part.insert(Part::Answered, by_mode);
        let mut start = 0;
        let words = [
            (Part::Answered, "road-1", "on-dark", "Answered"),
            (Part::Asked, "road-2", "on-light", "Asked, no answer"),
            (Part::OnTheWay, "road-3", "on-light", "Still on the way"),
            (Part::NotAsked, "road-4", "on-light", "Not asked"),
        ];
        let segment = |(part, class, ink, word): (Part, &'static str, &'static str, &'static str)| {
            let mut rows = by_part.remove(&part).unwrap_or_default();
            rows.sort_by_key(|(_, count)| -count);
            let count = rows.iter().map(|(_, count)| count).sum();
            let drawn = drawn(start, count, all);
            start += count;
            Segment {
                class,
                word,
                count: thousands(count),
                is_drawn: count > 0,
                x: drawn.0,
                width: drawn.1,
                middle: drawn.2.map(|middle| (middle, ink)),
                rows: rows.into_iter().map(|(word, count)| (word, thousands(count))).collect(),
            }
        };
        let parts: Vec<Segment> = words.into_iter().map(segment).collect();
        let said: Vec<String> =
            parts.iter().map(|part| format!("{} {}", part.word.to_lowercase(), part.count)).collect();
        Self { height, title: format!("{}: {}", counted(all, "visit", "visits"), said.join("; ")), parts }
    }

    fn text_at(&self) -> u8 {
        self.height / 2 + 4
    }
}

fn drawn(start: i64, count: i64, all: i64) -> (String, String, Option<String>) {
    #[allow(clippy::cast_precision_loss, reason = "counts of visits are far below 2^52")]
    let share = |count: i64| count as f64 / all.max(1) as f64;
    let width = (share(count) - GAP).max(share(count) / 2.0);
    let middle = (share(count) >= NARROW).then(|| position(share(start) + width / 2.0, 0.0, 1.0));
    (position(share(start), 0.0, 1.0), position(width, 0.0, 1.0), middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_visit_stands_in_one_part_and_the_parts_sum_to_all() {
        let counts =
            [("answered", 98), ("unreachable", 14), ("unanswered", 71), ("to_call", 9), ("internal", 1)];
        let counts = counts.map(|(word, count)| (word.to_owned(), count));
        let road = Road::draw(32, &counts, &[("by mail", 75), ("by phone", 23), ("on paper", 0)]);
        assert_eq!(
            road.title,
            "193 visits: answered 98; asked, no answer 85; still on the way 9; not asked 1"
        );
        assert_eq!(road.parts[0].rows.len(), 2);
        assert_eq!(road.parts[1].rows[0], ("No answer", "71".to_owned()));
        assert!(road.parts[3].middle.is_none(), "too narrow for a number");
        assert!(road.to_string().contains("class=\"on-dark middle\""));
    }
}
