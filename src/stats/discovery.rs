//! Who stands out when many are looked at together: control of the false discovery rate.

use statrs::distribution::{ContinuousCDF, Normal};

/// Adjusted p-values in the order of `p`: Benjamini and Hochberg (1995). A unit is found at rate q when its adjusted
/// p-value is at most q.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = p.iter().copied().enumerate().collect();
    order.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (rank, (unit, p)) in order.iter().enumerate().rev() {
        least = least.min(p * super::count(order.len()) / super::count(rank + 1));
        if let Some(slot) = adjusted.get_mut(*unit) {
            *slot = least;
        }
    }
    adjusted
}

/// Largest set whose mean probability of a false discovery is at most `rate`: Newton et al. (2004). `lfdr` has for each
/// unit the probability that it does not stand out; the result says in the same order who is found.
pub fn bayesian(lfdr: &[f64], rate: f64) -> Vec<bool> {
    let mut order: Vec<(usize, f64)> = lfdr.iter().copied().enumerate().collect();
    order.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut sum = 0.0;
    let mut found = vec![false; lfdr.len()];
    for (rank, (unit, probability)) in order.iter().enumerate() {
        sum += probability;
        if sum / super::count(rank + 1) > rate {
            break;
        }
        if let Some(slot) = found.get_mut(*unit) {
            *slot = true;
        }
    }
    found
}

/// Probability that a value with this estimate and standard error lies above `bound`.
pub fn probability_above(estimate: f64, se: f64, bound: f64) -> f64 {
    Normal::standard().cdf((estimate - bound) / se)
}

#[cfg(test)]
mod tests {
    use super::{bayesian, benjamini_hochberg, probability_above};

    #[test]
    fn nobody_looked_at_is_nobody_found() {
        assert!(benjamini_hochberg(&[]).is_empty() && bayesian(&[], 0.05).is_empty());
    }

    #[test]
    fn the_set_grows_until_its_mean_passes_the_rate() {
        assert_eq!(bayesian(&[0.2, 0.01, 0.08, 0.9], 0.05), [false, true, true, false]);
        assert_eq!(bayesian(&[0.06, 0.2], 0.05), [false, false]);
    }

    #[test]
    fn adjusted_values_never_pass_one_and_keep_the_order() {
        assert_eq!(benjamini_hochberg(&[0.9, 0.8]), [0.9, 0.9]);
    }

    #[test]
    fn half_lies_above_the_estimate() {
        assert!((probability_above(3.0, 1.0, 3.0) - 0.5).abs() < 1e-12);
        assert!((probability_above(3.0, 1.0, 3.0 - 1.959_963_985) - 0.975).abs() < 1e-9);
    }
}
