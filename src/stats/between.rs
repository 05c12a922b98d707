//! How much units truly differ: the variance τ² of random effects, from estimates with known sampling variances.

use super::search;

/// Estimates of several units with their sampling variances, in the same order.
#[derive(Clone, Copy, Debug)]
pub struct Estimates<'a> {
    /// The estimates.
    pub y: &'a [f64],
    /// Their sampling variances, positive and finite.
    pub v: &'a [f64],
}

/// The common mean under a given τ².
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// Mean with the weights 1/(v + τ²).
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

/// Sums over the weights w = 1/(v + τ²): Σw, Σw², Σw³, and Σ w^p (y − μ)² for p = 1, 2.
struct Weighed {
    w: f64,
    ww: f64,
    www: f64,
    mean: f64,
    q: f64,
    qq: f64,
}

impl Estimates<'_> {
    fn k(&self) -> f64 {
        super::count(self.y.len())
    }

    fn pairs(&self) -> impl Iterator<Item = (f64, f64)> {
        self.y.iter().copied().zip(self.v.iter().copied())
    }

    fn weighed(&self, tau2: f64) -> Weighed {
        let (mut w, mut ww, mut www, mut wy) = (0.0, 0.0, 0.0, 0.0);
        for (y, v) in self.pairs() {
            let weight = 1.0 / (v + tau2);
            w += weight;
            ww += weight * weight;
            www += weight * weight * weight;
            wy += weight * y;
        }
        let mean = wy / w;
        let (mut q, mut qq) = (0.0, 0.0);
        for (y, v) in self.pairs() {
            let weight = 1.0 / (v + tau2);
            let square = (y - mean) * (y - mean);
            q += weight * square;
            qq += weight * weight * square;
        }
        Weighed { w, ww, www, mean, q, qq }
    }

    /// The common mean and its variance under a given τ².
    pub fn pooled(&self, tau2: f64) -> Pooled {
        let sums = self.weighed(tau2);
        Pooled { mean: sums.mean, variance: 1.0 / sums.w }
    }

    /// τ² by moments: `DerSimonian` and Laird (1986), truncated at 0.
    pub fn dersimonian_laird(&self) -> f64 {
        let sums = self.weighed(0.0);
        ((sums.q - (self.k() - 1.0)) / (sums.w - sums.ww / sums.w)).max(0.0)
    }

    /// Cochran's Q, the heterogeneity about the mean that weighs by 1/v.
    pub fn cochran_q(&self) -> f64 {
        self.weighed(0.0).q
    }

    /// τ² where the generalised Q equals its expectation k − 1: Paule and Mandel (1982), truncated at 0.
    pub fn paule_mandel(&self) -> f64 {
        let excess = |tau2: f64| self.weighed(tau2).q - (self.k() - 1.0);
        if excess(0.0) <= 0.0 {
            return 0.0;
        }
        let mut hi = (2.0 * self.variance()).max(1e-9);
        while excess(hi) > 0.0 {
            hi *= 2.0;
        }
        search::falling_root(excess, 0.0, hi)
    }

    /// τ² by restricted maximum likelihood, truncated at 0: Fisher scoring as in Viechtbauer (2005).
    pub fn reml(&self) -> f64 {
        self.score(|sums| {
            let trace = sums.w - sums.ww / sums.w;
            let traces = sums.ww - 2.0 * sums.www / sums.w + (sums.ww / sums.w).powi(2);
            (sums.qq - trace) / traces
        })
    }

    /// τ² by maximum likelihood, truncated at 0; it is too small for few units.
    pub fn maximum_likelihood(&self) -> f64 {
        self.score(|sums| (sums.qq - sums.w) / sums.ww)
    }

    /// Repeats a scoring step until it moves by less than 1e-12.
    fn score(&self, step: impl Fn(&Weighed) -> f64) -> f64 {
        let mut tau2 = self.dersimonian_laird().max(1e-8);
        for _ in 0..500 {
            let next = (tau2 + step(&self.weighed(tau2))).max(0.0);
            let moved = (next - tau2).abs();
            tau2 = next;
            if moved < 1e-12 {
                break;
            }
        }
        tau2
    }

    /// τ² where τ² · L(τ²) is greatest, always positive: Morris (1983); Li and Lahiri (2010). With few units the
    /// restricted likelihood is often greatest at 0, and intervals would collapse there.
    pub fn adjusted_reml(&self) -> f64 {
        let cost = |log: f64| {
            let tau2 = log.exp();
            let sums = self.weighed(tau2);
            let logs: f64 = self.v.iter().map(|v| (v + tau2).ln()).sum();
            0.5 * logs + 0.5 * sums.w.ln() + 0.5 * sums.q - log
        };
        let centre = self.variance().max(1e-6).ln();
        search::least(cost, centre - 12.0, centre + 4.0).exp()
    }

    /// Mean squared deviation of the estimates.
    fn variance(&self) -> f64 {
        let mean = self.y.iter().sum::<f64>() / self.k();
        self.y.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / self.k()
    }
}

/// Answers that a person needs for a reliability: rel/(1 − rel) · (1 − ICC)/ICC, Spearman (1910) and Brown (1910).
///
/// `icc` is the share of the variance of single answers that lies between persons.
pub fn answers_needed(icc: f64, reliability: f64) -> f64 {
    reliability / (1.0 - reliability) * (1.0 - icc) / icc
}

#[cfg(test)]
mod tests {
    use super::Estimates;

    #[test]
    fn equal_estimates_do_not_differ_but_the_adjusted_variance_stays_open() {
        let alike = Estimates { y: &[3.0; 12], v: &[2.0; 12] };
        assert!(alike.reml() < 1e-9 && alike.paule_mandel() < 1e-9 && alike.dersimonian_laird() < 1e-9);
        assert!(alike.adjusted_reml() > 0.0);
    }

    #[test]
    fn with_equal_variances_reml_is_the_moment_estimate() {
        let y: Vec<f64> = (0..20).map(f64::from).collect();
        let estimates = Estimates { y: &y, v: &[4.0; 20] };
        // s² of 0..19 is 35.
        assert!((estimates.reml() - 31.0).abs() < 1e-9);
        assert!((estimates.paule_mandel() - 31.0).abs() < 1e-9);
    }
}
