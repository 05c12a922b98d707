//! Univariate empirical Bayes: each estimate is drawn towards the common mean as far as it is noise.

use super::between::Estimates;

/// What is left of several estimates after shrinking; the vectors are in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Shrunk {
    /// The common mean.
    pub mean: f64,
    /// The best guesses.
    pub score: Vec<f64>,
    /// Their standard errors.
    pub se: Vec<f64>,
    /// τ²/(τ² + v): the share of what is seen that is the unit's own.
    pub reliability: Vec<f64>,
}

/// Normal–normal empirical Bayes under a given τ²: Morris (1983), with his factor (k − 3)/(k − 1) for the estimated
/// variance and his allowance for it in the standard error. Below four units everything is the common mean.
pub fn empirical_bayes(estimates: Estimates<'_>, tau2: f64) -> Shrunk {
    let k = super::count(estimates.y.len());
    let pooled = estimates.pooled(tau2);
    let mean_variance = estimates.v.iter().map(|v| v + tau2).sum::<f64>() / k;
    let mut shrunk = Shrunk { mean: pooled.mean, score: Vec::new(), se: Vec::new(), reliability: Vec::new() };
    for (y, v) in estimates.y.iter().zip(estimates.v) {
        let noise =
            if tau2 > 0.0 && k > 3.0 { (v / (v + tau2) * (k - 3.0) / (k - 1.0)).min(1.0) } else { 1.0 };
        let off = y - pooled.mean;
        let allowance = if k > 3.0 {
            2.0 / (k - 3.0) * noise * noise * off * off * mean_variance / (v + tau2)
        } else {
            0.0
        };
        shrunk.score.push(pooled.mean + (1.0 - noise) * off);
        shrunk.se.push((v * (1.0 - noise) + noise * noise * pooled.variance + allowance).sqrt());
        shrunk.reliability.push(tau2 / (tau2 + v));
    }
    shrunk
}

#[cfg(test)]
mod tests {
    use super::empirical_bayes;
    use crate::stats::between::Estimates;

    #[test]
    fn without_true_differences_everybody_is_the_mean() {
        let shrunk = empirical_bayes(Estimates { y: &[1.0, 2.0, 6.0, 3.0], v: &[1.0; 4] }, 0.0);
        assert_eq!(shrunk.score, [3.0; 4]);
        assert_eq!(shrunk.reliability, [0.0; 4]);
    }

    #[test]
    fn what_is_surely_known_is_hardly_moved() {
        let shrunk = empirical_bayes(Estimates { y: &[1.0, 2.0, 6.0, 3.0], v: &[1e-9; 4] }, 5.0);
        assert!(shrunk.score.iter().zip([1.0, 2.0, 6.0, 3.0]).all(|(score, y)| (score - y).abs() < 1e-6));
    }
}
