//! Has something changed? Control charts on a series of standardised values.

use nalgebra::{DMatrix, DVector};
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// A point of an EWMA chart, in the unit of the series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smoothed {
    /// The smoothed value.
    pub value: f64,
    /// Lower control limit.
    pub lo: f64,
    /// Upper control limit.
    pub hi: f64,
}

/// How an EWMA chart is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Ewma {
    /// What the series is compared with.
    pub target: f64,
    /// Standard deviation of one value.
    pub sigma: f64,
    /// Weight λ of the newest value.
    pub newest: f64,
    /// Limits L, in standard deviations of the smoothed value.
    pub limits: f64,
}

impl Ewma {
    /// Exponentially weighted moving average with its exact limits: Roberts (1959); NIST/SEMATECH e-Handbook 6.3.2.4.
    pub fn chart(&self, series: &[f64]) -> Vec<Smoothed> {
        let mut value = self.target;
        let mut rest = 1.0;
        let points = series.iter().map(|x| {
            value = self.newest * x + (1.0 - self.newest) * value;
            rest *= (1.0 - self.newest) * (1.0 - self.newest);
            let width = self.limits * self.sigma * (self.newest / (2.0 - self.newest) * (1.0 - rest)).sqrt();
            Smoothed { value, lo: self.target - width, hi: self.target + width }
        });
        points.collect()
    }

    /// Half the distance of the limits after many values.
    pub fn final_width(&self) -> f64 {
        self.limits * self.sigma * (self.newest / (2.0 - self.newest)).sqrt()
    }
}

/// Where a two-sided CUSUM stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cusum {
    /// Evidence for a rise.
    pub up: f64,
    /// Evidence for a fall.
    pub down: f64,
}

impl Cusum {
    /// Takes in the next standardised value with the allowance `k`: Page (1954), tabular form.
    #[must_use]
    pub fn then(self, z: f64, k: f64) -> Self {
        Self { up: (self.up + z - k).max(0.0), down: (self.down - z - k).max(0.0) }
    }

    /// Whether either side has passed the limit `h`.
    pub fn is_alarm(self, h: f64) -> bool {
        self.up > h || self.down > h
    }
}

/// Mean number of values until a one-sided CUSUM alarms when the mean is `shift` standard deviations off: integral
/// equation of Page (1954), solved as in Goel and Wu (1971).
pub fn run_length(k: f64, h: f64, shift: f64) -> f64 {
    let nodes: Vec<(f64, f64)> =
        gauss_legendre(60).into_iter().map(|(x, w)| ((x + 1.0) * h / 2.0, w * h / 2.0)).collect();
    let normal = Normal::standard();
    let size = nodes.len() + 1;
    let from = |row: usize| if row == 0 { 0.0 } else { nodes.get(row - 1).map_or(0.0, |(x, _)| *x) };
    let system = DMatrix::from_fn(size, size, |row, column| {
        let at = from(row);
        let kernel = if column == 0 {
            normal.cdf(k - at - shift)
        } else {
            nodes.get(column - 1).map_or(0.0, |(x, w)| normal.pdf(x - at + k - shift) * w)
        };
        f64::from(u8::from(row == column)) - kernel
    });
    let lengths = system.lu().solve(&DVector::from_element(size, 1.0));
    lengths.and_then(|lengths| lengths.iter().next().copied()).unwrap_or(f64::INFINITY)
}

/// The same of the two-sided CUSUM: van Dobben de Bruyn (1968).
pub fn run_length_two_sided(k: f64, h: f64, shift: f64) -> f64 {
    1.0 / (1.0 / run_length(k, h, shift) + 1.0 / run_length(k, h, -shift))
}

/// The limits a company may choose from, with the mean number of weeks until a false alarm of one person (k = 0.5).
const LIMITS: [(f64, f64); 5] = [(5.0, 465.0), (5.5, 772.0), (6.0, 1277.0), (6.5, 2109.0), (7.0, 3483.0)];

/// The smallest limit with at most one false alarm a quarter among so many persons, and the expected number of false
/// alarms a year (STATISTICS 2f).
pub fn limit_for(persons: usize) -> (f64, f64) {
    let expected = |weeks: f64, length: f64| super::count(persons) * weeks / length;
    let fitting = LIMITS.into_iter().find(|(_, length)| expected(13.0, *length) <= 1.0);
    let (limit, length) = fitting.unwrap_or((7.0, 3483.0));
    (limit, expected(52.0, length))
}

/// Nodes and weights on [−1, 1] by Newton's method on the Legendre polynomial.
fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let size = super::count(n);
    (0..n)
        .map(|at| {
            let mut x = (std::f64::consts::PI * (super::count(at) + 0.75) / (size + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..100 {
                let (value, derivative) = legendre(n, x);
                slope = derivative;
                let step = value / derivative;
                x -= step;
                if step.abs() < 1e-15 {
                    break;
                }
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut now) = (1.0, x);
    for degree in 2..=n {
        let degree = super::count(degree);
        (before, now) = (now, ((2.0 * degree - 1.0) * x * now - (degree - 1.0) * before) / degree);
    }
    (now, super::count(n) * (x * now - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::{Cusum, limit_for, run_length_two_sided};

    #[test]
    fn a_steady_series_never_alarms_and_a_shifted_one_does() {
        let last = |z: f64| (0..40).fold(Cusum::default(), |cusum, _| cusum.then(z, 0.5));
        assert!(!last(0.3).is_alarm(5.0) && last(1.0).is_alarm(5.0) && last(-1.0).is_alarm(5.0));
        assert!(last(-1.0).up <= 0.0);
    }

    #[test]
    fn the_limits_have_the_run_lengths_that_are_printed() {
        for (limit, length) in super::LIMITS {
            let found = run_length_two_sided(0.5, limit, 0.0);
            assert!((found / length - 1.0).abs() < 0.01, "{limit}: {found}");
        }
    }

    #[test]
    fn a_larger_company_gets_a_wider_limit() {
        assert_eq!(limit_for(20).0.to_bits(), 5.0_f64.to_bits());
        assert!(limit_for(200).0 > 6.5 && limit_for(5000).0 > 6.9);
        assert!(limit_for(5000).1 > 50.0);
    }
}
