//! Numbers for what sums are kept under: classes of visits, questions with their scales, levels of facts.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::Hash;

/// How a visit came into the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// Answered by mail.
    Email,
    /// Drawn for a call-back because it must be called.
    Priority,
    /// Drawn at random for a call-back.
    Random,
    /// To be phoned instead of mailed.
    PhoneFirst,
    /// Not answered by mail and never drawn; an answer to a call on a hunch is among these.
    Undrawn,
    /// Outside every estimate: never to be asked, or answered by a card that nobody was invited by.
    Other,
}

impl Design {
    /// Every design.
    pub const ALL: [Self; 6] =
        [Self::Email, Self::Priority, Self::Random, Self::PhoneFirst, Self::Undrawn, Self::Other];

    /// Returns the word as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Priority => "priority",
            Self::Random => "random",
            Self::PhoneFirst => "phone_first",
            Self::Undrawn => "undrawn",
            Self::Other => "other",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|design| design.as_str() == word)
    }
}

/// A probability, exact to the last bit: it is part of a key, and text would round it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Probability(u64);

impl Probability {
    /// Keeps a probability.
    pub const fn of(probability: f64) -> Self {
        Self(probability.to_bits())
    }

    /// Returns it.
    pub const fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// Visits that weigh alike in an estimate, once the reach of the call-backs is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassKey {
    /// How they came into the sums.
    pub design: Design,
    /// Segment, where reach is measured in it; empty otherwise.
    pub segment: String,
    /// Probability of being called when the list was drawn.
    pub probability: Option<Probability>,
    /// Share of the credit, in per-mille.
    pub share_permille: i32,
}

/// A question with its scale. Answers on different scales never mix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// Key of the question.
    pub question: String,
    /// Lowest answer.
    pub min: i32,
    /// Highest answer.
    pub max: i32,
}

/// The facts that estimates are adjusted for, in the order of their levels.
pub const FACTORS: [&str; 4] = ["service", "channel", "segment", "site"];

/// A level of a fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LevelKey {
    /// Place in [`FACTORS`].
    pub factor: usize,
    /// The level; of a site its id. Empty where the fact is not known.
    pub level: String,
}

/// Things and their numbers from 0, in the order in which they were first met.
#[derive(Debug, Clone)]
pub struct Numbered<T> {
    ids: HashMap<T, i32>,
    keys: Vec<T>,
    stored: usize,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { ids: HashMap::new(), keys: Vec::new(), stored: 0 }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    /// Takes what is stored, in the order of its numbers.
    pub fn stored(keys: Vec<T>) -> Self {
        let ids = (0..).zip(&keys).map(|(id, key)| (key.clone(), id)).collect();
        let stored = keys.len();
        Self { ids, keys, stored }
    }

    /// Returns the number of a thing; a new one gets the next.
    pub fn id(&mut self, key: &T) -> i32 {
        if let Some(id) = self.ids.get(key) {
            return *id;
        }
        // More than two milliards of kinds of visits cannot be held anyway.
        let id = i32::try_from(self.keys.len()).unwrap_or(i32::MAX);
        self.ids.insert(key.clone(), id);
        self.keys.push(key.clone());
        id
    }

    /// Returns the thing with a number.
    pub fn key(&self, id: i32) -> Option<&T> {
        self.keys.get(usize::try_from(id).ok()?)
    }

    /// Returns all with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (i32, &T)> {
        (0..).zip(&self.keys)
    }

    /// Returns those that are not stored yet.
    pub fn new_ones(&self) -> impl Iterator<Item = (i32, &T)> {
        self.iter().skip(self.stored)
    }
}

/// All numbers.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Classes of visits.
    pub classes: Numbered<ClassKey>,
    /// Questions.
    pub items: Numbered<ItemKey>,
    /// Levels of facts.
    pub levels: Numbered<LevelKey>,
}

#[cfg(test)]
mod tests {
    use super::{Numbered, Probability};

    #[test]
    fn a_thing_keeps_its_number_and_a_new_one_gets_the_next() {
        let mut names = Numbered::stored(vec!["a", "b"]);
        assert_eq!((names.id(&"b"), names.id(&"c"), names.id(&"a"), names.id(&"c")), (1, 2, 0, 2));
        assert_eq!(names.new_ones().collect::<Vec<_>>(), [(2, &"c")]);
        assert_eq!((names.key(2), names.key(3), names.key(-1)), (Some(&"c"), None, None));
    }

    #[test]
    fn a_probability_survives_text_to_the_last_bit() {
        for probability in [0.35, 1.0 / 3.0, 0.1 + 0.2, 5e-324, 1.0] {
            let text = serde_json::to_string(&Probability::of(probability)).unwrap();
            let back: Probability = serde_json::from_str(&text).unwrap();
            assert_eq!(back.get().to_bits(), probability.to_bits());
        }
    }
}
