//! Numbers that look drawn and are the same in every demo: a stream that begins with a hash of what it is for.

use crate::ids;
use std::f64::consts::TAU;

/// A stream of numbers (`SplitMix64`, Steele, Lea and Flood 2014). Not for secrets.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Begins the stream of a purpose and an index.
    pub fn of(purpose: &str, index: usize) -> Self {
        let hash = ids::sha256(format!("northwind {purpose} {index}").as_bytes());
        Self(u64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default()))
    }

    /// The next 32 bits.
    fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(0)
    }

    /// Draws from [0, 1).
    pub fn share(&mut self) -> f64 {
        f64::from(self.bits()) / 4_294_967_296.0
    }

    /// Tells whether something of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// Draws from the standard normal distribution (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (TAU * self.share()).cos()
    }

    /// Draws a whole number below `count`; 0 when there is none.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(0);
        usize::try_from((u64::from(self.bits()) * count) >> 32).unwrap_or(0)
    }

    /// Draws a whole number of minutes or days below `most`.
    pub fn time(&mut self, most: u32) -> i64 {
        (i64::from(self.bits()) * i64::from(most)) >> 32
    }

    /// Picks one of a list.
    pub fn pick<T: Copy + Default>(&mut self, list: &[T]) -> T {
        list.get(self.below(list.len())).copied().unwrap_or_default()
    }

    /// Picks a place in a list of weights.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.share() * weights.iter().sum::<f64>();
        for (at, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return at;
            }
        }
        weights.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_always_the_same_and_each_purpose_has_its_own() {
        let three = |purpose: &str, index| {
            let mut dice = Dice::of(purpose, index);
            [dice.bits(), dice.bits(), dice.bits()]
        };
        assert_eq!(three("a", 1), three("a", 1));
        assert_ne!(three("a", 1), three("a", 2));
        assert_ne!(three("a", 1), three("b", 1));
    }

    #[test]
    fn what_is_drawn_has_the_promised_distribution() {
        let mut dice = Dice::of("test", 0);
        let normal: Vec<f64> = (0..20_000).map(|_| dice.normal()).collect();
        let mean = normal.iter().sum::<f64>() / 20_000.0;
        let square = normal.iter().map(|value| value * value).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (square - 1.0).abs() < 0.05, "{mean} {square}");
        let third = (0..20_000).filter(|_| dice.weighted(&[1.0, 2.0, 3.0]) == 1).count();
        assert!((6_300..7_050).contains(&third), "{third}");
        assert!((0..1_000).all(|_| dice.below(7) < 7 && dice.time(60) < 60));
    }
}
