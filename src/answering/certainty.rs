//! Whether a person or a machine answered: pure rules over what is known about a posted form.
//!
//! Mail gateways open links, follow them, run what scripts there are, and some post forms. Whoever presses the button
//! more than ten seconds after the page was opened is a person, whatever else was seen; within these seconds speed or
//! another network alone says nothing, and only a strong sign puts an answer aside. It is then kept, shown and
//! reversible, and a later clean answer takes its place.

use chrono::{DateTime, TimeDelta, Utc};

/// Who posts later than this after opening the page is a person.
pub const SURE: TimeDelta = TimeDelta::seconds(10);
/// Pages of several scores within this time are a machine's walk through a mail.
const WALK: TimeDelta = TimeDelta::seconds(2);
/// So many scores make a walk; with two a person may have changed their mind.
const SCORES: usize = 3;

/// Why an answer was put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The field that people do not see was filled in.
    TrapField,
    /// The link that people do not see was followed just before.
    TrapLink,
    /// The pages of several scores were fetched within two seconds, and one was answered within ten.
    ManyScores,
    /// A browser sent the form without anybody pressing its button.
    NotPressed,
    /// The same form came from two networks within seconds.
    TwoNetworks,
}

impl Sign {
    /// Every sign.
    pub const ALL: [Self; 5] =
        [Self::TrapField, Self::TrapLink, Self::ManyScores, Self::NotPressed, Self::TwoNetworks];

    /// Its word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrapField => "trap_field",
            Self::TrapLink => "trap_link",
            Self::ManyScores => "many_scores",
            Self::NotPressed => "not_pressed",
            Self::TwoNetworks => "two_networks",
        }
    }

    /// What staff read.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::TrapField => "A field was filled in that people do not see.",
            Self::TrapLink => "A link was followed that people do not see, seconds before the answer.",
            Self::ManyScores => {
                "The links of three or more scores were opened within two seconds, and one was answered within ten."
            }
            Self::NotPressed => "A browser sent the form without anybody pressing its button.",
            Self::TwoNetworks => "The same form came from two networks within ten seconds.",
        }
    }
}

/// What was fetched of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// The headers alone.
    Head,
    /// The page.
    Page,
    /// The link that people do not see.
    Trap,
}

impl Fetched {
    /// Its word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Page => "page",
            Self::Trap => "trap",
        }
    }
}

/// A fetch of a link, as far as the rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it was the link that people do not see.
    pub is_trap: bool,
    /// Which score the link named.
    pub score: Option<i32>,
}

/// What is known about a posted form.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// How long its page was open.
    pub open_for: TimeDelta,
    /// Whether the field that people do not see was filled in.
    pub trap_filled: bool,
    /// Whether a browser says that nobody pressed anything (Fetch Metadata, `Sec-Fetch-User`).
    pub is_unpressed: bool,
    /// What was fetched of the link in the last [`SURE`] and two seconds.
    pub seen: Vec<Seen>,
}

/// Returns the strong signs of a machine; none for an answer that counts.
pub fn signs(evidence: &Evidence) -> Vec<Sign> {
    let mut signs = Vec::new();
    // No hand can fill it in, at whatever pace.
    if evidence.trap_filled {
        signs.push(Sign::TrapField);
    }
    if evidence.open_for > SURE {
        return signs;
    }
    if evidence.seen.iter().any(|seen| seen.is_trap) {
        signs.push(Sign::TrapLink);
    }
    if is_walk(&evidence.seen) {
        signs.push(Sign::ManyScores);
    }
    if evidence.is_unpressed {
        signs.push(Sign::NotPressed);
    }
    signs
}

fn is_walk(seen: &[Seen]) -> bool {
    seen.iter().any(|first| {
        let near = seen.iter().filter(|other| (first.at..=first.at + WALK).contains(&other.at));
        let mut scores: Vec<i32> = near.filter_map(|other| other.score).collect();
        scores.sort_unstable();
        scores.dedup();
        scores.len() >= SCORES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(seconds: f64, score: i32) -> Seen {
        let begin: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "a handful of seconds")]
        let at = begin + TimeDelta::milliseconds((seconds * 1000.0) as i64);
        Seen { at, is_trap: false, score: Some(score) }
    }

    fn within(seconds: i64, seen: Vec<Seen>) -> Vec<Sign> {
        signs(&Evidence { open_for: TimeDelta::seconds(seconds), seen, ..Evidence::default() })
    }

    #[test]
    fn speed_alone_says_nothing() {
        assert!(within(0, vec![page(0.0, 4)]).is_empty());
        assert!(within(0, vec![page(0.0, 4), page(0.4, 5)]).is_empty(), "somebody changed their mind");
    }

    #[test]
    fn a_walk_through_the_scores_is_a_machine() {
        let walk: Vec<Seen> = (1..=5).map(|score| page(f64::from(score) * 0.3, score)).collect();
        assert_eq!(within(1, walk.clone()), [Sign::ManyScores]);
        assert!(within(11, walk).is_empty(), "a person came later");
        let slowly = (1..=5).map(|score| page(f64::from(score) * 1.5, score)).collect();
        assert!(within(1, slowly).is_empty());
    }

    #[test]
    fn traps_and_forms_that_nobody_pressed_are_machines() {
        let trap = Seen { is_trap: true, score: None, ..page(0.0, 1) };
        assert_eq!(within(3, vec![trap.clone()]), [Sign::TrapLink]);
        assert!(within(11, vec![trap]).is_empty());
        let unpressed = |seconds| {
            let open_for = TimeDelta::seconds(seconds);
            signs(&Evidence { open_for, is_unpressed: true, ..Evidence::default() })
        };
        assert_eq!((unpressed(2), unpressed(11)), (vec![Sign::NotPressed], vec![]));
        let filled = Evidence { open_for: TimeDelta::hours(1), trap_filled: true, ..Evidence::default() };
        assert_eq!(signs(&filled), [Sign::TrapField]);
    }
}
