//! Quantiles of the normal and of Student's t distribution, two-sided.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Degrees of freedom from which the series in 1/ν is used.
const EXPANDED_FROM: f64 = 1000.0;

/// Half-width in standard errors of a normal interval: z with P(|Z| ≤ z) = `level`.
///
/// `None` when the level does not lie strictly between 0 and 1.
pub fn normal(level: f64) -> Option<f64> {
    is_level(level).then(|| Normal::standard().inverse_cdf(f64::midpoint(1.0, level)))
}

/// Half-width in standard errors of Student's (1908) interval: t with P(|T| ≤ t) = `level`.
///
/// The degrees of freedom may be fractional, as an effective sample size is. `None` when they are
/// not positive or too few for a finite number, or the level is none.
pub fn student(level: f64, degrees_of_freedom: f64) -> Option<f64> {
    let z = normal(level)?;
    if degrees_of_freedom >= EXPANDED_FROM {
        return Some(expanded(z, degrees_of_freedom));
    }
    let t = StudentsT::new(0.0, 1.0, degrees_of_freedom).ok()?.inverse_cdf(f64::midpoint(1.0, level));
    t.is_finite().then_some(t)
}

/// Student's quantile from the normal one: Abramowitz and Stegun (1964), 26.7.5.
///
/// The exact inverse loses half its digits where the two distributions nearly meet; from
/// [`EXPANDED_FROM`] on, the series is right to 12.
fn expanded(z: f64, freedom: f64) -> f64 {
    let zz = z * z;
    let first = z * (zz + 1.0) / 4.0;
    let second = z * ((5.0 * zz + 16.0) * zz + 3.0) / 96.0;
    let third = z * (((3.0 * zz + 19.0) * zz + 17.0) * zz - 15.0) / 384.0;
    let fourth = z * ((((79.0 * zz + 776.0) * zz + 1482.0) * zz - 1920.0) * zz - 945.0) / 92160.0;
    z + (first + (second + (third + fourth / freedom) / freedom) / freedom) / freedom
}

fn is_level(level: f64) -> bool {
    level > 0.0 && level < 1.0
}

#[cfg(test)]
mod tests {
    use super::{normal, student};

    #[test]
    fn the_normal_quantile_is_the_tabled_one() {
        assert!((normal(0.95).unwrap() - 1.959_963_984_540_054).abs() < 1e-9);
        assert!((normal(0.99).unwrap() - 2.575_829_303_548_901).abs() < 1e-9);
    }

    #[test]
    fn the_student_quantile_is_the_tabled_one_for_few_and_many() {
        for (freedom, tabled) in
            [(1.0, 12.706_204_736), (4.0, 2.776_445_105), (30.0, 2.042_272_456), (1e6, 1.959_966_357)]
        {
            let found = student(0.95, freedom).unwrap();
            assert!((found - tabled).abs() < 1e-8, "{freedom}: {found}");
        }
    }

    #[test]
    fn the_series_continues_the_exact_inverse() {
        for level in [0.5, 0.8, 0.95, 0.99, 0.999] {
            let (exact, series) = (student(level, 999.999_999).unwrap(), student(level, 1000.0).unwrap());
            assert!((exact - series).abs() < 1e-10, "{level}: {exact} {series}");
        }
    }

    #[test]
    fn fractional_degrees_of_freedom_lie_between_their_neighbours() {
        let between = student(0.95, 4.5).unwrap();
        assert!(between < student(0.95, 4.0).unwrap() && between > student(0.95, 5.0).unwrap());
    }

    #[test]
    fn what_is_no_level_has_no_quantile() {
        for level in [0.0, 1.0, -0.5, f64::NAN] {
            assert_eq!((normal(level), student(level, 5.0)), (None, None));
        }
        assert_eq!(student(0.95, 0.0), None);
        assert_eq!(student(0.95, f64::NAN), None);
    }
}
