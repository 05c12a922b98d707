//! Fewer than thirty employees: too few for a 2 × 2 covariance, so the two-phase mean itself is shrunk.

use super::Estimate;
use super::two_phase::{Own, Value};
use crate::stats::between::Estimates;
use crate::stats::shrink::empirical_bayes;

/// The shrunk two-phase means, and the spread of true values. Who has none gets the common mean.
pub fn univariate(own: &[Own]) -> (Vec<Value>, f64) {
    let direct: Vec<Option<(f64, f64)>> = own.iter().map(Own::estimate).collect();
    let (y, v): (Vec<f64>, Vec<f64>) = direct.iter().flatten().copied().unzip();
    if y.len() <= 3 {
        return (vec![Value { estimate: None, reliability: 0.0 }; own.len()], 0.0);
    }
    let estimates = Estimates { y: &y, v: &v };
    let tau2 = estimates.adjusted_reml();
    let shrunk = empirical_bayes(estimates, tau2);
    let not_heard = Estimate { value: shrunk.mean, se: tau2.max(1e-9).sqrt() };
    let mut found = shrunk.score.iter().zip(&shrunk.se).zip(&shrunk.reliability);
    let value = |direct: &Option<(f64, f64)>| match direct.and_then(|_| found.next()) {
        Some(((value, se), reliability)) => {
            Value { estimate: Some(Estimate { value: *value, se: *se }), reliability: *reliability }
        }
        None => Value { estimate: Some(not_heard), reliability: 0.0 },
    };
    (direct.iter().map(value).collect(), tau2.sqrt())
}
