//! Control limits of a funnel plot: how far a unit of a given size strays by chance alone.

use super::{Interval, quantile};

/// Limits about a `target` for a mean with this standard error at a two-sided level: Spiegelhalter (2005), normal
/// approximation. None when the level is none.
pub fn limits(target: f64, se: f64, level: f64) -> Option<Interval> {
    Some(Interval::around(target, quantile::normal(level)? * se))
}

/// The same of a share, with the standard error of `n` answers.
pub fn limits_of_share(target: f64, n: f64, level: f64) -> Option<Interval> {
    limits(target, (target * (1.0 - target) / n).sqrt(), level)
}

#[cfg(test)]
mod tests {
    use super::{limits, limits_of_share};

    #[test]
    fn a_funnel_narrows_with_the_number_of_answers() {
        let (few, many) = (limits_of_share(0.8, 10.0, 0.95), limits_of_share(0.8, 1000.0, 0.95));
        assert!(few.is_some_and(|few| many.is_some_and(|many| few.lo < many.lo && many.hi < few.hi)));
        assert_eq!(limits(70.0, 1.0, 1.5), None);
    }
}
