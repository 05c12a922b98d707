//! A map of few things in the order of their keys, kept in one piece of memory: what is read in order is only appended.

use std::ops::{AddAssign, RangeInclusive};

/// Keys with their values, sorted, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorted<K, V>(Vec<(K, V)>);

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Copy, V: Default> Sorted<K, V> {
    /// Returns the value of a key, which is made where there is none.
    pub fn entry(&mut self, key: K) -> &mut V {
        let is_last = self.0.last().is_none_or(|(last, _)| *last < key);
        let found =
            if is_last { Err(self.0.len()) } else { self.0.binary_search_by(|(known, _)| known.cmp(&key)) };
        let at = found.unwrap_or_else(|at| {
            self.0.insert(at, (key, V::default()));
            at
        });
        #[expect(clippy::indexing_slicing, reason = "the place was just found or made")]
        &mut self.0[at].1
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        let at = self.0.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Returns all with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Returns the values.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Returns the values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Returns those with keys in a range.
    pub fn between(&self, range: RangeInclusive<K>) -> impl Iterator<Item = (&K, &V)> {
        let first = self.0.partition_point(|(key, _)| key < range.start());
        let rest = self.0.get(first..).unwrap_or_default();
        rest.iter().take_while(move |(key, _)| range.contains(key)).map(|(key, value)| (key, value))
    }

    /// Keeps those that fit.
    pub fn retain(&mut self, fits: impl Fn(&V) -> bool) {
        self.0.retain(|(_, value)| fits(value));
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds others, value by value.
    pub fn add(&mut self, other: Self)
    where
        V: AddAssign,
    {
        if self.0.is_empty() {
            *self = other;
            return;
        }
        let mut rest = other.0.into_iter().peekable();
        let mut merged = Vec::with_capacity(self.0.len().max(rest.len()));
        for (key, mut value) in std::mem::take(&mut self.0) {
            while let Some(before) = rest.next_if(|(other, _)| *other < key) {
                merged.push(before);
            }
            if let Some((_, same)) = rest.next_if(|(other, _)| *other == key) {
                value += same;
            }
            merged.push((key, value));
        }
        merged.extend(rest);
        self.0 = merged;
    }

    /// Returns the same with other values.
    #[must_use]
    pub fn map(&self, change: impl Fn(&V) -> V) -> Self {
        Self(self.0.iter().map(|(key, value)| (*key, change(value))).collect())
    }
}

impl<K: Ord + Copy, V: Default> FromIterator<(K, V)> for Sorted<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(all: I) -> Self {
        let mut sorted = Self::default();
        for (key, value) in all {
            *sorted.entry(key) = value;
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::Sorted;

    fn sorted(all: &[(i32, i64)]) -> Sorted<i32, i64> {
        all.iter().copied().collect()
    }

    #[test]
    fn keys_stand_in_order_whatever_order_they_came_in() {
        let some = sorted(&[(5, 1), (1, 2), (3, 3)]);
        assert_eq!(some.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [1, 3, 5]);
        assert_eq!((some.get(&3), some.get(&4)), (Some(&3), None));
        assert_eq!(some.between(2..=5).count(), 2);
    }

    #[test]
    fn adding_merges_value_by_value() {
        for (one, other) in [
            (vec![(1, 1), (4, 1)], vec![(0, 1), (4, 2), (9, 1)]),
            (vec![], vec![(0, 1), (1, 1), (4, 3), (9, 1)]),
            (vec![(0, 1), (1, 1), (4, 3), (9, 1)], vec![]),
            (vec![(0, 1), (1, 1), (4, 1), (9, 1)], vec![(4, 2)]),
        ] {
            let mut sum = sorted(&one);
            sum.add(sorted(&other));
            assert_eq!(sum, sorted(&[(0, 1), (1, 1), (4, 3), (9, 1)]));
        }
    }
}
