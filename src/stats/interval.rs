//! Intervals, and the score interval of a share of all answers.

use super::quantile;

/// A closed interval, in the unit of the estimate it surrounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

impl Interval {
    /// The interval of `half_width` to both sides of `centre`.
    pub fn around(centre: f64, half_width: f64) -> Self {
        Self { lo: centre - half_width, hi: centre + half_width }
    }

    /// The part of the interval on a scale from `least` to `most`: no mean lies outside it.
    #[must_use]
    pub fn clipped(self, least: f64, most: f64) -> Self {
        Self { lo: self.lo.max(least).min(most), hi: self.hi.min(most).max(least) }
    }

    /// The interval in another unit, `factor` of which make one of the present (factor > 0).
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { lo: self.lo * factor, hi: self.hi * factor }
    }
}

/// Score interval of a share, from 0 to 1: Wilson (1927); Newcombe (1998), method 3.
///
/// `successes` and `n` may be fractional, as weighted answers are. `None` when `n` is not
/// positive or the successes are not among the `n`.
pub fn wilson(successes: f64, n: f64, level: f64) -> Option<Interval> {
    if successes < 0.0 || successes > n {
        return None;
    }
    wilson_share(successes / n, n, level)
}

/// [`wilson`] of a weighted share with its effective sample size: Kish (1965).
///
/// `share` from 0 to 1; `effective_n` is (Σw)²/Σw², as [`WeightedSums::effective_n`] gives it.
///
/// [`WeightedSums::effective_n`]: super::WeightedSums::effective_n
pub fn wilson_share(share: f64, effective_n: f64, level: f64) -> Option<Interval> {
    let (p, n) = (share, effective_n);
    if !is_share_of(p, n) {
        return None;
    }
    let z = quantile::normal(level)?;
    let zz = z * z;
    let shrink = 1.0 + zz / n;
    let centre = (p + zz / (2.0 * n)) / shrink;
    let half_width = z / shrink * (p * (1.0 - p) / n + zz / (4.0 * n * n)).sqrt();
    Some(with_exact_ends(p, Interval::around(centre, half_width)))
}

/// Score interval of a share with continuity correction, from 0 to 1: Newcombe (1998), method 4.
///
/// Wider than [`wilson`]; covers at least at the stated level. `None` as there.
pub fn wilson_continuity(successes: f64, n: f64, level: f64) -> Option<Interval> {
    let p = successes / n;
    if !is_share_of(p, n) {
        return None;
    }
    let z = quantile::normal(level)?;
    let (zz, q) = (z * z, 1.0 - p);
    let below = (zz - 2.0 - 1.0 / n + 4.0 * p * (n * q + 1.0)).max(0.0).sqrt();
    let above = (zz + 2.0 - 1.0 / n + 4.0 * p * (n * q - 1.0)).max(0.0).sqrt();
    let middle = 2.0 * n * p + zz;
    let width = 2.0 * (n + zz);
    let interval =
        Interval { lo: (middle - 1.0 - z * below) / width, hi: (middle + 1.0 + z * above) / width };
    Some(with_exact_ends(p, interval))
}

fn is_share_of(share: f64, n: f64) -> bool {
    n > 0.0 && n.is_finite() && (0.0..=1.0).contains(&share)
}

/// Rounding would leave 1e-17 where the formula gives 0, and a page would print "< 0.01".
fn with_exact_ends(share: f64, interval: Interval) -> Interval {
    let Interval { lo, hi } = interval.clipped(0.0, 1.0);
    Interval { lo: if share <= 0.0 { 0.0 } else { lo }, hi: if share >= 1.0 { 1.0 } else { hi } }
}

#[cfg(test)]
mod tests {
    use super::{Interval, wilson, wilson_continuity, wilson_share};

    #[test]
    fn nobody_asked_has_no_share() {
        assert_eq!(wilson(0.0, 0.0, 0.95), None);
        assert_eq!(wilson_continuity(0.0, 0.0, 0.95), None);
        assert_eq!(wilson_share(0.5, 0.0, 0.95), None);
    }

    #[test]
    fn impossible_counts_have_no_share() {
        assert_eq!(wilson(6.0, 5.0, 0.95), None);
        assert_eq!(wilson(-1.0, 5.0, 0.95), None);
        assert_eq!(wilson(f64::NAN, 5.0, 0.95), None);
        assert_eq!(wilson_continuity(6.0, 5.0, 0.95), None);
        assert_eq!(wilson(1.0, f64::INFINITY, 0.95), None);
    }

    #[test]
    fn none_and_all_end_exactly_at_the_scale() {
        for n in 1..200_u32 {
            let n = f64::from(n);
            for bound in [wilson, wilson_continuity] {
                let (none, all) = (bound(0.0, n, 0.95).unwrap(), bound(n, n, 0.95).unwrap());
                assert!(none.lo <= 0.0 && all.hi >= 1.0);
                assert!((none.hi + all.lo - 1.0).abs() < 1e-12, "mirror images at n = {n}");
            }
        }
    }

    #[test]
    fn every_interval_holds_its_share_and_stays_on_the_scale() {
        for n in 1..60_u32 {
            for x in 0..=n {
                let (x, n) = (f64::from(x), f64::from(n));
                let plain = wilson(x, n, 0.95).unwrap();
                let wide = wilson_continuity(x, n, 0.95).unwrap();
                assert!(wide.lo <= plain.lo && plain.lo <= x / n && x / n <= plain.hi && plain.hi <= wide.hi);
                assert!(wide.lo >= 0.0 && wide.hi <= 1.0);
            }
        }
    }

    #[test]
    fn a_smaller_effective_size_widens() {
        let full = wilson_share(0.6, 100.0, 0.95).unwrap();
        let weighted = wilson_share(0.6, 62.5, 0.95).unwrap();
        assert!(weighted.lo < full.lo && weighted.hi > full.hi);
        assert_eq!(wilson(60.0, 100.0, 0.95), Some(full));
    }

    #[test]
    fn clipping_keeps_to_the_scale() {
        let wide = Interval { lo: -5.0, hi: 130.0 };
        assert_eq!(wide.clipped(0.0, 100.0), Interval { lo: 0.0, hi: 100.0 });
        assert_eq!(Interval { lo: 1.0, hi: 2.0 }.scaled(25.0), Interval { lo: 25.0, hi: 50.0 });
    }
}
